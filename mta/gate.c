/*
 * See gate.h.
 */
#include "mta/gate.h"

#include <string.h>

#include "base/log.h"
#include "base/timeutil.h"

/* Acts can be committed in another order than they are numbered in. */
#define REREAD_US (30 * US_PER_S)

static bool
take_approval(void *ctx, const char *domain, uint64_t serial,
	uint64_t guard_serial, struct err *e)
{
	return gate_add(ctx, domain, serial, guard_serial, e);
}

static bool
is_equal(const struct gate *a, const struct gate *b)
{
	if (a->is_reviewed != b->is_reviewed || a->everything != b->everything
		|| a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct gate_approval *x = &a->approval[i];
		const struct gate_approval *y = &b->approval[i];
		if (strcmp(x->domain, y->domain) != 0 || x->serial != y->serial
			|| x->guard_serial != y->guard_serial)
			return false;
	}
	return true;
}

static bool
read_approvals(struct node *n, const struct gate_row *row, struct err *e)
{
	struct gate g = { .is_reviewed = row->is_reviewed,
		.is_held = n->gate.is_held,
		.hold = n->gate.hold };
	if (!source_approvals(n->source, take_approval, &g, e)) {
		gate_free(&g);
		return false;
	}
	gate_sort(&g);
	if (n->gate_read_us == 0 || !is_equal(&g, &n->gate))
		n->sweep_due = true;
	if (n->gate_read_us != 0 && g.is_reviewed != n->gate.is_reviewed)
		log_info("publishing is %s",
			g.is_reviewed ? "reviewed" : "automatic");
	gate_free(&n->gate);
	n->gate = g;
	n->gate_acts = row->acts;
	n->gate_read_us = monotonic_us();
	return true;
}

bool
gate_refresh(struct node *n, struct gate_row *row_r, struct err *e)
{
	if (!source_gate(n->source, row_r, e))
		return false;
	if (n->gate_read_us != 0 && row_r->acts == n->gate_acts
		&& row_r->is_reviewed == n->gate.is_reviewed
		&& monotonic_us() < n->gate_read_us + REREAD_US)
		return true;
	return read_approvals(n, row_r, e);
}

bool
gate_load(struct source *s, struct journal_hold hold, struct gate *g,
	struct err *e)
{
	struct gate_row row;
	if (!source_gate(s, &row, e)
		|| !source_approvals(s, take_approval, g, e))
		return false;
	gate_sort(g);
	g->is_reviewed = row.is_reviewed;
	g->is_held = hold.is_held;
	g->hold = hold.serial;
	return true;
}

uint64_t
gate_node_floor(const struct node *n, const struct waiting *newer)
{
	uint64_t floor = UINT64_MAX;
	struct waiting_step s = { 0 };
	struct waiting_key *k;
	if (n->waiting.n > 0)
		floor = n->waiting.from;
	while (newer && (k = waiting_next(newer, &s)))
		if (k->serial <= floor
			&& gate_key_waits(&n->gate, newer, &n->waiting, k->key))
			floor = k->serial - 1;
	return floor;
}

struct journal_mark
gate_mark(const struct node *n, uint64_t to, const struct waiting *newer)
{
	const uint64_t floor = gate_node_floor(n, newer);
	return (struct journal_mark){ .to = to,
		.floor = floor < to ? floor : to,
		.hold = { n->gate.is_held, n->gate.hold } };
}
