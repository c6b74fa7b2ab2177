/*
 * Routes of mailboxes.
 */
#include "cgi/handlers.h"

#include "cgi/lists.h"
#include "core/census.h"
#include "core/mailbox.h"

#define REFERENCES_MAX 100

struct mailboxes_in {
	struct list_in list;
	int64_t domain_id;
	unsigned state; /* enum mailbox_state, 0: any but deleted */
};

static const char *const state_words[] = { "", "active", "nologin", "closed",
	"deleted", NULL };

static const struct field query_rows[] = {
	LIST_ROWS(struct mailboxes_in),
	{ FIELD_AT(struct mailboxes_in, domain_id), .min = 1,
		.max = ROUTE_ID_MAX },
	{ FIELD_AT(struct mailboxes_in, state), .words = state_words },
	{ 0 },
};

const struct form mailbox_query_form = { .table = query_rows,
	.size = sizeof(struct mailboxes_in) };

static void
init(void *in)
{
	mailbox_in_defaults(in);
}

const struct form mailbox_in_form = { .table = mailbox_create_form,
	.size = sizeof(struct mailbox_in),
	.init = init };
const struct form mailbox_changes_form = { .table = mailbox_patch_form,
	.size = sizeof(struct mailbox_in),
	.init = init };
const struct form mailbox_secret_form = { .table = mailbox_password_form,
	.size = sizeof(struct mailbox_in),
	.init = init };
const struct form mailbox_gone_form = { .table = mailbox_delete_form,
	.size = sizeof(struct mailbox_delete_in) };

bool
reply_mailbox(
	struct call *c, int status, const struct mailbox *m, struct err *e)
{
	mailbox_write_json(reply_json(c->reply, status), NULL, m);
	if (status == 201 && !reply_location(c, "/mailboxes", m->id, e))
		return false;
	return reply_etag(c->reply, (int64_t)m->version, e);
}

bool
mailboxes_list(struct call *c, struct err *e)
{
	const struct mailboxes_in *in = c->query;
	const struct mailbox_query q = { .list = list_query_of(&in->list),
		.filter = { .domain_id = in->domain_id, .state = in->state } };
	struct list_page page;
	struct mailbox *items;
	struct jsonw *w;

	if (!mailbox_list(c->core, c->actor, &q, &items, &page, e))
		return false;
	w = reply_json(c->reply, 200);
	page_begin(w);
	for (size_t i = 0; i < page.n; i++)
		mailbox_write_json(w, NULL, &items[i]);
	page_end(w, &page);
	return true;
}

bool
mailboxes_create(struct call *c, struct err *e)
{
	struct mailbox m;

	return mailbox_create(c->core, c->actor, c->body, &m, e)
		&& reply_mailbox(c, 201, &m, e);
}

bool
mailboxes_get(struct call *c, struct err *e)
{
	struct mailbox m;

	return mailbox_get(c->core, c->actor, c->id, &m, e)
		&& reply_mailbox(c, 200, &m, e);
}

bool
mailboxes_patch(struct call *c, struct err *e)
{
	struct mailbox m;

	return mailbox_patch(c->core, c->actor, c->id, c->match, c->body,
		       &c->body_seen, &m, e)
		&& reply_mailbox(c, 200, &m, e);
}

bool
mailboxes_delete(struct call *c, struct err *e)
{
	struct mailbox m;

	return mailbox_delete(
		       c->core, c->actor, c->id, c->match, c->body, &m, e)
		&& reply_mailbox(c, 200, &m, e);
}

bool
mailboxes_restore(struct call *c, struct err *e)
{
	struct mailbox m;

	return mailbox_restore(c->core, c->actor, c->id, &m, e)
		&& reply_mailbox(c, 200, &m, e);
}

bool
mailboxes_password(struct call *c, struct err *e)
{
	struct mailbox m;

	return mailbox_set_password(c->core, c->actor, c->id, c->body, &m, e)
		&& reply_mailbox(c, 200, &m, e);
}

bool
mailboxes_references(struct call *c, struct err *e)
{
	struct alias_ref *items;
	int64_t total;
	struct jsonw *w;
	size_t n;

	if (!mailbox_references(c->core, c->actor, c->id, REFERENCES_MAX,
		    &items, &n, &total, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "aliases");
	for (size_t i = 0; i < n; i++)
		alias_ref_write_json(w, &items[i]);
	jsonw_end(w);
	jsonw_int(w, "total", total);
	jsonw_end(w);
	return true;
}

bool
mailboxes_census(struct call *c, struct err *e)
{
	struct census_item *items;
	size_t n;

	if (!password_census(c->core, c->actor, &items, &n, e))
		return false;
	census_write_json(reply_json(c->reply, 200), items, n);
	return true;
}
