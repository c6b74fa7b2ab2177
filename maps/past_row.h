/*
 * A row with its life. Used by maps/past*.c only.
 */
#ifndef MAPS_PAST_ROW_H
#define MAPS_PAST_ROW_H

#include "maps/past.h"

struct past_row {
	enum past_noun noun;
	uint64_t id;
	bool is_there; /* at the head; else `as` is empty but for its keys */
	union {
		struct domain d;
		struct mailbox m;
		struct alias al;
		struct whitelist w;
	} as;
};

/* Its changes, oldest first. */
const struct past_change *past_changes_of(
	const struct past *p, const struct past_row *row, size_t *n_r);

/* Set the fields that an image (or NULL) names. */
bool past_image(const struct past *p, struct past_row *row, const char *image,
	struct err *e) MUST_USE;

/* The row as of a serial; its changes are in order. */
bool past_row_at(const struct past *p, const struct past_row *row,
	uint64_t serial, struct past_row *out, struct err *e) MUST_USE;

#endif
