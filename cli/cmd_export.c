/*
 * `postroom export`: lists as CSV.
 */
#include "cli/export.h"
#include "cli/find.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/export.h"

static const struct cli_option export_options[] = {
	{ "domain", CLI_WORD, "DOMAIN", "only of this domain", NULL },
	{ "state", CLI_WORD, "STATE", "only these; deleted ones too", NULL },
	{ "search", CLI_TEXT, "TEXT", "what to look for", NULL },
	{ "target", CLI_WORD, "ADDRESS", "aliases that name it", NULL },
	{ "sort", CLI_WORD, "KEY", "sort key, with - before it down", NULL },
	{ "encoding", CLI_WORD, "WORD", "utf-8, utf-8-bom or shift_jis", NULL },
	{ "hashes", CLI_FLAG, NULL, "with the password hashes of mailboxes",
		NULL },
	{ "output", CLI_TEXT, "FILE", "into a file of mode 0600", NULL },
	{ 0 },
};

static bool
cannot_write(const char *path, struct err *e)
{
	return err_set(e, ERR_INTERNAL, "--output", "output", path, "%s: %s",
		path, strerror(errno));
}

static bool
open_output(const char *path, FILE **out_r, struct err *e)
{
	int fd;

	*out_r = stdout;
	if (!path)
		return true;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	*out_r = fd < 0 ? NULL : fdopen(fd, "w");
	if (*out_r)
		return true;
	(void)cannot_write(path, e);
	if (fd >= 0)
		close(fd);
	return false;
}

static bool
pour(struct flow *flow, FILE *out, struct str *piece, struct err *e)
{
	bool is_last = false;

	while (!is_last) {
		str_reset(piece);
		if (!flow_more(flow, piece, &is_last, e))
			return false;
		if (fwrite(str_text(piece), 1, piece->len, out) != piece->len)
			return cannot_write("the output", e);
	}
	return fflush(out) == 0 || cannot_write("the output", e);
}

bool
cli_pour(struct cli *c, struct flow *flow, struct err *e)
{
	const char *path = cli_opt(c, "output");
	struct arena *a = arena_new(FLOW_LIMIT + 4096);
	struct str piece = str_in(a, FLOW_LIMIT);
	FILE *out = NULL;
	bool is_ok = (a || err_memory(e)) && open_output(path, &out, e)
		&& pour(flow, out, &piece, e);

	if (path && out) {
		if (fclose(out) != 0 && is_ok)
			is_ok = cannot_write(path, e);
		if (!is_ok)
			(void)unlink(path);
	}
	arena_free(&a);
	flow_close(flow);
	return is_ok;
}

static bool
find_state(enum export_noun noun, const char *word, unsigned *state_r,
	struct err *e)
{
	enum domain_state d;
	enum mailbox_state m;
	enum alias_state al;
	enum whitelist_state w;
	bool ok;

	switch (noun) {
	case EXPORT_DOMAINS:
		ok = domain_state_find(word, &d);
		*state_r = d;
		break;
	case EXPORT_MAILBOXES:
		ok = mailbox_state_find(word, &m);
		*state_r = m;
		break;
	case EXPORT_ALIASES:
		ok = alias_state_find(word, &al);
		*state_r = al;
		break;
	default:
		ok = whitelist_state_find(word, &w);
		*state_r = w;
	}
	return ok
		|| err_set(e, ERR_SYNTAX, "--state", "not_a_choice", word,
			"there is no state %s", word);
}

static bool
find_encoding(const char *word, unsigned *encoding_r, struct err *e)
{
	for (unsigned i = 0; export_encodings[i]; i++)
		if (strcmp(export_encodings[i], word) == 0) {
			*encoding_r = i;
			return true;
		}
	return err_set(e, ERR_SYNTAX, "--encoding", "not_a_choice", word,
		"there is no encoding %s: utf-8, utf-8-bom or shift_jis", word);
}

static bool
read_in(struct cli *c, enum export_noun noun, struct export_in *in,
	struct err *e)
{
	const char *domain = cli_opt(c, "domain"), *state = cli_opt(c, "state");
	const char *encoding = cli_opt(c, "encoding");
	const char *target = cli_opt(c, "target");
	char *stored = arena_alloc(c->arena, ADDR_SIZE);
	struct domain d;

	*in = (struct export_in){ .q = cli_opt(c, "search"),
		.sort = cli_opt(c, "sort"),
		.has_hashes = cli_opt(c, "hashes") != NULL };
	if (!stored)
		return err_memory(e);
	if (domain) {
		if (!cli_find_domain(c, domain, false, &d, e))
			return false;
		in->domain_id = d.id;
	}
	if (target) {
		if (!addr_check_target(target, stored, ADDR_SIZE, e))
			return false;
		in->target = stored;
	}
	return (!state || find_state(noun, state, &in->state, e))
		&& (!encoding || find_encoding(encoding, &in->encoding, e));
}

static bool
export_noun(struct cli *c, enum export_noun noun, struct err *e)
{
	struct export_in in;
	struct flow flow;

	return read_in(c, noun, &in, e)
		&& export_open(&c->core, &c->actor, noun, &in, &flow, e)
		&& cli_pour(c, &flow, e);
}

static bool
run_export(struct cli *c, struct err *e)
{
	enum export_noun noun;

	if (!export_noun_find(c->arg[0], &noun))
		return err_set(e, ERR_SYNTAX, "argument", "not_a_choice",
			c->arg[0],
			"there is no list %s: domains, mailboxes, aliases or "
			"whitelist",
			c->arg[0]);
	return export_noun(c, noun, e);
}

bool
cli_export_list(struct cli *c, struct err *e)
{
	static const struct {
		const char *group;
		enum export_noun noun;
	} lists[] = { { "domain", EXPORT_DOMAINS },
		{ "mailbox", EXPORT_MAILBOXES }, { "alias", EXPORT_ALIASES },
		{ "whitelist", EXPORT_WHITELIST } };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (strcmp(c->command->group, lists[i].group) == 0
			&& strcmp(c->command->verb, "list") == 0)
			return export_noun(c, lists[i].noun, e);
	return c->command->run(c, e);
}

/* clang-format off */
const struct cli_command cli_export_commands[] = {
	{ "export", NULL, "LIST",
		"domains, mailboxes, aliases or whitelist as CSV, whole",
		export_options, NULL, CLI_DB, run_export },
	{ 0 },
};
/* clang-format on */
