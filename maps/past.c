/*
 * Rows as they were: what is given, found by row, and made into map rows.
 */
#include "maps/past_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"

static struct past_row *
add_row(struct past *p, enum past_noun noun, uint64_t id, struct err *e)
{
	struct past_row *row;

	if (p->n == p->cap) {
		size_t cap = p->cap ? 2 * p->cap : 64;

		row = arena_grow(p->arena, p->row, p->cap * sizeof(*row),
			cap * sizeof(*row));
		if (!row) {
			err_memory(e);
			return NULL;
		}
		p->row = row;
		p->cap = cap;
	}
	row = &p->row[p->n++];
	*row = (struct past_row){ .noun = noun, .id = id, .is_there = true };
	return row;
}

bool
past_add_domain(struct past *p, const struct domain *d, struct err *e)
{
	struct past_row *row = add_row(p, PAST_DOMAIN, d->id, e);

	if (row)
		row->as.d = *d;
	return row != NULL;
}

bool
past_add_mailbox(struct past *p, const struct mailbox *m, struct err *e)
{
	struct past_row *row = add_row(p, PAST_MAILBOX, m->id, e);

	if (row)
		row->as.m = *m;
	return row != NULL;
}

bool
past_add_alias(struct past *p, const struct alias *al, struct err *e)
{
	struct past_row *row = add_row(p, PAST_ALIAS, al->id, e);

	if (row)
		row->as.al = *al;
	return row != NULL;
}

bool
past_add_whitelist(struct past *p, const struct whitelist *w, struct err *e)
{
	struct past_row *row = add_row(p, PAST_WHITELIST, w->id, e);

	if (row)
		row->as.w = *w;
	return row != NULL;
}

/* The home that core/mailbox.c gave a mailbox. */
static const char *
home_of(const struct past *p, uint64_t id)
{
	return arena_printf(p->arena, "%s/%02x/%llu", p->mail_root,
		(unsigned)(id % 256), (unsigned long long)id);
}

bool
past_add_gone(struct past *p, enum past_noun noun, uint64_t id,
	uint64_t domain_id, const char *subject, struct err *e)
{
	struct past_row *row = add_row(p, noun, id, e);

	if (!row)
		return false;
	row->is_there = false;
	switch (noun) {
	case PAST_DOMAIN:
		row->as.d = (struct domain){ .id = id,
			.name = subject,
			.transport = "",
			.refuse_text = "" };
		return true;
	case PAST_MAILBOX:
		row->as.m = (struct mailbox){ .id = id,
			.domain_id = domain_id,
			.address = subject,
			.home = home_of(p, id) };
		return row->as.m.home || err_memory(e);
	case PAST_ALIAS:
		row->as.al = (struct alias){ .id = id,
			.domain_id = domain_id,
			.address = subject,
			.is_catch_all = addr_is_catch_all(subject) };
		return true;
	default:
		row->as.w = (struct whitelist){
			.id = id, .network = subject, .expires_us = TIME_NONE
		};
		return true;
	}
}

bool
past_add_new(struct past *p, enum past_noun noun, uint64_t id,
	uint64_t domain_id, const char *subject, struct err *e)
{
	if (!past_add_gone(p, noun, id, domain_id, subject, e))
		return false;
	if (noun == PAST_MAILBOX)
		p->row[p->n - 1].as.m.home = "(new)";
	return true;
}

bool
past_add_changes(struct past *p, const struct past_change *items, size_t n,
	struct err *e)
{
	const size_t size = sizeof(*items);

	if (n == 0)
		return true;
	if (p->n_changes + n > p->cap_changes) {
		size_t cap = 2 * p->cap_changes > p->n_changes + n
			? 2 * p->cap_changes
			: p->n_changes + n;
		void *grown = arena_grow(
			p->arena, p->change, p->cap_changes * size, cap * size);

		if (!grown)
			return err_memory(e);
		p->change = grown;
		p->cap_changes = cap;
	}
	memcpy(p->change + p->n_changes, items, n * size);
	p->n_changes += n;
	p->is_indexed = false;
	return true;
}

static int
compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int
by_row(const struct past_change *x, enum past_noun noun, uint64_t id)
{
	return x->noun != noun ? (x->noun > noun) - (x->noun < noun)
			       : compare_u64(x->noun_id, id);
}

/* Stable for changes of one serial: `place` is where they were given. */
struct placed {
	struct past_change change;
	size_t place;
};

static int
by_time(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int c = by_row(&x->change, y->change.noun, y->change.noun_id);

	if (c == 0)
		c = compare_u64(x->change.by.serial, y->change.by.serial);
	return c ? c : compare_u64(x->place, y->place);
}

/* By row, then oldest first. */
static bool
settle(struct past *p, struct err *e)
{
	struct placed *all;

	if (p->is_indexed || p->n_changes == 0)
		return true;
	all = arena_array(p->arena, p->n_changes, sizeof(*all));
	if (!all)
		return err_memory(e);
	for (size_t i = 0; i < p->n_changes; i++)
		all[i] = (struct placed){ p->change[i], i };
	qsort(all, p->n_changes, sizeof(*all), by_time);
	for (size_t i = 0; i < p->n_changes; i++)
		p->change[i] = all[i].change;
	p->is_indexed = true;
	return true;
}

/* Its changes. */
const struct past_change *
past_changes_of(const struct past *p, const struct past_row *row, size_t *n_r)
{
	size_t lo = 0, hi = p->n_changes, end;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (by_row(&p->change[mid], row->noun, row->id) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (end = lo; end < p->n_changes
		&& by_row(&p->change[end], row->noun, row->id) == 0;)
		end++;
	*n_r = end - lo;
	return p->change + lo;
}

/* Room for one element more at the end of a list of struct map_rows. */
static bool
room(void *array, size_t n, size_t *cap, size_t size, struct err *e)
{
	void **list = array, *grown;

	if (n < *cap)
		return true;
	*cap = *cap ? 2 * *cap : 64;
	grown = reallocarray(*list, *cap, size);
	if (!grown)
		return err_memory(e);
	*list = grown;
	return true;
}

static bool
put_domain(const struct domain *d, struct map_rows *out, struct err *e)
{
	if (!d->is_alive)
		return true;
	if (!room(&out->domain, out->domains, &out->domain_cap,
		    sizeof(*out->domain), e))
		return false;
	out->domain[out->domains++] = (struct map_domain_row){ .id = d->id,
		.name = d->name,
		.transport = d->transport,
		.refuse_text = d->refuse_text,
		.state = d->state,
		.refuse_code = (unsigned)d->refuse_code };
	return true;
}

static bool
put_mailbox(const struct past *p, const struct mailbox *m, struct map_rows *out,
	struct err *e)
{
	const char *password = "";

	if (m->secret_id)
		password = arena_printf(p->arena, PAST_SECRET "%llu",
			(unsigned long long)m->secret_id);
	if (!password
		|| !room(&out->mailbox, out->mailboxes, &out->mailbox_cap,
			sizeof(*out->mailbox), e))
		return err_memory(e);
	out->mailbox[out->mailboxes++] = (struct map_mailbox_row){ .id = m->id,
		.domain_id = m->domain_id,
		.address = m->address,
		.home = m->home,
		.password = password,
		.quota_bytes = (uint64_t)m->quota_bytes,
		.state = m->state,
		.is_alive = m->is_alive };
	return true;
}

static bool
put_alias(const struct past *p, const struct alias *al, struct map_rows *out,
	struct err *e)
{
	size_t n = (size_t)al->target_count;
	const char **target;

	if (!al->is_alive)
		return true;
	/* Rendering sorts them in place. */
	target = arena_array(p->arena, n + 1, sizeof(*target));
	if (!target
		|| !room(&out->alias, out->aliases, &out->alias_cap,
			sizeof(*out->alias), e))
		return err_memory(e);
	if (n > 0)
		memcpy(target, al->targets, n * sizeof(*target));
	out->alias[out->aliases++] = (struct map_alias_row){ .id = al->id,
		.domain_id = al->domain_id,
		.address = al->address,
		.target = target,
		.targets = n,
		.state = al->state,
		.is_catch_all = al->is_catch_all,
		.send_as = al->send_as };
	return true;
}

bool
past_at(struct past *p, uint64_t serial, struct map_rows *out, struct err *e)
{
	if (!settle(p, e))
		return false;
	for (size_t i = 0; i < p->n; i++) {
		struct past_row was;
		bool ok = true;

		if (p->row[i].noun == PAST_WHITELIST)
			continue;
		if (!past_row_at(p, &p->row[i], serial, &was, e))
			return false;
		if (!was.is_there)
			continue;
		if (was.noun == PAST_DOMAIN)
			ok = put_domain(&was.as.d, out, e);
		else if (was.noun == PAST_MAILBOX)
			ok = put_mailbox(p, &was.as.m, out, e);
		else
			ok = put_alias(p, &was.as.al, out, e);
		if (!ok)
			return false;
	}
	return true;
}

bool
past_relays(struct past *p, uint64_t serial, past_relay_each *each, void *ctx,
	struct err *e)
{
	if (!settle(p, e))
		return false;
	for (size_t i = 0; i < p->n; i++) {
		struct past_row was;

		if (p->row[i].noun != PAST_WHITELIST)
			continue;
		if (!past_row_at(p, &p->row[i], serial, &was, e))
			return false;
		if (was.is_there && was.as.w.state == WHITELIST_ACTIVE
			&& !each(ctx, was.as.w.network, was.as.w.expires_us, e))
			return false;
	}
	return true;
}

bool
past_domain_ids(const struct past *p, const char *name, uint64_t **ids_r,
	size_t *n_r, struct err *e)
{
	*n_r = 0;
	*ids_r = arena_array(p->arena, p->n + 1, sizeof(**ids_r));
	for (size_t i = 0; *ids_r && i < p->n; i++)
		if (p->row[i].noun == PAST_DOMAIN
			&& strcmp(p->row[i].as.d.name, name) == 0)
			(*ids_r)[(*n_r)++] = p->row[i].id;
	return *ids_r || err_memory(e);
}

static bool
add_targets(const struct past_row *row, struct strset *out, struct err *e)
{
	for (int64_t i = 0; i < row->as.al.target_count; i++)
		if (!strset_add(out, row->as.al.targets[i], NULL, e))
			return false;
	return true;
}

bool
past_targets(struct past *p, size_t from, struct strset *out, struct err *e)
{
	if (!settle(p, e))
		return false;
	for (size_t i = from; i < p->n; i++) {
		const struct past_row *row = &p->row[i];
		const struct past_change *x;
		struct past_row was = *row;
		size_t n;

		if (row->noun != PAST_ALIAS)
			continue;
		if (!add_targets(&was, out, e))
			return false;
		x = past_changes_of(p, row, &n);
		for (size_t k = 0; k < n; k++)
			if (!past_image(p, &was, x[k].before, e)
				|| !add_targets(&was, out, e)
				|| !past_image(p, &was, x[k].after, e)
				|| !add_targets(&was, out, e))
				return false;
	}
	return true;
}
