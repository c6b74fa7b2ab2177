/*
 * Everything at once, in a child process with a database connection of its
 * own: making whole files anew, and proving that the files say what the
 * database says.
 */
#ifndef MTA_REBUILD_H
#define MTA_REBUILD_H

#include "mta/node.h"

/*
 * Start making those maps (a bit each) anew from the source. What is held or
 * waits, or is held from now on by the guard, keeps what can still be read of its
 * lines. Without the database,
 * Postfix maps are made from their text copies and the journal.
 */
bool rebuild_start(
	struct node *n, unsigned maps, struct child *c, struct err *e) MUST_USE;

/*
 * Take the answer of a rebuild that succeeded: marks, reloads, and the serial
 * when all maps were made.
 */
bool rebuild_take(struct node *n, unsigned maps, const struct child *c,
	struct err *e) MUST_USE;

/* Start comparing everything. */
bool check_start(struct node *n, struct child *c, struct err *e) MUST_USE;

/*
 * Take the answer of a comparison: keys that differ are rendered again by the
 * next round, which settles whether they had only just changed; very many are
 * a reason to rebuild.
 */
bool check_take(struct node *n, const struct child *c, struct err *e) MUST_USE;

#endif
