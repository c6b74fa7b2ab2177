/*
 * Sign-in and sessions, see admin.h. Reads and single-row writes; none of it
 * is a revision.
 */
#include "core/admin.h"

#include <string.h>

#include "base/password.h"
#include "base/timeutil.h"
#include "core/admin_rows.h"
#include "core/slots.h"
#include "core/throttle.h"

#define SEEN_EVERY_US (60 * US_PER_S)
#define LOGIN_MAX 400
#define AGENT_SIZE 201
#define SLOT_WAIT_MS 5000

struct actor
session_actor(
	const struct session *s, const char *client, const char *request_id)
{
	return (struct actor){ .kind = ACTOR_ADMIN,
		.role = s->admin.role,
		.admin_id = s->admin.id,
		.name = s->admin.login,
		.domain_ids = s->admin.domain_ids,
		.rights = s->admin.rights,
		.n_domains = s->admin.n_domains,
		.client = client,
		.request_id = request_id };
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* What a browser calls itself, as far as it is plain text. */
static void
copy_agent(char out[static AGENT_SIZE], const char *agent)
{
	size_t n = 0;

	for (; agent && agent[n] && n < AGENT_SIZE - 1; n++)
		out[n] = agent[n] >= ' ' && agent[n] < 0x7f ? agent[n] : '?';
	out[n] = '\0';
}

bool
session_start(struct core *c, const struct admin *admin, const char *client,
	const char *user_agent, char token[static TOKEN_SESSION_LEN + 1],
	struct session *out, struct err *e)
{
	int64_t now = c->now();
	const struct session_row row = { .admin_id = admin->id,
		.created_us = now,
		.last_seen_us = now,
		.expires_us = now + SESSION_MAX_S * US_PER_S };
	uint8_t digest[32];
	char agent[AGENT_SIZE];

	copy_agent(agent, user_agent);
	token_make(token, TOKEN_SESSION_LEN);
	token_digest(token, digest);
	*out = (struct session){ .admin = *admin,
		.created_us = now,
		.expires_us = now + SESSION_IDLE_S * US_PER_S };
	return session_row_insert(c->db, digest, &row, client, agent, e);
}

/* At the same cost whether the login exists or not. */
static bool
verify(struct core *c, const struct admin_row *row, bool found,
	const char *password, bool *right_r, struct err *e)
{
	unsigned workers = (unsigned)c->conf->web.workers;
	unsigned slot;

	*right_r = false;
	if (!slots_take(c->slots_fd, workers > 5 ? workers / 2 - 2 : 1,
		    SLOT_WAIT_MS, &slot, e))
		return false;
	if (found && *row->password && row->state == 1)
		*right_r = admin_password_verify(row->password, password);
	else
		admin_password_waste(password);
	slots_give(c->slots_fd, slot);
	return true;
}

static bool
refuse(struct core *c, const struct throttle_key *key, struct err *e)
{
	if (!throttle_failed(c, key, e))
		return false;
	return err_set(e, ERR_AUTH, NULL, "bad_credentials", NULL,
		"the login or the password is wrong");
}

bool
session_sign_in(struct core *c, const char *login, const char *password,
	const char *client, const char *user_agent,
	char token[static TOKEN_SESSION_LEN + 1], struct session *out,
	struct err *e)
{
	struct throttle_key key;
	struct admin_row row = { 0 };
	struct admin admin;
	bool found = false, right;

	throttle_key_make(&key, login, client);
	if (!throttle_check(c, &key, e))
		return false;
	if (strlen(login) <= LOGIN_MAX
		&& !admin_row_by_login(c->db, c->arena, login, &row, &found, e))
		return false;
	/* The database ignores blanks at the end; the throttle does not. */
	if (found && strcmp(row.login, login) != 0)
		found = false;
	if (strlen(password) > PASSWORD_MAX)
		found = false;
	if (!verify(c, &row, found, password, &right, e))
		return false;
	if (!right)
		return refuse(c, &key, e);
	return throttle_passed(c, &key, e) && admin_of_row(c, &row, &admin, e)
		&& session_start(c, &admin, client, user_agent, token, out, e);
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

bool
session_find(
	struct core *c, const char *token, struct session *out, struct err *e)
{
	struct session_row row;
	struct admin_row admin;
	int64_t now = c->now(), idle_us;
	uint8_t digest[32];
	bool found;

	if (!token_is_plausible(token, TOKEN_SESSION_LEN, TOKEN_SESSION_LEN))
		return no_session(e);
	token_digest(token, digest);
	if (!session_row_get(c->db, c->arena, digest, &row, &admin, &found, e))
		return false;
	if (!found || admin.state != 1)
		return no_session(e);
	idle_us = row.last_seen_us + SESSION_IDLE_S * US_PER_S;
	if (now >= row.expires_us || now >= idle_us)
		return no_session(e);
	if (!see(c, digest, &row, now, e)
		|| !admin_of_row(c, &admin, &out->admin, e))
		return false;
	out->created_us = row.created_us;
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
