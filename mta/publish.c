/*
 * See publish.h. The steps of a round, in order:
 *	read_changes    which keys
 *	read_rows       what their lines depend on
 *	compare         wanted against live, widened when a catch-all comes
 *			or goes
 *	hold_back       faults and the guard
 *	bring_live      intent, files, journal, reload, sessions
 */
#include "mta/publish.h"

#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"
#include "base/timeutil.h"
#include "db/map_rows.h"
#include "db/strset.h"
#include "maps/delta.h"
#include "maps/render.h"
#include "mta/live.h"
#include "mta/relay.h"
#include "mta/reload.h"

#define ROUND_BYTES ((size_t)4 << 30)
#define CHANGES_MAX 200000
/* After a round of more lines than this, memory is given back. */
#define LARGE_DELTA 10000
/* Fewer removed lines than this are never guarded by their share. */
#define GUARD_SHARE_FLOOR 50

struct round {
	struct node *node;
	struct arena *arena;
	uint64_t serial;
	struct map_changes changes;
	struct strset keys;    /* addresses to render */
	struct strset domains; /* domains to render whole */
	struct strset sessions;
	struct strset confirmed; /* keys and domains a person confirmed */
	struct strset released;  /* domains that pass the guard */
	struct map_rows rows;
	struct map_set wanted, live;
	struct child answer;
	struct hold_list faults;
	struct delta delta;
	struct relay_list relays;
	bool has_relays;
};

static void
round_clear_sets(struct round *r)
{
	map_set_free(&r->wanted);
	map_set_free(&r->live);
	child_free(&r->answer);
	delta_free(&r->delta);
	holds_free(&r->faults);
}

static void
round_free(struct round *r)
{
	round_clear_sets(r);
	map_changes_free(&r->changes);
	strset_free(&r->keys);
	strset_free(&r->domains);
	strset_free(&r->sessions);
	strset_free(&r->confirmed);
	strset_free(&r->released);
	map_rows_free(&r->rows);
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
	if (c->kind == 'w')
		r->has_relays = true;
	else if (c->kind == 's')
		return strset_add(&r->sessions, c->key, NULL, e);
	else if (c->kind == 'a' || c->kind == 'd')
		return add_key(r, c->key, e)
			&& (!c->is_confirmed
				|| strset_add(&r->confirmed, c->key, NULL, e));
	return true;
}

/* True with nothing in the sets when there is nothing to do. */
static bool
read_changes(struct round *r, struct err *e)
{
	struct node *n = r->node;
	if (!map_head(n->db, &r->serial, e))
		return false;
	if (r->serial < n->applied)
		return err_set(e, ERR_INTERNAL, "", "serial_back", "",
			"the database is older than what is live (%llu, %llu)",
			(unsigned long long)r->serial,
			(unsigned long long)n->applied);
	if (r->serial > n->applied
		&& !map_changes(n->db, n->applied, r->serial, CHANGES_MAX,
			r->arena, &r->changes, e))
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
take_relay(void *ctx, const char *network, int64_t expires_us, struct err *e)
{
	struct round *r = ctx;
	struct err why = ERR_EMPTY;
	(void)e;
	if (!relay_add(&r->relays, network, expires_us, &why))
		log_error(
			"whitelist: %s left out: %s", network, err_text(&why));
	return true;
}

static bool
read_rows(struct round *r, struct err *e)
{
	struct db *db = r->node->db;
	for (size_t i = 0; i < r->domains.n; i++)
		if (!map_rows_load_domain(
			    db, r->domains.list[i], r->arena, &r->rows, e))
			return false;
	if (!map_rows_load(db, r->keys.list, r->keys.n, r->arena, &r->rows, e))
		return false;
	rows_index(&r->rows);
	return true;
}

static bool
in_domains(const struct round *r, const char *address)
{
	return strset_has(&r->domains, key_domain(address));
}

static bool
render_round(struct round *r, struct err *e)
{
	const struct conf_node *c = &r->node->conf->node;
	const struct render x = { .rows = &r->rows,
		.mail_root = c->mail_root,
		.mail_uid = c->mail_uid,
		.mail_gid = c->mail_gid,
		.faults = &r->faults };
	const struct map_rows *rows = &r->rows;

	for (size_t i = 0; i < r->domains.n; i++)
		if (!render_domain(&x, r->domains.list[i], &r->wanted, e))
			return false;
	for (size_t i = 0; i < r->keys.n; i++)
		if (!in_domains(r, r->keys.list[i])
			&& !render_address(&x, r->keys.list[i], &r->wanted, e))
			return false;
	const char *last = "";
	for (size_t i = 0; r->domains.n && i < rows->mailboxes; i++) {
		const char *a = rows->mailbox[i].address;
		if (strcmp(a, last) != 0 && in_domains(r, a)
			&& !render_address(&x, a, &r->wanted, e))
			return false;
		last = a;
	}
	for (size_t i = 0; r->domains.n && i < rows->aliases; i++) {
		const char *a = rows->alias[i].address;
		if (in_domains(r, a) && !rows_account(rows, a)
			&& !render_address(&x, a, &r->wanted, e))
			return false;
	}
	return render_finish(&x, &r->wanted, e);
}

/* Split the domains into those that are live and those that are new. */
static bool
find_live_domains(
	struct round *r, struct strset *old, struct strset *keys, struct err *e)
{
	struct map_set found = { 0 };
	struct child answer = { .fd = -1 };
	bool ok = r->domains.n == 0
		|| live_read(r->node, &r->domains, NULL, &found, &answer, e);
	for (size_t i = 0; ok && i < r->domains.n; i++) {
		const char *d = r->domains.list[i];
		const bool is_live = lines_find(&found.map[MAP_DOMAINS], d);
		ok = strset_add(is_live ? old : keys, d, NULL, e);
	}
	map_set_free(&found);
	child_free(&answer);
	return ok;
}

/*
 * A domain that is live can have lines that no row stands for any more, so
 * its part of the files is read; for a new one the wanted keys are enough.
 */
static bool
read_live(struct round *r, struct err *e)
{
	struct strset keys = { 0 }, old = { 0 };
	bool ok = find_live_domains(r, &old, &keys, e);
	for (size_t i = 0; ok && i < r->keys.n; i++)
		if (!strset_has(&old, key_domain(r->keys.list[i])))
			ok = strset_add(&keys, r->keys.list[i], NULL, e);
	for (int m = 0; ok && r->domains.n && m < MAP_COUNT; m++) {
		const struct map_lines *l = &r->wanted.map[m];
		for (size_t i = 0; ok && i < l->n; i++)
			if (!strset_has(&old, key_domain(l->line[i].key)))
				ok = strset_add(&keys, l->line[i].key, NULL, e);
	}
	ok = ok && live_read(r->node, &keys, &old, &r->live, &r->answer, e);
	strset_free(&keys);
	strset_free(&old);
	return ok;
}

static bool
compare(struct round *r, struct err *e)
{
	round_clear_sets(r);
	return render_round(r, e) && read_live(r, e)
		&& delta_set(&r->delta, &r->live, &r->wanted, e);
}

/*
 * When a catch-all comes or goes, every mailbox of its domain gets or loses
 * the line that keeps its own mail: such a domain is rendered whole.
 */
static bool
widen(struct round *r, bool *widened_r, struct err *e)
{
	*widened_r = false;
	for (size_t i = 0; i < r->delta.n; i++) {
		const struct delta_line *d = &r->delta.line[i];
		bool is_new;
		if (d->map != MAP_ALIASES || d->key[0] != '@'
			|| (d->before && d->after))
			continue;
		const char *copy = arena_strdup(r->arena, d->key + 1);
		if (!copy)
			return err_memory(e);
		if (!strset_add(&r->domains, copy, &is_new, e))
			return false;
		*widened_r = *widened_r || is_new;
	}
	return true;
}

/*
 * How many routing lines the delta takes from a domain, unconfirmed. A line
 * that only keeps a mailbox out of its catch-all is not one.
 */
static size_t
removed_from(const struct round *r, const char *domain)
{
	size_t n = 0;
	for (size_t i = 0; i < r->delta.n; i++) {
		const struct delta_line *d = &r->delta.line[i];
		n += !d->after
			&& (d->map == MAP_MAILBOXES || d->map == MAP_ALIASES)
			&& strcmp(key_domain(d->key), domain) == 0
			&& strcmp(d->key, d->before) != 0
			&& !strset_has(&r->confirmed, d->key);
	}
	return n;
}

static bool
guard_domain(struct round *r, const char *domain, struct err *e)
{
	const struct conf_node *c = &r->node->conf->node;
	char reason[HOLD_REASON_SIZE];
	size_t total;
	/* A domain that is no more was deleted by its confirmed name. */
	if (!rows_domain(&r->rows, domain) || strset_has(&r->confirmed, domain)
		|| strset_has(&r->released, domain))
		return true;
	const size_t removed = removed_from(r, domain);
	if (removed < GUARD_SHARE_FLOOR && removed <= (size_t)c->guard_lines)
		return true;
	if (!live_count(r->node, domain, &total, e))
		return false;
	if (removed <= (size_t)c->guard_lines
		&& removed * 100 <= total * (size_t)c->guard_percent)
		return true;
	snprintf(reason, sizeof(reason),
		"guard: would remove %zu of %zu lines at once", removed, total);
	return holds_add(&r->faults, domain, reason, e);
}

/* A removal in a small delta cannot reach the guard: skip the counting. */
static bool
guard(struct round *r, struct err *e)
{
	struct strset seen = { 0 };
	bool ok = true;
	if (r->delta.removed < GUARD_SHARE_FLOOR
		&& r->delta.removed <= (size_t)r->node->conf->node.guard_lines)
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
		d->line[d->n++] = x;
		d->added += !x.before;
		d->removed += !x.after;
		d->changed += x.before && x.after;
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

static bool
hold_back(struct round *r, struct err *e)
{
	if (!guard(r, e))
		return false;
	drop_held(r);
	return update_holds(r, e);
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
	bool widened;
	if (!read_changes(r, e))
		return false;
	if (r->changes.is_cut) {
		/* Too many to name: make everything anew. */
		r->node->damaged = (1U << MAP_COUNT) - 1;
		r->node->is_overrun = true;
		return err_set(e, ERR_RETRY, "", "too_many_changes", "",
			"too many changes: everything is rendered");
	}
	if (r->has_relays && !map_relays(r->node->db, take_relay, r, e))
		return false;
	do {
		if (!read_rows(r, e) || !compare(r, e)
			|| !widen(r, &widened, e))
			return false;
	} while (widened);
	return true;
}

bool
publish_relays(struct node *n, struct err *e)
{
	struct round r = { .node = n, .answer = { .fd = -1 } };
	const bool ok = map_relays(n->db, take_relay, &r, e)
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
	if (!map_head(n->db, &head, e))
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
	ok = db_begin(n->db, DB_SNAPSHOT, e) && read_snapshot(&r, e);
	if (n->db && db_in_transaction(n->db))
		db_rollback(n->db);
	ok = ok && hold_back(&r, e) && bring_live(&r, e);
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
