/*
 * Drift of lines that stay as they are live: no row says what they must be, the
 * node's own records do (kept.h).
 */
#include "mta/round.h"

#include <string.h>

#include "base/log.h"
#include "mta/kept.h"
#include "mta/live.h"

static bool
is_held(const struct round *r, const char *key)
{
	return holds_find(&r->node->held, key_domain(key)) != NULL;
}

static bool
waits(const struct round *r, const char *key)
{
	const struct node *n = r->node;
	return gate_key_waits(&n->gate, &r->touched, &n->waiting, key);
}

static bool
find_stays(struct round *r, struct err *e)
{
	const struct node_recheck *again = &r->node->recheck;
	for (size_t i = 0; i < again->n; i++) {
		const char *key = again->key[i];
		if ((is_held(r, key) || waits(r, key))
			&& !strset_add(&r->stays, key, NULL, e))
			return false;
	}
	return true;
}

/* A map of which it is not known how it was left is as it is. */
static void
read_left(struct round *r)
{
	const struct conf_node *c = &r->node->conf->node;
	for (int m = MAP_ACCOUNTS + 1; m < MAP_COUNT; m++) {
		struct map_lines *l = &r->left.map[m];
		struct err why = ERR_EMPTY;
		if (!role_has(c->role, (enum map_id)m)
			|| kept_text(c, (enum map_id)m, &r->stays, l, &why))
			continue;
		log_warn("%s: what waits is not put right: %s",
			map_name((enum map_id)m), err_text(&why));
		lines_free(l);
		lines_free(&r->left_live.map[m]);
	}
}

/* Who may send is not held back by what waits, only with a held domain. */
static bool
compare(struct round *r, struct delta *out, struct err *e)
{
	struct delta all = { 0 };
	lines_free(&r->left_live.map[MAP_ACCOUNTS]);
	bool ok = delta_set(&all, &r->left_live, &r->left, e);
	for (size_t i = 0; ok && i < all.n; i++) {
		const struct delta_line *x = &all.line[i];
		if (is_held(r, x->key)
			|| gate_is_routing(x->map, x->after != NULL))
			ok = delta_add(out, x, e);
	}
	delta_free(&all);
	return ok;
}

bool
round_put_right(struct round *r, struct err *e)
{
	struct delta d = { 0 };
	if (!find_stays(r, e))
		return false;
	if (r->stays.n == 0)
		return true;
	if (!live_read(r->node, &r->stays, NULL, &r->left_live, &r->left_answer,
		    e))
		return false;
	read_left(r);
	const bool ok = compare(r, &d, e) && delta_join(&r->delta, &d, e);
	delta_free(&d);
	return ok;
}
