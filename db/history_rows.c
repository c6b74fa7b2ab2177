/*
 * SQL of sign-ins that were tried, and of browsers that are known.
 */
#include "db/history_rows.h"

enum {
	Q_INSERT,
	Q_LIST,
	Q_UNSEEN,
	Q_SEEN,
	Q_KNOWS,
	Q_EDGE,
	Q_TRIM,
	Q_PURGE,
	Q_DEVICE_FIND,
	Q_DEVICE_INSERT,
	Q_DEVICE_USED,
	Q_DEVICE_EDGE,
	Q_DEVICE_TRIM,
	Q_DEVICE_DELETE_OF,
	Q_DEVICE_PURGE,
	Q_N
};

#define COLUMNS                                                                \
	"id, is_good, outcome, method, client, network, user_agent, "          \
	"is_new_network, is_seen, created"
#define OUT "uuuusssuut"

static const struct sql sql[] = {
	[Q_INSERT] = { "INSERT INTO sign_in (admin_id, mailbox_id, is_good, "
		       "outcome, method, client, network, user_agent, "
		       "is_new_network, is_seen, created) "
		       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"uuuuusssuut", "" },
	[Q_LIST] = { "SELECT " COLUMNS " FROM sign_in WHERE " IS_PERSON
		     " AND id < ? ORDER BY id DESC LIMIT ?",
		"uuuu", OUT },
	[Q_UNSEEN] = { "SELECT " COLUMNS " FROM sign_in WHERE " IS_PERSON
		       " AND is_good = 1 AND is_seen = 0 "
		       "ORDER BY id DESC LIMIT ?",
		"uuu", OUT },
	[Q_SEEN] = { "UPDATE sign_in SET is_seen = 1 WHERE " IS_PERSON
		     " AND is_good = 1 AND is_seen = 0 AND id <= ?",
		"uuu", "" },
	[Q_KNOWS] = { "SELECT COUNT(*), "
		      "CAST(COALESCE(SUM(network = ?), 0) AS UNSIGNED) "
		      "FROM sign_in WHERE " IS_PERSON " AND is_good = 1",
		"suu", "uu" },
	[Q_EDGE] = { "SELECT id FROM sign_in WHERE " IS_PERSON
		     " AND is_good = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
		"uuuu", "u" },
	[Q_TRIM] = { "DELETE FROM sign_in WHERE " IS_PERSON
		     " AND is_good = ? AND id <= ?",
		"uuuu", "" },
	[Q_PURGE] = { "DELETE FROM sign_in WHERE created < ? LIMIT 1000", "t",
		"" },
	[Q_DEVICE_FIND] = { "SELECT 1 FROM known_device WHERE token_hash = ? "
			    "AND " IS_PERSON,
		"buu", "i" },
	[Q_DEVICE_INSERT] = { "INSERT INTO known_device (token_hash, admin_id, "
			      "mailbox_id, created, last_used) "
			      "VALUES (?, ?, ?, ?, ?)",
		"buutt", "" },
	[Q_DEVICE_USED] = { "UPDATE known_device SET last_used = ? "
			    "WHERE token_hash = ? AND " IS_PERSON,
		"tbuu", "" },
	[Q_DEVICE_EDGE] = { "SELECT last_used FROM known_device "
			    "WHERE " IS_PERSON
			    " ORDER BY last_used DESC LIMIT 1 OFFSET ?",
		"uuu", "t" },
	[Q_DEVICE_TRIM] = { "DELETE FROM known_device WHERE " IS_PERSON
			    " AND last_used <= ?",
		"uut", "" },
	[Q_DEVICE_DELETE_OF] = { "DELETE FROM known_device WHERE " IS_PERSON,
		"uu", "" },
	[Q_DEVICE_PURGE] = { "DELETE FROM known_device WHERE last_used < ? "
			     "LIMIT 1000",
		"t", "" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table history_sql = { "history", sql, Q_N, false };

bool
sign_in_row_insert(struct db *db, struct sign_in_row *s, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_INSERT],
		    ARGS(PERSON_ARGS(s->person), arg_u64(s->is_good),
			    arg_u64(s->outcome), arg_u64(s->method),
			    arg_text(s->client), arg_text(s->network),
			    arg_text(s->user_agent), arg_u64(s->is_new_network),
			    arg_u64(s->is_seen), arg_time(s->created_us)),
		    &done, e))
		return false;
	s->id = done.insert_id;
	return true;
}

static bool
load(const struct rows *r, struct arena *a, struct person p,
	struct sign_in_row *out)
{
	*out = (struct sign_in_row){ .person = p,
		.id = row_u64(r, 0),
		.is_good = row_u64(r, 1) != 0,
		.outcome = (unsigned)row_u64(r, 2),
		.method = (unsigned)row_u64(r, 3),
		.client = row_dup(r, 4, a),
		.network = row_dup(r, 5, a),
		.user_agent = row_dup(r, 6, a),
		.is_new_network = row_u64(r, 7) != 0,
		.is_seen = row_u64(r, 8) != 0,
		.created_us = row_time(r, 9) };
	return out->client && out->network && out->user_agent;
}

static bool
many(struct db *db, struct arena *a, const struct sql *q,
	const struct arg *args, size_t n, struct person p,
	struct sign_in_row **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, q, args, n, &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load(&r, a, p, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
sign_in_row_list(struct db *db, struct arena *a, struct person p,
	uint64_t before_id, size_t max, struct sign_in_row **items_r,
	size_t *n_r, struct err *e)
{
	return many(db, a, &sql[Q_LIST],
		ARGS(PERSON_ARGS(p),
			arg_u64(before_id ? before_id : UINT64_MAX),
			arg_u64(max)),
		p, items_r, n_r, e);
}

bool
sign_in_row_unseen(struct db *db, struct arena *a, struct person p, size_t max,
	struct sign_in_row **items_r, size_t *n_r, struct err *e)
{
	return many(db, a, &sql[Q_UNSEEN], ARGS(PERSON_ARGS(p), arg_u64(max)),
		p, items_r, n_r, e);
}

bool
sign_in_row_seen(
	struct db *db, struct person p, uint64_t up_to_id, struct err *e)
{
	return db_exec(db, &sql[Q_SEEN],
		ARGS(PERSON_ARGS(p), arg_u64(up_to_id)), NULL, e);
}

bool
sign_in_row_knows(struct db *db, struct person p, const char *network,
	bool *network_r, bool *any_r, struct err *e)
{
	struct rows r;

	*network_r = *any_r = false;
	if (!db_query(db, &sql[Q_KNOWS],
		    ARGS(arg_text(network), PERSON_ARGS(p)), &r, e))
		return false;
	if (rows_next(&r)) {
		*any_r = row_u64(&r, 0) > 0;
		*network_r = row_u64(&r, 1) > 0;
	}
	return rows_done(&r, e);
}

bool
sign_in_row_trim(struct db *db, struct person p, bool is_good, unsigned keep,
	struct err *e)
{
	uint64_t edge;
	bool found;

	if (!db_query_u64(db, &sql[Q_EDGE],
		    ARGS(PERSON_ARGS(p), arg_u64(is_good), arg_u64(keep)),
		    &edge, &found, e))
		return false;
	return !found
		|| db_exec(db, &sql[Q_TRIM],
			ARGS(PERSON_ARGS(p), arg_u64(is_good), arg_u64(edge)),
			NULL, e);
}

static bool
purge(struct db *db, const struct sql *q, int64_t before_us, uint64_t *n_r,
	struct err *e)
{
	struct db_done done;

	if (!db_exec(db, q, ARGS(arg_time(before_us)), &done, e))
		return false;
	*n_r = done.affected;
	return true;
}

bool
sign_in_row_purge(
	struct db *db, int64_t before_us, uint64_t *n_r, struct err *e)
{
	return purge(db, &sql[Q_PURGE], before_us, n_r, e);
}

bool
device_row_find(struct db *db, struct person p, const uint8_t digest[static 32],
	bool *found_r, struct err *e)
{
	struct rows r;

	*found_r = false;
	if (!db_query(db, &sql[Q_DEVICE_FIND],
		    ARGS(arg_bytes(digest, 32), PERSON_ARGS(p)), &r, e))
		return false;
	*found_r = rows_next(&r);
	return rows_done(&r, e);
}

bool
device_row_insert(struct db *db, struct person p,
	const uint8_t digest[static 32], int64_t at_us, struct err *e)
{
	return db_exec(db, &sql[Q_DEVICE_INSERT],
		ARGS(arg_bytes(digest, 32), PERSON_ARGS(p), arg_time(at_us),
			arg_time(at_us)),
		NULL, e);
}

bool
device_row_used(struct db *db, struct person p, const uint8_t digest[static 32],
	int64_t at_us, struct err *e)
{
	return db_exec(db, &sql[Q_DEVICE_USED],
		ARGS(arg_time(at_us), arg_bytes(digest, 32), PERSON_ARGS(p)),
		NULL, e);
}

bool
device_row_trim(struct db *db, struct person p, unsigned keep, struct err *e)
{
	struct rows r;
	int64_t edge = TIME_NONE;

	if (!db_query(db, &sql[Q_DEVICE_EDGE],
		    ARGS(PERSON_ARGS(p), arg_u64(keep)), &r, e))
		return false;
	if (rows_next(&r))
		edge = row_time(&r, 0);
	if (!rows_done(&r, e))
		return false;
	return edge == TIME_NONE
		|| db_exec(db, &sql[Q_DEVICE_TRIM],
			ARGS(PERSON_ARGS(p), arg_time(edge)), NULL, e);
}

bool
device_row_delete_of(struct db *db, struct person p, struct err *e)
{
	return db_exec(
		db, &sql[Q_DEVICE_DELETE_OF], ARGS(PERSON_ARGS(p)), NULL, e);
}

bool
device_row_purge(struct db *db, int64_t before_us, uint64_t *n_r, struct err *e)
{
	return purge(db, &sql[Q_DEVICE_PURGE], before_us, n_r, e);
}
