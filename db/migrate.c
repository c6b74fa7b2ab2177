/*
 * Applies the files of schema/ in order, once each, under a lock.
 */
#include "db/migrate.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "base/token.h"

#ifndef POSTROOM_SCHEMA_DIR
#define POSTROOM_SCHEMA_DIR "/usr/local/share/postroom/schema"
#endif
#define MAX_FILES 999
#define MAX_FILE_BYTES (4U << 20)
#define LOCK_NAME "postroom.migrate"

static const char make_table[] =
	"CREATE TABLE IF NOT EXISTS schema_version ("
	"version INT UNSIGNED NOT NULL PRIMARY KEY,"
	"name VARCHAR(100) CHARACTER SET ascii NOT NULL,"
	"sha256 CHAR(64) CHARACTER SET ascii NOT NULL,"
	"begun DATETIME(6) NOT NULL,"
	"applied DATETIME(6) NULL) ENGINE=InnoDB";

static const struct sql q_lock = { "SELECT GET_LOCK('" LOCK_NAME "', 60)", "",
	"i" };
static const struct sql q_unlock = { "SELECT RELEASE_LOCK('" LOCK_NAME "')", "",
	"i" };
static const struct sql q_tables = {
	"SELECT COUNT(*) FROM information_schema.tables "
	"WHERE table_schema = DATABASE() "
	"AND table_name = 'schema_version'",
	"", "i"
};
static const struct sql q_version = {
	"SELECT version FROM schema_version ORDER BY version DESC LIMIT 1", "",
	"u"
};
static const struct sql q_applied = {
	"SELECT version, sha256, applied FROM schema_version "
	"ORDER BY version",
	"", "ust"
};
static const struct sql q_begun = {
	"INSERT INTO schema_version (version, name, sha256, begun) "
	"VALUES (?, ?, ?, ?)",
	"usst", ""
};
static const struct sql q_done = {
	"UPDATE schema_version SET applied = ? WHERE version = ?", "tu", ""
};

struct migration {
	unsigned version;
	char name[101];
	char sha256[SHA256_HEX_SIZE];
	char *text;
	bool is_applied;
};

struct run {
	struct db *db;
	struct arena *arena;
	const char *folder;
	struct migration *file;
	size_t n;
	unsigned last; /* none after it */
};

const char *
db_schema_folder(void)
{
	const char *env = getenv("POSTROOM_SCHEMA");

	return env && *env ? env : POSTROOM_SCHEMA_DIR;
}

/* NNNN_name.sql */
static bool
file_name(const char *name, unsigned *version_r)
{
	unsigned v = 0;
	size_t len = strlen(name);

	for (size_t i = 0; i < 4; i++) {
		if (!char_is_digit(name[i]))
			return false;
		v = v * 10 + (unsigned)(name[i] - '0');
	}
	if (v == 0 || name[4] != '_' || len > 100
		|| strcmp(name + len - 4, ".sql") != 0)
		return false;
	*version_r = v;
	return true;
}

static int
is_migration(const struct dirent *d)
{
	unsigned v;

	return file_name(d->d_name, &v);
}

static bool
load_file(struct run *r, const char *name, struct migration *m, struct err *e)
{
	char *path = arena_printf(r->arena, "%s/%s", r->folder, name);
	size_t len;

	if (!path || !file_name(name, &m->version)
		|| !str_copy(m->name, sizeof(m->name), name))
		return err_memory(e);
	if (!file_read(path, MAX_FILE_BYTES, r->arena, &m->text, &len, e))
		return false;
	sha256_hex(m->text, len, m->sha256);
	return true;
}

static bool
load_all(struct run *r, struct err *e)
{
	struct dirent **list = NULL;
	int n = scandir(r->folder, &list, is_migration, alphasort);
	bool ok = n > 0 && n <= MAX_FILES;

	if (!ok)
		err_set(e, ERR_NOT_FOUND, NULL, "no_migrations", r->folder,
			"there are no migrations in %s", r->folder);
	if (ok) {
		r->file = arena_array(r->arena, (size_t)n, sizeof(*r->file));
		ok = r->file || err_memory(e);
	}
	for (int i = 0; ok && i < n; i++) {
		ok = load_file(r, list[i]->d_name, &r->file[i], e);
		if (ok && r->file[i].version != (unsigned)i + 1)
			ok = err_set(e, ERR_CONFLICT, NULL, "migration_gap",
				list[i]->d_name,
				"migrations are not numbered without gaps");
	}
	r->n = ok ? (size_t)n : 0;
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
	return ok;
}

static bool
check_row(struct run *r, const struct rows *rows, struct err *e)
{
	uint64_t v = row_u64(rows, 0);
	struct migration *m;

	if (v == 0 || v > r->n)
		return err_set(e, ERR_CONFLICT, NULL, "schema_newer", NULL,
			"the database has schema version %u, this program "
			"knows up to %zu",
			(unsigned)v, r->n);
	m = &r->file[v - 1];
	if (row_time(rows, 2) == TIME_NONE)
		return err_set(e, ERR_CONFLICT, NULL, "migration_half_done",
			m->name,
			"%s was begun and did not end: look at the "
			"database, then correct its row in schema_version",
			m->name);
	if (strcmp(row_text(rows, 1), m->sha256) != 0)
		return err_set(e, ERR_CONFLICT, NULL, "migration_changed",
			m->name, "%s changed after it was applied", m->name);
	m->is_applied = true;
	return true;
}

static bool
read_applied(struct run *r, struct err *e)
{
	struct rows rows;
	bool ok = true;

	if (!db_query(r->db, &q_applied, NO_ARGS, &rows, e))
		return false;
	while (ok && rows_next(&rows))
		ok = check_row(r, &rows, e);
	return rows_done(&rows, e) && ok;
}

static bool
apply(struct run *r, const struct migration *m, struct err *e)
{
	log_info("migration %s", m->name);
	return db_exec(r->db, &q_begun,
		       ARGS(arg_u64(m->version), arg_text(m->name),
			       arg_text(m->sha256), arg_time(now_us())),
		       NULL, e)
		&& db_run_script(r->db, m->text, e)
		&& db_exec(r->db, &q_done,
			ARGS(arg_time(now_us()), arg_u64(m->version)), NULL, e);
}

static bool
apply_due(struct run *r, struct db_migrated *done, struct err *e)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->file[i].is_applied) {
			done->from = r->file[i].version;
			continue;
		}
		if (r->file[i].version > r->last)
			break;
		if (!apply(r, &r->file[i], e))
			return false;
		done->to = r->file[i].version;
	}
	if (done->to < done->from)
		done->to = done->from;
	return true;
}

static bool
apply_grants(struct run *r, struct err *e)
{
	char *path = arena_printf(r->arena, "%s/grants.sql", r->folder);
	char *text;
	size_t len;

	return (path || err_memory(e))
		&& file_read(path, MAX_FILE_BYTES, r->arena, &text, &len, e)
		&& db_run_script(r->db, text, e);
}

static bool
locked(struct run *r, bool skip_grants, struct db_migrated *done, struct err *e)
{
	struct rows rows;
	bool has_lock = false, ok;

	if (!db_query(r->db, &q_lock, NO_ARGS, &rows, e))
		return false;
	if (rows_next(&rows))
		has_lock = row_i64(&rows, 0) == 1;
	if (!rows_done(&rows, e))
		return false;
	if (!has_lock)
		return err_set(e, ERR_UNAVAILABLE, NULL, "locked", NULL,
			"another migration is at work");
	ok = db_run_script(r->db, make_table, e) && read_applied(r, e)
		&& apply_due(r, done, e) && (skip_grants || apply_grants(r, e));
	if (db_query(r->db, &q_unlock, NO_ARGS, &rows, NULL))
		ok = rows_done(&rows, NULL) && ok;
	return ok;
}

static bool
make_database(const struct db_options *o, struct err *e)
{
	struct db_options bare = *o;
	struct db *db;
	char sql[160];
	bool ok;

	for (const char *p = o->name; *p; p++)
		if (!char_is_digit(*p) && *p != '_'
			&& (char_lower(*p) < 'a' || char_lower(*p) > 'z'))
			return err_set(e, ERR_INVALID, "database.name",
				"bad_character", o->name,
				"the database's name may hold letters, digits "
				"and underscores");
	bare.name = "";
	bare.is_lazy = true;
	bare.tables = NULL;
	if (!db_open(&db, &bare, e))
		return false;
	snprintf(sql, sizeof(sql),
		"CREATE DATABASE IF NOT EXISTS `%.64s` CHARACTER SET utf8mb4",
		o->name);
	ok = db_run_script(db, sql, e);
	db_close(&db);
	return ok;
}

static bool
migrate(const struct db_options *o, const char *folder, unsigned last,
	bool skip_grants, struct db_migrated *done_r, struct err *e)
{
	struct db_options mine = *o;
	struct run r = { .folder = folder, .last = last };
	bool ok;

	*done_r = (struct db_migrated){ 0 };
	mine.is_lazy = true;
	mine.tables = NULL;
	mine.statement_s = 3600;
	r.arena = arena_new(16U << 20);
	if (!r.arena)
		return err_memory(e);
	ok = load_all(&r, e) && make_database(&mine, e)
		&& db_open(&r.db, &mine, e)
		&& locked(&r, skip_grants, done_r, e);
	db_close(&r.db);
	arena_free(&r.arena);
	return ok;
}

bool
db_migrate(const struct db_options *o, const char *folder, bool skip_grants,
	struct db_migrated *done_r, struct err *e)
{
	return migrate(o, folder, UINT_MAX, skip_grants, done_r, e);
}

bool
db_migrate_to(const struct db_options *o, const char *folder, unsigned version,
	struct err *e)
{
	struct db_migrated done;

	return migrate(o, folder, version, true, &done, e);
}

bool
db_migration_digest(const char *folder, unsigned version, char name[static 101],
	char sha256[static SHA256_HEX_SIZE], struct err *e)
{
	struct run r = { .folder = folder };
	bool ok;

	r.arena = arena_new(16U << 20);
	if (!r.arena)
		return err_memory(e);
	ok = load_all(&r, e);
	if (ok && (version < 1 || version > r.n))
		ok = err_set(e, ERR_NOT_FOUND, NULL, "no_migrations", folder,
			"there is no migration %u in %s", version, folder);
	if (ok) {
		memcpy(name, r.file[version - 1].name, 101);
		memcpy(sha256, r.file[version - 1].sha256, SHA256_HEX_SIZE);
	}
	arena_free(&r.arena);
	return ok;
}

bool
db_schema_version(struct db *db, unsigned *version_r, struct err *e)
{
	struct rows rows;
	uint64_t v = 0;
	bool has_table = false;

	*version_r = 0;
	if (!db_query(db, &q_tables, NO_ARGS, &rows, e))
		return false;
	if (rows_next(&rows))
		has_table = row_i64(&rows, 0) > 0;
	if (!rows_done(&rows, e))
		return false;
	if (has_table && !db_query_u64(db, &q_version, NO_ARGS, &v, NULL, e))
		return false;
	*version_r = (unsigned)v;
	return true;
}
