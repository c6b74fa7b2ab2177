/*
 * Comparing the files with the database, all of it.
 */
#ifndef MTA_CHECK_H
#define MTA_CHECK_H

#include "maps/holds.h"
#include "mta/node.h"

/* A difference that a comparison found. */
typedef void check_each(void *ctx, enum map_id map, const char *key,
	const char *live, const char *wanted);

struct check_result {
	uint64_t serial; /* of the database */
	size_t lines;
	size_t differences;
	bool relays_differ; /* the whitelist's table is another */
	struct hold_list held;
};

/*
 * Compare everything in this process (postroom-mapd --check). Dies where a
 * file is damaged, so run it in a process or child of its own.
 */
bool check_all(const struct conf *conf, struct check_result *r,
	check_each *each, void *ctx, struct err *e) MUST_USE;

#endif
