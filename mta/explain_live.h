/*
 * Explain from this node's own files, with the person behind each line when
 * the database can be asked.
 *
 * Opens map files, so it runs in a child or in a process of its own.
 */
#ifndef MTA_EXPLAIN_LIVE_H
#define MTA_EXPLAIN_LIVE_H

#include "base/conf.h"
#include "maps/explain_form.h"

/*
 * Texts of `out` live in `a`, those of the files as long as the process; call
 * it once. Without the database the steps name no revision. `db` may be NULL.
 */
struct db;
bool explain_live(const struct conf *conf, struct db *db,
	const struct explain_in *in, struct arena *a, struct explain *out,
	struct err *e) MUST_USE;

/* postroom-mapd --explain JSON: the answer as JSON on the output; returns the
 * exit status. */
int explain_command(const struct conf *conf, const char *json);

#endif
