/*
 * SQL of requests for an entry in the relay whitelist.
 */
#include "db/relay_request_rows.h"

enum {
	Q_GET,
	Q_GET_LOCK,
	Q_LIST,
	Q_OPEN,
	Q_WAITING,
	Q_COUNT,
	Q_INSERT,
	Q_ANSWER,
	Q_N
};

#define REQUEST                                                                \
	"SELECT id, admin_id, admin_name, network, reason, domains, state, "   \
	"answer, answered_by, answered, whitelist_id, created, version "       \
	"FROM relay_request WHERE "
#define REQUEST_OUT "uussssusstutu"

static const struct sql sql[] = {
	[Q_GET] = { REQUEST "id = ?", "u", REQUEST_OUT },
	[Q_GET_LOCK] = { REQUEST "id = ? FOR UPDATE", "u", REQUEST_OUT },
	[Q_LIST] = { REQUEST "(? = 0 OR admin_id = ?) AND (? = 0 OR state = ?) "
			     "AND (? = 0 OR id < ?) ORDER BY id DESC LIMIT ?",
		"uuuuuuu", REQUEST_OUT },
	[Q_OPEN] = { "SELECT (SELECT CAST(COUNT(*) AS UNSIGNED) "
		     "FROM relay_request r WHERE r.admin_id = a.id "
		     "AND r.state = 1) FROM admin a WHERE a.id = ? FOR UPDATE",
		"u", "u" },
	[Q_WAITING] = { REQUEST "state = 1 ORDER BY id LIMIT 1", "",
		REQUEST_OUT },
	[Q_COUNT] = { "SELECT CAST(COUNT(*) AS UNSIGNED) FROM relay_request "
		      "WHERE state = 1",
		"", "u" },
	[Q_INSERT] = { "INSERT INTO relay_request (admin_id, admin_name, "
		       "network, reason, domains, created) "
		       "VALUES (?, ?, ?, ?, ?, ?)",
		"usssst", "" },
	[Q_ANSWER] = { "UPDATE relay_request SET state = ?, answer = ?, "
		       "answered_by = ?, answered = ?, whitelist_id = ?, "
		       "version = ? WHERE id = ?",
		"usstuuu", "" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table relay_request_sql = { "relay_request", sql, Q_N, false };

static bool
load(const struct rows *r, struct arena *a, struct relay_request *out)
{
	*out = (struct relay_request){ .id = row_u64(r, 0),
		.admin_id = row_u64(r, 1),
		.admin_name = row_dup(r, 2, a),
		.network = row_dup(r, 3, a),
		.reason = row_dup(r, 4, a),
		.domains = row_dup(r, 5, a),
		.state = (unsigned)row_u64(r, 6),
		.answer = row_dup(r, 7, a),
		.answered_by = row_dup(r, 8, a),
		.answered_us = row_time(r, 9),
		.whitelist_id = row_u64(r, 10),
		.created_us = row_time(r, 11),
		.version = row_u64(r, 12) };
	return out->admin_name && out->network && out->reason && out->domains
		&& out->answer && out->answered_by;
}

static bool
one(struct db *db, struct arena *a, const struct sql *q, const struct arg *args,
	size_t n, struct relay_request *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, q, args, n, &r, e))
		return false;
	if (rows_next(&r)) {
		*found_r = true;
		ok = load(&r, a, out);
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
relay_request_row_get(struct db *db, struct arena *a, uint64_t id, bool lock,
	struct relay_request *out, bool *found_r, struct err *e)
{
	return one(db, a, &sql[lock ? Q_GET_LOCK : Q_GET], ARGS(arg_u64(id)),
		out, found_r, e);
}

bool
relay_request_row_list(struct db *db, struct arena *a, uint64_t admin_id,
	unsigned state, uint64_t before, size_t max,
	struct relay_request **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_LIST],
		    ARGS(arg_u64(admin_id), arg_u64(admin_id), arg_u64(state),
			    arg_u64(state), arg_u64(before), arg_u64(before),
			    arg_u64(max)),
		    &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
relay_request_row_open(
	struct db *db, uint64_t admin_id, uint64_t *n_r, struct err *e)
{
	return db_query_u64(
		db, &sql[Q_OPEN], ARGS(arg_u64(admin_id)), n_r, NULL, e);
}

bool
relay_request_row_waiting(struct db *db, struct arena *a, uint64_t *n_r,
	struct relay_request *oldest_r, struct err *e)
{
	bool found;

	*n_r = 0;
	if (!one(db, a, &sql[Q_WAITING], NO_ARGS, oldest_r, &found, e))
		return false;
	return !found || db_query_u64(db, &sql[Q_COUNT], NO_ARGS, n_r, NULL, e);
}

bool
relay_request_row_insert(struct db *db, struct relay_request *r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_INSERT],
		    ARGS(arg_u64(r->admin_id), arg_text(r->admin_name),
			    arg_text(r->network), arg_text(r->reason),
			    arg_text(r->domains), arg_time(r->created_us)),
		    &done, e))
		return false;
	r->id = done.insert_id;
	return true;
}

bool
relay_request_row_answer(
	struct db *db, const struct relay_request *r, struct err *e)
{
	return db_exec(db, &sql[Q_ANSWER],
		ARGS(arg_u64(r->state), arg_text(r->answer),
			arg_text(r->answered_by), arg_time(r->answered_us),
			arg_id(r->whitelist_id), arg_u64(r->version),
			arg_u64(r->id)),
		NULL, e);
}
