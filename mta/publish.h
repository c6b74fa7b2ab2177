/*
 * Bringing changes live: one round takes all changes after the applied serial
 * from one consistent snapshot, renders the keys that they name, applies the
 * difference to what is live in the safe order, and has Postfix reloaded
 * where that must be.
 *
 * A domain whose lines cannot be written, or that would lose more lines at
 * once than the guard allows, is held back: its routing stays as it is, all
 * others go on. Its credentials are not held. A held domain is rendered whole
 * at its next change, or when a person confirms what the guard held.
 *
 * What waits for an approval, or behind a rollback, is in gate.h.
 */
#ifndef MTA_PUBLISH_H
#define MTA_PUBLISH_H

#include "mta/node.h"

/*
 * One round; nothing to do is a success. A failure leaves the applied serial
 * where it was: the next round does it again.
 */
bool publish_round(struct node *n, struct err *e) MUST_USE;

/* The whitelist alone, as it is now: while files are being made anew, and when
 * everything is compared. */
bool publish_relays(struct node *n, struct err *e) MUST_USE;

#endif
