/*
 * What the targets of an alias may be, and what happens to them when an
 * address goes. Used inside core only.
 */
#ifndef CORE_ALIAS_TARGETS_H
#define CORE_ALIAS_TARGETS_H

#include "core/mailbox.h"
#include "core/tx.h"

/* A sorted copy. */
bool targets_sorted(struct arena *a, const char *const *items, size_t n,
	const char ***out, struct err *e) MUST_USE;

/* Those of `new_` that are not in `old` (both sorted). */
bool targets_added(struct arena *a, const char *const *old, size_t n_old,
	const char *const *new_, size_t n_new, const char ***out, size_t *n_r,
	struct err *e) MUST_USE;

/*
 * Lock, in the order of ids: the domain `own_id` exclusively, the domains of
 * ours that the targets are in shared, so that no target goes while it is
 * being named.
 */
bool targets_lock(struct tx *t, uint64_t own_id, const char *const *targets,
	size_t n, struct err *e) MUST_USE;

/* The rules of core/alias.h for targets of the alias `address`. */
bool targets_check(struct tx *t, const char *address,
	const char *const *targets, size_t n, struct err *e) MUST_USE;

#endif
