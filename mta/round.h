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
	bool is_open;           /* nothing waits */
	bool is_overrun;        /* too many keys: everything is rendered */
	bool is_sweep;          /* what waited is looked at */
	struct waiting touched; /* what changed, where something may wait */
	struct strset passing;  /* keys that waited and do no more */
	struct strset repairs;  /* keys that did not change, but differ */
	struct strset stays;    /* of these, keys that wait or are held */
	struct strset keys;     /* addresses to render */
	struct strset domains;  /* domains to render whole */
	struct strset sessions;
	struct strset confirmed; /* keys and domains a person confirmed */
	struct map_set wanted, live;
	struct child answer;
	struct hold_list faults;
	struct delta delta;
	struct map_set left, left_live; /* lines of `stays`, as they must be */
	struct child left_answer;
	struct relay_list relays;
	bool has_relays;
	bool is_alone; /* the whitelist alone: what changed is not known */
};

/*
 * Begin the source's snapshot and find which keys: the changes after those
 * that were read last, what has been approved since, what a comparison found
 * to differ.
 */
bool round_read_changes(struct round *r, struct err *e) MUST_USE;

/* Take the lines of keys that wait out of the delta, and count them. */
void round_let_wait(struct round *r);

/* Take what waits out of the whitelist: it may end sooner, never later. */
void round_let_relays_wait(struct round *r);

/* Remember what waits, once the round is on record. */
bool round_settle_waiting(struct round *r, struct err *e) MUST_USE;

/* The serial that a line of the delta goes back with (journal_tag). */
journal_tag round_tag;

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

/*
 * What waits or is held, and differs from how it was left, is put right: its
 * lines are added to the delta. After round_hold_back.
 */
bool round_put_right(struct round *r, struct err *e) MUST_USE;

/* Give back what round_compare filled. */
void round_clear(struct round *r);

#endif
