/*
 * Everything at once, in a child process with a database connection of its
 * own: making whole files anew, and proving that the files say what the
 * database says.
 */
#ifndef MTA_REBUILD_H
#define MTA_REBUILD_H

#include "mta/node.h"

/* Which maps to make anew: bits 1U << map. */
#define REBUILD_ALL ((1U << MAP_COUNT) - 1)

/*
 * Start making those maps anew from the database. A held domain keeps what
 * can still be read of its lines. Without the database, Postfix maps are made
 * from their text copies.
 */
bool rebuild_start(
	struct node *n, unsigned maps, struct child *c, struct err *e) MUST_USE;

/*
 * Take the answer of a rebuild that succeeded: marks, reloads, and the serial
 * when all maps were made.
 */
bool rebuild_take(struct node *n, unsigned maps, const struct child *c,
	struct err *e) MUST_USE;

/* Start comparing everything. */
bool check_start(struct node *n, struct child *c, struct err *e) MUST_USE;

/*
 * Take the answer of a comparison: keys that differ are rendered again by the
 * next round, which settles whether they had only just changed; very many are
 * a reason to rebuild.
 */
bool check_take(struct node *n, const struct child *c, struct err *e) MUST_USE;

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

/* Write the text copies of these maps; a child function with a text_job. */
struct text_job {
	const struct conf_node *conf;
	unsigned maps;
};
child_fn text_child;

#endif
