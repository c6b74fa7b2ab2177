/*
 * Routes of API tokens. The token stands in the reply that makes it, and
 * nowhere else.
 */
#include "cgi/handlers.h"

#include <string.h>

#include "core/api_token.h"

struct tokens_in {
	int64_t admin_id;
};

static const struct field query_rows[] = {
	{ FIELD_AT(struct tokens_in, admin_id), .min = 1, .max = ROUTE_ID_MAX },
	{ 0 },
};

const struct form token_query_form = { .table = query_rows,
	.size = sizeof(struct tokens_in) };

static void
init(void *in)
{
	api_token_in_defaults(in);
}

const struct form token_in_form = { .table = api_token_form,
	.size = sizeof(struct api_token_in),
	.init = init };

bool
tokens_list(struct call *c, struct err *e)
{
	const struct tokens_in *in = c->query;
	struct api_token *items;
	struct jsonw *w;
	size_t n;

	if (!api_token_list(c->core, c->actor,
		    in->admin_id ? (uint64_t)in->admin_id : c->actor->admin_id,
		    &items, &n, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	for (size_t i = 0; i < n; i++)
		api_token_write_json(w, NULL, &items[i]);
	jsonw_end(w);
	jsonw_end(w);
	return true;
}

/* A scope that fits no request at all is a slip of the pen. */
static bool
check_scopes(const struct text_list *scopes, struct err *e)
{
	for (size_t i = 0; i < scopes->n; i++) {
		bool is_known = false;

		for (const struct route *r = routes; r->path && !is_known; r++)
			is_known = route_takes_tokens(r)
				&& scope_allows(scopes->items[i], r->action,
					r->method == METHOD_GET);
		if (!is_known)
			return err_set(e, ERR_INVALID, "scopes",
				"unknown_scope", scopes->items[i],
				"no request needs the scope %s",
				scopes->items[i]);
	}
	return true;
}

bool
reply_token(struct call *c, const struct api_token *t, const char *token,
	struct err *e)
{
	struct jsonw *w = reply_json(c->reply, 201);

	jsonw_object(w, NULL);
	api_token_write_json(w, "info", t);
	jsonw_str(w, "token", token);
	jsonw_end(w);
	return reply_location(c, "/tokens", t->row.id, e);
}

bool
tokens_create(struct call *c, struct err *e)
{
	const struct api_token_in *in = c->body;
	char token[TOKEN_LEN + 1];
	struct api_token t;
	bool ok = check_scopes(&in->scopes, e)
		&& api_token_create(
			c->core, c->actor, c->actor->admin_id, in, token, &t, e)
		&& reply_token(c, &t, token, e);

	explicit_bzero(token, sizeof token);
	return ok;
}

bool
tokens_get(struct call *c, struct err *e)
{
	struct api_token t;

	if (!api_token_get(c->core, c->actor, c->id, &t, e))
		return false;
	api_token_write_json(reply_json(c->reply, 200), NULL, &t);
	return true;
}

bool
tokens_revoke(struct call *c, struct err *e)
{
	if (!api_token_revoke(c->core, c->actor, c->id, e))
		return false;
	reply_init(c->reply, c->arena);
	return true;
}
