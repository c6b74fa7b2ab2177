/*
 * The functions of retention; they run with their definer's rights.
 */
#include "db/retention_rows.h"

enum { Q_REVISIONS, Q_SECRETS, Q_MARK, Q_N };

static const struct sql sql[] = {
	[Q_REVISIONS] = { "SELECT prune_revisions(?, ?)", "ii", "i" },
	[Q_SECRETS] = { "SELECT prune_secrets(?, ?)", "ii", "i" },
	[Q_MARK] = { "SELECT mark_secrets(?, ?)", "ui", "u" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table retention_sql = { "retention", sql, Q_N,
	.is_lazy = true };

static bool
prune(struct db *db, const struct sql *q, int64_t keep_days, int64_t most,
	uint64_t *n_r, struct err *e)
{
	struct rows r;

	*n_r = 0;
	if (!db_query(db, q, ARGS(arg_i64(keep_days), arg_i64(most)), &r, e))
		return false;
	if (rows_next(&r) && row_i64(&r, 0) > 0)
		*n_r = (uint64_t)row_i64(&r, 0);
	return rows_done(&r, e);
}

bool
retention_prune_revisions(struct db *db, int64_t keep_days, int64_t most,
	uint64_t *n_r, struct err *e)
{
	return prune(db, &sql[Q_REVISIONS], keep_days, most, n_r, e);
}

bool
retention_prune_secrets(struct db *db, int64_t keep_days, int64_t most,
	uint64_t *n_r, struct err *e)
{
	return prune(db, &sql[Q_SECRETS], keep_days, most, n_r, e);
}

bool
retention_mark_secrets(struct db *db, uint64_t after, int64_t most,
	uint64_t *last_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_MARK],
		ARGS(arg_u64(after), arg_i64(most)), last_r, NULL, e);
}
