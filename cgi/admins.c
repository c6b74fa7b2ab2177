/*
 * Routes of admins. A new one and a new link come with the first-use link,
 * which is shown in that reply and never again.
 */
#include "cgi/handlers.h"

#include <string.h>

#include "base/timeutil.h"
#include "cgi/lists.h"
#include "core/admin_manage.h"

struct admins_in {
	struct list_in list;
	int64_t domain_id;
};

static const struct field query_rows[] = {
	LIST_PAGE_ROWS(struct admins_in),
	{ FIELD_NAMED(struct admins_in, list.q, "q"), .max = 200 },
	{ FIELD_AT(struct admins_in, domain_id), .min = 1,
		.max = ROUTE_ID_MAX },
	{ 0 },
};

const struct form admin_query_form = { .table = query_rows,
	.size = sizeof(struct admins_in) };
const struct form admin_in_form = { .table = admin_create_form,
	.size = sizeof(struct admin_in) };
const struct form admin_changes_form = { .table = admin_patch_form,
	.size = sizeof(struct admin_in) };
const struct form admin_grants_form = { .table = admin_grant_form,
	.size = sizeof(struct admin_in) };
const struct form admin_revokes_form = { .table = admin_revoke_form,
	.size = sizeof(struct admin_in) };

bool
reply_admin(
	struct call *c, int status, const struct admin_view *v, struct err *e)
{
	admin_write_json(reply_json(c->reply, status), NULL, v);
	if (status == 201 && !reply_location(c, "/admins", v->row.id, e))
		return false;
	return reply_etag(c->reply, (int64_t)v->row.version, e);
}

bool
admins_list(struct call *c, struct err *e)
{
	const struct admins_in *in = c->query;
	const struct admin_query q = { .list = list_query_of(&in->list),
		.domain_id = (uint64_t)in->domain_id };
	struct admin_view *items;
	struct list_page page;
	struct jsonw *w;

	if (!admin_list(c->core, c->actor, &q, &items, &page, e))
		return false;
	w = reply_json(c->reply, 200);
	page_begin(w);
	for (size_t i = 0; i < page.n; i++)
		admin_write_json(w, NULL, &items[i]);
	page_end(w, &page);
	return true;
}

bool
admins_get(struct call *c, struct err *e)
{
	struct admin_view v;

	return admin_get(c->core, c->actor, c->id, &v, e)
		&& reply_admin(c, 200, &v, e);
}

static bool
reply_with_link(struct call *c, int status, const struct admin_view *v,
	char token[static TOKEN_LEN + 1], struct err *e)
{
	struct jsonw *w = reply_json(c->reply, status);

	jsonw_object(w, NULL);
	admin_write_json(w, "admin", v);
	jsonw_object(w, "first_use");
	jsonw_str(w, "token", token);
	jsonw_time(
		w, "expires_at", c->core->now() + FIRST_USE_TTL_S * US_PER_S);
	jsonw_end(w);
	jsonw_end(w);
	explicit_bzero(token, TOKEN_LEN + 1);
	return reply_location(c, "/admins", v->row.id, e);
}

bool
admins_create(struct call *c, struct err *e)
{
	char token[TOKEN_LEN + 1];
	struct admin_view v;

	return admin_create(c->core, c->actor, c->body, token, &v, e)
		&& reply_with_link(c, 201, &v, token, e);
}

bool
admins_link(struct call *c, struct err *e)
{
	char token[TOKEN_LEN + 1];
	struct admin_view v;

	return first_use_make(c->core, c->actor, c->id, token, e)
		&& admin_get(c->core, c->actor, c->id, &v, e)
		&& reply_with_link(c, 200, &v, token, e);
}

bool
admins_patch(struct call *c, struct err *e)
{
	struct admin_view v;

	return admin_patch(c->core, c->actor, c->id, c->match, c->body,
		       &c->body_seen, &v, e)
		&& reply_admin(c, 200, &v, e);
}

bool
admins_grant(struct call *c, struct err *e)
{
	struct admin_view v;

	return admin_grant(c->core, c->actor, c->id, c->match, c->body, &v, e)
		&& reply_admin(c, 200, &v, e);
}

bool
admins_revoke(struct call *c, struct err *e)
{
	struct admin_view v;

	return admin_revoke(c->core, c->actor, c->id, c->match, c->body, &v, e)
		&& reply_admin(c, 200, &v, e);
}

bool
admins_delete(struct call *c, struct err *e)
{
	if (!admin_delete(c->core, c->actor, c->id, c->match, e))
		return false;
	reply_init(c->reply, c->arena);
	return true;
}
