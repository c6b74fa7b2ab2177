/*
 * Routes of aliases.
 */
#include "cgi/handlers.h"

#include "cgi/lists.h"
#include "core/alias.h"
#include "core/mailbox.h"

struct aliases_in {
	struct list_in list;
	int64_t domain_id;
	unsigned state; /* enum alias_state, 0: any but deleted */
	const char *target;
};

static const char *const state_words[] = {
	[0] = "",
	[ALIAS_ACTIVE] = "active",
	[ALIAS_DISABLED] = "disabled",
	[ALIAS_DISABLED + 1] = "",
	[ALIAS_DELETED] = "deleted",
	[ALIAS_DELETED + 1] = NULL,
};

static const struct field query_rows[] = {
	LIST_ROWS(struct aliases_in),
	{ FIELD_AT(struct aliases_in, domain_id), .min = 1,
		.max = ROUTE_ID_MAX },
	{ FIELD_AT(struct aliases_in, state), .words = state_words },
	{ FIELD_AT(struct aliases_in, target), .max = 1024 },
	{ 0 },
};

const struct form alias_query_form = { .table = query_rows,
	.size = sizeof(struct aliases_in) };

static void
init(void *in)
{
	alias_in_defaults(in);
}

const struct form alias_in_form = { .table = alias_create_form,
	.size = sizeof(struct alias_in),
	.init = init };
const struct form alias_changes_form = {
	.table = alias_patch_form, .size = sizeof(struct alias_in), .init = init
};

struct gone_in {
	unsigned targets;
};

static const char *const gone_words[] = { "ask", "remove", NULL };

static const struct field gone_rows[] = {
	{ FIELD_AT(struct gone_in, targets), .words = gone_words },
	{ 0 },
};

const struct form alias_gone_form = { .table = gone_rows,
	.size = sizeof(struct gone_in) };

bool
reply_alias(struct call *c, int status, const struct alias *al, struct err *e)
{
	alias_write_json(reply_json(c->reply, status), NULL, al);
	if (status == 201 && !reply_location(c, "/aliases", al->id, e))
		return false;
	return reply_etag(c->reply, (int64_t)al->version, e);
}

void
alias_ref_write_json(struct jsonw *w, const struct alias_ref *ref)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "id", ref->id);
	jsonw_uint(w, "domain_id", ref->domain_id);
	jsonw_str(w, "address", ref->address);
	jsonw_str(w, "state", alias_state_name(ref->state));
	jsonw_int(w, "target_count", ref->target_count);
	jsonw_end(w);
}

bool
aliases_list(struct call *c, struct err *e)
{
	const struct aliases_in *in = c->query;
	const struct alias_query q = { .list = list_query_of(&in->list),
		.domain_id = (uint64_t)in->domain_id,
		.state = (enum alias_state)in->state,
		.target = text_or_null(in->target) };
	struct list_page page;
	struct alias *items;
	struct jsonw *w;

	if (!alias_list(c->core, c->actor, &q, &items, &page, e))
		return false;
	w = reply_json(c->reply, 200);
	page_begin(w);
	for (size_t i = 0; i < page.n; i++)
		alias_write_json(w, NULL, &items[i]);
	page_end(w, &page);
	return true;
}

bool
aliases_create(struct call *c, struct err *e)
{
	struct alias al;

	return alias_create(c->core, c->actor, c->body, &al, e)
		&& reply_alias(c, 201, &al, e);
}

bool
aliases_get(struct call *c, struct err *e)
{
	struct alias al;

	return alias_get(c->core, c->actor, c->id, &al, e)
		&& reply_alias(c, 200, &al, e);
}

bool
aliases_patch(struct call *c, struct err *e)
{
	struct alias al;

	return alias_patch(c->core, c->actor, c->id, c->match, c->body,
		       &c->body_seen, &al, e)
		&& reply_alias(c, 200, &al, e);
}

bool
aliases_delete(struct call *c, struct err *e)
{
	const struct gone_in *in = c->body;
	struct alias al;

	return alias_delete(c->core, c->actor, c->id, c->match,
		       in->targets == 1, &al, e)
		&& reply_alias(c, 200, &al, e);
}

bool
aliases_restore(struct call *c, struct err *e)
{
	struct alias al;

	return alias_restore(c->core, c->actor, c->id, &al, e)
		&& reply_alias(c, 200, &al, e);
}
