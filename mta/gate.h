/*
 * What may go live on this node: the mode and approvals are read with the
 * newest serial, in one row; the approvals themselves only after an act of
 * people. See maps/gate.h for the rules.
 *
 * What waits is kept in memory (n->waiting) and is met again only when it
 * changes or when something was approved. After a restart the changes are read
 * again from the serial that the journal names: rendering again is harmless.
 */
#ifndef MTA_GATE_H
#define MTA_GATE_H

#include "mta/node.h"

/*
 * Read the row, and the approvals where they may have changed. Sets
 * n->sweep_due when something may pass now that waited.
 */
bool gate_refresh(
	struct node *n, struct gate_row *row_r, struct err *e) MUST_USE;

/* Fill `g` from a source, with the hold that is given. For a process
 * beside the publisher. */
bool gate_load(struct source *s, struct journal_hold hold, struct gate *g,
	struct err *e) MUST_USE;

/* The serial after which the changes are to be read by a fresh start, when
 * `newer` waits too (NULL: nothing). */
uint64_t gate_node_floor(const struct node *n, const struct waiting *newer);

/* The state to put on record for the serial `to`. */
struct journal_mark gate_mark(
	const struct node *n, uint64_t to, const struct waiting *newer);

#endif
