/*
 * `postroom mailbox bulk` and its siblings: one change to many rows, those that
 * are named or all that a filter matches.
 */
#include "cli/find.h"
#include "cli/wait.h"

#include <unistd.h>

#include "core/bulk.h"

#define COMMON                                                                 \
	{ "state", CLI_WORD, "STATE", "only those; deleted ones too", NULL },  \
		{ "search", CLI_TEXT, "TEXT", "what to look for", NULL },      \
		{ "expect", CLI_WORD, "N",                                     \
			"how many it must be; without it you are asked",       \
			NULL },                                                \
		CLI_WAIT_OPTION,                                               \
		{ "delete", CLI_FLAG, NULL, "delete them", "delete" },         \
	{                                                                      \
		"restore", CLI_FLAG, NULL, "bring deleted ones back",          \
			"restore"                                              \
	}
#define OF_DOMAIN                                                              \
	{                                                                      \
		"domain", CLI_WORD, "DOMAIN", "only of this domain", NULL      \
	}
#define OF_TARGETS                                                             \
	{ "targets", CLI_WORD, "WORD",                                         \
		"with --delete: remove takes them out of aliases, ask "        \
		"(default) leaves those alone that aliases name",              \
		"targets" },                                                   \
	{                                                                      \
		"add-to-alias", CLI_WORD, "ADDRESS",                           \
			"make them targets of this alias", "add_to_alias"      \
	}

static const struct cli_option domain_options[] = {
	COMMON,
	{ "set-state", CLI_WORD, "STATE",
		"active, prepared, disabled or retiring", "state" },
	{ "max-mailboxes", CLI_WORD, "N", "0 for no limit", "max_mailboxes" },
	{ "max-aliases", CLI_WORD, "N", "0 for no limit", "max_aliases" },
	{ "max-quota", CLI_SIZE, "SIZE", "of all mailboxes, or none",
		"max_quota_bytes" },
	{ "default-quota", CLI_SIZE, "SIZE", "of a new mailbox, or none",
		"default_quota_bytes" },
	{ 0 },
};
static const struct cli_option mailbox_options[] = {
	OF_DOMAIN,
	COMMON,
	OF_TARGETS,
	{ "set-state", CLI_WORD, "STATE", "active, nologin or closed",
		"state" },
	{ "set-quota", CLI_SIZE, "SIZE", "512M, 2G, none", "quota_bytes" },
	{ 0 },
};
static const struct cli_option alias_options[] = {
	OF_DOMAIN,
	{ "target", CLI_WORD, "ADDRESS", "only those that name it", NULL },
	COMMON,
	OF_TARGETS,
	{ "set-state", CLI_WORD, "STATE", "active or disabled", "state" },
	{ 0 },
};
static const struct cli_option whitelist_options[] = {
	COMMON,
	{ "set-state", CLI_WORD, "STATE", "active or disabled", "state" },
	{ "set-expires", CLI_TIME, "TIME", "+30d, a time, or never",
		"expires_at" },
	{ 0 },
};

static bool
find_id(struct cli *c, enum bulk_noun noun, const char *name, uint64_t *id_r,
	struct err *e)
{
	const bool is_gone = cli_opt(c, "restore") != NULL;
	struct domain d;
	struct mailbox m;
	struct alias al;
	struct whitelist w;
	bool ok;

	switch (noun) {
	case BULK_DOMAINS:
		ok = cli_find_domain(c, name, is_gone, &d, e);
		*id_r = d.id;
		return ok;
	case BULK_MAILBOXES:
		ok = cli_find_mailbox(c, name, is_gone, &m, e);
		*id_r = m.id;
		return ok;
	case BULK_ALIASES:
		ok = cli_find_alias(c, name, is_gone, &al, e);
		*id_r = al.id;
		return ok;
	default:
		ok = is_gone ? cli_find_deleted_whitelist(c, name, &w, e)
			     : cli_find_whitelist(c, name, &w, e);
		*id_r = w.id;
		return ok;
	}
}

static bool
take_names(
	struct cli *c, enum bulk_noun noun, struct bulk_in *in, struct err *e)
{
	uint64_t id = 0;

	if (c->n_args > BULK_IDS_MAX)
		return err_set(e, ERR_SYNTAX, "argument", "too_many_items", "",
			"at most %d names: say the others by a filter",
			BULK_IDS_MAX);
	in->filter.ids.items = arena_array(
		c->arena, c->n_args + 1, sizeof(*in->filter.ids.items));
	if (!in->filter.ids.items)
		return err_memory(e);
	for (size_t i = 0; i < c->n_args; i++) {
		if (!find_id(c, noun, c->arg[i], &id, e))
			return false;
		in->filter.ids.items[in->filter.ids.n++] = (int64_t)id;
	}
	if (c->n_args == 0)
		return true;
	for (unsigned i = 0; bulk_filter_form(noun)[i].name; i++)
		if (strcmp(bulk_filter_form(noun)[i].name, "ids") == 0)
			in->filter_seen.present |= UINT64_C(1) << i;
	return true;
}

static bool
set_filter(struct cli *c, enum bulk_noun noun, struct bulk_in *in,
	const char *key, const char *value, struct err *e)
{
	return !value
		|| form_set_text(bulk_filter_form(noun), key, value,
			&in->filter, &in->filter_seen, c->arena, e);
}

static bool
read_filter(
	struct cli *c, enum bulk_noun noun, struct bulk_in *in, struct err *e)
{
	const char *domain = cli_opt(c, "domain"), *state = cli_opt(c, "state");
	char id[24];
	struct domain d;

	/* What is brought back is deleted. */
	if (!state && cli_opt(c, "restore"))
		state = "deleted";
	if (domain) {
		if (!cli_find_domain(c, domain, false, &d, e))
			return false;
		(void)snprintf(
			id, sizeof(id), "%llu", (unsigned long long)d.id);
		domain = id;
	}
	return set_filter(c, noun, in, "domain_id", domain, e)
		&& set_filter(c, noun, in, "state", state, e)
		&& set_filter(c, noun, in, "q", cli_opt(c, "search"), e)
		&& (noun != BULK_ALIASES
			|| set_filter(
				c, noun, in, "target", cli_opt(c, "target"), e))
		&& take_names(c, noun, in, e);
}

/* How many it is about: said, named one by one, or confirmed here. */
static bool
read_count(
	struct cli *c, enum bulk_noun noun, struct bulk_in *in, struct err *e)
{
	const char *expect = cli_opt(c, "expect");
	uint64_t n, said = 0;

	if (expect) {
		if (!cli_number("--expect", expect, &said, e))
			return false;
		in->expected_count = (int64_t)said;
		return true;
	}
	if (!bulk_count(&c->core, &c->actor, noun, &in->filter, &n, e))
		return false;
	in->expected_count = (int64_t)n;
	if (c->core.is_dry_run)
		return true;
	if (in->filter.ids.n > 0 && !in->action.is_delete)
		return true;
	return cli_ask(c,
		arena_printf(c->arena, "This is about %llu %s.",
			(unsigned long long)n, c->command->group),
		"say --expect with the number, or --yes", e);
}

static bool
bulk(struct cli *c, enum bulk_noun noun, struct err *e)
{
	struct bulk_in *in = arena_alloc(c->arena, sizeof(*in));
	struct job j;

	if (!in)
		return err_memory(e);
	bulk_in_defaults(in);
	if (!read_filter(c, noun, in, e)
		|| !cli_form(c, bulk_action_form(noun), &in->action,
			&in->action_seen, false, e)
		|| !read_count(c, noun, in, e)
		|| !bulk_start(&c->core, &c->actor, noun, in, &j, e))
		return false;
	return c->core.is_dry_run || cli_answer_job(c, &j, e);
}

static bool
bulk_domains(struct cli *c, struct err *e)
{
	return bulk(c, BULK_DOMAINS, e);
}

static bool
bulk_mailboxes(struct cli *c, struct err *e)
{
	return bulk(c, BULK_MAILBOXES, e);
}

static bool
bulk_aliases(struct cli *c, struct err *e)
{
	return bulk(c, BULK_ALIASES, e);
}

static bool
bulk_whitelist(struct cli *c, struct err *e)
{
	return bulk(c, BULK_WHITELIST, e);
}

/* clang-format off */
const struct cli_command cli_bulk_commands[] = {
	{ "domain", "bulk", "[DOMAIN...]", "one change to many domains",
		domain_options, NULL, CLI_WRITE, bulk_domains },
	{ "mailbox", "bulk", "[ADDRESS...]", "one change to many mailboxes",
		mailbox_options, NULL, CLI_WRITE, bulk_mailboxes },
	{ "alias", "bulk", "[ADDRESS...]", "one change to many aliases",
		alias_options, NULL, CLI_WRITE, bulk_aliases },
	{ "whitelist", "bulk", "[NETWORK...]", "one change to many entries",
		whitelist_options, NULL, CLI_WRITE, bulk_whitelist },
	{ 0 },
};
/* clang-format on */
