/*
 * Building and sending replies.
 */
#include "cgi/reply.h"

#include <string.h>

#define HEAD_MAX 4096
#define BODY_MAX ((size_t)4 << 20)

/* Headers of every reply. Replies are never HTML and never to be kept. */
static const char common_head[] =
	"Cache-Control: no-store\r\n"
	"Content-Security-Policy: default-src 'none'; frame-ancestors "
	"'none'\r\n"
	"Cross-Origin-Resource-Policy: same-origin\r\n"
	"Referrer-Policy: no-referrer\r\n"
	"X-Content-Type-Options: nosniff\r\n";

void
reply_init(struct reply *r, struct arena *a)
{
	*r = (struct reply){ .status = 204 };
	r->head = str_in(a, HEAD_MAX);
	r->body = str_in(a, BODY_MAX);
}

struct jsonw *
reply_json(struct reply *r, int status)
{
	r->status = status;
	r->content_type = "application/json";
	str_reset(&r->body);
	r->json = jsonw_over(&r->body);
	return &r->json;
}

bool
reply_flow(struct reply *r, const struct flow *flow, bool is_download,
	struct err *e)
{
	char text[160];
	struct str s = STR_FIXED(text);

	r->status = 200;
	r->content_type = flow->type;
	r->flow = *flow;
	if (!is_download)
		return true;
	str_addf(&s, "attachment; filename=\"%s\"", flow->file_name);
	return str_is_ok(&s) ? reply_header(r, "Content-Disposition", text, e)
			     : err_memory(e);
}

struct str *
reply_text(struct reply *r, int status, const char *type)
{
	r->status = status;
	r->content_type = type;
	str_reset(&r->body);
	return &r->body;
}

bool
reply_header(
	struct reply *r, const char *name, const char *value, struct err *e)
{
	for (const char *s = value; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return err_set(e, ERR_INTERNAL, "", "bad_header", name,
				"a reply header holds a control character");
	str_add(&r->head, name);
	str_add(&r->head, ": ");
	str_add(&r->head, value);
	str_add(&r->head, "\r\n");
	return str_is_ok(&r->head) || err_memory(e);
}

bool
reply_etag(struct reply *r, int64_t version, struct err *e)
{
	char text[32];
	struct str s = STR_FIXED(text);

	str_add_char(&s, '"');
	str_add_i64(&s, version);
	str_add_char(&s, '"');
	return reply_header(r, "ETag", text, e);
}

/*
 * One item. What a private code says is for the log; of it the client gets the
 * machine word alone.
 */
static void
write_item(struct jsonw *w, const struct err *e, const struct err_item *item)
{
	const bool is_private = err_is_private(e->code);

	jsonw_object(w, NULL);
	jsonw_str(w, "field", is_private ? "" : item->field);
	jsonw_str(w, "reason", item->reason);
	jsonw_str(w, "subject", is_private ? "" : item->subject);
	jsonw_str(w, "text", is_private ? err_title(e->code) : item->text);
	jsonw_end(w);
}

static void
write_problem(struct jsonw *w, const struct err *e, const char *rid)
{
	const bool is_private = err_is_private(e->code);

	jsonw_object(w, NULL);
	jsonw_str(w, "type", "about:blank");
	jsonw_str(w, "title", err_title(e->code));
	jsonw_int(w, "status", err_http_status(e->code));
	jsonw_str(w, "code", err_name(e->code));
	jsonw_str(w, "detail", is_private ? err_title(e->code) : err_text(e));
	jsonw_str(w, "request_id", rid);
	jsonw_array(w, "errors");
	for (unsigned i = 0; i < e->n && e->code != ERR_INTERNAL; i++)
		write_item(w, e, &e->item[i]);
	jsonw_end(w);
	if (e->retry_after_s > 0)
		jsonw_int(w, "retry_after_s", e->retry_after_s);
	jsonw_end(w);
}

void
reply_problem(
	struct reply *r, struct arena *a, const struct err *e, const char *rid)
{
	char seconds[16];
	struct str s = STR_FIXED(seconds);

	reply_init(r, a);
	write_problem(reply_json(r, err_http_status(e->code)), e, rid);
	r->content_type = "application/problem+json";
	if (e->retry_after_s > 0) {
		str_add_i64(&s, e->retry_after_s);
		str_add(&r->head, "Retry-After: ");
		str_add(&r->head, seconds);
		str_add(&r->head, "\r\n");
	}
}

/* The whole head of a CGI reply (RFC 3875, 6.3). */
static bool
build_head(const struct reply *r, const char *rid, struct str *head)
{
	str_addf(head, "Status: %d\r\n", r->status);
	if (r->content_type != NULL)
		str_addf(head, "Content-Type: %s\r\n", r->content_type);
	if (r->status != 204 && r->status != 304 && !r->flow.ctx)
		str_addf(head, "Content-Length: %zu\r\n", r->body.len);
	str_add(head, common_head);
	str_addf(head, "X-Request-Id: %s\r\n", rid);
	str_add(head, str_text(&r->head));
	str_add(head, "\r\n");
	return str_is_ok(head);
}

bool
reply_send(const struct reply *r, struct gateway *gw, const char *rid,
	bool is_head)
{
	char buf[HEAD_MAX + 1024];
	struct str head = STR_FIXED(buf);

	if (!build_head(r, rid, &head))
		return false;
	if (!gateway_write(gw, head.data, head.len))
		return false;
	if (is_head || r->content_type == NULL)
		return true;
	return gateway_write(gw, str_text(&r->body), r->body.len);
}

static bool
send_pieces(const struct flow *flow, struct gateway *gw, struct str *piece,
	void (*beat)(void), struct err *e)
{
	bool is_last = false;

	while (!is_last) {
		beat();
		str_reset(piece);
		while (piece->len < FLOW_PIECE && !is_last)
			if (!flow_more(flow, piece, &is_last, e))
				return false;
		if (!gateway_write(gw, str_text(piece), piece->len))
			return false;
	}
	return true;
}

bool
reply_send_flow(struct reply *r, struct gateway *gw, const char *rid,
	bool is_head, void (*beat)(void), struct err *e)
{
	struct arena *a = arena_new(FLOW_LIMIT + HEAD_MAX);
	struct str piece = str_in(a, FLOW_LIMIT);
	bool ok = a != NULL || err_memory(e);

	ok = ok && reply_send(r, gw, rid, true)
		&& (is_head || send_pieces(&r->flow, gw, &piece, beat, e));
	if (!ok)
		gateway_abort(gw);
	arena_free(&a);
	return ok;
}
