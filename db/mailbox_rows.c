/*
 * SQL of `mailbox` and `mailbox_part`.
 */
#include "db/mailbox_rows.h"

#include <string.h>

#include "base/utf8.h"

#define PART_CHARS 16
#define PARTS_MAX 64
#define PARTS_AT_ONCE 4000

enum {
	Q_GET,
	Q_FIND,
	Q_HOLDERS,
	Q_INSERT,
	Q_UPDATE,
	Q_STAMP,
	Q_STAMP_ID,
	Q_PART,
	Q_PART_DELETE,
	Q_LIVING,
	Q_DELETED_AT,
	Q_DELETE_RANGE,
	Q_RESTORE_RANGE,
	Q_N
};

static const struct sql sql[] = {
	[Q_GET] = { "SELECT " MAILBOX_COLUMNS " FROM mailbox m WHERE m.id = ?",
		"u", MAILBOX_OUT },
	[Q_FIND] = { "SELECT " MAILBOX_COLUMNS " FROM mailbox m "
		     "JOIN domain d ON d.id = m.domain_id AND d.alive = 1 "
		     "WHERE m.alive = 1 AND m.address = ?",
		"s", MAILBOX_OUT },
	[Q_HOLDERS] = { "SELECT 1 FROM mailbox WHERE domain_id = ? "
			"AND alive = 1 AND address = ? "
			"UNION ALL SELECT 2 FROM alias WHERE domain_id = ? "
			"AND alive = 1 AND address = ?",
		"usus", "u" },
	[Q_INSERT] = { "INSERT INTO mailbox (domain_id, address, name, state, "
		       "quota_bytes, secret_id, password_scheme, created, "
		       "updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"ussuiustt", "" },
	[Q_UPDATE] = { "UPDATE mailbox SET name = ?, state = ?, "
		       "former_state = ?, alive = ?, quota_bytes = ?, "
		       "secret_id = ?, password_scheme = ?, deleted_at = ?, "
		       "purge_at = ?, updated = ?, version = ? WHERE id = ?",
		"suuuiustttuu", "" },
	[Q_STAMP] = { "UPDATE mailbox SET home = ?, "
		      "changed_serial = GREATEST(changed_serial, ?) "
		      "WHERE id = ?",
		"suu", "" },
	[Q_STAMP_ID] = { "UPDATE mailbox SET changed_serial = ? WHERE id = ?",
		"uu", "" },
	[Q_PART] = { "INSERT IGNORE INTO mailbox_part (part, mailbox_id) "
		     "VALUES (?, ?)",
		"su", "" },
	[Q_PART_DELETE] = { "DELETE FROM mailbox_part WHERE mailbox_id = ?",
		"u", "" },
	[Q_LIVING] = { "SELECT " MAILBOX_COLUMNS " FROM mailbox m "
		       "WHERE m.domain_id = ? AND m.alive = 1 "
		       "ORDER BY m.address LIMIT ?",
		"uu", MAILBOX_OUT },
	[Q_DELETED_AT] = { "SELECT " MAILBOX_COLUMNS " FROM mailbox m "
			   "WHERE m.domain_id = ? AND m.alive IS NULL "
			   "AND m.deleted_at = ? ORDER BY m.address LIMIT ?",
		"utu", MAILBOX_OUT },
	[Q_DELETE_RANGE] = { "UPDATE mailbox SET former_state = state, "
			     "state = 4, alive = NULL, deleted_at = ?, "
			     "purge_at = ?, updated = ?, "
			     "version = version + 1 WHERE domain_id = ? "
			     "AND alive = 1 AND address <= ?",
		"tttus", "" },
	[Q_RESTORE_RANGE] = { "UPDATE mailbox SET state = former_state, "
			      "former_state = 0, alive = 1, purge_at = NULL, "
			      "updated = ?, version = version + 1, "
			      "deleted_at = NULL WHERE domain_id = ? "
			      "AND alive IS NULL AND deleted_at = ? "
			      "AND address <= ?",
		"tuts", "" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table mailbox_sql = { "mailbox", sql, Q_N, false };

bool
mailbox_load(const struct rows *r, struct arena *a, void *item)
{
	struct mailbox *m = item;

	m->id = row_u64(r, 0);
	m->domain_id = row_u64(r, 1);
	m->address = row_dup(r, 2, a);
	m->name = row_dup(r, 3, a);
	m->state = (enum mailbox_state)row_u64(r, 4);
	m->former_state = (enum mailbox_state)row_u64(r, 5);
	m->is_alive = row_u64(r, 6) == 1;
	m->quota_bytes = row_i64(r, 7);
	m->secret_id = row_u64(r, 8);
	m->password_scheme = row_dup(r, 9, a);
	m->home = row_dup(r, 10, a);
	m->deleted_us = row_time(r, 11);
	m->purge_us = row_time(r, 12);
	m->created_us = row_time(r, 13);
	m->updated_us = row_time(r, 14);
	m->version = row_u64(r, 15);
	m->changed_serial = row_u64(r, 16);
	return m->address && m->name && m->password_scheme && m->home;
}

static bool
one(struct db *db, struct arena *a, const struct sql *q, struct arg key,
	struct mailbox *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, q, &key, 1, &r, e))
		return false;
	if (rows_next(&r)) {
		ok = mailbox_load(&r, a, out) || err_memory(e);
		*found_r = ok;
	}
	return rows_done(&r, e) && ok;
}

bool
mailbox_row_get(struct db *db, struct arena *a, uint64_t id,
	struct mailbox *out, bool *found_r, struct err *e)
{
	return one(db, a, &sql[Q_GET], arg_u64(id), out, found_r, e);
}

bool
mailbox_row_find(struct db *db, struct arena *a, const char *address,
	struct mailbox *out, bool *found_r, struct err *e)
{
	return one(db, a, &sql[Q_FIND], arg_text(address), out, found_r, e);
}

bool
mailbox_row_holders(struct db *db, uint64_t domain_id, const char *address,
	unsigned *bits_r, struct err *e)
{
	struct rows r;

	*bits_r = 0;
	if (!db_query(db, &sql[Q_HOLDERS],
		    ARGS(arg_u64(domain_id), arg_text(address),
			    arg_u64(domain_id), arg_text(address)),
		    &r, e))
		return false;
	while (rows_next(&r))
		*bits_r |= (unsigned)row_u64(&r, 0);
	return rows_done(&r, e);
}

#define INSERT_PARAMS 9

static void
insert_args(const struct mailbox *m, struct arg args[static INSERT_PARAMS])
{
	args[0] = arg_u64(m->domain_id);
	args[1] = arg_text(m->address);
	args[2] = arg_text(m->name);
	args[3] = arg_u64(m->state);
	args[4] = arg_i64(m->quota_bytes);
	args[5] = arg_id(m->secret_id);
	args[6] = arg_text(m->password_scheme);
	args[7] = arg_time(m->created_us);
	args[8] = arg_time(m->updated_us);
}

bool
mailbox_row_insert_many(struct db *db, struct arena *a, const struct mailbox *m,
	size_t n, struct err *e)
{
	struct arg *args = arena_array(a, n * INSERT_PARAMS, sizeof(*args));

	if (!args)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		insert_args(&m[i], args + i * INSERT_PARAMS);
	return n == 0
		|| db_exec_rows(
			db, &sql[Q_INSERT], args, INSERT_PARAMS, n, NULL, e);
}

bool
mailbox_row_insert(struct db *db, struct mailbox *m, struct err *e)
{
	struct arg args[INSERT_PARAMS];
	struct db_done done;

	insert_args(m, args);
	if (!db_exec(db, &sql[Q_INSERT], args, INSERT_PARAMS, &done, e))
		return false;
	m->id = done.insert_id;
	return true;
}

bool
mailbox_row_update(struct db *db, const struct mailbox *m, struct err *e)
{
	return db_exec(db, &sql[Q_UPDATE],
		ARGS(arg_text(m->name), arg_u64(m->state),
			arg_u64(m->former_state), arg_id(m->is_alive),
			arg_i64(m->quota_bytes), arg_id(m->secret_id),
			arg_text(m->password_scheme), arg_time(m->deleted_us),
			arg_time(m->purge_us), arg_time(m->updated_us),
			arg_u64(m->version), arg_u64(m->id)),
		NULL, e);
}

bool
mailbox_row_stamp(
	struct db *db, const struct mailbox *m, uint64_t serial, struct err *e)
{
	return db_exec(db, &sql[Q_STAMP],
		ARGS(arg_text(m->home), arg_u64(serial), arg_u64(m->id)), NULL,
		e);
}

bool
mailbox_row_stamp_many(struct db *db, const struct mailbox *m, size_t n,
	uint64_t serial, struct err *e)
{
	struct arg args[3 * 500];

	for (size_t done = 0; done < n;) {
		size_t rows = 0;

		for (; rows < 500 && done < n; rows++, done++) {
			args[3 * rows] = arg_text(m[done].home);
			args[3 * rows + 1] = arg_u64(serial);
			args[3 * rows + 2] = arg_u64(m[done].id);
		}
		if (!db_exec_rows(db, &sql[Q_STAMP], args, 3, rows, NULL, e))
			return false;
	}
	return true;
}

bool
mailbox_row_stamp_ids(struct db *db, const uint64_t *ids, size_t n,
	uint64_t serial, struct err *e)
{
	for (size_t done = 0; done < n;) {
		struct arg args[128];
		size_t rows = 0;

		for (; rows < 64 && done < n; rows++, done++) {
			args[2 * rows] = arg_u64(serial);
			args[2 * rows + 1] = arg_u64(ids[done]);
		}
		if (rows == 1 ? !db_exec(db, &sql[Q_STAMP_ID], args, 2, NULL, e)
			      : !db_exec_rows(db, &sql[Q_STAMP_ID], args, 2,
				      rows, NULL, e))
			return false;
	}
	return true;
}

/* Bytes of the first `chars` characters of `s`. */
static size_t
head_len(const char *s, size_t chars)
{
	size_t len = strlen(s), at = 0;
	uint32_t code;

	for (; chars > 0 && at < len; chars--) {
		size_t step = utf8_next(s + at, len - at, &code);

		if (step == 0)
			break;
		at += step;
	}
	return at;
}

/* Two parameters a part; at most PARTS_MAX parts. */
static size_t
part_args(uint64_t id, const char *name, struct arg *args)
{
	size_t n = 0;

	for (const char *p = name; *p && n < PARTS_MAX; p += head_len(p, 1)) {
		if (*p == ' ')
			continue;
		args[2 * n] = (struct arg){
			.kind = 's', .s = p, .len = head_len(p, PART_CHARS)
		};
		args[2 * n + 1] = arg_u64(id);
		n++;
	}
	return n;
}

bool
mailbox_row_parts_many(struct db *db, struct arena *a, const struct mailbox *m,
	size_t n, struct err *e)
{
	struct arg *args =
		arena_array(a, 2 * (PARTS_AT_ONCE + PARTS_MAX), sizeof(*args));
	size_t parts = 0;

	if (!args)
		return err_memory(e);
	for (size_t i = 0; i < n; i++) {
		parts += part_args(m[i].id, m[i].name, args + 2 * parts);
		if (parts < PARTS_AT_ONCE && i + 1 < n)
			continue;
		if (parts > 0
			&& !db_exec_rows(
				db, &sql[Q_PART], args, 2, parts, NULL, e))
			return false;
		parts = 0;
	}
	return true;
}

bool
mailbox_row_parts(struct db *db, uint64_t id, const char *name, bool is_new,
	struct err *e)
{
	struct arg args[2 * PARTS_MAX];
	size_t n;

	if (!is_new
		&& !db_exec(
			db, &sql[Q_PART_DELETE], ARGS(arg_u64(id)), NULL, e))
		return false;
	n = part_args(id, name, args);
	return n == 0 || db_exec_rows(db, &sql[Q_PART], args, 2, n, NULL, e);
}

bool
mailbox_row_of_domain(struct db *db, struct arena *a, uint64_t domain_id,
	int64_t deleted_us, size_t max, struct mailbox **items_r, size_t *n_r,
	struct err *e)
{
	bool is_living = deleted_us == TIME_NONE;
	struct rows r;
	bool ok;

	*n_r = 0;
	*items_r = NULL;
	ok = is_living ? db_query(db, &sql[Q_LIVING],
		     ARGS(arg_u64(domain_id), arg_u64(max)), &r, e)
		       : db_query(db, &sql[Q_DELETED_AT],
			       ARGS(arg_u64(domain_id), arg_time(deleted_us),
				       arg_u64(max)),
			       &r, e);
	if (!ok)
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = mailbox_load(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
mailbox_row_delete_range(struct db *db, uint64_t domain_id, const char *last,
	int64_t deleted_us, int64_t purge_us, struct err *e)
{
	return db_exec(db, &sql[Q_DELETE_RANGE],
		ARGS(arg_time(deleted_us), arg_time(purge_us),
			arg_time(deleted_us), arg_u64(domain_id),
			arg_text(last)),
		NULL, e);
}

bool
mailbox_row_restore_range(struct db *db, uint64_t domain_id, const char *last,
	int64_t deleted_us, int64_t at_us, struct err *e)
{
	return db_exec(db, &sql[Q_RESTORE_RANGE],
		ARGS(arg_time(at_us), arg_u64(domain_id), arg_time(deleted_us),
			arg_text(last)),
		NULL, e);
}
