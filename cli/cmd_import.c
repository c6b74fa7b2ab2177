/*
 * `postroom import`: a CSV file, checked whole by postroom-jobd, shown, and
 * imported by it; and what is left to fetch of it.
 */
#include "cli/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/import.h"

enum { ERRORS_SHOWN = 100, LIST_SHOWN = 50 };

static const struct cli_option import_options[] = {
	{ "of", CLI_WORD, "NOUN",
		"mailbox (default), alias, domain or whitelist", NULL },
	{ "preview", CLI_FLAG, NULL, "check it, import nothing", NULL },
	{ "mode", CLI_WORD, "MODE", "add (default), add_or_update or update",
		"mode" },
	{ "all-or-nothing", CLI_FLAG, NULL,
		"in one transaction, only when no row is wrong", NULL },
	{ "columns", CLI_TEXT, "NAME,...",
		"what the columns are, in place of the headings; empty: not "
		"used",
		"columns" },
	{ "no-header", CLI_FLAG, NULL, "the first line is a row", NULL },
	{ "encoding", CLI_WORD, "WORD", "utf-8 or shift_jis (found)",
		"encoding" },
	{ "separator", CLI_WORD, "WORD", "comma, semicolon or tab (found)",
		"separator" },
	{ "passwords", CLI_WORD, "WORD",
		"generate (default) or none, for new mailboxes without one",
		"passwords" },
	{ "disable-missing", CLI_FLAG, NULL,
		"close mailboxes of the file's domains that it does not name",
		NULL },
	{ "passwords-to", CLI_TEXT, "FILE",
		"the passwords that were made, into a file of mode 0600",
		NULL },
	{ "failed-to", CLI_TEXT, "FILE",
		"the rows that were not imported, into a file of mode 0600",
		NULL },
	{ 0 },
};

static bool
file_error(const char *path, struct err *e)
{
	return err_set(e, ERR_INVALID, "argument", "file", path, "%s: %s", path,
		strerror(errno));
}

/* A new arena for what would pile up, in place of the command's. */
static struct arena *
own_arena(struct cli *c, struct err *e)
{
	struct arena *was = c->core.arena, *own = arena_new(16U << 20);

	if (!own) {
		(void)err_memory(e);
		return NULL;
	}
	c->core.arena = own;
	return was;
}

static bool
send_pieces(struct cli *c, int fd, uint64_t id, const char *path, struct err *e)
{
	static char piece[IMPORT_PIECE_MAX];
	struct arena *was = own_arena(c, e);
	struct import im;
	bool ok = was != NULL;
	size_t len = 1;

	for (uint64_t seq = 0; ok && len > 0; seq++) {
		for (len = 0; len < sizeof(piece);) {
			ssize_t n = read(fd, piece + len, sizeof(piece) - len);

			if (n < 0)
				ok = file_error(path, e);
			if (n <= 0)
				break;
			len += (size_t)n;
		}
		if (!ok || (len == 0 && seq > 0))
			break;
		arena_reset(c->core.arena);
		ok = import_piece(
			&c->core, &c->actor, id, seq, piece, len, &im, e);
	}
	explicit_bzero(piece, sizeof(piece));
	if (was) {
		arena_free(&c->core.arena);
		c->core.arena = was;
	}
	return ok;
}

static bool
upload(struct cli *c, const char *path, struct import *im, struct err *e)
{
	const bool is_stdin = strcmp(path, "-") == 0;
	struct import_in in = { 0 };
	struct form_seen seen = { 0 };
	const char *noun = cli_opt(c, "of"), *name = strrchr(path, '/');
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return file_error(path, e);
	ok = form_set_text(import_create_form, "noun", noun ? noun : "mailbox",
		     &in, &seen, c->core.arena, e)
		&& form_set_text(import_create_form, "file_name",
			is_stdin       ? "(standard input)"
				: name ? name + 1
				       : path,
			&in, &seen, c->core.arena, e)
		&& import_create(&c->core, &c->actor, &in, im, e)
		&& send_pieces(c, fd, im->id, path, e);
	if (!is_stdin)
		close(fd);
	return ok;
}

/* The answer of a command before this one's is thrown away. */
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
		jsonw_uint(&c->json, "column", x[i].col);
		jsonw_str(&c->json, "field", x[i].field);
		jsonw_str(&c->json, "value", x[i].value);
		jsonw_str(&c->json, "reason", x[i].reason);
		jsonw_str(&c->json, "text", x[i].text);
		jsonw_str(&c->json, "fix", import_fix(x[i].reason));
		jsonw_end(&c->json);
	}
	jsonw_end(&c->json);
	return true;
}

static bool
answer(struct cli *c, uint64_t id, struct err *e)
{
	struct import im;

	if (!import_get(&c->core, &c->actor, id, &im, e))
		return false;
	jsonw_object(&c->json, NULL);
	jsonw_uint(&c->json, "id", im.id);
	jsonw_str(&c->json, "state", import_state_name(im.state));
	jsonw_str(&c->json, "file_name", im.file_name);
	jsonw_uint(&c->json, "rows", im.n.rows);
	jsonw_uint(&c->json, "new", im.n.new_);
	jsonw_uint(&c->json, "changed", im.n.changed);
	jsonw_uint(&c->json, "unchanged", im.n.unchanged);
	jsonw_uint(&c->json, "missing", im.n.missing);
	jsonw_uint(&c->json, "wrong", im.n.wrong);
	jsonw_uint(&c->json, "imported", im.n.made);
	jsonw_uint(&c->json, "failed", im.n.failed);
	jsonw_uint(&c->json, "passwords_made", im.n.passwords);
	jsonw_uint(&c->json, "job", im.run_job ? im.run_job : im.check_job);
	jsonw_raw(&c->json, "not_used", im.notices);
	if (*im.message)
		jsonw_str(&c->json, "message", im.message);
	if (!write_errors(c, id, e))
		return false;
	jsonw_end(&c->json);
	if (im.state == IMPORT_FAILED || im.state == IMPORT_CANCELLED
		|| im.n.wrong > 0 || im.n.failed > 0)
		c->exit_code = 1;
	return true;
}

/* `next` gives texts until it gives NULL; nothing is written when the file is
 * there already. */
typedef bool next_text(struct cli *c, uint64_t id, uint64_t seq,
	const char **text_r, struct err *e);

static bool
next_password(struct cli *c, uint64_t id, uint64_t seq, const char **text_r,
	struct err *e)
{
	(void)seq;
	return import_take_passwords(&c->core, &c->actor, id, text_r, e);
}

static bool
next_failed(struct cli *c, uint64_t id, uint64_t seq, const char **text_r,
	struct err *e)
{
	return import_failed_rows(&c->core, &c->actor, id, seq, text_r, e);
}

static bool
pour(struct cli *c, uint64_t id, next_text *next, FILE *out, struct err *e)
{
	struct arena *was = own_arena(c, e);
	const char *text = "";
	bool ok = was != NULL;

	for (uint64_t seq = 0; ok && text; seq++) {
		arena_reset(c->core.arena);
		ok = next(c, id, seq, &text, e);
		if (ok && text && fputs(text, out) < 0)
			ok = file_error("the output", e);
	}
	if (was) {
		arena_free(&c->core.arena);
		c->core.arena = was;
	}
	return ok;
}

static bool
pour_into(struct cli *c, uint64_t id, next_text *next, const char *path,
	struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	bool ok;

	if (!out) {
		(void)file_error(path, e);
		if (fd >= 0)
			close(fd);
		return false;
	}
	ok = pour(c, id, next, out, e);
	if (fclose(out) != 0 && ok)
		ok = file_error(path, e);
	return ok;
}

/* Before a job made them: the file must be new, for passwords are told once. */
static bool
check_free(const char *path, struct err *e)
{
	struct stat st;

	if (!path || lstat(path, &st) != 0)
		return true;
	errno = EEXIST;
	return file_error(path, e);
}

static bool
fetch(struct cli *c, uint64_t id, struct err *e)
{
	const char *passwords = cli_opt(c, "passwords-to");
	const char *failed = cli_opt(c, "failed-to");

	return (!passwords || cli_opt(c, "preview")
		       || pour_into(c, id, next_password, passwords, e))
		&& (!failed || pour_into(c, id, next_failed, failed, e));
}

static bool
run_it(struct cli *c, uint64_t id, struct err *e)
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
	in.expected_missing = (int64_t)im.n.missing;
	if (im.n.missing > 0
		&& !cli_ask(c,
			arena_printf(c->arena,
				"%llu mailboxes that the file does not name "
				"will be closed.",
				(unsigned long long)im.n.missing),
			"say --yes", e))
		return false;
	return import_run(&c->core, &c->actor, id, &in, &j, e)
		&& await(c, &j, e);
}

static bool
import_file(struct cli *c, struct err *e)
{
	struct import_options o;
	struct form_seen seen = { 0 };
	struct import im;
	struct job j;

	import_options_defaults(&o);
	if (!cli_form(c, import_options_form, &o, &seen, true, e)
		|| !check_free(cli_opt(c, "passwords-to"), e)
		|| !check_free(cli_opt(c, "failed-to"), e))
		return false;
	o.has_header = !cli_opt(c, "no-header");
	o.disable_missing = cli_opt(c, "disable-missing") != NULL;
	return upload(c, c->arg[0], &im, e)
		&& import_check(&c->core, &c->actor, im.id, &o, &j, e)
		&& await(c, &j, e)
		&& (cli_opt(c, "preview") || run_it(c, im.id, e))
		&& fetch(c, im.id, e) && answer(c, im.id, e);
}

static bool
list(struct cli *c, struct err *e)
{
	struct import *items;
	size_t n;

	if (!import_list(&c->core, &c->actor, 0, LIST_SHOWN, &items, &n, e))
		return false;
	jsonw_object(&c->json, NULL);
	jsonw_array(&c->json, "items");
	for (size_t i = 0; i < n; i++) {
		const struct import *im = &items[i];

		jsonw_object(&c->json, NULL);
		jsonw_uint(&c->json, "id", im->id);
		jsonw_str(&c->json, "state", import_state_name(im->state));
		jsonw_str(&c->json, "file_name", im->file_name);
		jsonw_uint(&c->json, "rows", im->n.rows);
		jsonw_uint(&c->json, "imported", im->n.made);
		jsonw_uint(&c->json, "wrong", im->n.wrong + im->n.failed);
		jsonw_time(&c->json, "created_at", im->created_us);
		jsonw_end(&c->json);
	}
	jsonw_end(&c->json);
	jsonw_end(&c->json);
	return true;
}

static bool
show(struct cli *c, struct err *e)
{
	uint64_t id;

	if (!cli_number("ID", c->arg[0], &id, e) || !answer(c, id, e))
		return false;
	c->exit_code = 0;
	return true;
}

/* As they are in the file, onto standard output. */
static bool
passwords(struct cli *c, struct err *e)
{
	uint64_t id;

	return cli_number("ID", c->arg[0], &id, e)
		&& pour(c, id, next_password, stdout, e);
}

static bool
failed(struct cli *c, struct err *e)
{
	uint64_t id;

	return cli_number("ID", c->arg[0], &id, e)
		&& pour(c, id, next_failed, stdout, e);
}

static bool
discard(struct cli *c, struct err *e)
{
	struct import im;
	uint64_t id;

	if (!cli_number("ID", c->arg[0], &id, e)
		|| !import_discard(&c->core, &c->actor, id, &im, e))
		return false;
	import_write_json(&c->json, NULL, &im);
	return true;
}

#define ERROR_COLUMNS "line,column,field,value,reason,text,fix"
/* clang-format off */
const struct cli_command cli_import_commands[] = {
	{ "import", "list", NULL, "list imports, newest first", NULL,
		"id,state,file_name,rows,imported,wrong,created_at",
		CLI_DB, list },
	{ "import", "show", "ID", "show an import and its errors", NULL,
		ERROR_COLUMNS, CLI_DB, show },
	{ "import", "passwords", "ID",
		"take the passwords that were made: they are told once",
		NULL, NULL, CLI_DB, passwords },
	{ "import", "failed", "ID", "the rows that were not imported, as CSV",
		NULL, NULL, CLI_DB, failed },
	{ "import", "discard", "ID",
		"forget the file and what is left to fetch", NULL, NULL,
		CLI_DB, discard },
	/* The last: its argument may be anything else. */
	{ "import", NULL, "FILE",
		"check a CSV file (- for standard input) and import it",
		import_options, ERROR_COLUMNS, CLI_DB, import_file },
	{ 0 },
};
/* clang-format on */
