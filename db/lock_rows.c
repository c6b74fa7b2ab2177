/*
 * SQL of locked mailboxes.
 */
#include "db/lock_rows.h"

enum {
	Q_INSERT,
	Q_SERIAL,
	Q_LAST,
	Q_REQUEST,
	Q_REQUESTS,
	Q_SESSIONS,
	Q_FORWARDS,
	Q_N
};

static const struct sql sql[] = {
	[Q_INSERT] = { "INSERT INTO mailbox_lock (mailbox_id, serial, "
		       "sessions, actor_name, note, created) "
		       "VALUES (?, ?, ?, ?, ?, ?)",
		"uuusst", "" },
	[Q_SERIAL] = { "UPDATE mailbox_lock SET serial = ? WHERE id = ?", "uu",
		"" },
	[Q_LAST] = { "SELECT id, mailbox_id, serial, sessions, actor_name, "
		     "note, created FROM mailbox_lock WHERE mailbox_id = ? "
		     "ORDER BY id DESC LIMIT 1",
		"u", "uuuusst" },
	[Q_REQUEST] = { "INSERT INTO mailbox_lock_request (lock_id, "
			"request_id, node_id, node, verb) "
			"VALUES (?, ?, ?, ?, ?)",
		"uuuss", "" },
	[Q_REQUESTS] = { "SELECT q.lock_id, q.request_id, q.node_id, q.node, "
			 "q.verb FROM mailbox_lock_request q "
			 "WHERE q.lock_id = ? AND q.request_id = "
			 "(SELECT MAX(x.request_id) FROM mailbox_lock_request "
			 "x "
			 "WHERE x.lock_id = q.lock_id AND x.node_id = "
			 "q.node_id) ORDER BY q.node",
		"u", "uuuss" },
	[Q_SESSIONS] = { "SELECT COUNT(*) FROM session WHERE mailbox_id = ?",
		"u", "u" },
	[Q_FORWARDS] = { "SELECT a.id, a.address, t.target, a.updated, "
			 "a.version, a.changed_serial, CAST(a.address = ? OR "
			 "EXISTS (SELECT 1 FROM alias_target x WHERE "
			 "x.alias_id = a.id AND x.target = ? AND x.alive = 1) "
			 "AS UNSIGNED) AS names FROM alias a "
			 "JOIN alias_target t ON t.alias_id = a.id "
			 "AND t.alive = 1 LEFT JOIN domain d "
			 "ON d.name = t.target_domain AND d.alive = 1 "
			 "WHERE a.domain_id = ? AND a.alive = 1 "
			 "AND a.updated >= ? AND d.id IS NULL "
			 "ORDER BY names DESC, a.updated DESC, a.id, t.target "
			 "LIMIT ?",
		"ssutu", "usstuuu" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table lock_sql = { "lock", sql, Q_N, .is_lazy = true };

bool
lock_row_insert(struct db *db, struct lock_row *l, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_INSERT],
		    ARGS(arg_u64(l->mailbox_id), arg_u64(l->serial),
			    arg_u64(l->sessions), arg_text(l->actor_name),
			    arg_text(l->note), arg_time(l->created_us)),
		    &done, e))
		return false;
	l->id = done.insert_id;
	return true;
}

bool
lock_row_serial(struct db *db, uint64_t id, uint64_t serial, struct err *e)
{
	return db_exec(db, &sql[Q_SERIAL], ARGS(arg_u64(serial), arg_u64(id)),
		NULL, e);
}

bool
lock_row_last(struct db *db, struct arena *a, uint64_t mailbox_id,
	struct lock_row *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, &sql[Q_LAST], ARGS(arg_u64(mailbox_id)), &r, e))
		return false;
	if (rows_next(&r)) {
		*found_r = true;
		*out = (struct lock_row){ row_u64(&r, 0), row_u64(&r, 1),
			row_u64(&r, 2), row_u64(&r, 3), row_dup(&r, 4, a),
			row_dup(&r, 5, a), row_time(&r, 6) };
		ok = out->actor_name && out->note;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
lock_request_row_insert(
	struct db *db, const struct lock_request_row *q, struct err *e)
{
	return db_exec(db, &sql[Q_REQUEST],
		ARGS(arg_u64(q->lock_id), arg_u64(q->request_id),
			arg_u64(q->node_id), arg_text(q->node),
			arg_text(q->verb)),
		NULL, e);
}

bool
lock_request_row_list(struct db *db, struct arena *a, uint64_t lock_id,
	struct lock_request_row **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_REQUESTS], ARGS(arg_u64(lock_id)), &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		struct lock_request_row *q = &(*items_r)[(*n_r)++];

		*q = (struct lock_request_row){ row_u64(&r, 0), row_u64(&r, 1),
			row_u64(&r, 2), row_dup(&r, 3, a), row_dup(&r, 4, a) };
		ok = q->node && q->verb;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
lock_row_count_sessions(
	struct db *db, uint64_t mailbox_id, uint64_t *n_r, struct err *e)
{
	return db_query_u64(
		db, &sql[Q_SESSIONS], ARGS(arg_u64(mailbox_id)), n_r, NULL, e);
}

bool
forward_row_list(struct db *db, struct arena *a, uint64_t domain_id,
	const char *address, int64_t since_us, size_t max,
	struct forward_row **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_FORWARDS],
		    ARGS(arg_text(address), arg_text(address),
			    arg_u64(domain_id), arg_time(since_us),
			    arg_u64(max)),
		    &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		struct forward_row *f = &(*items_r)[(*n_r)++];

		*f = (struct forward_row){ row_u64(&r, 0), row_dup(&r, 1, a),
			row_dup(&r, 2, a), row_time(&r, 3), row_u64(&r, 4),
			row_u64(&r, 5), row_u64(&r, 6) != 0 };
		ok = f->address && f->target;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}
