/*
 * SQL of the revision log's writing side, and of secrets.
 */
#include "db/log_rows.h"

#include <string.h>

#include "base/token.h"
#include "db/in_list.h"

enum {
	Q_CHANGE,
	Q_KEY,
	Q_SERIAL,
	Q_HEAD,
	Q_REVISION,
	Q_SECRET,
	Q_SECRET_EXISTS,
	Q_SECRET_OF,
	Q_N
};

static const struct sql sql[] = {
	[Q_CHANGE] = { "INSERT INTO `change` (prov_id, seq, noun, noun_id, "
		       "domain_id, op, subject, version, before_image, "
		       "after_image) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"uusuuususs", "" },
	[Q_KEY] = { "INSERT IGNORE INTO change_key (prov_id, seq, kind, "
		    "key_text) VALUES (?, ?, ?, ?)",
		"uuss", "" },
	[Q_SERIAL] = { "UPDATE head SET serial = LAST_INSERT_ID(serial + 1) "
		       "WHERE id = 1",
		"", "" },
	[Q_HEAD] = { "SELECT serial FROM head WHERE id = 1", "", "u" },
	[Q_REVISION] = { "INSERT INTO revision (serial, prov_id, action, "
			 "actor_kind, admin_id, actor_name, client, "
			 "request_id, note, undoes, job_id, changes, created) "
			 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"uusuussssuuut", "" },
	[Q_SECRET] = { "INSERT INTO secret (kind, value, fingerprint, created) "
		       "VALUES (?, ?, ?, ?)",
		"sbst", "" },
	[Q_SECRET_OF] = { "SELECT id, fingerprint FROM secret "
			  "WHERE created = ? AND kind = ? ORDER BY id",
		"ts", "us" },
	[Q_SECRET_EXISTS] = { "SELECT id FROM secret WHERE id = ?", "u", "u" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table log_sql = { "log", sql, Q_N, false };

/* One row is cheaper by itself than as an array of one. */
static bool
some(struct db *db, const struct sql *q, const struct arg *args, size_t n,
	size_t rows, struct err *e)
{
	if (rows == 0)
		return true;
	return rows == 1 ? db_exec(db, q, args, n, NULL, e)
			 : db_exec_rows(db, q, args, n, rows, NULL, e);
}

bool
log_row_changes(
	struct db *db, const struct arg *args, size_t rows, struct err *e)
{
	return some(db, &sql[Q_CHANGE], args, CHANGE_PARAMS, rows, e);
}

bool
log_row_keys(struct db *db, const struct arg *args, size_t rows, struct err *e)
{
	return some(db, &sql[Q_KEY], args, KEY_PARAMS, rows, e);
}

bool
log_row_serial(struct db *db, uint64_t *serial_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_SERIAL], NO_ARGS, &done, e))
		return false;
	*serial_r = done.insert_id;
	return true;
}

bool
log_row_head(struct db *db, uint64_t *serial_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_HEAD], NO_ARGS, serial_r, NULL, e);
}

bool
log_row_revision(struct db *db, const struct revision_row *r, struct err *e)
{
	return db_exec(db, &sql[Q_REVISION],
		ARGS(arg_u64(r->serial), arg_u64(r->prov_id),
			arg_text(r->action), arg_u64(r->actor_kind),
			arg_id(r->admin_id), arg_text(r->actor_name),
			arg_text(r->client), arg_text(r->request_id),
			arg_text(r->note), arg_id(r->undoes), arg_id(r->job_id),
			arg_u64(r->changes), arg_time(r->created_us)),
		NULL, e);
}

bool
secret_row_insert(struct db *db, const char *kind, const char *value,
	int64_t created_us, uint64_t *id_r, struct err *e)
{
	char print[17];
	struct db_done done;

	fingerprint(value, strlen(value), print);
	if (!db_exec(db, &sql[Q_SECRET],
		    ARGS(arg_text(kind), arg_text(value), arg_text(print),
			    arg_time(created_us)),
		    &done, e))
		return false;
	*id_r = done.insert_id;
	return true;
}

/* Ids rise in the order that the rows were given in. */
static bool
read_ids(struct rows *r, const char (*print)[17], size_t n, uint64_t *ids_r)
{
	size_t i = 0;

	while (rows_next(r)) {
		if (i == n || strcmp(row_text(r, 1), print[i]) != 0)
			return false;
		ids_r[i++] = row_u64(r, 0);
	}
	return i == n;
}

bool
secret_row_insert_many(struct db *db, struct arena *a, const char *kind,
	const char *const *value, size_t n, int64_t created_us, uint64_t *ids_r,
	struct err *e)
{
	char(*print)[17] = arena_array(a, n + 1, sizeof(*print));
	struct arg *args = arena_array(a, 4 * n + 1, sizeof(*args));
	struct rows r;
	bool ok;

	if (n == 0)
		return true;
	if (!print || !args)
		return err_memory(e);
	for (size_t i = 0; i < n; i++) {
		fingerprint(value[i], strlen(value[i]), print[i]);
		args[4 * i] = arg_text(kind);
		args[4 * i + 1] = arg_text(value[i]);
		args[4 * i + 2] = arg_text(print[i]);
		args[4 * i + 3] = arg_time(created_us);
	}
	if (!db_exec_rows(db, &sql[Q_SECRET], args, 4, n, NULL, e)
		|| !db_query(db, &sql[Q_SECRET_OF],
			ARGS(arg_time(created_us), arg_text(kind)), &r, e))
		return false;
	ok = read_ids(&r, (const char(*)[17])print, n, ids_r);
	return rows_done(&r, e)
		&& (ok
			|| err_set(e, ERR_RETRY, NULL, "same_moment", NULL,
				"another write came in the same moment"));
}

bool
secret_row_exists(struct db *db, uint64_t id, bool *found_r, struct err *e)
{
	uint64_t value;

	return db_query_u64(db, &sql[Q_SECRET_EXISTS], ARGS(arg_u64(id)),
		&value, found_r, e);
}

static bool
values_of(struct db *db, struct arena *a, const uint64_t *ids, size_t n,
	const char **out, struct err *e)
{
	struct arg args[IN_LIST_MAX];
	struct rows r;

	for (size_t i = 0; i < n; i++)
		args[i] = arg_u64(ids[i]);
	if (!db_query_in(db, "SELECT id, value FROM secret WHERE id IN", "",
		    'u', "ub", args, n, &r, e))
		return false;
	while (rows_next(&r)) {
		const uint64_t id = row_u64(&r, 0);
		size_t len;
		const void *value = row_bytes(&r, 1, &len);

		for (size_t i = 0; i < n; i++)
			if (ids[i] == id)
				out[i] = arena_strndup(a, value, len);
	}
	if (!rows_done(&r, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!out[i])
			return err_memory(e);
	return true;
}

bool
secret_row_values(struct db *db, struct arena *a, const uint64_t *ids, size_t n,
	const char ***out, struct err *e)
{
	*out = arena_array(a, n + 1, sizeof(**out));
	if (!*out)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = "";
	for (size_t i = 0; i < n; i += IN_LIST_MAX)
		if (!values_of(db, a, ids + i,
			    n - i < IN_LIST_MAX ? n - i : IN_LIST_MAX, *out + i,
			    e))
			return false;
	return true;
}
