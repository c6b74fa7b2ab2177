/*
 * Routing as it was: from the changed lines of a journal, in their order, what
 * each line that was touched must be. Pure.
 *
 * For a serial: a line is what it was before the first change of it that is
 * newer, or what its last change left where none is. For REWIND_LAST: each line is what its last change left. Lines that
 * were never touched are as they are.
 */
#ifndef MAPS_REWIND_H
#define MAPS_REWIND_H

#include "maps/delta.h"

#define REWIND_LAST UINT64_MAX

struct rewind_line;

/* {0} with the serial set is empty. */
struct rewind {
	uint64_t serial;
	struct rewind_line **slot;
	size_t slots, n;
};

/* `serial`: with what the change goes back; 0 for a repair, which never does.
 * A NULL value: the line is not there. Accounts are left out, and but for
 * REWIND_LAST who may send: they never go back. */
bool rewind_take(struct rewind *r, enum map_id map, const char *key,
	const char *before, const char *after, uint64_t serial,
	struct err *e) MUST_USE;

/* Is the line known, and what must it be? NULL in *value_r: not there. */
bool rewind_find(const struct rewind *r, enum map_id map, const char *key,
	const char **value_r);

/* Each line that was touched. */
typedef bool rewind_each(void *ctx, enum map_id map, const char *key,
	const char *value, struct err *e);
bool rewind_walk(const struct rewind *r, rewind_each *each, void *ctx,
	struct err *e) MUST_USE;

/* Forget all lines. */
void rewind_clear(struct rewind *r);
void rewind_free(struct rewind *r);

#endif
