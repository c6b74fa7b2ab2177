/*
 * See guard.h.
 */
#include "maps/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fewer removed lines than this are never guarded by their share. */
#define SHARE_FLOOR 50

bool
guard_counts(const struct delta_line *x)
{
	return !x->after && (x->map == MAP_MAILBOXES || x->map == MAP_ALIASES)
		&& strcmp(x->key, x->before) != 0;
}

bool
guard_may_hold(const struct guard *g, size_t removed)
{
	return removed >= SHARE_FLOOR || removed > g->lines;
}

bool
guard_holds(const struct guard *g, size_t removed, size_t total)
{
	return guard_may_hold(g, removed)
		&& (removed > g->lines || removed * 100 > total * g->percent);
}

void
guard_reason(size_t removed, size_t total, char out[static HOLD_REASON_SIZE])
{
	snprintf(out, HOLD_REASON_SIZE,
		"guard: would remove %zu of %zu lines at once", removed, total);
}

static int
by_domain(const void *a, const void *b)
{
	const struct guard_loss *x = a, *y = b;
	return strcmp(x->domain, y->domain);
}

/* One entry a domain, with the removed lines added up. */
static void
add_up(struct guard_losses *l)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++) {
		if (n > 0 && by_domain(&l->loss[n - 1], &l->loss[i]) == 0)
			l->loss[n - 1].removed++;
		else
			l->loss[n++] = l->loss[i];
	}
	l->n = n;
}

static void
count_total(struct guard_losses *l, const struct map_lines *lines)
{
	for (size_t i = 0; i < lines->n; i++) {
		const struct guard_loss key = { .domain = key_domain(
							lines->line[i].key) };
		struct guard_loss *x = bsearch(
			&key, l->loss, l->n, sizeof(l->loss[0]), by_domain);
		if (x)
			x->total++;
	}
}

static void
keep_held(const struct guard *g, struct guard_losses *l)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++)
		if (guard_holds(g, l->loss[i].removed, l->loss[i].total))
			l->loss[n++] = l->loss[i];
	l->n = n;
}

bool
guard_find(const struct guard *g, const struct delta *d,
	const struct map_set *live, struct guard_losses *out, struct err *e)
{
	*out = (struct guard_losses){ 0 };
	if (!guard_may_hold(g, d->removed))
		return true;
	out->loss = calloc(d->n, sizeof(*out->loss));
	if (!out->loss)
		return err_memory(e);
	for (size_t i = 0; i < d->n; i++)
		if (guard_counts(&d->line[i]))
			out->loss[out->n++] =
				(struct guard_loss){ key_domain(d->line[i].key),
					1, 0 };
	qsort(out->loss, out->n, sizeof(out->loss[0]), by_domain);
	add_up(out);
	count_total(out, &live->map[MAP_MAILBOXES]);
	count_total(out, &live->map[MAP_ALIASES]);
	keep_held(g, out);
	return true;
}
