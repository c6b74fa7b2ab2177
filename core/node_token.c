/*
 * Tokens of nodes.
 */
#include "core/node.h"

#include <string.h>

#include "base/timeutil.h"
#include "core/node_ops.h"

void
node_new_token(struct node *n, int64_t now_us)
{
	token_make(n->token, TOKEN_LEN);
	token_digest(n->token, n->row.token_hash);
	n->row.has_token = true;
	n->row.token_created_us = now_us;
	n->row.token_used_us = TIME_NONE;
}

void
node_drop_token(struct node_def_row *n)
{
	n->has_token = false;
	n->token_created_us = n->token_used_us = TIME_NONE;
	explicit_bzero(n->token_hash, sizeof(n->token_hash));
}

struct token_write {
	uint64_t id;
	bool is_new;
	struct node n;
};

static bool
token_in(struct tx *t, void *ctx, struct err *e)
{
	struct token_write *p = ctx;
	struct node_def_row before;

	if (!node_locked(t, p->id, 0, &before, e))
		return false;
	p->n = (struct node){ .row = before };
	if (p->is_new && before.network[0] == '\0')
		return err_set(e, ERR_CONFLICT, "network", "no_network",
			before.name, "%s has no network to pull from",
			before.name);
	if (p->is_new)
		node_new_token(&p->n, t->now_us);
	else
		node_drop_token(&p->n.row);
	return node_apply(t, &before, &p->n.row, e);
}

static bool
run(struct core *c, const struct actor *a, struct token_write *p,
	struct node *out, struct err *e)
{
	if (!actor_need_superadmin(a, e)
		|| !core_run(c, a, "node.token", token_in, p, NULL, e))
		return false;
	*out = p->n;
	return node_finish(c, out, e);
}

bool
node_make_token(struct core *c, const struct actor *a, uint64_t id,
	struct node *out, struct err *e)
{
	return run(c, a, &(struct token_write){ .id = id, .is_new = true }, out,
		e);
}

bool
node_revoke_token(struct core *c, const struct actor *a, uint64_t id,
	struct node *out, struct err *e)
{
	return run(c, a, &(struct token_write){ .id = id }, out, e);
}
