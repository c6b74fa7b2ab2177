/*
 * Both sides of a span as lines, and what differs.
 */
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "maps/diff_work.h"
#include "maps/gate.h"
#include "maps/render.h"
#include "maps/rows.h"

/* One side: rows as of a serial, and the lines made of them. */
struct side {
	struct map_rows rows;
	struct map_set lines;
	struct hold_list faults;
};

static void
side_free(struct side *s)
{
	map_rows_free(&s->rows);
	map_set_free(&s->lines);
	holds_free(&s->faults);
}

static bool
is_same(const struct diff_span *a, const struct diff_span *b)
{
	return a->from == b->from && a->to == b->to;
}

/* Does this span tell of such a line of that domain? */
static bool
tells(const struct diff_work *w, const struct diff_span *s, enum map_id map,
	bool has_after, const char *domain)
{
	if (w->q->is_routing_only && !gate_is_routing(map, true))
		return false;
	return gate_is_routing(map, has_after)
		? is_same(s, diff_routing(w->q, domain))
		: is_same(s, &w->q->all);
}

static bool
tells_any(const struct diff_work *w, const struct diff_span *s,
	const char *domain)
{
	return tells(w, s, MAP_ACCOUNTS, true, domain)
		|| tells(w, s, MAP_MAILBOXES, true, domain);
}

static bool
read_side(struct diff_work *w, uint64_t serial, struct side *s, struct err *e)
{
	side_free(s);
	if (!past_at(&w->past, serial, &s->rows, e))
		return false;
	rows_index(&s->rows);
	return true;
}

/* The domain as far as the lines of its addresses depend on it. */
static bool
changes_addresses(
	const struct side *from, const struct side *to, const char *name)
{
	const struct map_domain_row *a = rows_domain(&from->rows, name);
	const struct map_domain_row *b = rows_domain(&to->rows, name);

	if (!a || !b)
		return a != b;
	return a->id != b->id
		|| (a->state == MAP_DOMAIN_DISABLED)
		!= (b->state == MAP_DOMAIN_DISABLED);
}

static bool
widen_domains(struct diff_work *w, const struct diff_span *s,
	const struct side *from, const struct side *to, struct err *e)
{
	for (size_t i = 0; i < w->n_keys; i++) {
		const char *name = w->key[i].key;

		if (w->key[i].kind == 'd' && tells_any(w, s, name)
			&& diff_touched(w, 'd', name, s)
			&& changes_addresses(from, to, name)
			&& !diff_want_whole(w, name, e))
			return false;
	}
	return true;
}

static const char *
catch_all(const struct diff_work *w, const char *domain)
{
	return arena_printf(w->arena, "@%s", domain);
}

/* A domain that is rendered whole because of this span. */
static bool
is_whole(const struct diff_work *w, const struct diff_span *s,
	const char *domain)
{
	const char *all;

	if (!strset_has(&w->whole, domain))
		return false;
	all = catch_all(w, domain);
	return diff_touched(w, 'd', domain, s)
		|| (all && diff_touched(w, 'a', all, s));
}

static bool
take_keys(const struct diff_work *w, const struct diff_span *s,
	struct strset *address, struct strset *name, struct err *e)
{
	for (size_t i = 0; i < w->n_keys; i++) {
		const struct past_key *k = &w->key[i];

		if (k->kind == 'w' || !tells_any(w, s, key_domain(k->key))
			|| !diff_touched(w, k->kind, k->key, s))
			continue;
		if (!strset_add(
			    k->kind == 'd' ? name : address, k->key, NULL, e))
			return false;
	}
	return true;
}

/* The addresses of domains that are rendered whole, of either side. */
static bool
take_whole(const struct diff_work *w, const struct diff_span *s,
	const struct side *side, struct strset *address, struct err *e)
{
	const struct map_rows *r = &side->rows;

	for (size_t i = 0; w->whole.n && i < r->mailboxes; i++)
		if (is_whole(w, s, addr_domain(r->mailbox[i].address))
			&& !strset_add(address, r->mailbox[i].address, NULL, e))
			return false;
	for (size_t i = 0; w->whole.n && i < r->aliases; i++)
		if (is_whole(w, s, addr_domain(r->alias[i].address))
			&& !strset_add(address, r->alias[i].address, NULL, e))
			return false;
	return true;
}

static bool
render_side(const struct diff_work *w, struct side *s,
	const struct strset *address, const struct strset *name, struct err *e)
{
	const struct conf_node *conf = &w->c->conf->node;
	const struct render r = { .rows = &s->rows,
		.mail_root = conf->mail_root,
		.mail_uid = conf->mail_uid,
		.mail_gid = conf->mail_gid,
		.faults = &s->faults };

	for (size_t i = 0; i < name->n; i++)
		if (!render_domain(&r, name->list[i], &s->lines, e))
			return false;
	for (size_t i = 0; i < address->n; i++)
		if (!render_address(&r, address->list[i], &s->lines, e))
			return false;
	return render_finish(&r, &s->lines, e);
}

static bool
compare(struct diff_work *w, const struct diff_span *s, struct side *from,
	struct side *to, struct delta *delta, struct err *e)
{
	struct strset address = { 0 }, name = { 0 };
	bool ok = take_keys(w, s, &address, &name, e)
		&& take_whole(w, s, from, &address, e)
		&& take_whole(w, s, to, &address, e);

	w->is_too_much = w->is_too_much || address.n > DIFF_KEYS_MAX;
	ok = ok
		&& (w->is_too_much
			|| (render_side(w, from, &address, &name, e)
				&& render_side(w, to, &address, &name, e)
				&& delta_set(
					delta, &from->lines, &to->lines, e)));
	strset_free(&address);
	strset_free(&name);
	return ok;
}

/* As the publisher does when the line of a catch-all comes or goes. */
static bool
widen_catch_alls(struct diff_work *w, const struct delta *d, struct err *e)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct delta_line *x = &d->line[i];
		const char *domain;

		if (x->map != MAP_ALIASES || x->key[0] != '@'
			|| (x->before && x->after))
			continue;
		domain = arena_strdup(w->arena, x->key + 1);
		if (!domain)
			return err_memory(e);
		if (!diff_want_whole(w, domain, e))
			return false;
	}
	return true;
}

static const struct past_act *
later(const struct past_act *a, const struct past_act *b)
{
	return !a || (b && b->serial > a->serial) ? b : a;
}

/* The last revision that touched what the line is made of. */
static struct past_act
act_of(const struct diff_work *w, const struct diff_span *s, const char *key)
{
	const char *domain = key_domain(key), *all;
	const struct past_act *act = diff_touched(w, 'a', key, s);

	if (strcmp(domain, key) == 0)
		act = later(act, diff_touched(w, 'd', key, s));
	else if (strset_has(&w->whole, domain)) {
		all = catch_all(w, domain);
		act = later(act, diff_touched(w, 'd', domain, s));
		if (all)
			act = later(act, diff_touched(w, 'a', all, s));
	}
	return act ? *act : (struct past_act){ .at_us = TIME_NONE };
}

static bool
put_faults(struct diff_work *w, const struct hold_list *l, struct err *e)
{
	struct diff *d = w->out;
	const size_t size = sizeof(*d->fault);
	struct diff_fault *grown;

	if (l->n == 0)
		return true;
	grown = arena_grow(w->arena, d->fault, d->n_faults * size,
		(d->n_faults + l->n) * size);
	if (!grown)
		return err_memory(e);
	d->fault = grown;
	for (size_t i = 0; i < l->n; i++) {
		struct diff_fault f = { arena_strdup(
						w->arena, l->hold[i].domain),
			arena_strdup(w->arena, l->hold[i].reason) };

		if (!f.domain || !f.reason)
			return err_memory(e);
		d->fault[d->n_faults++] = f;
	}
	return true;
}

static bool
put_delta(struct diff_work *w, const struct diff_span *s,
	const struct side *from, const struct side *to,
	const struct delta *delta, struct err *e)
{
	for (size_t i = 0; i < delta->n; i++) {
		const struct delta_line *x = &delta->line[i];
		const char *domain = key_domain(x->key);
		struct diff_line line = { .map = x->map,
			.key = x->key,
			.before = x->before,
			.after = x->after };

		if (!tells(w, s, x->map, x->after != NULL, domain)
			|| (x->map != MAP_ACCOUNTS
				&& (holds_find(&from->faults, domain)
					|| holds_find(&to->faults, domain))))
			continue;
		line.by = act_of(w, s, x->key);
		if (!diff_put(w, &line, e))
			return false;
	}
	return put_faults(w, &to->faults, e);
}

/* Once around; *again_r when more has to be rendered than was. */
static bool
round_of(struct diff_work *w, const struct diff_span *s, struct side *from,
	struct side *to, struct delta *delta, bool *again_r, struct err *e)
{
	const size_t whole = w->whole.n;

	delta_free(delta);
	if (!read_side(w, s->from, from, e) || !read_side(w, s->to, to, e)
		|| !widen_domains(w, s, from, to, e))
		return false;
	*again_r = w->whole.n > whole;
	if (*again_r)
		return diff_load(w, e);
	if (!compare(w, s, from, to, delta, e)
		|| !widen_catch_alls(w, delta, e))
		return false;
	*again_r = w->whole.n > whole;
	return !*again_r || diff_load(w, e);
}

bool
diff_span_lines(struct diff_work *w, const struct diff_span *s, struct err *e)
{
	struct side from = { 0 }, to = { 0 };
	struct delta delta = { 0 };
	bool again = true, ok = true;

	while (ok && again && !w->is_too_much)
		ok = round_of(w, s, &from, &to, &delta, &again, e);
	if (ok && !w->is_too_much)
		ok = put_delta(w, s, &from, &to, &delta, e);
	delta_free(&delta);
	side_free(&from);
	side_free(&to);
	return ok;
}

static bool
add_relay(void *ctx, const char *network, int64_t expires_us, struct err *e)
{
	char at[TIME_TEXT_SIZE], value[TIME_TEXT_SIZE + 16];

	if (expires_us == TIME_NONE)
		return lines_add(ctx, network, "OK", e);
	time_rfc3339(expires_us, at);
	snprintf(value, sizeof(value), "OK until %s", at);
	return lines_add(ctx, network, value, e);
}

/* Does it end sooner than it did? That is never held back. */
static bool
is_closing(const struct delta_line *x)
{
	if (!x->before || !x->after)
		return !x->after;
	return strlen(x->before) != strlen(x->after)
		? strlen(x->after) > strlen(x->before)
		: strcmp(x->after, x->before) < 0;
}

static bool
relay_span(struct diff_work *w, const struct diff_span *s, bool is_removal,
	bool is_all, struct err *e)
{
	struct map_lines from = { 0 }, to = { 0 };
	struct delta delta = { 0 };
	bool ok = past_relays(&w->past, s->from, add_relay, &from, e)
		&& past_relays(&w->past, s->to, add_relay, &to, e)
		&& lines_sort(&from, e) && lines_sort(&to, e)
		&& delta_map(&delta, MAP_COUNT, &from, &to, e);

	for (size_t i = 0; ok && i < delta.n; i++) {
		const struct delta_line *x = &delta.line[i];
		const struct past_act *act = diff_touched(w, 'w', x->key, s);
		const struct diff_line line = { .map = DIFF_WHITELIST,
			.key = x->key,
			.before = x->before,
			.after = x->after,
			.by = act ? *act
				  : (struct past_act){ .at_us = TIME_NONE } };

		if (is_all || is_closing(x) == is_removal)
			ok = diff_put(w, &line, e);
	}
	delta_free(&delta);
	lines_free(&from);
	lines_free(&to);
	return ok;
}

bool
diff_relay_lines(struct diff_work *w, struct err *e)
{
	const struct diff_span *all = &w->q->all,
			       *routing = diff_routing(w->q, "");

	if (is_same(all, routing))
		return relay_span(w, all, false, true, e);
	return relay_span(w, all, true, false, e)
		&& relay_span(w, routing, false, false, e);
}
