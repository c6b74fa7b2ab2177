/*
 * `postroom completion`, and what the scripts that it prints ask for. All of
 * it is read from the table of commands, so it is never behind.
 */
#include "cli/complete.h"
#include "cli/find.h"
#include "cli/table.h"

enum { NAMES_MAX = 50, WORDS_MAX = 64 };

/* Bash takes a word apart at an at sign and wants the rest of it only. */
static const char bash_script[] =
	"# bash completion for postroom\n"
	"_postroom()\n"
	"{\n"
	"\tlocal line=${COMP_LINE:0:COMP_POINT} words found cur\n"
	"\tread -ra words <<<\"$line\"\n"
	"\t[[ $line == *' ' ]] && words+=('')\n"
	"\tcur=${words[-1]}\n"
	"\tmapfile -t found < <(postroom complete \"${words[@]:1}\""
	" 2>/dev/null)\n"
	"\tCOMPREPLY=(\"${found[@]}\")\n"
	"\tif [[ $cur == *@* && $COMP_WORDBREAKS == *@* ]]; then\n"
	"\t\tCOMPREPLY=(\"${found[@]#\"${cur%@*}@\"}\")\n"
	"\tfi\n"
	"}\n"
	"complete -o default -F _postroom postroom\n";

static const char zsh_script[] =
	"#compdef postroom\n"
	"_postroom()\n"
	"{\n"
	"\tlocal -a found\n"
	"\tfound=(\"${(@f)$(postroom complete \"${(@)words[2,CURRENT]}\""
	" 2>/dev/null)}\")\n"
	"\tif [[ -n $found ]]; then\n"
	"\t\tcompadd -a found\n"
	"\telse\n"
	"\t\t_files\n"
	"\tfi\n"
	"}\n"
	"if [[ $funcstack[1] == _postroom ]]; then\n"
	"\t_postroom\n"
	"else\n"
	"\tcompdef _postroom postroom\n"
	"fi\n";

static bool
begins(const char *word, const char *with)
{
	return strncmp(word, with, strlen(with)) == 0;
}

static void
offer(const char *word, const char *typed)
{
	if (begins(word, typed))
		puts(word);
}

static void
offer_groups(const char *typed)
{
	const struct cli_command *m = NULL;
	const char *last = "";

	while ((m = cli_next_command(m)))
		if (strcmp(last, m->group) != 0) {
			offer(m->group, typed);
			last = m->group;
		}
}

static void
offer_verbs(const char *group, const char *typed)
{
	const struct cli_command *m = NULL;

	while ((m = cli_next_command(m)))
		if (m->verb && strcmp(m->group, group) == 0)
			offer(m->verb, typed);
}

static void
offer_options(const struct cli_command *m, const char *typed)
{
	static const char *const global[] = { "--json", "--jsonl", "--csv",
		"--yes", "--help" };
	const struct cli_option *o = NULL;
	char word[64];

	while ((o = cli_next_option(m, o))) {
		(void)snprintf(word, sizeof(word), "--%s", o->name);
		offer(word, typed);
	}
	for (size_t i = 0; i < ARRAY_LEN(global); i++)
		offer(global[i], typed);
}

static void
offer_domains(struct cli *c, const char *typed, struct err *e)
{
	struct domain_query q = { .list = { .limit = NAMES_MAX,
					  .q = *typed ? typed : NULL } };
	struct domain *d;
	struct list_page page;

	if (domain_list(&c->core, &c->actor, &q, &d, &page, e))
		for (size_t i = 0; i < page.n; i++)
			offer(d[i].name, typed);
}

static void
offer_mailboxes(struct cli *c, const char *typed, struct err *e)
{
	struct mailbox_query q = { .list = { .limit = NAMES_MAX,
					   .q = *typed ? typed : NULL } };
	struct mailbox *m;
	struct list_page page;

	if (mailbox_list(&c->core, &c->actor, &q, &m, &page, e))
		for (size_t i = 0; i < page.n; i++)
			offer(m[i].address, typed);
}

static void
offer_aliases(struct cli *c, const char *typed, struct err *e)
{
	struct alias_query q = { .list = { .limit = NAMES_MAX,
					 .q = *typed ? typed : NULL } };
	struct alias *al;
	struct list_page page;

	if (alias_list(&c->core, &c->actor, &q, &al, &page, e))
		for (size_t i = 0; i < page.n; i++)
			offer(al[i].address, typed);
}

static void
offer_networks(struct cli *c, const char *typed, struct err *e)
{
	struct whitelist_query q = { .list = { .limit = NAMES_MAX,
					     .q = *typed ? typed : NULL } };
	struct whitelist *w;
	struct list_page page;

	if (whitelist_list(&c->core, &c->actor, &q, &w, &page, e))
		for (size_t i = 0; i < page.n; i++)
			offer(w[i].network, typed);
}

static bool
open_quietly(struct cli *c, struct err *e)
{
	c->conf_file = conf_path(c->conf_file);
	c->actor = actor_cli("completion");
	return conf_load(&c->conf, c->conf_file, e) && cli_open(c, e);
}

/* What an argument or a value that is called so may be. */
static void
offer_names(
	struct cli *c, const char *group, const char *what, const char *typed)
{
	struct err e = ERR_EMPTY;

	if (!open_quietly(c, &e))
		return;
	if (begins(what, "DOMAIN"))
		offer_domains(c, typed, &e);
	else if (begins(what, "NETWORK"))
		offer_networks(c, typed, &e);
	else if (begins(what, "ADDRESS") && strcmp(group, "alias") == 0)
		offer_aliases(c, typed, &e);
	else if (begins(what, "ADDRESS") || begins(what, "TARGET")
		|| begins(what, "RECIPIENT"))
		offer_mailboxes(c, typed, &e);
	core_close(&c->core);
}

static void
offer_lists(const char *typed)
{
	static const char *const lists[] = { "domains", "mailboxes", "aliases",
		"whitelist" };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		offer(lists[i], typed);
}

/* The words that the help lists: `active, nologin (receives) or closed`. */
static void
offer_choices(const char *help, const char *typed)
{
	char word[32];

	while (*help) {
		size_t len =
			strspn(help, "abcdefghijklmnopqrstuvwxyz0123456789_-");

		if (len > 2 && len < sizeof(word)) {
			memcpy(word, help, len);
			word[len] = '\0';
			offer(word, typed);
		}
		help += len ? len : 1;
		if (*help == '(')
			help += strcspn(help, ")");
	}
}

static void
offer_value(struct cli *c, const struct cli_command *m,
	const struct cli_option *o, const char *typed)
{
	if (strcmp(o->value, "STATE") == 0 || strcmp(o->value, "ROLE") == 0
		|| strcmp(o->value, "MODE") == 0
		|| strcmp(o->value, "WORD") == 0)
		offer_choices(o->help, typed);
	else
		offer_names(c, m->group, o->value, typed);
}

/* The word of the usage that the n-th argument stands for. */
static const char *
argument(const struct cli_command *m, size_t n)
{
	const char *at = m->args ? m->args : "", *last = "";

	for (size_t i = 0; *at; i++) {
		last = at + (*at == '[');
		if (i == n)
			return last;
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	return m->args && strstr(m->args, "...") ? last : "";
}

static void
offer_for(struct cli *c, const struct cli_command *m, char **word, int n,
	const char *typed)
{
	const struct cli_option *o;
	size_t args = 0;

	for (int i = m->verb ? 2 : 1; i < n; i++) {
		if (word[i][0] != '-') {
			args++;
			continue;
		}
		o = cli_find_option(m, word[i] + strspn(word[i], "-"),
			strlen(word[i]) - strspn(word[i], "-"));
		if (!o || o->kind == CLI_FLAG)
			continue;
		if (i == n - 1) {
			offer_value(c, m, o, typed);
			return;
		}
		i++;
	}
	if (*typed == '-')
		offer_options(m, typed);
	else if (begins(argument(m, args), "LIST"))
		offer_lists(typed);
	else
		offer_names(c, m->group, argument(m, args), typed);
}

void
cli_complete(struct cli *c, int argc, char **argv)
{
	char *word[WORDS_MAX];
	const struct cli_command *m;
	const char *typed = argc > 2 ? argv[argc - 1] : "";
	int n = 0;

	for (int i = 2; i < argc - 1 && n < WORDS_MAX; i++) {
		if (strcmp(argv[i], "-c") == 0 && i + 2 < argc) {
			c->conf_file = argv[++i];
			continue;
		}
		word[n++] = argv[i];
	}
	m = n > 0 ? cli_find_command(word[0], n > 1 ? word[1] : NULL) : NULL;
	if (m)
		offer_for(c, m, word, n, typed);
	else if (n == 0)
		offer_groups(typed);
	else if (n == 1)
		offer_verbs(word[0], typed);
}

/* A line a command, tabs between: group, verb, arguments, options. */
static void
print_table(void)
{
	const struct cli_command *m = NULL;
	const struct cli_option *o;

	while ((m = cli_next_command(m))) {
		printf("%s\t%s\t%s\t", m->group, m->verb ? m->verb : "",
			m->args ? m->args : "");
		o = NULL;
		while ((o = cli_next_option(m, o)))
			printf("--%s ", o->name);
		puts("");
	}
}

/* Text in roff: hyphens that are meant, and no line that is a request. */
static void
put_roff(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++)
		if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '\\')
			fputs("\\e", stdout);
		else
			putchar(*text);
}

static void
print_roff_option(const struct cli_option *o)
{
	fputs(".TP\n.B \\-\\-", stdout);
	put_roff(o->name);
	if (o->value) {
		fputs(" \\fI", stdout);
		put_roff(o->value);
		fputs("\\fR", stdout);
	}
	putchar('\n');
	put_roff(o->help);
	putchar('\n');
}

/* The reference part of the manual page. */
static void
print_roff(void)
{
	const struct cli_command *m = NULL;
	const struct cli_option *o;

	while ((m = cli_next_command(m))) {
		fputs(".SS ", stdout);
		put_roff(m->group);
		printf("%s%s", m->verb ? " " : "", m->verb ? m->verb : "");
		printf("%s%s\n", m->args ? " " : "", m->args ? m->args : "");
		put_roff(m->help);
		putchar('\n');
		o = NULL;
		while ((o = cli_next_option(m, o)))
			print_roff_option(o);
	}
}

static bool
completion(struct cli *c, struct err *e)
{
	if (strcmp(c->arg[0], "bash") == 0)
		fputs(bash_script, stdout);
	else if (strcmp(c->arg[0], "zsh") == 0)
		fputs(zsh_script, stdout);
	else if (strcmp(c->arg[0], "table") == 0)
		print_table();
	else if (strcmp(c->arg[0], "roff") == 0)
		print_roff();
	else
		return err_set(e, ERR_SYNTAX, "argument", "not_a_choice",
			c->arg[0], "bash or zsh");
	return true;
}

/* clang-format off */
const struct cli_command cli_complete_commands[] = {
	{ "completion", NULL, "SHELL",
		"the completion of bash or zsh, to be read by it",
		NULL, NULL, CLI_NOTHING, completion },
	{ 0 },
};
/* clang-format on */
