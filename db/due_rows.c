/*
 * SQL of the clock. Each question has an index of its own, because it is asked
 * every second.
 */
#include "db/due_rows.h"

enum {
	Q_NEXT,
	Q_LIST,
	Q_REMOVE = Q_LIST + DUE_NOUNS,
	Q_FREE_DOMAIN = Q_REMOVE + DUE_NOUNS,
	Q_N
};

#define KEPT(column, table) "SELECT MIN(" column ") FROM " table

static const struct sql sql[] = {
	[Q_NEXT] = { "SELECT MIN(due) FROM ("
		     "SELECT MIN(expires) AS due FROM whitelist "
		     "WHERE state = 1 AND expires IS NOT NULL UNION ALL "
		     "SELECT MIN(expires) FROM whitelist "
		     "WHERE state = 2 AND expires IS NOT NULL UNION ALL "
		     "SELECT MIN(retire_at) FROM domain WHERE state = 4 "
		     "UNION ALL " KEPT("purge_at", "domain") " UNION ALL " KEPT(
			     "purge_at",
			     "mailbox") " UNION ALL " KEPT("purge_at",
			     "alias") " UNION ALL " KEPT("purge_at",
			     "whitelist") " UNION ALL " KEPT("expires",
			     "session") " UNION ALL "
					"SELECT MIN(last_seen) + INTERVAL ? "
					"MICROSECOND "
					"FROM session UNION ALL " KEPT(
						"expires",
						"first_use") " UNION ALL "
							     "SELECT "
							     "MIN(finished) + "
							     "INTERVAL ? "
							     "MICROSECOND FROM "
							     "job "
							     "UNION ALL "
							     "SELECT "
							     "MIN(created) + "
							     "INTERVAL ? "
							     "MICROSECOND "
							     "FROM idempotency "
							     "UNION ALL "
							     "SELECT "
							     "MIN(created) + "
							     "INTERVAL ? "
							     "MICROSECOND FROM "
							     "node_request "
							     "UNION ALL "
							     "SELECT "
							     "MIN(last_failure)"
							     " + INTERVAL ? "
							     "MICROSECOND "
							     "FROM throttle) "
							     "AS dates",
		"iiiii", "t" },
	[Q_LIST + DUE_MAILBOX] = { "SELECT id, domain_id, address, version "
				   "FROM mailbox WHERE purge_at <= ? "
				   "AND alive IS NULL ORDER BY purge_at "
				   "LIMIT ?",
		"tu", "uusu" },
	[Q_LIST + DUE_ALIAS] = { "SELECT id, domain_id, address, version "
				 "FROM alias WHERE purge_at <= ? "
				 "AND alive IS NULL ORDER BY purge_at LIMIT ?",
		"tu", "uusu" },
	[Q_LIST + DUE_WHITELIST] = { "SELECT id, CAST(0 AS UNSIGNED), network, "
				     "version "
				     "FROM whitelist WHERE purge_at <= ? "
				     "AND alive IS NULL ORDER BY purge_at "
				     "LIMIT ?",
		"tu", "uusu" },
	[Q_LIST + DUE_DOMAIN] = { "SELECT d.id, d.id, d.name, d.version "
				  "FROM domain d WHERE d.purge_at <= ? "
				  "AND d.alive IS NULL "
				  "AND NOT EXISTS (SELECT 1 FROM mailbox m "
				  "WHERE m.domain_id = d.id) "
				  "AND NOT EXISTS (SELECT 1 FROM alias a "
				  "WHERE a.domain_id = d.id) "
				  "ORDER BY d.purge_at LIMIT ?",
		"tu", "uusu" },
	[Q_REMOVE + DUE_MAILBOX] = { "DELETE FROM mailbox WHERE id = ? "
				     "AND purge_at <= ? AND alive IS NULL",
		"ut", "" },
	[Q_REMOVE + DUE_ALIAS] = { "DELETE FROM alias WHERE id = ? "
				   "AND purge_at <= ? AND alive IS NULL",
		"ut", "" },
	[Q_REMOVE + DUE_WHITELIST] = { "DELETE FROM whitelist WHERE id = ? "
				       "AND purge_at <= ? AND alive IS NULL",
		"ut", "" },
	[Q_REMOVE + DUE_DOMAIN] = { "DELETE FROM domain WHERE id = ? "
				    "AND purge_at <= ? AND alive IS NULL",
		"ut", "" },
	[Q_FREE_DOMAIN] = { "DELETE FROM admin_domain WHERE domain_id = ?", "u",
		"" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table due_sql = { "due", sql, Q_N, false };

bool
due_row_next(struct db *db, const struct due_keep *keep, int64_t *us_r,
	struct err *e)
{
	struct rows r;

	*us_r = TIME_NONE;
	if (!db_query(db, &sql[Q_NEXT],
		    ARGS(arg_i64(keep->idle_us), arg_i64(keep->jobs_us),
			    arg_i64(keep->claims_us),
			    arg_i64(keep->requests_us),
			    arg_i64(keep->failures_us)),
		    &r, e))
		return false;
	if (rows_next(&r))
		*us_r = row_time(&r, 0);
	return rows_done(&r, e);
}

bool
due_row_list(struct db *db, struct arena *a, enum due_noun noun, int64_t at_us,
	size_t max, struct due_row **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_LIST + noun],
		    ARGS(arg_time(at_us), arg_u64(max)), &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		struct due_row *d = &(*items_r)[(*n_r)++];

		*d = (struct due_row){ .id = row_u64(&r, 0),
			.domain_id = row_u64(&r, 1),
			.name = row_dup(&r, 2, a),
			.version = row_u64(&r, 3) };
		ok = d->name != NULL;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
due_row_remove(struct db *db, enum due_noun noun, uint64_t id, int64_t at_us,
	bool *is_gone_r, struct err *e)
{
	struct db_done done;

	if (noun == DUE_DOMAIN
		&& !db_exec(
			db, &sql[Q_FREE_DOMAIN], ARGS(arg_u64(id)), NULL, e))
		return false;
	if (!db_exec(db, &sql[Q_REMOVE + noun],
		    ARGS(arg_u64(id), arg_time(at_us)), &done, e))
		return false;
	*is_gone_r = done.affected > 0;
	return true;
}
