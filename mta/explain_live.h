/*
 * Explain from this node's own files, with the person behind each line when
 * the database can be asked.
 *
 * Opens map files, so it runs in a child or in a process of its own.
 */
#ifndef MTA_EXPLAIN_LIVE_H
#define MTA_EXPLAIN_LIVE_H

#include "base/conf.h"
#include "maps/explain_saved.h"

struct explain_node {
	struct explain x;
	uint64_t serial; /* applied to the files */
};

/*
 * Texts of `out` live in `a`, those of the files as long as the process; call
 * it once. Without a database (`db` NULL) the steps name no revision.
 */
bool explain_live(const struct conf *conf, struct db *db,
	const struct explain_in *in, struct arena *a, struct explain_node *out,
	struct err *e) MUST_USE;

#endif
