/*
 * Putting a backup onto an empty host. Everything that can be refused is
 * looked at in a first reading of the file; the second one loads it.
 */
#include "core/backup.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "db/dump.h"
#include "db/migrate.h"

#define KEY_FILE_MAX ((size_t)64 << 10)
#define STATEMENT_S (24 * 3600)

/* What lies where a key of the backup belongs. */
enum key_place { KEY_FREE, KEY_SAME, KEY_OTHER };

struct restoring {
	const struct conf *conf;
	struct arena *arena;
	const char *path, *passphrase, *folder;
	struct backup_watch watch;
	struct backup_info *info;
	struct db_options options;
	struct db *db; /* of the database that is being made */
	struct dump_table table;
	struct dump_load *load;
	uint64_t rows;
	unsigned migrations;             /* seen in the first reading */
	bool has_key[BACKUP_KEYS];       /* that we wrote */
	enum key_place key[BACKUP_KEYS]; /* KEY_OTHER: put aside */
};

/* --- what may stand in the way --- */

static bool
open_server(const struct restoring *r, struct db **db_r, struct err *e)
{
	struct db_options o = r->options;

	o.name = "";
	return db_open(db_r, &o, e);
}

/* *drop_r: a restore left it half-way. */
static bool
check_database(const struct restoring *r, struct err *e)
{
	const char *name = r->conf->database.name;
	struct db *db;
	bool is_empty = false, is_marked = false, is_ok;

	if (!open_server(r, &db, e))
		return false;
	is_ok = dump_is_empty(db, name, &is_empty, e)
		&& dump_is_marked(db, name, &is_marked, e);
	if (is_ok && !is_empty && !is_marked)
		is_ok = err_set(e, ERR_CONFLICT, "database", "not_empty", name,
			"the database %s has tables: a restore goes onto an "
			"empty host only",
			name);
	if (is_ok && is_marked)
		is_ok = dump_drop(db, name, e);
	db_close(&db);
	return is_ok;
}

static const struct backup_key *
key_named(const struct restoring *r, const char *member,
	struct backup_key key[BACKUP_KEYS], size_t *at_r)
{
	backup_keys(r->conf, key);
	for (size_t i = 0; i < BACKUP_KEYS; i++) {
		if (strcmp(key[i].name, member) != 0)
			continue;
		*at_r = i;
		return &key[i];
	}
	return NULL;
}

static const char *
aside(const struct restoring *r, const struct backup_key *key)
{
	return arena_printf(r->arena, "%s.before-restore", key->path);
}

/* What lies where the key belongs. */
static bool
look_at_key(const struct restoring *r, const struct backup_key *key,
	const struct archive_record *rec, enum key_place *place_r,
	struct err *e)
{
	struct err mine = ERR_EMPTY;
	char *data;
	size_t len;

	*place_r = KEY_FREE;
	if (rec->n != 2 || !rec->cell[1].data)
		return err_set(e, ERR_INVALID, "file", "damaged", NULL,
			"a key file is not whole");
	if (!file_read(key->path, KEY_FILE_MAX, r->arena, &data, &len, &mine))
		return mine.code == ERR_NOT_FOUND || err_merge(e, &mine, NULL);
	*place_r = len == rec->cell[1].len
			&& memcmp(data, rec->cell[1].data, len) == 0
		? KEY_SAME
		: KEY_OTHER;
	explicit_bzero(data, len);
	return true;
}

static bool
check_key(const struct restoring *r, const struct backup_key *key,
	const struct archive_record *rec, struct err *e)
{
	enum key_place place;
	const char *to = aside(r, key);

	if (!to)
		return err_memory(e);
	if (!look_at_key(r, key, rec, &place, e))
		return false;
	return place != KEY_OTHER || access(to, F_OK) != 0
		|| err_set(e, ERR_CONFLICT, "file", "other_key", to,
			"%s is not the key of this backup and would be kept "
			"as %s, where a file lies already: move it away first",
			key->path, to);
}

static bool
check_migration(
	struct restoring *r, const struct archive_record *rec, struct err *e)
{
	char name[101], sha256[SHA256_HEX_SIZE];

	r->migrations++;
	if (!db_migration_digest(r->folder, r->migrations, name, sha256, e))
		return false;
	if (rec->n != 2 || !rec->cell[1].data
		|| strcmp(rec->cell[1].data, sha256) != 0)
		return err_set(e, ERR_CONFLICT, NULL, "migration_changed", name,
			"%s is not the one that this backup was made with",
			name);
	return true;
}

static bool
check_record(struct restoring *r, const char *member,
	const struct archive_record *rec, struct err *e)
{
	struct backup_key key[BACKUP_KEYS];
	const struct backup_key *k;
	size_t at;

	if (rec->kind == 'S')
		return check_migration(r, rec, e);
	if (rec->kind != 'K')
		return true;
	k = key_named(r, member, key, &at);
	if (!k)
		return err_set(e, ERR_CONFLICT, "file", "unknown_key", member,
			"the backup has a key that this program does not know");
	return check_key(r, k, rec, e);
}

typedef bool on_record(struct restoring *r, const char *member,
	const struct archive_record *rec, struct err *e);

/* Every record of the file, in its order. */
static bool
each(struct restoring *r, on_record *fn, struct err *e)
{
	struct archive_in *in;
	struct archive_record rec;
	enum archive_event event = ARCHIVE_MEMBER;
	char member[80] = "";
	bool is_ok = true;

	if (!archive_open(&in, r->path, r->passphrase, e))
		return false;
	while (is_ok && event != ARCHIVE_END) {
		event = archive_next(in, &rec, e);
		if (event == ARCHIVE_MEMBER)
			is_ok = str_copy(member, sizeof(member),
					rec.cell[0].data)
				|| err_memory(e);
		else if (event == ARCHIVE_RECORD)
			is_ok = fn(r, member, &rec, e);
		else
			is_ok = event == ARCHIVE_END;
	}
	archive_close(&in);
	return is_ok;
}

static bool
check(struct restoring *r, struct err *e)
{
	if (!backup_verify(r->arena, r->path, r->passphrase, r->info, e))
		return false;
	if (r->info->schema > DB_SCHEMA_VERSION)
		return err_set(e, ERR_CONFLICT, "file", "schema_newer", NULL,
			"the backup has schema version %u, this program knows "
			"up to %u: install the version that made it, or newer",
			r->info->schema, (unsigned)DB_SCHEMA_VERSION);
	return each(r, check_record, e) && check_database(r, e);
}

/* --- loading --- */

static bool
put_aside(struct restoring *r, const struct backup_key *key, size_t at,
	struct err *e)
{
	const char *to = aside(r, key);

	if (!to)
		return err_memory(e);
	if (rename(key->path, to) != 0)
		return err_set(e, ERR_INTERNAL, "file", "cannot_write",
			key->path, "%s cannot be renamed: %s", key->path,
			strerror(errno));
	r->key[at] = KEY_OTHER;
	return true;
}

static bool
write_key(struct restoring *r, const char *member,
	const struct archive_record *rec, struct err *e)
{
	struct backup_key key[BACKUP_KEYS];
	size_t at = 0;
	const struct backup_key *k = key_named(r, member, key, &at);
	const struct passwd *owner;
	enum key_place place;

	if (!k || !look_at_key(r, k, rec, &place, e))
		return false;
	if (place == KEY_SAME)
		return true;
	if ((place == KEY_OTHER && !put_aside(r, k, at, e))
		|| !file_write(
			k->path, rec->cell[1].data, rec->cell[1].len, 0600, e))
		return false;
	r->has_key[at] = true;
	owner = rec->cell[0].data ? getpwnam(rec->cell[0].data) : NULL;
	if (owner && geteuid() == 0
		&& chown(k->path, owner->pw_uid, owner->pw_gid) != 0)
		log_warn("%s keeps root as its owner", k->path);
	return true;
}

static bool
end_table(struct restoring *r, struct err *e)
{
	struct dump_load *load = r->load;

	if (!load)
		return true;
	r->load = NULL;
	if (!dump_load_end(load, e))
		return false;
	if (r->watch.step)
		r->watch.step(r->watch.ctx, r->table.name, r->rows);
	return true;
}

static bool
begin_table(struct restoring *r, const char *member,
	const struct archive_record *rec, struct err *e)
{
	const char *name = member + strlen("table/");
	struct dump_table *t = &r->table;

	*t = (struct dump_table){ .name = arena_strdup(r->arena, name) };
	if (!t->name)
		return err_memory(e);
	if (!dump_has(name) || rec->n < 2 || rec->n > DUMP_COLUMNS_MAX + 1
		|| !archive_number(&rec->cell[0], &t->next_id))
		return err_set(e, ERR_INVALID, "file", "damaged", name,
			"table %s cannot be read", name);
	for (size_t i = 1; i < rec->n; i++) {
		t->column[t->n] = arena_strdup(
			r->arena, rec->cell[i].data ? rec->cell[i].data : "");
		if (!t->column[t->n++])
			return err_memory(e);
	}
	r->rows = 0;
	return dump_load_begin(r->db, r->arena, t, &r->load, e);
}

static bool
load_record(struct restoring *r, const char *member,
	const struct archive_record *rec, struct err *e)
{
	switch (rec->kind) {
	case 'K':
		return write_key(r, member, rec, e);
	case 'T':
		return end_table(r, e) && begin_table(r, member, rec, e);
	case 'R':
		r->rows++;
		return r->load && dump_load_row(r->load, rec->cell, rec->n, e);
	default:
		return true;
	}
}

static bool
load(struct restoring *r, struct err *e)
{
	bool is_ok = db_migrate_to(&r->options, r->folder, r->info->schema, e)
		&& db_open(&r->db, &r->options, e) && dump_mark(r->db, true, e)
		&& each(r, load_record, e) && end_table(r, e)
		&& dump_mark(r->db, false, e);

	if (r->load)
		dump_load_drop(r->load);
	db_close(&r->db);
	return is_ok;
}

/* What this restore made goes again; what stood there before was looked at
 * and was nothing. */
static void
take_back(struct restoring *r)
{
	struct backup_key key[BACKUP_KEYS];
	struct err e = ERR_EMPTY;
	struct db *db;

	backup_keys(r->conf, key);
	for (size_t i = 0; i < BACKUP_KEYS; i++) {
		const char *was = aside(r, &key[i]);

		if (r->has_key[i] && !file_remove(key[i].path, &e))
			log_warn("%s stays", key[i].path);
		if (r->key[i] == KEY_OTHER
			&& (!was || rename(was, key[i].path)))
			log_warn("%s is still aside", key[i].path);
	}
	if (!open_server(r, &db, &e)
		|| !dump_drop(db, r->conf->database.name, &e))
		log_warn("the database %s is left half-way: run the restore "
			 "again",
			r->conf->database.name);
	db_close(&db);
}

bool
backup_restore(const struct conf *conf, struct arena *a, const char *path,
	const char *passphrase, const char *schema_folder, bool skip_grants,
	struct backup_watch watch, struct backup_info *info_r, struct err *e)
{
	struct restoring r = { .conf = conf,
		.arena = a,
		.path = path,
		.passphrase = passphrase,
		.folder = schema_folder,
		.watch = watch,
		.info = info_r };
	struct db_migrated done;
	char password[256];
	bool is_ok;

	if (!core_db_options(
		    conf, FACE_CLI, &r.options, password, sizeof(password), e))
		return false;
	r.options.tables = NULL;
	r.options.is_lazy = true;
	r.options.statement_s = STATEMENT_S;
	is_ok = check(&r, e);
	if (is_ok) {
		is_ok = load(&r, e);
		if (!is_ok)
			take_back(&r);
	}
	is_ok = is_ok
		&& db_migrate(&r.options, schema_folder, skip_grants, &done, e);
	explicit_bzero(password, sizeof(password));
	return is_ok;
}
