/*
 * Calls of the functions that prune the log and the secrets
 * (schema/0002_retention.sql). No rules here: see core/retention.h.
 */
#ifndef DB_RETENTION_ROWS_H
#define DB_RETENTION_ROWS_H

#include "db/db.h"

extern const struct sql_table retention_sql;

bool retention_prune_revisions(struct db *db, int64_t keep_days, int64_t most,
	uint64_t *n_r, struct err *e) MUST_USE;
bool retention_prune_secrets(struct db *db, int64_t keep_days, int64_t most,
	uint64_t *n_r, struct err *e) MUST_USE;
/* *last_r is where to go on, 0 at the end. */
bool retention_mark_secrets(struct db *db, uint64_t after, int64_t most,
	uint64_t *last_r, struct err *e) MUST_USE;

#endif
