/*
 * Lines that differed from what must be live though nothing had changed them:
 * found by the comparison of everything, put right by the next round. How many
 * there were is reported; which ones stands in the state folder (`drift`),
 * until others are found.
 */
#ifndef MTA_DRIFT_H
#define MTA_DRIFT_H

#include "base/jsonw.h"
#include "mta/round.h"

/* A comparison has ended; `found` keys are rendered by the next round. */
void drift_compared(struct node *n, size_t found);

/* So many lines differed that everything is made anew. */
void drift_too_many(struct node *n, size_t lines);

/* That round is over: what of its lines was only put right was drift. */
void drift_settle(struct round *r);

/* The lines that were found last, as an array of {at, map, key, live, wanted}
 * under `key`. */
void drift_write_json(const struct node *n, struct arena *a, struct jsonw *w,
	const char *key);

#endif
