/*
 * See rebuild.h. All rows are held in memory for a moment, in a process that
 * then ends (everything.h).
 */
#include "mta/rebuild.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/timeutil.h"
#include "maps/delta.h"
#include "mta/check.h"
#include "mta/drift.h"
#include "mta/everything.h"
#include "mta/gate.h"
#include "mta/kept.h"
#include "mta/lmdb_map.h"
#include "mta/rebuild_guard.h"
#include "mta/reload.h"
#include "mta/text_copy.h"

#define REBUILD_MS (10 * 60 * 1000)
/* More differing keys than this are not named: everything is made anew. */
#define DIFFERENCES_MAX 5000

struct rebuild_job {
	const struct conf *conf;
	unsigned maps;
};

/* What was left there, where that is known, and not what a hand made of it. */
static bool
read_map(const struct rebuild_job *j, const struct everything *x,
	enum map_id map, struct map_lines *out, struct err *e)
{
	const struct conf_node *c = &j->conf->node;
	struct err why = ERR_EMPTY;
	if (x->applied > 0 && everything_may_stay(x)
		&& kept_text(c, map, NULL, out, &why))
		return true;
	lines_free(out);
	return kept_lines(c, map, out, e);
}

/*
 * The lines of these maps as they are live, where they can still be read;
 * where nothing can be, what waits goes live and the guard sees no removal.
 * Returns the maps that were read.
 */
static unsigned
read_kept(const struct rebuild_job *j, const struct everything *x,
	struct map_set *out)
{
	unsigned known = 0;
	for (int m = 0; m < MAP_COUNT; m++) {
		struct map_lines *l = &out->map[m];
		struct err why = ERR_EMPTY;
		if (!(j->maps & (1U << m)))
			continue;
		if (read_map(j, x, (enum map_id)m, l, &why)) {
			known |= 1U << m;
			continue;
		}
		lines_free(l);
		if (x->applied > 0 || everything_may_stay(x))
			log_warn("%s: what waits cannot be told from what is "
				 "live: %s",
				map_name((enum map_id)m), err_text(&why));
	}
	return known;
}

static bool
build_map(const struct conf_node *c, enum map_id map, const struct map_lines *l,
	struct err *e)
{
	char path[NODE_PATH_SIZE];
	node_map_path(c, map, path);
	/* First: see kept.c. */
	if (!text_write(c, map, l, e))
		return false;
	return map == MAP_ACCOUNTS ? user_db_build(path, l, e)
				   : lmdb_build(path, l, e);
}

/* The database is away: what was live, as far as that can be read. */
static bool
build_from_text(const struct conf_node *c, enum map_id map, struct err *e)
{
	struct map_lines l = { 0 };
	const bool ok =
		kept_text(c, map, NULL, &l, e) && build_map(c, map, &l, e);
	lines_free(&l);
	return ok;
}

static bool
rebuild_from_text(const struct rebuild_job *j, FILE *out, struct err *e)
{
	unsigned made = 0;
	for (int m = 0; m < MAP_COUNT; m++)
		if ((j->maps & (1U << m))
			&& build_from_text(&j->conf->node, (enum map_id)m, e))
			made |= 1U << m;
	if (made == 0)
		return false;
	err_clear(e);
	fprintf(out, "0 %u", made);
	putc('\0', out);
	return true;
}

static void
tell_made(const struct everything *x, unsigned maps, FILE *out)
{
	fprintf(out, "%llu %u", (unsigned long long)x->serial, maps);
	putc('\0', out);
	for (size_t i = 0; i < x->held.n; i++) {
		const struct hold *h = &x->held.hold[i];
		fprintf(out, "%s %s", h->domain, h->reason);
		putc('\0', out);
	}
}

static bool
rebuild_child(void *ctx, FILE *out, struct err *e)
{
	const struct rebuild_job *j = ctx;
	struct err why = ERR_EMPTY;
	struct everything x = { 0 };
	struct map_set live = { 0 };
	if (!everything_render(j->conf, &x, &why)) {
		if (why.code == ERR_UNAVAILABLE)
			return rebuild_from_text(j, out, e);
		return err_merge(e, &why, NULL);
	}
	const unsigned known = read_kept(j, &x, &live);
	if (!rebuild_guard(j->conf, &x, &live, e))
		return false;
	for (int m = 0; m < MAP_COUNT; m++) {
		if (!(j->maps & (1U << m)))
			continue;
		if (((known & (1U << m))
			    && !everything_keep(
				    &x, (enum map_id)m, &live.map[m], e))
			|| !build_map(&j->conf->node, (enum map_id)m,
				&x.wanted.map[m], e))
			return false;
	}
	tell_made(&x, j->maps, out);
	map_set_free(&live);
	everything_free(&x);
	return true;
}

bool
rebuild_start(struct node *n, unsigned maps, struct child *c, struct err *e)
{
	struct rebuild_job j = { n->conf, maps };
	log_info("rebuilding maps (%#x)", maps);
	/* On record first: a killed publisher's successor reloads too. */
	const unsigned reloads = RELOAD_POSTFIX
		| (maps & (1U << MAP_ACCOUNTS) ? RELOAD_DOVECOT : RELOAD_NONE);
	/* Of accounts it tells no values. */
	const bool ok = maps == 1U << MAP_ACCOUNTS
		? journal_intend(
			n->journal, n->applied, reloads, NULL, NULL, NULL, e)
		: journal_intend_anew(n->journal, n->applied, reloads, e);
	if (!ok)
		return false;
	return node_fork(n, c, rebuild_child, &j, REBUILD_MS, e);
}

/* All was made from one serial: the journal knows no way back before it. What
 * waits is found again from the changes; a node that is new has all of it. */
static bool
begin_anew(struct node *n, uint64_t serial, struct err *e)
{
	struct journal_mark m = gate_mark(n, serial, NULL);
	if (n->applied > 0)
		m.floor = gate_floor(&n->gate, serial);
	if (!journal_anew(n->journal, &m, e))
		return false;
	n->is_overrun = false;
	n->applied = n->rendered = serial;
	n->read_from = m.floor;
	n->applied_at_us = now_us();
	n->report_due = true;
	return true;
}

static bool
bad_answer(struct err *e)
{
	return err_set(e, ERR_INTERNAL, "", "bad_answer", "",
		"a rebuild's answer cannot be read");
}

/* What was kept back is held from now on. */
static bool
take_held(struct node *n, const struct child *c, struct err *e)
{
	const size_t before = n->held.n;
	const char *p = c->data + strlen(c->data) + 1;
	for (const char *end = c->data + c->n; p < end; p += strlen(p) + 1) {
		char domain[DOMAIN_SIZE];
		const size_t len = strcspn(p, " ");
		if (!str_copy_n(domain, sizeof(domain), p, len)
			|| p[len] != ' ')
			return bad_answer(e);
		if (!holds_find(&n->held, domain))
			log_kv(LOG_LEVEL_WARN, "domain held back", "domain",
				domain, "reason", p + len + 1, NULL);
		if (!holds_add(&n->held, domain, p + len + 1, e))
			return false;
	}
	return n->held.n == before || node_save_holds(n, e);
}

bool
rebuild_take(
	struct node *n, unsigned maps, const struct child *c, struct err *e)
{
	unsigned long long serial;
	unsigned made;
	if (c->n == 0 || sscanf(c->data, "%llu %u", &serial, &made) != 2)
		return bad_answer(e);
	if (!take_held(n, c, e))
		return false;
	n->damaged &= ~made;
	for (int m = 0; m < MAP_COUNT; m++) {
		if (!(made & (1U << m)))
			continue;
		node_mark(n, (enum map_id)m);
		n->text_due_us[m] = monotonic_us() + 3 * US_PER_S;
	}
	if (made & (1U << MAP_ACCOUNTS))
		n->dovecot_reload_due = true;
	reload_want(n, true);
	if (serial <= n->applied)
		journal_is_level(n->journal);
	if (serial == 0 && n->applied > 0)
		n->check_due = true;
	/* Else the rounds go on from where they were: they end sessions. */
	else if (maps == n->own_maps && (n->is_overrun || n->applied == 0)) {
		if (!begin_anew(n, serial, e))
			return false;
	}
	log_info("rebuilt maps (%#x) at serial %llu", made, serial);
	return true;
}

struct name_job {
	FILE *out;
	size_t n;
};

static void
name_key(void *ctx, enum map_id map, const char *key, const char *live,
	const char *wanted)
{
	struct name_job *j = ctx;
	(void)map;
	(void)live;
	(void)wanted;
	if (j->n++ < DIFFERENCES_MAX)
		fwrite(key, strlen(key) + 1, 1, j->out);
}

static bool
check_child(void *ctx, FILE *out, struct err *e)
{
	struct check_result r;
	struct name_job j = { out, 0 };
	const struct conf *conf = ctx;
	child_take_time();
	const bool ok = check_all(conf, &r, name_key, &j, e);
	holds_free(&r.held);
	return ok;
}

bool
check_start(struct node *n, struct child *c, struct err *e)
{
	return node_fork(
		n, c, check_child, (void *)(uintptr_t)n->conf, REBUILD_MS, e);
}

bool
check_take(struct node *n, const struct child *c, struct err *e)
{
	size_t found = 0;
	for (const char *p = c->data, *end = p + c->n; p < end;
		p += strlen(p) + 1) {
		if (!node_recheck_add(&n->recheck, p, e))
			return false;
		found++;
	}
	if (found >= DIFFERENCES_MAX) {
		log_warn("%zu lines or more differ: rebuilding", found);
		node_recheck_clear(&n->recheck);
		n->damaged = n->own_maps;
		drift_too_many(n, found);
		return true;
	}
	if (found > 0)
		log_info("%zu keys differ: rendering them again", found);
	drift_compared(n, found);
	return true;
}
