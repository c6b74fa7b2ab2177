/*
 * Staged rows become nouns: a batch of them in one write. New mailboxes go in
 * together; everything else by the same steps as a write of one. What a rule
 * refuses now is left alone and noted: somebody changed something since the
 * preview.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "core/alias_targets.h"
#include "core/import_internal.h"
#include "db/log_rows.h"

struct apply {
	struct tx *t;
	struct import *im;
	bool is_all;
};

static bool
is_rule(enum err_code code)
{
	return code == ERR_INVALID || code == ERR_LIMIT || code == ERR_CONFLICT
		|| code == ERR_REFERENCED || code == ERR_NOT_FOUND
		|| code == ERR_STALE || code == ERR_FORBIDDEN;
}

/* Note it and go on, unless it is all or nothing. Takes `e` over. */
static bool
refused(struct apply *p, const struct staged *row, struct err *e)
{
	struct err why;

	if (!is_rule(e->code) || p->is_all)
		return false;
	why = *e;
	err_clear(e);
	if (!import_row_error(p->t, p->im, row, ERROR_RUN, &why, e))
		return false;
	p->im->n.failed++;
	return true;
}

static bool
took_place(struct apply *p)
{
	p->im->n.made++;
	return true;
}

static bool
changed_meanwhile(const struct staged *row, struct err *e)
{
	return err_set(e, ERR_CONFLICT, NULL, "changed_meanwhile", row->subject,
		"%s was changed after the preview: look at it and import the "
		"row again",
		row->subject);
}

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static size_t
sort_ids(uint64_t *ids, size_t n)
{
	size_t k = 0;

	qsort(ids, n, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < n; i++)
		if (ids[i] && (k == 0 || ids[k - 1] != ids[i]))
			ids[k++] = ids[i];
	return k;
}

static bool
target_domains(struct tx *t, const struct staged *rows, size_t n,
	uint64_t **ids_r, size_t *n_r, struct err *e)
{
	const char **name = NULL;
	size_t n_names = 0, cap = 0;

	for (size_t i = 0; i < n; i++) {
		struct text_list list;

		if (!rows[i].targets)
			continue;
		if (!import_targets(t->arena, &rows[i], &list, e))
			return false;
		for (size_t k = 0; k < list.n; k++) {
			if (n_names == cap) {
				size_t want = cap ? 2 * cap : 256;

				name = arena_grow(t->arena, name,
					cap * sizeof(*name),
					want * sizeof(*name));
				if (!name)
					return err_memory(e);
				cap = want;
			}
			name[n_names++] = addr_domain(list.items[k]);
		}
	}
	*n_r = n_names;
	*ids_r = NULL;
	return n_names == 0
		|| alias_row_own_domains(
			t->db, t->arena, name, n_names, ids_r, e);
}

/*
 * All domains of the batch, in the order of their ids: those of the rows
 * exclusively, those of their targets shared.
 */
static bool
lock_all(struct tx *t, const struct staged *rows, size_t n, struct err *e)
{
	uint64_t *own = arena_array(t->arena, n + 1, sizeof(*own));
	uint64_t *aims = NULL, *all;
	size_t n_own, n_aims = 0, n_all;
	struct tx_domain *td;

	if (!own)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		own[i] = rows[i].noun == STAGED_DOMAIN ? rows[i].noun_id
						       : rows[i].domain_id;
	n_own = sort_ids(own, n);
	if (!target_domains(t, rows, n, &aims, &n_aims, e))
		return false;
	all = arena_array(t->arena, n_own + n_aims + 1, sizeof(*all));
	if (!all)
		return err_memory(e);
	memcpy(all, own, n_own * sizeof(*all));
	if (n_aims)
		memcpy(all + n_own, aims, n_aims * sizeof(*all));
	n_all = sort_ids(all, n_own + n_aims);
	for (size_t i = 0; i < n_all; i++)
		if (!tx_lock_domain(t, all[i],
			    bsearch(&all[i], own, n_own, sizeof(*own),
				    compare_ids)
				    != NULL,
			    &td, e))
			return false;
	return true;
}

/* --- new mailboxes --- */

struct fresh {
	struct mailbox *m;
	const char **stored;
	size_t n;
};

static bool
fill(struct tx *t, const struct staged *row, const struct domain *d,
	struct mailbox *m, struct err *e)
{
	char *scheme = arena_alloc(t->arena, 25);

	if (!scheme)
		return err_memory(e);
	if (row->password)
		password_scheme_of(row->password, scheme, 25);
	*m = (struct mailbox){ .id = row->row_no,
		.domain_id = d->id,
		.address = row->subject,
		.name = row->name,
		.state = (enum mailbox_state)row->state,
		.is_alive = true,
		.quota_bytes = (row->came & CAME_QUOTA) && row->quota_bytes >= 0
			? row->quota_bytes
			: d->default_quota_bytes,
		.password_scheme = scheme,
		.home = "",
		.deleted_us = TIME_NONE,
		.purge_us = TIME_NONE,
		.created_us = t->now_us,
		.updated_us = t->now_us,
		.version = 1 };
	return true;
}

static bool
is_held(const uint64_t *held, size_t n, uint64_t row_no)
{
	return n > 0
		&& bsearch(&row_no, held, n, sizeof(*held), compare_ids)
		!= NULL;
}

/* The rules of a new mailbox; the counters of its domain are raised in mind, so
 * that the next row of the batch sees them. */
static bool
admit(struct apply *p, const struct staged *row, bool held, struct fresh *f,
	struct domain *mind, struct err *e)
{
	struct tx_domain *td =
		row->domain_id ? tx_domain_of(p->t, row->domain_id) : NULL;
	struct mailbox *m = &f->m[f->n];

	if (!td || !td->d.is_alive || !actor_has_domain(p->t->a, td->d.id))
		return err_set(e, ERR_INVALID, "address", "no_such_domain",
			row->domain, "there is no domain %s here", row->domain);
	if (!actor_need_right(p->t->a, td->d.id, RIGHT_IMPORT, e)
		|| !actor_need_right(p->t->a, td->d.id, RIGHT_MAILBOXES, e)
		|| !check_role_address(p->t, &td->d, row->subject, e))
		return false;
	if (held)
		return err_set(e, ERR_CONFLICT, "address", "address_taken",
			row->subject,
			"%s was made by somebody else after the preview",
			row->subject);
	if (!fill(p->t, row, &td->d, m, e)
		|| !domain_check_limits(mind, 1, 0, m->quota_bytes, e))
		return false;
	mind->mailbox_count++;
	mind->quota_allotted_bytes += m->quota_bytes;
	f->stored[f->n++] = row->password;
	return true;
}

static bool
add_mailboxes(
	struct apply *p, const struct staged *rows, size_t n, struct err *e)
{
	const struct staged_range range = { p->im->id, rows[0].row_no - 1,
		rows[n - 1].row_no };
	struct fresh f = { .n = 0 };
	struct domain *mind;
	uint64_t *held;
	size_t n_held;

	f.m = arena_array(p->t->arena, n, sizeof(*f.m));
	f.stored = arena_array(p->t->arena, n, sizeof(*f.stored));
	mind = arena_array(p->t->arena, p->t->n_domains + 1, sizeof(*mind));
	if (!f.m || !f.stored || !mind)
		return err_memory(e);
	for (size_t i = 0; i < p->t->n_domains; i++)
		mind[i] = p->t->domain[i]->d;
	if (!staging_row_held(p->t->db, p->t->arena, &range, &held, &n_held, e))
		return false;
	if (n_held > 0)
		qsort(held, n_held, sizeof(*held), compare_ids);
	for (size_t i = 0; i < n; i++) {
		struct domain *d = &mind[p->t->n_domains];

		if (rows[i].outcome != OUTCOME_NEW)
			continue;
		for (size_t k = 0; k < p->t->n_domains; k++)
			if (mind[k].id == rows[i].domain_id)
				d = &mind[k];
		if (admit(p, &rows[i], is_held(held, n_held, rows[i].row_no),
			    &f, d, e))
			continue;
		if (!refused(p, &rows[i], e))
			return false;
	}
	p->im->n.made += f.n;
	return mailbox_insert_many(p->t, &range, f.m, f.stored, f.n, e);
}

static bool
change_mailbox(struct apply *p, const struct staged *row, struct err *e)
{
	struct tx *t = p->t;
	struct mailbox before, after;
	struct tx_domain *td;

	if (!mailbox_locked(t, row->noun_id, &before, &td, e)
		|| !actor_need_right(t->a, before.domain_id, RIGHT_IMPORT, e))
		return false;
	if (!before.is_alive || before.version != row->seen_version)
		return changed_meanwhile(row, e);
	after = before;
	import_mailbox_patched(row, &after);
	if (row->password) {
		char *scheme = arena_alloc(t->arena, 25);

		if (!scheme)
			return err_memory(e);
		password_scheme_of(row->password, scheme, 25);
		after.password_scheme = scheme;
		if (!secret_row_insert(t->db, "mailbox", row->password,
			    t->now_us, &after.secret_id, e))
			return false;
	}
	return mailbox_apply(t, td, &before, &after, e) && took_place(p);
}

static bool
apply_mailboxes(
	struct apply *p, const struct staged *rows, size_t n, struct err *e)
{
	bool has_new = false;

	for (size_t i = 0; i < n; i++)
		has_new = has_new || rows[i].outcome == OUTCOME_NEW;
	if (has_new && !add_mailboxes(p, rows, n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (rows[i].outcome == OUTCOME_CHANGED
			&& !change_mailbox(p, &rows[i], e)
			&& !refused(p, &rows[i], e))
			return false;
	return true;
}

/* --- the others --- */

static bool
apply_alias(struct apply *p, const struct staged *row, struct err *e)
{
	struct tx *t = p->t;
	struct alias before, after;
	struct tx_domain *td;
	struct text_list list;
	struct alias_in *in;

	if (!actor_need_right(t->a, row->domain_id, RIGHT_IMPORT, e)
		|| !import_targets(t->arena, row, &list, e))
		return false;
	t->given = NULL;
	if (row->outcome == OUTCOME_NEW) {
		in = arena_alloc(t->arena, sizeof(*in));
		if (!in)
			return err_memory(e);
		alias_in_defaults(in);
		in->targets = list;
		in->state = row->state - 1;
		if (row->came & CAME_SEND_AS)
			in->send_as = row->came & CAME_SENDS_AS;
		if (!str_copy(in->address, sizeof(in->address), row->subject)
			|| !str_copy(in->description, sizeof(in->description),
				row->name))
			return err_memory(e);
		if (list.n == 0)
			return err_set(e, ERR_INVALID, "targets", "required",
				row->subject, "a new alias needs a target");
		return alias_create_in_tx(t, in, &after, e) && took_place(p);
	}
	if (!alias_locked(t, row->noun_id, list.items, list.n, &before, &td, e))
		return false;
	if (!before.is_alive || before.version != row->seen_version)
		return changed_meanwhile(row, e);
	after = before;
	return import_alias_patched(t->arena, row, &after, e)
		&& alias_apply(t, td, &before, &after, e) && took_place(p);
}

static bool
stale_as_changed(const struct staged *row, struct err *e)
{
	if (e->code != ERR_STALE)
		return false;
	err_clear(e);
	return changed_meanwhile(row, e);
}

static bool
apply_domain(struct apply *p, const struct staged *row, struct err *e)
{
	struct domain_in *in = arena_alloc(p->t->arena, sizeof(*in));
	struct form_seen seen = { 0 };
	struct domain d;

	if (!in)
		return err_memory(e);
	if (!import_domain_in(p->t->arena, row, in, &seen, e))
		return false;
	if (row->outcome == OUTCOME_CHANGED)
		return (domain_patch_in_tx(p->t, row->noun_id,
				row->seen_version, in, &seen, &d, e)
			       || stale_as_changed(row, e))
			&& took_place(p);
	return (str_copy(in->name, sizeof(in->name), row->subject)
		       || err_memory(e))
		&& domain_create_in_tx(p->t, in, &d, e) && took_place(p);
}

static bool
apply_whitelist(struct apply *p, const struct staged *row, struct err *e)
{
	struct whitelist_in *in = arena_alloc(p->t->arena, sizeof(*in));
	struct form_seen seen = { 0 };
	struct whitelist w;

	if (!in)
		return err_memory(e);
	if (!import_whitelist_in(p->t->arena, row, in, &seen, e))
		return false;
	if (row->outcome == OUTCOME_CHANGED)
		return (whitelist_patch_in_tx(p->t, row->noun_id,
				row->seen_version, in, &seen, &w, e)
			       || stale_as_changed(row, e))
			&& took_place(p);
	return (str_copy(in->network, sizeof(in->network), row->subject)
		       || err_memory(e))
		&& whitelist_create_in_tx(p->t, in, &w, e) && took_place(p);
}

bool
import_apply(struct tx *t, struct import *im, struct staged *rows, size_t n,
	bool is_all, struct err *e)
{
	struct apply p = { t, im, is_all };
	bool (*one)(struct apply *, const struct staged *, struct err *);

	if (n == 0)
		return true;
	if (!lock_all(t, rows, n, e))
		return false;
	switch (rows[0].noun) {
	case STAGED_MAILBOX:
		return apply_mailboxes(&p, rows, n, e);
	case STAGED_ALIAS:
		one = apply_alias;
		break;
	case STAGED_DOMAIN:
		one = apply_domain;
		break;
	case STAGED_WHITELIST:
		one = apply_whitelist;
		break;
	default:
		return err_set(e, ERR_INVALID, NULL, "not_yet", NULL,
			"rows of this kind cannot be imported yet");
	}
	for (size_t i = 0; i < n; i++)
		if (!one(&p, &rows[i], e) && !refused(&p, &rows[i], e))
			return false;
	return true;
}
