/*
 * Is every file still as this process left it, and whole?
 *
 * A look compares inode, size and time of each file with what was noted after
 * the last change of ours: cheap enough for every second or two. What differs
 * is read through in a child: damaged or missing files are made anew
 * (rebuild.h); a whole file that somebody else changed is compared with the
 * database, and a replaced one wants the servers' reload.
 */
#ifndef MTA_HEALTH_H
#define MTA_HEALTH_H

#include "maps/delta.h"
#include "mta/node.h"

/* Bits of the maps that differ from how we left them. Mends the cidr table
 * at once. */
unsigned health_look(struct node *n);

/* Does the file of a map look as we left it? */
bool health_is_ours(const struct node *n, enum map_id map);

/* Is a Postfix map that these lines belong to not as we left it? */
bool health_differs(const struct node *n, const struct delta *d);

/* Start reading these maps through. */
bool health_start(
	struct node *n, unsigned maps, struct child *c, struct err *e) MUST_USE;

/* Take the answer: sets n->damaged, n->check_due and reloads. */
void health_take(struct node *n, unsigned maps, const struct child *c);

#endif
