/*
 * See gate.h.
 */
#include "maps/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/timeutil.h"
#include "maps/delta.h"

void
gate_clear(struct gate *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->approval[i].domain);
	g->n = 0;
	g->everything = 0;
}

void
gate_free(struct gate *g)
{
	gate_clear(g);
	free(g->approval);
	*g = (struct gate){ 0 };
}

bool
gate_add(struct gate *g, const char *domain, uint64_t serial,
	uint64_t guard_serial, struct err *e)
{
	if (domain[0] == '\0') {
		g->everything = serial;
		return true;
	}
	if (g->n == g->cap) {
		const size_t cap = g->cap ? g->cap * 2 : 16;
		struct gate_approval *p =
			reallocarray(g->approval, cap, sizeof(*p));
		if (!p)
			return err_memory(e);
		g->approval = p;
		g->cap = cap;
	}
	struct gate_approval *a = &g->approval[g->n];
	*a = (struct gate_approval){ strdup(domain), serial, guard_serial };
	if (!a->domain)
		return err_memory(e);
	g->n++;
	return true;
}

static int
by_domain(const void *a, const void *b)
{
	const struct gate_approval *x = a, *y = b;
	return strcmp(x->domain, y->domain);
}

void
gate_sort(struct gate *g)
{
	if (g->n > 1)
		qsort(g->approval, g->n, sizeof(g->approval[0]), by_domain);
}

static const struct gate_approval *
find(const struct gate *g, const char *domain)
{
	size_t lo = 0, hi = g->n;
	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const int c = strcmp(g->approval[mid].domain, domain);
		if (c == 0)
			return &g->approval[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

bool
gate_is_open(const struct gate *g)
{
	return !g->is_reviewed && !g->is_held;
}

uint64_t
gate_approved(const struct gate *g, const char *domain)
{
	const struct gate_approval *a = find(g, domain);
	if (!g->is_reviewed)
		return UINT64_MAX;
	return a && a->serial > g->everything ? a->serial : g->everything;
}

uint64_t
gate_confirmed(const struct gate *g, const char *domain)
{
	const struct gate_approval *a = find(g, domain);
	return a ? a->guard_serial : 0;
}

uint64_t
gate_floor(const struct gate *g, uint64_t head)
{
	if (g->is_reviewed && g->everything < head)
		head = g->everything;
	return g->is_held && g->hold < head ? g->hold : head;
}

bool
gate_waits(const struct gate *g, const char *domain, uint64_t serial)
{
	return (g->is_held && serial > g->hold)
		|| serial > gate_approved(g, domain);
}

static bool
waits_itself(const struct gate *g, const struct waiting *newer,
	const struct waiting *older, const char *key)
{
	const struct waiting_key *k = newer ? waiting_find(newer, key) : NULL;
	if (!k && older)
		k = waiting_find(older, key);
	return k && gate_waits(g, key_domain(key), k->serial);
}

bool
gate_key_waits(const struct gate *g, const struct waiting *newer,
	const struct waiting *older, const char *key)
{
	char all[ADDR_SIZE];
	const char *domain = key_domain(key);
	if (gate_is_open(g))
		return false;
	return waits_itself(g, newer, older, key)
		|| (domain != key && waits_itself(g, newer, older, domain))
		|| (addr_join("", domain, all, sizeof(all))
			&& waits_itself(g, newer, older, all));
}

/* As long as it is live, at most; false: not at all. */
static bool
limit_relay(const struct relay_list *live, struct relay_entry *x)
{
	for (size_t i = 0; i < live->n; i++) {
		const struct relay_entry *y = &live->entry[i];
		if (memcmp(&x->net, &y->net, sizeof(x->net)) != 0)
			continue;
		if (y->expires_us != TIME_NONE
			&& (x->expires_us == TIME_NONE
				|| y->expires_us < x->expires_us))
			x->expires_us = y->expires_us;
		return true;
	}
	return false;
}

void
gate_relays(const struct gate *g, const struct waiting *newer,
	const struct waiting *older, const struct relay_list *live,
	struct relay_list *wanted)
{
	size_t kept = 0;
	for (size_t i = 0; i < wanted->n; i++) {
		struct relay_entry x = wanted->entry[i];
		char text[CIDR_TEXT_SIZE];
		cidr_text(&x.net, text);
		if (!gate_key_waits(g, newer, older, text)
			|| limit_relay(live, &x))
			wanted->entry[kept++] = x;
	}
	wanted->n = kept;
}

void
gate_relays_all_wait(const struct relay_list *live, struct relay_list *wanted)
{
	size_t kept = 0;
	for (size_t i = 0; i < wanted->n; i++) {
		struct relay_entry x = wanted->entry[i];
		if (limit_relay(live, &x))
			wanted->entry[kept++] = x;
	}
	wanted->n = kept;
}

bool
gate_is_routing(enum map_id map, bool has_after)
{
	if (map == MAP_SENDER_LOGIN)
		return false;
	return map != MAP_ACCOUNTS || !has_after;
}
