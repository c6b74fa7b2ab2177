/*
 * See live.h. The worker answers with records `map key NUL value NUL`.
 */
#include "mta/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/timeutil.h"
#include "mta/lmdb_map.h"

#define READ_MS 30000
#define APPLY_MS 60000
#define LOCK_MS 10000

/* What the worker is asked for. */
enum verb { VERB_READ, VERB_COUNT, VERB_APPLY };

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
				"an answer about the maps cannot be read");
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

/*
 * Requests. A list of texts ends in an empty text; a line of a delta is
 * `map key NUL`, then `+ value NUL` or `-`.
 */
static void
put_texts(FILE *out, const struct strset *s)
{
	for (size_t i = 0; s && i < s->n; i++)
		fwrite(s->list[i], strlen(s->list[i]) + 1, 1, out);
	putc('\0', out);
}

static bool
take_texts(const char **p, struct strset *out, struct err *e)
{
	for (; **p; *p += strlen(*p) + 1)
		if (!strset_add(out, *p, NULL, e))
			return false;
	++*p;
	return true;
}

struct request {
	char *data;
	size_t n;
	FILE *out;
};

static bool
request_begin(struct request *q, struct err *e)
{
	*q = (struct request){ 0 };
	q->out = open_memstream(&q->data, &q->n);
	return q->out || err_memory(e);
}

static bool
request_send(struct request *q, struct node *n, enum verb verb, int deadline_ms,
	struct child *answer, struct err *e)
{
	const bool ok = (fclose(q->out) == 0 || err_memory(e))
		&& (n->maps.verb || live_start(n, e))
		&& worker_call(
			&n->maps, verb, q->data, q->n, deadline_ms, answer, e);
	free(q->data);
	return ok;
}

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
read_map(const struct conf_node *c, enum map_id map, const struct strset *keys,
	const struct strset *domains, FILE *out, struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct map_lines found = { 0 };
	node_map_path(c, map, path);
	bool ok = lmdb_lookup(path, keys->list, keys->n, &found, e);
	for (size_t i = 0; ok && i < found.n; i++)
		emit(out, map, found.line[i].key, found.line[i].value);
	lines_free(&found);
	if (!ok || domains->n == 0)
		return ok;
	struct scan_job s = { out, map, domains, 0 };
	return lmdb_scan(path, scan_line, &s, e);
}

static bool
serve_read(void *ctx, const char *request, size_t n, FILE *out, struct err *e)
{
	const struct conf_node *c = ctx;
	struct strset keys = { 0 }, domains = { 0 };
	(void)n;
	bool ok = take_texts(&request, &keys, e)
		&& take_texts(&request, &domains, e);
	for (int m = 0; ok && m < MAP_COUNT; m++)
		ok = m == MAP_ACCOUNTS || !role_has(c->role, (enum map_id)m)
			|| read_map(c, (enum map_id)m, &keys, &domains, out, e);
	strset_free(&keys);
	strset_free(&domains);
	return ok;
}

static bool
serve_count(void *ctx, const char *request, size_t n, FILE *out, struct err *e)
{
	const struct conf_node *c = ctx;
	static const enum map_id routing[] = { MAP_MAILBOXES, MAP_ALIASES };
	struct strset domains = { 0 };
	struct scan_job s = { NULL, MAP_MAILBOXES, &domains, 0 };
	char path[NODE_PATH_SIZE];
	(void)n;
	bool ok = take_texts(&request, &domains, e);
	for (size_t i = 0; ok && i < ARRAY_LEN(routing); i++) {
		if (!role_has(c->role, routing[i]))
			continue;
		node_map_path(c, routing[i], path);
		ok = lmdb_scan(path, scan_line, &s, e);
	}
	strset_free(&domains);
	fprintf(out, "%zu", s.n);
	putc('\0', out);
	return ok;
}

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
apply_map(const struct conf_node *c, const struct delta *all, enum map_id map,
	enum lmdb_part which, struct err *e)
{
	char path[NODE_PATH_SIZE];
	size_t n;
	const struct delta_line *d = part(all, map, &n);
	if (n == 0)
		return true;
	node_map_path(c, map, path);
	return lmdb_apply(path, d, n, which, LOCK_MS, e);
}

static void
put_delta(FILE *out, const struct delta *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct delta_line *x = &d->line[i];
		if (x->map == MAP_ACCOUNTS)
			continue;
		putc('a' + (int)x->map, out);
		fwrite(x->key, strlen(x->key) + 1, 1, out);
		putc(x->after ? '+' : '-', out);
		if (x->after)
			fwrite(x->after, strlen(x->after) + 1, 1, out);
	}
}

static bool
take_delta(const char *p, const char *end, struct delta *out, struct err *e)
{
	while (p < end) {
		struct delta_line x = { .map = (enum map_id)(*p - 'a') };
		x.key = p + 1;
		p = x.key + strlen(x.key) + 1;
		if (*p++ == '+') {
			x.after = p;
			p += strlen(p) + 1;
		}
		if (!delta_add(out, &x, e))
			return false;
	}
	return true;
}

static bool
serve_apply(void *ctx, const char *request, size_t n, FILE *out, struct err *e)
{
	struct delta d = { 0 };
	(void)out;
	bool ok = take_delta(request, request + n, &d, e);
	for (int m = MAP_ACCOUNTS + 1; ok && m < MAP_COUNT; m++)
		ok = apply_map(ctx, &d, (enum map_id)m, LMDB_PUTS, e);
	for (int m = MAP_COUNT - 1; ok && m > MAP_ACCOUNTS; m--)
		ok = apply_map(ctx, &d, (enum map_id)m, LMDB_REMOVALS, e);
	delta_free(&d);
	return ok;
}

static worker_fn *const verbs[] = {
	[VERB_READ] = serve_read,
	[VERB_COUNT] = serve_count,
	[VERB_APPLY] = serve_apply,
};

bool
live_start(struct node *n, struct err *e)
{
	return worker_start(
		&n->maps, verbs, (void *)(uintptr_t)&n->conf->node, e);
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
	if (!role_has(n->conf->node.role, MAP_ACCOUNTS))
		return true;
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
	struct request q;
	if (!request_begin(&q, e))
		return false;
	put_texts(q.out, keys);
	put_texts(q.out, domains);
	bool ok = request_send(&q, n, VERB_READ, READ_MS, answer, e)
		&& take_answer(answer, out, e)
		&& read_users(n, keys, domains, &out->map[MAP_ACCOUNTS], e);
	for (int m = 0; ok && m < MAP_COUNT; m++)
		ok = lines_sort(&out->map[m], e);
	if (!ok)
		note_damage(n, e);
	return ok;
}

bool
live_count(struct node *n, const char *domain, size_t *n_r, struct err *e)
{
	const struct strset one = { .list = &domain, .n = 1 };
	struct child c = { .fd = -1 };
	struct request q;
	int64_t value = 0;
	if (!request_begin(&q, e))
		return false;
	put_texts(q.out, &one);
	const bool ok = request_send(&q, n, VERB_COUNT, READ_MS, &c, e)
		&& str_to_i64(c.data, 0, INT64_MAX, &value);
	*n_r = (size_t)value;
	child_free(&c);
	return ok;
}

static bool
apply_maps(struct node *n, const struct delta *d, struct err *e)
{
	struct child c = { .fd = -1 };
	struct request q;
	if (!request_begin(&q, e))
		return false;
	put_delta(q.out, d);
	const bool ok = request_send(&q, n, VERB_APPLY, APPLY_MS, &c, e);
	child_free(&c);
	return ok;
}

/*
 * Note how the changed files look, but one that somebody else had changed
 * before: the health check has still to see that.
 */
static void
note_changed(struct node *n, const struct delta *d, unsigned foreign)
{
	/* What was left half done is ours too, so it is no foreign change. */
	for (int m = 0; m < MAP_COUNT; m++) {
		size_t lines;
		(void)part(d, (enum map_id)m, &lines);
		if (lines == 0)
			continue;
		if (!(foreign & (1U << m)))
			node_mark(n, (enum map_id)m);
		if (n->text_due_us[m] == 0)
			n->text_due_us[m] = monotonic_us() + 3 * US_PER_S;
	}
}

/* Maps that do not look as this process left them. */
static unsigned
foreign_maps(const struct node *n)
{
	unsigned maps = 0;
	char path[NODE_PATH_SIZE];
	for (int m = 0; m < MAP_COUNT; m++) {
		node_map_path(&n->conf->node, (enum map_id)m, path);
		const struct file_mark now = file_mark_of(path);
		if (!file_mark_equal(&now, &n->mark[m]))
			maps |= 1U << m;
	}
	return maps;
}

bool
live_apply(struct node *n, const struct delta *d, struct err *e)
{
	size_t users;
	const unsigned foreign = foreign_maps(n);
	const struct delta_line *u = part(d, MAP_ACCOUNTS, &users);
	bool ok = users == 0
		|| (node_users(n, e)
			&& user_db_apply(n->users, u, users, true, e));
	if (ok && d->n > users)
		ok = apply_maps(n, d, e);
	if (ok && users > 0)
		ok = user_db_apply(n->users, u, users, false, e);
	note_changed(n, d, foreign);
	if (!ok)
		note_damage(n, e);
	return ok;
}
