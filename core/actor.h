/*
 * Who acts: a parameter of every operation. The role is looked at by the
 * router (coarse) and by core (fine): an admin's domains are a term of every
 * WHERE clause, and what is outside them does not exist for him
 * (ERR_NOT_FOUND). Inside them he may look at everything and change what his
 * rights there name; without the right it is ERR_FORBIDDEN, and the reason
 * names the right (`no_right_mailboxes`).
 */
#ifndef CORE_ACTOR_H
#define CORE_ACTOR_H

#include "base/base.h"
#include "base/err.h"
#include "db/scope.h"

enum actor_kind {
	ACTOR_ADMIN = 1,
	ACTOR_CLI,
	ACTOR_CLOCK,
	ACTOR_JOB,
	ACTOR_SETUP,
	ACTOR_OWNER /* of a mailbox */
};

enum role {
	ROLE_NONE,
	ROLE_SUPERADMIN, /* 1, as in the column admin.role */
	ROLE_ADMIN,      /* 2: of the domains in admin_domain */
	/* Of one mailbox. Sees no noun: all that he may do are functions that
	 * take no id of a mailbox (core/owner.h). */
	ROLE_OWNER
};

/* Of a domain admin, for each domain of his. None at all: he may look. The
 * bits are those of the column admin_domain.rights. */
enum right {
	RIGHT_MAILBOXES = 1 << 0,
	RIGHT_ALIASES = 1 << 1,
	RIGHT_PASSWORDS = 1 << 2, /* of mailboxes that exist */
	RIGHT_LISTS = 1 << 3,
	RIGHT_DNS = 1 << 4,
	RIGHT_IMPORT = 1 << 5,
};
#define RIGHTS_N 6
#define RIGHTS_ALL ((1U << RIGHTS_N) - 1)
/* By bit, ending with NULL. */
extern const char *const right_words[];

struct actor {
	enum actor_kind kind;
	enum role role;
	uint64_t admin_id;          /* 0: no admin */
	uint64_t mailbox_id;        /* ROLE_OWNER; else 0 */
	const char *name;           /* login, or name of the program's user */
	const uint64_t *domain_ids; /* ascending; ROLE_ADMIN only */
	const unsigned *rights;     /* of each of them: enum right, or'ed */
	size_t n_domains;
	struct scope_ids scope; /* the same domains for SQL, see actor_scope */
	uint64_t token_id;      /* of the API token that was shown, 0: none */
	const char *client;     /* address of the client, "" */
	const char *request_id; /* "" */
	uint64_t job_id;        /* 0 */
	const char *note;       /* kept with the revision, "" */
};

/* "admin", "cli", "clock", "job", "setup", "owner" */
const char *actor_kind_name(enum actor_kind kind);

/* The clock, and the command line (name: of the operating system's user). */
struct actor actor_clock(void);
struct actor actor_cli(const char *name);

bool actor_sees_all(const struct actor *a);
/* The term of SQL: of superadmins none, of who has no domains one that nothing
 * fits. */
struct scope_ids actor_scope(const struct actor *a);
bool actor_has_domain(const struct actor *a, uint64_t domain_id);
/* In this domain; superadmins have all of them everywhere. */
bool actor_has_right(
	const struct actor *a, uint64_t domain_id, enum right right);
/* In at least one domain. */
bool actor_has_right_somewhere(const struct actor *a, enum right right);

/* ERR_FORBIDDEN `no_right_...` without it. For a domain that is known to be
 * the actor's: what is not would be not found. */
bool actor_need_right(const struct actor *a, uint64_t domain_id,
	enum right right, struct err *e) MUST_USE;
bool actor_need_right_somewhere(
	const struct actor *a, enum right right, struct err *e) MUST_USE;

/* ERR_FORBIDDEN `admins_only`, `owners_only`: superadmins and our own programs
 * are admins. */
bool actor_need_admin(const struct actor *a, struct err *e) MUST_USE;
bool actor_need_owner(const struct actor *a, struct err *e) MUST_USE;

/* ERR_FORBIDDEN unless superadmin (or one of our own programs). */
bool actor_need_superadmin(const struct actor *a, struct err *e) MUST_USE;

#endif
