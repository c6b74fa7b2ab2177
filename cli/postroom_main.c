/*
 * postroom: main file. Reads the call, opens what the command needs, runs it,
 * prints its answer.
 */
#include <errno.h>
#include <locale.h>
#include <pwd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/token.h"
#include "cli/complete.h"
#include "cli/export.h"
#include "cli/table.h"

#define ARENA_BYTES (1U << 30)

/*
 * The operator: who signed in to the operating system, also behind sudo. Only
 * names that the system knows count.
 */
static const char *
operator_name(void)
{
	const char *sudo = geteuid() == 0 ? getenv("SUDO_USER") : NULL;
	const struct passwd *pw = sudo ? getpwnam(sudo) : NULL;

	if (pw == NULL)
		pw = getpwuid(getuid());
	return pw ? pw->pw_name : "unknown";
}

static bool
act(struct cli *c, struct err *e)
{
	if (cli_opt(c, "dry-run"))
		return cli_dry_run(c, e);
	return c->is_csv ? cli_export_list(c, e) : c->command->run(c, e);
}

static bool
confirmed(struct cli *c, struct err *e)
{
	const char *question = cli_question(c->command);

	return !question || cli_opt(c, "dry-run")
		|| cli_ask(c, question, "say --yes", e);
}

static bool
run(struct cli *c, struct err *e)
{
	bool is_ok;
	char *name;

	if (c->command->needs == CLI_NOTHING)
		return c->command->run(c, e);
	c->conf_file = conf_path(c->conf_file);
	if (!conf_load(&c->conf, c->conf_file, e))
		return false;
	name = arena_strdup(c->arena, operator_name());
	if (name == NULL)
		return err_memory(e);
	c->actor = actor_cli(name);
	if (c->command->needs != CLI_CONF && !cli_open(c, e))
		return false;
	is_ok = confirmed(c, e) && act(c, e) && cli_print(c, e);
	if (c->is_open)
		core_close(&c->core);
	return is_ok;
}

static bool
is_version(int argc, char **argv)
{
	return argc == 2 && strcmp(argv[1], "--version") == 0;
}

int
main(int argc, char **argv)
{
	static struct cli c;
	struct err e = ERR_EMPTY;
	int code;

	log_init("postroom", LOG_LEVEL_WARN);
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	if (is_version(argc, argv))
		return puts("postroom " POSTROOM_VERSION) < 0;
	if (!token_start())
		fatal("libsodium does not start");
	c.arena = arena_new(ARENA_BYTES);
	if (c.arena == NULL)
		fatal("no memory");
	c.out = str_in(c.arena, ARENA_BYTES / 4);
	c.json = jsonw_over(&c.out);
	if (argc > 1 && strcmp(argv[1], "complete") == 0) {
		cli_complete(&c, argc, argv);
	} else if (!cli_parse(&c, argc, argv, &e)) {
		cli_print_error(&c, &e);
	} else if (c.is_help || c.command == NULL) {
		cli_help(&c, argc > 1 && argv[1][0] != '-' ? argv[1] : NULL);
		c.exit_code = c.is_help ? 0 : 2;
	} else if (!run(&c, &e)) {
		cli_print_error(&c, &e);
	}
	code = err_is_set(&e) ? err_exit_code(e.code) : c.exit_code;
	arena_free(&c.arena);
	return code;
}
