/*
 * Replies that several nouns share.
 */
#include "cgi/handlers.h"

#include <string.h>

#include "core/admin_manage.h"
#include "core/alias.h"
#include "core/api_token.h"
#include "core/domain.h"
#include "core/job.h"
#include "core/mailbox.h"
#include "core/node.h"
#include "core/whitelist.h"

bool
reply_location(struct call *c, const char *path, uint64_t id, struct err *e)
{
	c->location = arena_printf(c->arena, "%s%s/%llu", ROUTE_PREFIX, path,
		(unsigned long long)id);
	return c->location ? reply_header(c->reply, "Location", c->location, e)
			   : err_memory(e);
}

static bool
admin_again(struct call *c, uint64_t id, struct err *e)
{
	struct admin_view v;
	struct jsonw *w;

	if (!admin_get(c->core, c->actor, id, &v, e))
		return false;
	w = reply_json(c->reply, c->id == 0 ? 201 : 200);
	jsonw_object(w, NULL);
	admin_write_json(w, "admin", &v);
	jsonw_null(w, "first_use");
	jsonw_end(w);
	return reply_location(c, "/admins", id, e);
}

static bool
token_again(struct call *c, uint64_t id, struct err *e)
{
	struct api_token t;

	return api_token_get(c->core, c->actor, id, &t, e)
		&& reply_token(c, &t, NULL, e);
}

static bool
domain_again(struct call *c, uint64_t id, struct err *e)
{
	struct domain d;

	return domain_get(c->core, c->actor, id, &d, e)
		&& reply_domain(c, 201, &d, e);
}

static bool
mailbox_again(struct call *c, uint64_t id, struct err *e)
{
	struct mailbox m;

	return mailbox_get(c->core, c->actor, id, &m, e)
		&& reply_mailbox(c, 201, &m, e);
}

static bool
alias_again(struct call *c, uint64_t id, struct err *e)
{
	struct alias al;

	return alias_get(c->core, c->actor, id, &al, e)
		&& reply_alias(c, 201, &al, e);
}

static bool
whitelist_again(struct call *c, uint64_t id, struct err *e)
{
	struct whitelist wl;

	return whitelist_get(c->core, c->actor, id, &wl, e)
		&& reply_whitelist(c, 201, &wl, e);
}

static bool
job_again(struct call *c, uint64_t id, struct err *e)
{
	struct job j;

	return job_get(c->core, c->actor, id, &j, e) && reply_job(c, &j, e);
}

static bool
node_again(struct call *c, uint64_t id, struct err *e)
{
	struct node n;

	return node_get(c->core, c->actor, id, &n, e)
		&& reply_node(c,
			c->route->method == METHOD_POST && c->id == 0 ? 201
								      : 200,
			&n, e);
}

bool
reply_made(struct call *c, const char *noun, uint64_t id, struct err *e)
{
	static const struct {
		const char *noun;
		bool (*again)(struct call *c, uint64_t id, struct err *e);
	} nouns[] = {
		{ "admin", admin_again },
		{ "token", token_again },
		{ "domain", domain_again },
		{ "mailbox", mailbox_again },
		{ "alias", alias_again },
		{ "whitelist", whitelist_again },
		{ "job", job_again },
		{ "node", node_again },
	};

	for (size_t i = 0; noun && i < ARRAY_LEN(nouns); i++)
		if (strcmp(noun, nouns[i].noun) == 0)
			return nouns[i].again(c, id, e);
	return err_set(e, ERR_CONFLICT, "Idempotency-Key", "done_before", "",
		"a request with this key was carried out before");
}
