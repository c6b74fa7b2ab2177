/*
 * Domains that are held back: by a fault of their lines, or because they would
 * lose too many of them at once.
 */
#include "mta/round.h"

#include <string.h>

#include "base/log.h"
#include "maps/guard.h"
#include "mta/live.h"

static struct guard
guard_of(const struct round *r)
{
	const struct conf_node *c = &r->node->conf->node;
	return (struct guard){ (size_t)c->guard_lines,
		(unsigned)c->guard_percent };
}

/* How many lines that the guard counts go from a domain, unconfirmed. */
static size_t
removed_from(const struct round *r, const char *domain)
{
	size_t n = 0;
	for (size_t i = 0; i < r->delta.n; i++) {
		const struct delta_line *d = &r->delta.line[i];
		n += guard_counts(d) && strcmp(key_domain(d->key), domain) == 0
			&& !strset_has(&r->confirmed, d->key);
	}
	return n;
}

/* A domain that is no more was deleted by its confirmed name. */
static bool
is_gone(const struct round *r, const char *domain)
{
	return strset_has(&r->domains, domain)
		&& !lines_find(&r->wanted.map[MAP_DOMAINS], domain)
		&& !holds_find(&r->faults, domain);
}

/* A person confirmed it, and nothing of the domain changed since. */
static bool
is_confirmed(
	const struct round *r, const char *domain, bool *is_r, struct err *e)
{
	uint64_t changed;
	const uint64_t upto = gate_confirmed(&r->node->gate, domain);
	*is_r = false;
	if (upto == 0)
		return true;
	if (!source_changed(r->node->source, domain, &changed, e))
		return false;
	*is_r = changed <= upto;
	return true;
}

static bool
guard_domain(struct round *r, const char *domain, struct err *e)
{
	const struct guard g = guard_of(r);
	char reason[HOLD_REASON_SIZE];
	size_t total;
	bool confirmed;
	if (is_gone(r, domain) || strset_has(&r->confirmed, domain))
		return true;
	if (!is_confirmed(r, domain, &confirmed, e))
		return false;
	if (confirmed)
		return true;
	const size_t removed = removed_from(r, domain);
	if (!guard_may_hold(&g, removed))
		return true;
	if (!live_count(r->node, domain, &total, e))
		return false;
	if (!guard_holds(&g, removed, total))
		return true;
	guard_reason(removed, total, reason);
	return holds_add(&r->faults, domain, reason, e);
}

/* A removal in a small delta cannot reach the guard: skip the counting. */
static bool
guard(struct round *r, struct err *e)
{
	const struct guard g = guard_of(r);
	struct strset seen = { 0 };
	bool ok = true;
	if (!guard_may_hold(&g, r->delta.removed))
		return true;
	for (size_t i = 0; ok && i < r->delta.n; i++) {
		const struct delta_line *d = &r->delta.line[i];
		bool is_new = false;
		if (d->after || d->map == MAP_ACCOUNTS)
			continue;
		ok = strset_add(&seen, key_domain(d->key), &is_new, e)
			&& (!is_new || guard_domain(r, key_domain(d->key), e));
	}
	strset_free(&seen);
	return ok;
}

/* Take the lines of held domains out of the delta, but credentials. */
static void
drop_held(struct round *r)
{
	struct delta *d = &r->delta;
	const struct delta all = *d;
	d->n = d->added = d->changed = d->removed = 0;
	for (size_t i = 0; i < all.n; i++) {
		const struct delta_line x = all.line[i];
		const bool credential = x.map == MAP_ACCOUNTS && x.after;
		if (!credential && holds_find(&r->faults, key_domain(x.key)))
			continue;
		delta_keep(d, x);
	}
}

/* Domains looked at as a whole that have no fault are held no more. */
static bool
update_holds(struct round *r, struct err *e)
{
	struct hold_list *held = &r->node->held;
	bool changed = false;
	for (size_t i = 0; i < r->domains.n; i++) {
		const char *d = r->domains.list[i];
		if (!holds_find(held, d))
			continue;
		holds_remove(held, d);
		changed = true;
		if (!holds_find(&r->faults, d))
			log_info("domain %s is no longer held", d);
	}
	for (size_t i = 0; i < r->faults.n; i++) {
		const struct hold *h = &r->faults.hold[i];
		if (!holds_find(held, h->domain))
			log_kv(LOG_LEVEL_WARN, "domain held back", "domain",
				h->domain, "reason", h->reason, NULL);
		if (!holds_add(held, h->domain, h->reason, e))
			return false;
		changed = true;
	}
	return !changed || node_save_holds(r->node, e);
}

bool
round_hold_back(struct round *r, struct err *e)
{
	if (!guard(r, e))
		return false;
	drop_held(r);
	return update_holds(r, e);
}
