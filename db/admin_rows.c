/*
 * SQL of admins and of what their sign-in needs.
 */
#include "db/admin_rows.h"

enum {
	Q_BY_LOGIN,
	Q_BY_ID,
	Q_DOMAINS,
	Q_COUNT,
	Q_PASSWORD,
	Q_LINK_INSERT,
	Q_LINK_END,
	Q_LINK_PERSON,
	Q_LINK_USE,
	Q_THROTTLE_GET,
	Q_THROTTLE_PUT,
	Q_THROTTLE_CLEAR,
	Q_THROTTLE_COUNT,
	Q_THROTTLE_TRIM,
	Q_PURGE_SESSIONS,
	Q_PURGE_LINKS,
	Q_PURGE_THROTTLES,
	Q_N
};

#define ADMIN_COLUMNS "id, login, name, role, state, password"

static const struct sql sql[] = {
	[Q_BY_LOGIN] = { "SELECT " ADMIN_COLUMNS " FROM admin WHERE login = ?",
		"s", "ussuub" },
	[Q_BY_ID] = { "SELECT " ADMIN_COLUMNS " FROM admin WHERE id = ?", "u",
		"ussuub" },
	[Q_DOMAINS] = { "SELECT domain_id, rights FROM admin_domain "
			"WHERE admin_id = ? ORDER BY domain_id",
		"u", "uu" },
	[Q_COUNT] = { "SELECT COUNT(*) FROM admin", "", "u" },
	[Q_PASSWORD] = { "UPDATE admin SET password = ?, updated = ?, "
			 "version = version + 1 WHERE id = ?",
		"btu", "" },
	[Q_LINK_INSERT] = { "INSERT INTO first_use (token_hash, admin_id, "
			    "mailbox_id, created, expires) "
			    "VALUES (?, ?, ?, ?, ?)",
		"buutt", "" },
	[Q_LINK_END] = { "UPDATE first_use SET expires = ? WHERE " IS_PERSON
			 " AND used IS NULL AND expires > ?",
		"tuut", "" },
	[Q_LINK_PERSON] = { "SELECT admin_id, mailbox_id FROM first_use "
			    "WHERE token_hash = ? AND used IS NULL "
			    "AND expires > ?",
		"bt", "uu" },
	[Q_LINK_USE] = { "UPDATE first_use SET used = ? WHERE token_hash = ? "
			 "AND used IS NULL AND expires > ?",
		"tbt", "" },
	[Q_THROTTLE_GET] = { "SELECT failures, last_failure, blocked_to "
			     "FROM throttle WHERE subject = ?",
		"b", "utt" },
	[Q_THROTTLE_PUT] = { "INSERT INTO throttle (subject, failures, "
			     "last_failure, blocked_to) VALUES (?, ?, ?, ?) "
			     "ON DUPLICATE KEY UPDATE failures = "
			     "IF(VALUES(failures) = 1, 1, failures + 1), "
			     "last_failure = VALUES(last_failure), "
			     "blocked_to = VALUES(blocked_to)",
		"butt", "" },
	[Q_THROTTLE_CLEAR] = { "DELETE FROM throttle WHERE subject = ?", "b",
		"" },
	[Q_THROTTLE_COUNT] = { "SELECT COUNT(*) FROM throttle", "", "u" },
	[Q_THROTTLE_TRIM] = { "DELETE FROM throttle WHERE blocked_to <= ? "
			      "ORDER BY last_failure LIMIT ?",
		"tu", "" },
	[Q_PURGE_SESSIONS] = { "DELETE FROM session WHERE expires < ? "
			       "OR last_seen < ? LIMIT 1000",
		"tt", "" },
	[Q_PURGE_LINKS] = { "DELETE FROM first_use WHERE expires < ? "
			    "LIMIT 1000",
		"t", "" },
	[Q_PURGE_THROTTLES] = { "DELETE FROM throttle WHERE last_failure < ? "
				"LIMIT 1000",
		"t", "" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table admin_sql = { "admin", sql, Q_N, false };

static bool
load(const struct rows *r, struct arena *a, struct admin_row *out)
{
	*out = (struct admin_row){ .id = row_u64(r, 0),
		.login = row_dup(r, 1, a),
		.name = row_dup(r, 2, a),
		.role = (unsigned)row_u64(r, 3),
		.state = (unsigned)row_u64(r, 4),
		.password = row_dup(r, 5, a) };
	return out->login && out->name && out->password;
}

static bool
one(struct db *db, struct arena *a, const struct sql *q, struct arg key,
	struct admin_row *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, q, &key, 1, &r, e))
		return false;
	if (rows_next(&r)) {
		*found_r = true;
		ok = load(&r, a, out);
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
admin_row_by_login(struct db *db, struct arena *a, const char *login,
	struct admin_row *out, bool *found_r, struct err *e)
{
	return one(db, a, &sql[Q_BY_LOGIN], arg_text(login), out, found_r, e);
}

bool
admin_row_by_id(struct db *db, struct arena *a, uint64_t id,
	struct admin_row *out, bool *found_r, struct err *e)
{
	return one(db, a, &sql[Q_BY_ID], arg_u64(id), out, found_r, e);
}

bool
admin_row_domains(struct db *db, struct arena *a, uint64_t id, uint64_t **ids_r,
	unsigned **rights_r, size_t *n_r, struct err *e)
{
	struct rows r;

	*n_r = 0;
	if (!db_query(db, &sql[Q_DOMAINS], ARGS(arg_u64(id)), &r, e))
		return false;
	*ids_r = arena_array(a, r.n + 1, sizeof(**ids_r));
	*rights_r = arena_array(a, r.n + 1, sizeof(**rights_r));
	for (; *ids_r && *rights_r && rows_next(&r); (*n_r)++) {
		(*ids_r)[*n_r] = row_u64(&r, 0);
		(*rights_r)[*n_r] = (unsigned)row_u64(&r, 1);
	}
	return rows_done(&r, e) && ((*ids_r && *rights_r) || err_memory(e));
}

bool
admin_row_count(struct db *db, uint64_t *n_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_COUNT], NO_ARGS, n_r, NULL, e);
}

bool
admin_row_password(struct db *db, uint64_t id, const char *hash, int64_t at_us,
	struct err *e)
{
	return db_exec(db, &sql[Q_PASSWORD],
		ARGS(arg_text(hash), arg_time(at_us), arg_u64(id)), NULL, e);
}

bool
first_use_row_insert(struct db *db, const uint8_t digest[static 32],
	struct person p, int64_t at_us, int64_t expires_us, struct err *e)
{
	return db_exec(db, &sql[Q_LINK_INSERT],
		ARGS(arg_bytes(digest, 32), PERSON_ARGS(p), arg_time(at_us),
			arg_time(expires_us)),
		NULL, e);
}

bool
first_use_row_end(struct db *db, struct person p, int64_t at_us, struct err *e)
{
	return db_exec(db, &sql[Q_LINK_END],
		ARGS(arg_time(at_us), PERSON_ARGS(p), arg_time(at_us)), NULL,
		e);
}

bool
first_use_row_person(struct db *db, const uint8_t digest[static 32],
	int64_t at_us, struct person *p_r, struct err *e)
{
	struct rows r;

	*p_r = (struct person){ 0 };
	if (!db_query(db, &sql[Q_LINK_PERSON],
		    ARGS(arg_bytes(digest, 32), arg_time(at_us)), &r, e))
		return false;
	if (rows_next(&r))
		*p_r = (struct person){ row_u64(&r, 0), row_u64(&r, 1) };
	return rows_done(&r, e);
}

bool
first_use_row_use(struct db *db, const uint8_t digest[static 32], int64_t at_us,
	bool *won_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_LINK_USE],
		    ARGS(arg_time(at_us), arg_bytes(digest, 32),
			    arg_time(at_us)),
		    &done, e))
		return false;
	*won_r = done.affected == 1;
	return true;
}

bool
throttle_row_get(struct db *db, const uint8_t subject[static 32],
	struct throttle_row *out, bool *found_r, struct err *e)
{
	struct rows r;

	*out = (struct throttle_row){ 0 };
	*found_r = false;
	if (!db_query(db, &sql[Q_THROTTLE_GET], ARGS(arg_bytes(subject, 32)),
		    &r, e))
		return false;
	if (rows_next(&r)) {
		*found_r = true;
		out->failures = row_u64(&r, 0);
		out->last_us = row_time(&r, 1);
		out->blocked_us = row_time(&r, 2);
	}
	return rows_done(&r, e);
}

bool
throttle_row_put(struct db *db, const uint8_t subject[static 32],
	const struct throttle_row *t, struct err *e)
{
	return db_exec(db, &sql[Q_THROTTLE_PUT],
		ARGS(arg_bytes(subject, 32), arg_u64(t->failures),
			arg_time(t->last_us), arg_time(t->blocked_us)),
		NULL, e);
}

bool
throttle_row_clear(
	struct db *db, const uint8_t subject[static 32], struct err *e)
{
	return db_exec(db, &sql[Q_THROTTLE_CLEAR], ARGS(arg_bytes(subject, 32)),
		NULL, e);
}

bool
throttle_row_count(struct db *db, uint64_t *n_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_THROTTLE_COUNT], NO_ARGS, n_r, NULL, e);
}

bool
throttle_row_trim(struct db *db, int64_t at_us, uint64_t n, struct err *e)
{
	return db_exec(db, &sql[Q_THROTTLE_TRIM],
		ARGS(arg_time(at_us), arg_u64(n)), NULL, e);
}

bool
admin_row_purge(struct db *db, int64_t at_us, int64_t seen_before_us,
	int64_t failed_before_us, uint64_t *n_r, struct err *e)
{
	struct db_done s, l, t;

	if (!db_exec(db, &sql[Q_PURGE_SESSIONS],
		    ARGS(arg_time(at_us), arg_time(seen_before_us)), &s, e)
		|| !db_exec(
			db, &sql[Q_PURGE_LINKS], ARGS(arg_time(at_us)), &l, e)
		|| !db_exec(db, &sql[Q_PURGE_THROTTLES],
			ARGS(arg_time(failed_before_us)), &t, e))
		return false;
	*n_r = s.affected + l.affected + t.affected;
	return true;
}
