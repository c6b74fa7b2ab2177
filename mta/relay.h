/*
 * The whitelist's files: the state file keeps networks and expiries, the cidr
 * table is what Postfix reads. Both are written aside, synced and renamed;
 * the state first, so that the table can always be made again from it.
 *
 * An entry ends at its time by this process's own clock, with the database
 * away too.
 */
#ifndef MTA_RELAY_H
#define MTA_RELAY_H

#include "mta/node.h"

/* Read the state file or, where it is missing or damaged, the live table. */
bool relay_load(struct node *n, struct err *e) MUST_USE;

/* Take `wanted` over (it becomes the node's, and is emptied). */
bool relay_publish(
	struct node *n, struct relay_list *wanted, struct err *e) MUST_USE;

/*
 * Make the table what the list says at this moment: after an expiry, after
 * damage, at the start. Wants a reload when the file changed.
 */
bool relay_refresh(struct node *n, struct err *e) MUST_USE;

/* Wall clock of the next expiry, or TIME_NONE. */
int64_t relay_next(const struct node *n);

#endif
