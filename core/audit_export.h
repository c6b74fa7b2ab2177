/*
 * The audit log as a file: every change of every revision that a filter of the
 * list matches, newest first, in one snapshot and in bounded memory.
 *
 * CSV has a line a change, with cells that no spreadsheet takes for a formula;
 * JSON lines an object a change. Both name the revision, who, from where, what,
 * and the images before and after. An admin gets what his list shows.
 */
#ifndef CORE_AUDIT_EXPORT_H
#define CORE_AUDIT_EXPORT_H

#include "core/flow.h"
#include "core/revision.h"

enum audit_format { AUDIT_CSV, AUDIT_JSON_LINES };
extern const char *const audit_formats[]; /* csv, jsonl */

/* The query's page is not looked at. ERR_THROTTLED while too many are under
 * way on this host. The export itself is logged. */
bool audit_export_open(struct core *c, const struct actor *a,
	const struct revision_query *q, enum audit_format format,
	struct flow *out, struct err *e) MUST_USE;

#endif
