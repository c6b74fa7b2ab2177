/*
 * SQL of sessions.
 */
#include "db/session_rows.h"

enum {
	Q_INSERT,
	Q_GET,
	Q_SEEN,
	Q_PROVED,
	Q_DELETE,
	Q_DELETE_OF,
	Q_DELETE_ID,
	Q_LIST,
	Q_OWNER_FIND,
	Q_OWNER_GET,
	Q_OWNER_LANGUAGE,
	Q_N
};

#define OWNER_COLUMNS                                                          \
	"m.id, m.domain_id, m.secret_id, m.address, m.name, m.language, "      \
	"m.state, d.state, m.alive, d.alive"
#define OWNER_OUT "uuusssuuuu"
#define OWNER_FROM                                                             \
	"SELECT " OWNER_COLUMNS ", s.value FROM mailbox m "                    \
	"JOIN domain d ON d.id = m.domain_id "                                 \
	"LEFT JOIN secret s ON s.id = m.secret_id "

static const struct sql sql[] = {
	[Q_INSERT] = { "INSERT INTO session (token_hash, admin_id, mailbox_id, "
		       "created, last_seen, expires, proved, method, client, "
		       "user_agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"buuttttuss", "" },
	[Q_GET] = { "SELECT a.id, a.login, a.name, a.role, a.state, "
		    "a.password, " OWNER_COLUMNS ", s.id, s.created, "
		    "s.last_seen, s.expires, s.proved, s.method "
		    "FROM session s LEFT JOIN admin a ON a.id = s.admin_id "
		    "LEFT JOIN mailbox m ON m.id = s.mailbox_id "
		    "LEFT JOIN domain d ON d.id = m.domain_id "
		    "WHERE s.token_hash = ?",
		"b", "ussuub" OWNER_OUT "uttttu" },
	[Q_SEEN] = { "UPDATE session SET last_seen = ? WHERE token_hash = ?",
		"tb", "" },
	[Q_PROVED] = { "UPDATE session SET proved = ? WHERE token_hash = ?",
		"tb", "" },
	[Q_DELETE] = { "DELETE FROM session WHERE token_hash = ?", "b", "" },
	[Q_DELETE_OF] = { "DELETE FROM session WHERE " IS_PERSON " AND id <> ?",
		"uuu", "" },
	[Q_DELETE_ID] = { "DELETE FROM session WHERE " IS_PERSON " AND id = ?",
		"uuu", "" },
	[Q_LIST] = { "SELECT id, created, last_seen, expires, proved, method, "
		     "client, user_agent FROM session WHERE " IS_PERSON
		     " AND expires > ? AND last_seen > ? "
		     "ORDER BY last_seen DESC, id DESC LIMIT ?",
		"uuttu", "uttttuss" },
	[Q_OWNER_FIND] = { OWNER_FROM
		"WHERE d.name = SUBSTRING_INDEX(?, '@', -1) AND d.alive = 1 "
		"AND m.alive = 1 AND m.address = ?",
		"ss", OWNER_OUT "b" },
	[Q_OWNER_GET] = { OWNER_FROM "WHERE m.id = ?", "u", OWNER_OUT "b" },
	[Q_OWNER_LANGUAGE] = { "UPDATE mailbox SET language = ? WHERE id = ?",
		"su", "" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table session_sql = { "session", sql, Q_N, false };

bool
session_row_insert(struct db *db, const uint8_t digest[static 32],
	const struct session_row *s, uint64_t *id_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_INSERT],
		    ARGS(arg_bytes(digest, 32), PERSON_ARGS(s->person),
			    arg_time(s->created_us), arg_time(s->last_seen_us),
			    arg_time(s->expires_us), arg_time(s->proved_us),
			    arg_u64(s->method), arg_text(s->client),
			    arg_text(s->user_agent)),
		    &done, e))
		return false;
	*id_r = done.insert_id;
	return true;
}

static bool
load_owner(const struct rows *r, unsigned at, struct arena *a,
	struct owner_row *out)
{
	*out = (struct owner_row){ .id = row_u64(r, at),
		.domain_id = row_u64(r, at + 1),
		.secret_id = row_u64(r, at + 2),
		.address = row_dup(r, at + 3, a),
		.name = row_dup(r, at + 4, a),
		.language = row_dup(r, at + 5, a),
		.state = (enum mailbox_state)row_u64(r, at + 6),
		.domain_state = (unsigned)row_u64(r, at + 7),
		.is_alive = row_u64(r, at + 8) && row_u64(r, at + 9),
		.password = "" };
	return out->address && out->name && out->language;
}

static bool
load_both(const struct rows *r, struct arena *a, struct session_row *out,
	struct admin_row *admin, struct owner_row *owner)
{
	*out = (struct session_row){
		.person = { row_u64(r, 0), row_u64(r, 6) },
		.id = row_u64(r, 16),
		.created_us = row_time(r, 17),
		.last_seen_us = row_time(r, 18),
		.expires_us = row_time(r, 19),
		.proved_us = row_time(r, 20),
		.method = (unsigned)row_u64(r, 21),
		.client = "",
		.user_agent = "",
	};
	*admin = (struct admin_row){ .id = row_u64(r, 0),
		.login = row_dup(r, 1, a),
		.name = row_dup(r, 2, a),
		.role = (unsigned)row_u64(r, 3),
		.state = (unsigned)row_u64(r, 4),
		.password = row_dup(r, 5, a) };
	return admin->login && admin->name && admin->password
		&& load_owner(r, 6, a, owner);
}

bool
session_row_get(struct db *db, struct arena *a, const uint8_t digest[static 32],
	struct session_row *out, struct admin_row *admin,
	struct owner_row *owner, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, &sql[Q_GET], ARGS(arg_bytes(digest, 32)), &r, e))
		return false;
	if (rows_next(&r)) {
		*found_r = true;
		ok = load_both(&r, a, out, admin, owner);
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
session_row_seen(struct db *db, const uint8_t digest[static 32], int64_t at_us,
	struct err *e)
{
	return db_exec(db, &sql[Q_SEEN],
		ARGS(arg_time(at_us), arg_bytes(digest, 32)), NULL, e);
}

bool
session_row_proved(struct db *db, const uint8_t digest[static 32],
	int64_t at_us, struct err *e)
{
	return db_exec(db, &sql[Q_PROVED],
		ARGS(arg_time(at_us), arg_bytes(digest, 32)), NULL, e);
}

bool
session_row_delete(
	struct db *db, const uint8_t digest[static 32], struct err *e)
{
	return db_exec(
		db, &sql[Q_DELETE], ARGS(arg_bytes(digest, 32)), NULL, e);
}

bool
session_row_delete_of(
	struct db *db, struct person p, uint64_t but_id, struct err *e)
{
	return db_exec(db, &sql[Q_DELETE_OF],
		ARGS(PERSON_ARGS(p), arg_u64(but_id)), NULL, e);
}

bool
session_row_delete_id(struct db *db, struct person p, uint64_t id,
	bool *found_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_DELETE_ID], ARGS(PERSON_ARGS(p), arg_u64(id)),
		    &done, e))
		return false;
	*found_r = done.affected == 1;
	return true;
}

static bool
load_listed(const struct rows *r, struct arena *a, struct person p,
	struct session_row *out)
{
	*out = (struct session_row){ .person = p,
		.id = row_u64(r, 0),
		.created_us = row_time(r, 1),
		.last_seen_us = row_time(r, 2),
		.expires_us = row_time(r, 3),
		.proved_us = row_time(r, 4),
		.method = (unsigned)row_u64(r, 5),
		.client = row_dup(r, 6, a),
		.user_agent = row_dup(r, 7, a) };
	return out->client && out->user_agent;
}

bool
session_row_list(struct db *db, struct arena *a, struct person p, int64_t at_us,
	int64_t seen_after_us, size_t max, struct session_row **items_r,
	size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_LIST],
		    ARGS(PERSON_ARGS(p), arg_time(at_us),
			    arg_time(seen_after_us), arg_u64(max)),
		    &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load_listed(&r, a, p, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

static bool
one_owner(struct db *db, struct arena *a, const struct sql *q,
	const struct arg *args, size_t n, struct owner_row *out, bool *found_r,
	struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	*out = (struct owner_row){ .password = "" };
	if (!db_query(db, q, args, n, &r, e))
		return false;
	if (rows_next(&r)) {
		*found_r = true;
		ok = load_owner(&r, 0, a, out)
			&& (out->password = row_dup(&r, 10, a)) != NULL;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
owner_row_find(struct db *db, struct arena *a, const char *address,
	struct owner_row *out, bool *found_r, struct err *e)
{
	return one_owner(db, a, &sql[Q_OWNER_FIND],
		ARGS(arg_text(address), arg_text(address)), out, found_r, e);
}

bool
owner_row_get(struct db *db, struct arena *a, uint64_t id,
	struct owner_row *out, bool *found_r, struct err *e)
{
	return one_owner(
		db, a, &sql[Q_OWNER_GET], ARGS(arg_u64(id)), out, found_r, e);
}

bool
owner_row_language(
	struct db *db, uint64_t id, const char *language, struct err *e)
{
	return db_exec(db, &sql[Q_OWNER_LANGUAGE],
		ARGS(arg_text(language), arg_u64(id)), NULL, e);
}
