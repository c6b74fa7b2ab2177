/*
 * The difference between what is live and what is wanted.
 *
 * A delta is a flat list of changed lines with both values, so that it can be
 * shown, guarded, applied and, read backwards, taken back. Texts are borrowed
 * from the two sets compared and live as long as they do.
 */
#ifndef MAPS_DELTA_H
#define MAPS_DELTA_H

#include "maps/lines.h"

struct delta_line {
	enum map_id map;
	const char *key;
	const char *before; /* NULL: the line is new */
	const char *after;  /* NULL: the line goes */
};

/* {0} is an empty delta. Lines are grouped by map, sorted by key within. */
struct delta {
	struct delta_line *line;
	size_t n, cap;
	size_t added, changed, removed;
};

/* Append one line; its texts are borrowed. False: out of memory. */
bool delta_add(struct delta *d, const struct delta_line *x, struct err *e)
	__attribute__((warn_unused_result));

/*
 * Append the difference of one map. Both lists must be sorted.
 * False: out of memory.
 */
bool delta_map(struct delta *d, enum map_id map, const struct map_lines *live,
	const struct map_lines *wanted, struct err *e)
	__attribute__((warn_unused_result));

/* The same for all maps, in map order. */
bool delta_set(struct delta *d, const struct map_set *live,
	const struct map_set *wanted, struct err *e)
	__attribute__((warn_unused_result));

/* Put a line back at the end of a delta that lines are being taken out of: no
 * more of them than there were. */
void delta_keep(struct delta *d, struct delta_line x);

/* Add the lines of another delta, none of which is in this one. */
bool delta_join(struct delta *d, const struct delta *more, struct err *e)
	__attribute__((warn_unused_result));

/* Does the delta hold a line of a map that wants a reload of Postfix? */
bool delta_wants_reload(const struct delta *d);

/* The domain that a line belongs to: what follows the last @ of its key. */
const char *key_domain(const char *key);

void delta_free(struct delta *d);

#endif
