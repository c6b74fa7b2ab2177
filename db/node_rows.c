/*
 * SQL of the nodes' own rows.
 */
#include "db/node_rows.h"

#include "base/str.h"

enum { Q_FIND, Q_INSERT, Q_N };

static const struct sql sql[] = {
	[Q_FIND] = { "SELECT id, role FROM node WHERE name = ?", "s", "us" },
	[Q_INSERT] = { "INSERT IGNORE INTO node (name, role, created) "
		       "VALUES (?, ?, ?)",
		"sst", "" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table node_sql = { "node", sql, Q_N, false };

bool
node_row_find(struct db *db, const char *name, uint64_t *id_r, char *role_r,
	size_t size, struct err *e)
{
	struct rows r;
	bool fits = true;

	*id_r = 0;
	if (!db_query(db, &sql[Q_FIND], ARGS(arg_text(name)), &r, e))
		return false;
	while (rows_next(&r)) {
		*id_r = row_u64(&r, 0);
		fits = str_copy(role_r, size, row_text(&r, 1));
	}
	return rows_done(&r, e) && (fits || err_memory(e));
}

bool
node_row_insert(struct db *db, const char *name, const char *role,
	int64_t created_us, bool *is_new_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_INSERT],
		    ARGS(arg_text(name), arg_text(role), arg_time(created_us)),
		    &done, e))
		return false;
	*is_new_r = done.affected > 0;
	return true;
}
