/*
 * Routes that show many nouns at once: quota, search, home.
 */
#include "cgi/handlers.h"

#include "cgi/lists.h"
#include "core/overview.h"

struct quota_in {
	struct list_in list;
};

static const struct field quota_rows[] = {
	LIST_PAGE_ROWS(struct quota_in),
	LIST_SORT_ROW(struct quota_in),
	{ 0 },
};

const struct form quota_query_form = { .table = quota_rows,
	.size = sizeof(struct quota_in) };

#define SEARCH_LIMIT 5

struct search_in {
	const char *q;
	int64_t limit;
};

static const struct field search_rows[] = {
	{ FIELD_AT(struct search_in, q), .min = 1, .max = 200,
		.required = true },
	{ FIELD_AT(struct search_in, limit), .min = 1, .max = 20 },
	{ 0 },
};

static void
init_search(void *in)
{
	((struct search_in *)in)->limit = SEARCH_LIMIT;
}

const struct form search_query_form = { .table = search_rows,
	.size = sizeof(struct search_in),
	.init = init_search };

static void
write_quota(struct jsonw *w, const struct domain *d)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "domain_id", d->id);
	jsonw_str(w, "name", d->name);
	jsonw_str(w, "name_unicode", d->name_unicode);
	jsonw_str(w, "state", domain_state_name(d->state));
	jsonw_int(w, "mailbox_count", d->mailbox_count);
	jsonw_int(w, "max_mailboxes", d->max_mailboxes);
	jsonw_int(w, "quota_allotted_bytes", d->quota_allotted_bytes);
	jsonw_int(w, "max_quota_bytes", d->max_quota_bytes);
	jsonw_int(w, "default_quota_bytes", d->default_quota_bytes);
	jsonw_end(w);
}

bool
quota_show(struct call *c, struct err *e)
{
	const struct quota_in *in = c->query;
	const struct list_query q = list_query_of(&in->list);
	struct list_page page;
	struct domain *items;
	struct jsonw *w;

	if (!quota_list(c->core, c->actor, &q, &items, &page, e))
		return false;
	w = reply_json(c->reply, 200);
	page_begin(w);
	for (size_t i = 0; i < page.n; i++)
		write_quota(w, &items[i]);
	page_end(w, &page);
	return true;
}

static void
write_found_domain(struct jsonw *w, const struct domain *d)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "id", d->id);
	jsonw_str(w, "name", d->name);
	jsonw_str(w, "name_unicode", d->name_unicode);
	jsonw_str(w, "state", domain_state_name(d->state));
	jsonw_end(w);
}

static void
write_found_mailbox(struct jsonw *w, const struct mailbox *m)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "id", m->id);
	jsonw_uint(w, "domain_id", m->domain_id);
	jsonw_str(w, "address", m->address);
	jsonw_str(w, "name", m->name);
	jsonw_str(w, "state", mailbox_state_name(m->state));
	jsonw_end(w);
}

static void
write_found_alias(struct jsonw *w, const struct alias *al)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "id", al->id);
	jsonw_uint(w, "domain_id", al->domain_id);
	jsonw_str(w, "address", al->address);
	jsonw_str(w, "state", alias_state_name(al->state));
	jsonw_int(w, "target_count", al->target_count);
	jsonw_end(w);
}

static void
write_found_network(struct jsonw *w, const struct whitelist *wl)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "id", wl->id);
	jsonw_str(w, "network", wl->network);
	jsonw_str(w, "note", wl->note);
	jsonw_str(w, "state", whitelist_state_name(wl->state));
	jsonw_end(w);
}

bool
search_show(struct call *c, struct err *e)
{
	const struct search_in *in = c->query;
	struct search_result s;
	struct jsonw *w;

	if (!search_all(c->core, c->actor, in->q, (unsigned)in->limit, &s, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "domains");
	for (size_t i = 0; i < s.n_domains; i++)
		write_found_domain(w, &s.domains[i]);
	jsonw_end(w);
	jsonw_array(w, "mailboxes");
	for (size_t i = 0; i < s.n_mailboxes; i++)
		write_found_mailbox(w, &s.mailboxes[i]);
	jsonw_end(w);
	jsonw_array(w, "aliases");
	for (size_t i = 0; i < s.n_aliases; i++)
		write_found_alias(w, &s.aliases[i]);
	jsonw_end(w);
	jsonw_array(w, "whitelist");
	for (size_t i = 0; i < s.n_whitelist; i++)
		write_found_network(w, &s.whitelist[i]);
	jsonw_end(w);
	jsonw_end(w);
	return true;
}

static void
write_attention(struct jsonw *w, const struct attention *a)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "kind", a->kind);
	jsonw_str(w, "severity", a->severity);
	jsonw_str(w, "subject", a->subject);
	jsonw_str(w, "noun", a->noun);
	if (a->noun_id != 0)
		jsonw_uint(w, "noun_id", a->noun_id);
	else
		jsonw_null(w, "noun_id");
	jsonw_time(w, "at", a->at_us);
	jsonw_str(w, "text", a->text);
	jsonw_end(w);
}

static void
write_counts(struct jsonw *w, const struct counts *n)
{
	jsonw_object(w, "counts");
	jsonw_int(w, "domains", n->domains);
	jsonw_int(w, "mailboxes", n->mailboxes);
	jsonw_int(w, "aliases", n->aliases);
	jsonw_int(w, "whitelist", n->whitelist);
	jsonw_int(w, "quota_allotted_bytes", n->quota_allotted_bytes);
	jsonw_int(w, "jobs_running", n->jobs_running);
	jsonw_end(w);
}

bool
home_show(struct call *c, struct err *e)
{
	struct home h;
	struct jsonw *w;

	if (!home_get(c->core, c->actor, &h, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "attention");
	for (size_t i = 0; i < h.n_attention; i++)
		write_attention(w, &h.attention[i]);
	jsonw_end(w);
	write_counts(w, &h.counts);
	publishing_write_json(w, "publishing", &h.publishing);
	jsonw_array(w, "quota");
	for (size_t i = 0; i < h.n_quota; i++)
		write_quota(w, &h.quota[i]);
	jsonw_end(w);
	jsonw_array(w, "revisions");
	for (size_t i = 0; i < h.n_revisions; i++)
		revision_write_json(w, NULL, &h.revisions[i]);
	jsonw_end(w);
	jsonw_end(w);
	return true;
}
