/*
 * See user_db.h. The schema stands in etc/ beside Dovecot's queries, which
 * name these columns.
 */
#include "mta/user_db.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "maps/account.h"
#include "mta/files.h"

#define BUSY_MS 3000
#define PATH_SIZE 512

static const char schema[] =
	"CREATE TABLE account (address TEXT PRIMARY KEY, password TEXT,"
	" home TEXT, uid INTEGER, gid INTEGER, quota_rule TEXT,"
	" allow_nets TEXT, nologin TEXT,"
	" block_imap INTEGER NOT NULL DEFAULT 0,"
	" block_pop3 INTEGER NOT NULL DEFAULT 0,"
	" block_smtp INTEGER NOT NULL DEFAULT 0,"
	" block_sieve INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID";

#define COLUMNS                                                                \
	"address, password, home, uid, gid, quota_rule, allow_nets, nologin, " \
	"block_imap, block_pop3, block_smtp, block_sieve"

static const char sql_put[] = "INSERT OR REPLACE INTO account (" COLUMNS
			      ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?)";
static const char sql_del[] = "DELETE FROM account WHERE address = ?";
static const char sql_get[] =
	"SELECT " COLUMNS " FROM account WHERE address = ?";
static const char sql_all[] = "SELECT " COLUMNS " FROM account"
			      " ORDER BY address";
struct user_db {
	sqlite3 *db;
	sqlite3_stmt *put, *del, *get;
	char path[PATH_SIZE], wal[PATH_SIZE], shm[PATH_SIZE];
	struct file_mark file_mark, wal_mark, shm_mark;
};

static bool
fail(sqlite3 *db, const char *path, struct err *e)
{
	const int rc = db ? sqlite3_errcode(db) : SQLITE_NOMEM;
	const bool damaged = rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB;
	return err_set(e, rc == SQLITE_BUSY ? ERR_UNAVAILABLE : ERR_INTERNAL,
		"", damaged ? "damaged" : "io", path, "%s: %s", path,
		db ? sqlite3_errmsg(db) : "out of memory");
}

static bool
run(sqlite3 *db, const char *path, const char *sql, struct err *e)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return fail(db, path, e);
}

static bool
prepare(sqlite3 *db, const char *path, const char *sql, sqlite3_stmt **st_r,
	struct err *e)
{
	if (sqlite3_prepare_v2(db, sql, -1, st_r, NULL) == SQLITE_OK)
		return true;
	return fail(db, path, e);
}

static bool
open_at(const char *path, int flags, sqlite3 **db_r, struct err *e)
{
	if (sqlite3_open_v2(path, db_r, flags, NULL) != SQLITE_OK)
		return fail(*db_r, path, e);
	sqlite3_busy_timeout(*db_r, BUSY_MS);
	return true;
}

static bool
has_table(sqlite3 *db, const char *path, struct err *e)
{
	sqlite3_stmt *st = NULL;
	if (!prepare(db, path,
		    "SELECT count(*) FROM sqlite_master WHERE name = 'account'",
		    &st, e))
		return false;
	const int rc = sqlite3_step(st);
	const bool has = rc == SQLITE_ROW && sqlite3_column_int(st, 0) == 1;
	if (rc != SQLITE_ROW)
		(void)fail(db, path, e);
	sqlite3_finalize(st);
	return has
		|| err_set(e, ERR_NOT_FOUND, "", "missing", path,
			"%s: no account table", path);
}

static bool
set_paths(struct user_db *u, const char *path, struct err *e)
{
	struct str wal = STR_FIXED(u->wal), shm = STR_FIXED(u->shm);
	if (str_copy(u->path, sizeof(u->path), path)
		&& str_addf(&wal, "%s-wal", path)
		&& str_addf(&shm, "%s-shm", path))
		return true;
	return err_set(e, ERR_INTERNAL, "", "too_long", path, "path too long");
}

/*
 * An empty transaction that writes makes -wal and -shm, so that what
 * user_db_is_current compares is known from the start.
 */
static bool
open_inner(struct user_db *u, struct err *e)
{
	sqlite3 **db = &u->db;
	if (!open_at(u->path, SQLITE_OPEN_READWRITE, db, e)
		|| !has_table(*db, u->path, e)
		|| !run(*db, u->path, "PRAGMA journal_mode = WAL", e)
		|| !run(*db, u->path, "PRAGMA synchronous = FULL", e)
		|| !run(*db, u->path, "PRAGMA cache_size = -8000", e)
		|| !prepare(*db, u->path, sql_put, &u->put, e)
		|| !prepare(*db, u->path, sql_del, &u->del, e)
		|| !prepare(*db, u->path, sql_get, &u->get, e)
		|| !run(*db, u->path, "BEGIN IMMEDIATE; COMMIT", e))
		return false;
	u->file_mark = file_mark_of(u->path);
	u->wal_mark = file_mark_of(u->wal);
	u->shm_mark = file_mark_of(u->shm);
	return true;
}

bool
user_db_open(const char *path, struct user_db **db_r, struct err *e)
{
	*db_r = NULL;
	if (access(path, F_OK) < 0)
		return err_set(e, ERR_NOT_FOUND, "", "missing", path, "%s: %s",
			path, strerror(errno));
	struct user_db *u = calloc(1, sizeof(*u));
	if (!u)
		return err_set(
			e, ERR_INTERNAL, "", "no_memory", "", "out of memory");
	if (!set_paths(u, path, e) || !open_inner(u, e)) {
		user_db_close(&u);
		return false;
	}
	*db_r = u;
	return true;
}

void
user_db_close(struct user_db **db)
{
	struct user_db *u = *db;
	if (!u)
		return;
	sqlite3_finalize(u->put);
	sqlite3_finalize(u->del);
	sqlite3_finalize(u->get);
	sqlite3_close(u->db);
	free(u);
	*db = NULL;
}

static bool
same_file(const struct file_mark *old, const char *path)
{
	const struct file_mark now = file_mark_of(path);
	return old->ino == now.ino && old->dev == now.dev;
}

bool
user_db_is_current(const struct user_db *u)
{
	return same_file(&u->file_mark, u->path)
		&& same_file(&u->wal_mark, u->wal)
		&& same_file(&u->shm_mark, u->shm);
}

static bool
bind_account(sqlite3_stmt *st, const struct delta_line *d, struct account *a)
{
	sqlite3_bind_text(st, 1, d->key, -1, SQLITE_STATIC);
	for (int i = 0; i < ACCOUNT_FIELDS; i++) {
		const bool is_flag = i >= ACCOUNT_BLOCK_IMAP;
		const char *f = a->field[i];
		if (is_flag)
			sqlite3_bind_int(st, i + 2, f[0] == '1');
		else if (f[0])
			sqlite3_bind_text(st, i + 2, f, -1, SQLITE_STATIC);
		else
			sqlite3_bind_null(st, i + 2);
	}
	return true;
}

static bool
put_line(sqlite3 *db, const char *path, sqlite3_stmt *st,
	const struct delta_line *d, struct err *e)
{
	char buf[ACCOUNT_VALUE_MAX];
	struct account a;
	if (!account_split(d->after, buf, &a))
		return err_set(e, ERR_INTERNAL, "", "bad_account", d->key,
			"%s: not an account line", d->key);
	bind_account(st, d, &a);
	const int rc = sqlite3_step(st);
	const bool ok = rc == SQLITE_DONE ? true : fail(db, path, e);
	sqlite3_reset(st);
	explicit_bzero(buf, sizeof(buf));
	return ok;
}

static bool
del_line(struct user_db *u, const struct delta_line *d, struct err *e)
{
	sqlite3_bind_text(u->del, 1, d->key, -1, SQLITE_STATIC);
	const int rc = sqlite3_step(u->del);
	const bool ok = rc == SQLITE_DONE ? true : fail(u->db, u->path, e);
	sqlite3_reset(u->del);
	return ok;
}

bool
user_db_apply(struct user_db *u, const struct delta_line *d, size_t n,
	bool puts, struct err *e)
{
	bool any = false, ok = true;
	for (size_t i = 0; i < n && !any; i++)
		any = puts == (d[i].after != NULL);
	if (!any)
		return true;
	if (!run(u->db, u->path, "BEGIN IMMEDIATE", e))
		return false;
	for (size_t i = 0; i < n && ok; i++) {
		if (puts != (d[i].after != NULL))
			continue;
		ok = puts ? put_line(u->db, u->path, u->put, &d[i], e)
			  : del_line(u, &d[i], e);
	}
	if (ok && run(u->db, u->path, "COMMIT", e))
		return true;
	sqlite3_exec(u->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

static bool
add_row(sqlite3_stmt *st, struct map_lines *out, struct err *e)
{
	char buf[ACCOUNT_VALUE_MAX];
	struct str value = STR_FIXED(buf);
	const char *key = (const char *)sqlite3_column_text(st, 0);
	for (int i = 0; i < ACCOUNT_FIELDS; i++) {
		if (i > 0)
			str_add_char(&value, '\t');
		str_add(&value, (const char *)sqlite3_column_text(st, i + 1));
	}
	if (!key || !str_is_ok(&value))
		return err_set(e, ERR_INTERNAL, "", "damaged", key,
			"an account row cannot be read");
	return lines_add(out, key, buf, e);
}

bool
user_db_lookup(struct user_db *u, const char *const *key, size_t n,
	struct map_lines *out, struct err *e)
{
	bool ok = true;
	for (size_t i = 0; i < n && ok; i++) {
		sqlite3_bind_text(u->get, 1, key[i], -1, SQLITE_STATIC);
		const int rc = sqlite3_step(u->get);
		if (rc == SQLITE_ROW)
			ok = add_row(u->get, out, e);
		else if (rc != SQLITE_DONE)
			ok = fail(u->db, u->path, e);
		sqlite3_reset(u->get);
	}
	return ok;
}

bool
user_db_scan(struct user_db *u, user_db_want *want, void *ctx,
	struct map_lines *out, struct err *e)
{
	sqlite3_stmt *st = NULL;
	bool ok = true;
	int rc;

	if (!prepare(u->db, u->path, sql_all, &st, e))
		return false;
	while (ok && (rc = sqlite3_step(st)) != SQLITE_DONE) {
		if (rc != SQLITE_ROW) {
			ok = fail(u->db, u->path, e);
			break;
		}
		const char *key = (const char *)sqlite3_column_text(st, 0);
		if (!want || (key && want(ctx, key)))
			ok = add_row(st, out, e);
	}
	sqlite3_finalize(st);
	return ok;
}

static bool
quick_check(sqlite3 *db, const char *path, struct err *e)
{
	sqlite3_stmt *st = NULL;
	if (!prepare(db, path, "PRAGMA quick_check(1)", &st, e))
		return false;
	bool ok = false;
	if (sqlite3_step(st) == SQLITE_ROW) {
		const char *s = (const char *)sqlite3_column_text(st, 0);
		ok = s && strcmp(s, "ok") == 0;
		if (!ok)
			(void)err_set(e, ERR_INTERNAL, "", "damaged", path,
				"%s: %s", path, s ? s : "?");
	} else {
		(void)fail(db, path, e);
	}
	sqlite3_finalize(st);
	return ok;
}

bool
user_db_verify(const char *path, struct err *e)
{
	sqlite3 *db = NULL;
	if (access(path, F_OK) < 0)
		return err_set(e, ERR_NOT_FOUND, "", "missing", path, "%s: %s",
			path, strerror(errno));
	const bool ok = open_at(path, SQLITE_OPEN_READWRITE, &db, e)
		&& has_table(db, path, e) && quick_check(db, path, e);
	sqlite3_close(db);
	return ok;
}

static bool
fill(sqlite3 *db, const char *path, const struct map_lines *l, struct err *e)
{
	sqlite3_stmt *st = NULL;
	bool ok = run(db, path,
			  "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
			  "PRAGMA cache_size = -64000;",
			  e)
		&& run(db, path, schema, e) && run(db, path, "BEGIN", e)
		&& prepare(db, path, sql_put, &st, e);
	for (size_t i = 0; ok && i < l->n; i++) {
		const struct delta_line d = { .map = MAP_ACCOUNTS,
			.key = l->line[i].key,
			.after = l->line[i].value };
		ok = put_line(db, path, st, &d, e);
	}
	sqlite3_finalize(st);
	return ok && run(db, path, "COMMIT", e)
		&& run(db, path, "PRAGMA journal_mode = WAL", e);
}

/*
 * Stale -wal and -shm go before the new file comes: a worker that opened the
 * new file beside an old -wal would read old pages into it. What a worker
 * makes in between is empty, because only the publisher writes.
 */
static bool
put_in_place(const char *tmp, struct user_db *u, struct err *e)
{
	unlink(u->wal);
	unlink(u->shm);
	if (!file_rename_synced(tmp, u->path, e))
		return false;
	unlink(u->wal);
	unlink(u->shm);
	return true;
}

bool
user_db_build(const char *path, const struct map_lines *sorted, struct err *e)
{
	struct user_db u = { 0 };
	char tmp[PATH_SIZE + 8];
	struct str t = STR_FIXED(tmp);
	sqlite3 *db = NULL;

	if (!set_paths(&u, path, e))
		return false;
	str_addf(&t, "%s.new", path);
	unlink(tmp);
	bool ok = open_at(
		tmp, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &db, e);
	ok = ok && fill(db, tmp, sorted, e);
	sqlite3_close(db);
	ok = ok && put_in_place(tmp, &u, e);
	if (!ok)
		unlink(tmp);
	return ok;
}
