/*
 * One round of a publish: what it was asked for, the wanted and the live
 * lines, and their difference. publish.c makes a round and brings it
 * live; the steps between stand here.
 */
#ifndef MTA_ROUND_H
#define MTA_ROUND_H

#include "maps/delta.h"
#include "mta/node.h"

struct round {
	struct node *node;
	struct arena *arena;
	uint64_t serial;
	struct map_changes changes;
	struct strset keys;    /* addresses to render */
	struct strset domains; /* domains to render whole */
	struct strset sessions;
	struct strset confirmed; /* keys and domains a person confirmed */
	struct strset released;  /* domains that pass the guard */
	struct map_set wanted, live;
	struct child answer;
	struct hold_list faults;
	struct delta delta;
	struct relay_list relays;
	bool has_relays;
};

/*
 * Fill wanted, live, faults and delta for the round's keys and domains, inside
 * the round's snapshot. A domain whose catch-all comes or goes is added
 * to the domains and all of it is rendered.
 */
bool round_compare(struct round *r, struct err *e) MUST_USE;

/*
 * Apply the guard, take the lines of held domains out of the delta (but their
 * credentials), and keep the node's list of held domains.
 */
bool round_hold_back(struct round *r, struct err *e) MUST_USE;

/* Give back what round_compare filled. */
void round_clear(struct round *r);

#endif
