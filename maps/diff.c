/*
 * A difference from its question to its lines: the keys that changed, the
 * limits, one span after the other.
 */
#include <stdlib.h>
#include <string.h>

#include "core/revision.h"
#include "db/log_rows.h"
#include "maps/delta.h"
#include "maps/diff_work.h"

/* Keys that are read at most, other people's included. */
#define KEYS_READ_MAX 50000
#define RERUNS 2

const char *
diff_map_name(unsigned map)
{
	if (map < MAP_COUNT)
		return map_name((enum map_id)map);
	return map == DIFF_WHITELIST ? "whitelist" : NULL;
}

unsigned
diff_map_find(const char *name)
{
	return strcmp(name, "whitelist") == 0   ? DIFF_WHITELIST
		: map_by_name(name) < MAP_COUNT ? map_by_name(name)
						: DIFF_MAPS;
}

static int
by_domain(const void *a, const void *b)
{
	const struct diff_span *x = a, *y = b;

	return strcmp(x->domain, y->domain);
}

const struct diff_span *
diff_routing(const struct diff_query *q, const char *domain)
{
	const struct diff_span key = { .domain = domain };
	const struct diff_span *own = q->n_own == 0
		? NULL
		: bsearch(&key, q->own, q->n_own, sizeof(key), by_domain);

	return own ? own : &q->routing;
}

static bool
is_inside(uint64_t serial, const struct diff_span *s)
{
	return s->from < s->to ? serial > s->from && serial <= s->to
			       : serial > s->to && serial <= s->from;
}

static int
by_key(const struct past_key *k, char kind, const char *key)
{
	int c = strcmp(k->key, key);

	return c ? c : k->kind - kind;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct past_key *x = a, *y = b;
	int c = by_key(x, y->kind, y->key);

	if (c)
		return c;
	return (x->by.serial > y->by.serial) - (x->by.serial < y->by.serial);
}

const struct past_act *
diff_touched(const struct diff_work *w, char kind, const char *key,
	const struct diff_span *s)
{
	const struct past_act *last = NULL;
	size_t lo = 0, hi = w->n_keys;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (by_key(&w->key[mid], kind, key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < w->n_keys && by_key(&w->key[lo], kind, key) == 0; lo++)
		if (is_inside(w->key[lo].by.serial, s))
			last = &w->key[lo].by;
	return last;
}

static void
stretch(const struct diff_span *s, uint64_t *lowest, uint64_t *highest)
{
	uint64_t lo = s->from < s->to ? s->from : s->to;
	uint64_t hi = s->from < s->to ? s->to : s->from;

	*lowest = lo < *lowest ? lo : *lowest;
	*highest = hi > *highest ? hi : *highest;
}

/* Every serial must be one that the log can tell of. */
static bool
check_range(struct diff_work *w, uint64_t *highest_r, struct err *e)
{
	const struct diff_query *q = w->q;
	uint64_t oldest, most = w->past.head + (q->trial != NULL);

	w->lowest = UINT64_MAX;
	*highest_r = 0;
	stretch(&q->all, &w->lowest, highest_r);
	stretch(&q->routing, &w->lowest, highest_r);
	for (size_t i = 0; i < q->n_own; i++)
		stretch(&q->own[i], &w->lowest, highest_r);
	if (*highest_r > most)
		return err_set(e, ERR_INVALID, "to", "no_such_serial", NULL,
			"serial %llu is not there yet, %llu is the newest",
			(unsigned long long)*highest_r,
			(unsigned long long)w->past.head);
	if (!past_oldest(w->c->db, &oldest, e))
		return false;
	return oldest <= w->lowest + 1
		|| err_set(e, ERR_INVALID, "from", "too_old", NULL,
			"the log goes back to serial %llu only",
			(unsigned long long)oldest - 1);
}

static bool
read_keys(struct diff_work *w, const struct actor *a, uint64_t highest,
	struct err *e)
{
	if (w->q->trial)
		return diff_take_trial(w, a, e);
	if (!past_keys(w->c->db, w->arena, w->lowest, highest, w->q->domain,
		    KEYS_READ_MAX, &w->key, &w->n_keys, e))
		return false;
	w->is_too_much = w->n_keys > KEYS_READ_MAX;
	return true;
}

static bool
own_domains(struct diff_work *w, const struct actor *a, struct strset *out,
	struct err *e)
{
	const char **name;
	size_t n;

	if (!past_domain_names(w->c->db, w->arena, a->domain_ids, a->n_domains,
		    &name, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!strset_add(out, name[i], NULL, e))
			return false;
	return true;
}

static bool
is_asked(const struct diff_work *w, const struct past_key *k)
{
	const struct diff_span *s =
		diff_routing(w->q, k->kind == 'w' ? "" : key_domain(k->key));

	return is_inside(k->by.serial, &w->q->all)
		|| is_inside(k->by.serial, s);
}

/* Those that are asked for and that the actor may see, sorted. */
static bool
sift_keys(struct diff_work *w, const struct actor *a, struct err *e)
{
	struct strset own = { 0 };
	bool all = actor_sees_all(a);
	bool ok = all || own_domains(w, a, &own, e);
	size_t n = 0, distinct = 0;

	for (size_t i = 0; ok && i < w->n_keys; i++)
		if (is_asked(w, &w->key[i])
			&& (all || strset_has(&own, key_domain(w->key[i].key))))
			w->key[n++] = w->key[i];
	strset_free(&own);
	w->n_keys = n;
	if (n > 0)
		qsort(w->key, n, sizeof(*w->key), compare_keys);
	for (size_t i = 0; i < n; i++)
		distinct += i == 0
			|| by_key(&w->key[i], w->key[i - 1].kind,
				w->key[i - 1].key);
	w->is_too_much = w->is_too_much || distinct > DIFF_KEYS_MAX;
	return ok;
}

static bool
want_keys(struct diff_work *w, struct err *e)
{
	for (size_t i = 0; i < w->n_keys; i++) {
		const struct past_key *k = &w->key[i];

		if (k->kind == 'a' && !diff_want(w, k->key, e))
			return false;
		if (k->kind == 'd' && !strset_add(&w->domain, k->key, NULL, e))
			return false;
	}
	return diff_load(w, e);
}

static bool
relays(struct diff_work *w, uint64_t highest, struct err *e)
{
	struct past_change *items = w->past.change;
	size_t n = w->past.n_changes;
	bool has_any = false;

	for (size_t i = 0; i < w->n_keys; i++)
		has_any = has_any || w->key[i].kind == 'w';
	if (w->q->is_routing_only || !has_any)
		return true;
	if (w->q->trial) {
		items = arena_array(w->arena, n + 1, sizeof(*items));
		if (!items)
			return err_memory(e);
		n = 0;
		for (size_t i = 0; i < w->past.n_changes; i++)
			if (w->past.change[i].noun == PAST_WHITELIST)
				items[n++] = w->past.change[i];
	} else if (!past_whitelist_changes(w->c->db, w->arena, w->lowest,
			   highest, KEYS_READ_MAX, &items, &n, e)) {
		return false;
	}
	return diff_load_relays(w, items, n, e) && diff_relay_lines(w, e);
}

static bool
has_span(const struct diff_span *s, const struct diff_query *q, size_t n_own)
{
	bool is_there = s->from == q->all.from && s->to == q->all.to;

	for (size_t i = 0; i < n_own && !is_there; i++)
		is_there = s->from == q->own[i].from && s->to == q->own[i].to;
	return is_there;
}

/* Each pair of serials once. */
static bool
spans(struct diff_work *w, struct err *e)
{
	const struct diff_query *q = w->q;

	if (!diff_span_lines(w, &q->all, e))
		return false;
	for (size_t i = 0; i < q->n_own && !w->is_too_much; i++)
		if (!has_span(&q->own[i], q, i)
			&& !diff_span_lines(w, &q->own[i], e))
			return false;
	return w->is_too_much || has_span(&q->routing, q, q->n_own)
		|| diff_span_lines(w, &q->routing, e);
}

static bool
is_counted(
	const struct past_count *c, const struct actor *a, const char *domain)
{
	return (!domain || strcmp(c->domain, domain) == 0)
		&& (actor_sees_all(a)
			|| (c->domain_id && actor_has_domain(a, c->domain_id)));
}

static bool
count_all(struct diff_work *w, const struct actor *a, uint64_t highest,
	struct err *e)
{
	struct diff *d = w->out;
	size_t n = 0;

	d->n_lines = d->n_faults = 0;
	d->is_truncated = true;
	if (w->q->trial) {
		if (!diff_count_trial(w, e))
			return false;
	} else if (!past_counts(w->c->db, w->arena, w->lowest, highest,
			   KEYS_READ_MAX, &d->count, &d->n_counts, e)) {
		return false;
	}
	for (size_t i = 0; i < d->n_counts && n < DIFF_COUNTS_MAX; i++)
		if (w->q->trial || is_counted(&d->count[i], a, w->q->domain))
			d->count[n++] = d->count[i];
	d->n_counts = n;
	return true;
}

static bool
run_steps(struct diff_work *w, const struct actor *a, struct err *e)
{
	uint64_t highest;

	if (!log_row_head(w->c->db, &w->past.head, e)
		|| !check_range(w, &highest, e) || !read_keys(w, a, highest, e)
		|| !sift_keys(w, a, e))
		return false;
	if (!w->is_too_much && !want_keys(w, e))
		return false;
	if (!w->is_too_much && !spans(w, e))
		return false;
	if (w->is_too_much)
		return count_all(w, a, highest, e);
	return relays(w, highest, e) && diff_finish(w, e);
}

static bool
run_once(struct core *c, const struct actor *a, const struct diff_query *q,
	struct diff *out, struct err *e)
{
	struct diff_work w = { .c = c,
		.q = q,
		.arena = c->arena,
		.past = { .arena = c->arena,
			.mail_root = c->conf->node.mail_root },
		.out = out };
	bool ok;

	*out = (struct diff){ .from = q->routing.from, .to = q->routing.to };
	for (unsigned i = 0; i < DIFF_MAPS; i++)
		out->file[i].name = diff_map_name(i);
	if (!db_begin(c->db, DB_SNAPSHOT, e))
		return false;
	ok = run_steps(&w, a, e);
	db_rollback(c->db);
	strset_free(&w.address);
	strset_free(&w.domain);
	strset_free(&w.whole);
	return ok;
}

bool
diff_run(struct core *c, const struct actor *a, const struct diff_query *q,
	struct diff *out, struct err *e)
{
	for (int left = RERUNS; !run_once(c, a, q, out, e); left--) {
		if (e->code != ERR_RETRY || left == 0)
			return false;
		err_clear(e);
	}
	return true;
}

bool
diff_between(struct core *c, const struct actor *a, uint64_t from, uint64_t to,
	const char *domain, struct diff *out, struct err *e)
{
	const struct diff_query q = { .all = { "", from, to },
		.routing = { "", from, to },
		.domain = domain };

	return diff_run(c, a, &q, out, e);
}
