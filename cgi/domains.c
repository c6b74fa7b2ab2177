/*
 * Routes of domains.
 */
#include "cgi/handlers.h"

#include "cgi/lists.h"
#include "core/domain.h"
#include "core/mailbox.h"

struct domains_in {
	struct list_in list;
	unsigned state; /* enum domain_state, 0: any but deleted */
};

static const char *const state_words[] = { "", "active", "prepared", "disabled",
	"retiring", "deleted", NULL };

static const struct field query_rows[] = {
	LIST_ROWS(struct domains_in),
	{ FIELD_AT(struct domains_in, state), .words = state_words },
	{ 0 },
};

const struct form domain_query_form = { .table = query_rows,
	.size = sizeof(struct domains_in) };

static void
init(void *in)
{
	domain_in_defaults(in);
}

const struct form domain_in_form = { .table = domain_create_form,
	.size = sizeof(struct domain_in),
	.init = init };
const struct form domain_changes_form = { .table = domain_patch_form,
	.size = sizeof(struct domain_in),
	.init = init };

struct delete_in {
	const char *confirm;
};

static const struct field delete_rows[] = {
	{ FIELD_AT(struct delete_in, confirm), .max = 1024, .required = true },
	{ 0 },
};

const struct form domain_delete_form = { .table = delete_rows,
	.size = sizeof(struct delete_in) };

bool
reply_domain(struct call *c, int status, const struct domain *d, struct err *e)
{
	domain_write_json(reply_json(c->reply, status), NULL, d);
	if (status == 201 && !reply_location(c, "/domains", d->id, e))
		return false;
	return reply_etag(c->reply, (int64_t)d->version, e);
}

bool
domains_list(struct call *c, struct err *e)
{
	const struct domains_in *in = c->query;
	const struct domain_query q = { .list = list_query_of(&in->list),
		.state = (enum domain_state)in->state };
	struct list_page page;
	struct domain *items;
	struct jsonw *w;

	if (!domain_list(c->core, c->actor, &q, &items, &page, e))
		return false;
	w = reply_json(c->reply, 200);
	page_begin(w);
	for (size_t i = 0; i < page.n; i++)
		domain_write_json(w, NULL, &items[i]);
	page_end(w, &page);
	return true;
}

bool
domains_create(struct call *c, struct err *e)
{
	struct domain d;

	return domain_create(c->core, c->actor, c->body, &d, e)
		&& reply_domain(c, 201, &d, e);
}

bool
domains_get(struct call *c, struct err *e)
{
	struct domain d;

	return domain_get(c->core, c->actor, c->id, &d, e)
		&& reply_domain(c, 200, &d, e);
}

bool
domains_patch(struct call *c, struct err *e)
{
	struct domain d;

	return domain_patch(c->core, c->actor, c->id, c->match, c->body,
		       &c->body_seen, &d, e)
		&& reply_domain(c, 200, &d, e);
}

bool
domains_delete(struct call *c, struct err *e)
{
	const struct delete_in *in = c->body;
	struct job j;

	return domain_delete(
		       c->core, c->actor, c->id, c->match, in->confirm, &j, e)
		&& reply_job(c, &j, e);
}

/* A large one is restored by a job. */
bool
domains_restore(struct call *c, struct err *e)
{
	struct domain d;
	struct job j = { 0 };

	if (!domain_restore(c->core, c->actor, c->id, &d, &j, e))
		return false;
	return j.id != 0 ? reply_job(c, &j, e) : reply_domain(c, 200, &d, e);
}

static void
write_names(struct jsonw *w, const char *key, const char **names, size_t n)
{
	jsonw_array(w, key);
	for (size_t i = 0; i < n; i++)
		jsonw_str(w, NULL, names[i]);
	jsonw_end(w);
}

bool
domains_preview(struct call *c, struct err *e)
{
	struct domain_preview p;
	struct jsonw *w;

	if (!domain_delete_preview(c->core, c->actor, c->id, &p, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_int(w, "mailbox_count", p.mailbox_count);
	jsonw_int(w, "alias_count", p.alias_count);
	jsonw_int(w, "quota_allotted_bytes", p.quota_allotted_bytes);
	write_names(w, "first_mailboxes", p.first_mailboxes, p.n_mailboxes);
	write_names(w, "first_aliases", p.first_aliases, p.n_aliases);
	jsonw_int(w, "aliases_elsewhere_count", p.elsewhere_count);
	jsonw_array(w, "aliases_elsewhere");
	for (size_t i = 0; i < p.n_elsewhere; i++)
		alias_ref_write_json(w, &p.elsewhere[i]);
	jsonw_end(w);
	jsonw_int(w, "restore_days", p.restore_days);
	jsonw_end(w);
	return true;
}
