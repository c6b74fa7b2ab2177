/*
 * What an undo of many revisions would go through. Used inside core only.
 */
#ifndef CORE_UNDO_PLAN_H
#define CORE_UNDO_PLAN_H

#include "core/undo_range.h"
#include "core/undo_steps.h"

struct undo_plan {
	struct revision_range range; /* with the newest serial as its end */
	uint64_t newest, revisions, changes;
	const char *subject; /* of the job, or name of the person */
};

/* Refusals are those of undo_range_preview. */
bool undo_plan_make(struct core *c, const struct actor *a,
	const struct revision_range *range, struct undo_plan *out,
	struct err *e) MUST_USE;

/* What stands in the way. */
bool undo_plan_try(struct core *c, const struct actor *a,
	const struct undo_plan *plan, struct undo_preview *out,
	struct err *e) MUST_USE;

/* Up to `max`, newest first, from below serial `at` on. */
bool undo_plan_next(struct core *c, const struct actor *a,
	const struct revision_range *range, uint64_t at, size_t max,
	struct revision_view **items_r, size_t *n_r, struct err *e) MUST_USE;

/* A refusal of that one change, and no fault of the database. */
bool undo_is_rule(enum err_code code);

#endif
