/*
 * Outage mode: while a host is away, mail waits longer before it goes back to
 * its sender. Two settings of Postfix are raised, and put back to what they
 * were when it ends; the file `outage` of the node's state remembers them.
 */
#ifndef MTA_OUTAGE_H
#define MTA_OUTAGE_H

#include "mta/node.h"

#define OUTAGE_LIFETIME "30d"
#define LIFETIME_SIZE 16

struct lifetimes {
	char maximal[LIFETIME_SIZE]; /* maximal_queue_lifetime */
	char bounce[LIFETIME_SIZE];  /* bounce_queue_lifetime */
};

/* What Postfix goes by now. */
bool outage_lifetimes(
	const struct conf *conf, struct lifetimes *out, struct err *e) MUST_USE;

/* Is it on, and since when? */
bool outage_is_on(const struct conf *conf, int64_t *since_us_r);

/* Turn it on or off and have Postfix reloaded; harmless again. */
bool outage_set(const struct conf *conf, bool on, struct err *e) MUST_USE;

#endif
