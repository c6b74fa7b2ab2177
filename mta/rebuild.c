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
#include "mta/everything.h"
#include "mta/lmdb_map.h"
#include "mta/reload.h"

#define REBUILD_MS (10 * 60 * 1000)
/* More differing keys than this are not named: everything is made anew. */
#define DIFFERENCES_MAX 5000

struct keep_job {
	const struct hold_list *held;
	struct map_lines *out;
};

static bool
keep_line(void *ctx, const char *key, const char *value, struct err *e)
{
	struct keep_job *k = ctx;
	return !holds_find(k->held, key_domain(key))
		|| lines_add(k->out, key, value, e);
}

static bool
keep_child(void *ctx, FILE *out, struct err *e)
{
	const char *path = ctx;
	struct map_lines all = { 0 };
	(void)out;
	return lmdb_scan(path, NULL, &all, e);
}

/* Held domains keep their old lines, where the old file can still be read. */
static bool
keep_held(const struct conf_node *c, enum map_id map, struct everything *x,
	struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct child try = { .fd = -1 };
	struct err why = ERR_EMPTY;
	struct keep_job k = { &x->held, &x->wanted.map[map] };
	if (x->held.n == 0 || map == MAP_ACCOUNTS)
		return true;
	node_map_path(c, map, path);
	const bool readable = child_call(&try, keep_child, path, 60000, &why);
	child_free(&try);
	if (readable && !lmdb_scan(path, keep_line, &k, e))
		return false;
	return lines_sort(k.out, e);
}

static bool
build_map(const struct conf_node *c, enum map_id map, const struct map_lines *l,
	struct err *e)
{
	char path[NODE_PATH_SIZE];
	node_map_path(c, map, path);
	return map == MAP_ACCOUNTS ? user_db_build(path, l, e)
				   : lmdb_build(path, l, e);
}

struct rebuild_job {
	const struct conf *conf;
	unsigned maps;
};

static bool
parse_text_line(char *line, struct map_lines *out, struct err *e)
{
	char *blank = strchr(line, ' ');
	char *end = strchr(line, '\n');
	if (!blank || !end)
		return err_set(e, ERR_INVALID, "", "bad_text", "",
			"a text copy cannot be read");
	*blank = *end = '\0';
	return lines_add(out, line, blank + 1, e);
}

/* The database is away: the text copy is at most a few seconds old. */
static bool
build_from_text(const struct conf_node *c, enum map_id map, struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct map_lines l = { 0 };
	char *line = NULL;
	size_t cap = 0;
	node_text_path(c, map, path);
	FILE *f = map == MAP_ACCOUNTS ? NULL : fopen(path, "re");
	if (!f)
		return err_set(e, ERR_UNAVAILABLE, "", "no_copy", path,
			"%s: the database is away and there is no text copy",
			path);
	bool ok = true;
	while (ok && getline(&line, &cap, f) > 0)
		ok = parse_text_line(line, &l, e);
	fclose(f);
	free(line);
	ok = ok && lines_sort(&l, e) && build_map(c, map, &l, e);
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

static bool
rebuild_child(void *ctx, FILE *out, struct err *e)
{
	const struct rebuild_job *j = ctx;
	struct err why = ERR_EMPTY;
	struct everything x = { 0 };
	if (!everything_render(j->conf, &x, &why)) {
		if (why.code == ERR_UNAVAILABLE)
			return rebuild_from_text(j, out, e);
		return err_merge(e, &why, NULL);
	}
	for (int m = 0; m < MAP_COUNT; m++) {
		if (!(j->maps & (1U << m)))
			continue;
		if (!keep_held(&j->conf->node, (enum map_id)m, &x, e)
			|| !build_map(&j->conf->node, (enum map_id)m,
				&x.wanted.map[m], e))
			return false;
	}
	fprintf(out, "%llu %u", (unsigned long long)x.serial, j->maps);
	putc('\0', out);
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
	if (!journal_intend(n->journal, n->applied, reloads, NULL, e))
		return false;
	return node_fork(n, c, rebuild_child, &j, REBUILD_MS, e);
}

bool
rebuild_take(
	struct node *n, unsigned maps, const struct child *c, struct err *e)
{
	unsigned long long serial;
	unsigned made;
	if (c->n == 0 || sscanf(c->data, "%llu %u", &serial, &made) != 2)
		return err_set(e, ERR_INTERNAL, "", "bad_answer", "",
			"a rebuild's answer cannot be read");
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
	if (serial == 0 && n->applied > 0)
		n->check_due = true;
	/* Else the rounds go on from where they were: they end sessions. */
	else if (maps == n->own_maps && (n->is_overrun || n->applied == 0)) {
		n->is_overrun = false;
		if (!journal_applied(n->journal, serial, NULL, e))
			return false;
		n->applied = serial;
		n->applied_at_us = now_us();
		n->report_due = true;
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
	} else if (found > 0) {
		log_info("%zu keys differ: rendering them again", found);
	}
	return true;
}
