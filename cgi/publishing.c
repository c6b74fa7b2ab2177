/*
 * Routes of publishing: what is live, what waits, and the acts.
 */
#include "cgi/handlers.h"

#include "cgi/lists.h"
#include "core/publishing.h"
#include "maps/diff.h"

const struct form publish_mode_form = { .table = mode_form,
	.size = sizeof(struct mode_in) };
const struct form publish_all_form = { .table = publish_form,
	.size = sizeof(struct publish_in) };
const struct form publish_confirm_form = { .table = confirm_form,
	.size = sizeof(struct confirm_in) };
const struct form publish_rollback_form = { .table = rollback_form,
	.size = sizeof(struct rollback_in) };
const struct form publish_resume_form = { .table = resume_form,
	.size = sizeof(struct resume_in) };

static const struct field page_rows[] = {
	{ FIELD_AT(struct page_in, limit), .min = 1, .max = LIST_LIMIT_MAX },
	{ FIELD_AT(struct page_in, after), .max = 2048 },
	{ 0 },
};
const struct form publish_page_form = { .table = page_rows,
	.size = sizeof(struct page_in) };

void
publishing_write_json(
	struct jsonw *w, const char *key, const struct publishing *p)
{
	jsonw_object(w, key);
	publishing_write_members(w, p);
	jsonw_array(w, "nodes");
	for (size_t i = 0; i < p->n_nodes; i++)
		node_view_write_json(w, &p->nodes[i]);
	jsonw_end(w);
	jsonw_end(w);
}

bool
publishing_show(struct call *c, struct err *e)
{
	struct publishing p;

	if (!publishing_get(c->core, c->actor, &p, e))
		return false;
	publishing_write_json(reply_json(c->reply, 200), NULL, &p);
	return true;
}

bool
publishing_mode(struct call *c, struct err *e)
{
	return publishing_set_mode(c->core, c->actor, c->body, e)
		&& publishing_show(c, e);
}

bool
publishing_publish_all(struct call *c, struct err *e)
{
	struct jsonw *w;
	uint64_t approved;

	if (!diff_check_note(c->core, c->actor, c->body, e)
		|| !publishing_publish(
			c->core, c->actor, c->body, &approved, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_uint(w, "approved_serial", approved);
	jsonw_end(w);
	return true;
}

bool
publishing_confirm_one(struct call *c, struct err *e)
{
	return publishing_confirm(c->core, c->actor, c->body, e)
		&& publishing_show(c, e);
}

bool
publishing_roll_back(struct call *c, struct err *e)
{
	return publishing_rollback(c->core, c->actor, c->body, e)
		&& publishing_show(c, e);
}

bool
publishing_go_on(struct call *c, struct err *e)
{
	return publishing_resume(c->core, c->actor, c->body, e)
		&& publishing_show(c, e);
}

static struct page_in
page_of(const struct page_in *in)
{
	return (struct page_in){ in->limit, text_or_null(in->after) };
}

bool
publishing_pending(struct call *c, struct err *e)
{
	const struct page_in in = page_of(c->query);
	struct list_page page = { 0 };
	struct pending *items;
	struct jsonw *w;

	if (!pending_list(
		    c->core, c->actor, &in, &items, &page.n, &page.next, e))
		return false;
	w = reply_json(c->reply, 200);
	page_begin(w);
	for (size_t i = 0; i < page.n; i++)
		pending_write_json(w, &items[i]);
	page_end(w, &page);
	return true;
}

bool
publishing_versions(struct call *c, struct err *e)
{
	const struct page_in in = page_of(c->query);
	struct list_page page = { 0 };
	struct version *items;
	struct jsonw *w;

	if (!version_list(
		    c->core, c->actor, &in, &items, &page.n, &page.next, e))
		return false;
	w = reply_json(c->reply, 200);
	page_begin(w);
	for (size_t i = 0; i < page.n; i++)
		version_write_json(w, &items[i]);
	page_end(w, &page);
	return true;
}
