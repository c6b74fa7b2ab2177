/* `postroom alias`: the commands on aliases and catch-alls. */
#include "cli/find.h"

static const struct cli_option add_options[] = {
	{ "description", CLI_TEXT, "TEXT", "for admins", "description" },
	{ "state", CLI_WORD, "STATE", "active or disabled", "state" },
	{ "send-as", CLI_WORD, "yes|no",
		"may its targets send from its address", "send_as" },
	{ 0 },
};

static const struct cli_option set_options[] = {
	{ "targets", CLI_WORD, "LIST", "all its targets, commas between",
		"targets" },
	{ "description", CLI_TEXT, "TEXT", "for admins", "description" },
	{ "state", CLI_WORD, "STATE", "active or disabled", "state" },
	{ "send-as", CLI_WORD, "yes|no",
		"may its targets send from its address", "send_as" },
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	{ 0 },
};

static const struct cli_option list_options[] = {
	{ "domain", CLI_WORD, "DOMAIN", "only of this domain", NULL },
	{ "target", CLI_WORD, "ADDRESS", "only those that name it", NULL },
	{ "state", CLI_WORD, "STATE", "active, disabled or deleted", NULL },
	CLI_LIST_OPTIONS,
	{ 0 },
};

static const struct cli_option version_options[] = {
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	{ 0 },
};

static const struct cli_option delete_options[] = {
	{ "remove-targets", CLI_FLAG, NULL,
		"take it out of the aliases that name it", NULL },
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	{ 0 },
};

/* The arguments behind the address, as the form's list. */
static bool
take_targets(struct cli *c, struct alias_in *in, struct form_seen *seen,
	struct err *e)
{
	struct str list = str_in(c->arena, 1U << 20);

	for (size_t i = 1; i < c->n_args; i++) {
		str_add(&list, i > 1 ? "," : "");
		str_add(&list, c->arg[i]);
	}
	if (!str_is_ok(&list))
		return err_memory(e);
	return form_set_text(alias_create_form, "targets", str_text(&list), in,
		seen, c->arena, e);
}

static bool
add(struct cli *c, struct err *e)
{
	struct alias_in in;
	struct form_seen seen = { 0 };
	struct alias out;

	alias_in_defaults(&in);
	if (!form_set_text(alias_create_form, "address", c->arg[0], &in, &seen,
		    c->arena, e)
		|| !take_targets(c, &in, &seen, e)
		|| !cli_form(c, alias_create_form, &in, &seen, true, e)
		|| !alias_create(&c->core, &c->actor, &in, &out, e))
		return false;
	alias_write_json(&c->json, NULL, &out);
	return true;
}

static bool
list_page(struct cli *c, void *query, struct list_page *page_r, struct err *e)
{
	struct alias *items;

	if (!alias_list(&c->core, &c->actor, query, &items, page_r, e))
		return false;
	for (size_t i = 0; i < page_r->n; i++)
		alias_write_json(&c->json, NULL, &items[i]);
	return true;
}

static bool
list(struct cli *c, struct err *e)
{
	struct alias_query q = { 0 };
	const char *state = cli_opt(c, "state");
	const char *domain = cli_opt(c, "domain");
	const char *target = cli_opt(c, "target");
	char stored[ADDR_SIZE];
	struct domain d;

	if (state != NULL && !alias_state_find(state, &q.state))
		return err_set(e, ERR_SYNTAX, "--state", "not_a_choice", state,
			"there is no alias state %s", state);
	if (target != NULL) {
		if (!addr_check_target(target, stored, sizeof(stored), e))
			return false;
		q.target = stored;
	}
	if (domain != NULL) {
		if (!cli_find_domain(c, domain, false, &d, e))
			return false;
		q.domain_id = d.id;
	}
	return cli_list(c, list_page, &q, &q.list, e);
}

static bool
show(struct cli *c, struct err *e)
{
	struct alias al;

	if (!cli_find_alias(c, c->arg[0], false, &al, e))
		return false;
	alias_write_json(&c->json, NULL, &al);
	return true;
}

static bool
patch(struct cli *c, const char *state, struct err *e)
{
	struct alias_in in;
	struct form_seen seen = { 0 };
	struct alias al, out;
	uint64_t version;

	alias_in_defaults(&in);
	if (!cli_version(c, &version, e)
		|| !cli_find_alias(c, c->arg[0], false, &al, e)
		|| !cli_form(c, alias_patch_form, &in, &seen, true, e)
		|| (state
			&& !form_set_text(alias_patch_form, "state", state, &in,
				&seen, c->arena, e))
		|| !alias_patch(&c->core, &c->actor, al.id, version, &in, &seen,
			&out, e))
		return false;
	alias_write_json(&c->json, NULL, &out);
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
	struct alias al, out;
	uint64_t version;

	if (!cli_version(c, &version, e)
		|| !cli_find_alias(c, c->arg[0], false, &al, e)
		|| !alias_delete(&c->core, &c->actor, al.id, version,
			cli_opt(c, "remove-targets") != NULL, &out, e))
		return false;
	alias_write_json(&c->json, NULL, &out);
	return true;
}

static bool
restore(struct cli *c, struct err *e)
{
	struct alias al, out;

	if (!cli_find_alias(c, c->arg[0], true, &al, e)
		|| !alias_restore(&c->core, &c->actor, al.id, &out, e))
		return false;
	alias_write_json(&c->json, NULL, &out);
	return true;
}

/* clang-format off */
const struct cli_command cli_alias_commands[] = {
	{ "alias", "add", "ADDRESS TARGET...",
		"make an alias; @DOMAIN is a catch-all",
		add_options, NULL, CLI_WRITE, add },
	{ "alias", "list", NULL, "list aliases", list_options,
		"id,address,state,targets", CLI_DB, list },
	{ "alias", "show", "ADDRESS", "show an alias",
		NULL, NULL, CLI_DB, show },
	{ "alias", "edit", "ADDRESS", "change an alias",
		set_options, NULL, CLI_WRITE, set },
	{ "alias", "disable", "ADDRESS", "let its address refuse mail",
		version_options, NULL, CLI_WRITE, disable },
	{ "alias", "enable", "ADDRESS", "make it active again",
		version_options, NULL, CLI_WRITE, enable },
	{ "alias", "delete", "ADDRESS", "delete an alias",
		delete_options, NULL, CLI_WRITE, delete },
	{ "alias", "restore", "ADDRESS", "bring a deleted alias back",
		NULL, NULL, CLI_WRITE, restore },
	{ 0 },
};
/* clang-format on */
