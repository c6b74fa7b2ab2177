/*
 * Merge of two sorted lists into a list of changed lines.
 */
#include "maps/delta.h"

#include <stdlib.h>
#include <string.h>

void
delta_keep(struct delta *d, struct delta_line x)
{
	d->line[d->n++] = x;
	if (!x.before)
		d->added++;
	else if (!x.after)
		d->removed++;
	else
		d->changed++;
}

bool
delta_add(struct delta *d, const struct delta_line *x, struct err *e)
{
	if (d->n == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : 16;
		struct delta_line *p = reallocarray(d->line, cap, sizeof(*p));
		if (!p)
			return err_set(e, ERR_INTERNAL, "", "no_memory", "",
				"out of memory while comparing maps");
		d->line = p;
		d->cap = cap;
	}
	delta_keep(d, *x);
	return true;
}

bool
delta_map(struct delta *d, enum map_id map, const struct map_lines *live,
	const struct map_lines *wanted, struct err *e)
{
	size_t i = 0, j = 0;
	while (i < live->n || j < wanted->n) {
		const struct map_line *a = i < live->n ? &live->line[i] : NULL;
		const struct map_line *b =
			j < wanted->n ? &wanted->line[j] : NULL;
		const int c = !a ? 1 : !b ? -1 : strcmp(a->key, b->key);
		struct delta_line x = { .map = map };
		if (c <= 0) {
			x.key = a->key;
			x.before = a->value;
			i++;
		}
		if (c >= 0) {
			x.key = b->key;
			x.after = b->value;
			j++;
		}
		if (c == 0 && strcmp(x.before, x.after) == 0)
			continue;
		if (!delta_add(d, &x, e))
			return false;
	}
	return true;
}

bool
delta_set(struct delta *d, const struct map_set *live,
	const struct map_set *wanted, struct err *e)
{
	for (int m = 0; m < MAP_COUNT; m++)
		if (!delta_map(d, (enum map_id)m, &live->map[m],
			    &wanted->map[m], e))
			return false;
	return true;
}

static int
by_place(const void *a, const void *b)
{
	const struct delta_line *x = a, *y = b;
	if (x->map != y->map)
		return x->map < y->map ? -1 : 1;
	return strcmp(x->key, y->key);
}

bool
delta_join(struct delta *d, const struct delta *more, struct err *e)
{
	for (size_t i = 0; i < more->n; i++)
		if (!delta_add(d, &more->line[i], e))
			return false;
	if (more->n > 0)
		qsort(d->line, d->n, sizeof(d->line[0]), by_place);
	return true;
}

bool
delta_wants_reload(const struct delta *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (map_wants_reload(d->line[i].map))
			return true;
	return false;
}

const char *
key_domain(const char *key)
{
	const char *at = strrchr(key, '@');
	return at ? at + 1 : key;
}

void
delta_free(struct delta *d)
{
	free(d->line);
	*d = (struct delta){ 0 };
}
