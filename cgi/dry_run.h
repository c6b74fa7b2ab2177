/*
 * `?dry_run=true`: a writing request is carried out, rolled back, and answered
 * with what it would have changed and the map lines that would go and come
 * (200). Refusals are those of the request itself. Where a request cannot be
 * tried, the query is refused and nothing happens.
 */
#ifndef CGI_DRY_RUN_H
#define CGI_DRY_RUN_H

#include "cgi/app.h"

/*
 * The value of the query's dry_run: sets c->is_dry_run. ERR_INVALID, field
 * dry_run: `not_a_choice`, `duplicate_key`, or `no_dry_run` for a route that
 * has no ROUTE_DRY.
 */
bool dry_run_read(struct call *c, const char *value, bool *is_seen,
	struct err *e) MUST_USE;

/* Run the handler without effect, and make the reply. */
bool dry_run_handle(struct call *c, struct err *e) MUST_USE;

#endif
