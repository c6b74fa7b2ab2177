/*
 * Databases of other systems.
 */
#include "db/foreign.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#define SQL_BYTES ((size_t)8192)
#define STATEMENT_S 3600

static const struct sql q_table = {
	"SELECT COUNT(*) FROM information_schema.tables "
	"WHERE table_schema = DATABASE() AND table_name = ?",
	"s", "i"
};
static const struct sql q_column = {
	"SELECT COUNT(*) FROM information_schema.columns "
	"WHERE table_schema = DATABASE() AND table_name = ? "
	"AND column_name = ?",
	"ss", "i"
};

static bool
check_file(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set(e, ERR_NOT_FOUND, "options", "cannot_read", path,
			"%s cannot be read: it holds host, user and password "
			"of the database, below [client]",
			path);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
		return err_set(e, ERR_INVALID, "options", "open_to_others",
			path,
			"%s holds a password and others can read it: "
			"chmod 600 it",
			path);
	return true;
}

bool
foreign_open(struct db **db_r, const char *option_file, const char *database,
	struct err *e)
{
	const struct db_options o = { .name = database ? database : "",
		.option_file = option_file,
		.is_lazy = true,
		.statement_s = STATEMENT_S,
		.isolation = DB_SNAPSHOT };

	*db_r = NULL;
	if (database && !foreign_is_name(database))
		return err_set(e, ERR_INVALID, "database", "bad_character",
			database, "no name of a database");
	if (!check_file(option_file, e) || !db_open(db_r, &o, e))
		return false;
	if (db_begin(*db_r, DB_SNAPSHOT, e))
		return true;
	db_close(db_r);
	return false;
}

bool
foreign_has(struct db *db, const char *table, const char *column, bool *has_r,
	struct err *e)
{
	struct rows rows;

	*has_r = false;
	if (column ? !db_query(db, &q_column,
		    ARGS(arg_text(table), arg_text(column)), &rows, e)
		   : !db_query(db, &q_table, ARGS(arg_text(table)), &rows, e))
		return false;
	if (rows_next(&rows))
		*has_r = row_i64(&rows, 0) > 0;
	return rows_done(&rows, e);
}

bool
foreign_is_name(const char *name)
{
	const size_t len = strlen(name);

	return len <= 64
		&& strspn(name,
			   "abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
		== len;
}

static bool
stream(struct db *db, const char *text, size_t n, foreign_row *row, void *ctx,
	struct err *e)
{
	const char *cell[FOREIGN_COLUMNS_MAX];
	char out[FOREIGN_COLUMNS_MAX + 1];
	struct rows rows;
	uint64_t count = 0;
	bool is_ok = true;

	memset(out, 's', n);
	out[n] = '\0';
	if (!db_stream_text(db, &(const struct sql){ text, "", out }, NO_ARGS,
		    &rows, e))
		return false;
	while (is_ok && rows_next(&rows)) {
		for (unsigned i = 0; i < n; i++)
			cell[i] = row_text(&rows, i);
		is_ok = row(ctx, cell, ++count, e);
	}
	return rows_done(&rows, e) && is_ok;
}

/* The text with the prefix where `~` stands. */
static void
add_prefixed(struct str *out, const char *text, const char *prefix)
{
	for (const char *p = text; *p; p++) {
		if (*p == '~')
			str_add(out, prefix);
		else
			str_add_char(out, *p);
	}
}

bool
foreign_each(struct db *db, const struct foreign_query *q, const char *prefix,
	foreign_row *row, void *ctx, struct err *e)
{
	struct arena *a = arena_new(4 * SQL_BYTES);
	size_t n = 0;
	bool is_ok;

	if (!foreign_is_name(prefix))
		return err_set(e, ERR_INVALID, "prefix", "bad_character",
			prefix, "a prefix is letters, digits and underscores");
	if (!a)
		return err_memory(e);
	struct str sql = str_in(a, SQL_BYTES);

	str_add(&sql, "SELECT ");
	for (; n < FOREIGN_COLUMNS_MAX && q->column[n]; n++) {
		str_add(&sql, n ? ", CAST(" : "CAST(");
		add_prefixed(&sql, q->column[n], prefix);
		str_add(&sql, " AS CHAR)");
	}
	str_add_char(&sql, ' ');
	add_prefixed(&sql, q->rest, prefix);
	is_ok = str_is_ok(&sql) ? stream(db, str_text(&sql), n, row, ctx, e)
				: err_memory(e);
	arena_free(&a);
	return is_ok;
}
