/*
 * SQL of second factors.
 */
#include "db/factor_rows.h"

#include <string.h>

enum {
	Q_TOTP_GET,
	Q_TOTP_PUT,
	Q_TOTP_STEP,
	Q_TOTP_CONFIRM,
	Q_TOTP_DELETE,
	Q_CODE_INSERT,
	Q_CODE_DELETE,
	Q_CODE_USE,
	Q_CODE_COUNT,
	Q_KEY_INSERT,
	Q_KEY_FIND,
	Q_KEY_LIST,
	Q_KEY_USED,
	Q_KEY_RENAME,
	Q_KEY_DELETE,
	Q_KEY_DELETE_OF,
	Q_CHALLENGE_USE,
	Q_CHALLENGE_PURGE,
	Q_N
};

#define KEY_COLUMNS                                                            \
	"id, admin_id, mailbox_id, name, credential_id, public_key, "          \
	"algorithm, sign_count, is_synced, created, last_used"
#define KEY_OUT "uuusbbiuutt"

static const struct sql sql[] = {
	[Q_TOTP_GET] = { "SELECT seed, last_step, confirmed FROM totp "
			 "WHERE " IS_PERSON,
		"uu", "but" },
	[Q_TOTP_PUT] = { "INSERT INTO totp (admin_id, mailbox_id, seed, "
			 "created) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
			 "seed = IF(confirmed IS NULL, VALUES(seed), seed), "
			 "last_step = IF(confirmed IS NULL, 0, last_step)",
		"uubt", "" },
	[Q_TOTP_STEP] = { "UPDATE totp SET last_step = ? WHERE " IS_PERSON
			  " AND last_step < ?",
		"uuuu", "" },
	[Q_TOTP_CONFIRM] = { "UPDATE totp SET confirmed = ? WHERE " IS_PERSON,
		"tuu", "" },
	[Q_TOTP_DELETE] = { "DELETE FROM totp WHERE " IS_PERSON, "uu", "" },
	[Q_CODE_INSERT] = { "INSERT INTO recovery_code (code_hash, admin_id, "
			    "mailbox_id, created) VALUES (?, ?, ?, ?)",
		"buut", "" },
	[Q_CODE_DELETE] = { "DELETE FROM recovery_code WHERE " IS_PERSON, "uu",
		"" },
	[Q_CODE_USE] = { "UPDATE recovery_code SET used = ? WHERE code_hash = "
			 "? AND " IS_PERSON " AND used IS NULL",
		"tbuu", "" },
	[Q_CODE_COUNT] = { "SELECT COUNT(*) FROM recovery_code "
			   "WHERE " IS_PERSON " AND used IS NULL",
		"uu", "u" },
	[Q_KEY_INSERT] = { "INSERT INTO passkey (admin_id, mailbox_id, name, "
			   "credential_hash, credential_id, public_key, "
			   "algorithm, sign_count, is_synced, created) "
			   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"uusbbbiuut", "" },
	[Q_KEY_FIND] = { "SELECT " KEY_COLUMNS
			 " FROM passkey WHERE credential_hash = ?",
		"b", KEY_OUT },
	[Q_KEY_LIST] = { "SELECT " KEY_COLUMNS " FROM passkey WHERE " IS_PERSON
			 " ORDER BY id LIMIT ?",
		"uuu", KEY_OUT },
	[Q_KEY_USED] = { "UPDATE passkey SET sign_count = ?, last_used = ? "
			 "WHERE id = ? AND sign_count = ?",
		"utuu", "" },
	[Q_KEY_RENAME] = { "UPDATE passkey SET name = ? WHERE " IS_PERSON
			   " AND id = ?",
		"suuu", "" },
	[Q_KEY_DELETE] = { "DELETE FROM passkey WHERE " IS_PERSON " AND id = ?",
		"uuu", "" },
	[Q_KEY_DELETE_OF] = { "DELETE FROM passkey WHERE " IS_PERSON, "uu",
		"" },
	[Q_CHALLENGE_USE] = { "INSERT IGNORE INTO challenge_used "
			      "(challenge_hash, expires) VALUES (?, ?)",
		"bt", "" },
	[Q_CHALLENGE_PURGE] = { "DELETE FROM challenge_used WHERE expires < ? "
				"LIMIT 1000",
		"t", "" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table factor_sql = { "factor", sql, Q_N, false };

static bool
copy_bytes(const struct rows *r, unsigned col, struct arena *a,
	const uint8_t **out, size_t *len_r)
{
	const void *from = row_bytes(r, col, len_r);
	uint8_t *to = arena_alloc(a, *len_r + 1);

	if (to && *len_r > 0)
		memcpy(to, from, *len_r);
	*out = to;
	return to != NULL;
}

bool
totp_row_get(struct db *db, struct arena *a, struct person p,
	struct totp_row *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*out = (struct totp_row){ 0 };
	*found_r = false;
	if (!db_query(db, &sql[Q_TOTP_GET], ARGS(PERSON_ARGS(p)), &r, e))
		return false;
	if (rows_next(&r)) {
		*found_r = true;
		ok = copy_bytes(&r, 0, a, &out->seed, &out->seed_len);
		out->last_step = row_u64(&r, 1);
		out->is_confirmed = !row_is_null(&r, 2);
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
totp_row_put(struct db *db, struct person p, const uint8_t *seed, size_t len,
	int64_t at_us, struct err *e)
{
	return db_exec(db, &sql[Q_TOTP_PUT],
		ARGS(PERSON_ARGS(p), arg_bytes(seed, len), arg_time(at_us)),
		NULL, e);
}

/* A statement that changes one row or none. */
static bool
one(struct db *db, const struct sql *q, const struct arg *args, size_t n,
	bool *won_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, q, args, n, &done, e))
		return false;
	*won_r = done.affected == 1;
	return true;
}

bool
totp_row_step(struct db *db, struct person p, uint64_t step, bool *won_r,
	struct err *e)
{
	return one(db, &sql[Q_TOTP_STEP],
		ARGS(arg_u64(step), PERSON_ARGS(p), arg_u64(step)), won_r, e);
}

bool
totp_row_confirm(struct db *db, struct person p, int64_t at_us, struct err *e)
{
	return db_exec(db, &sql[Q_TOTP_CONFIRM],
		ARGS(arg_time(at_us), PERSON_ARGS(p)), NULL, e);
}

bool
totp_row_delete(struct db *db, struct person p, struct err *e)
{
	return db_exec(db, &sql[Q_TOTP_DELETE], ARGS(PERSON_ARGS(p)), NULL, e);
}

bool
recovery_row_insert(struct db *db, struct person p,
	const uint8_t digest[static 32], int64_t at_us, struct err *e)
{
	return db_exec(db, &sql[Q_CODE_INSERT],
		ARGS(arg_bytes(digest, 32), PERSON_ARGS(p), arg_time(at_us)),
		NULL, e);
}

bool
recovery_row_delete_of(struct db *db, struct person p, struct err *e)
{
	return db_exec(db, &sql[Q_CODE_DELETE], ARGS(PERSON_ARGS(p)), NULL, e);
}

bool
recovery_row_use(struct db *db, struct person p,
	const uint8_t digest[static 32], int64_t at_us, bool *won_r,
	struct err *e)
{
	return one(db, &sql[Q_CODE_USE],
		ARGS(arg_time(at_us), arg_bytes(digest, 32), PERSON_ARGS(p)),
		won_r, e);
}

bool
recovery_row_count(struct db *db, struct person p, uint64_t *n_r, struct err *e)
{
	return db_query_u64(
		db, &sql[Q_CODE_COUNT], ARGS(PERSON_ARGS(p)), n_r, NULL, e);
}

bool
passkey_row_insert(struct db *db, struct passkey_row *p,
	const uint8_t digest[static 32], struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_KEY_INSERT],
		    ARGS(PERSON_ARGS(p->person), arg_text(p->name),
			    arg_bytes(digest, 32),
			    arg_bytes(p->credential, p->credential_len),
			    arg_bytes(p->key, p->key_len),
			    arg_i64(p->algorithm), arg_u64(p->sign_count),
			    arg_u64(p->is_synced), arg_time(p->created_us)),
		    &done, e))
		return false;
	p->id = done.insert_id;
	return true;
}

static bool
load_key(const struct rows *r, struct arena *a, struct passkey_row *out)
{
	*out = (struct passkey_row){ .id = row_u64(r, 0),
		.person = { row_u64(r, 1), row_u64(r, 2) },
		.name = row_dup(r, 3, a),
		.algorithm = row_i64(r, 6),
		.sign_count = row_u64(r, 7),
		.is_synced = row_u64(r, 8) != 0,
		.created_us = row_time(r, 9),
		.last_used_us = row_time(r, 10) };
	return out->name
		&& copy_bytes(r, 4, a, &out->credential, &out->credential_len)
		&& copy_bytes(r, 5, a, &out->key, &out->key_len);
}

bool
passkey_row_find(struct db *db, struct arena *a,
	const uint8_t digest[static 32], struct passkey_row *out, bool *found_r,
	struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, &sql[Q_KEY_FIND], ARGS(arg_bytes(digest, 32)), &r, e))
		return false;
	if (rows_next(&r)) {
		*found_r = true;
		ok = load_key(&r, a, out);
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
passkey_row_list(struct db *db, struct arena *a, struct person p, size_t max,
	struct passkey_row **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_KEY_LIST], ARGS(PERSON_ARGS(p), arg_u64(max)),
		    &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load_key(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
passkey_row_used(struct db *db, const struct passkey_row *p, uint64_t was,
	int64_t at_us, bool *won_r, struct err *e)
{
	return one(db, &sql[Q_KEY_USED],
		ARGS(arg_u64(p->sign_count), arg_time(at_us), arg_u64(p->id),
			arg_u64(was)),
		won_r, e);
}

bool
passkey_row_rename(struct db *db, struct person p, uint64_t id,
	const char *name, bool *found_r, struct err *e)
{
	return one(db, &sql[Q_KEY_RENAME],
		ARGS(arg_text(name), PERSON_ARGS(p), arg_u64(id)), found_r, e);
}

bool
passkey_row_delete(struct db *db, struct person p, uint64_t id, bool *found_r,
	struct err *e)
{
	return one(db, &sql[Q_KEY_DELETE], ARGS(PERSON_ARGS(p), arg_u64(id)),
		found_r, e);
}

bool
passkey_row_delete_of(struct db *db, struct person p, struct err *e)
{
	return db_exec(
		db, &sql[Q_KEY_DELETE_OF], ARGS(PERSON_ARGS(p)), NULL, e);
}

bool
challenge_row_use(struct db *db, const uint8_t digest[static 32],
	int64_t expires_us, bool *won_r, struct err *e)
{
	return one(db, &sql[Q_CHALLENGE_USE],
		ARGS(arg_bytes(digest, 32), arg_time(expires_us)), won_r, e);
}

bool
challenge_row_purge(struct db *db, int64_t at_us, uint64_t *n_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_CHALLENGE_PURGE], ARGS(arg_time(at_us)), &done,
		    e))
		return false;
	*n_r = done.affected;
	return true;
}
