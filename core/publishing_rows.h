/*
 * What the files of publishing share inside core.
 */
#ifndef CORE_PUBLISHING_ROWS_H
#define CORE_PUBLISHING_ROWS_H

#include <string.h>

#include "core/publishing.h"
#include "core/tx.h"

#define SERIAL_MAX INT64_C(9007199254740991)

/* Is there such a serial yet? */
bool check_serial(uint64_t head, uint64_t serial, struct err *e) MUST_USE;

/* Does the guard hold the domain, or a fault? (mta/round_guard.c) */
static inline bool
is_guard(const char *reason)
{
	return strncmp(reason, "guard:", 6) == 0;
}

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

/* Names with a line feed after each; NULL when memory is full. */
const char *lines_of(struct arena *a, const struct text_list *names);
/* And back; false when memory is full. */
bool lines_split(struct arena *a, const char *lines, size_t max,
	const char ***items_r, size_t *n_r) MUST_USE;

/* A note that has to say something. */
bool note_is_there(const char *note, struct err *e) MUST_USE;

/* The lowest serial that a node is held at, or will be; UINT64_MAX. */
struct node_row;
uint64_t hold_bound(const struct node_row *rows, size_t n);

/* What waits for a review by everybody, up to `head`. */
struct pending_bounds review_bounds(uint64_t from, uint64_t head);

/* What a node said, when it is a JSON object (base/json.h: no fractions) of at
 * most `max` bytes; else NULL. */
const char *object_or_null(const char *text, size_t max);

#endif
