/*
 * The revision behind a line: who changed its key last.
 *
 * One question, two accounts: the publisher asks through the view
 * map_key_revision, core's faces ask the log itself.
 */
#ifndef DB_EXPLAIN_ROWS_H
#define DB_EXPLAIN_ROWS_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "db/db.h"

/* For db_open of the publisher, and of core's faces. */
extern const struct sql_table key_view_sql;
extern const struct sql_table key_log_sql;

enum key_source { KEY_VIEW, KEY_LOG };

struct key_revision {
	uint64_t serial; /* 0: none */
	const char *action;
	const char *actor_name;
	int64_t at_us;
};

/*
 * The last revision up to `upto` that named this key; serial 0 when the log
 * has none (any more). `kind` as in change_key: a, d, w.
 */
bool key_revision_find(struct db *db, enum key_source source, char kind,
	const char *key, uint64_t upto, struct arena *a,
	struct key_revision *out, struct err *e) MUST_USE;

#endif
