/*
 * Reading for a difference: rows of addresses and domains with their history,
 * and what their aliases reach on either side.
 */
#include <string.h>

#include "base/addr.h"
#include "core/revision.h"
#include "maps/diff_work.h"

bool
diff_want(struct diff_work *w, const char *address, struct err *e)
{
	const size_t local = addr_local_len(address);
	const char *plus = memchr(address, '+', local);
	const char *domain = addr_domain(address);
	bool is_new;

	if (!strset_add(&w->address, address, &is_new, e))
		return false;
	if (!is_new)
		return true;
	if (plus && plus != address) {
		const char *base = arena_printf(w->arena, "%.*s%s",
			(int)(plus - address), address, address + local);

		if (!base)
			return err_memory(e);
		if (!strset_add(&w->address, base, NULL, e))
			return false;
	}
	return !*domain
		|| (strset_add(&w->address, address + local, NULL, e)
			&& strset_add(&w->domain, domain, NULL, e));
}

/* The ids of rows that were just read, for the question after their changes. */
#define IDS_OF(items, n)                                                       \
	uint64_t *ids = arena_array(w->arena, (n) + 1, sizeof(*ids));          \
	for (size_t i_ = 0; ids && i_ < (n); i_++)                             \
	ids[i_] = (items)[i_].id

static bool
load_changes(struct diff_work *w, enum past_noun noun, const uint64_t *ids,
	size_t n, uint64_t after, struct err *e)
{
	struct past_change *items;
	size_t found;

	if (!ids)
		return err_memory(e);
	return past_changes(w->c->db, w->arena, noun, ids, n, after, &items,
		       &found, e)
		&& past_add_changes(&w->past, items, found, e);
}

/* What was purged after the earlier side, with all that the log has of it. */
static bool
load_gone(struct diff_work *w, char kind, const char *const *key, size_t n,
	struct err *e)
{
	struct past_gone *items;
	size_t found;

	if (!past_gone(w->c->db, w->arena, kind, key, n, w->lowest, &items,
		    &found, e))
		return false;
	for (size_t i = 0; i < found; i++) {
		const struct past_gone *g = &items[i];

		if (g->noun == PAST_NOUNS)
			continue;
		if (!past_add_gone(&w->past, g->noun, g->id, g->domain_id,
			    g->subject, e)
			|| !load_changes(w, g->noun, &g->id, 1, 0, e))
			return false;
	}
	return true;
}

static bool
has_id(const uint64_t *ids, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* Rows that a trial made: the tables do not have them. */
static bool
load_tried(struct diff_work *w, enum past_noun noun, const uint64_t *ids,
	size_t n, const char *const *subject, size_t n_subjects, struct err *e)
{
	const struct core_trial *t = w->q->trial;

	for (size_t i = 0; t && i < t->n_changes; i++) {
		const struct trial_change *x = &t->change[i];
		bool is_wanted = false;

		if (past_noun_find(x->noun) != noun
			|| has_id(ids, n, x->noun_id))
			continue;
		for (size_t k = 0; k < n_subjects && !is_wanted; k++)
			is_wanted = strcmp(subject[k], x->subject) == 0;
		if (is_wanted && x->op == CHANGE_CREATE
			&& !past_add_new(&w->past, noun, x->noun_id,
				x->domain_id, x->subject, e))
			return false;
	}
	return true;
}

static bool
load_domains(
	struct diff_work *w, const char *const *name, size_t n, struct err *e)
{
	struct domain *items;
	size_t found;

	if (!past_domains(w->c->db, w->arena, name, n, &items, &found, e))
		return false;
	IDS_OF(items, found);
	for (size_t i = 0; i < found; i++)
		if (!past_add_domain(&w->past, &items[i], e))
			return false;
	return load_changes(w, PAST_DOMAIN, ids, found, w->lowest, e)
		&& load_tried(w, PAST_DOMAIN, ids, found, name, n, e)
		&& load_gone(w, 'd', name, n, e);
}

static bool
load_mailboxes(struct diff_work *w, const char *const *address, size_t n,
	struct err *e)
{
	struct mailbox *items;
	size_t found;

	if (!past_mailboxes(w->c->db, w->arena, address, n, &items, &found, e))
		return false;
	IDS_OF(items, found);
	for (size_t i = 0; i < found; i++)
		if (!past_add_mailbox(&w->past, &items[i], e))
			return false;
	return load_changes(w, PAST_MAILBOX, ids, found, w->lowest, e)
		&& load_tried(w, PAST_MAILBOX, ids, found, address, n, e);
}

static bool
load_aliases(struct diff_work *w, const char *const *address, size_t n,
	struct err *e)
{
	struct alias *items;
	size_t found;

	if (!past_aliases(w->c->db, w->arena, address, n, &items, &found, e))
		return false;
	IDS_OF(items, found);
	for (size_t i = 0; i < found; i++)
		if (!past_add_alias(&w->past, &items[i], e))
			return false;
	return load_changes(w, PAST_ALIAS, ids, found, w->lowest, e)
		&& load_tried(w, PAST_ALIAS, ids, found, address, n, e);
}

static bool
want_targets(struct diff_work *w, size_t from, struct err *e)
{
	struct strset targets = { 0 };
	bool ok = past_targets(&w->past, from, &targets, e);

	for (size_t i = 0; ok && i < targets.n; i++)
		ok = diff_want(w, targets.list[i], e);
	strset_free(&targets);
	return ok;
}

bool
diff_load(struct diff_work *w, struct err *e)
{
	while (w->at_address < w->address.n || w->at_domain < w->domain.n) {
		const char *const *name = w->domain.list + w->at_domain;
		const char *const *address = w->address.list + w->at_address;
		const size_t n_names = w->domain.n - w->at_domain;
		const size_t n = w->address.n - w->at_address;
		const size_t rows = w->past.n;

		if (w->address.n > DIFF_READ_MAX) {
			w->is_too_much = true;
			return true;
		}
		if (!load_domains(w, name, n_names, e)
			|| !load_mailboxes(w, address, n, e)
			|| !load_aliases(w, address, n, e)
			|| !load_gone(w, 'a', address, n, e))
			return false;
		w->at_domain += n_names;
		w->at_address += n;
		if (!want_targets(w, rows, e))
			return false;
	}
	return true;
}

bool
diff_want_whole(struct diff_work *w, const char *domain, struct err *e)
{
	uint64_t *ids;
	size_t n, found;
	bool is_new;

	if (!strset_add(&w->whole, domain, &is_new, e)
		|| !past_domain_ids(&w->past, domain, &ids, &n, e))
		return false;
	for (size_t i = 0; is_new && i < n; i++) {
		const char **address;

		if (!past_addresses(w->c->db, w->arena, ids[i], w->lowest,
			    DIFF_KEYS_MAX, &address, &found, e))
			return false;
		if (found > DIFF_KEYS_MAX)
			w->is_too_much = true;
		for (size_t k = 0; !w->is_too_much && k < found; k++)
			if (!diff_want(w, address[k], e))
				return false;
	}
	return true;
}

bool
diff_load_relays(struct diff_work *w, const struct past_change *items, size_t n,
	struct err *e)
{
	uint64_t *ids = arena_array(w->arena, n + 1, sizeof(*ids));
	struct whitelist *rows;
	size_t n_ids = 0, found;

	if (!ids)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		if (!has_id(ids, n_ids, items[i].noun_id))
			ids[n_ids++] = items[i].noun_id;
	if (!past_whitelist(w->c->db, w->arena, ids, n_ids, &rows, &found, e)
		|| !load_changes(w, PAST_WHITELIST, ids, n_ids, 0, e))
		return false;
	for (size_t i = 0; i < found; i++)
		if (!past_add_whitelist(&w->past, &rows[i], e))
			return false;
	for (size_t i = 0; i < n; i++) {
		bool is_there = false;

		for (size_t k = 0; k < found && !is_there; k++)
			is_there = rows[k].id == items[i].noun_id;
		for (size_t k = 0; k < i && !is_there; k++)
			is_there = items[k].noun_id == items[i].noun_id;
		if (!is_there
			&& !past_add_gone(&w->past, PAST_WHITELIST,
				items[i].noun_id, 0, items[i].subject, e))
			return false;
	}
	return true;
}
