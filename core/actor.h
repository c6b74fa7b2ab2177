/*
 * Who acts: a parameter of every operation. The role is looked at by the
 * router (coarse) and by core (fine): an admin's domains are a term of every
 * WHERE clause, and what is outside them does not exist for him
 * (ERR_NOT_FOUND).
 */
#ifndef CORE_ACTOR_H
#define CORE_ACTOR_H

#include "base/base.h"
#include "base/err.h"

enum actor_kind {
	ACTOR_ADMIN = 1,
	ACTOR_CLI,
	ACTOR_CLOCK,
	ACTOR_JOB,
	ACTOR_SETUP
};

enum role {
	ROLE_NONE,
	ROLE_SUPERADMIN, /* 1, as in the column admin.role */
	ROLE_ADMIN       /* 2: of the domains in admin_domain */
};

struct actor {
	enum actor_kind kind;
	enum role role;
	uint64_t admin_id;          /* 0: no admin */
	const char *name;           /* login, or name of the program's user */
	const uint64_t *domain_ids; /* ascending; ROLE_ADMIN only */
	size_t n_domains;
	const char *client;     /* address of the client, "" */
	const char *request_id; /* "" */
	uint64_t job_id;        /* 0 */
	const char *note;       /* kept with the revision, "" */
};

/* "admin", "cli", "clock", "job", "setup" */
const char *actor_kind_name(enum actor_kind kind);

/* The clock, and the command line (name: of the operating system's user). */
struct actor actor_clock(void);
struct actor actor_cli(const char *name);

bool actor_sees_all(const struct actor *a);
bool actor_has_domain(const struct actor *a, uint64_t domain_id);

/* ERR_FORBIDDEN unless superadmin (or one of our own programs). */
bool actor_need_superadmin(const struct actor *a, struct err *e) MUST_USE;

#endif
