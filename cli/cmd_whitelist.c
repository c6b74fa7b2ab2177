/* `postroom whitelist`: networks that may relay without signing in. */
#include "cli/find.h"

#define ENTRY_OPTIONS                                                          \
	{ "note", CLI_TEXT, "TEXT", "what it is for", "note" },                \
		{ "owner", CLI_TEXT, "TEXT", "who answers for it", "owner" },  \
		{ "expires", CLI_TIME, "TIME", "+30d, a time, or never",       \
			"expires_at" },                                        \
	{                                                                      \
		"state", CLI_WORD, "STATE", "active or disabled", "state"      \
	}

static const struct cli_option add_options[] = {
	ENTRY_OPTIONS,
	{ 0 },
};

static const struct cli_option set_options[] = {
	ENTRY_OPTIONS,
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	{ 0 },
};

static const struct cli_option list_options[] = {
	{ "state", CLI_WORD, "STATE", "active, disabled, expired or deleted",
		NULL },
	CLI_LIST_OPTIONS,
	{ 0 },
};

static const struct cli_option version_options[] = {
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	{ 0 },
};

static bool
add(struct cli *c, struct err *e)
{
	struct whitelist_in in;
	struct form_seen seen = { 0 };
	struct whitelist out;

	whitelist_in_defaults(&in);
	if (!form_set_text(whitelist_create_form, "network", c->arg[0], &in,
		    &seen, c->arena, e)
		|| !cli_form(c, whitelist_create_form, &in, &seen, true, e)
		|| !whitelist_create(&c->core, &c->actor, &in, &out, e))
		return false;
	whitelist_write_json(&c->json, NULL, &out);
	return true;
}

static bool
list_page(struct cli *c, void *query, struct list_page *page_r, struct err *e)
{
	struct whitelist *items;

	if (!whitelist_list(&c->core, &c->actor, query, &items, page_r, e))
		return false;
	for (size_t i = 0; i < page_r->n; i++)
		whitelist_write_json(&c->json, NULL, &items[i]);
	return true;
}

static bool
list(struct cli *c, struct err *e)
{
	struct whitelist_query q = { 0 };
	const char *state = cli_opt(c, "state");

	if (state != NULL && !whitelist_state_find(state, &q.state))
		return err_set(e, ERR_SYNTAX, "--state", "not_a_choice", state,
			"there is no whitelist state %s", state);
	return cli_list(c, list_page, &q, &q.list, e);
}

static bool
show(struct cli *c, struct err *e)
{
	struct whitelist wl;

	if (!cli_find_whitelist(c, c->arg[0], &wl, e))
		return false;
	whitelist_write_json(&c->json, NULL, &wl);
	return true;
}

static bool
patch(struct cli *c, const char *state, struct err *e)
{
	struct whitelist_in in;
	struct form_seen seen = { 0 };
	struct whitelist wl, out;
	uint64_t version;

	whitelist_in_defaults(&in);
	if (!cli_version(c, &version, e)
		|| !cli_find_whitelist(c, c->arg[0], &wl, e)
		|| !cli_form(c, whitelist_patch_form, &in, &seen, true, e)
		|| (state
			&& !form_set_text(whitelist_patch_form, "state", state,
				&in, &seen, c->arena, e))
		|| !whitelist_patch(&c->core, &c->actor, wl.id, version, &in,
			&seen, &out, e))
		return false;
	whitelist_write_json(&c->json, NULL, &out);
	return true;
}

static bool
set(struct cli *c, struct err *e)
{
	return patch(c, NULL, e);
}

static bool
disable(struct cli *c, struct err *e)
{
	return patch(c, "disabled", e);
}

static bool
enable(struct cli *c, struct err *e)
{
	return patch(c, "active", e);
}

static bool delete (struct cli *c, struct err *e)
{
	struct whitelist wl, out;
	uint64_t version;

	if (!cli_version(c, &version, e)
		|| !cli_find_whitelist(c, c->arg[0], &wl, e)
		|| !whitelist_delete(
			&c->core, &c->actor, wl.id, version, &out, e))
		return false;
	whitelist_write_json(&c->json, NULL, &out);
	return true;
}

static bool
restore(struct cli *c, struct err *e)
{
	struct whitelist wl, out;

	if (!cli_find_deleted_whitelist(c, c->arg[0], &wl, e)
		|| !whitelist_restore(&c->core, &c->actor, wl.id, &out, e))
		return false;
	whitelist_write_json(&c->json, NULL, &out);
	return true;
}

/* clang-format off */
const struct cli_command cli_whitelist_commands[] = {
	{ "whitelist", "add", "NETWORK", "let a network relay",
		add_options, NULL, CLI_WRITE, add },
	{ "whitelist", "list", NULL, "list the networks that may relay",
		list_options, "id,network,state,owner,note,expires_at",
		CLI_DB, list },
	{ "whitelist", "show", "NETWORK", "show an entry and what it overlaps",
		NULL, NULL, CLI_DB, show },
	{ "whitelist", "edit", "NETWORK", "change an entry",
		set_options, NULL, CLI_WRITE, set },
	{ "whitelist", "disable", "NETWORK", "close the relay and keep the entry",
		version_options, NULL, CLI_WRITE, disable },
	{ "whitelist", "enable", "NETWORK", "make it active again",
		version_options, NULL, CLI_WRITE, enable },
	{ "whitelist", "delete", "NETWORK", "close the relay for a network",
		version_options, NULL, CLI_WRITE, delete },
	{ "whitelist", "restore", "NETWORK", "open a closed relay again",
		NULL, NULL, CLI_WRITE, restore },
	{ 0 },
};
/* clang-format on */
