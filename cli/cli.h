/*
 * The frame of the `postroom` command: its table of commands, the arguments
 * of one call, and the answer.
 *
 * A command reads its arguments, calls core, and writes its answer as JSON
 * into c->json. With --json that is what the operator sees; else cli_print
 * shows the same answer as text: an object as `key: value` lines, its
 * `items` as a table. So both faces tell the same.
 *
 * Every command that changes domains, mailboxes, aliases or the whitelist takes
 * --dry-run.
 *
 * What always holds: words, numbers and addresses typed in full-width letters
 * are folded before a command sees them; free text stays as it was typed; an
 * option that the command does not list is an error (exit code 2); a password
 * is never an argument.
 */
#ifndef POSTROOM_CLI_CLI_H
#define POSTROOM_CLI_CLI_H

#include "base/arena.h"
#include "base/base.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/form.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "core/core.h"
#include "core/list.h"

enum { CLI_ARGS = 1024, CLI_OPTIONS = 32, CLI_COLUMNS = 10 };

enum cli_kind {
	CLI_FLAG, /* no value */
	CLI_WORD, /* folded */
	CLI_TEXT, /* kept as it is */
	CLI_SIZE, /* 512M, 2G, none: becomes bytes */
	CLI_TIME, /* RFC 3339, +30d, never: becomes RFC 3339 or null */
};

struct cli_option {
	const char *name; /* without its hyphens; NULL ends the table */
	enum cli_kind kind;
	const char *value; /* what the help calls the value */
	const char *help;
	const char *field; /* the form's key that cli_form sets, or NULL */
};

enum cli_needs {
	CLI_NOTHING, /* not even a configuration */
	CLI_CONF,    /* the configuration only; it may call cli_open */
	CLI_DB,      /* core too, over a connection */
	CLI_WRITE /* that, and it writes through core alone: takes --dry-run */
};

struct cli;

struct cli_command {
	const char *group; /* NULL ends the table */
	const char *verb;  /* NULL: the group is the whole command */
	const char *args;  /* "ADDRESS [TARGET...]"; NULL: none */
	const char *help;  /* one line */
	const struct cli_option *options;
	const char *columns; /* of the table, in order; NULL: lines */
	enum cli_needs needs;
	bool (*run)(struct cli *c, struct err *e);
};

struct cli {
	const struct cli_command *command;
	const char *conf_file;
	struct conf conf;
	struct arena *arena;
	struct core core; /* open for CLI_DB, or after cli_open */
	bool is_open;
	const char *columns; /* of this answer's table; NULL: the command's */
	struct actor actor;
	bool is_json;
	bool is_lines; /* each item of a list as a line of JSON */
	bool is_csv;
	bool is_sure; /* --yes */
	bool is_help;
	const char *arg[CLI_ARGS];
	size_t n_args;
	struct {
		const struct cli_option *option;
		const char *value;
	} option[CLI_OPTIONS];
	size_t n_options;
	struct str out;
	struct jsonw json; /* the answer; empty is fine */
	bool is_text;      /* `out` is text, to be printed as it is */
	int exit_code;     /* of a command that has not failed */
};

/* Tables of the groups, each in a file of its own. */
extern const struct cli_command cli_admin_commands[];
extern const struct cli_command cli_alias_commands[];
extern const struct cli_command cli_backup_commands[];
extern const struct cli_command cli_bulk_commands[];
extern const struct cli_command cli_complete_commands[];
extern const struct cli_command cli_doctor_commands[];
extern const struct cli_command cli_document_commands[];
extern const struct cli_command cli_domain_commands[];
extern const struct cli_command cli_export_commands[];
extern const struct cli_command cli_import_commands[];
extern const struct cli_command cli_import_from_commands[];
extern const struct cli_command cli_job_commands[];
extern const struct cli_command cli_mailbox_commands[];
extern const struct cli_command cli_migrate_commands[];
extern const struct cli_command cli_node_commands[];
extern const struct cli_command cli_explain_commands[];
extern const struct cli_command cli_publish_commands[];
extern const struct cli_command cli_queue_commands[];
extern const struct cli_command cli_revision_commands[];
extern const struct cli_command cli_seal_commands[];
extern const struct cli_command cli_token_commands[];
extern const struct cli_command cli_whitelist_commands[];

/*
 * Finds the command and sorts its arguments. False with ERR_SYNTAX on what no
 * command takes; c->command is NULL when only help was asked for.
 */
bool cli_parse(struct cli *c, int argc, char **argv, struct err *e) MUST_USE;

/* The command, only tried: its answer gives way to what it would change, and
 * the map lines that would go and come. */
bool cli_dry_run(struct cli *c, struct err *e) MUST_USE;

/* `publish --diff [FROM TO] [--domain D]`. */
bool cli_diff(struct cli *c, struct err *e) MUST_USE;

/* Connect core, when it is not. */
bool cli_open(struct cli *c, struct err *e) MUST_USE;

/* All values of an option that may be given often, a comma between them; NULL
 * when it was not given or memory is full. */
const char *cli_opts(const struct cli *c, const char *name);

/* The value of an option that was given ("" for a flag), else NULL. */
const char *cli_opt(const struct cli *c, const char *name);

/*
 * Fill a form from the options that name a field of it, and look at what is
 * required when `is_whole`.
 */
bool cli_form(struct cli *c, const struct field *table, void *out,
	struct form_seen *seen, bool is_whole, struct err *e) MUST_USE;

/* 512M, 2G, none, default (null): the form's text for it. */
bool cli_size(const char *in, char *out, size_t cap, struct err *e) MUST_USE;

/* A time, +30d (s, m, h, d, w), never (null): the form's text for it. */
bool cli_time(const char *in, int64_t now_us, char *out, size_t cap,
	struct err *e) MUST_USE;

/*
 * One line of standard input that nobody may see: a terminal asks for it by
 * `what` and does not show what is typed. ERR_INVALID, field `password`,
 * `required` or `too_long` (with its NUL it has at most size - 1 bytes).
 */
bool cli_read_secret(
	const char *what, char *out, size_t size, struct err *e) MUST_USE;

/*
 * Ask on the terminal whether to go on, unless --yes was given. ERR_INVALID
 * `not_confirmed` when the answer is no, or nobody is there to ask; then
 * `or_say` tells what would do.
 */
bool cli_ask(struct cli *c, const char *what, const char *or_say,
	struct err *e) MUST_USE;

/* A whole number with a name for the error. */
bool cli_number(const char *name, const char *in, uint64_t *value_r,
	struct err *e) MUST_USE;

/* Options of every list, for its table; and what they ask for. */
#define CLI_LIST_OPTIONS                                                       \
	{ "search", CLI_TEXT, "TEXT", "what to look for", NULL },              \
		{ "sort", CLI_WORD, "KEY", "sort key, with - before it down",  \
			NULL },                                                \
		{ "limit", CLI_WORD, "N", "rows, 1 to 200 (50)", NULL },       \
		{ "after", CLI_WORD, "CURSOR", "the page behind it", NULL },   \
		{ "before", CLI_WORD, "CURSOR", "the page before it", NULL },  \
		{ "all", CLI_FLAG, NULL, "every row", NULL },                  \
	{                                                                      \
		"count", CLI_FLAG, NULL, "count all that match", NULL          \
	}

/*
 * Write a list into c->json: `page` reads one page by its query and writes
 * its items. With --all it is called until there is no next page; memory of a
 * page lasts until the next one.
 */
typedef bool cli_page(
	struct cli *c, void *query, struct list_page *page_r, struct err *e);
bool cli_list(struct cli *c, cli_page *page, void *query,
	struct list_query *list, struct err *e) MUST_USE;

/* Help for everything, for one group, or for one command. */
void cli_help(const struct cli *c, const char *group);

/* Print the answer in the way that was asked for. */
bool cli_print(struct cli *c, struct err *e) MUST_USE;

/* Print what is at fault on stderr. */
void cli_print_error(const struct cli *c, const struct err *e);

#endif
