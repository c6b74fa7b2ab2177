/*
 * See rebuild_guard.h. What a person confirmed is read only where something
 * would be held otherwise.
 */
#include "mta/rebuild_guard.h"

#include <stdlib.h>

#include "maps/guard.h"

/* What people confirmed since the applied serial. */
struct confirmed {
	struct map_changes changes;
	struct strset keys; /* addresses and domains */
};

static struct guard
guard_of(const struct conf *conf)
{
	return (struct guard){ (size_t)conf->node.guard_lines,
		(unsigned)conf->node.guard_percent };
}

static bool
read_confirmed(const struct everything *x, struct source *s,
	struct confirmed *out, struct err *e)
{
	uint64_t head;
	bool ok = source_begin(s, &head, e)
		&& (head <= x->applied
			|| source_changes(s, x->applied, head, WAITING_MOST,
				x->arena, &out->changes, e));
	source_end(s);
	/* Of a list that was cut nothing is known: nothing is confirmed. */
	for (size_t i = 0; ok && !out->changes.is_cut && i < out->changes.n;
		i++) {
		const struct map_change *c = &out->changes.change[i];
		ok = !c->is_confirmed
			|| strset_add(&out->keys, c->key, NULL, e);
	}
	return ok;
}

/* A domain that is no more was deleted by its confirmed name. */
static bool
is_gone(const struct everything *x, const char *domain)
{
	return !lines_find(&x->wanted.map[MAP_DOMAINS], domain);
}

/* The lines that would go and that nobody confirmed. */
static bool
find_removed(const struct everything *x, const struct map_set *live,
	const struct strset *confirmed, struct delta *out, struct err *e)
{
	struct delta all = { 0 };
	bool ok = delta_map(&all, MAP_MAILBOXES, &live->map[MAP_MAILBOXES],
			  &x->wanted.map[MAP_MAILBOXES], e)
		&& delta_map(&all, MAP_ALIASES, &live->map[MAP_ALIASES],
			&x->wanted.map[MAP_ALIASES], e);
	for (size_t i = 0; ok && i < all.n; i++) {
		const struct delta_line *d = &all.line[i];
		const char *domain = key_domain(d->key);
		if (!guard_counts(d) || is_gone(x, domain)
			|| strset_has(confirmed, d->key)
			|| strset_has(confirmed, domain)
			|| everything_stays(x, d->map, d->key, false))
			continue;
		ok = delta_add(out, d, e);
		out->removed += ok;
	}
	delta_free(&all);
	return ok;
}

static bool
find_losses(const struct conf *conf, const struct everything *x,
	const struct map_set *live, const struct strset *confirmed,
	struct guard_losses *out, struct err *e)
{
	const struct guard g = guard_of(conf);
	struct delta removed = { 0 };
	const bool ok = find_removed(x, live, confirmed, &removed, e)
		&& guard_find(&g, &removed, live, out, e);
	delta_free(&removed);
	return ok;
}

/* A person confirmed it, and nothing of the domain changed since. */
static bool
hold(struct everything *x, struct source *s, const struct guard_loss *l,
	struct err *e)
{
	char reason[HOLD_REASON_SIZE];
	const uint64_t upto = gate_confirmed(&x->gate, l->domain);
	uint64_t changed = UINT64_MAX;
	if (upto > 0 && !source_changed(s, l->domain, &changed, e))
		return false;
	if (upto > 0 && changed <= upto)
		return true;
	guard_reason(l->removed, l->total, reason);
	return holds_add(&x->held, l->domain, reason, e);
}

static bool
hold_unconfirmed(const struct conf *conf, struct everything *x,
	const struct map_set *live, struct err *e)
{
	struct source *s = NULL;
	struct confirmed c = { 0 };
	struct guard_losses l = { 0 };
	bool ok = source_open(conf, &s, e) && read_confirmed(x, s, &c, e)
		&& find_losses(conf, x, live, &c.keys, &l, e);
	for (size_t i = 0; ok && i < l.n; i++)
		ok = hold(x, s, &l.loss[i], e);
	source_close(&s);
	map_changes_free(&c.changes);
	strset_free(&c.keys);
	free(l.loss);
	return ok;
}

bool
rebuild_guard(const struct conf *conf, struct everything *x,
	const struct map_set *live, struct err *e)
{
	static const struct strset none = { 0 };
	struct guard_losses l = { 0 };
	if (!find_losses(conf, x, live, &none, &l, e))
		return false;
	const bool any = l.n > 0;
	free(l.loss);
	return !any || hold_unconfirmed(conf, x, live, e);
}
