/*
 * Targets: to itself, in a circle, nowhere; and what becomes of them when the
 * address that they name goes.
 */
#include "core/alias_targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/str.h"
#include "core/ops.h"

#define NODES_MAX 5000
#define REFERRING_MAX 5000

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool
targets_sorted(struct arena *a, const char *const *items, size_t n,
	const char ***out, struct err *e)
{
	*out = arena_array(a, n + 1, sizeof(**out));
	if (!*out)
		return err_memory(e);
	for (size_t i = 0; i < n; i++) {
		(*out)[i] = arena_strdup(a, items[i]);
		if (!(*out)[i])
			return err_memory(e);
	}
	qsort(*out, n, sizeof(**out), compare);
	return true;
}

bool
targets_added(struct arena *a, const char *const *old, size_t n_old,
	const char *const *new_, size_t n_new, const char ***out, size_t *n_r,
	struct err *e)
{
	*n_r = 0;
	*out = arena_array(a, n_new + 1, sizeof(**out));
	if (!*out)
		return err_memory(e);
	for (size_t i = 0; i < n_new; i++)
		if (n_old == 0
			|| !bsearch(
				&new_[i], old, n_old, sizeof(*old), compare))
			(*out)[(*n_r)++] = new_[i];
	return true;
}

/* `taro+news@d` without its tag; NULL when there is none. */
static const char *
without_tag(struct arena *a, const char *address)
{
	size_t len = addr_local_len(address);
	const char *plus = memchr(address, '+', len);

	if (!plus || plus == address)
		return NULL;
	return arena_printf(
		a, "%.*s%s", (int)(plus - address), address, address + len);
}

/* Where the target stood in the input. */
static void
target_field(const struct tx *t, const char *target, char out[static 64])
{
	for (size_t i = 0; t->given && i < t->given->n; i++)
		if (strcmp(t->given->items[i], target) == 0) {
			snprintf(out, 64, "targets[%zu]", i);
			return;
		}
	snprintf(out, 64, "targets");
}

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

bool
targets_lock(struct tx *t, uint64_t own_id, const char *const *targets,
	size_t n, struct err *e)
{
	const char **name = arena_array(t->arena, n + 1, sizeof(*name));
	struct tx_domain *td;
	uint64_t *ids;

	if (!name)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		name[i] = addr_domain(targets[i]);
	if (!alias_row_own_domains(t->db, t->arena, name, n, &ids, e))
		return false;
	ids[n] = own_id;
	qsort(ids, n + 1, sizeof(*ids), compare_ids);
	for (size_t i = 0; i <= n; i++)
		if (ids[i]
			&& !tx_lock_domain(t, ids[i], ids[i] == own_id, &td, e))
			return false;
	return true;
}

/* Living, and locked by this write. */
static bool
is_own_domain(const struct tx *t, const char *name)
{
	for (size_t i = 0; i < t->n_domains; i++)
		if (t->domain[i]->d.is_alive
			&& strcmp(t->domain[i]->d.name, name) == 0)
			return true;
	return false;
}

/* One alias on the way from the new one. */
struct node {
	const char *address;
	uint64_t alias_id; /* 0: none */
	size_t from;       /* index of the one before; itself at the start */
	unsigned depth;
};

struct walk {
	struct tx *t;
	const char *start;
	struct node *node;
	size_t n, cap;
};

static bool
push(struct walk *w, const char *address, size_t from, unsigned depth,
	struct err *e)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->node[i].address, address) == 0)
			return true;
	if (w->n == NODES_MAX)
		return err_set(e, ERR_INVALID, "targets", "too_deep", address,
			"the aliases behind this one are too many to follow");
	if (w->n == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 64;
		struct node *p = arena_grow(w->t->arena, w->node,
			w->cap * sizeof(*p), cap * sizeof(*p));

		if (!p)
			return err_memory(e);
		w->node = p;
		w->cap = cap;
	}
	w->node[w->n] = (struct node){ address, 0, from, depth };
	w->n++;
	return true;
}

/* "a@x -> b@x -> a@x" */
static bool
loop(const struct walk *w, size_t i, struct err *e)
{
	char text[200], field[64];
	struct str s = STR_FIXED(text);
	const char *first = w->node[i].address;
	size_t way[ALIAS_DEPTH_MAX + 2], n = 0;

	for (size_t k = i; n < ARRAY_LEN(way); k = w->node[k].from) {
		way[n++] = k;
		first = w->node[k].address;
		if (w->node[k].from == k)
			break;
	}
	str_add(&s, w->start);
	while (n > 0)
		if (!str_addf(&s, " -> %s", w->node[way[--n]].address))
			break;
	target_field(w->t, first, field);
	if (strcmp(first, w->start) == 0)
		return err_set(e, ERR_INVALID, field, "alias_to_itself", first,
			"the alias is its own target");
	return err_set(e, ERR_INVALID, field, "alias_loop", first,
		"the mail would go in a circle: %s", str_text(&s));
}

static bool
too_deep(const struct walk *w, size_t i, struct err *e)
{
	size_t k = i;
	char field[64];

	while (w->node[k].from != k)
		k = w->node[k].from;
	target_field(w->t, w->node[k].address, field);
	return err_set(e, ERR_INVALID, field, "too_deep", w->node[k].address,
		"more than %d aliases one behind another", ALIAS_DEPTH_MAX);
}

/* Is it the alias that we began with (a tag does not change that)? */
static bool
is_start(const struct walk *w, const char *address)
{
	const char *base;

	if (strcmp(address, w->start) == 0)
		return true;
	base = without_tag(w->t->arena, address);
	return base && strcmp(base, w->start) == 0;
}

/*
 * Look up the nodes from `from` to the end: exactly, then without their tag.
 * A node of ours that is nothing is nowhere (asked for the first level only).
 */
static bool
resolve(struct walk *w, size_t from, bool *known, struct err *e)
{
	size_t n = w->n - from, n_found;
	const char **all = arena_array(w->t->arena, 2 * n + 1, sizeof(*all));
	struct resolved *r;
	size_t k = 0;

	if (!all)
		return err_memory(e);
	for (size_t i = 0; i < n; i++) {
		const char *a = w->node[from + i].address;
		const char *base = without_tag(w->t->arena, a);

		all[k++] = a;
		if (base)
			all[k++] = base;
	}
	if (!alias_row_resolve(w->t->db, w->t->arena, all, k, &r, &n_found, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct node *x = &w->node[from + i];
		const char *base = without_tag(w->t->arena, x->address);

		known[i] = false;
		for (size_t j = 0; j < n_found; j++) {
			bool is_exact = strcmp(r[j].address, x->address) == 0;

			if (!is_exact
				&& (!base || strcmp(r[j].address, base) != 0))
				continue;
			known[i] = true;
			if (r[j].is_alias && (is_exact || !x->alias_id))
				x->alias_id = r[j].id;
		}
	}
	return true;
}

/* The targets of the aliases among the nodes from..end become nodes. */
static bool
expand(struct walk *w, size_t from, size_t end, struct err *e)
{
	struct alias *al = arena_array(w->t->arena, end - from, sizeof(*al));
	size_t *node_of = arena_array(w->t->arena, end - from, sizeof(size_t));
	size_t n = 0;

	if (!al || !node_of)
		return err_memory(e);
	for (size_t i = from; i < end; i++)
		if (w->node[i].alias_id) {
			node_of[n] = i;
			al[n].id = w->node[i].alias_id;
			al[n++].target_count = ALIAS_TARGETS_MAX;
		}
	if (n == 0)
		return true;
	if (!alias_load_targets(w->t->db, w->t->arena, al, n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		for (int64_t k = 0; k < al[i].target_count; k++) {
			size_t before = node_of[i];

			if (!push(w, al[i].targets[k], before,
				    w->node[before].depth + 1, e))
				return false;
		}
	return true;
}

static bool
nowhere(struct walk *w, const bool *known, size_t n, struct err *e)
{
	char field[64];
	bool ok = true;

	for (size_t i = 0; i < n; i++) {
		const char *a = w->node[i].address;

		if (known[i] || !is_own_domain(w->t, addr_domain(a)))
			continue;
		target_field(w->t, a, field);
		ok = err_add(e, ERR_INVALID, field, "target_nowhere", a,
			"%s is neither a mailbox nor an alias", a);
	}
	return ok;
}

/* Follow one level; *end_r is true when there is nothing behind it. */
static bool
level(struct walk *w, size_t from, bool is_first, struct err *e)
{
	size_t end = w->n;
	bool *known = arena_array(w->t->arena, end - from + 1, sizeof(*known));

	if (!known)
		return err_memory(e);
	for (size_t i = from; i < end; i++)
		if (is_start(w, w->node[i].address))
			return loop(w, i, e);
		else if (w->node[i].depth > ALIAS_DEPTH_MAX)
			return too_deep(w, i, e);
	return resolve(w, from, known, e)
		&& (!is_first || nowhere(w, known, end - from, e))
		&& expand(w, from, end, e);
}

bool
targets_check(struct tx *t, const char *address, const char *const *targets,
	size_t n, struct err *e)
{
	struct walk w = { .t = t, .start = address };

	for (size_t i = 0; i < n; i++)
		if (!push(&w, targets[i], i, 1, e))
			return false;
	for (size_t from = 0; from < w.n;) {
		size_t end = w.n;

		if (!level(&w, from, from == 0, e))
			return false;
		from = end;
	}
	return true;
}

/* All of them, or none: an alias that were left out would name nobody. */
static bool
referring(struct tx *t, const char *address, struct alias **al_r, size_t *n_r,
	struct err *e)
{
	if (!alias_row_referring(
		    t->db, t->arena, address, REFERRING_MAX + 1, al_r, n_r, e))
		return false;
	return *n_r <= REFERRING_MAX
		|| err_set(e, ERR_CONFLICT, "targets", "too_many_references",
			address, "more than %d aliases name %s", REFERRING_MAX,
			address);
}

bool
alias_lock_referring(struct tx *t, uint64_t own_domain_id, const char *address,
	struct err *e)
{
	struct alias *al;
	uint64_t *ids;
	size_t n;

	if (!referring(t, address, &al, &n, e))
		return false;
	ids = arena_array(t->arena, n + 1, sizeof(*ids));
	if (!ids)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		ids[i] = al[i].domain_id;
	ids[n] = own_domain_id;
	return tx_lock_domains(t, ids, n + 1, e);
}

static bool
names(struct arena *a, const char *target, const char *address)
{
	const char *base;

	if (strcmp(target, address) == 0)
		return true;
	base = without_tag(a, target);
	return base && strcmp(base, address) == 0;
}

/* The alias without the address, or with another in its place. */
static bool
release_one(struct tx *t, const struct alias *before, const char *address,
	const char *forward_to, struct err *e)
{
	struct alias after = *before;
	struct tx_domain *td = tx_domain_of(t, before->domain_id);
	const char **list = arena_array(
		t->arena, (size_t)before->target_count + 2, sizeof(*list));
	size_t n = 0;
	bool has_forward =
		!*forward_to || names(t->arena, forward_to, before->address);

	if (!list)
		return err_memory(e);
	if (!td)
		return err_set(e, ERR_RETRY, NULL, "moved", NULL,
			"a new alias came meanwhile");
	for (int64_t i = 0; i < before->target_count; i++) {
		if (names(t->arena, before->targets[i], address))
			continue;
		has_forward = has_forward
			|| strcmp(before->targets[i], forward_to) == 0;
		list[n++] = before->targets[i];
	}
	if (!has_forward)
		list[n++] = forward_to;
	after.target_count = (int64_t)n;
	if (n == 0)
		after.state = ALIAS_DISABLED;
	return targets_sorted(t->arena, list, n, &after.targets, e)
		&& alias_apply(t, td, before, &after, e);
}

/* Aliases of domains that the actor has not are told of without their names. */
static bool
referenced(const struct actor *a, const struct alias *al, size_t n,
	const char *address, struct err *e)
{
	bool has_foreign = false;

	for (size_t i = 0; i < n; i++)
		if (!actor_has_domain(a, al[i].domain_id))
			has_foreign = true;
		else
			err_add(e, ERR_REFERENCED, "targets", "referenced",
				al[i].address, "the alias %s names %s",
				al[i].address, address);
	if (has_foreign)
		err_add(e, ERR_REFERENCED, "targets", "referenced", NULL,
			"aliases of other domains name %s", address);
	return false;
}

bool
alias_release(struct tx *t, const char *address, enum targets_answer answer,
	const char *forward_to, struct err *e)
{
	struct alias *al;
	size_t n;

	if (!referring(t, address, &al, &n, e))
		return false;
	if (n == 0)
		return true;
	if (answer == TARGETS_ASK)
		return referenced(t->a, al, n, address, e);
	if (answer == TARGETS_REMOVE)
		forward_to = "";
	else if (names(t->arena, forward_to, address))
		return err_set(e, ERR_INVALID, "forward_to", "alias_to_itself",
			forward_to, "that is the address that goes");
	if (!alias_load_targets(t->db, t->arena, al, n, e)
		|| (*forward_to
			&& !targets_lock(
				t, al[0].domain_id, &forward_to, 1, e)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (actor_has_domain(t->a, al[i].domain_id)
			&& !actor_need_right(
				t->a, al[i].domain_id, RIGHT_ALIASES, e))
			return false;
	for (size_t i = 0; i < n; i++) {
		if (release_one(t, &al[i], address, forward_to, e))
			continue;
		for (unsigned k = 0; k < e->n && *forward_to; k++)
			if (!str_copy(e->item[k].field,
				    sizeof(e->item[k].field), "forward_to"))
				return false;
		return false;
	}
	return true;
}
