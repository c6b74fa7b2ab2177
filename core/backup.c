/*
 * Writing a backup, and reading one to its end.
 */
#include "core/backup.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/archive.h"
#include "base/file.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "db/dump.h"
#include "db/migrate.h"

#define KEY_FILE_MAX ((size_t)64 << 10)
/* A statement that reads a whole table may take a day. */
#define STATEMENT_S (24 * 3600)
#define NUMBER_SIZE 24

static const struct sql q_head = { "SELECT serial FROM head WHERE id = 1", "",
	"u" };
static const struct sql q_migrations = {
	"SELECT name, sha256 FROM schema_version ORDER BY version", "", "ss"
};

void
backup_keys(const struct conf *conf, struct backup_key out[BACKUP_KEYS])
{
	out[0] = (struct backup_key){ "key/seal.key", conf->secrets.key_file };
}

struct writing {
	struct archive_out *out;
	struct arena *arena;
	struct db *db;
	struct backup_info info;
	uint64_t rows; /* of the table at hand */
};

static const char *
number(char buf[static NUMBER_SIZE], uint64_t value)
{
	struct str s = str_over(buf, NUMBER_SIZE);

	str_add_u64(&s, value);
	return buf;
}

static bool
put_info(struct writing *w, struct err *e)
{
	char schema[NUMBER_SIZE], serial[NUMBER_SIZE], now[TIME_TEXT_SIZE];

	if (!db_query_u64(w->db, &q_head, NO_ARGS, &w->info.serial, NULL, e))
		return false;
	time_rfc3339(now_us(), now);
	w->info.program = POSTROOM_VERSION;
	w->info.created = arena_strdup(w->arena, now);
	return archive_member(w->out, "info", e)
		&& archive_put(w->out, 'I',
			(const struct archive_cell[]){
				archive_text(BACKUP_FORMAT),
				archive_text(w->info.program),
				archive_text(number(schema, w->info.schema)),
				archive_text(now),
				archive_text(number(serial, w->info.serial)) },
			5, e);
}

static bool
put_schema(struct writing *w, struct err *e)
{
	struct rows rows;
	bool is_ok = archive_member(w->out, "schema", e);

	if (!is_ok || !db_query(w->db, &q_migrations, NO_ARGS, &rows, e))
		return false;
	while (is_ok && rows_next(&rows))
		is_ok = archive_put(w->out, 'S',
			(const struct archive_cell[]){
				archive_text(row_text(&rows, 0)),
				archive_text(row_text(&rows, 1)) },
			2, e);
	return rows_done(&rows, e) && is_ok;
}

/* A key file that is not there is none of this installation's. */
static bool
put_key(struct writing *w, const struct backup_key *key, struct err *e)
{
	struct err mine = ERR_EMPTY;
	const struct passwd *owner;
	struct stat st;
	char *data;
	size_t len;
	bool is_ok;

	if (!file_read(key->path, KEY_FILE_MAX, w->arena, &data, &len, &mine)) {
		return mine.code == ERR_NOT_FOUND || err_merge(e, &mine, NULL);
	}
	if (stat(key->path, &st) != 0)
		return err_set(e, ERR_INTERNAL, NULL, "cannot_read", key->path,
			"%s cannot be read", key->path);
	owner = getpwuid(st.st_uid);
	is_ok = archive_member(w->out, key->name, e)
		&& archive_put(w->out, 'K',
			(const struct archive_cell[]){
				archive_text(owner ? owner->pw_name : "root"),
				{ data, len } },
			2, e);
	explicit_bzero(data, len);
	w->info.key_files++;
	return is_ok;
}

static bool
put_keys(struct writing *w, const struct conf *conf, struct err *e)
{
	struct backup_key key[BACKUP_KEYS];

	backup_keys(conf, key);
	for (size_t i = 0; i < BACKUP_KEYS; i++)
		if (key[i].path[0] && !put_key(w, &key[i], e))
			return false;
	return true;
}

static bool
put_row(void *ctx, const struct archive_cell *cells, size_t n, struct err *e)
{
	struct writing *w = ctx;

	w->rows++;
	return archive_put(w->out, 'R', cells, n, e);
}

static bool
put_table(struct writing *w, const struct dump_table *t, struct err *e)
{
	struct archive_cell head[DUMP_COLUMNS_MAX + 1];
	char name[80], next_id[NUMBER_SIZE];

	snprintf(name, sizeof(name), "table/%.64s", t->name);
	head[0] = archive_text(number(next_id, t->next_id));
	for (size_t i = 0; i < t->n; i++)
		head[i + 1] = archive_text(t->column[i]);
	w->rows = 0;
	return archive_member(w->out, name, e)
		&& archive_put(w->out, 'T', head, t->n + 1, e)
		&& dump_read(w->db, w->arena, t, put_row, w, e);
}

static bool
put_tables(struct writing *w, struct backup_watch watch, struct err *e)
{
	struct dump_table *table;
	size_t n;

	if (!dump_tables(w->db, w->arena, &table, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!put_table(w, &table[i], e))
			return false;
		w->info.tables++;
		w->info.rows += w->rows;
		if (watch.step)
			watch.step(watch.ctx, table[i].name, w->rows);
	}
	return true;
}

static bool
check_version(struct writing *w, struct err *e)
{
	if (!db_schema_version(w->db, &w->info.schema, e))
		return false;
	if (w->info.schema == 0)
		return err_set(e, ERR_NOT_FOUND, NULL, "no_schema", NULL,
			"there is no installation in this database");
	if (w->info.schema > DB_SCHEMA_VERSION)
		return err_set(e, ERR_CONFLICT, NULL, "schema_newer", NULL,
			"the database has schema version %u, this program "
			"knows up to %u",
			w->info.schema, (unsigned)DB_SCHEMA_VERSION);
	return true;
}

static bool
put_all(struct writing *w, const struct conf *conf, struct backup_watch watch,
	struct err *e)
{
	bool is_ok = check_version(w, e) && db_begin(w->db, DB_SNAPSHOT, e);

	is_ok = is_ok && put_info(w, e) && put_schema(w, e)
		&& put_keys(w, conf, e) && put_tables(w, watch, e);
	db_rollback(w->db);
	return is_ok;
}

bool
backup_write(const struct conf *conf, struct arena *a, const char *path,
	const char *passphrase, struct backup_watch watch,
	struct backup_info *info_r, struct err *e)
{
	struct writing w = { .arena = a };
	struct db_options o;
	char password[256];
	struct stat st;
	bool is_ok;

	if (!core_db_options(conf, FACE_CLI, &o, password, sizeof(password), e))
		return false;
	o.tables = NULL;
	o.statement_s = STATEMENT_S;
	is_ok = db_open(&w.db, &o, e)
		&& archive_begin(&w.out, path, passphrase, e)
		&& put_all(&w, conf, watch, e);
	explicit_bzero(password, sizeof(password));
	if (is_ok)
		is_ok = archive_commit(&w.out, e);
	archive_abort(&w.out);
	db_close(&w.db);
	if (is_ok && stat(path, &st) == 0)
		w.info.bytes = (uint64_t)st.st_size;
	*info_r = w.info;
	return is_ok;
}

static bool
not_a_backup(struct err *e)
{
	return err_set(e, ERR_INVALID, "file", "not_a_backup", NULL,
		"the file is no backup that this program can read");
}

static bool
take_info(struct arena *a, const struct archive_record *r,
	struct backup_info *info, struct err *e)
{
	uint64_t schema;

	if (r->kind != 'I' || r->n != 5 || !r->cell[0].data
		|| strcmp(r->cell[0].data, BACKUP_FORMAT) != 0
		|| !r->cell[1].data || !r->cell[3].data
		|| !archive_number(&r->cell[2], &schema)
		|| !archive_number(&r->cell[4], &info->serial))
		return not_a_backup(e);
	info->schema = (unsigned)schema;
	info->program = arena_strdup(a, r->cell[1].data);
	info->created = arena_strdup(a, r->cell[3].data);
	return (info->program && info->created) || err_memory(e);
}

static void
count(const struct archive_record *r, struct backup_info *info)
{
	if (r->kind == 'T')
		info->tables++;
	if (r->kind == 'R')
		info->rows++;
	if (r->kind == 'K')
		info->key_files++;
}

bool
backup_verify(struct arena *a, const char *path, const char *passphrase,
	struct backup_info *info_r, struct err *e)
{
	struct archive_in *in;
	struct archive_record r;
	enum archive_event event;
	struct stat st;
	bool is_ok = true;

	*info_r = (struct backup_info){ 0 };
	if (!archive_open(&in, path, passphrase, e))
		return false;
	while (is_ok) {
		event = archive_next(in, &r, e);
		if (event == ARCHIVE_END)
			break;
		if (event == ARCHIVE_BAD)
			is_ok = false;
		else if (event == ARCHIVE_RECORD && !info_r->program)
			is_ok = take_info(a, &r, info_r, e);
		else if (event == ARCHIVE_RECORD)
			count(&r, info_r);
	}
	archive_close(&in);
	if (stat(path, &st) == 0)
		info_r->bytes = (uint64_t)st.st_size;
	return is_ok && (info_r->program || not_a_backup(e));
}
