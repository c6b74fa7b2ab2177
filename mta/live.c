/*
 * See live.h. A child answers with records `map key NUL value NUL`.
 */
#include "mta/live.h"

#include <string.h>

#include "base/log.h"
#include "base/timeutil.h"
#include "mta/lmdb_map.h"

#define READ_MS 30000
#define APPLY_MS 60000
#define LOCK_MS 10000

static void
emit(FILE *out, enum map_id map, const char *key, const char *value)
{
	putc('a' + (int)map, out);
	fwrite(key, strlen(key) + 1, 1, out);
	fwrite(value, strlen(value) + 1, 1, out);
}

static bool
take_answer(const struct child *c, struct map_set *out, struct err *e)
{
	for (const char *p = c->data, *end = p + c->n; p < end;) {
		const int map = *p++ - 'a';
		const char *key = p;
		const char *value = key + strlen(key) + 1;
		if (map < 0 || map >= MAP_COUNT)
			return err_set(e, ERR_INTERNAL, "", "bad_answer", "",
				"a child's answer cannot be read");
		if (!lines_add_ref(&out->map[map], key, value, e))
			return false;
		p = value + strlen(value) + 1;
	}
	return true;
}

/* Which maps may be damaged, from an error that names a path or none. */
static void
note_damage(struct node *n, const struct err *e)
{
	const char *reason = e->item[0].reason;
	char path[NODE_PATH_SIZE];
	if (strcmp(reason, "child_died") != 0 && strcmp(reason, "damaged") != 0
		&& strcmp(reason, "missing") != 0)
		return;
	for (int m = 0; m < MAP_COUNT; m++) {
		node_map_path(&n->conf->node, (enum map_id)m, path);
		if (strcmp(path, e->item[0].subject) == 0)
			n->damaged |= 1U << m;
	}
	/* Nobody knows which: make the health check look at all of them. */
	if (strcmp(reason, "child_died") == 0)
		memset(n->mark, 0, sizeof(n->mark));
}

struct read_job {
	const struct conf_node *conf;
	const struct strset *keys, *domains;
};

struct scan_job {
	FILE *out;
	enum map_id map;
	const struct strset *domains;
	size_t n;
};

static bool
scan_line(void *ctx, const char *key, const char *value, struct err *e)
{
	struct scan_job *s = ctx;
	(void)e;
	if (!strset_has(s->domains, key_domain(key)))
		return true;
	s->n++;
	if (s->out)
		emit(s->out, s->map, key, value);
	return true;
}

static bool
read_map(const struct read_job *j, enum map_id map, FILE *out, struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct map_lines found = { 0 };
	node_map_path(j->conf, map, path);
	if (!lmdb_lookup(path, j->keys->list, j->keys->n, &found, e))
		return false;
	for (size_t i = 0; i < found.n; i++)
		emit(out, map, found.line[i].key, found.line[i].value);
	if (!j->domains || j->domains->n == 0)
		return true;
	struct scan_job s = { out, map, j->domains, 0 };
	return lmdb_scan(path, scan_line, &s, e);
}

static bool
read_child(void *ctx, FILE *out, struct err *e)
{
	for (int m = 0; m < MAP_COUNT; m++)
		if (m != MAP_ACCOUNTS && !read_map(ctx, (enum map_id)m, out, e))
			return false;
	return true;
}

static bool
is_in_domains(void *ctx, const char *address)
{
	return strset_has(ctx, key_domain(address));
}

static bool
read_users(struct node *n, const struct strset *keys,
	const struct strset *domains, struct map_lines *out, struct err *e)
{
	if (!node_users(n, e)
		|| !user_db_lookup(n->users, keys->list, keys->n, out, e))
		return false;
	if (!domains || domains->n == 0)
		return true;
	return user_db_scan(
		n->users, is_in_domains, (void *)(uintptr_t)domains, out, e);
}

bool
live_read(struct node *n, const struct strset *keys,
	const struct strset *domains, struct map_set *out, struct child *answer,
	struct err *e)
{
	struct read_job j = { &n->conf->node, keys, domains };
	bool ok = child_call(answer, read_child, &j, READ_MS, e)
		&& take_answer(answer, out, e)
		&& read_users(n, keys, domains, &out->map[MAP_ACCOUNTS], e);
	for (int m = 0; ok && m < MAP_COUNT; m++)
		ok = lines_sort(&out->map[m], e);
	if (!ok)
		note_damage(n, e);
	return ok;
}

static bool
count_child(void *ctx, FILE *out, struct err *e)
{
	static const enum map_id routing[] = { MAP_MAILBOXES, MAP_ALIASES };
	const struct read_job *j = ctx;
	struct scan_job s = { NULL, MAP_MAILBOXES, j->domains, 0 };
	char path[NODE_PATH_SIZE];
	for (size_t i = 0; i < ARRAY_LEN(routing); i++) {
		node_map_path(j->conf, routing[i], path);
		if (!lmdb_scan(path, scan_line, &s, e))
			return false;
	}
	fprintf(out, "%zu", s.n);
	putc('\0', out);
	return true;
}

bool
live_count(struct node *n, const char *domain, size_t *n_r, struct err *e)
{
	struct strset one = { 0 };
	struct child c = { .fd = -1 };
	int64_t value = 0;
	struct read_job j = { &n->conf->node, NULL, &one };
	const bool ok = strset_add(&one, domain, NULL, e)
		&& child_call(&c, count_child, &j, READ_MS, e)
		&& str_to_i64(c.data, 0, INT64_MAX, &value);
	*n_r = (size_t)value;
	child_free(&c);
	strset_free(&one);
	return ok;
}

struct apply_job {
	const struct conf_node *conf;
	const struct delta *delta;
};

/* The part of a delta that belongs to one map: its lines are grouped. */
static const struct delta_line *
part(const struct delta *d, enum map_id map, size_t *n_r)
{
	size_t i = 0, k;
	while (i < d->n && d->line[i].map != map)
		i++;
	for (k = i; k < d->n && d->line[k].map == map; k++)
		;
	*n_r = k - i;
	return d->line + i;
}

static bool
apply_map(const struct apply_job *j, enum map_id map, enum lmdb_part which,
	struct err *e)
{
	char path[NODE_PATH_SIZE];
	size_t n;
	const struct delta_line *d = part(j->delta, map, &n);
	if (n == 0)
		return true;
	node_map_path(j->conf, map, path);
	return lmdb_apply(path, d, n, which, LOCK_MS, e);
}

static bool
apply_child(void *ctx, FILE *out, struct err *e)
{
	(void)out;
	for (int m = MAP_ACCOUNTS + 1; m < MAP_COUNT; m++)
		if (!apply_map(ctx, (enum map_id)m, LMDB_PUTS, e))
			return false;
	for (int m = MAP_COUNT - 1; m > MAP_ACCOUNTS; m--)
		if (!apply_map(ctx, (enum map_id)m, LMDB_REMOVALS, e))
			return false;
	return true;
}

bool
live_apply(struct node *n, const struct delta *d, struct err *e)
{
	struct apply_job j = { &n->conf->node, d };
	struct child c = { .fd = -1 };
	size_t users;
	const struct delta_line *u = part(d, MAP_ACCOUNTS, &users);
	bool ok = users == 0
		|| (node_users(n, e)
			&& user_db_apply(n->users, u, users, true, e));
	if (ok && d->n > users)
		ok = child_call(&c, apply_child, &j, APPLY_MS, e);
	if (ok && users > 0)
		ok = user_db_apply(n->users, u, users, false, e);
	child_free(&c);
	/* What was left half done is ours too, so it is no foreign change. */
	for (int m = 0; m < MAP_COUNT; m++) {
		size_t lines;
		(void)part(d, (enum map_id)m, &lines);
		if (lines == 0)
			continue;
		node_mark(n, (enum map_id)m);
		if (n->text_due_us[m] == 0)
			n->text_due_us[m] = monotonic_us() + 3 * US_PER_S;
	}
	if (!ok)
		note_damage(n, e);
	return ok;
}
