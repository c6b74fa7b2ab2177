/*
 * Sessions, see session.h. Reads and single-row writes; none of it is a
 * revision.
 */
#include "core/session.h"

#include <string.h>

#include "base/timeutil.h"
#include "core/admin_rows.h"
#include "db/domain_rows.h"

#define SEEN_EVERY_US (60 * US_PER_S)

static const char *const methods[] = {
	[BY_PASSWORD] = "password",
	[BY_CODE] = "code",
	[BY_RECOVERY] = "recovery",
	[BY_PASSKEY] = "passkey",
	[BY_SECOND_KEY] = "second_passkey",
	[BY_LINK] = "link",
};
_Static_assert(ARRAY_LEN(methods) == BY_LINK + 1, "one name each");

const char *
sign_in_method_name(enum sign_in_method method)
{
	return method >= BY_PASSWORD && method <= BY_LINK
		? methods[method]
		: methods[BY_PASSWORD];
}

struct actor
session_actor(
	const struct session *s, const char *client, const char *request_id)
{
	if (s->person.mailbox_id)
		return (struct actor){ .kind = ACTOR_OWNER,
			.role = ROLE_OWNER,
			.mailbox_id = s->person.mailbox_id,
			.name = s->owner.address,
			.client = client,
			.request_id = request_id };
	return (struct actor){ .kind = ACTOR_ADMIN,
		.role = s->admin.role,
		.admin_id = s->admin.id,
		.name = s->admin.login,
		.domain_ids = s->admin.domain_ids,
		.rights = s->admin.rights,
		.scope.admin_id = s->admin.role == ROLE_ADMIN ? s->admin.id : 0,
		.n_domains = s->admin.n_domains,
		.client = client,
		.request_id = request_id };
}

struct owner
owner_of_row(const struct owner_row *row)
{
	return (struct owner){ .id = row->id,
		.domain_id = row->domain_id,
		.address = row->address,
		.name = row->name,
		.language = row->language };
}

bool
owner_may_sign_in(const struct owner_row *o)
{
	return o->is_alive && o->state == MAILBOX_ACTIVE
		&& (o->domain_state == DOMAIN_ACTIVE
			|| o->domain_state == DOMAIN_PREPARED
			|| o->domain_state == DOMAIN_RETIRING);
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void
session_agent(char out[static SESSION_AGENT_SIZE], const char *agent)
{
	size_t n = 0;

	for (; agent && agent[n] && n < SESSION_AGENT_SIZE - 1; n++)
		out[n] = agent[n] >= ' ' && agent[n] < 0x7f ? agent[n] : '?';
	out[n] = '\0';
}

bool
session_start(struct core *c, struct session *s, enum sign_in_method method,
	const struct session_from *from,
	char token[static TOKEN_SESSION_LEN + 1], struct err *e)
{
	int64_t now = c->now();
	char agent[SESSION_AGENT_SIZE];
	const struct session_row row = { .person = s->person,
		.created_us = now,
		.last_seen_us = now,
		.proved_us = now,
		.expires_us = now + SESSION_MAX_S * US_PER_S,
		.method = method,
		.client = from->client,
		.user_agent = agent };
	uint8_t digest[32];

	session_agent(agent, from->user_agent);
	token_make(token, TOKEN_SESSION_LEN);
	token_digest(token, digest);
	s->method = method;
	s->created_us = s->proved_us = now;
	s->expires_us = now + SESSION_IDLE_S * US_PER_S;
	return session_row_insert(c->db, digest, &row, &s->id, e);
}

static bool
no_session(struct err *e)
{
	return err_set(e, ERR_AUTH, NULL, "no_session", NULL,
		"nobody is signed in, or the session is over");
}

static bool
see(struct core *c, const uint8_t digest[static 32],
	const struct session_row *row, int64_t now, struct err *e)
{
	return now - row->last_seen_us < SEEN_EVERY_US
		|| session_row_seen(c->db, digest, now, e);
}

/* Whoever it is may still be there. */
static bool
fill_person(struct core *c, const struct session_row *row,
	const struct admin_row *admin, const struct owner_row *owner,
	struct session *out, struct err *e)
{
	*out = (struct session){ .id = row->id,
		.person = row->person,
		.method = (enum sign_in_method)row->method,
		.created_us = row->created_us,
		.proved_us = row->proved_us };
	if (row->person.mailbox_id) {
		out->owner = owner_of_row(owner);
		return owner_may_sign_in(owner) || no_session(e);
	}
	return (admin->state == 1 || no_session(e))
		&& admin_of_row(c, admin, &out->admin, e);
}

bool
session_find(
	struct core *c, const char *token, struct session *out, struct err *e)
{
	struct session_row row;
	struct admin_row admin;
	struct owner_row owner;
	int64_t now = c->now(), idle_us;
	uint8_t digest[32];
	bool found;

	if (!token_is_plausible(token, TOKEN_SESSION_LEN, TOKEN_SESSION_LEN))
		return no_session(e);
	token_digest(token, digest);
	if (!session_row_get(
		    c->db, c->arena, digest, &row, &admin, &owner, &found, e))
		return false;
	if (!found)
		return no_session(e);
	idle_us = row.last_seen_us + SESSION_IDLE_S * US_PER_S;
	if (now >= row.expires_us || now >= idle_us)
		return no_session(e);
	if (!fill_person(c, &row, &admin, &owner, out, e)
		|| !see(c, digest, &row, now, e))
		return false;
	out->expires_us =
		earlier(row.expires_us, now + SESSION_IDLE_S * US_PER_S);
	return true;
}

bool
session_end(struct core *c, const char *token, struct err *e)
{
	uint8_t digest[32];

	if (!token_is_plausible(token, TOKEN_SESSION_LEN, TOKEN_SESSION_LEN))
		return true;
	token_digest(token, digest);
	return session_row_delete(c->db, digest, e);
}

bool
session_list(struct core *c, struct person p, struct session_row **items_r,
	size_t *n_r, struct err *e)
{
	int64_t now = c->now();

	return session_row_list(c->db, c->arena, p, now,
		now - SESSION_IDLE_S * US_PER_S, SESSION_LIST_MAX, items_r, n_r,
		e);
}

bool
session_end_one(struct core *c, struct person p, uint64_t id, struct err *e)
{
	bool found;

	if (!session_row_delete_id(c->db, p, id, &found, e))
		return false;
	return found
		|| err_set(e, ERR_NOT_FOUND, NULL, "no_such_session", NULL,
			"there is no such session any more");
}

bool
session_end_others(
	struct core *c, struct person p, uint64_t but_id, struct err *e)
{
	return session_row_delete_of(c->db, p, but_id, e);
}
