/*
 * Arguments of the `postroom` command: which command is meant, what it was
 * given, and help made from the same tables.
 */
#include "cli/table.h"

#include "base/addr.h"

static const char usage_head[] =
	"Usage: postroom [-c FILE] [--json|--jsonl|--csv] COMMAND "
	"[ARGUMENT...]\n"
	"\n"
	"Manages domains, mailboxes, aliases and the relay whitelist.\n"
	"`postroom COMMAND --help` tells more about one of these:\n"
	"\n";

static const char usage_tail[] =
	"\n"
	"  -c FILE    configuration (default $POSTROOM_CONF, then\n"
	"             /etc/postroom/postroom.conf)\n"
	"  --json     answer in JSON, errors too; --jsonl: a line each item\n"
	"  --csv      a list as CSV\n"
	"  --yes      do not ask before what cannot be undone\n"
	"  --help, --version\n";

static const char *
folded(struct cli *c, const char *text, struct err *e)
{
	size_t size = strlen(text) + 1;
	char *out = arena_alloc(c->arena, size);

	if (out == NULL) {
		(void)err_memory(e);
		return NULL;
	}
	if (addr_fold(text, out, size))
		return out;
	(void)err_set(e, ERR_SYNTAX, "argument", "bad_utf8", text,
		"an argument is not UTF-8");
	return NULL;
}

static bool
unknown_option(const struct cli *c, const char *text, struct err *e)
{
	const char *near = cli_near_option(c->command, text);

	return err_set(e, ERR_SYNTAX, text, "unknown_option", text,
		"there is no option --%s here%s%s%s", text,
		near ? "; did you mean --" : "", near ? near : "",
		near ? "?" : "");
}

static bool
take_option(struct cli *c, const char *text, int argc, char **argv, int *at,
	struct err *e)
{
	size_t len = strcspn(text, "=");
	const struct cli_option *o = cli_find_option(c->command, text, len);
	/* The text as it was typed: folding keeps an equals sign's order. */
	const char *value = NULL;

	if (o == NULL)
		return unknown_option(c, text, e);
	if (c->n_options == CLI_OPTIONS)
		return err_set(e, ERR_SYNTAX, text, "too_many_items", text,
			"too many options");
	if (text[len] == '=')
		value = text + len + 1;
	else if (o->kind != CLI_FLAG && *at + 1 < argc)
		value = argv[++*at];
	if (o->kind != CLI_FLAG && value == NULL)
		return err_set(e, ERR_SYNTAX, o->name, "required", o->name,
			"--%s needs a value", o->name);
	if (o->kind == CLI_FLAG && value != NULL)
		return err_set(e, ERR_SYNTAX, o->name, "wrong_type", o->name,
			"--%s takes no value", o->name);
	if (o->kind == CLI_WORD)
		value = folded(c, value, e);
	c->option[c->n_options].option = o;
	c->option[c->n_options++].value = value ? value : "";
	return !err_is_set(e);
}

static bool
take_argument(struct cli *c, const char *text, struct err *e)
{
	if (c->n_args == CLI_ARGS)
		return err_set(e, ERR_SYNTAX, "argument", "too_many_items",
			text, "too many arguments");
	c->arg[c->n_args++] = text;
	return true;
}

/* Words of the usage that are not optional, and whether more may follow. */
static bool
check_count(const struct cli *c, struct err *e)
{
	const char *at = c->command->args ? c->command->args : "";
	size_t least = 0, most = 0;
	bool is_open = strstr(at, "...") != NULL;

	while (*at != '\0') {
		least += *at != '[';
		most++;
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	if (c->n_args < least)
		return err_set(e, ERR_SYNTAX, "argument", "required", "",
			"it needs: %s", c->command->args);
	if (c->n_args > most && !is_open)
		return err_set(e, ERR_SYNTAX, "argument", "too_many_items",
			c->arg[most], "\"%s\" is one argument too many",
			c->arg[most]);
	return true;
}

static bool
take_global(struct cli *c, const char *text, int argc, char **argv, int *at,
	bool *is_taken_r, struct err *e)
{
	*is_taken_r = true;
	if (strcmp(text, "--json") == 0 || strcmp(text, "--jsonl") == 0) {
		c->is_json = true;
		c->is_lines = strcmp(text, "--jsonl") == 0;
	} else if (strcmp(text, "--csv") == 0) {
		c->is_csv = true;
	} else if (strcmp(text, "--yes") == 0) {
		c->is_sure = true;
	} else if (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0) {
		c->is_help = true;
	} else if (strcmp(text, "-c") == 0) {
		if (*at + 1 >= argc)
			return err_set(e, ERR_SYNTAX, "-c", "required", "",
				"-c needs a file");
		c->conf_file = argv[++*at];
	} else {
		*is_taken_r = false;
	}
	return true;
}

static bool
unknown_command(const char *group, const char *verb, struct err *e)
{
	const char *near = cli_is_group(group) ? group : cli_near_group(group);
	const char *other = near && verb ? cli_near_verb(near, verb) : NULL;

	/* Right as it is, or without a verb of its own. */
	if (near && verb && !other && cli_find_command(near, verb))
		other = verb;
	if (near == group && !other)
		return err_set(e, ERR_SYNTAX, "command", "unknown_command",
			group,
			"%s needs one of its commands: postroom %s "
			"--help lists them",
			group, group);
	return err_set(e, ERR_SYNTAX, "command", "unknown_command", group,
		"there is no command %s%s%s%s%s%s%s%s", group, verb ? " " : "",
		verb ? verb : "", near ? "; did you mean " : "",
		near ? near : "", other ? " " : "", other ? other : "",
		near ? "?" : "");
}

/* The command is its first word, or its first two. */
static bool
find_words(struct cli *c, struct err *e)
{
	const char *verb = c->n_args > 1 ? c->arg[1] : NULL;
	size_t used;

	if (c->n_args == 0)
		return true;
	c->command = cli_find_command(c->arg[0], verb);
	if (c->command == NULL)
		return c->is_help && c->n_args == 1 && cli_is_group(c->arg[0])
			? true
			: unknown_command(c->arg[0], verb, e);
	used = c->command->verb == NULL ? 1 : 2;
	c->n_args -= used;
	for (size_t i = 0; i < c->n_args; i++)
		c->arg[i] = c->arg[i + used];
	return true;
}

/* First round: words only, to know the command, and so its options. */
static bool
scan_words(struct cli *c, int argc, char **argv, struct err *e)
{
	for (int i = 1; i < argc && c->n_args < 2; i++) {
		const char *text = folded(c, argv[i], e);

		if (text == NULL)
			return false;
		if (strcmp(text, "-c") == 0)
			i++;
		else if (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0)
			c->is_help = true;
		else if (text[0] != '-' && !take_argument(c, text, e))
			return false;
	}
	return find_words(c, e);
}

bool
cli_parse(struct cli *c, int argc, char **argv, struct err *e)
{
	bool is_taken, has_ended = false;
	size_t words;

	if (!scan_words(c, argc, argv, e))
		return false;
	words = c->command == NULL ? 0 : c->command->verb == NULL ? 1 : 2;
	c->n_args = 0;
	for (int i = 1; i < argc; i++) {
		const char *text = folded(c, argv[i], e);

		if (text == NULL)
			return false;
		if (has_ended || text[0] != '-' || text[1] == '\0') {
			if (words > 0)
				words--;
			else if (!take_argument(c, text, e))
				return false;
			continue;
		}
		if (strcmp(text, "--") == 0) {
			has_ended = true;
			continue;
		}
		if (!take_global(c, text, argc, argv, &i, &is_taken, e))
			return false;
		if (is_taken)
			continue;
		text = strchr(argv[i], '=') ? argv[i] : text;
		if (!take_option(
			    c, text + strspn(text, "-"), argc, argv, &i, e))
			return false;
	}
	return c->command == NULL || c->is_help || check_count(c, e);
}

const char *
cli_opt(const struct cli *c, const char *name)
{
	for (size_t i = c->n_options; i-- > 0;)
		if (strcmp(c->option[i].option->name, name) == 0)
			return c->option[i].value;
	return NULL;
}

const char *
cli_opts(const struct cli *c, const char *name)
{
	const char *all = NULL;

	for (size_t i = 0; i < c->n_options; i++)
		if (strcmp(c->option[i].option->name, name) == 0)
			all = all ? arena_printf(c->arena, "%s,%s", all,
				      c->option[i].value)
				  : c->option[i].value;
	return all;
}

static void
help_line(const struct cli_command *m)
{
	char words[128];

	(void)snprintf(words, sizeof(words), "%s%s%s%s%s", m->group,
		m->verb ? " " : "", m->verb ? m->verb : "", m->args ? " " : "",
		m->args ? m->args : "");
	printf("  %-38s %s\n", words, m->help);
}

static void
help_option(const struct cli_option *o)
{
	char words[64];

	(void)snprintf(words, sizeof(words), "--%s%s%s", o->name,
		o->value ? " " : "", o->value ? o->value : "");
	printf("  %-30s %s\n", words, o->help);
}

static void
help_command(const struct cli_command *m)
{
	const struct cli_option *o = NULL;

	printf("Usage: postroom %s%s%s%s%s%s\n\n%s.\n", m->group,
		m->verb ? " " : "", m->verb ? m->verb : "", m->args ? " " : "",
		m->args ? m->args : "",
		m->options || m->needs == CLI_WRITE ? " [OPTION...]" : "",
		m->help);
	if (m->options || m->needs == CLI_WRITE)
		puts("");
	while ((o = cli_next_option(m, o)))
		help_option(o);
}

void
cli_help(const struct cli *c, const char *group)
{
	const struct cli_command *m = NULL;

	if (c->command != NULL) {
		help_command(c->command);
		return;
	}
	fputs(usage_head, stdout);
	while ((m = cli_next_command(m)))
		if (group == NULL || strcmp(m->group, group) == 0)
			help_line(m);
	fputs(usage_tail, stdout);
}
