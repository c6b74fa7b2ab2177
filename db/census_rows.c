/*
 * See census_rows.h.
 */
#include "db/census_rows.h"

enum { Q_CENSUS, Q_COUNT };

static const struct sql sql[Q_COUNT] = {
	[Q_CENSUS] = { "SELECT password_scheme, COUNT(*) FROM mailbox "
		       "WHERE alive = 1 GROUP BY password_scheme "
		       "ORDER BY COUNT(*) DESC, password_scheme",
		"", "si" },
};
const struct sql_table census_sql = { "census", sql, Q_COUNT, false };

bool
census_rows(struct db *db, struct arena *a, struct census_row **rows_r,
	size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok = true;
	size_t n = 0;

	if (!db_query(db, &sql[Q_CENSUS], NO_ARGS, &r, e))
		return false;
	*rows_r = arena_array(a, r.n + 1, sizeof(**rows_r));
	ok = *rows_r || err_memory(e);
	for (; ok && rows_next(&r); n++) {
		(*rows_r)[n].scheme = row_dup(&r, 0, a);
		(*rows_r)[n].mailboxes = (uint64_t)row_i64(&r, 1);
		ok = (*rows_r)[n].scheme || err_memory(e);
	}
	*n_r = ok ? n : 0;
	return rows_done(&r, e) && ok;
}
