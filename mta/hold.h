/*
 * Putting routing back to an earlier serial, and holding it there.
 *
 * The journal's lines read backwards say what every line that changed since
 * must be (maps/rewind.h); they are applied in the safe order like any other
 * change. Accounts, who may send, ended sessions and the whitelist stay as
 * they are. Afterwards every key that changed after that serial waits
 * (gate.h) until publishing is resumed.
 *
 * Who decides: the operator on this host, without the database, by an order
 * (order.h) that the state folder keeps; or the node's target, by the rows.
 * The later one wins. A movement is on record before it begins, so that the
 * next process finishes what a killed one began.
 */
#ifndef MTA_HOLD_H
#define MTA_HOLD_H

#include "db/gate_rows.h"
#include "mta/node.h"

/* Read the operator's last decision. */
bool hold_load(struct node *n, struct err *e) MUST_USE;

/* Keep the operator's decision, and act by it as far as this host can alone.
 * ERR_INVALID reason `too_old` or `not_live`: there is no way there. */
bool hold_order(struct node *n, struct journal_hold to, struct err *e) MUST_USE;

/* Without the database: finish what was cut off, do what was ordered. */
bool hold_alone(struct node *n, struct err *e) MUST_USE;

/* With the rows read: stand where the later decision says. A failure is kept
 * in n->hold_problem and tried again by the next call. */
void hold_follow(struct node *n, const struct gate_row *row);

#endif
