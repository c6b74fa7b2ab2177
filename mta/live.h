/*
 * What is live in the files, and changing it in the safe order.
 *
 * LMDB files are touched in a worker (mta/worker.h) only; the users' file in
 * this process.
 * An error that means damage (reason `damaged`, `missing`, `child_died`) sets
 * the maps at fault in n->damaged, so that the health check looks at them.
 */
#ifndef MTA_LIVE_H
#define MTA_LIVE_H

#include "db/strset.h"
#include "maps/delta.h"
#include "mta/node.h"

/* Start the worker. Do it while the process is small; else the first use does. */
bool live_start(struct node *n, struct err *e) MUST_USE;

/*
 * Append to `out` the live lines of these keys, in all maps, and of all keys
 * of these domains (NULL: none). `answer` keeps the texts: child_free it last.
 */
bool live_read(struct node *n, const struct strset *keys,
	const struct strset *domains, struct map_set *out, struct child *answer,
	struct err *e) MUST_USE;

/* How many lines a domain has in the maps that route its mail. */
bool live_count(struct node *n, const char *domain, size_t *n_r,
	struct err *e) MUST_USE;

/*
 * Apply: users that come or change, then each Postfix map's new lines in map
 * order, removals the other way round, users that go last.
 */
bool live_apply(struct node *n, const struct delta *d, struct err *e) MUST_USE;

#endif
