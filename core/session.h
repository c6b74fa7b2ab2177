/*
 * Sessions of the panel: an administrator's, or a mailbox owner's.
 *
 * A session is 256 random bits, of which the digest is kept. It ends after
 * SESSION_IDLE_S without use and SESSION_MAX_S after its start, when its admin
 * is off, and when its mailbox may not sign in any more. last_seen is written
 * at most once a minute. A new password ends every other session.
 */
#ifndef CORE_SESSION_H
#define CORE_SESSION_H

#include "base/token.h"
#include "core/admin.h"
#include "db/session_rows.h"

#define SESSION_IDLE_S (8 * 3600)
#define SESSION_MAX_S (7 * 86400)
#define SESSION_LIST_MAX 100

/* How somebody proved to be himself, as in the column session.method. */
enum sign_in_method {
	BY_PASSWORD = 1,
	BY_CODE,     /* password and a code of the app */
	BY_RECOVERY, /* password and a recovery code */
	BY_PASSKEY,
	BY_SECOND_KEY, /* password and a passkey */
	BY_LINK
};
/* "password", "code", "recovery", "passkey", "second_passkey", "link" */
const char *sign_in_method_name(enum sign_in_method method);

struct owner {
	uint64_t id; /* of the mailbox */
	uint64_t domain_id;
	const char *address;
	const char *name;
	const char *language; /* "" when it was never chosen */
};

struct session {
	uint64_t id;
	struct person person;
	struct admin admin; /* when person.admin_id is set */
	struct owner owner; /* when person.mailbox_id is set */
	enum sign_in_method method;
	int64_t created_us;
	int64_t proved_us;  /* when a password or factor was last given */
	int64_t expires_us; /* the nearer of the two limits */
};

/* The actor of a session, for this request. */
struct actor session_actor(
	const struct session *s, const char *client, const char *request_id);

/* May the owner of this mailbox sign in now? */
bool owner_may_sign_in(const struct owner_row *o);

/* Who comes in, from where. */
struct session_from {
	const char *client; /* an address as text */
	const char *user_agent;
	const char *device; /* what the browser was given before, or NULL */
};

/* What a browser calls itself, as far as it is plain text. */
#define SESSION_AGENT_SIZE 201
void session_agent(char out[static SESSION_AGENT_SIZE], const char *agent);

/*
 * A new session of somebody whose right to it was proved: `s` has person and
 * admin or owner; the rest is filled. `token` gets the cookie's value.
 */
bool session_start(struct core *c, struct session *s,
	enum sign_in_method method, const struct session_from *from,
	char token[static TOKEN_SESSION_LEN + 1], struct err *e) MUST_USE;

/* ERR_AUTH, `no_session`, when it is unknown or over. */
bool session_find(struct core *c, const char *token, struct session *out,
	struct err *e) MUST_USE;
bool session_end(struct core *c, const char *token, struct err *e) MUST_USE;

/* A person's own, newest use first. */
bool session_list(struct core *c, struct person p, struct session_row **items_r,
	size_t *n_r, struct err *e) MUST_USE;
/* One of his own; ERR_NOT_FOUND. Or all but `but_id`. */
bool session_end_one(
	struct core *c, struct person p, uint64_t id, struct err *e) MUST_USE;
bool session_end_others(struct core *c, struct person p, uint64_t but_id,
	struct err *e) MUST_USE;

#endif
