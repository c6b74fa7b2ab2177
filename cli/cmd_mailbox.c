/*
 * `postroom mailbox`: the commands on mailboxes. A password comes from
 * standard input, or it is generated and printed once, or a ready hash is
 * taken; it is never an argument.
 */
#include "cli/find.h"
#include "core/census.h"
#include "cli/lock.h"
#include "core/factor.h"
#include "core/first_use.h"

#define PASSWORD_OPTIONS                                                       \
	{ "password-stdin", CLI_FLAG, NULL,                                    \
		"read the password from standard input", NULL },               \
	{                                                                      \
		"hash", CLI_TEXT, "HASH", "a ready hash, {SCHEME} before it",  \
			NULL                                                   \
	}

static const struct cli_option add_options[] = {
	PASSWORD_OPTIONS,
	{ "name", CLI_TEXT, "NAME", "the person's name", "name" },
	{ "quota", CLI_SIZE, "SIZE", "512M, 2G, none, default", "quota_bytes" },
	{ "state", CLI_WORD, "STATE", "active, nologin or closed", "state" },
	{ 0 },
};

static const struct cli_option password_options[] = {
	PASSWORD_OPTIONS,
	{ 0 },
};

static const struct cli_option set_options[] = {
	{ "name", CLI_TEXT, "NAME", "the person's name", "name" },
	{ "quota", CLI_SIZE, "SIZE", "512M, 2G, none, default", "quota_bytes" },
	{ "state", CLI_WORD, "STATE", "active, nologin or closed", "state" },
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	{ 0 },
};

static const struct cli_option version_options[] = {
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	{ 0 },
};

static const struct cli_option list_options[] = {
	{ "domain", CLI_WORD, "DOMAIN", "only of this domain", NULL },
	{ "state", CLI_WORD, "STATE", "active, nologin, closed or deleted",
		NULL },
	CLI_LIST_OPTIONS,
	{ 0 },
};

static const struct cli_option delete_options[] = {
	{ "remove-targets", CLI_FLAG, NULL,
		"take it out of the aliases that name it", NULL },
	{ "forward-to", CLI_WORD, "ADDRESS",
		"let the aliases that name it name this", NULL },
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	{ 0 },
};

/* *is_made_r: it was generated, and has to be shown. */
static bool
take_password(struct cli *c, struct mailbox_in *in, struct form_seen *seen,
	const struct field *form, bool *is_made_r, struct err *e)
{
	const char *hash = cli_opt(c, "hash");
	bool is_read = cli_opt(c, "password-stdin") != NULL, is_ok;
	char text[PASSWORD_MAX + 3];

	*is_made_r = false;
	if (hash != NULL && is_read)
		return err_set(e, ERR_SYNTAX, "--hash", "too_many_items", "",
			"--hash and --password-stdin exclude each other");
	if (hash != NULL)
		return form_set_text(
			form, "password_hash", hash, in, seen, c->arena, e);
	if (is_read) {
		if (!cli_read_secret("Password", text, sizeof(text), e))
			return false;
	} else {
		*is_made_r = true;
		password_generate(text);
	}
	is_ok = form_set_text(form, "password", text, in, seen, c->arena, e);
	explicit_bzero(text, sizeof(text));
	return is_ok;
}

static void
answer(struct cli *c, const struct mailbox *m, const char *password)
{
	jsonw_object(&c->json, NULL);
	mailbox_write_json(&c->json, "mailbox", m);
	if (password != NULL)
		jsonw_str(&c->json, "password", password);
	jsonw_end(&c->json);
}

static bool
add(struct cli *c, struct err *e)
{
	struct mailbox_in in;
	struct form_seen seen = { 0 };
	struct mailbox out;
	char shown[PASSWORD_GENERATED_SIZE];
	bool is_made = false, is_ok;

	mailbox_in_defaults(&in);
	is_ok = form_set_text(mailbox_create_form, "address", c->arg[0], &in,
			&seen, c->arena, e)
		&& take_password(
			c, &in, &seen, mailbox_create_form, &is_made, e)
		&& cli_form(c, mailbox_create_form, &in, &seen, true, e);
	if (is_ok && is_made)
		is_ok = str_copy(shown, sizeof(shown), in.password);
	is_ok = is_ok && mailbox_create(&c->core, &c->actor, &in, &out, e);
	explicit_bzero(&in, sizeof(in));
	if (is_ok)
		answer(c, &out, is_made ? shown : NULL);
	return is_ok;
}

static bool
set_password(struct cli *c, struct err *e)
{
	struct mailbox_in in;
	struct form_seen seen = { 0 };
	struct mailbox m, out;
	char shown[PASSWORD_GENERATED_SIZE];
	bool is_made = false, is_ok;

	mailbox_in_defaults(&in);
	is_ok = cli_find_mailbox(c, c->arg[0], false, &m, e)
		&& take_password(
			c, &in, &seen, mailbox_password_form, &is_made, e);
	if (is_ok && is_made)
		is_ok = str_copy(shown, sizeof(shown), in.password);
	is_ok = is_ok
		&& mailbox_set_password(
			&c->core, &c->actor, m.id, &in, &out, e);
	explicit_bzero(&in, sizeof(in));
	if (is_ok)
		answer(c, &out, is_made ? shown : NULL);
	return is_ok;
}

static bool
link_of(struct cli *c, struct err *e)
{
	char token[TOKEN_SESSION_LEN + 1], link[512];
	struct str s = STR_FIXED(link);
	const char *address;
	int64_t until_us;
	struct mailbox m;

	if (!cli_find_mailbox(c, c->arg[0], false, &m, e)
		|| !first_use_make_mailbox(&c->core, &c->actor, m.id, token,
			&address, &until_us, e))
		return false;
	if (!str_addf(&s, "%s/#/first-use?token=%s", c->conf.web.origin, token))
		return err_memory(e);
	jsonw_object(&c->json, NULL);
	jsonw_str(&c->json, "address", address);
	jsonw_time(&c->json, "valid_until", until_us);
	jsonw_str(&c->json, "link", link);
	jsonw_end(&c->json);
	explicit_bzero(token, sizeof(token));
	explicit_bzero(link, sizeof(link));
	return true;
}

static bool
reset_factors(struct cli *c, struct err *e)
{
	struct mailbox m;

	return cli_find_mailbox(c, c->arg[0], false, &m, e)
		&& factor_reset_mailbox(&c->core, &c->actor, m.id, e);
}

static bool
list_page(struct cli *c, void *query, struct list_page *page_r, struct err *e)
{
	struct mailbox *items;

	if (!mailbox_list(&c->core, &c->actor, query, &items, page_r, e))
		return false;
	for (size_t i = 0; i < page_r->n; i++)
		mailbox_write_json(&c->json, NULL, &items[i]);
	return true;
}

static bool
list(struct cli *c, struct err *e)
{
	struct mailbox_query q = { 0 };
	const char *state = cli_opt(c, "state");
	const char *domain = cli_opt(c, "domain");
	enum mailbox_state wanted;
	struct domain d;

	if (state != NULL) {
		if (!mailbox_state_find(state, &wanted))
			return err_set(e, ERR_SYNTAX, "--state", "not_a_choice",
				state, "there is no mailbox state %s", state);
		q.filter.state = wanted;
	}
	if (domain != NULL) {
		if (!cli_find_domain(c, domain, false, &d, e))
			return false;
		q.filter.domain_id = (int64_t)d.id;
	}
	return cli_list(c, list_page, &q, &q.list, e);
}

static bool
show(struct cli *c, struct err *e)
{
	struct mailbox m;
	struct alias_ref *refs;
	size_t n;
	int64_t total;

	if (!cli_find_mailbox(c, c->arg[0], false, &m, e)
		|| !mailbox_references(
			&c->core, &c->actor, m.id, 50, &refs, &n, &total, e))
		return false;
	jsonw_object(&c->json, NULL);
	mailbox_write_json(&c->json, "mailbox", &m);
	jsonw_int(&c->json, "alias_count", total);
	jsonw_array(&c->json, "aliases");
	for (size_t i = 0; i < n; i++)
		jsonw_str(&c->json, NULL, refs[i].address);
	jsonw_end(&c->json);
	jsonw_end(&c->json);
	return true;
}

static bool
patch(struct cli *c, const char *state, struct err *e)
{
	struct mailbox_in in;
	struct form_seen seen = { 0 };
	struct mailbox m, out;
	uint64_t version;

	mailbox_in_defaults(&in);
	if (!cli_version(c, &version, e)
		|| !cli_find_mailbox(c, c->arg[0], false, &m, e)
		|| !cli_form(c, mailbox_patch_form, &in, &seen, true, e)
		|| (state != NULL
			&& !form_set_text(mailbox_patch_form, "state", state,
				&in, &seen, c->arena, e))
		|| !mailbox_patch(&c->core, &c->actor, m.id, version, &in,
			&seen, &out, e))
		return false;
	mailbox_write_json(&c->json, NULL, &out);
	return true;
}

static bool
set(struct cli *c, struct err *e)
{
	return patch(c, NULL, e);
}

static bool
set_state(struct cli *c, struct err *e)
{
	return patch(c, c->arg[1], e);
}

static bool
disable(struct cli *c, struct err *e)
{
	return patch(c, "closed", e);
}

static bool
enable(struct cli *c, struct err *e)
{
	return patch(c, "active", e);
}

static bool delete (struct cli *c, struct err *e)
{
	struct mailbox_delete_in in = { .targets = TARGETS_ASK };
	const char *forward = cli_opt(c, "forward-to");
	struct mailbox m, out;
	uint64_t version;

	if (cli_opt(c, "remove-targets"))
		in.targets = TARGETS_REMOVE;
	if (forward != NULL) {
		in.targets = TARGETS_FORWARD;
		if (!addr_check_target(
			    forward, in.forward_to, sizeof(in.forward_to), e))
			return false;
	}
	if (!cli_version(c, &version, e)
		|| !cli_find_mailbox(c, c->arg[0], false, &m, e)
		|| !mailbox_delete(
			&c->core, &c->actor, m.id, version, &in, &out, e))
		return false;
	mailbox_write_json(&c->json, NULL, &out);
	return true;
}

static bool
restore(struct cli *c, struct err *e)
{
	struct mailbox m, out;

	if (!cli_find_mailbox(c, c->arg[0], true, &m, e)
		|| !mailbox_restore(&c->core, &c->actor, m.id, &out, e))
		return false;
	mailbox_write_json(&c->json, NULL, &out);
	return true;
}

static bool
census(struct cli *c, struct err *e)
{
	struct census_item *items;
	size_t n;

	if (!password_census(&c->core, &c->actor, &items, &n, e))
		return false;
	census_write_json(&c->json, items, n);
	return true;
}

/* clang-format off */
const struct cli_command cli_mailbox_commands[] = {
	{ "mailbox", "add", "ADDRESS",
		"make a mailbox; its password is made unless one is given",
		add_options, NULL, CLI_WRITE, add },
	{ "mailbox", "list", NULL, "list mailboxes", list_options,
		"id,address,name,state,quota_bytes,created_at", CLI_DB, list },
	{ "mailbox", "census", NULL,
		"count how the passwords are stored, and which are weak",
		NULL, "scheme,mailboxes,weak", CLI_DB, census },
	{ "mailbox", "show", "ADDRESS", "show a mailbox and who names it",
		NULL, NULL, CLI_DB, show },
	{ "mailbox", "edit", "ADDRESS", "change a mailbox",
		set_options, NULL, CLI_WRITE, set },
	{ "mailbox", "password", "ADDRESS",
		"set its password; one is made unless it is given",
		password_options, NULL, CLI_WRITE, set_password },
	{ "mailbox", "link", "ADDRESS",
		"print a link with which the owner sets the password, once",
		NULL, NULL, CLI_DB, link_of },
	{ "mailbox", "reset-factors", "ADDRESS",
		"take the owner's second factors away, and end his sessions",
		NULL, NULL, CLI_WRITE, reset_factors },
	{ "mailbox", "state", "ADDRESS STATE",
		"active, nologin (receives only) or closed",
		version_options, NULL, CLI_WRITE, set_state },
	{ "mailbox", "disable", "ADDRESS", "refuse its mail too: state closed",
		version_options, NULL, CLI_WRITE, disable },
	{ "mailbox", "enable", "ADDRESS", "make it active again",
		version_options, NULL, CLI_WRITE, enable },
	{ "mailbox", "delete", "ADDRESS", "delete a mailbox",
		delete_options, NULL, CLI_WRITE, delete },
	{ "mailbox", "restore", "ADDRESS", "bring a deleted mailbox back",
		NULL, NULL, CLI_WRITE, restore },
	{ "mailbox", "lock", "ADDRESS",
		"end its sign-in and sessions now, hold its queued mail",
		cli_lock_options, NULL, CLI_DB, cli_mailbox_lock },
	{ 0 },
};
/* clang-format on */
