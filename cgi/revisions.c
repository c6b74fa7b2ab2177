/*
 * Routes of the revision log, and undo.
 */
#include "cgi/handlers.h"

#include "cgi/lists.h"
#include "cgi/ranges.h"
#include "core/audit_export.h"
#include "core/revision.h"

#define CHANGES_MAX 200

struct revisions_in {
	struct list_in list;
	unsigned noun;
	int64_t noun_id;
	int64_t domain_id;
	struct range_in range;
	const char *action;
	unsigned format; /* enum audit_format; of an export */
};

static const char *const noun_words[] = { "", "domain", "mailbox", "alias",
	"whitelist", "admin", "token", "relay_request", "node", "setting",
	NULL };

static const struct field query_rows[] = {
	LIST_PAGE_ROWS(struct revisions_in),
	{ FIELD_NAMED(struct revisions_in, list.q, "q"),
		.max = REVISION_PREFIX_MAX },
	{ FIELD_AT(struct revisions_in, noun), .words = noun_words },
	{ FIELD_AT(struct revisions_in, noun_id), .min = 1,
		.max = ROUTE_ID_MAX },
	{ FIELD_AT(struct revisions_in, domain_id), .min = 1,
		.max = ROUTE_ID_MAX },
	{ FIELD_AT(struct revisions_in, action), .max = 48 },
	RANGE_ROWS(struct revisions_in, range.),
	{ 0 },
};

static void
init(void *in)
{
	range_in_init(&((struct revisions_in *)in)->range);
}

const struct form revision_query_form = {
	.table = query_rows, .size = sizeof(struct revisions_in), .init = init
};

/* clang-format off */
static const struct field export_rows[] = {
	{ FIELD_NAMED(struct revisions_in, list.q, "q"),
		.max = REVISION_PREFIX_MAX },
	{ FIELD_AT(struct revisions_in, noun), .words = noun_words },
	{ FIELD_AT(struct revisions_in, noun_id), .min = 1,
		.max = ROUTE_ID_MAX },
	{ FIELD_AT(struct revisions_in, domain_id), .min = 1,
		.max = ROUTE_ID_MAX },
	{ FIELD_AT(struct revisions_in, action), .max = 48 },
	{ FIELD_AT(struct revisions_in, format), .words = audit_formats },
	RANGE_ROWS(struct revisions_in, range.),
	{ 0 },
};
/* clang-format on */

const struct form revision_export_form = {
	.table = export_rows, .size = sizeof(struct revisions_in), .init = init
};

static struct revision_query
query_of(const struct revisions_in *in)
{
	return (struct revision_query){ .list = list_query_of(&in->list),
		.noun = text_or_null(noun_words[in->noun]),
		.noun_id = (uint64_t)in->noun_id,
		.domain_id = (uint64_t)in->domain_id,
		.range = range_of(&in->range),
		.action = text_or_null(in->action),
		.prefix = text_or_null(in->list.q) };
}

struct after_in {
	int64_t after;
};

static const struct field after_rows[] = {
	{ FIELD_AT(struct after_in, after), .max = ROUTE_ID_MAX },
	{ 0 },
};

const struct form revision_after_form = { .table = after_rows,
	.size = sizeof(struct after_in) };

/* 0 is null: serials and ids that may be missing. */
static void
write_id(struct jsonw *w, const char *key, uint64_t id)
{
	if (id != 0)
		jsonw_uint(w, key, id);
	else
		jsonw_null(w, key);
}

static void
write_change_ref(struct jsonw *w, const struct change *ch)
{
	jsonw_str(w, "noun", ch->noun);
	jsonw_uint(w, "noun_id", ch->noun_id);
	write_id(w, "domain_id", ch->domain_id);
	jsonw_str(w, "op", change_op_name(ch->op));
	jsonw_str(w, "subject", ch->subject);
}

static void
write_actor(struct jsonw *w, const struct revision *r)
{
	jsonw_object(w, "actor");
	jsonw_str(w, "kind", actor_kind_name(r->actor_kind));
	write_id(w, "admin_id", r->admin_id);
	jsonw_str(w, "name", r->actor_name);
	jsonw_end(w);
}

static void
write_members(struct jsonw *w, const struct revision *r)
{
	jsonw_uint(w, "serial", r->serial);
	jsonw_str(w, "action", r->action);
	write_actor(w, r);
	jsonw_str(w, "client", r->client);
	jsonw_str(w, "request_id", r->request_id);
	jsonw_str(w, "note", r->note);
	write_id(w, "undoes", r->undoes);
	write_id(w, "undone_by", r->undone_by);
	write_id(w, "job_id", r->job_id);
	jsonw_int(w, "change_count", r->change_count);
	if (r->has_first) {
		jsonw_object(w, "first");
		write_change_ref(w, &r->first);
		jsonw_end(w);
	} else {
		jsonw_null(w, "first");
	}
	jsonw_time(w, "created_at", r->created_us);
}

void
revision_write_json(struct jsonw *w, const char *key, const struct revision *r)
{
	jsonw_object(w, key);
	write_members(w, r);
	jsonw_end(w);
}

bool
revisions_list(struct call *c, struct err *e)
{
	const struct revisions_in *in = c->query;
	const struct revision_query q = query_of(in);
	struct revision *items;
	struct list_page page;
	struct jsonw *w;

	if (!revision_list(c->core, c->actor, &q, &items, &page, e))
		return false;
	w = reply_json(c->reply, 200);
	page_begin(w);
	for (size_t i = 0; i < page.n; i++)
		revision_write_json(w, NULL, &items[i]);
	page_end(w, &page);
	return true;
}

bool
revisions_export(struct call *c, struct err *e)
{
	const struct revisions_in *in = c->query;
	const struct revision_query q = query_of(in);
	struct flow flow;

	if (!audit_export_open(c->core, c->actor, &q,
		    (enum audit_format)in->format, &flow, e))
		return false;
	if (reply_flow(c->reply, &flow, true, e))
		return true;
	flow_close(&flow);
	return false;
}

static void
write_change(struct jsonw *w, const struct change *ch)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "seq", ch->seq);
	write_change_ref(w, ch);
	jsonw_raw(w, "before", ch->before);
	jsonw_raw(w, "after", ch->after);
	jsonw_end(w);
}

bool
revisions_get(struct call *c, struct err *e)
{
	const struct after_in *in = c->query;
	struct revision r;
	struct change *items;
	struct jsonw *w;
	uint64_t next;
	size_t n;

	if (!revision_get(c->core, c->actor, c->id, &r, e)
		|| !revision_changes(c->core, c->actor, c->id,
			(uint64_t)in->after, CHANGES_MAX, &items, &n, &next, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	write_members(w, &r);
	jsonw_array(w, "changes");
	for (size_t i = 0; i < n; i++)
		write_change(w, &items[i]);
	jsonw_end(w);
	write_id(w, "next_seq", next);
	jsonw_end(w);
	return true;
}
