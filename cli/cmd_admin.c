/*
 * `postroom admin`: who may sign in to the panel, and in which domains. A link
 * sets the password once; only its hash is kept, so it is shown here and never
 * again.
 */
#include "cli/find.h"
#include "core/admin_manage.h"
#include "core/factor.h"

enum { MOST_DOMAINS = ADMIN_GRANTS_MAX };

static const struct cli_option add_options[] = {
	{ "role", CLI_WORD, "ROLE", "superadmin (default) or admin", NULL },
	{ "name", CLI_TEXT, "NAME", "the person's name", "name" },
	{ "language", CLI_WORD, "LANG", "en or ja", "language" },
	{ "domains", CLI_WORD, "LIST",
		"of an admin, domain names with commas between", NULL },
	{ "rights", CLI_WORD, "LIST",
		"in each of them: mailboxes, aliases, passwords, lists, dns, "
		"import; all (default) or none",
		NULL },
	{ 0 },
};

static const struct cli_option edit_options[] = {
	{ "name", CLI_TEXT, "NAME", "the person's name", "name" },
	{ "language", CLI_WORD, "LANG", "en or ja", "language" },
	{ 0 },
};

static const struct cli_option grant_options[] = {
	{ "domains", CLI_WORD, "LIST", "domain names with commas between",
		NULL },
	{ "rights", CLI_WORD, "LIST",
		"mailboxes, aliases, passwords, lists, dns, import; all "
		"(default) or none, to look only",
		NULL },
	{ 0 },
};

static const struct cli_option revoke_options[] = {
	{ "domains", CLI_WORD, "LIST", "domain names with commas between",
		NULL },
	{ 0 },
};

static const struct cli_option list_options[] = {
	{ "domain", CLI_WORD, "DOMAIN", "those of this domain", NULL },
	{ "search", CLI_TEXT, "TEXT", "part of a login or name", NULL },
	{ "limit", CLI_WORD, "N", "rows, 1 to 200 (50)", NULL },
	{ "after", CLI_WORD, "CURSOR", "the page behind it", NULL },
	{ "before", CLI_WORD, "CURSOR", "the page before it", NULL },
	{ "all", CLI_FLAG, NULL, "every row", NULL },
	{ 0 },
};

static bool
read_domains(struct cli *c, struct int_list *out, struct err *e)
{
	const char *list = cli_opt(c, "domains");
	char name[4 * DOMAIN_SIZE];
	struct domain d;

	out->items = arena_array(c->arena, MOST_DOMAINS, sizeof(*out->items));
	if (!out->items)
		return err_memory(e);
	while (list && *list != '\0') {
		size_t len = strcspn(list, ",");

		if (out->n == MOST_DOMAINS
			|| !str_copy_n(name, sizeof(name), list, len))
			return err_set(e, ERR_SYNTAX, "--domains", "too_long",
				"", "--domains is too long");
		if (!cli_find_domain(c, name, false, &d, e))
			return false;
		out->items[out->n++] = (int64_t)d.id;
		list += len;
		list += strspn(list, ",");
	}
	return true;
}

static bool
read_rights(struct cli *c, struct admin_in *in, struct err *e)
{
	const char *words = cli_opt(c, "rights");
	struct form_seen seen = { 0 };

	if (!words || strcmp(words, "all") == 0)
		words = "mailboxes,aliases,passwords,lists,dns,import";
	else if (strcmp(words, "none") == 0)
		return true;
	return form_set_text(
		admin_grant_form, "rights", words, in, &seen, c->arena, e);
}

static bool
find_admin(
	struct cli *c, const char *login, struct admin_view *out, struct err *e)
{
	struct admin admin;

	return admin_find(&c->core, login, &admin, e)
		&& admin_get(&c->core, &c->actor, admin.id, out, e);
}

static void
write_link(struct cli *c, struct jsonw *w, const char *token)
{
	char *link = arena_printf(
		c->arena, "%s/#/first-use?token=%s", c->conf.web.origin, token);

	jsonw_time(
		w, "valid_until", c->core.now() + FIRST_USE_TTL_S * US_PER_S);
	jsonw_str(w, "link", link);
}

static bool
add(struct cli *c, struct err *e)
{
	const char *role = cli_opt(c, "role");
	char token[TOKEN_LEN + 1];
	struct admin_in in = { 0 };
	struct form_seen seen = { 0 };
	struct admin_view out;

	if (!form_set_text(admin_create_form, "login", c->arg[0], &in, &seen,
		    c->arena, e)
		|| !form_set_text(admin_create_form, "role",
			role ? role : "superadmin", &in, &seen, c->arena, e)
		|| !cli_form(c, admin_create_form, &in, &seen, false, e)
		|| !read_domains(c, &in.domain_ids, e)
		|| (in.domain_ids.n > 0 && !read_rights(c, &in, e))
		|| !admin_create(&c->core, &c->actor, &in, token, &out, e))
		return false;
	jsonw_object(&c->json, NULL);
	jsonw_str(&c->json, "login", out.row.login);
	write_link(c, &c->json, token);
	jsonw_end(&c->json);
	explicit_bzero(token, sizeof(token));
	return true;
}

/* The first admin of an installation need not be made before. */
static bool
is_first(struct cli *c, bool *is, struct err *e)
{
	uint64_t n;

	if (!admin_count(&c->core, &n, e))
		return false;
	*is = n == 0;
	return true;
}

static bool
first_use_link(struct cli *c, struct err *e)
{
	char token[TOKEN_LEN + 1];
	struct admin admin;
	bool is;

	if (!is_first(c, &is, e))
		return false;
	if (is)
		return add(c, e);
	if (!admin_find(&c->core, c->arg[0], &admin, e)
		|| !first_use_make(&c->core, &c->actor, admin.id, token, e))
		return false;
	jsonw_object(&c->json, NULL);
	jsonw_str(&c->json, "login", admin.login);
	write_link(c, &c->json, token);
	jsonw_end(&c->json);
	explicit_bzero(token, sizeof(token));
	return true;
}

static bool
show(struct cli *c, struct err *e)
{
	struct admin_view v;

	if (!find_admin(c, c->arg[0], &v, e))
		return false;
	admin_write_json(&c->json, NULL, &v);
	return true;
}

static bool
patch(struct cli *c, const struct admin_in *in, const struct form_seen *seen,
	struct err *e)
{
	struct admin_view v;

	if (!find_admin(c, c->arg[0], &v, e)
		|| !admin_patch(
			&c->core, &c->actor, v.row.id, 0, in, seen, &v, e))
		return false;
	admin_write_json(&c->json, NULL, &v);
	return true;
}

static bool
edit(struct cli *c, struct err *e)
{
	struct admin_in in = { 0 };
	struct form_seen seen = { 0 };

	return cli_form(c, admin_patch_form, &in, &seen, false, e)
		&& patch(c, &in, &seen, e);
}

static bool
set_state(struct cli *c, const char *state, struct err *e)
{
	struct admin_in in = { 0 };
	struct form_seen seen = { 0 };

	return form_set_text(admin_patch_form, "state", state, &in, &seen,
		       c->arena, e)
		&& patch(c, &in, &seen, e);
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

static bool
grant_or_revoke(struct cli *c, bool is_revoke, struct err *e)
{
	struct admin_in in = { 0 };
	struct admin_view v;
	bool ok;

	if (!find_admin(c, c->arg[0], &v, e)
		|| !read_domains(c, &in.domain_ids, e))
		return false;
	if (in.domain_ids.n == 0)
		return err_set(e, ERR_SYNTAX, "--domains", "required", NULL,
			"say --domains");
	ok = is_revoke
		? admin_revoke(&c->core, &c->actor, v.row.id, 0, &in, &v, e)
		: read_rights(c, &in, e)
			&& admin_grant(
				&c->core, &c->actor, v.row.id, 0, &in, &v, e);
	if (ok)
		admin_write_json(&c->json, NULL, &v);
	return ok;
}

static bool
grant(struct cli *c, struct err *e)
{
	return grant_or_revoke(c, false, e);
}

static bool
revoke(struct cli *c, struct err *e)
{
	return grant_or_revoke(c, true, e);
}

static bool delete (struct cli *c, struct err *e)
{
	struct admin_view v;

	return find_admin(c, c->arg[0], &v, e)
		&& admin_delete(&c->core, &c->actor, v.row.id, 0, e);
}

static bool
reset_factors(struct cli *c, struct err *e)
{
	struct admin_view v;

	return find_admin(c, c->arg[0], &v, e)
		&& factor_reset_admin(
			&c->core, &c->actor, v.row.login, v.row.id, e);
}

static bool
page(struct cli *c, void *query, struct list_page *page_r, struct err *e)
{
	struct admin_view *items;

	if (!admin_list(&c->core, &c->actor, query, &items, page_r, e))
		return false;
	for (size_t i = 0; i < page_r->n; i++)
		admin_write_json(&c->json, NULL, &items[i]);
	return true;
}

static bool
list(struct cli *c, struct err *e)
{
	const char *domain = cli_opt(c, "domain");
	struct admin_query q = { 0 };
	struct domain d;

	if (domain && !cli_find_domain(c, domain, false, &d, e))
		return false;
	if (domain)
		q.domain_id = d.id;
	return cli_list(c, page, &q, &q.list, e);
}

/* clang-format off */
const struct cli_command cli_admin_commands[] = {
	{ "admin", "add", "LOGIN",
		"make an admin of the panel; prints his first-use link",
		add_options, NULL, CLI_DB, add },
	{ "admin", "list", NULL, "list the admins", list_options,
		"id,login,name,role,state,has_password,domain_count,named_by",
		CLI_DB, list },
	{ "admin", "show", "LOGIN", "an admin with his domains and rights",
		NULL, NULL, CLI_DB, show },
	{ "admin", "edit", "LOGIN", "change name and language", edit_options,
		NULL, CLI_WRITE, edit },
	{ "admin", "grant", "LOGIN", "give rights in domains", grant_options,
		NULL, CLI_WRITE, grant },
	{ "admin", "revoke", "LOGIN", "take domains away", revoke_options,
		NULL, CLI_WRITE, revoke },
	{ "admin", "disable", "LOGIN",
		"no sign-in; sessions, links and tokens end", NULL, NULL,
		CLI_WRITE, disable },
	{ "admin", "enable", "LOGIN", "let him sign in again", NULL, NULL,
		CLI_WRITE, enable },
	{ "admin", "delete", "LOGIN", "delete an admin with his tokens", NULL,
		NULL, CLI_WRITE, delete },
	{ "admin", "reset-factors", "LOGIN",
		"take all second factors away, and end his sessions", NULL,
		NULL, CLI_WRITE, reset_factors },
	{ "admin", "first-use-link", "LOGIN",
		"print a link that sets the password, once",
		NULL, NULL, CLI_DB, first_use_link },
	{ 0 },
};
/* clang-format on */
