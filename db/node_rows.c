/*
 * SQL of the nodes' own rows.
 */
#include "db/node_rows.h"

#include <string.h>

#include "base/str.h"

enum {
	Q_GET,
	Q_GET_LOCKED,
	Q_FIND,
	Q_ALL,
	Q_INSERT,
	Q_UPDATE,
	Q_DELETE,
	Q_NAME,
	Q_STATUS,
	Q_HELD,
	Q_HELD_REASON,
	Q_TARGET,
	Q_ASK,
	Q_OPEN,
	Q_REPLY,
	Q_LAST_REPLY,
	Q_PURGE,
	Q_N
};

#define DEF                                                                    \
	"id, name, role, network, next_hop, note, token_hash, "                \
	"token_created, token_used, created, version"
#define DEF_OUT                                                                \
	"usssssbttt"                                                           \
	"u"

static const struct sql sql[] = {
	[Q_GET] = { "SELECT " DEF " FROM node WHERE id = ?", "u", DEF_OUT },
	[Q_GET_LOCKED] = { "SELECT " DEF " FROM node WHERE id = ? FOR UPDATE",
		"u", DEF_OUT },
	[Q_FIND] = { "SELECT " DEF " FROM node WHERE name = ?", "s", DEF_OUT },
	[Q_ALL] = { "SELECT " DEF " FROM node ORDER BY name", "", DEF_OUT },
	[Q_INSERT] = { "INSERT INTO node (name, role, network, next_hop, note, "
		       "token_hash, token_created, created) VALUES "
		       "(?, ELT(?, 'mailbox', 'secondary', 'outbound'), ?, ?, "
		       "?, ?, ?, ?)",
		"susssbtt", "" },
	[Q_UPDATE] = { "UPDATE node SET network = ?, next_hop = ?, note = ?, "
		       "token_hash = ?, token_created = ?, token_used = ?, "
		       "version = ? WHERE id = ?",
		"sssbttuu", "" },
	[Q_DELETE] = { "DELETE FROM node WHERE id = ?", "u", "" },
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
		       "CAST(COALESCE(t.serial, 0) AS UNSIGNED), "
		       "(SELECT COUNT(*) FROM node_domain h "
		       "WHERE h.node_id = n.id AND h.held <> '') "
		       "FROM node n LEFT JOIN node_status s ON s.node_id = "
		       "n.id "
		       "LEFT JOIN node_target t ON t.node_id = n.id "
		       "ORDER BY n.name",
		"",
		"ussusstt"
		"uusuuts"
		"suu" },
	[Q_HELD] = { "SELECT domain, held FROM node_domain WHERE node_id = ? "
		     "AND held <> '' ORDER BY domain LIMIT ?",
		"uu", "ss" },
	[Q_HELD_REASON] = { "SELECT held FROM node_domain WHERE domain = ? "
			    "AND held <> '' ORDER BY held LIKE 'guard:%' "
			    "LIMIT 1",
		"s", "s" },
	[Q_TARGET] = { "INSERT INTO node_target (node_id, mode, serial, "
		       "updated) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
		       "mode = VALUES(mode), serial = VALUES(serial), "
		       "updated = VALUES(updated)",
		"usut", "" },
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
	[Q_LAST_REPLY] = { "SELECT q.verb, q.created, q.expires, r.code, "
			   "r.body, r.created FROM node_request q "
			   "JOIN node_reply r ON r.request_id = q.id "
			   "WHERE q.node_id = ? AND q.verb = ? "
			   "AND r.code = 'ok' ORDER BY q.id DESC LIMIT 1",
		"us", "sttsst" },
	[Q_PURGE] = { "DELETE FROM node_request WHERE created < ? LIMIT 1000",
		"t", "" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table node_sql = { "node", sql, Q_N, false };

static bool
load_def(const struct rows *r, struct arena *a, struct node_def_row *n)
{
	static const char *const roles[] = { "mailbox", "secondary",
		"outbound" };
	const char *role = row_text(r, 2);
	const void *hash;
	size_t len;

	*n = (struct node_def_row){ .id = row_u64(r, 0),
		.name = row_dup(r, 1, a),
		.network = row_dup(r, 3, a),
		.next_hop = row_dup(r, 4, a),
		.note = row_dup(r, 5, a),
		.has_token = !row_is_null(r, 6),
		.token_created_us = row_time(r, 7),
		.token_used_us = row_time(r, 8),
		.created_us = row_time(r, 9),
		.version = row_u64(r, 10) };
	for (unsigned i = 0; i < ARRAY_LEN(roles); i++)
		if (strcmp(role, roles[i]) == 0)
			n->role = i;
	hash = row_bytes(r, 6, &len);
	if (n->has_token && len == sizeof(n->token_hash))
		memcpy(n->token_hash, hash, len);
	return n->name && n->network && n->next_hop && n->note;
}

static bool
one_def(struct db *db, struct arena *a, unsigned q, struct arg key,
	struct node_def_row *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, &sql[q], &key, 1, &r, e))
		return false;
	if (rows_next(&r)) {
		ok = load_def(&r, a, out);
		*found_r = ok;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
node_row_get(struct db *db, struct arena *a, uint64_t id, bool is_locked,
	struct node_def_row *out, bool *found_r, struct err *e)
{
	return one_def(db, a, is_locked ? Q_GET_LOCKED : Q_GET, arg_u64(id),
		out, found_r, e);
}

bool
node_row_find(struct db *db, struct arena *a, const char *name,
	struct node_def_row *out, bool *found_r, struct err *e)
{
	return one_def(db, a, Q_FIND, arg_text(name), out, found_r, e);
}

bool
node_row_list(struct db *db, struct arena *a, struct node_def_row **items_r,
	size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_ALL], NO_ARGS, &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load_def(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

static struct arg
hash_of(const struct node_def_row *n)
{
	return n->has_token ? arg_bytes(n->token_hash, 32) : arg_null();
}

bool
node_row_insert(struct db *db, struct node_def_row *n, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_INSERT],
		    ARGS(arg_text(n->name), arg_u64(n->role + 1),
			    arg_text(n->network), arg_text(n->next_hop),
			    arg_text(n->note), hash_of(n),
			    arg_time(n->token_created_us),
			    arg_time(n->created_us)),
		    &done, e))
		return false;
	n->id = done.insert_id;
	return true;
}

bool
node_row_update(struct db *db, const struct node_def_row *n, struct err *e)
{
	return db_exec(db, &sql[Q_UPDATE],
		ARGS(arg_text(n->network), arg_text(n->next_hop),
			arg_text(n->note), hash_of(n),
			arg_time(n->token_created_us),
			arg_time(n->token_used_us), arg_u64(n->version),
			arg_u64(n->id)),
		NULL, e);
}

bool
node_row_delete(struct db *db, uint64_t id, struct err *e)
{
	return db_exec(db, &sql[Q_DELETE], ARGS(arg_u64(id)), NULL, e);
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
	x->held = row_u64(r, 17);
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

/* The first column of the first row, or NULL. */
static bool
text_of(struct db *db, struct arena *a, const struct sql *q,
	const struct arg *args, size_t n, const char **text_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*text_r = NULL;
	if (!db_query(db, q, args, n, &r, e))
		return false;
	if (rows_next(&r)) {
		*text_r = row_dup(&r, 0, a);
		ok = *text_r != NULL;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
held_row_reason(struct db *db, struct arena *a, const char *domain,
	const char **reason_r, struct err *e)
{
	return text_of(db, a, &sql[Q_HELD_REASON], ARGS(arg_text(domain)),
		reason_r, e);
}

bool
node_target_row_set(struct db *db, uint64_t node_id, bool is_hold,
	uint64_t serial, int64_t at_us, struct err *e)
{
	return db_exec(db, &sql[Q_TARGET],
		ARGS(arg_u64(node_id), arg_text(is_hold ? "hold" : "follow"),
			arg_u64(serial), arg_time(at_us)),
		NULL, e);
}

bool
node_row_name(struct db *db, struct arena *a, uint64_t id, const char **name_r,
	struct err *e)
{
	return text_of(db, a, &sql[Q_NAME], ARGS(arg_u64(id)), name_r, e);
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

/* The one row of a request with its reply, if there is one. */
static bool
take_reply(struct rows *r, struct arena *a, struct node_reply_row *out,
	bool *found_r, struct err *e)
{
	bool ok = true;

	*out = (struct node_reply_row){ 0 };
	*found_r = false;
	if (rows_next(r)) {
		*found_r = true;
		out->verb = row_dup(r, 0, a);
		out->created_us = row_time(r, 1);
		out->expires_us = row_time(r, 2);
		out->replied_us = row_time(r, 5);
		ok = out->verb != NULL;
		if (ok && !row_is_null(r, 3)) {
			out->code = row_dup(r, 3, a);
			out->body = row_dup(r, 4, a);
			ok = out->code && out->body;
		}
	}
	return rows_done(r, e) && (ok || err_memory(e));
}

bool
node_request_row_get(struct db *db, struct arena *a, uint64_t node_id,
	uint64_t id, struct node_reply_row *out, bool *found_r, struct err *e)
{
	struct rows r;

	return db_query(db, &sql[Q_REPLY], ARGS(arg_u64(id), arg_u64(node_id)),
		       &r, e)
		&& take_reply(&r, a, out, found_r, e);
}

bool
node_reply_row_last(struct db *db, struct arena *a, uint64_t node_id,
	const char *verb, struct node_reply_row *out, bool *found_r,
	struct err *e)
{
	struct rows r;

	return db_query(db, &sql[Q_LAST_REPLY],
		       ARGS(arg_u64(node_id), arg_text(verb)), &r, e)
		&& take_reply(&r, a, out, found_r, e);
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
