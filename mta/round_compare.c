/*
 * The wanted lines, the same keys from the files, and the difference.
 */
#include "mta/round.h"

#include <string.h>

#include "mta/live.h"

void
round_clear(struct round *r)
{
	map_set_free(&r->wanted);
	map_set_free(&r->live);
	child_free(&r->answer);
	delta_free(&r->delta);
	holds_free(&r->faults);
}

/*
 * Can a domain that is not among the live ones have lines? Its accounts and
 * who may send go live while the domain itself waits or is held, and stay when
 * a rollback takes it back.
 */
static bool
may_have_lines(const struct round *r, const char *domain)
{
	const struct node *n = r->node;
	/* What waited is not known yet: after a start, or a rollback. */
	const bool is_unknown = !r->is_open && n->read_from < n->applied;
	return is_unknown || holds_find(&n->held, domain)
		|| waiting_find(&n->waiting, domain);
}

/* Split the domains into those that may have lines and those that are new. */
static bool
find_live_domains(
	struct round *r, struct strset *old, struct strset *keys, struct err *e)
{
	struct map_set found = { 0 };
	struct child answer = { .fd = -1 };
	bool ok = r->domains.n == 0
		|| live_read(r->node, &r->domains, NULL, &found, &answer, e);
	for (size_t i = 0; ok && i < r->domains.n; i++) {
		const char *d = r->domains.list[i];
		const bool is_old = lines_find(&found.map[MAP_DOMAINS], d)
			|| may_have_lines(r, d);
		ok = strset_add(is_old ? old : keys, d, NULL, e);
	}
	map_set_free(&found);
	child_free(&answer);
	return ok;
}

/*
 * A domain can have lines that no row stands for any more, so its part of the
 * files is read; for a new one the wanted keys are enough.
 */
static bool
read_live(struct round *r, struct err *e)
{
	struct strset keys = { 0 }, old = { 0 };
	bool ok = find_live_domains(r, &old, &keys, e);
	for (size_t i = 0; ok && i < r->keys.n; i++)
		if (!strset_has(&old, key_domain(r->keys.list[i])))
			ok = strset_add(&keys, r->keys.list[i], NULL, e);
	for (int m = 0; ok && r->domains.n && m < MAP_COUNT; m++) {
		const struct map_lines *l = &r->wanted.map[m];
		for (size_t i = 0; ok && i < l->n; i++)
			if (!strset_has(&old, key_domain(l->line[i].key)))
				ok = strset_add(&keys, l->line[i].key, NULL, e);
	}
	ok = ok && live_read(r->node, &keys, &old, &r->live, &r->answer, e);
	strset_free(&keys);
	strset_free(&old);
	return ok;
}

static bool
compare(struct round *r, struct err *e)
{
	const struct source_want want = { &r->keys, &r->domains, r->arena };
	round_clear(r);
	if (!source_lines(r->node->source, &want, &r->wanted, &r->faults, e)
		|| !read_live(r, e)
		|| !delta_set(&r->delta, &r->live, &r->wanted, e))
		return false;
	round_let_wait(r);
	return true;
}

/*
 * When a catch-all comes or goes, every mailbox of its domain gets or loses
 * the line that keeps its own mail, and on a secondary the refusal of what is
 * closed comes or goes: such a domain is rendered whole.
 */
static bool
widen(struct round *r, bool *widened_r, struct err *e)
{
	const enum map_id catch_all =
		role_has(r->node->conf->node.role, MAP_ALIASES) ? MAP_ALIASES
								: MAP_MAILBOXES;
	*widened_r = false;
	for (size_t i = 0; i < r->delta.n; i++) {
		const struct delta_line *d = &r->delta.line[i];
		bool is_new;
		if (d->map != catch_all || d->key[0] != '@'
			|| (d->before && d->after))
			continue;
		const char *copy = arena_strdup(r->arena, d->key + 1);
		if (!copy)
			return err_memory(e);
		if (!strset_add(&r->domains, copy, &is_new, e))
			return false;
		*widened_r = *widened_r || is_new;
	}
	return true;
}

bool
round_compare(struct round *r, struct err *e)
{
	bool widened;
	do {
		if (!compare(r, e) || !widen(r, &widened, e))
			return false;
	} while (widened);
	return true;
}
