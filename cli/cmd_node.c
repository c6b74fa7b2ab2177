/* `postroom node`: mail nodes, their roles and their tokens. */
#include "cli/find.h"
#include "core/node.h"
#include "core/publishing.h"

#define NODE_OPTIONS                                                           \
	{ "network", CLI_WORD, "NETWORKS",                                     \
		"addresses that it pulls and sends from", "network" },         \
		{ "next-hop", CLI_WORD, "TRANSPORT",                           \
			"where a secondary delivers, smtp:[HOST]",             \
			"next_hop" },                                          \
	{                                                                      \
		"note", CLI_TEXT, "TEXT", "what it is", "note"                 \
	}

static const struct cli_option add_options[] = {
	{ "role", CLI_WORD, "ROLE", "mailbox (default), secondary, outbound",
		"role" },
	NODE_OPTIONS,
	{ 0 },
};

static const struct cli_option edit_options[] = {
	NODE_OPTIONS,
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	{ 0 },
};

static const struct cli_option version_options[] = {
	{ "if-version", CLI_WORD, "N", "only if it has this version", NULL },
	{ 0 },
};

static const struct cli_option token_options[] = {
	{ "revoke", CLI_FLAG, NULL, "make none in its place", NULL },
	{ 0 },
};

/* By its name, or its id. */
static bool
find(struct cli *c, const char *name, struct node *out, struct err *e)
{
	int64_t id;
	bool found;

	if (!node_find(&c->core, &c->actor, name, out, &found, e))
		return false;
	if (found)
		return true;
	if (str_to_i64(name, 1, INT64_MAX, &id))
		return node_get(&c->core, &c->actor, (uint64_t)id, out, e);
	return err_set(e, ERR_NOT_FOUND, "node", "not_found", name,
		"there is no node %s", name);
}

/* Made before with this role: said again, without a token. */
static bool
is_there(struct cli *c, const struct node_in *in, struct node *out,
	bool *found_r, struct err *e)
{
	if (!node_find(&c->core, &c->actor, in->name, out, found_r, e))
		return false;
	if (!*found_r || out->row.role == in->role)
		return true;
	return err_set(e, ERR_CONFLICT, "role", "role_differs", in->name,
		"node %s is there with the role %s", in->name,
		node_role_word(out->row.role));
}

static void
answer(struct cli *c, struct node *n)
{
	node_write_json(&c->json, NULL, n);
	explicit_bzero(n->token, sizeof(n->token));
}

static bool
add(struct cli *c, struct err *e)
{
	struct node_in in = { 0 };
	struct form_seen seen = { 0 };
	struct node out;
	bool found;

	if (!form_set_text(node_create_form, "name", c->arg[0], &in, &seen,
		    c->arena, e)
		|| !cli_form(c, node_create_form, &in, &seen, true, e)
		|| !is_there(c, &in, &out, &found, e)
		|| (!found && !node_create(&c->core, &c->actor, &in, &out, e)))
		return false;
	node_write_open(&c->json, NULL, &out);
	jsonw_bool(&c->json, "is_new", !found);
	jsonw_end(&c->json);
	explicit_bzero(out.token, sizeof(out.token));
	return true;
}

static bool
list(struct cli *c, struct err *e)
{
	struct publishing p;

	if (!publishing_get(&c->core, &c->actor, &p, e))
		return false;
	jsonw_object(&c->json, NULL);
	jsonw_array(&c->json, "items");
	for (size_t i = 0; i < p.n_nodes; i++)
		node_view_write_json(&c->json, &p.nodes[i]);
	jsonw_end(&c->json);
	jsonw_end(&c->json);
	return true;
}

static bool
show(struct cli *c, struct err *e)
{
	struct node n;

	if (!find(c, c->arg[0], &n, e))
		return false;
	answer(c, &n);
	return true;
}

static bool
edit(struct cli *c, struct err *e)
{
	struct node_in in = { 0 };
	struct form_seen seen = { 0 };
	struct node n, out;
	uint64_t version;

	if (!cli_version(c, &version, e) || !find(c, c->arg[0], &n, e)
		|| !cli_form(c, node_patch_form, &in, &seen, true, e)
		|| !node_patch(&c->core, &c->actor, n.row.id, version, &in,
			&seen, &out, e))
		return false;
	answer(c, &out);
	return true;
}

static bool delete (struct cli *c, struct err *e)
{
	struct node n;
	uint64_t version;

	if (!cli_version(c, &version, e) || !find(c, c->arg[0], &n, e)
		|| !node_delete(&c->core, &c->actor, n.row.id, version, e))
		return false;
	answer(c, &n);
	return true;
}

static bool
token(struct cli *c, struct err *e)
{
	struct node n, out;

	if (!find(c, c->arg[0], &n, e))
		return false;
	if (cli_opt(c, "revoke") ? !node_revoke_token(
		    &c->core, &c->actor, n.row.id, &out, e)
				 : !node_make_token(&c->core, &c->actor,
					 n.row.id, &out, e))
		return false;
	answer(c, &out);
	return true;
}

/* clang-format off */
const struct cli_command cli_node_commands[] = {
	{ "node", "add", "NAME", "make a mail node known; harmless again",
		add_options, NULL, CLI_DB, add },
	{ "node", "list", NULL, "list the mail nodes and what they have live",
		NULL, "name,role,state,serial,hold_serial,pending,drift,"
		"applied_at,message", CLI_DB, list },
	{ "node", "show", "NAME", "show one", NULL, NULL, CLI_DB, show },
	{ "node", "edit", "NAME", "change its network, next hop or note",
		edit_options, NULL, CLI_DB, edit },
	{ "node", "delete", "NAME", "forget it; its token is void",
		version_options, NULL, CLI_DB, delete },
	{ "node", "token", "NAME", "make another token; the former is void",
		token_options, NULL, CLI_DB, token },
	{ 0 },
};
/* clang-format on */
