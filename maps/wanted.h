/*
 * The lines that some keys, some domains or everything must have, for a node
 * of a role: rows read from the database, rendered. Used by a publisher beside
 * the database and by the feed for those elsewhere, so that both have the same
 * lines. Runs inside the caller's snapshot.
 */
#ifndef MAPS_WANTED_H
#define MAPS_WANTED_H

#include "base/conf.h"
#include "db/map_rows.h"
#include "db/strset.h"
#include "maps/holds.h"
#include "maps/lines.h"

struct wanted_for {
	struct db *db;
	enum node_role role;
	const char *next_hop;         /* of a secondary */
	const struct conf_node *conf; /* where mail is, for accounts */
};

/*
 * Append the lines of these addresses and of all of these domains, sorted; add
 * the faults found. `a` holds the rows.
 */
bool wanted_lines(const struct wanted_for *f, const struct strset *keys,
	const struct strset *domains, struct arena *a, struct map_set *out,
	struct hold_list *faults, struct err *e) MUST_USE;

/*
 * The same for the first `most` addresses and domain names after `from`, of
 * one domain (NULL: of all). *next_r is where the next page begins, in the
 * arena; NULL after the last.
 */
bool wanted_page(const struct wanted_for *f, const char *domain,
	const char *from, size_t most, struct arena *a, struct map_set *out,
	struct hold_list *faults, const char **next_r, struct err *e) MUST_USE;

/* Everything at once. */
bool wanted_all(const struct wanted_for *f, struct arena *a,
	struct map_set *out, struct hold_list *faults, struct err *e) MUST_USE;

#endif
