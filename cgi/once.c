/*
 * Idempotency-Key, see once.h and core/idempotency.h.
 */
#include "cgi/once.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "cgi/handlers.h"
#include "core/idempotency.h"

#define KEY_MIN 8
#define KEY_MAX 128

static bool
key_is_good(const char *key)
{
	const size_t len = strlen(key);

	return len >= KEY_MIN && len <= KEY_MAX
		&& strspn(key,
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxy"
			   "z"
			   "0123456789_-")
		== len;
}

/* The ETag that the first reply had: the version in its body. */
static bool
replay_etag(struct call *c, const char *body, struct err *e)
{
	const size_t len = strlen(body);
	const struct json_limits limits = { .bytes = len, .depth = 8 };
	struct json *doc;
	int64_t version;

	if (!json_parse(body, len, &limits, &doc, e))
		return false;
	version = json_int(json_get(json_root(doc), "version"));
	json_free(&doc);
	return version == 0 || reply_etag(c->reply, version, e);
}

/* The first reply as it was kept. */
static bool
replay(struct call *c, const struct idempotency_reply *kept, struct err *e)
{
	struct jsonw *w = reply_json(c->reply, kept->status);

	jsonw_raw(w, NULL, kept->body);
	if (kept->location[0] != '\0'
		&& !reply_header(c->reply, "Location", kept->location, e))
		return false;
	return replay_etag(c, kept->body, e);
}

static bool
answer_again(
	struct call *c, const struct idempotency_reply *kept, struct err *e)
{
	if (kept->status != 0 && kept->body)
		return replay(c, kept, e);
	return reply_made(c, kept->noun, kept->noun_id, e);
}

bool
once_before(struct call *c, bool *is_done_r, struct err *e)
{
	const char *key = c->req->idempotency_key;
	struct idempotency_reply kept = { 0 };
	struct idempotency_claim *claim;

	*is_done_r = false;
	c->core->claim = NULL;
	if (!(c->route->flags & ROUTE_ONCE) || !key)
		return true;
	if (!key_is_good(key))
		return err_set(e, ERR_INVALID, "Idempotency-Key", "bad_key", "",
			"a key has 8 to 128 characters of A-Z a-z 0-9 _ -");
	claim = arena_alloc(c->arena, sizeof *claim);
	if (!claim)
		return err_memory(e);
	idempotency_claim_make(claim, c->actor, c->route->action, key,
		c->req->body, c->req->body_len);
	if (!idempotency_find(c->core, claim, &kept, is_done_r, e))
		return false;
	if (*is_done_r)
		return answer_again(c, &kept, e);
	c->core->claim = claim;
	return true;
}

void
once_keep(struct call *c)
{
	const struct idempotency_claim *claim = c->core->claim;
	struct err e = ERR_EMPTY;

	c->core->claim = NULL;
	if (!claim || c->route->flags & ROUTE_SHOWN_ONCE)
		return;
	/* The write is done; a repeated key is answered without it too. */
	if (!idempotency_keep(c->core, claim, c->reply->status,
		    c->location ? c->location : "", str_text(&c->reply->body),
		    &e))
		log_warn("a reply could not be kept: %s", err_text(&e));
}

bool
once_failed(struct call *c, struct err *e)
{
	const struct idempotency_claim *claim = c->core->claim;
	struct idempotency_reply kept = { 0 };
	struct err unused = ERR_EMPTY;
	bool is_found;

	c->core->claim = NULL;
	if (!claim || e->code != ERR_CONFLICT
		|| !idempotency_find(c->core, claim, &kept, &is_found, &unused)
		|| !is_found)
		return false;
	reply_init(c->reply, c->arena);
	if (!answer_again(c, &kept, &unused))
		return false;
	err_clear(e);
	return true;
}
