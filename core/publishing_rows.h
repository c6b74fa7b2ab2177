/*
 * What the files of publishing share inside core.
 */
#ifndef CORE_PUBLISHING_ROWS_H
#define CORE_PUBLISHING_ROWS_H

#include "core/publishing.h"
#include "core/tx.h"

bool mode_read(
	struct core *c, enum publish_mode *mode_r, struct err *e) MUST_USE;

/* An act of this write; author, client and note are the actor's and the
 * note's. */
struct act {
	const char *name;
	uint64_t node_id; /* 0: every node */
	uint64_t serial;
	const char *domains; /* lines, "": everything */
	const char *value;
	const char *note;
};
bool act_record(struct tx *t, const struct act *act, struct err *e) MUST_USE;

/* What waits for a review by everybody, up to `head`. */
struct pending_bounds review_bounds(uint64_t from, uint64_t head);

/* What a node said, when it is a JSON object (base/json.h: no fractions) of at
 * most `max` bytes; else NULL. */
const char *object_or_null(const char *text, size_t max);

#endif
