/*
 * Who acts, and on what.
 */
#include "core/actor.h"

#include <assert.h>

static const char *const kinds[] = {
	[ACTOR_ADMIN] = "admin",
	[ACTOR_CLI] = "cli",
	[ACTOR_CLOCK] = "clock",
	[ACTOR_JOB] = "job",
	[ACTOR_SETUP] = "setup",
};
_Static_assert(ARRAY_LEN(kinds) == ACTOR_SETUP + 1, "one name each");

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

bool
actor_has_domain(const struct actor *a, uint64_t domain_id)
{
	size_t low = 0, high = a->n_domains;

	if (actor_sees_all(a))
		return true;
	while (a->role == ROLE_ADMIN && low < high) {
		size_t mid = low + (high - low) / 2;

		if (a->domain_ids[mid] == domain_id)
			return true;
		if (a->domain_ids[mid] < domain_id)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

bool
actor_need_superadmin(const struct actor *a, struct err *e)
{
	if (actor_sees_all(a))
		return true;
	return err_set(e, ERR_FORBIDDEN, NULL, "superadmin_only", NULL,
		"only a superadmin may do this");
}
