/*
 * All lines that are wanted, of one serial, from a source of its own, and what
 * of them waits. Held in memory: run it in a process that ends afterwards. The
 * lines of a million mailboxes take about 400 MB.
 */
#ifndef MTA_EVERYTHING_H
#define MTA_EVERYTHING_H

#include "mta/node.h"
#include "mta/source.h"

/* {0} is empty. */
struct everything {
	struct arena *arena;
	struct map_set wanted;
	struct hold_list
		held; /* kept back before, and what cannot be written */
	struct relay_list relays; /* without those that wait */
	uint64_t serial;
	uint64_t applied; /* the node's, after its rounds */
	/* The lines are as they would be if nothing waited. */
	struct gate gate;
	struct waiting waiting;
};

/* Read and render; sorted. False: `e` says why, everything_free all the same. */
bool everything_render(
	const struct conf *conf, struct everything *x, struct err *e) MUST_USE;

void everything_free(struct everything *x);

/* Does a line of this key stay as it is live, whatever is wanted? */
bool everything_stays(const struct everything *x, enum map_id map,
	const char *key, bool is_wanted);

/* May lines stay as they are live? */
bool everything_may_stay(const struct everything *x);

/* Put the lines that stay, of these that are live, in place of the wanted
 * ones. */
bool everything_keep(struct everything *x, enum map_id map,
	const struct map_lines *live, struct err *e) MUST_USE;

/* All live lines of a map, in key order. In a child: the file may be damaged. */
bool everything_live(const struct conf_node *c, enum map_id map,
	struct map_lines *out, struct err *e) MUST_USE;

#endif
