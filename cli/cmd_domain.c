/* `postroom domain`: the commands on domains. */
#include "cli/find.h"
#include "cli/wait.h"

#define LIMIT_OPTIONS                                                          \
	{ "max-mailboxes", CLI_WORD, "N", "most mailboxes, 0 for no limit",    \
		"max_mailboxes" },                                             \
		{ "max-aliases", CLI_WORD, "N",                                \
			"most aliases, 0 for no limit", "max_aliases" },       \
		{ "max-quota", CLI_SIZE, "SIZE",                               \
			"most that its mailboxes may have together",           \
			"max_quota_bytes" },                                   \
		{ "default-quota", CLI_SIZE, "SIZE",                           \
			"what a new mailbox gets", "default_quota_bytes" },    \
		{ "description", CLI_TEXT, "TEXT", "for admins",               \
			"description" },                                       \
		{ "state", CLI_WORD, "STATE",                                  \
			"active, prepared, disabled or retiring", "state" },   \
		{ "transport", CLI_WORD, "TRANSPORT",                          \
			"where its mail goes, as smtp:[host]:25",              \
			"transport" },                                         \
		{ "refuse-code", CLI_WORD, "CODE",                             \
			"of a disabled or retiring domain, 450 or 550",        \
			"refuse_code" },                                       \
		{ "refuse-text", CLI_TEXT, "TEXT", "what senders read",        \
			"refuse_text" },                                       \
	{                                                                      \
		"retire-at", CLI_TIME, "TIME", "when a retiring domain goes",  \
			"retire_at"                                            \
	}

static const struct cli_option add_options[] = {
	LIMIT_OPTIONS,
	{ 0 },
};

static const struct cli_option set_options[] = {
	LIMIT_OPTIONS,
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	{ 0 },
};

static const struct cli_option list_options[] = {
	{ "state", CLI_WORD, "STATE",
		"active, prepared, disabled, retiring or deleted", NULL },
	CLI_LIST_OPTIONS,
	{ 0 },
};

static const struct cli_option version_options[] = {
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	{ 0 },
};

static const struct cli_option restore_options[] = {
	CLI_WAIT_OPTION,
	{ 0 },
};

static const struct cli_option delete_options[] = {
	{ "confirm", CLI_WORD, "DOMAIN", "its name once more: do it", NULL },
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	CLI_WAIT_OPTION,
	{ 0 },
};

static bool
add(struct cli *c, struct err *e)
{
	struct domain_in *in = arena_alloc(c->arena, sizeof(*in));
	struct form_seen seen = { 0 };
	struct domain out;

	if (in == NULL)
		return err_memory(e);
	domain_in_defaults(in);
	if (!form_set_text(domain_create_form, "name", c->arg[0], in, &seen,
		    c->arena, e)
		|| !cli_form(c, domain_create_form, in, &seen, true, e)
		|| !domain_create(&c->core, &c->actor, in, &out, e))
		return false;
	domain_write_json(&c->json, NULL, &out);
	return true;
}

static bool
list_page(struct cli *c, void *query, struct list_page *page_r, struct err *e)
{
	struct domain *items;

	if (!domain_list(&c->core, &c->actor, query, &items, page_r, e))
		return false;
	for (size_t i = 0; i < page_r->n; i++)
		domain_write_json(&c->json, NULL, &items[i]);
	return true;
}

static bool
list(struct cli *c, struct err *e)
{
	struct domain_query q = { 0 };
	const char *state = cli_opt(c, "state");

	if (state != NULL && !domain_state_find(state, &q.state))
		return err_set(e, ERR_SYNTAX, "--state", "not_a_choice", state,
			"there is no domain state %s", state);
	return cli_list(c, list_page, &q, &q.list, e);
}

static bool
show(struct cli *c, struct err *e)
{
	struct domain d;

	if (!cli_find_domain(c, c->arg[0], false, &d, e))
		return false;
	domain_write_json(&c->json, NULL, &d);
	return true;
}

static bool
set(struct cli *c, struct err *e)
{
	struct domain_in *in = arena_alloc(c->arena, sizeof(*in));
	struct form_seen seen = { 0 };
	struct domain d, out;
	uint64_t version;

	if (in == NULL)
		return err_memory(e);
	domain_in_defaults(in);
	if (!cli_version(c, &version, e)
		|| !cli_find_domain(c, c->arg[0], false, &d, e)
		|| !cli_form(c, domain_patch_form, in, &seen, true, e)
		|| !domain_patch(
			&c->core, &c->actor, d.id, version, in, &seen, &out, e))
		return false;
	domain_write_json(&c->json, NULL, &out);
	return true;
}

static bool
set_state(struct cli *c, const char *state, struct err *e)
{
	struct domain_in *in = arena_alloc(c->arena, sizeof(*in));
	struct form_seen seen = { 0 };
	struct domain d, out;
	uint64_t version;

	if (in == NULL)
		return err_memory(e);
	domain_in_defaults(in);
	if (!cli_version(c, &version, e)
		|| !cli_find_domain(c, c->arg[0], false, &d, e)
		|| !form_set_text(domain_patch_form, "state", state, in, &seen,
			c->arena, e)
		|| !domain_patch(
			&c->core, &c->actor, d.id, version, in, &seen, &out, e))
		return false;
	domain_write_json(&c->json, NULL, &out);
	return true;
}

static bool
disable(struct cli *c, struct err *e)
{
	return set_state(c, "disabled", e);
}

static bool
enable(struct cli *c, struct err *e)
{
	return set_state(c, "active", e);
}

static void
write_names(struct jsonw *w, const char *key, const char **names, size_t n)
{
	jsonw_array(w, key);
	for (size_t i = 0; i < n; i++)
		jsonw_str(w, NULL, names[i]);
	jsonw_end(w);
}

/* Without its name once more nothing happens but that it is told. */
static bool
preview(struct cli *c, const struct domain *d, struct err *e)
{
	struct domain_preview p;
	struct jsonw *w = &c->json;

	if (!domain_delete_preview(&c->core, &c->actor, d->id, &p, e))
		return false;
	jsonw_object(w, NULL);
	jsonw_str(w, "domain", d->name);
	jsonw_int(w, "mailboxes", p.mailbox_count);
	jsonw_int(w, "aliases", p.alias_count);
	write_names(w, "first_mailboxes", p.first_mailboxes, p.n_mailboxes);
	write_names(w, "first_aliases", p.first_aliases, p.n_aliases);
	jsonw_int(w, "aliases_elsewhere", p.elsewhere_count);
	jsonw_array(w, "first_elsewhere");
	for (size_t i = 0; i < p.n_elsewhere; i++)
		jsonw_str(w, NULL, p.elsewhere[i].address);
	jsonw_end(w);
	jsonw_int(w, "restorable_days", p.restore_days);
	jsonw_str(w, "to_do_it", "say it again with --confirm and its name");
	jsonw_end(w);
	c->exit_code = err_exit_code(ERR_INVALID);
	return true;
}

static bool delete (struct cli *c, struct err *e)
{
	const char *confirm = cli_opt(c, "confirm");
	struct domain d;
	struct job job;
	uint64_t version;

	if (!cli_version(c, &version, e)
		|| !cli_find_domain(c, c->arg[0], false, &d, e))
		return false;
	if (confirm == NULL && !c->core.is_dry_run)
		return preview(c, &d, e);
	return domain_delete(
		       &c->core, &c->actor, d.id, version, confirm, &job, e)
		&& cli_answer_job(c, &job, e);
}

static bool
restore(struct cli *c, struct err *e)
{
	struct domain d, out = { 0 };
	struct job job = { 0 };

	if (!cli_find_domain(c, c->arg[0], true, &d, e)
		|| !domain_restore(&c->core, &c->actor, d.id, &out, &job, e))
		return false;
	if (job.id != 0)
		return cli_answer_job(c, &job, e);
	domain_write_json(&c->json, NULL, &out);
	return true;
}

/* clang-format off */
const struct cli_command cli_domain_commands[] = {
	{ "domain", "add", "DOMAIN", "make a domain",
		add_options, NULL, CLI_WRITE, add },
	{ "domain", "list", NULL, "list domains", list_options,
		"id,name,state,mailbox_count,alias_count,quota_allotted_bytes",
		CLI_DB, list },
	{ "domain", "show", "DOMAIN", "show a domain",
		NULL, NULL, CLI_DB, show },
	{ "domain", "edit", "DOMAIN", "change a domain",
		set_options, NULL, CLI_WRITE, set },
	{ "domain", "disable", "DOMAIN", "refuse its mail, let nobody sign in",
		version_options, NULL, CLI_WRITE, disable },
	{ "domain", "enable", "DOMAIN", "make it active again",
		version_options, NULL, CLI_WRITE, enable },
	{ "domain", "delete", "DOMAIN",
		"tell what goes with it; with --confirm delete it",
		delete_options, NULL, CLI_WRITE, delete },
	{ "domain", "restore", "DOMAIN", "bring a deleted domain back",
		restore_options, NULL, CLI_WRITE, restore },
	{ 0 },
};
/* clang-format on */
