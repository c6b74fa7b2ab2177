/*
 * The audit log as a file, see audit_export.h.
 */
#include "core/audit_export.h"

#include <stdlib.h>

#include "base/jsonw.h"
#include "base/log.h"
#include "base/text.h"
#include "base/timeutil.h"
#include "core/lists.h"
#include "core/slots.h"

#define PAGE_REVISIONS 50
#define PAGE_CHANGES 100
#define ARENA_BYTES ((size_t)64 << 20)

const char *const audit_formats[] = { "csv", "jsonl", NULL };

struct audit {
	struct core *c;
	struct actor a;
	struct arena *page;
	struct revision_query q;
	enum audit_format format;
	uint64_t below;  /* revisions under this serial are next; 0: all */
	uint64_t within; /* change of the revision below - 1 to go on with */
	bool has_begun;
	unsigned slot;
	bool has_slot;
};

static void
close_audit(void *ctx)
{
	struct audit *x = ctx;

	if (db_in_transaction(x->c->db))
		db_rollback(x->c->db);
	if (x->has_slot)
		slots_give(x->c->slots_fd, x->slot);
	arena_free(&x->page);
	free(x);
}

static bool
cell(struct str *out, const char *text, bool is_last, struct err *e)
{
	if (text_csv_guarded(out, text ? text : ""))
		return str_add(out, is_last ? "\r\n" : ",") || err_memory(e);
	return err_set(e, ERR_INTERNAL, NULL, "bad_text", NULL,
		"a text of the log cannot be a cell");
}

static bool
number(struct str *out, uint64_t n)
{
	return (n == 0 || str_add_u64(out, n)) && str_add(out, ",");
}

static bool
write_csv(struct str *out, const struct revision *r, const struct change *ch,
	struct err *e)
{
	char at[TIME_TEXT_SIZE];

	time_rfc3339(r->created_us, at);
	return number(out, r->serial) && cell(out, at, false, e)
		&& cell(out, r->action, false, e)
		&& cell(out, actor_kind_name(r->actor_kind), false, e)
		&& cell(out, r->actor_name, false, e)
		&& cell(out, r->client, false, e)
		&& cell(out, r->request_id, false, e)
		&& cell(out, r->note, false, e) && number(out, r->job_id)
		&& number(out, r->undoes) && number(out, r->undone_by)
		&& cell(out, ch->noun, false, e) && number(out, ch->noun_id)
		&& cell(out, ch->subject, false, e)
		&& cell(out, change_op_name(ch->op), false, e)
		&& cell(out, ch->before, false, e)
		&& cell(out, ch->after, true, e);
}

static void
write_id(struct jsonw *w, const char *key, uint64_t id)
{
	if (id)
		jsonw_uint(w, key, id);
	else
		jsonw_null(w, key);
}

static void
write_line(struct jsonw *w, const struct revision *r, const struct change *ch)
{
	jsonw_uint(w, "serial", r->serial);
	jsonw_time(w, "created_at", r->created_us);
	jsonw_str(w, "action", r->action);
	jsonw_str(w, "actor_kind", actor_kind_name(r->actor_kind));
	jsonw_str(w, "actor", r->actor_name);
	jsonw_str(w, "client", r->client);
	jsonw_str(w, "request_id", r->request_id);
	jsonw_str(w, "note", r->note);
	write_id(w, "job_id", r->job_id);
	write_id(w, "undoes", r->undoes);
	write_id(w, "undone_by", r->undone_by);
	jsonw_str(w, "noun", ch->noun);
	jsonw_uint(w, "noun_id", ch->noun_id);
	jsonw_str(w, "subject", ch->subject);
	jsonw_str(w, "op", change_op_name(ch->op));
	jsonw_raw(w, "before", ch->before);
	jsonw_raw(w, "after", ch->after);
}

static bool
write_json(struct str *out, const struct revision *r, const struct change *ch,
	struct err *e)
{
	struct jsonw w = jsonw_over(out);

	jsonw_object(&w, NULL);
	write_line(&w, r, ch);
	jsonw_end(&w);
	return jsonw_done(&w, e) && (str_add_char(out, '\n') || err_memory(e));
}

/* Its changes from x->within on, as many as fit; *is_done_r when it has no
 * more. */
static bool
write_revision(struct audit *x, const struct revision *r, struct str *out,
	size_t until, bool *is_done_r, struct err *e)
{
	struct change *ch;
	uint64_t next;
	size_t n;

	do {
		if (!revision_changes(x->c, &x->a, r->serial, x->within,
			    PAGE_CHANGES, &ch, &n, &next, e))
			return false;
		for (size_t i = 0; i < n; i++)
			if (!(x->format == AUDIT_CSV
					    ? write_csv(out, r, &ch[i], e)
					    : write_json(out, r, &ch[i], e)))
				return false;
		x->within = next;
	} while (next && out->len < until);
	*is_done_r = next == 0;
	return true;
}

static bool
read_page(struct audit *x, struct revision **items_r, size_t *n_r,
	bool *has_more_r, struct err *e)
{
	struct list_page page;

	x->q.list = (struct list_query){ .limit = PAGE_REVISIONS };
	if (x->below)
		x->q.list.after = cursor_make(x->page, 0, x->below, "");
	if (x->below && !x->q.list.after)
		return err_memory(e);
	if (!revision_list(x->c, &x->a, &x->q, items_r, &page, e))
		return false;
	*n_r = page.n;
	*has_more_r = page.next != NULL;
	return true;
}

static bool
write_page(struct audit *x, struct str *out, bool *is_last_r, struct err *e)
{
	const size_t until = out->len + FLOW_PIECE;
	struct revision *items;
	bool has_more = false, is_done = true;
	size_t n = 0, i = 0;

	if (!read_page(x, &items, &n, &has_more, e))
		return false;
	for (; i < n && is_done && out->len < until; i++) {
		if (!write_revision(x, &items[i], out, until, &is_done, e))
			return false;
		x->below = items[i].serial + (is_done ? 0 : 1);
	}
	*is_last_r = i == n && is_done && !has_more;
	return true;
}

static bool
more(void *ctx, struct str *out, bool *is_last_r, struct err *e)
{
	struct audit *x = ctx;
	struct arena *own = x->c->arena;
	bool ok;

	if (!x->has_begun && x->format == AUDIT_CSV)
		str_add(out,
			"serial,created_at,action,actor_kind,actor,client,"
			"request_id,note,job_id,undoes,undone_by,noun,noun_id,"
			"subject,op,before,after\r\n");
	x->has_begun = true;
	arena_reset(x->page);
	x->c->arena = x->page;
	ok = write_page(x, out, is_last_r, e);
	x->c->arena = own;
	return ok && (str_is_ok(out) || err_memory(e));
}

static bool
start(struct audit *x, struct err *e)
{
	struct revision_filter f;

	/* What is wrong with the filter is told before the first byte. */
	x->q.list = (struct list_query){ 0 };
	if (!revision_filter_of(x->c, &x->a, &x->q, &f, e)
		|| !slots_try(x->c->slots_fd, &x->slot, e))
		return false;
	x->has_slot = true;
	return db_begin(x->c->db, DB_SNAPSHOT, e);
}

bool
audit_export_open(struct core *c, const struct actor *a,
	const struct revision_query *q, enum audit_format format,
	struct flow *out, struct err *e)
{
	struct audit *x = calloc(1, sizeof(*x));
	char day[TIME_TEXT_SIZE];

	*out = (struct flow){ 0 };
	if (!x)
		return err_memory(e);
	*x = (struct audit){ .c = c,
		.a = *a,
		.q = *q,
		.format = format,
		.page = arena_new(ARENA_BYTES) };
	if (!x->page || !start(x, e)) {
		if (!x->page)
			err_memory(e);
		close_audit(x);
		return false;
	}
	log_kv(LOG_LEVEL_INFO, "export", "list", "audit", "actor",
		a->name ? a->name : "", "client", a->client ? a->client : "",
		NULL);
	time_rfc3339(c->now(), day);
	*out = (struct flow){ .more = more,
		.close = close_audit,
		.ctx = x,
		.type = format == AUDIT_CSV
			? "text/csv; charset=utf-8; header=present"
			: "application/jsonl",
		.file_name = arena_printf(c->arena, "audit-%.10s.%s", day,
			audit_formats[format]) };
	return out->file_name || err_memory(e);
}
