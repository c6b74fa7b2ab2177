/*
 * SQL of `import`, `import_spool` and `import_error`.
 */
#include "db/import_rows.h"

#define COLUMNS                                                                \
	"i.id, i.state, i.source, i.noun, i.file_name, i.file_bytes, "         \
	"i.pieces, i.options, i.notices, i.phase, i.at_byte, i.at_line, "      \
	"i.at_row, i.place, i.n_rows, i.n_new, i.n_changed, i.n_unchanged, "   \
	"i.n_wrong, i.n_missing, i.n_failed, i.n_made, i.n_passwords, "        \
	"i.check_job, i.run_job, i.message, i.actor_kind, i.admin_id, "        \
	"i.actor_name, i.created, i.finished, i.spool_until"
#define OUT                                                                    \
	"uususuuss"                                                            \
	"uuuuu"                                                                \
	"uuuuuuuuu"                                                            \
	"uusuusttt"
#define SPOOL "SELECT seq, at_byte, n_bytes, data FROM import_spool "

enum {
	Q_INSERT,
	Q_GET,
	Q_GET_LOCKED,
	Q_LIST,
	Q_UPDATE,
	Q_DELETE,
	Q_DUE_SPOOL,
	Q_DUE,
	Q_NEXT_DUE,
	Q_SPOOL_INSERT,
	Q_SPOOL_GET,
	Q_SPOOL_FIRST,
	Q_SPOOL_AT,
	Q_SPOOL_SIZE,
	Q_SPOOL_DELETE,
	Q_SPOOL_DELETE_ONE,
	Q_ERROR_INSERT,
	Q_ERROR_LIST,
	Q_ERROR_DELETE,
	Q_N
};

static const struct sql sql[] = {
	[Q_INSERT] = { "INSERT INTO import (state, source, noun, file_name, "
		       "options, notices, actor_kind, admin_id, actor_name, "
		       "created, spool_until, purge_at) VALUES "
		       "(?, ?, ?, ?, ?, '[]', ?, ?, ?, ?, ?, ?)",
		"usussuusttt", "" },
	[Q_GET] = { "SELECT " COLUMNS " FROM import i WHERE i.id = ?", "u",
		OUT },
	[Q_GET_LOCKED] = { "SELECT " COLUMNS " FROM import i WHERE i.id = ? "
			   "FOR UPDATE",
		"u", OUT },
	[Q_LIST] = { "SELECT " COLUMNS " FROM import i WHERE i.id < ? "
		     "AND (? = 0 OR i.admin_id = ?) ORDER BY i.id DESC LIMIT ?",
		"uuuu", OUT },
	[Q_UPDATE] = { "UPDATE import SET state = ?, file_bytes = ?, "
		       "pieces = ?, options = ?, notices = ?, phase = ?, "
		       "at_byte = ?, at_line = ?, at_row = ?, place = ?, "
		       "n_rows = ?, n_new = ?, n_changed = ?, n_unchanged = ?, "
		       "n_wrong = ?, n_missing = ?, n_failed = ?, n_made = ?, "
		       "n_passwords = ?, check_job = ?, run_job = ?, "
		       "message = ?, finished = ?, spool_until = ? "
		       "WHERE id = ?",
		"uuussuuuuuuuuuuuuuuuusttu", "" },
	[Q_DELETE] = { "DELETE FROM import WHERE id = ?", "u", "" },
	[Q_DUE_SPOOL] = { "SELECT id FROM import WHERE spool_until <= ? "
			  "ORDER BY spool_until LIMIT 1",
		"t", "u" },
	[Q_DUE] = { "SELECT id FROM import WHERE purge_at <= ? "
		    "AND spool_until IS NULL ORDER BY purge_at LIMIT 1",
		"t", "u" },
	[Q_NEXT_DUE] = { "SELECT MIN(d) FROM (SELECT MIN(spool_until) AS d "
			 "FROM import UNION ALL SELECT MIN(purge_at) "
			 "FROM import WHERE spool_until IS NULL) AS x",
		"", "t" },
	[Q_SPOOL_INSERT] = { "INSERT INTO import_spool (import_id, kind, seq, "
			     "at_byte, n_bytes, data) "
			     "VALUES (?, ?, ?, ?, ?, ?)",
		"uuuuub", "" },
	[Q_SPOOL_GET] = { SPOOL "WHERE import_id = ? AND kind = ? "
				"AND seq = ?",
		"uuu", "uuub" },
	[Q_SPOOL_FIRST] = { SPOOL "WHERE import_id = ? AND kind = ? "
				  "AND seq >= ? ORDER BY seq LIMIT 1",
		"uuu", "uuub" },
	[Q_SPOOL_AT] = { SPOOL "WHERE import_id = ? AND kind = ? "
			       "AND at_byte <= ? ORDER BY at_byte DESC "
			       "LIMIT 1",
		"uuu", "uuub" },
	[Q_SPOOL_SIZE] = { "SELECT COUNT(*), "
			   "CAST(COALESCE(SUM(n_bytes), 0) AS UNSIGNED) "
			   "FROM import_spool WHERE import_id = ? AND kind = ?",
		"uu", "uu" },
	[Q_SPOOL_DELETE] = { "DELETE FROM import_spool WHERE import_id = ? "
			     "AND kind = ?",
		"uu", "" },
	[Q_SPOOL_DELETE_ONE] = { "DELETE FROM import_spool "
				 "WHERE import_id = ? AND kind = ? "
				 "AND seq = ?",
		"uuu", "" },
	[Q_ERROR_INSERT] = { "INSERT IGNORE INTO import_error (import_id, "
			     "row_no, n, line, col, field, value, reason, "
			     "text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"uuuuussss", "" },
	[Q_ERROR_LIST] = { "SELECT row_no, n, line, col, field, value, reason, "
			   "text FROM import_error WHERE import_id = ? "
			   "AND row_no >= ? AND (row_no > ? OR n > ?) "
			   "ORDER BY row_no, n LIMIT ?",
		"uuuuu", "uuuussss" },
	[Q_ERROR_DELETE] = { "DELETE FROM import_error WHERE import_id = ?",
		"u", "" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table import_sql = { "import", sql, Q_N, false };

static bool
load(const struct rows *r, struct arena *a, struct import *i)
{
	uint64_t *const n[] = { &i->n.rows, &i->n.new_, &i->n.changed,
		&i->n.unchanged, &i->n.wrong, &i->n.missing, &i->n.failed,
		&i->n.made, &i->n.passwords };

	*i = (struct import){ .id = row_u64(r, 0),
		.state = (enum import_state)row_u64(r, 1),
		.source = row_dup(r, 2, a),
		.noun = (unsigned)row_u64(r, 3),
		.file_name = row_dup(r, 4, a),
		.file_bytes = row_u64(r, 5),
		.pieces = row_u64(r, 6),
		.options = row_dup(r, 7, a),
		.notices = row_dup(r, 8, a),
		.at = { row_u64(r, 9), row_u64(r, 10), row_u64(r, 11),
			row_u64(r, 12), row_u64(r, 13) },
		.check_job = row_u64(r, 23),
		.run_job = row_u64(r, 24),
		.message = row_dup(r, 25, a),
		.actor_kind = (unsigned)row_u64(r, 26),
		.admin_id = row_u64(r, 27),
		.actor_name = row_dup(r, 28, a),
		.created_us = row_time(r, 29),
		.finished_us = row_time(r, 30),
		.spool_us = row_time(r, 31) };
	for (unsigned k = 0; k < ARRAY_LEN(n); k++)
		*n[k] = row_u64(r, 14 + k);
	return i->source && i->file_name && i->options && i->notices
		&& i->message && i->actor_name;
}

bool
import_row_insert(struct db *db, struct import *in, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_INSERT],
		    ARGS(arg_u64(in->state), arg_text(in->source),
			    arg_u64(in->noun), arg_text(in->file_name),
			    arg_text(in->options), arg_u64(in->actor_kind),
			    arg_id(in->admin_id), arg_text(in->actor_name),
			    arg_time(in->created_us), arg_time(in->spool_us),
			    arg_time(in->purge_us)),
		    &done, e))
		return false;
	in->id = done.insert_id;
	return true;
}

bool
import_row_get(struct db *db, struct arena *a, uint64_t id, bool is_locked,
	struct import *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, &sql[is_locked ? Q_GET_LOCKED : Q_GET],
		    ARGS(arg_u64(id)), &r, e))
		return false;
	if (rows_next(&r)) {
		ok = load(&r, a, out) || err_memory(e);
		*found_r = ok;
	}
	return rows_done(&r, e) && ok;
}

bool
import_row_list(struct db *db, struct arena *a, uint64_t before,
	uint64_t admin_id, size_t max, struct import **items_r, size_t *n_r,
	struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_LIST],
		    ARGS(arg_u64(before ? before : UINT64_MAX),
			    arg_u64(admin_id), arg_u64(admin_id), arg_u64(max)),
		    &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
import_row_update(struct db *db, const struct import *i, struct err *e)
{
	return db_exec(db, &sql[Q_UPDATE],
		ARGS(arg_u64(i->state), arg_u64(i->file_bytes),
			arg_u64(i->pieces), arg_text(i->options),
			arg_text(i->notices), arg_u64(i->at.phase),
			arg_u64(i->at.at_byte), arg_u64(i->at.at_line),
			arg_u64(i->at.at_row), arg_u64(i->at.place),
			arg_u64(i->n.rows), arg_u64(i->n.new_),
			arg_u64(i->n.changed), arg_u64(i->n.unchanged),
			arg_u64(i->n.wrong), arg_u64(i->n.missing),
			arg_u64(i->n.failed), arg_u64(i->n.made),
			arg_u64(i->n.passwords), arg_id(i->check_job),
			arg_id(i->run_job), arg_text(i->message),
			arg_time(i->finished_us), arg_time(i->spool_us),
			arg_u64(i->id)),
		NULL, e);
}

bool
import_row_delete(struct db *db, uint64_t id, struct err *e)
{
	return db_exec(db, &sql[Q_DELETE], ARGS(arg_u64(id)), NULL, e);
}

bool
import_row_due_spool(
	struct db *db, int64_t at_us, uint64_t *id_r, struct err *e)
{
	return db_query_u64(
		db, &sql[Q_DUE_SPOOL], ARGS(arg_time(at_us)), id_r, NULL, e);
}

bool
import_row_due(struct db *db, int64_t at_us, uint64_t *id_r, struct err *e)
{
	return db_query_u64(
		db, &sql[Q_DUE], ARGS(arg_time(at_us)), id_r, NULL, e);
}

bool
import_row_next_due(struct db *db, int64_t *us_r, struct err *e)
{
	struct rows r;

	*us_r = TIME_NONE;
	if (!db_query(db, &sql[Q_NEXT_DUE], NO_ARGS, &r, e))
		return false;
	if (rows_next(&r))
		*us_r = row_time(&r, 0);
	return rows_done(&r, e);
}

bool
spool_row_insert(struct db *db, uint64_t import_id, unsigned kind,
	const struct spool_row *in, struct err *e)
{
	return db_exec(db, &sql[Q_SPOOL_INSERT],
		ARGS(arg_u64(import_id), arg_u64(kind), arg_u64(in->seq),
			arg_u64(in->at_byte), arg_u64(in->n_bytes),
			arg_bytes(in->data, in->len)),
		NULL, e);
}

static bool
one_piece(struct db *db, struct arena *a, const struct sql *q,
	const struct arg args[static 3], struct spool_row *out, bool *found_r,
	struct err *e)
{
	struct rows r;

	*found_r = false;
	if (!db_query(db, q, args, 3, &r, e))
		return false;
	if (rows_next(&r)) {
		const void *data = row_bytes(&r, 3, &out->len);

		out->seq = row_u64(&r, 0);
		out->at_byte = row_u64(&r, 1);
		out->n_bytes = row_u64(&r, 2);
		out->data = arena_memdup(a, data, out->len);
		*found_r = true;
	}
	return rows_done(&r, e) && (!*found_r || out->data || err_memory(e));
}

bool
spool_row_get(struct db *db, struct arena *a, uint64_t import_id, unsigned kind,
	uint64_t seq, struct spool_row *out, bool *found_r, struct err *e)
{
	const struct arg args[] = { arg_u64(import_id), arg_u64(kind),
		arg_u64(seq) };

	return one_piece(db, a, &sql[Q_SPOOL_GET], args, out, found_r, e);
}

bool
spool_row_first(struct db *db, struct arena *a, uint64_t import_id,
	unsigned kind, struct spool_row *out, bool *found_r, struct err *e)
{
	const struct arg args[] = { arg_u64(import_id), arg_u64(kind),
		arg_u64(0) };

	return one_piece(db, a, &sql[Q_SPOOL_FIRST], args, out, found_r, e);
}

bool
spool_row_at(struct db *db, struct arena *a, uint64_t import_id, unsigned kind,
	uint64_t at, struct spool_row *out, bool *found_r, struct err *e)
{
	const struct arg args[] = { arg_u64(import_id), arg_u64(kind),
		arg_u64(at) };

	return one_piece(db, a, &sql[Q_SPOOL_AT], args, out, found_r, e);
}

bool
spool_row_size(struct db *db, uint64_t import_id, unsigned kind,
	uint64_t *pieces_r, uint64_t *bytes_r, struct err *e)
{
	struct rows r;

	*pieces_r = *bytes_r = 0;
	if (!db_query(db, &sql[Q_SPOOL_SIZE],
		    ARGS(arg_u64(import_id), arg_u64(kind)), &r, e))
		return false;
	if (rows_next(&r)) {
		*pieces_r = row_u64(&r, 0);
		*bytes_r = row_u64(&r, 1);
	}
	return rows_done(&r, e);
}

bool
spool_row_delete(
	struct db *db, uint64_t import_id, unsigned kind, struct err *e)
{
	return db_exec(db, &sql[Q_SPOOL_DELETE],
		ARGS(arg_u64(import_id), arg_u64(kind)), NULL, e);
}

bool
spool_row_delete_one(struct db *db, uint64_t import_id, unsigned kind,
	uint64_t seq, struct err *e)
{
	return db_exec(db, &sql[Q_SPOOL_DELETE_ONE],
		ARGS(arg_u64(import_id), arg_u64(kind), arg_u64(seq)), NULL, e);
}

bool
import_error_insert(
	struct db *db, const struct arg *args, size_t rows, struct err *e)
{
	return rows == 0
		|| db_exec_rows(db, &sql[Q_ERROR_INSERT], args,
			IMPORT_ERROR_PARAMS, rows, NULL, e);
}

bool
import_error_list(struct db *db, struct arena *a, uint64_t import_id,
	uint64_t after_row, uint64_t after_n, size_t max,
	struct import_error **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_ERROR_LIST],
		    ARGS(arg_u64(import_id), arg_u64(after_row),
			    arg_u64(after_row), arg_u64(after_n), arg_u64(max)),
		    &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		struct import_error *x = &(*items_r)[(*n_r)++];

		*x = (struct import_error){ row_u64(&r, 0), row_u64(&r, 1),
			row_u64(&r, 2), row_u64(&r, 3), row_dup(&r, 4, a),
			row_dup(&r, 5, a), row_dup(&r, 6, a),
			row_dup(&r, 7, a) };
		ok = x->field && x->value && x->reason && x->text;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
import_error_delete(struct db *db, uint64_t import_id, struct err *e)
{
	return db_exec(
		db, &sql[Q_ERROR_DELETE], ARGS(arg_u64(import_id)), NULL, e);
}
