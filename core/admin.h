/*
 * Administrators, their sign-in, sessions and first-use links.
 *
 * Sign-in: one answer for an unknown login and a wrong password (ERR_AUTH,
 * `bad_credentials`), at the same cost. Failures count for the account and for
 * the client's network (core/throttle.h); who must wait gets ERR_THROTTLED
 * with retry_after_s. Argon2id runs at most twice at a time on a host, with few
 * waiting; beyond that ERR_THROTTLED, `busy`.
 *
 * A session is 256 random bits, of which the digest is kept. It ends after
 * SESSION_IDLE_S without use and SESSION_MAX_S after its start. last_seen is
 * written at most once a minute.
 */
#ifndef CORE_ADMIN_H
#define CORE_ADMIN_H

#include "base/token.h"
#include "core/core.h"

#define SESSION_IDLE_S (8 * 3600)
#define SESSION_MAX_S (7 * 86400)
#define FIRST_USE_TTL_S (72 * 3600)
#define ADMIN_PASSWORD_MIN 10

struct admin {
	uint64_t id;
	const char *login;
	const char *name;
	enum role role;
	bool is_active;
	bool has_password;
	const uint64_t *domain_ids; /* ascending; NULL for a superadmin */
	const unsigned *rights;     /* of each of them, see core/actor.h */
	size_t n_domains;
};
const char *role_name(enum role role);

struct session {
	struct admin admin;
	int64_t created_us;
	int64_t expires_us; /* the nearer of the two limits */
};

/* The actor of a session, for this request. */
struct actor session_actor(
	const struct session *s, const char *client, const char *request_id);

/* `client` is an address as text. `token` gets the cookie's value. */
bool session_sign_in(struct core *c, const char *login, const char *password,
	const char *client, const char *user_agent,
	char token[static TOKEN_SESSION_LEN + 1], struct session *out,
	struct err *e) MUST_USE;

/* ERR_AUTH, `no_session`, when it is unknown, over, or its admin is off. */
bool session_find(struct core *c, const char *token, struct session *out,
	struct err *e) MUST_USE;
bool session_end(struct core *c, const char *token, struct err *e) MUST_USE;

/* Set the password by a one-time link and sign in. ERR_NOT_FOUND, field
 * `token`, `link_used_or_expired`. Ends the admin's other sessions. */
bool first_use_take(struct core *c, const char *token, const char *password,
	const char *client, const char *user_agent,
	char session_token[static TOKEN_SESSION_LEN + 1], struct session *out,
	struct err *e) MUST_USE;

/* For the command line, whose account may. An admin that exists already is
 * ERR_CONFLICT, `login_taken`. `domain_ids` for ROLE_ADMIN, with all rights. */
bool admin_create(struct core *c, const struct actor *a, const char *login,
	const char *name, enum role role, const uint64_t *domain_ids,
	size_t n_domains, struct admin *out, struct err *e) MUST_USE;
bool admin_find(struct core *c, const char *login, struct admin *out,
	struct err *e) MUST_USE;
/* All of them by login, up to ADMIN_LIST_MAX. Superadmins only. */
#define ADMIN_LIST_MAX 1000
bool admin_list(struct core *c, const struct actor *a, struct admin **items_r,
	size_t *n_r, struct err *e) MUST_USE;
bool admin_count(struct core *c, uint64_t *n_r, struct err *e) MUST_USE;

/* A new link for this admin; older unused ones end. */
bool first_use_make(struct core *c, const struct actor *a, uint64_t admin_id,
	char token[static TOKEN_LEN + 1], struct err *e) MUST_USE;

/* Set an admin's password from the command line. */
bool admin_set_password(struct core *c, const struct actor *a,
	uint64_t admin_id, const char *password, struct err *e) MUST_USE;

#endif
