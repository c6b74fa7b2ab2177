/*
 * `postroom token`: tokens of the API. One is shown when it is made, and never
 * again.
 */
#include <string.h>

#include "cli/find.h"
#include "core/admin.h"
#include "core/api_token.h"

static const struct cli_option add_options[] = {
	{ "scope", CLI_WORD, "SCOPE",
		"what it is good for, may be given often: mailbox.read, "
		"alias.*, *.read, *",
		NULL },
	{ "network", CLI_WORD, "NETWORK",
		"where it may come from, may be given often", NULL },
	{ "domain", CLI_WORD, "DOMAIN",
		"only in these domains, may be given often", NULL },
	{ "expires", CLI_TIME, "TIME", "a time, +90d, or never (default)",
		"expires_at" },
	{ 0 },
};

static bool
find_admin(struct cli *c, struct admin *out, struct err *e)
{
	return admin_find(&c->core, c->arg[0], out, e);
}

static bool
read_list(struct cli *c, const char *option, const char *field,
	struct api_token_in *in, struct err *e)
{
	const char *words = cli_opts(c, option);
	struct form_seen seen = { 0 };

	return !words
		|| form_set_text(
			api_token_form, field, words, in, &seen, c->arena, e);
}

static bool
read_domains(struct cli *c, struct int_list *out, struct err *e)
{
	const char *list = cli_opts(c, "domain");
	char name[4 * DOMAIN_SIZE];
	struct domain d;

	out->items =
		arena_array(c->arena, TOKEN_DOMAINS_MAX, sizeof(*out->items));
	if (!out->items)
		return err_memory(e);
	while (list && *list) {
		size_t len = strcspn(list, ",");

		if (out->n == TOKEN_DOMAINS_MAX
			|| !str_copy_n(name, sizeof(name), list, len))
			return err_set(e, ERR_SYNTAX, "--domain", "too_long",
				"", "--domain is too long");
		if (!cli_find_domain(c, name, false, &d, e))
			return false;
		out->items[out->n++] = (int64_t)d.id;
		list += len + (list[len] == ',');
	}
	return true;
}

static bool
add(struct cli *c, struct err *e)
{
	char token[TOKEN_LEN + 1];
	struct api_token_in in;
	struct form_seen seen = { 0 };
	struct api_token t;
	struct admin admin;

	api_token_in_defaults(&in);
	if (!find_admin(c, &admin, e)
		|| !form_set_text(api_token_form, "name", c->arg[1], &in, &seen,
			c->arena, e)
		|| !cli_form(c, api_token_form, &in, &seen, false, e)
		|| !read_list(c, "scope", "scopes", &in, e)
		|| !read_list(c, "network", "networks", &in, e)
		|| !read_domains(c, &in.domain_ids, e))
		return false;
	if (in.scopes.n == 0)
		return err_set(e, ERR_SYNTAX, "--scope", "required", NULL,
			"say what the token is good for with --scope");
	if (!api_token_create(&c->core, &c->actor, admin.id, &in, token, &t, e))
		return false;
	jsonw_object(&c->json, NULL);
	jsonw_uint(&c->json, "id", t.row.id);
	jsonw_str(&c->json, "login", t.row.login);
	jsonw_str(&c->json, "name", t.row.name);
	jsonw_time(&c->json, "expires_at", t.row.expires_us);
	jsonw_str(&c->json, "token", token);
	jsonw_end(&c->json);
	explicit_bzero(token, sizeof(token));
	return true;
}

static bool
list(struct cli *c, struct err *e)
{
	struct api_token *items;
	struct admin admin;
	size_t n;

	if (!find_admin(c, &admin, e)
		|| !api_token_list(
			&c->core, &c->actor, admin.id, &items, &n, e))
		return false;
	jsonw_object(&c->json, NULL);
	jsonw_array(&c->json, "items");
	for (size_t i = 0; i < n; i++)
		api_token_write_json(&c->json, NULL, &items[i]);
	jsonw_end(&c->json);
	jsonw_end(&c->json);
	return true;
}

static bool
revoke(struct cli *c, struct err *e)
{
	uint64_t id;

	return cli_number("ID", c->arg[0], &id, e)
		&& api_token_revoke(&c->core, &c->actor, id, e);
}

/* clang-format off */
const struct cli_command cli_token_commands[] = {
	{ "token", "add", "LOGIN NAME",
		"make an API token of an admin; prints it, once", add_options,
		NULL, CLI_DB, add },
	{ "token", "list", "LOGIN", "the tokens of an admin", NULL,
		"id,name,scopes,networks,expires_at,used_at,used_from,is_over",
		CLI_DB, list },
	{ "token", "revoke", "ID", "end a token", NULL, NULL, CLI_WRITE,
		revoke },
	{ 0 },
};
/* clang-format on */
