/*
 * Who acts, and on what.
 */
#include "core/actor.h"

#include <assert.h>

#include "base/str.h"

static const char *const kinds[] = {
	[ACTOR_ADMIN] = "admin",
	[ACTOR_CLI] = "cli",
	[ACTOR_CLOCK] = "clock",
	[ACTOR_JOB] = "job",
	[ACTOR_SETUP] = "setup",
	[ACTOR_OWNER] = "owner",
};
_Static_assert(ARRAY_LEN(kinds) == ACTOR_OWNER + 1, "one name each");

const char *const right_words[] = { "mailboxes", "aliases", "passwords",
	"lists", "dns", "import", NULL };
_Static_assert(ARRAY_LEN(right_words) == RIGHTS_N + 1, "one word each");

const char *
actor_kind_name(enum actor_kind kind)
{
	assert((unsigned)kind < ARRAY_LEN(kinds) && kinds[kind]);
	return kinds[kind];
}

struct actor
actor_clock(void)
{
	return (struct actor){
		.kind = ACTOR_CLOCK, .role = ROLE_SUPERADMIN, .name = "clock"
	};
}

struct actor
actor_cli(const char *name)
{
	return (struct actor){
		.kind = ACTOR_CLI, .role = ROLE_SUPERADMIN, .name = name
	};
}

bool
actor_sees_all(const struct actor *a)
{
	return a->role == ROLE_SUPERADMIN;
}

struct scope_ids
actor_scope(const struct actor *a)
{
	if (actor_sees_all(a))
		return (struct scope_ids){ 0, 0 };
	if (a->role != ROLE_ADMIN
		|| (a->scope.admin_id == 0 && a->scope.token_id == 0))
		return (struct scope_ids){ .admin_id = UINT64_MAX };
	return a->scope;
}

/* Where the domain stands among the actor's; n_domains when it does not. */
static size_t
find_domain(const struct actor *a, uint64_t domain_id)
{
	size_t low = 0, high = a->n_domains;

	while (a->role == ROLE_ADMIN && low < high) {
		size_t mid = low + (high - low) / 2;

		if (a->domain_ids[mid] == domain_id)
			return mid;
		if (a->domain_ids[mid] < domain_id)
			low = mid + 1;
		else
			high = mid;
	}
	return a->n_domains;
}

bool
actor_has_domain(const struct actor *a, uint64_t domain_id)
{
	return actor_sees_all(a) || find_domain(a, domain_id) < a->n_domains;
}

bool
actor_has_right(const struct actor *a, uint64_t domain_id, enum right right)
{
	size_t at = find_domain(a, domain_id);

	return actor_sees_all(a)
		|| (at < a->n_domains && a->rights && a->rights[at] & right);
}

bool
actor_has_right_somewhere(const struct actor *a, enum right right)
{
	if (actor_sees_all(a))
		return true;
	for (size_t i = 0;
		a->role == ROLE_ADMIN && a->rights && i < a->n_domains; i++)
		if (a->rights[i] & right)
			return true;
	return false;
}

static bool
no_right(enum right right, struct err *e)
{
	char reason[32];
	struct str s = STR_FIXED(reason);
	const char *word = right_words[__builtin_ctz(right)];

	str_addf(&s, "no_right_%s", word);
	return err_set(e, ERR_FORBIDDEN, NULL, str_text(&s), NULL,
		"you may look here, but have no right to change %s", word);
}

bool
actor_need_right(const struct actor *a, uint64_t domain_id, enum right right,
	struct err *e)
{
	return actor_has_right(a, domain_id, right) || no_right(right, e);
}

bool
actor_need_right_somewhere(
	const struct actor *a, enum right right, struct err *e)
{
	return actor_has_right_somewhere(a, right) || no_right(right, e);
}

bool
actor_need_superadmin(const struct actor *a, struct err *e)
{
	if (actor_sees_all(a))
		return true;
	return err_set(e, ERR_FORBIDDEN, NULL, "superadmin_only", NULL,
		"only a superadmin may do this");
}

bool
actor_need_admin(const struct actor *a, struct err *e)
{
	return a->role == ROLE_SUPERADMIN || a->role == ROLE_ADMIN
		|| err_set(e, ERR_FORBIDDEN, NULL, "admins_only", NULL,
			"only an administrator may do this");
}

bool
actor_need_owner(const struct actor *a, struct err *e)
{
	return (a->role == ROLE_OWNER && a->mailbox_id)
		|| err_set(e, ERR_FORBIDDEN, NULL, "owners_only", NULL,
			"this is for the owner of a mailbox");
}
