/*
 * Which keys a round takes, and which of them wait.
 */
#include "mta/round.h"

#include <string.h>

#include "base/cidr.h"
#include "base/log.h"
#include "base/timeutil.h"
#include "mta/gate.h"

static bool
add_key(struct round *r, const char *key, bool *is_new_r, struct err *e)
{
	const char *domain = key_domain(key);
	const bool whole =
		domain == key || holds_find(&r->node->held, domain) != NULL;
	return strset_add(whole ? &r->domains : &r->keys, whole ? domain : key,
		is_new_r, e);
}

/* Render a key; the whitelist is read as a whole. */
static bool
take_key(struct round *r, char kind, const char *key, bool is_confirmed,
	struct err *e)
{
	if (kind == 'w') {
		r->has_relays = role_has_relays(r->node->conf->node.role);
		return true;
	}
	return add_key(r, key, NULL, e)
		&& (!is_confirmed || strset_add(&r->confirmed, key, NULL, e));
}

static bool
add_change(struct round *r, const struct map_change *c, struct err *e)
{
	if (c->kind == 's')
		return c->serial <= r->node->applied
			|| !role_has(r->node->conf->node.role, MAP_ACCOUNTS)
			|| strset_add(&r->sessions, c->key, NULL, e);
	if (c->kind != 'w' && c->kind != 'a' && c->kind != 'd')
		return true;
	if (r->is_open)
		return take_key(r, c->kind, c->key, c->is_confirmed, e);
	return waiting_put(&r->touched, c->kind, c->key, c->serial,
		c->is_confirmed, NULL, e);
}

/* What changed is rendered, also what waits: its account goes live. */
static bool
take_touched(struct round *r, struct err *e)
{
	const struct node *n = r->node;
	struct waiting_step s = { 0 };
	for (const struct waiting_key *k;
		(k = waiting_next(&r->touched, &s));) {
		const bool waits = gate_key_waits(
			&n->gate, &r->touched, &n->waiting, k->key);
		if (k->serial <= n->rendered)
			continue;
		if (!take_key(r, k->kind, k->key, k->is_confirmed && !waits, e))
			return false;
	}
	return true;
}

/* What waited and does no more; and what the guard held and a person
 * confirmed. */
static bool
sweep(struct round *r, struct err *e)
{
	const struct node *n = r->node;
	struct waiting_step s = { 0 };
	for (const struct waiting_key *k;
		(k = waiting_next(&n->waiting, &s));) {
		if (gate_key_waits(&n->gate, &r->touched, &n->waiting, k->key))
			continue;
		if (!strset_add(&r->passing, k->key, NULL, e)
			|| !take_key(r, k->kind, k->key, k->is_confirmed, e))
			return false;
	}
	for (size_t i = 0; i < n->held.n; i++) {
		const char *d = n->held.hold[i].domain;
		const char *copy = arena_strdup(r->arena, d);
		if (gate_confirmed(&n->gate, d) == 0)
			continue;
		if (!copy)
			return err_memory(e);
		if (!strset_add(&r->domains, copy, NULL, e))
			return false;
	}
	return true;
}

static bool
take_recheck(struct round *r, struct err *e)
{
	const struct node_recheck *again = &r->node->recheck;
	for (size_t i = 0; i < again->n; i++) {
		bool is_new;
		if (!add_key(r, again->key[i], &is_new, e)
			|| (is_new
				&& !strset_add(
					&r->repairs, again->key[i], NULL, e)))
			return false;
	}
	return true;
}

/* Every domain of a secondary has the next hop in its lines. */
static void
note_next_hop(struct node *n)
{
	if (strcmp(n->next_hop, n->source->next_hop) == 0)
		return;
	memcpy(n->next_hop, n->source->next_hop, sizeof(n->next_hop));
	n->check_due = true;
}

/* Which changed: where something may wait, all of it has to be known. */
static bool
read_changes(struct round *r, struct err *e)
{
	struct node *n = r->node;
	const size_t most = r->is_open ? n->source->round_keys : WAITING_MOST;
	if (r->serial > n->read_from
		&& !source_changes(n->source, n->read_from, r->serial, most,
			r->arena, &r->changes, e))
		return false;
	if (r->changes.is_cut && !r->is_open)
		return waiting_too_many(e);
	for (size_t i = 0; i < r->changes.n; i++)
		if (!add_change(r, &r->changes.change[i], e))
			return false;
	return true;
}

bool
round_read_changes(struct round *r, struct err *e)
{
	struct node *n = r->node;
	struct gate_row row;
	if (!source_begin(n->source, &r->serial, e)
		|| !gate_refresh(n, &row, e))
		return false;
	note_next_hop(n);
	if (r->serial < n->applied)
		return err_set(e, ERR_INTERNAL, "", "serial_back", "",
			"the database is older than what is live (%llu, %llu)",
			(unsigned long long)r->serial,
			(unsigned long long)n->applied);
	r->is_open = gate_is_open(&n->gate) && n->waiting.n == 0;
	r->is_sweep = n->sweep_due;
	if (!read_changes(r, e) || !take_touched(r, e)
		|| (r->is_sweep && !sweep(r, e)) || !take_recheck(r, e))
		return false;
	r->is_overrun = r->changes.is_cut
		|| r->keys.n + r->domains.n > n->source->round_keys;
	return true;
}

/* Which entry a line that stays behind is counted with. */
static struct waiting_key *
counted_with(const struct round *r, const char *key)
{
	char all[DOMAIN_SIZE + 2];
	struct waiting_key *k = waiting_find(&r->touched, key);
	if (k || waiting_find(&r->node->waiting, key))
		return k;
	k = waiting_find(&r->touched, key_domain(key));
	snprintf(all, sizeof(all), "@%s", key_domain(key));
	return k ? k : waiting_find(&r->touched, all);
}

void
round_let_wait(struct round *r)
{
	struct delta *d = &r->delta;
	const struct delta all = *d;
	struct waiting_step s = { 0 };
	if (gate_is_open(&r->node->gate))
		return;
	for (struct waiting_key *k; (k = waiting_next(&r->touched, &s));)
		k->lines = 0;
	d->n = d->added = d->changed = d->removed = 0;
	for (size_t i = 0; i < all.n; i++) {
		const struct delta_line x = all.line[i];
		if (gate_is_routing(x.map, x.after != NULL)
			&& gate_key_waits(&r->node->gate, &r->touched,
				&r->node->waiting, x.key)) {
			struct waiting_key *k = counted_with(r, x.key);
			if (k)
				k->lines++;
			continue;
		}
		delta_keep(d, x);
	}
}

bool
round_settle_waiting(struct round *r, struct err *e)
{
	struct node *n = r->node;
	struct waiting_step s = { 0 };
	struct waiting_key *to;
	/* First what stays: the others are looked up beside it. */
	for (const struct waiting_key *k;
		(k = waiting_next(&r->touched, &s));) {
		if (!gate_key_waits(&n->gate, &r->touched, &n->waiting, k->key))
			continue;
		if (!waiting_put(&n->waiting, k->kind, k->key, k->serial,
			    k->is_confirmed, &to, e))
			return false;
		waiting_set_lines(&n->waiting, to, k->lines);
	}
	/* These texts are the entries' own: they go before others do. */
	for (size_t i = 0; i < r->passing.n; i++)
		waiting_remove(&n->waiting, r->passing.list[i]);
	s = (struct waiting_step){ 0 };
	for (const struct waiting_key *k; (k = waiting_next(&r->touched, &s));)
		if (!gate_key_waits(&n->gate, &r->touched, &n->waiting, k->key))
			waiting_remove(&n->waiting, k->key);
	if (r->is_sweep) {
		waiting_settle(&n->waiting);
		n->sweep_due = false;
	}
	n->read_from = r->serial;
	n->rendered = 0;
	return true;
}

void
round_let_relays_wait(struct round *r)
{
	const struct node *n = r->node;
	if (gate_is_open(&n->gate) || n->applied == 0)
		return;
	if (r->is_alone)
		gate_relays_all_wait(&n->relays, &r->relays);
	else
		gate_relays(&n->gate, &r->touched, &n->waiting, &n->relays,
			&r->relays);
}

/* Beside a change of the whole domain a difference may come of that. */
static bool
is_repair(const struct round *r, const char *key)
{
	const char *domain = key_domain(key);
	return strset_has(&r->repairs, domain) || strset_has(&r->stays, key)
		|| (strset_has(&r->repairs, key)
			&& !strset_has(&r->domains, domain));
}

uint64_t
round_tag(void *ctx, const struct delta_line *d)
{
	const struct round *r = ctx;
	const char *domain = key_domain(d->key);
	if (is_repair(r, d->key))
		return 0;
	const uint64_t approved = gate_approved(&r->node->gate, domain);
	return approved < r->serial ? approved : r->serial;
}
