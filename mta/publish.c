/*
 * See publish.h. The steps of a round, in order:
 *	read_changes     which keys
 *	round_compare    what their lines must be, and are
 *	round_hold_back  faults and the guard
 *	bring_live       intent, files, journal, reload, sessions
 */
#include "mta/publish.h"

#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/timeutil.h"
#include "mta/live.h"
#include "mta/relay.h"
#include "mta/reload.h"
#include "mta/round.h"

#define ROUND_BYTES ((size_t)4 << 30)
#define CHANGES_MAX 200000
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
	strset_free(&r->released);
	relay_free(&r->relays);
	arena_free(&r->arena);
}

static bool
add_key(struct round *r, const char *key, struct err *e)
{
	const char *domain = key_domain(key);
	const bool whole =
		domain == key || holds_find(&r->node->held, domain) != NULL;
	return strset_add(
		whole ? &r->domains : &r->keys, whole ? domain : key, NULL, e);
}

static bool
add_change(struct round *r, const struct map_change *c, struct err *e)
{
	const enum node_role role = r->node->conf->node.role;
	if (c->kind == 'w')
		r->has_relays = role_has_relays(role);
	else if (c->kind == 's')
		return !role_has(role, MAP_ACCOUNTS)
			|| strset_add(&r->sessions, c->key, NULL, e);
	else if (c->kind == 'a' || c->kind == 'd')
		return add_key(r, c->key, e)
			&& (!c->is_confirmed
				|| strset_add(&r->confirmed, c->key, NULL, e));
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

/* True with nothing in the sets when there is nothing to do. */
static bool
read_changes(struct round *r, struct err *e)
{
	struct node *n = r->node;
	if (!source_begin(n->source, &r->serial, e))
		return false;
	note_next_hop(n);
	if (r->serial < n->applied)
		return err_set(e, ERR_INTERNAL, "", "serial_back", "",
			"the database is older than what is live (%llu, %llu)",
			(unsigned long long)r->serial,
			(unsigned long long)n->applied);
	if (r->serial > n->applied
		&& !source_changes(n->source, n->applied, r->serial,
			CHANGES_MAX, r->arena, &r->changes, e))
		return false;
	for (size_t i = 0; i < r->changes.n; i++)
		if (!add_change(r, &r->changes.change[i], e))
			return false;
	for (size_t i = 0; i < n->recheck.n; i++)
		if (!add_key(r, n->recheck.key[i], e))
			return false;
	for (size_t i = 0; i < r->released.n; i++)
		if (!strset_add(&r->domains, r->released.list[i], NULL, e))
			return false;
	return true;
}

static bool
bring_live(struct round *r, struct err *e)
{
	struct node *n = r->node;
	const bool reload = delta_wants_reload(&r->delta);

	if (r->has_relays && !relay_publish(n, &r->relays, e))
		return false;
	/* A relay that closes does not wait for a large delta. */
	if (n->reload_urgent)
		reload_run(n);
	if (r->delta.n > 0) {
		if (!journal_intend(n->journal, r->serial,
			    reload ? RELOAD_POSTFIX : RELOAD_NONE, &r->delta,
			    e))
			return false;
		if (reload)
			reload_want(n, false);
		if (!live_apply(n, &r->delta, e))
			return false;
	}
	/* Before the serial is on record: a killed publisher's successor does
	 * this round again and ends them too. */
	reload_end_sessions(n, r->sessions.list, r->sessions.n, &r->delta);
	if (!journal_applied(n->journal, r->serial, &r->delta, e))
		return false;
	n->applied = r->serial;
	return true;
}

static void
settle(struct round *r, int64_t t0)
{
	struct node *n = r->node;
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
	if (!read_changes(r, e))
		return false;
	if (r->changes.is_cut) {
		/* Too many to name: make everything anew. */
		r->node->damaged = r->node->own_maps;
		r->node->is_overrun = true;
		return err_set(e, ERR_RETRY, "", "too_many_changes", "",
			"too many changes: everything is rendered");
	}
	if (r->has_relays && !source_relays(r->node->source, &r->relays, e))
		return false;
	return round_compare(r, e);
}

bool
publish_relays(struct node *n, struct err *e)
{
	struct round r = { .node = n, .answer = { .fd = -1 } };
	if (!role_has_relays(n->conf->node.role))
		return true;
	const bool ok = source_relays(n->source, &r.relays, e)
		&& relay_publish(n, &r.relays, e);
	round_free(&r);
	return ok;
}

static bool
has_work(const struct node *n, struct err *e, bool *work_r)
{
	uint64_t head;
	*work_r = n->recheck.n > 0;
	if (*work_r)
		return true;
	if (!source_head(n->source, &head, e))
		return false;
	*work_r = head != n->applied;
	return true;
}

static bool
take_releases(struct round *r, struct err *e)
{
	char path[NODE_PATH_SIZE];
	const struct hold_list *held = &r->node->held;
	for (size_t i = 0; i < held->n; i++) {
		char name[DOMAIN_SIZE + 16];
		snprintf(
			name, sizeof(name), "release/%s", held->hold[i].domain);
		node_state_path(&r->node->conf->node, name, path);
		if (access(path, F_OK) < 0)
			continue;
		const char *copy = arena_strdup(r->arena, held->hold[i].domain);
		if (!copy)
			return err_memory(e);
		if (!strset_add(&r->released, copy, NULL, e))
			return false;
	}
	return true;
}

static void
drop_releases(const struct round *r)
{
	char path[NODE_PATH_SIZE], name[DOMAIN_SIZE + 16];
	for (size_t i = 0; i < r->released.n; i++) {
		snprintf(name, sizeof(name), "release/%s", r->released.list[i]);
		node_state_path(&r->node->conf->node, name, path);
		unlink(path);
	}
}

bool
publish_round(struct node *n, struct err *e)
{
	struct round r = { .node = n, .answer = { .fd = -1 } };
	const int64_t t0 = monotonic_us();
	bool work, ok;

	r.arena = arena_new(ROUND_BYTES);
	if (!r.arena)
		return err_memory(e);
	ok = take_releases(&r, e);
	if (!ok || (r.released.n == 0 && (!has_work(n, e, &work) || !work))) {
		ok = ok && !err_is_set(e);
		round_free(&r);
		return ok;
	}
	ok = read_snapshot(&r, e);
	source_end(n->source);
	ok = ok && round_hold_back(&r, e) && bring_live(&r, e);
	if (ok) {
		drop_releases(&r);
		settle(&r, t0);
		reload_run(n);
	}
	const bool was_large = r.delta.n > LARGE_DELTA;
	round_free(&r);
	if (was_large)
		malloc_trim(0);
	return ok;
}
