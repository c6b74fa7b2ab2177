/*
 * Sorted arrays and binary search: a set is filled once and then only read.
 */
#include "maps/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"

static int
compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int
by_domain(const void *a, const void *b)
{
	const struct map_domain_row *x = a, *y = b;
	const int c = strcmp(x->name, y->name);
	if (c != 0)
		return c;
	return compare_u64(x->id, y->id);
}

/* Of equal addresses those that exist first, then the newest. An address can
 * stand in a living domain and in deleted ones of the same name. */
static int
by_mailbox(const void *a, const void *b)
{
	const struct map_mailbox_row *x = a, *y = b;
	const int c = strcmp(x->address, y->address);
	if (c != 0)
		return c;
	if (x->is_alive != y->is_alive)
		return x->is_alive ? -1 : 1;
	return compare_u64(y->id, x->id);
}

static int
by_alias(const void *a, const void *b)
{
	const struct map_alias_row *x = a, *y = b;
	const int c = strcmp(x->address, y->address);
	if (c != 0)
		return c;
	return compare_u64(x->id, y->id);
}

/* Sort, and drop rows that were read twice (equal by the comparison). */
static size_t
settle(void *base, size_t n, size_t size,
	int (*compare)(const void *, const void *))
{
	char *p = base;
	size_t out = 1;
	bool sorted = true;
	if (n < 2)
		return n;
	for (size_t i = 1; i < n && sorted; i++)
		sorted = compare(p + (i - 1) * size, p + i * size) < 0;
	if (sorted)
		return n;
	qsort(base, n, size, compare);
	for (size_t i = 1; i < n; i++) {
		if (compare(p + (out - 1) * size, p + i * size) == 0)
			continue;
		if (out != i)
			memcpy(p + out * size, p + i * size, size);
		out++;
	}
	return out;
}

void
rows_index(struct map_rows *r)
{
	r->domains =
		settle(r->domain, r->domains, sizeof(r->domain[0]), by_domain);
	r->mailboxes = settle(
		r->mailbox, r->mailboxes, sizeof(r->mailbox[0]), by_mailbox);
	r->aliases =
		settle(r->alias, r->aliases, sizeof(r->alias[0]), by_alias);
}

const struct map_domain_row *
rows_domain(const struct map_rows *r, const char *name)
{
	size_t lo = 0, hi = r->domains;
	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const struct map_domain_row *d = &r->domain[mid];
		const int c = strcmp(d->name, name);
		if (c == 0)
			return d->state == MAP_DOMAIN_DELETED ? NULL : d;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static bool
is_in(const struct map_domain_row *d, uint64_t domain_id)
{
	return d && d->id == domain_id;
}

static size_t
first_mailbox(const struct map_rows *r, const char *address)
{
	size_t lo = 0, hi = r->mailboxes;
	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		if (strcmp(r->mailbox[mid].address, address) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct map_mailbox_row *
rows_mailbox(const struct map_rows *r, const char *address)
{
	const struct map_domain_row *d = rows_domain(r, addr_domain(address));
	for (size_t i = first_mailbox(r, address); i < r->mailboxes; i++) {
		const struct map_mailbox_row *m = &r->mailbox[i];
		if (strcmp(m->address, address) != 0)
			break;
		if (m->is_alive && m->state != MAP_MAILBOX_DELETED
			&& is_in(d, m->domain_id))
			return m;
	}
	return NULL;
}

const struct map_mailbox_row *
rows_account(const struct map_rows *r, const char *address)
{
	const struct map_mailbox_row *m = rows_mailbox(r, address);
	const size_t i = first_mailbox(r, address);
	if (m || i == r->mailboxes
		|| strcmp(r->mailbox[i].address, address) != 0)
		return m;
	return &r->mailbox[i];
}

const struct map_alias_row *
rows_alias(const struct map_rows *r, const char *address)
{
	const struct map_domain_row *d = rows_domain(r, addr_domain(address));
	size_t lo = 0, hi = r->aliases;
	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		if (strcmp(r->alias[mid].address, address) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < r->aliases; lo++) {
		if (strcmp(r->alias[lo].address, address) != 0)
			break;
		if (is_in(d, r->alias[lo].domain_id))
			return &r->alias[lo];
	}
	return NULL;
}
