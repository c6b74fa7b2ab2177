/*
 * Administrators and one-time links that set a password. Sessions are in
 * core/session.h, signing in is in core/sign_in.h.
 */
#ifndef CORE_ADMIN_H
#define CORE_ADMIN_H

#include "base/token.h"
#include "core/core.h"

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

/* For the command line, whose account may. */
bool admin_find(struct core *c, const char *login, struct admin *out,
	struct err *e) MUST_USE;
bool admin_count(struct core *c, uint64_t *n_r, struct err *e) MUST_USE;

/* A new link for this admin, by who manages him (core/admin_manage.h); older
 * unused ones end. ERR_CONFLICT `disabled` when he is switched off. */
bool first_use_make(struct core *c, const struct actor *a, uint64_t admin_id,
	char token[static TOKEN_LEN + 1], struct err *e) MUST_USE;

/* Set an admin's password from the command line. */
bool admin_set_password(struct core *c, const struct actor *a,
	uint64_t admin_id, const char *password, struct err *e) MUST_USE;

/* His own, from the panel: ends his other sessions. */
bool admin_set_own_password(struct core *c, const struct actor *a,
	uint64_t but_session, const char *password, struct err *e) MUST_USE;
/* By a one-time link, which it uses up, of the actor himself. *won_r is false
 * when somebody else used it first. */
bool admin_password_by_link(struct core *c, const struct actor *a,
	const uint8_t link[static 32], const char *password, bool *won_r,
	struct err *e) MUST_USE;

#endif
