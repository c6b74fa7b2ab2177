/*
 * See publish.h. The steps of a round, in order:
 *	round_read_changes  which keys
 *	round_compare       what their lines must be, and are; what waits
 *	round_hold_back     faults and the guard
 *	round_put_right     drift of what stays
 *	bring_live          intent, files, journal, reload, sessions
 */
#include "mta/publish.h"

#include <malloc.h>
#include <string.h>

#include "base/log.h"
#include "base/timeutil.h"
#include "mta/drift.h"
#include "mta/gate.h"
#include "mta/health.h"
#include "mta/hold.h"
#include "mta/live.h"
#include "mta/relay.h"
#include "mta/reload.h"
#include "mta/round.h"
#include "mta/sessions.h"

#define ROUND_BYTES ((size_t)4 << 30)
/* After a round of more lines than this, memory is given back. */
#define LARGE_DELTA 10000

static void
round_free(struct round *r)
{
	round_clear(r);
	map_changes_free(&r->changes);
	strset_free(&r->keys);
	strset_free(&r->domains);
	strset_free(&r->sessions);
	strset_free(&r->confirmed);
	strset_free(&r->passing);
	strset_free(&r->repairs);
	strset_free(&r->stays);
	map_set_free(&r->left);
	map_set_free(&r->left_live);
	child_free(&r->left_answer);
	waiting_free(&r->touched);
	relay_free(&r->relays);
	arena_free(&r->arena);
}

static bool
bring_live(struct round *r, struct err *e)
{
	struct node *n = r->node;
	const bool reload = delta_wants_reload(&r->delta);

	const struct journal_mark mark = gate_mark(n, r->serial, &r->touched);

	if (r->has_relays && !relay_publish(n, &r->relays, e))
		return false;
	/* A relay that closes does not wait for a large delta. */
	if (n->reload_urgent)
		reload_run(n);
	if (r->delta.n > 0) {
		/* Another's change of these files would be lost to the look. */
		if (health_differs(n, &r->delta))
			n->check_due = true;
		if (!journal_intend(n->journal, r->serial,
			    reload ? RELOAD_POSTFIX : RELOAD_NONE, &r->delta,
			    round_tag, r, e))
			return false;
		if (reload)
			reload_want(n, false);
		if (!live_apply(n, &r->delta, e))
			return false;
	}
	/* Before the serial is on record: a killed publisher's successor does
	 * this round again and ends them too. */
	if (!sessions_end(n, r->sessions.list, r->sessions.n, &r->delta, e))
		return false;
	if (!journal_applied(n->journal, &mark, &r->delta, e))
		return false;
	n->applied = r->serial;
	return round_settle_waiting(r, e);
}

static void
settle(struct round *r, int64_t t0)
{
	struct node *n = r->node;
	drift_settle(r);
	node_recheck_clear(&n->recheck);
	n->took_us = (uint64_t)(monotonic_us() - t0);
	n->added = r->delta.added + r->delta.changed;
	n->removed = r->delta.removed;
	n->applied_at_us = now_us();
	n->report_due = true;
	if (!n->reload_due)
		n->live = n->applied;
	log_debug("serial %llu: %zu added, %zu changed, %zu removed, %llu us",
		(unsigned long long)n->applied, r->delta.added,
		r->delta.changed, r->delta.removed,
		(unsigned long long)n->took_us);
}

static bool
read_snapshot(struct round *r, struct err *e)
{
	if (!round_read_changes(r, e))
		return false;
	if (r->is_overrun) {
		r->node->damaged = r->node->own_maps;
		r->node->is_overrun = true;
		return err_set(e, ERR_RETRY, "", "too_many_changes", "",
			"too many changes: everything is rendered");
	}
	if (r->has_relays && !source_relays(r->node->source, &r->relays, e))
		return false;
	round_let_relays_wait(r);
	return round_compare(r, e);
}

bool
publish_relays(struct node *n, struct err *e)
{
	struct round r = { .node = n,
		.is_alone = true,
		.answer = { .fd = -1 },
		.left_answer = { .fd = -1 } };
	struct gate_row row;
	if (!role_has_relays(n->conf->node.role))
		return true;
	bool ok = gate_refresh(n, &row, e)
		&& source_relays(n->source, &r.relays, e);
	if (ok) {
		round_let_relays_wait(&r);
		ok = relay_publish(n, &r.relays, e);
	}
	round_free(&r);
	return ok;
}

static bool
has_work(struct node *n, bool *work_r, struct err *e)
{
	struct gate_row row;
	if (!gate_refresh(n, &row, e))
		return false;
	hold_follow(n, &row);
	if (n->sweep_due && n->waiting.n == 0 && n->held.n == 0
		&& n->read_from == n->applied)
		n->sweep_due = false;
	*work_r = n->recheck.n > 0 || row.head != n->applied
		|| n->read_from < n->applied || n->sweep_due;
	return true;
}

bool
publish_round(struct node *n, struct err *e)
{
	struct round r = {
		.node = n, .answer = { .fd = -1 }, .left_answer = { .fd = -1 }
	};
	const int64_t t0 = monotonic_us();
	bool work;

	if (!has_work(n, &work, e))
		return false;
	if (!work)
		return true;
	r.arena = arena_new(ROUND_BYTES);
	if (!r.arena)
		return err_memory(e);
	bool ok = read_snapshot(&r, e);
	source_end(n->source);
	ok = ok && round_hold_back(&r, e) && round_put_right(&r, e)
		&& bring_live(&r, e);
	if (ok) {
		settle(&r, t0);
		reload_run(n);
	}
	const bool was_large = r.delta.n > LARGE_DELTA;
	round_free(&r);
	if (was_large)
		malloc_trim(0);
	return ok;
}
