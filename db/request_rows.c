/*
 * SQL of requests and replies, the node's side.
 */
#include "db/request_rows.h"

enum { Q_OPEN, Q_REPLY, Q_N };

static const struct sql sql[] = {
	[Q_OPEN] = { "SELECT id, verb, args FROM map_node_request"
		     " WHERE node_id = ? ORDER BY id LIMIT ?",
		"uu", "uss" },
	[Q_REPLY] = { "INSERT IGNORE INTO node_reply (request_id, code, body,"
		      " created) VALUES (?, ?, ?, UTC_TIMESTAMP(6))",
		"uss", "" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table request_sql = { "request", sql, Q_N, true };

bool
request_rows_open(struct db *db, uint64_t node_id, size_t most, struct arena *a,
	struct request_row *list, size_t *n_r, struct err *e)
{
	struct rows r;
	bool fits = true;

	*n_r = 0;
	if (!db_query(db, &sql[Q_OPEN], ARGS(arg_u64(node_id), arg_u64(most)),
		    &r, e))
		return false;
	while (fits && *n_r < most && rows_next(&r)) {
		struct request_row *q = &list[(*n_r)++];
		*q = (struct request_row){ .id = row_u64(&r, 0),
			.verb = row_dup(&r, 1, a),
			.args = row_dup(&r, 2, a) };
		fits = q->verb && q->args;
	}
	return rows_done(&r, e) && (fits || err_memory(e));
}

bool
request_row_reply(struct db *db, uint64_t id, const char *code,
	const char *body, struct err *e)
{
	return db_exec(db, &sql[Q_REPLY],
		ARGS(arg_u64(id), arg_text(code), arg_text(body)), NULL, e);
}
