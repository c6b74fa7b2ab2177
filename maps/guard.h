/*
 * The guard: a domain that would lose many of its lines at once waits for a
 * person. Pure; which removals a person has confirmed is the caller's to know.
 */
#ifndef MAPS_GUARD_H
#define MAPS_GUARD_H

#include "maps/delta.h"
#include "maps/holds.h"

/* More removed lines than this, or than this share of a domain's. */
struct guard {
	size_t lines;
	unsigned percent;
};

/*
 * Is it a removed line that the guard counts: one that takes mail? A line that
 * only keeps a mailbox out of its catch-all is none.
 */
bool guard_counts(const struct delta_line *x);

/* May so many be held at all, whatever the domain has? */
bool guard_may_hold(const struct guard *g, size_t removed);

/* Are `removed` of a domain's `total` lines too many? */
bool guard_holds(const struct guard *g, size_t removed, size_t total);

void guard_reason(
	size_t removed, size_t total, char out[static HOLD_REASON_SIZE]);

/* A domain with too many removed lines. */
struct guard_loss {
	const char *domain;
	size_t removed, total;
};

struct guard_losses {
	struct guard_loss *loss;
	size_t n;
};

/*
 * The domains that the guard holds, sorted: `d` has the removed lines, `live`
 * all that were there. Texts are borrowed; free() the list.
 */
bool guard_find(const struct guard *g, const struct delta *d,
	const struct map_set *live, struct guard_losses *out,
	struct err *e) MUST_USE;

#endif
