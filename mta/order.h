/*
 * What the operator orders on this host, beside the database: a file `order`
 * in the state folder, which root and the publisher's user alone can write,
 * and `order.done` with the answer. An order that was given while the
 * publisher was away is done when it starts.
 */
#ifndef MTA_ORDER_H
#define MTA_ORDER_H

#include "mta/node.h"

/* Do what is ordered. Needs whole files. */
void order_run(struct node *n);

/*
 * `postroom-mapd --rollback SERIAL` and `--resume`: give the order and wait for
 * the answer. Exit status 0 done, 1 refused, 75 no answer.
 */
int order_command(const struct conf *conf, struct journal_hold to);

/* `postroom-mapd --history`: what was published here, oldest first. */
int history_command(const struct conf *conf);

#endif
