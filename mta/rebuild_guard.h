/*
 * The guard where whole files are made anew: too many changes for a round, or
 * a file that differs from the database in very many lines.
 */
#ifndef MTA_REBUILD_GUARD_H
#define MTA_REBUILD_GUARD_H

#include "mta/everything.h"

/*
 * Add to x->held the domains that would lose too many of the lines in `live`
 * (of the maps that are made anew, as far as they could be read) without a
 * person having confirmed it.
 */
bool rebuild_guard(const struct conf *conf, struct everything *x,
	const struct map_set *live, struct err *e) MUST_USE;

#endif
