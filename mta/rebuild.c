/*
 * See rebuild.h. All rows are held in memory for a moment, in a process that
 * then ends; the lines of a million mailboxes take about 400 MB.
 */
#include "mta/rebuild.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "base/timeutil.h"
#include "db/map_rows.h"
#include "maps/account.h"
#include "maps/delta.h"
#include "maps/render.h"
#include "mta/lmdb_map.h"
#include "mta/reload.h"

#define ALL_BYTES ((size_t)64 << 30)
#define RELAY_BYTES (16UL * 1024 * 1024)
#define REBUILD_MS (10 * 60 * 1000)
/* More differing keys than this are not named: everything is made anew. */
#define DIFFERENCES_MAX 5000

struct all {
	struct arena *arena;
	struct map_rows rows;
	struct map_set wanted;
	struct hold_list
		held; /* kept back before, and what cannot be written */
	struct relay_list relays;
	uint64_t serial;
};

static void
all_free(struct all *x)
{
	map_rows_free(&x->rows);
	map_set_free(&x->wanted);
	holds_free(&x->held);
	relay_free(&x->relays);
	arena_free(&x->arena);
}

static bool
load_held(const struct conf_node *c, struct all *x, struct err *e)
{
	char path[NODE_PATH_SIZE], *text;
	struct err why = ERR_EMPTY;
	size_t len;
	node_state_path(c, "held", path);
	if (!file_read(path, 64UL << 20, x->arena, &text, &len, &why))
		return why.code == ERR_NOT_FOUND || err_merge(e, &why, NULL);
	return holds_parse(text, &x->held, e);
}

static bool
take_relay(void *ctx, const char *network, int64_t expires_us, struct err *e)
{
	struct err why = ERR_EMPTY;
	(void)e;
	/* What cannot be read is named and left out by the publisher. */
	(void)!relay_add(ctx, network, expires_us, &why);
	return true;
}

static bool
load_rows(const struct conf *conf, struct all *x, struct err *e)
{
	struct db *db = NULL;
	const bool ok = node_db_open(conf, &db, e)
		&& db_begin(db, DB_SNAPSHOT, e) && map_head(db, &x->serial, e)
		&& map_rows_load_all(db, x->arena, &x->rows, e)
		&& map_relays(db, take_relay, &x->relays, e);
	relay_sort(&x->relays);
	if (db)
		db_close(&db);
	return ok;
}

static bool
all_render(const struct conf *conf, struct all *x, struct err *e)
{
	x->arena = arena_new(ALL_BYTES);
	if (!x->arena)
		return err_memory(e);
	if (!load_held(&conf->node, x, e) || !load_rows(conf, x, e))
		return false;
	rows_index(&x->rows);
	const struct render r = { .rows = &x->rows,
		.mail_root = conf->node.mail_root,
		.mail_uid = conf->node.mail_uid,
		.mail_gid = conf->node.mail_gid,
		.faults = &x->held };
	return render_everything(&r, &x->wanted, e)
		&& render_finish(&r, &x->wanted, e);
}

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
keep_held(const struct conf_node *c, enum map_id map, struct all *x,
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
	struct all x = { 0 };
	if (!all_render(j->conf, &x, &why)) {
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
	all_free(&x);
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
	else if (maps == REBUILD_ALL && (n->is_overrun || n->applied == 0)) {
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

struct compare_job {
	const struct hold_list *held;
	enum map_id map;
	check_each *each;
	void *ctx;
	size_t n;
};

static void
tell(struct compare_job *j, const struct delta *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct delta_line *x = &d->line[i];
		const bool held =
			holds_find(j->held, key_domain(x->key)) != NULL;
		if (held && (j->map != MAP_ACCOUNTS || !x->after))
			continue;
		j->n++;
		j->each(j->ctx, j->map, x->key, x->before, x->after);
	}
}

static bool
collect_line(void *ctx, const char *key, const char *value, struct err *e)
{
	return lines_add(ctx, key, value, e);
}

static bool
read_whole(const struct conf_node *c, enum map_id map, struct map_lines *out,
	struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct user_db *users = NULL;
	node_map_path(c, map, path);
	if (map != MAP_ACCOUNTS)
		return lmdb_scan(path, collect_line, out, e);
	const bool ok = user_db_open(path, &users, e)
		&& user_db_scan(users, NULL, NULL, out, e);
	user_db_close(&users);
	return ok;
}

static bool
compare_relays(const struct conf_node *c, const struct all *x, bool *differ_r,
	struct err *e)
{
	char path[NODE_PATH_SIZE], *live = NULL;
	struct err why = ERR_EMPTY;
	size_t len;
	struct str s = str_in(x->arena, RELAY_BYTES);
	if (!relay_table(&x->relays, now_us(), &s))
		return err_memory(e);
	node_cidr_path(c, path);
	*differ_r = !file_read(path, RELAY_BYTES, x->arena, &live, &len, &why)
		|| strcmp(live, str_text(&s)) != 0;
	return true;
}

bool
check_all(const struct conf *conf, struct check_result *r, check_each *each,
	void *ctx, struct err *e)
{
	struct all x = { 0 };
	bool ok = all_render(conf, &x, e);
	*r = (struct check_result){ .serial = x.serial };
	for (int m = 0; ok && m < MAP_COUNT; m++) {
		struct compare_job j = { &x.held, (enum map_id)m, each, ctx,
			0 };
		struct map_lines live = { 0 };
		struct delta d = { 0 };
		ok = read_whole(&conf->node, j.map, &live, e)
			&& delta_map(&d, j.map, &live, &x.wanted.map[m], e);
		if (ok)
			tell(&j, &d);
		r->differences += j.n;
		r->lines += live.n;
		delta_free(&d);
		lines_free(&live);
	}
	ok = ok && compare_relays(&conf->node, &x, &r->relays_differ, e);
	r->held = x.held;
	x.held = (struct hold_list){ 0 };
	all_free(&x);
	return ok;
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
	(void)!nice(10);
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
		n->damaged = REBUILD_ALL;
	} else if (found > 0) {
		log_info("%zu keys differ: rendering them again", found);
	}
	return true;
}

static bool
text_line(void *ctx, const char *key, const char *value, struct err *e)
{
	struct file_out *f = ctx;
	(void)e;
	file_put(f, key, strlen(key));
	file_put(f, " ", 1);
	file_put(f, value, strlen(value));
	file_put(f, "\n", 1);
	return true;
}

/* Hashes stay out of the copy: people read it. */
static void
text_account(struct file_out *f, const struct map_line *l)
{
	char buf[ACCOUNT_VALUE_MAX], text[ACCOUNT_VALUE_MAX + 128];
	struct account a;
	struct str s = STR_FIXED(text);
	if (!account_split(l->value, buf, &a))
		return;
	str_addf(&s, "home=%s uid=%s gid=%s quota_rule=%s%s",
		a.field[ACCOUNT_HOME], a.field[ACCOUNT_UID],
		a.field[ACCOUNT_GID], a.field[ACCOUNT_QUOTA_RULE],
		a.field[ACCOUNT_NOLOGIN][0] ? " nologin=Y" : "");
	(void)text_line(f, l->key, text, NULL);
	explicit_bzero(buf, sizeof(buf));
}

static bool
write_text(const struct conf_node *c, enum map_id map, struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct map_lines l = { 0 };
	struct file_out *f = NULL;
	/* Read first: the lock is not held while the disk writes. */
	if (!read_whole(c, map, &l, e))
		return false;
	node_text_path(c, map, path);
	if (!file_begin(&f, path, 0640, e))
		return false;
	for (size_t i = 0; i < l.n; i++) {
		if (map == MAP_ACCOUNTS)
			text_account(f, &l.line[i]);
		else
			(void)text_line(f, l.line[i].key, l.line[i].value, e);
	}
	lines_free(&l);
	return file_commit(&f, e);
}

bool
text_child(void *ctx, FILE *out, struct err *e)
{
	const struct text_job *j = ctx;
	(void)out;
	(void)!nice(10);
	for (int m = 0; m < MAP_COUNT; m++)
		if ((j->maps & (1U << m))
			&& !write_text(j->conf, (enum map_id)m, e))
			return false;
	return true;
}
