/*
 * What the clock looks for: the earliest due time, and deleted rows whose time
 * is over. No rules here: see core/due.h.
 */
#ifndef DB_DUE_ROWS_H
#define DB_DUE_ROWS_H

#include "db/db.h"

extern const struct sql_table due_sql;

/* How long rows without a date of their own are kept. */
struct due_keep {
	int64_t jobs_us;     /* behind their end */
	int64_t claims_us;   /* behind their making */
	int64_t requests_us; /* of nodes, behind their making */
	int64_t failures_us; /* behind the last one */
	int64_t idle_us;     /* behind the last use of a session */
};

/* The earliest time at which anything falls due; TIME_NONE when nothing does. */
bool due_row_next(struct db *db, const struct due_keep *keep, int64_t *us_r,
	struct err *e) MUST_USE;

struct due_row {
	uint64_t id, domain_id;
	const char *name; /* address, network or name of the domain */
	uint64_t version;
};

/* Deleted rows past their purge date, the longest over first. A domain counts
 * only when no row of it is left. */
enum due_noun { DUE_MAILBOX, DUE_ALIAS, DUE_WHITELIST, DUE_DOMAIN, DUE_NOUNS };
bool due_row_list(struct db *db, struct arena *a, enum due_noun noun,
	int64_t at_us, size_t max, struct due_row **items_r, size_t *n_r,
	struct err *e) MUST_USE;

/* Remove one for good, if it is still deleted and due: *is_gone_r. */
bool due_row_remove(struct db *db, enum due_noun noun, uint64_t id,
	int64_t at_us, bool *is_gone_r, struct err *e) MUST_USE;

#endif
