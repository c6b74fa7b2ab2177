/*
 * The way back of one revision, as steps of a transaction: what undo of one
 * and of many revisions share. Used inside core only.
 */
#ifndef CORE_UNDO_STEPS_H
#define CORE_UNDO_STEPS_H

#include "core/tx.h"
#include "db/view_rows.h"

struct undo {
	struct revision r;
	struct change_row *change;
	size_t n;
	uint64_t *domain_ids; /* ascending; 0 stands for none */
	size_t n_domains;
};

/* Read it and look whether this actor may undo it at all. */
bool undo_load(struct core *c, const struct actor *a, uint64_t serial,
	struct undo *u, struct err *e) MUST_USE;

/* The domains of all its changes, in their order. */
bool undo_lock(struct tx *t, const struct undo *u, struct err *e) MUST_USE;

/* Does the row come or go with its domain, in the same revision? */
bool undo_follows(const struct undo *u, const struct change_row *x);

/*
 * One change back. A rule that refuses it (ERR_CONFLICT, ERR_LIMIT,
 * ERR_REFERENCED, ...) has changed nothing.
 */
bool undo_step(struct tx *t, const struct undo *u, const struct change_row *x,
	struct err *e) MUST_USE;

#endif
