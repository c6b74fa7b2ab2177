/*
 * SQL of the nodes' own rows.
 */
#include "db/node_rows.h"

#include <string.h>

#include "base/str.h"

enum {
	Q_FIND,
	Q_INSERT,
	Q_NAME,
	Q_STATUS,
	Q_HELD,
	Q_ASK,
	Q_OPEN,
	Q_REPLY,
	Q_PURGE,
	Q_N
};

static const struct sql sql[] = {
	[Q_FIND] = { "SELECT id, role FROM node WHERE name = ?", "s", "us" },
	[Q_INSERT] = { "INSERT IGNORE INTO node (name, role, created) "
		       "VALUES (?, ?, ?)",
		"sst", "" },
	[Q_NAME] = { "SELECT name FROM node WHERE id = ?", "u", "s" },
	[Q_STATUS] = { "SELECT n.id, n.name, n.role, "
		       "CAST(COALESCE(s.serial, 0) AS UNSIGNED), "
		       "COALESCE(s.state, 'starting'), "
		       "COALESCE(s.message, ''), s.applied, s.seen, "
		       "CAST(COALESCE(s.pending, 0) AS UNSIGNED), "
		       "s.hold_serial, COALESCE(s.hold_by, ''), "
		       "CAST(COALESCE(s.journal_from, 0) AS UNSIGNED), "
		       "CAST(COALESCE(s.drift, 0) AS UNSIGNED), "
		       "s.checked, s.facts, COALESCE(t.mode, ''), "
		       "CAST(COALESCE(t.serial, 0) AS UNSIGNED) "
		       "FROM node n LEFT JOIN node_status s ON s.node_id = "
		       "n.id "
		       "LEFT JOIN node_target t ON t.node_id = n.id "
		       "ORDER BY n.name",
		"",
		"ussusstt"
		"uusuuts"
		"su" },
	[Q_HELD] = { "SELECT domain, held FROM node_domain WHERE node_id = ? "
		     "AND held <> '' ORDER BY domain LIMIT ?",
		"uu", "ss" },
	[Q_ASK] = { "INSERT INTO node_request (node_id, verb, args, "
		    "actor_kind, admin_id, actor_name, created, expires) "
		    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		"ussuustt", "" },
	[Q_OPEN] = { "SELECT COUNT(*) FROM node_request q "
		     "LEFT JOIN node_reply r ON r.request_id = q.id "
		     "WHERE q.node_id = ? AND q.expires > ? "
		     "AND r.request_id IS NULL",
		"ut", "u" },
	[Q_REPLY] = { "SELECT q.verb, q.created, q.expires, r.code, r.body, "
		      "r.created FROM node_request q LEFT JOIN node_reply r "
		      "ON r.request_id = q.id WHERE q.id = ? AND q.node_id = ?",
		"uu", "sttsst" },
	[Q_PURGE] = { "DELETE FROM node_request WHERE created < ? LIMIT 1000",
		"t", "" },
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

static bool
load_status(const struct rows *r, struct arena *a, struct node_row *x)
{
	x->id = row_u64(r, 0);
	x->name = row_dup(r, 1, a);
	x->role = row_dup(r, 2, a);
	x->serial = row_u64(r, 3);
	x->state = row_dup(r, 4, a);
	x->message = row_dup(r, 5, a);
	x->applied_us = row_time(r, 6);
	x->seen_us = row_time(r, 7);
	x->pending = row_u64(r, 8);
	x->is_holding = !row_is_null(r, 9);
	x->hold_serial = row_u64(r, 9);
	x->hold_by = row_dup(r, 10, a);
	x->journal_from = row_u64(r, 11);
	x->drift = row_u64(r, 12);
	x->checked_us = row_time(r, 13);
	x->facts = row_is_null(r, 14) ? NULL : row_dup(r, 14, a);
	x->is_told_to_hold = strcmp(row_text(r, 15), "hold") == 0;
	x->target_serial = row_u64(r, 16);
	return x->name && x->role && x->state && x->message && x->hold_by
		&& (x->facts || row_is_null(r, 14));
}

bool
node_row_status(struct db *db, struct arena *a, struct node_row **items_r,
	size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_STATUS], NO_ARGS, &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load_status(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
node_row_held(struct db *db, struct arena *a, uint64_t node_id, size_t max,
	struct held_row **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_HELD], ARGS(arg_u64(node_id), arg_u64(max)),
		    &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		struct held_row *x = &(*items_r)[(*n_r)++];

		x->domain = row_dup(&r, 0, a);
		x->held = row_dup(&r, 1, a);
		ok = x->domain && x->held;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
node_row_name(struct db *db, struct arena *a, uint64_t id, const char **name_r,
	struct err *e)
{
	struct rows r;
	bool ok = true;

	*name_r = NULL;
	if (!db_query(db, &sql[Q_NAME], ARGS(arg_u64(id)), &r, e))
		return false;
	if (rows_next(&r)) {
		*name_r = row_dup(&r, 0, a);
		ok = *name_r != NULL;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
node_request_row_insert(
	struct db *db, struct node_request_row *q, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_ASK],
		    ARGS(arg_u64(q->node_id), arg_text(q->verb),
			    arg_text(q->args), arg_u64(q->actor_kind),
			    arg_id(q->admin_id), arg_text(q->actor_name),
			    arg_time(q->created_us), arg_time(q->expires_us)),
		    &done, e))
		return false;
	q->id = done.insert_id;
	return true;
}

bool
node_request_row_open(struct db *db, uint64_t node_id, int64_t at_us,
	uint64_t *n_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_OPEN],
		ARGS(arg_u64(node_id), arg_time(at_us)), n_r, NULL, e);
}

bool
node_request_row_get(struct db *db, struct arena *a, uint64_t node_id,
	uint64_t id, struct node_reply_row *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*out = (struct node_reply_row){ 0 };
	*found_r = false;
	if (!db_query(db, &sql[Q_REPLY], ARGS(arg_u64(id), arg_u64(node_id)),
		    &r, e))
		return false;
	if (rows_next(&r)) {
		*found_r = true;
		out->verb = row_dup(&r, 0, a);
		out->created_us = row_time(&r, 1);
		out->expires_us = row_time(&r, 2);
		out->replied_us = row_time(&r, 5);
		ok = out->verb != NULL;
		if (ok && !row_is_null(&r, 3)) {
			out->code = row_dup(&r, 3, a);
			out->body = row_dup(&r, 4, a);
			ok = out->code && out->body;
		}
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
node_request_row_purge(
	struct db *db, int64_t before_us, uint64_t *n_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_PURGE], ARGS(arg_time(before_us)), &done, e))
		return false;
	*n_r = done.affected;
	return true;
}
