/*
 * `postroom backup` and `postroom restore`: the whole installation as one
 * encrypted file, and back.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/password.h"
#include "core/backup.h"
#include "db/migrate.h"

#define PASSPHRASE_OPTION                                                      \
	{                                                                      \
		"passphrase-file", CLI_TEXT, "FILE",                           \
			"its first line, instead of asking for it", NULL       \
	}

static const struct cli_option backup_options[] = {
	PASSPHRASE_OPTION,
	{ "verify", CLI_FLAG, NULL, "read FILE to its end, change nothing",
		NULL },
	{ 0 },
};

static const struct cli_option restore_options[] = {
	PASSPHRASE_OPTION,
	{ "schema", CLI_TEXT, "FOLDER",
		"the migrations (default $POSTROOM_SCHEMA, then as installed)",
		NULL },
	{ "skip-grants", CLI_FLAG, NULL, "leave the accounts as they are",
		NULL },
	{ 0 },
};

static bool
is_open_to_others(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & 077) != 0;
}

static bool
read_passphrase_file(
	struct cli *c, const char *path, char *out, size_t size, struct err *e)
{
	char *text;
	size_t len;
	bool is_ok;

	if (is_open_to_others(path))
		return err_set(e, ERR_INVALID, "--passphrase-file",
			"open_to_others", path,
			"%s can be read by others: chmod 600 it", path);
	if (!file_read(path, 4096, c->arena, &text, &len, e))
		return false;
	is_ok = str_copy_n(out, size, text, strcspn(text, "\r\n"))
		|| err_set(e, ERR_INVALID, "passphrase", "too_long", path,
			"a passphrase has at most %d bytes",
			BACKUP_PASSPHRASE_MAX);
	explicit_bzero(text, len);
	return is_ok;
}

/* Typed twice on a terminal when it makes a file: a slip would cost all. */
static bool
read_twice(char *out, size_t size, bool is_new, struct err *e)
{
	char again[BACKUP_PASSPHRASE_MAX + 3];
	bool is_ok;

	if (!cli_read_secret("Passphrase", out, size, e))
		return false;
	if (!is_new || !isatty(STDIN_FILENO))
		return true;
	is_ok = cli_read_secret("Once more", again, sizeof(again), e)
		&& (strcmp(out, again) == 0
			|| err_set(e, ERR_INVALID, "passphrase", "differs", "",
				"the two passphrases differ"));
	explicit_bzero(again, sizeof(again));
	return is_ok;
}

static bool
take_passphrase(struct cli *c, bool is_new,
	char out[static BACKUP_PASSPHRASE_MAX + 3], struct err *e)
{
	const char *file = cli_opt(c, "passphrase-file");
	struct err mine = ERR_EMPTY;
	bool is_ok = file
		? read_passphrase_file(
			c, file, out, BACKUP_PASSPHRASE_MAX + 3, e)
		: read_twice(out, BACKUP_PASSPHRASE_MAX + 3, is_new, e);

	if (!is_ok || !is_new)
		return is_ok;
	return password_check(out, BACKUP_PASSPHRASE_MIN, &mine)
		|| err_merge(e, &mine, "passphrase");
}

static void
say_step(void *ctx, const char *table, uint64_t rows)
{
	(void)ctx;
	fprintf(stderr, "%-24s %12llu rows\n", table, (unsigned long long)rows);
}

/* On a terminal, who waits sees how far it is. */
static struct backup_watch
watch(const struct cli *c)
{
	const bool is_seen = !c->is_json && isatty(STDERR_FILENO);

	return (struct backup_watch){ is_seen ? say_step : NULL, NULL };
}

static void
answer(struct cli *c, const struct backup_info *info)
{
	jsonw_object(&c->json, NULL);
	jsonw_str(&c->json, "file", c->arg[0]);
	jsonw_str(&c->json, "created_at", info->created);
	jsonw_str(&c->json, "program", info->program);
	jsonw_uint(&c->json, "schema", info->schema);
	jsonw_uint(&c->json, "serial", info->serial);
	jsonw_uint(&c->json, "tables", info->tables);
	jsonw_uint(&c->json, "rows", info->rows);
	jsonw_uint(&c->json, "key_files", info->key_files);
	jsonw_uint(&c->json, "bytes", info->bytes);
	jsonw_end(&c->json);
}

static bool
backup(struct cli *c, struct err *e)
{
	const bool is_verify = cli_opt(c, "verify") != NULL;
	char passphrase[BACKUP_PASSPHRASE_MAX + 3];
	struct backup_info info;
	bool is_ok = take_passphrase(c, !is_verify, passphrase, e);

	if (is_ok && is_verify)
		is_ok = backup_verify(
			c->arena, c->arg[0], passphrase, &info, e);
	else if (is_ok)
		is_ok = backup_write(&c->conf, c->arena, c->arg[0], passphrase,
			watch(c), &info, e);
	explicit_bzero(passphrase, sizeof(passphrase));
	if (is_ok)
		answer(c, &info);
	return is_ok;
}

static bool
restore(struct cli *c, struct err *e)
{
	const char *folder = cli_opt(c, "schema");
	char passphrase[BACKUP_PASSPHRASE_MAX + 3];
	struct backup_info info;
	bool is_ok = take_passphrase(c, false, passphrase, e)
		&& backup_restore(&c->conf, c->arena, c->arg[0], passphrase,
			folder ? folder : db_schema_folder(),
			cli_opt(c, "skip-grants") != NULL, watch(c), &info, e);

	explicit_bzero(passphrase, sizeof(passphrase));
	if (is_ok)
		answer(c, &info);
	return is_ok;
}

/* clang-format off */
const struct cli_command cli_backup_commands[] = {
	{ "backup", NULL, "FILE",
		"write the whole installation into one encrypted file",
		backup_options, NULL, CLI_CONF, backup },
	{ "restore", NULL, "FILE", "put a backup onto an empty host",
		restore_options, NULL, CLI_CONF, restore },
	{ 0 },
};
/* clang-format on */
