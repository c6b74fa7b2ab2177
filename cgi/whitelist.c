/*
 * Routes of the relay whitelist.
 */
#include "cgi/handlers.h"

#include "cgi/lists.h"
#include "core/whitelist.h"

struct whitelists_in {
	struct list_in list;
	unsigned state; /* enum whitelist_state, 0: active and disabled */
};

static const char *const state_words[] = { "", "active", "disabled", "expired",
	"deleted", NULL };

static const struct field query_rows[] = {
	LIST_ROWS(struct whitelists_in),
	{ FIELD_AT(struct whitelists_in, state), .words = state_words },
	{ 0 },
};

const struct form whitelist_query_form = { .table = query_rows,
	.size = sizeof(struct whitelists_in) };

static void
init(void *in)
{
	whitelist_in_defaults(in);
}

const struct form whitelist_in_form = { .table = whitelist_create_form,
	.size = sizeof(struct whitelist_in),
	.init = init };
const struct form whitelist_changes_form = { .table = whitelist_patch_form,
	.size = sizeof(struct whitelist_in),
	.init = init };

bool
reply_whitelist(
	struct call *c, int status, const struct whitelist *wl, struct err *e)
{
	whitelist_write_json(reply_json(c->reply, status), NULL, wl);
	if (status == 201 && !reply_location(c, "/whitelist", wl->id, e))
		return false;
	return reply_etag(c->reply, (int64_t)wl->version, e);
}

bool
whitelists_list(struct call *c, struct err *e)
{
	const struct whitelists_in *in = c->query;
	const struct whitelist_query q = { .list = list_query_of(&in->list),
		.state = (enum whitelist_state)in->state };
	struct list_page page;
	struct whitelist *items;
	struct jsonw *w;

	if (!whitelist_list(c->core, c->actor, &q, &items, &page, e))
		return false;
	w = reply_json(c->reply, 200);
	page_begin(w);
	for (size_t i = 0; i < page.n; i++)
		whitelist_write_json(w, NULL, &items[i]);
	page_end(w, &page);
	return true;
}

bool
whitelists_create(struct call *c, struct err *e)
{
	struct whitelist wl;

	return whitelist_create(c->core, c->actor, c->body, &wl, e)
		&& reply_whitelist(c, 201, &wl, e);
}

bool
whitelists_get(struct call *c, struct err *e)
{
	struct whitelist wl;

	return whitelist_get(c->core, c->actor, c->id, &wl, e)
		&& reply_whitelist(c, 200, &wl, e);
}

bool
whitelists_patch(struct call *c, struct err *e)
{
	struct whitelist wl;

	return whitelist_patch(c->core, c->actor, c->id, c->match, c->body,
		       &c->body_seen, &wl, e)
		&& reply_whitelist(c, 200, &wl, e);
}

bool
whitelists_delete(struct call *c, struct err *e)
{
	struct whitelist wl;

	return whitelist_delete(c->core, c->actor, c->id, c->match, &wl, e)
		&& reply_whitelist(c, 200, &wl, e);
}

bool
whitelists_restore(struct call *c, struct err *e)
{
	struct whitelist wl;

	return whitelist_restore(c->core, c->actor, c->id, &wl, e)
		&& reply_whitelist(c, 200, &wl, e);
}
