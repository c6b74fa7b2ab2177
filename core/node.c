/*
 * Nodes: their forms, rules and writes. Tokens are in node_token.c.
 */
#include "core/node.h"

#include <string.h>

#include "base/cidr.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "core/node_ops.h"
#include "core/ops.h"

static const char *const role_words[] = {
	[NODE_MAILBOX] = "mailbox",
	[NODE_SECONDARY] = "secondary",
	[NODE_OUTBOUND] = "outbound",
	NULL,
};

const char *
node_role_word(unsigned role)
{
	return role_words[role];
}

static bool
check_name(const char *in, char *out, size_t cap, struct err *e)
{
	const size_t len = strlen(in);

	if (len > 0 && len < cap
		&& strspn(in, "abcdefghijklmnopqrstuvwxyz0123456789.-") == len)
		return str_copy(out, cap, in);
	return err_set(e, ERR_INVALID, "name", "bad_character", in,
		"a node's name has 1 to %d of a-z 0-9 . -", NODE_NAME_SIZE - 1);
}

/* Addresses and networks, in their canonical form, a blank between them. */
static bool
check_network(const char *in, char *out, size_t cap, struct err *e)
{
	struct str s = str_over(out, cap);
	unsigned n = 0;

	for (in += strspn(in, " ,"); *in != '\0'; in += strspn(in, " ,")) {
		const size_t len = strcspn(in, " ,");
		char one[CIDR_TEXT_SIZE + 1], text[CIDR_TEXT_SIZE];

		if (!str_copy_n(one, sizeof(one), in, len))
			return err_set(e, ERR_INVALID, "network", "bad_network",
				in, "this is no address or network");
		if (!cidr_check(one, text, sizeof(text), e))
			return false;
		if (++n > NODE_NETWORKS_MAX)
			return err_set(e, ERR_INVALID, "network",
				"too_many_items", NULL,
				"a node has up to %d networks",
				NODE_NETWORKS_MAX);
		str_addf(&s, "%s%s", n > 1 ? " " : "", text);
		in += len;
	}
	if (n == 0)
		out[0] = '\0';
	return str_is_ok(&s)
		|| err_set(e, ERR_INVALID, "network", "too_long", NULL,
			"the networks are too long");
}

/* clang-format off */
#define NODE_FIELDS                                                            \
	{ FIELD_AT(struct node_in, network), .check = check_network },         \
	{ FIELD_AT(struct node_in, next_hop), .check = check_transport },      \
	{ FIELD_AT(struct node_in, note), .check = check_line },               \
	{ 0 }
const struct field node_create_form[] = {
	{ FIELD_AT(struct node_in, name), .check = check_name,
		.required = true },
	{ FIELD_AT(struct node_in, role), .words = role_words },
	NODE_FIELDS
};
const struct field node_patch_form[] = { NODE_FIELDS };

#define F(member, kind_) .name = #member, .kind = (kind_),                     \
	.at = offsetof(struct node_def_row, member)
#define N(key, member, kind_) .name = (key), .kind = (kind_),                  \
	.at = offsetof(struct node_def_row, member)
static const struct image_field node_fields[] = {
	{ F(id, IMAGE_UINT), .where = IN_API },
	{ F(name, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(role, IMAGE_WORD), .where = IN_API | IN_IMAGE,
		.words = role_words, .n_words = NODE_OUTBOUND + 1 },
	{ F(network, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(next_hop, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(note, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(has_token, IMAGE_BOOL), .where = IN_API | IN_IMAGE },
	{ N("token_created_at", token_created_us, IMAGE_TIME),
		.where = IN_API | IN_IMAGE },
	{ N("token_used_at", token_used_us, IMAGE_TIME), .where = IN_API },
	{ N("created_at", created_us, IMAGE_TIME), .where = IN_API },
	{ F(version, IMAGE_UINT), .where = IN_API },
	{ 0 }
};
#undef F
#undef N
/* clang-format on */

void
node_write_open(struct jsonw *w, const char *key, const struct node *n)
{
	image_api_open(w, key, node_fields, &n->row);
	if (n->token[0] != '\0')
		jsonw_str(w, "token", n->token);
}

void
node_write_json(struct jsonw *w, const char *key, const struct node *n)
{
	node_write_open(w, key, n);
	jsonw_end(w);
}

/* What a role needs and cannot have. */
static bool
check_role(const struct tx *t, const struct node_def_row *n, struct err *e)
{
	const struct conf_limits *limits = &t->c->conf->limits;
	struct cidr net;
	char one[CIDR_TEXT_SIZE];

	if (n->role != NODE_MAILBOX && n->network[0] == '\0')
		err_add(e, ERR_INVALID, "network", "required", NULL,
			"say which addresses the node sends from");
	if (n->role == NODE_SECONDARY && n->next_hop[0] == '\0')
		err_add(e, ERR_INVALID, "next_hop", "required", NULL,
			"say where a secondary delivers to");
	if (n->role == NODE_MAILBOX && n->next_hop[0] != '\0')
		err_add(e, ERR_INVALID, "next_hop", "not_for_mailbox", NULL,
			"a mailbox host delivers by itself");
	for (const char *at = n->network; *at && !err_is_set(e);) {
		const size_t len = strcspn(at, " ");

		if (!str_copy_n(one, sizeof(one), at, len)
			|| !cidr_parse(one, &net, e)
			|| !cidr_check_width(&net,
				(unsigned)limits->whitelist_min_prefix4,
				(unsigned)limits->whitelist_min_prefix6, e))
			return false;
		at += len + (at[len] == ' ');
	}
	return !err_is_set(e);
}

bool
node_locked(struct tx *t, uint64_t id, uint64_t version,
	struct node_def_row *out, struct err *e)
{
	bool found;

	if (!node_row_get(t->db, t->arena, id, true, out, &found, e))
		return false;
	return (found || no_such("node", e))
		&& check_version(version, out->version, e);
}

/* The nodes relay for the networks of other nodes. */
static bool
key_networks(struct tx *t, const struct node_def_row *row, struct err *e)
{
	const char *at = row->network;

	while (*at) {
		const size_t n = strcspn(at, " ");
		const char *one = arena_strndup(t->arena, at, n);

		if (!one)
			return err_memory(e);
		if (n > 0 && !tx_key(t, 'w', one, e))
			return false;
		at += n + (at[n] == ' ');
	}
	return true;
}

bool
node_apply(struct tx *t, const struct node_def_row *before,
	struct node_def_row *after, struct err *e)
{
	struct change_in change = { .noun = "node",
		.noun_id = after->id,
		.op = CHANGE_UPDATE,
		.subject = after->name,
		.version = before->version + 1 };
	bool same;

	if (!image_diff(node_fields, before, after, t->arena, &change.before,
		    &change.after, &same, e))
		return false;
	if (same)
		return true;
	after->version = change.version;
	return check_role(t, after, e) && node_row_update(t->db, after, e)
		&& tx_change(t, &change, e)
		&& (strcmp(before->network, after->network) == 0
			|| (key_networks(t, before, e)
				&& key_networks(t, after, e)));
}

struct write {
	uint64_t id, version;
	const struct node_in *in;
	const struct form_seen *seen;
	struct node n;
};

static bool
create_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;
	struct node_def_row *row = &p->n.row;
	struct change_in change = { .noun = "node",
		.op = CHANGE_CREATE,
		.subject = p->in->name,
		.version = 1 };

	*row = (struct node_def_row){ .name = p->in->name,
		.role = p->in->role,
		.network = p->in->network,
		.next_hop = p->in->next_hop,
		.note = p->in->note,
		.token_created_us = TIME_NONE,
		.token_used_us = TIME_NONE,
		.created_us = t->now_us,
		.version = 1 };
	if (row->network[0] != '\0')
		node_new_token(&p->n, t->now_us);
	if (!check_role(t, row, e))
		return false;
	if (!node_row_insert(t->db, row, e)) {
		if (err_take_duplicate(e, "node_name"))
			err_set(e, ERR_CONFLICT, "name", "name_taken",
				row->name, "there is a node %s already",
				row->name);
		return false;
	}
	change.noun_id = row->id;
	return image_full(node_fields, row, t->arena, &change.after, e)
		&& tx_change(t, &change, e) && key_networks(t, row, e);
}

bool
node_finish(struct core *c, struct node *n, struct err *e)
{
	struct node_def_row *row = &n->row;

	row->name = arena_strdup(c->arena, row->name);
	row->network = arena_strdup(c->arena, row->network);
	row->next_hop = arena_strdup(c->arena, row->next_hop);
	row->note = arena_strdup(c->arena, row->note);
	return (row->name && row->network && row->next_hop && row->note)
		|| err_memory(e);
}

bool
node_create(struct core *c, const struct actor *a, const struct node_in *in,
	struct node *out, struct err *e)
{
	struct write p = { .in = in };

	if (!actor_need_superadmin(a, e)
		|| !core_run(c, a, "node.create", create_in, &p, NULL, e))
		return false;
	*out = p.n;
	return node_finish(c, out, e);
}

#define CAME(m) FORM_CAME(node_patch_form, p->seen, struct node_in, m)

static bool
patch_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;
	struct node_def_row before, *after = &p->n.row;

	if (!node_locked(t, p->id, p->version, &before, e))
		return false;
	*after = before;
	if (CAME(network))
		after->network = p->in->network;
	if (CAME(next_hop))
		after->next_hop = p->in->next_hop;
	if (CAME(note))
		after->note = p->in->note;
	if (after->network[0] == '\0')
		node_drop_token(after);
	return node_apply(t, &before, after, e);
}

bool
node_patch(struct core *c, const struct actor *a, uint64_t id, uint64_t version,
	const struct node_in *in, const struct form_seen *seen,
	struct node *out, struct err *e)
{
	struct write p = {
		.id = id, .version = version, .in = in, .seen = seen
	};

	if (!actor_need_superadmin(a, e)
		|| !core_run(c, a, "node.update", patch_in, &p, NULL, e))
		return false;
	*out = p.n;
	return node_finish(c, out, e);
}

static bool
delete_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;
	struct node_def_row *row = &p->n.row;
	struct change_in change = {
		.noun = "node", .noun_id = p->id, .op = CHANGE_DELETE
	};

	if (!node_locked(t, p->id, p->version, row, e)
		|| !image_full(node_fields, row, t->arena, &change.before, e))
		return false;
	change.subject = row->name;
	change.version = row->version + 1;
	return node_row_delete(t->db, p->id, e) && tx_change(t, &change, e)
		&& key_networks(t, row, e);
}

bool
node_delete(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, struct err *e)
{
	struct write p = { .id = id, .version = version };

	return actor_need_superadmin(a, e)
		&& core_run(c, a, "node.delete", delete_in, &p, NULL, e);
}

bool
node_get(struct core *c, const struct actor *a, uint64_t id, struct node *out,
	struct err *e)
{
	bool found;

	*out = (struct node){ 0 };
	if (!actor_need_superadmin(a, e)
		|| !node_row_get(
			c->db, c->arena, id, false, &out->row, &found, e))
		return false;
	return found || no_such("node", e);
}

bool
node_find(struct core *c, const struct actor *a, const char *name,
	struct node *out, bool *found_r, struct err *e)
{
	*out = (struct node){ 0 };
	return actor_need_superadmin(a, e)
		&& node_row_find(c->db, c->arena, name, &out->row, found_r, e);
}

bool
node_list(struct core *c, const struct actor *a, struct node **items_r,
	size_t *n_r, struct err *e)
{
	struct node_def_row *rows;

	if (!actor_need_superadmin(a, e)
		|| !node_row_list(c->db, c->arena, &rows, n_r, e))
		return false;
	*items_r = arena_array(c->arena, *n_r + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	for (size_t i = 0; i < *n_r; i++)
		(*items_r)[i] = (struct node){ .row = rows[i] };
	return true;
}
