/*
 * After the recipient was taken: cleanup(8) expands aliases
 * (cleanup_map1n_internal), the queue manager asks resolve(8) where each
 * address goes, and an agent delivers.
 */
#include "maps/explain_internal.h"

#include <string.h>

#include "base/str.h"
#include "db/strset.h"

/* main.cf, or Postfix's own defaults. */
#define EXPANSION_LIMIT 10000 /* virtual_alias_expansion_limit */
#define RECURSION_LIMIT 1000  /* virtual_alias_recursion_limit */
#define ADDRESS_LIMIT 1000    /* virtual_alias_address_length_limit */

struct expansion {
	const char **address;
	size_t n, cap;
	struct strset itself; /* those that expanded into themselves */
};

static bool
push(struct explain_run *r, struct expansion *x, const char *address)
{
	if (x->n == x->cap) {
		const size_t cap = x->cap ? x->cap * 2 : 16;
		const char **p = arena_grow(r->arena, x->address,
			x->cap * sizeof(*p), cap * sizeof(*p));
		if (!p) {
			r->has_failed = true;
			return err_memory(r->e);
		}
		x->address = p;
		x->cap = cap;
	}
	x->address[x->n++] = address;
	return true;
}

static void
tell_alias(struct explain_run *r, const char *address,
	const struct explain_line *l)
{
	struct explain_step *s = explain_add(r, EXPLAIN_ALIAS,
		l->key[0] == '@'                        ? "alias_catch_all"
			: strcmp(l->key, l->value) == 0 ? "alias_itself"
							: "alias_expands",
		address, EXPLAIN_CONTINUE);
	if (s)
		explain_add_line(r, s, l);
}

/* Put the targets of a line in the place of address `i`. */
static bool
replace(struct explain_run *r, struct expansion *x, size_t i, const char *value,
	const char *ext)
{
	const char *before = x->address[i];
	bool is_first = true;
	for (const char *p = value; *p;) {
		p += strspn(p, ", ");
		const size_t n = strcspn(p, ", ");
		const size_t local = strcspn(p, "@, ");
		if (n == 0)
			break;
		if (n + (ext ? strlen(ext) : 0) > ADDRESS_LIMIT)
			return false;
		char *t = arena_printf(r->arena, "%.*s%s%.*s", (int)local, p,
			ext ? ext : "", (int)(n - local), p + local);
		if (!t) {
			r->has_failed = true;
			return err_memory(r->e);
		}
		if (strcmp(t, before) == 0
			&& !strset_add(&x->itself, t, NULL, r->e)) {
			r->has_failed = true;
			return false;
		}
		if (is_first)
			x->address[i] = t;
		else if (!push(r, x, t))
			return false;
		is_first = false;
		p += n;
	}
	return true;
}

/* False: Postfix gives up, or the run failed. */
static bool
expand(struct explain_run *r, struct expansion *x)
{
	for (size_t i = 0; i < x->n; i++) {
		if (x->n > EXPANSION_LIMIT)
			return false;
		for (unsigned count = 0;; count++) {
			struct explain_line l;
			const char *ext;
			if (strset_has(&x->itself, x->address[i]))
				break;
			if (count >= RECURSION_LIMIT)
				return false;
			if (!explain_find(r, MAP_ALIASES, x->address[i],
				    FIND_CATCH_ALL, &l, &ext)) {
				if (r->has_failed)
					return false;
				break;
			}
			tell_alias(r, x->address[i], &l);
			if (!replace(r, x, i, l.value, ext))
				return false;
		}
	}
	return true;
}

static bool
tell_delivery(struct explain_run *r, const char *address, const char *via,
	enum explain_what what)
{
	struct explain *x = r->out;
	x->deliver_count++;
	if (x->delivers == EXPLAIN_DELIVER_MAX) {
		x->is_cut = true;
		return true;
	}
	if (x->delivers == x->deliver_cap) {
		const size_t cap = x->deliver_cap ? x->deliver_cap * 2 : 8;
		struct explain_delivery *p = arena_grow(r->arena, x->deliver,
			x->deliver_cap * sizeof(*p), cap * sizeof(*p));
		if (!p) {
			r->has_failed = true;
			return err_memory(r->e);
		}
		x->deliver = p;
		x->deliver_cap = cap;
	}
	x->deliver[x->delivers++] =
		(struct explain_delivery){ address, via, what };
	return true;
}

static void
tell_transport(struct explain_run *r, const char *address,
	const struct explain_route *to)
{
	const char *code = to->line.value     ? "transport_line"
		: to->class == CLASS_HOSTED   ? "transport_default"
		: to->class == CLASS_OWN_HOST ? "transport_own_host"
					      : "transport_mx";
	struct explain_step *s = explain_add(
		r, EXPLAIN_TRANSPORT, code, address, EXPLAIN_CONTINUE);
	if (s && to->line.value)
		explain_add_line(r, s, &to->line);
	else if (s && to->class == CLASS_HOSTED)
		explain_add_line(r, s, &to->domain);
}

/* Dovecot strips the extension before it looks for its user. */
static void
deliver_here(struct explain_run *r, const char *address, const char *via)
{
	struct explain_line l;
	const bool found =
		explain_find(r, MAP_ACCOUNTS, address, FIND_ADDRESS, &l, NULL);
	const enum explain_what what =
		found ? EXPLAIN_DELIVERED : EXPLAIN_DEFER;
	if (r->has_failed)
		return;
	struct explain_step *s = explain_add(r, EXPLAIN_DELIVER,
		found ? "deliver_mailbox" : "deliver_no_mailbox", address,
		what);
	if (s)
		explain_add_line(r, s, &l);
	(void)tell_delivery(r, address, via, what);
}

static void
deliver(struct explain_run *r, const char *address)
{
	struct envelope x;
	struct explain_route to;
	envelope_read(address, r->config->origin, &x);
	if (!explain_route(r, &x, &to))
		return;
	tell_transport(r, address, &to);
	const char *via = explain_text(r, "%s:%s", to.channel, to.nexthop);
	if (strcmp(via, r->config->virtual_transport) == 0) {
		deliver_here(r, address, via);
		return;
	}
	const bool is_error = strcmp(to.channel, "error") == 0;
	const bool is_retry = strcmp(to.channel, "retry") == 0;
	const enum explain_what what = is_error ? EXPLAIN_REFUSE
		: is_retry                      ? EXPLAIN_DEFER
						: EXPLAIN_DELIVERED;
	(void)explain_add(r, EXPLAIN_DELIVER,
		is_error           ? "deliver_bounced"
			: is_retry ? "deliver_retried"
				   : "deliver_elsewhere",
		address, what);
	(void)tell_delivery(r, address, via, what);
}

static void
give_up(struct explain_run *r)
{
	struct explain_step *s = explain_add(r, EXPLAIN_ALIAS, "alias_failed",
		r->recipient.address, EXPLAIN_DEFER);
	r->out->what = EXPLAIN_DEFER;
	r->out->code = 451;
	r->out->reply = "4.6.0 Alias expansion error";
	if (s) {
		s->code = r->out->code;
		s->reply = r->out->reply;
	}
}

void
explain_deliver(struct explain_run *r)
{
	struct expansion x = { 0 };
	struct strset told = { 0 };
	if (push(r, &x, r->recipient.address) && !expand(r, &x)
		&& !r->has_failed) {
		give_up(r);
		x.n = 0;
	}
	for (size_t i = 0; i < x.n && !r->has_failed; i++) {
		bool is_new;
		if (!strset_add(&told, x.address[i], &is_new, r->e))
			r->has_failed = true;
		else if (is_new)
			deliver(r, x.address[i]);
	}
	strset_free(&told);
	strset_free(&x.itself);
}
