/*
 * Whole tables for backup and restore.
 */
#include "db/dump.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define BATCH_ROWS 1000
#define BATCH_BYTES ((size_t)1 << 20)
#define SQL_BYTES ((size_t)16384)
#define MARK "restore_under_way"

static const char *const left_out[] = { "idempotency", "lease", "node_domain",
	"node_reply", "node_request", "node_status", "schema_version",
	"session", "throttle", MARK };

static const struct sql q_columns = {
	"SELECT c.table_name, c.column_name, "
	"k.ordinal_position, t.auto_increment "
	"FROM information_schema.columns c "
	"JOIN information_schema.tables t ON t.table_schema = c.table_schema "
	"AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE' "
	"LEFT JOIN information_schema.key_column_usage k "
	"ON k.table_schema = c.table_schema AND k.table_name = c.table_name "
	"AND k.column_name = c.column_name AND k.constraint_name = 'PRIMARY' "
	"WHERE c.table_schema = DATABASE() AND c.is_generated = 'NEVER' "
	"ORDER BY c.table_name, c.ordinal_position",
	"", "ssuu"
};
static const struct sql q_count = {
	"SELECT COUNT(*) FROM information_schema.tables "
	"WHERE table_schema = ?",
	"s", "i"
};
static const struct sql q_mark = {
	"SELECT COUNT(*) FROM information_schema.tables "
	"WHERE table_schema = ? AND table_name = '" MARK "'",
	"s", "i"
};

bool
dump_has(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
		if (strcmp(left_out[i], name) == 0)
			return false;
	return true;
}

/* Names of ours only: what else stands in the database is refused. */
static bool
is_name(const char *s)
{
	return *s
		&& strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_")
		== strlen(s);
}

struct reading {
	struct arena *arena;
	struct dump_table *table;
	size_t n;
	unsigned key_at[DUMP_COLUMNS_MAX]; /* of the last table */
};

static bool
order_of(struct reading *r, struct dump_table *t, struct err *e)
{
	struct str order = str_in(r->arena, SQL_BYTES);

	for (unsigned at = 1; at <= t->n; at++)
		for (size_t i = 0; i < t->n; i++)
			if (r->key_at[i] == at)
				str_addf(&order, "%s`%s`",
					order.len ? ", " : "", t->column[i]);
	/* A small table may do with a unique key: its first column then. */
	if (order.len == 0)
		str_addf(&order, "`%s`", t->column[0]);
	t->order = str_text(&order);
	return str_is_ok(&order) || err_memory(e);
}

static bool
take_column(struct reading *r, const struct rows *rows, struct err *e)
{
	const char *name = row_text(rows, 0), *column = row_text(rows, 1);
	struct dump_table *t = r->n ? &r->table[r->n - 1] : NULL;

	if (!dump_has(name))
		return true;
	if (!is_name(name) || !is_name(column))
		return err_set(e, ERR_CONFLICT, NULL, "foreign_table", name,
			"%s is no table of Postroom: take it out of the "
			"database",
			name);
	if (!t || strcmp(t->name, name) != 0) {
		if ((t && !order_of(r, t, e)) || r->n == DUMP_TABLES_MAX)
			return err_memory(e);
		t = &r->table[r->n++];
		t->name = arena_strdup(r->arena, name);
		t->next_id = row_u64(rows, 3);
	}
	if (t->n == DUMP_COLUMNS_MAX)
		return err_memory(e);
	r->key_at[t->n] = (unsigned)row_u64(rows, 2);
	t->column[t->n] = arena_strdup(r->arena, column);
	return (t->name && t->column[t->n++]) || err_memory(e);
}

bool
dump_tables(struct db *db, struct arena *a, struct dump_table **tables_r,
	size_t *n_r, struct err *e)
{
	struct reading r = { .arena = a };
	struct rows rows;
	bool is_ok = true;

	r.table = arena_array(a, DUMP_TABLES_MAX, sizeof(*r.table));
	if (!r.table)
		return err_memory(e);
	if (!db_query(db, &q_columns, NO_ARGS, &rows, e))
		return false;
	while (is_ok && rows_next(&rows))
		is_ok = take_column(&r, &rows, e);
	is_ok = rows_done(&rows, e) && is_ok
		&& (r.n == 0 || order_of(&r, &r.table[r.n - 1], e));
	*tables_r = r.table;
	*n_r = is_ok ? r.n : 0;
	return is_ok;
}

static void
letters(char out[static DUMP_COLUMNS_MAX + 1], size_t n)
{
	memset(out, 'b', n);
	out[n] = '\0';
}

bool
dump_read(struct db *db, struct arena *a, const struct dump_table *t,
	dump_row *row, void *ctx, struct err *e)
{
	struct archive_cell cell[DUMP_COLUMNS_MAX];
	char out[DUMP_COLUMNS_MAX + 1];
	struct str sql = str_in(a, SQL_BYTES);
	struct rows rows;
	bool is_ok = true;

	str_add(&sql, "SELECT ");
	for (size_t i = 0; i < t->n; i++)
		str_addf(&sql, "%sCAST(`%s` AS BINARY)", i ? ", " : "",
			t->column[i]);
	str_addf(&sql, " FROM `%s` ORDER BY %s", t->name, t->order);
	if (!str_is_ok(&sql))
		return err_memory(e);
	letters(out, t->n);
	if (!db_stream_text(db, &(const struct sql){ str_text(&sql), "", out },
		    NO_ARGS, &rows, e))
		return false;
	while (is_ok && rows_next(&rows)) {
		for (unsigned i = 0; i < t->n; i++) {
			cell[i].data = row_bytes(&rows, i, &cell[i].len);
			if (row_is_null(&rows, i))
				cell[i].data = NULL;
		}
		is_ok = row(ctx, cell, t->n, e);
	}
	return rows_done(&rows, e) && is_ok;
}

struct dump_load {
	struct db *db;
	const struct dump_table *table;
	struct sql insert;
	char in[DUMP_COLUMNS_MAX + 1];
	struct arg *args;    /* of the batch, row by row */
	struct arena *batch; /* their bytes */
	size_t rows, bytes;
};

bool
dump_load_begin(struct db *db, struct arena *a, const struct dump_table *t,
	struct dump_load **load_r, struct err *e)
{
	struct dump_load *l = arena_alloc(a, sizeof(*l));
	struct str sql = str_in(a, SQL_BYTES);
	char clear[160];

	if (!l)
		return err_memory(e);
	l->args = arena_array(a, BATCH_ROWS * t->n, sizeof(*l->args));
	l->batch = arena_new(2 * ARCHIVE_RECORD_MAX);
	str_addf(&sql, "INSERT INTO `%s` (", t->name);
	for (size_t i = 0; i < t->n; i++)
		str_addf(&sql, "%s`%s`", i ? ", " : "", t->column[i]);
	str_add(&sql, ") VALUES (");
	for (size_t i = 0; i < t->n; i++)
		str_add(&sql, i ? ", ?" : "?");
	str_add(&sql, ")");
	letters(l->in, t->n);
	if (!l->args || !l->batch || !str_is_ok(&sql)) {
		arena_free(&l->batch);
		return err_memory(e);
	}
	l->db = db;
	l->table = t;
	l->insert = (struct sql){ str_text(&sql), l->in, "" };
	*load_r = l;
	snprintf(clear, sizeof(clear),
		"SET SESSION foreign_key_checks = 0; DELETE FROM `%s`",
		t->name);
	if (db_run_script(db, clear, e))
		return true;
	arena_free(&l->batch);
	return false;
}

static bool
flush(struct dump_load *l, struct err *e)
{
	bool is_ok = true;

	if (l->rows > 0) {
		is_ok = db_begin(l->db, DB_READ_COMMITTED, e)
			&& db_exec_rows(l->db, &l->insert, l->args, l->table->n,
				l->rows, NULL, e)
			&& db_commit(l->db, e);
		if (!is_ok)
			db_rollback(l->db);
	}
	arena_reset(l->batch);
	l->rows = 0;
	l->bytes = 0;
	return is_ok;
}

bool
dump_load_row(struct dump_load *l, const struct archive_cell *cells, size_t n,
	struct err *e)
{
	struct arg *args = &l->args[l->rows * n];

	if (n != l->table->n)
		return err_set(e, ERR_INVALID, "file", "damaged",
			l->table->name, "a row of %s has %zu values",
			l->table->name, n);
	for (size_t i = 0; i < n; i++) {
		const char *copy;

		if (!cells[i].data) {
			args[i] = arg_null();
			continue;
		}
		copy = arena_memdup(l->batch, cells[i].data, cells[i].len + 1);
		if (!copy)
			return err_memory(e);
		args[i] = arg_bytes(copy, cells[i].len);
		l->bytes += cells[i].len;
	}
	l->rows++;
	return (l->rows < BATCH_ROWS && l->bytes < BATCH_BYTES) || flush(l, e);
}

void
dump_load_drop(struct dump_load *l)
{
	arena_free(&l->batch);
}

bool
dump_load_end(struct dump_load *l, struct err *e)
{
	bool is_ok = flush(l, e);
	char sql[160];

	if (is_ok && l->table->next_id > 0) {
		snprintf(sql, sizeof(sql),
			"ALTER TABLE `%s` AUTO_INCREMENT = %llu",
			l->table->name, (unsigned long long)l->table->next_id);
		is_ok = db_run_script(l->db, sql, e);
	}
	dump_load_drop(l);
	return is_ok;
}

static bool
count_is(struct db *db, const struct sql *q, const char *database,
	bool *is_zero_r, struct err *e)
{
	struct rows rows;

	*is_zero_r = false;
	if (!db_query(db, q, ARGS(arg_text(database)), &rows, e))
		return false;
	if (rows_next(&rows))
		*is_zero_r = row_i64(&rows, 0) == 0;
	return rows_done(&rows, e);
}

bool
dump_is_empty(
	struct db *db, const char *database, bool *is_empty_r, struct err *e)
{
	return count_is(db, &q_count, database, is_empty_r, e);
}

bool
dump_is_marked(
	struct db *db, const char *database, bool *is_marked_r, struct err *e)
{
	if (!count_is(db, &q_mark, database, is_marked_r, e))
		return false;
	*is_marked_r = !*is_marked_r;
	return true;
}

bool
dump_drop(struct db *db, const char *database, struct err *e)
{
	char sql[128];

	/* db_migrate has made it: its name was looked at there. */
	if (strpbrk(database, "`\\;'\""))
		return err_set(e, ERR_INVALID, "database.name", "bad_character",
			database, "no name of a database");
	snprintf(sql, sizeof(sql), "DROP DATABASE IF EXISTS `%.64s`", database);
	return db_run_script(db, sql, e);
}

bool
dump_mark(struct db *db, bool is_begun, struct err *e)
{
	return db_run_script(db,
		is_begun ? "CREATE TABLE IF NOT EXISTS " MARK
			   " (id INT NOT NULL PRIMARY KEY) ENGINE=InnoDB"
			 : "DROP TABLE " MARK,
		e);
}
