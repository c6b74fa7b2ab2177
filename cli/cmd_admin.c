/*
 * `postroom admin`: who may sign in to the panel. A link sets the password
 * once; only its hash is kept, so it is shown here and never again.
 */
#include "cli/find.h"
#include "core/admin.h"

enum { MOST_DOMAINS = 1000 };

static const struct cli_option add_options[] = {
	{ "role", CLI_WORD, "ROLE", "superadmin (default) or admin", NULL },
	{ "name", CLI_TEXT, "NAME", "the person's name", NULL },
	{ "domains", CLI_WORD, "LIST",
		"of an admin, domain names with commas between", NULL },
	{ 0 },
};

static bool
find_role(const char *name, enum role *role_r, struct err *e)
{
	static const enum role roles[] = { ROLE_SUPERADMIN, ROLE_ADMIN };

	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (strcmp(role_name(roles[i]), name) == 0) {
			*role_r = roles[i];
			return true;
		}
	return err_set(e, ERR_SYNTAX, "--role", "not_a_choice", name,
		"there is no role %s", name);
}

static bool
read_domains(struct cli *c, const char *list, uint64_t *ids, size_t *n_r,
	struct err *e)
{
	char name[4 * DOMAIN_SIZE];
	struct domain d;

	*n_r = 0;
	while (*list != '\0') {
		size_t len = strcspn(list, ",");

		if (*n_r == MOST_DOMAINS
			|| !str_copy_n(name, sizeof(name), list, len))
			return err_set(e, ERR_SYNTAX, "--domains", "too_long",
				"", "--domains is too long");
		if (!cli_find_domain(c, name, false, &d, e))
			return false;
		ids[(*n_r)++] = d.id;
		list += len;
		list += strspn(list, ",");
	}
	return true;
}

static void
write_admin(struct jsonw *w, const char *key, const struct admin *a)
{
	jsonw_object(w, key);
	jsonw_uint(w, "id", a->id);
	jsonw_str(w, "login", a->login);
	jsonw_str(w, "name", a->name);
	jsonw_str(w, "role", role_name(a->role));
	jsonw_bool(w, "active", a->is_active);
	jsonw_bool(w, "has_password", a->has_password);
	if (a->role == ROLE_ADMIN)
		jsonw_uint(w, "domains", a->n_domains);
	jsonw_end(w);
}

static bool
add(struct cli *c, struct err *e)
{
	const char *role_text = cli_opt(c, "role");
	const char *domains = cli_opt(c, "domains");
	const char *name = cli_opt(c, "name");
	uint64_t *ids = arena_array(c->arena, MOST_DOMAINS, sizeof(*ids));
	enum role role = ROLE_SUPERADMIN;
	struct admin out;
	size_t n = 0;

	if (ids == NULL)
		return err_memory(e);
	if (role_text != NULL && !find_role(role_text, &role, e))
		return false;
	if (domains != NULL && !read_domains(c, domains, ids, &n, e))
		return false;
	if (!admin_create(&c->core, &c->actor, c->arg[0], name ? name : "",
		    role, ids, n, &out, e))
		return false;
	write_admin(&c->json, NULL, &out);
	return true;
}

/* The first admin of an installation need not be made before. */
static bool
find_or_first(
	struct cli *c, const char *login, struct admin *out, struct err *e)
{
	uint64_t n;

	if (!admin_count(&c->core, &n, e))
		return false;
	if (n > 0)
		return admin_find(&c->core, login, out, e);
	return admin_create(&c->core, &c->actor, login, "", ROLE_SUPERADMIN,
		NULL, 0, out, e);
}

static bool
first_use_link(struct cli *c, struct err *e)
{
	char token[TOKEN_LEN + 1], link[512];
	struct admin admin;
	int64_t until_us;
	int n;

	if (!find_or_first(c, c->arg[0], &admin, e)
		|| !first_use_make(&c->core, &c->actor, admin.id, token, e))
		return false;
	until_us = c->core.now() + FIRST_USE_TTL_S * US_PER_S;
	n = snprintf(link, sizeof(link), "%s/#/first-use?token=%s",
		c->conf.web.origin, token);
	if (n < 0 || (size_t)n >= sizeof(link))
		return err_memory(e);
	jsonw_object(&c->json, NULL);
	jsonw_str(&c->json, "login", admin.login);
	jsonw_time(&c->json, "valid_until", until_us);
	jsonw_str(&c->json, "link", link);
	jsonw_end(&c->json);
	explicit_bzero(token, sizeof(token));
	explicit_bzero(link, sizeof(link));
	return true;
}

static bool
list(struct cli *c, struct err *e)
{
	struct admin *items;
	size_t n;

	if (!admin_list(&c->core, &c->actor, &items, &n, e))
		return false;
	jsonw_object(&c->json, NULL);
	jsonw_array(&c->json, "items");
	for (size_t i = 0; i < n; i++)
		write_admin(&c->json, NULL, &items[i]);
	jsonw_end(&c->json);
	jsonw_end(&c->json);
	return true;
}

/* clang-format off */
const struct cli_command cli_admin_commands[] = {
	{ "admin", "add", "LOGIN", "make an admin of the panel",
		add_options, NULL, CLI_DB, add },
	{ "admin", "list", NULL, "list the admins", NULL,
		"id,login,name,role,active,has_password", CLI_DB, list },
	{ "admin", "first-use-link", "LOGIN",
		"print a link that sets the password, once",
		NULL, NULL, CLI_DB, first_use_link },
	{ 0 },
};
/* clang-format on */
