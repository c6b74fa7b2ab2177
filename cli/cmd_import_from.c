/*
 * `postroom import postfixadmin|vpopmail|iredmail|files|system`: accounts of
 * another system, read here, then checked and imported by postroom-jobd like a
 * CSV file.
 */
#include "cli/wait.h"

#include "base/file.h"
#include "core/importer_spool.h"
#include "cli/import_admins.h"
#include "db/foreign.h"

enum { ERRORS_SHOWN = 1000 };
#define ROW_BYTES ((size_t)64 << 20)
#define FILE_BYTES_MAX ((size_t)256 << 20)

#define COMMON_OPTIONS                                                         \
	{ "preview", CLI_FLAG, NULL, "check everything, import nothing",       \
		NULL },                                                        \
		{ "mode", CLI_WORD, "MODE",                                    \
			"add, add_or_update (default) or update", NULL },      \
		{ "all-or-nothing", CLI_FLAG, NULL,                            \
			"in one transaction, only when no row is wrong",       \
			NULL },                                                \
	{                                                                      \
		"scheme", CLI_WORD, "NAME",                                    \
			"what stored passwords without a scheme are, e.g. "    \
			"PLAIN (guessed)",                                     \
			NULL                                                   \
	}
#define DATABASE_OPTIONS                                                       \
	{ "options", CLI_TEXT, "FILE",                                         \
		"an option file of MariaDB, 0600: [client] host, user, "       \
		"password, database",                                          \
		NULL },                                                        \
	{                                                                      \
		"database", CLI_WORD, "NAME",                                  \
			"in place of the one in the file", NULL                \
	}
#define NO_ADMINS_OPTION                                                       \
	{                                                                      \
		"no-admins", CLI_FLAG, NULL, "make no admins", NULL            \
	}

static const struct cli_option postfixadmin_options[] = {
	DATABASE_OPTIONS,
	{ "prefix", CLI_WORD, "TEXT", "with which its tables begin", NULL },
	NO_ADMINS_OPTION,
	COMMON_OPTIONS,
	{ 0 },
};

static const struct cli_option iredmail_options[] = {
	DATABASE_OPTIONS,
	NO_ADMINS_OPTION,
	COMMON_OPTIONS,
	{ 0 },
};

static const struct cli_option vpopmail_options[] = {
	DATABASE_OPTIONS,
	{ "vpasswd", CLI_TEXT, "FILE", "a domain's vpasswd, with --domain",
		NULL },
	{ "domain", CLI_WORD, "DOMAIN",
		"of the vpasswd; or the name of a table's domain", NULL },
	COMMON_OPTIONS,
	{ 0 },
};

static const struct cli_option files_options[] = {
	{ "mailboxes", CLI_TEXT, "FILE", "text of virtual_mailbox_maps", NULL },
	{ "aliases", CLI_TEXT, "FILE", "text of virtual_alias_maps", NULL },
	{ "recipients", CLI_TEXT, "FILE", "text of relay_recipient_maps",
		NULL },
	{ "passwd", CLI_TEXT, "FILE", "a passwd-file of Dovecot", NULL },
	{ "domain", CLI_WORD, "DOMAIN", "of names without one", NULL },
	COMMON_OPTIONS,
	{ 0 },
};

static const struct cli_option system_options[] = {
	{ "domain", CLI_WORD, "DOMAIN", "that the accounts get", NULL },
	{ "passwd", CLI_TEXT, "FILE", "/etc/passwd", NULL },
	{ "shadow", CLI_TEXT, "FILE", "/etc/shadow", NULL },
	{ "aliases", CLI_TEXT, "FILE", "/etc/aliases", NULL },
	{ "uid-min", CLI_WORD, "N", "least number of a person (1000)", NULL },
	{ "uid-max", CLI_WORD, "N", "greatest (59999)", NULL },
	COMMON_OPTIONS,
	{ 0 },
};

/* --- what the commands read --- */

static bool
open_database(struct cli *c, struct db **db_r, struct err *e)
{
	const char *file = cli_opt(c, "options");

	if (!file)
		return err_set(e, ERR_SYNTAX, "--options", "required", "",
			"--options names the file with host, user and password "
			"of the database, 0600, below [client]");
	return foreign_open(db_r, file, cli_opt(c, "database"), e);
}

static bool
read_file(struct cli *c, const char *path, bool must_exist,
	struct importer_text *text_r, struct err *e)
{
	struct err mine = ERR_EMPTY;
	char *data;

	*text_r = (struct importer_text){ 0 };
	if (!path)
		return true;
	if (file_read(path, FILE_BYTES_MAX, c->arena, &data, &text_r->len,
		    &mine)) {
		text_r->data = data;
		return true;
	}
	return (!must_exist && mine.code == ERR_NOT_FOUND)
		|| err_merge(e, &mine, NULL);
}

static bool
read_option(struct cli *c, const char *name, struct importer_text *text_r,
	struct err *e)
{
	return read_file(c, cli_opt(c, name), true, text_r, e);
}

static bool
need_domain(const struct importer *im, struct err *e)
{
	return *im->domain
		|| err_set(e, ERR_SYNTAX, "--domain", "required", "",
			"--domain names the domain of these accounts");
}

static bool
read_postfixadmin(struct cli *c, struct importer *im, struct err *e)
{
	const char *prefix = cli_opt(c, "prefix");
	struct db *db;
	bool is_ok;

	if (!open_database(c, &db, e))
		return false;
	is_ok = importer_postfixadmin(im, db, prefix ? prefix : "", e);
	db_close(&db);
	return is_ok;
}

static bool
read_iredmail(struct cli *c, struct importer *im, struct err *e)
{
	struct db *db;
	bool is_ok;

	if (!open_database(c, &db, e))
		return false;
	is_ok = importer_iredmail(im, db, e);
	db_close(&db);
	return is_ok;
}

static bool
read_vpopmail(struct cli *c, struct importer *im, struct err *e)
{
	struct importer_text vpasswd;
	struct db *db;
	bool is_ok;

	if (cli_opt(c, "vpasswd"))
		return need_domain(im, e)
			&& read_option(c, "vpasswd", &vpasswd, e)
			&& importer_vpasswd(im, &vpasswd, e);
	if (!open_database(c, &db, e))
		return false;
	is_ok = importer_vpopmail(im, db, e);
	db_close(&db);
	return is_ok;
}

static bool
read_files(struct cli *c, struct importer *im, struct err *e)
{
	struct importer_files f;

	if (!cli_opt(c, "mailboxes") && !cli_opt(c, "aliases")
		&& !cli_opt(c, "recipients") && !cli_opt(c, "passwd"))
		return err_set(e, ERR_SYNTAX, "--mailboxes", "required", "",
			"name at least one file: --mailboxes, --aliases, "
			"--recipients, --passwd");
	return read_option(c, "mailboxes", &f.mailboxes, e)
		&& read_option(c, "aliases", &f.aliases, e)
		&& read_option(c, "recipients", &f.recipients, e)
		&& read_option(c, "passwd", &f.passwd, e)
		&& importer_files(im, &f, e);
}

static bool
number_option(struct cli *c, const char *name, uint64_t *out, struct err *e)
{
	const char *text = cli_opt(c, name);

	return !text || cli_number(name, text, out, e);
}

static bool
read_system(struct cli *c, struct importer *im, struct err *e)
{
	static const char *const usual[] = { "/etc/passwd", "/etc/shadow",
		"/etc/aliases" };
	static const char *const option[] = { "passwd", "shadow", "aliases" };
	struct importer_system f = { 0 };
	struct importer_text *text[] = { &f.passwd, &f.shadow, &f.aliases };

	if (!need_domain(im, e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(option); i++) {
		const char *path = cli_opt(c, option[i]);

		/* A machine without mail has no /etc/aliases. */
		if (!read_file(c, path ? path : usual[i], path || i < 2,
			    text[i], e))
			return false;
	}
	return number_option(c, "uid-min", &f.uid_min, e)
		&& number_option(c, "uid-max", &f.uid_max, e)
		&& importer_system(im, &f, e);
}

/* --- what follows --- */

typedef bool read_source(struct cli *c, struct importer *im, struct err *e);

static bool
read_rows(struct cli *c, read_source *read, struct importer_spool *s,
	struct err *e)
{
	const char *domain = cli_opt(c, "domain"),
		   *scheme = cli_opt(c, "scheme");
	struct importer im = { .sink = importer_spool_row,
		.ctx = s,
		.arena = arena_new(ROW_BYTES),
		.domain = domain ? domain : "",
		.scheme = scheme ? scheme : "" };
	bool is_ok;

	if (!im.arena)
		return err_memory(e);
	is_ok = read(c, &im, e);
	arena_free(&im.arena);
	return is_ok;
}

/* The answer of waiting is thrown away: this command has its own. */
static bool
await(struct cli *c, const struct job *j, struct err *e)
{
	if (!cli_await_job(c, j->id, CLI_WAIT_S, e))
		return false;
	str_reset(&c->out);
	c->json = jsonw_over(&c->out);
	return true;
}

static bool
check(struct cli *c, uint64_t id, struct err *e)
{
	const char *mode = cli_opt(c, "mode");
	struct form_seen seen = { 0 };
	struct import_options o;
	struct job j;

	import_options_defaults(&o);
	o.passwords = PASSWORDS_NONE;
	return form_set_text(import_options_form, "mode",
		       mode ? mode : "add_or_update", &o, &seen, c->arena, e)
		&& import_check(&c->core, &c->actor, id, &o, &j, e)
		&& await(c, &j, e);
}

static bool
run(struct cli *c, uint64_t id, struct err *e)
{
	struct import_run_in in = { .is_all = cli_opt(c, "all-or-nothing") };
	struct import im;
	struct job j;

	if (!import_get(&c->core, &c->actor, id, &im, e))
		return false;
	if (im.state != IMPORT_READY || im.n.new_ + im.n.changed == 0)
		return true;
	in.expected_new = (int64_t)im.n.new_;
	in.expected_changed = (int64_t)im.n.changed;
	return import_run(&c->core, &c->actor, id, &in, &j, e)
		&& await(c, &j, e);
}

static void
write_census(struct cli *c, const struct importer_census *census)
{
	jsonw_array(&c->json, "passwords");
	for (size_t i = 0; i < census->n; i++) {
		jsonw_object(&c->json, NULL);
		jsonw_str(&c->json, "scheme", census->item[i].scheme);
		jsonw_uint(&c->json, "mailboxes", census->item[i].n);
		jsonw_bool(&c->json, "weak", census->item[i].is_weak);
		jsonw_end(&c->json);
	}
	jsonw_end(&c->json);
	jsonw_uint(&c->json, "without_password", census->without);
}

static bool
write_errors(struct cli *c, uint64_t id, struct err *e)
{
	struct import_error *x;
	size_t n;

	if (!import_errors(
		    &c->core, &c->actor, id, 0, 0, ERRORS_SHOWN, &x, &n, e))
		return false;
	jsonw_array(&c->json, "items");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(&c->json, NULL);
		jsonw_uint(&c->json, "line", x[i].line);
		jsonw_str(&c->json, "field", x[i].field);
		jsonw_str(&c->json, "value", x[i].value);
		jsonw_str(&c->json, "reason", x[i].reason);
		jsonw_str(&c->json, "text", x[i].text);
		jsonw_end(&c->json);
	}
	jsonw_end(&c->json);
	return true;
}

static bool
answer(struct cli *c, const struct importer_spool *s,
	const struct import_admins *admins, struct err *e)
{
	struct import im;

	if (!import_get(&c->core, &c->actor, s->import.id, &im, e))
		return false;
	jsonw_object(&c->json, NULL);
	jsonw_uint(&c->json, "id", im.id);
	jsonw_str(&c->json, "source", im.source);
	jsonw_str(&c->json, "state", import_state_name(im.state));
	jsonw_uint(&c->json, "rows", im.n.rows);
	jsonw_uint(&c->json, "new", im.n.new_);
	jsonw_uint(&c->json, "changed", im.n.changed);
	jsonw_uint(&c->json, "unchanged", im.n.unchanged);
	jsonw_uint(&c->json, "wrong", im.n.wrong);
	jsonw_uint(&c->json, "imported", im.n.made);
	jsonw_uint(&c->json, "failed", im.n.failed);
	jsonw_uint(&c->json, "job", im.run_job ? im.run_job : im.check_job);
	if (*im.message)
		jsonw_str(&c->json, "message", im.message);
	write_census(c, &s->census);
	import_admins_write(&c->json, admins);
	if (!write_errors(c, im.id, e))
		return false;
	jsonw_end(&c->json);
	if (im.state == IMPORT_FAILED || im.state == IMPORT_CANCELLED
		|| im.n.wrong > 0 || im.n.failed > 0)
		c->exit_code = 1;
	return true;
}

static bool
import_from(struct cli *c, read_source *read, struct err *e)
{
	const char *source = c->command->verb;
	const bool is_preview = cli_opt(c, "preview") != NULL;
	struct import_admins admins = { .arena = c->arena };
	static struct importer_spool s;
	struct import im;
	bool is_ok = importer_spool_begin(
		&s, &c->core, &c->actor, source, source, e);

	s.also = import_admins_take;
	s.also_ctx = &admins;
	is_ok = is_ok && read_rows(c, read, &s, e) && importer_spool_end(&s, e);
	importer_spool_free(&s);
	if (!is_ok) {
		struct err mine = ERR_EMPTY;

		/* What was sent of it is of no use. */
		if (s.import.id
			&& !import_discard(
				&c->core, &c->actor, s.import.id, &im, &mine))
			err_clear(&mine);
		return false;
	}
	return check(c, s.import.id, e)
		&& (is_preview || run(c, s.import.id, e))
		&& (is_preview || cli_opt(c, "no-admins")
			|| import_admins_make(c, &admins, e))
		&& answer(c, &s, &admins, e);
}

static bool
from_postfixadmin(struct cli *c, struct err *e)
{
	return import_from(c, read_postfixadmin, e);
}

static bool
from_vpopmail(struct cli *c, struct err *e)
{
	return import_from(c, read_vpopmail, e);
}

static bool
from_iredmail(struct cli *c, struct err *e)
{
	return import_from(c, read_iredmail, e);
}

static bool
from_files(struct cli *c, struct err *e)
{
	return import_from(c, read_files, e);
}

static bool
from_system(struct cli *c, struct err *e)
{
	return import_from(c, read_system, e);
}

#define ERROR_COLUMNS "line,field,value,reason,text"
/* clang-format off */
const struct cli_command cli_import_from_commands[] = {
	{ "import", "postfixadmin", NULL,
		"take over PostfixAdmin's database, passwords kept",
		postfixadmin_options, ERROR_COLUMNS, CLI_DB,
		from_postfixadmin },
	{ "import", "vpopmail", NULL,
		"take over vpopmail's database or a vpasswd file",
		vpopmail_options, ERROR_COLUMNS, CLI_DB, from_vpopmail },
	{ "import", "iredmail", NULL, "take over iRedMail's vmail database",
		iredmail_options, ERROR_COLUMNS, CLI_DB, from_iredmail },
	{ "import", "files", NULL,
		"take over files of a plain Postfix and Dovecot",
		files_options, ERROR_COLUMNS, CLI_DB, from_files },
	{ "import", "system", NULL, "take over this machine's own accounts",
		system_options, ERROR_COLUMNS, CLI_DB, from_system },
	{ 0 },
};
/* clang-format on */
