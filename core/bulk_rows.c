/*
 * One row of a bulk change, for each noun: by the steps that a single change
 * takes too.
 */
#include "core/bulk_rows.h"

#include "base/timeutil.h"
#include "core/alias_targets.h"
#include "core/ops.h"

/* Ids of domains to be locked, collected in any order. */
struct locks {
	struct tx *t;
	uint64_t *id;
	size_t n, cap;
};

static bool
locks_open(struct locks *l, struct tx *t, size_t cap, struct err *e)
{
	*l = (struct locks){ .t = t, .cap = cap };
	l->id = arena_array(t->arena, cap, sizeof(*l->id));
	return l->id != NULL || err_memory(e);
}

static bool
locks_add(struct locks *l, uint64_t id, struct err *e)
{
	uint64_t *p;

	if (id == 0 || (l->n > 0 && l->id[l->n - 1] == id))
		return true;
	if (l->n == l->cap) {
		p = arena_grow(l->t->arena, l->id, l->cap * sizeof(*p),
			2 * l->cap * sizeof(*p));
		if (!p)
			return err_memory(e);
		l->id = p;
		l->cap *= 2;
	}
	l->id[l->n++] = id;
	return true;
}

/* The domains of the aliases that name an address. */
static bool
locks_add_referring(struct locks *l, const char *address, struct err *e)
{
	struct alias *al;
	size_t n;

	if (!alias_row_referring(
		    l->t->db, l->t->arena, address, TX_DOMAINS_MAX, &al, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!locks_add(l, al[i].domain_id, e))
			return false;
	return true;
}

static bool
locks_add_targets(struct locks *l, const struct alias *al, struct err *e)
{
	size_t n = (size_t)al->target_count;
	const char **name = arena_array(l->t->arena, n + 1, sizeof(*name));
	uint64_t *ids;

	if (!name)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		name[i] = addr_domain(al->targets[i]);
	if (!alias_row_own_domains(l->t->db, l->t->arena, name, n, &ids, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!locks_add(l, ids[i], e))
			return false;
	return true;
}

static bool
locks_add_alias_domain(struct locks *l, const struct bulk_in *in, struct err *e)
{
	uint64_t id;

	if (!*in->action.add_to_alias)
		return true;
	return domain_row_id(
		       l->t->db, addr_domain(in->action.add_to_alias), &id, e)
		&& locks_add(l, id, e);
}

static bool
locks_take(struct locks *l, struct err *e)
{
	return l->n == 0 || tx_lock_domains(l->t, l->id, l->n, e);
}

static bool
lock_domains(struct tx *t, const struct bulk_in *in, const uint64_t *ids,
	size_t n, struct err *e)
{
	(void)in;
	return n == 0 || tx_lock_domains(t, ids, n, e);
}

static bool
lock_mailboxes(struct tx *t, const struct bulk_in *in, const uint64_t *ids,
	size_t n, struct err *e)
{
	struct locks l;
	struct mailbox m;
	bool found;

	if (!locks_open(&l, t, n + 2, e) || !locks_add_alias_domain(&l, in, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!mailbox_row_get(t->db, t->arena, ids[i], &m, &found, e))
			return false;
		if (!found)
			continue;
		if (!locks_add(&l, m.domain_id, e)
			|| (in->action.is_delete
				&& !locks_add_referring(&l, m.address, e)))
			return false;
	}
	return locks_take(&l, e);
}

static bool
lock_aliases(struct tx *t, const struct bulk_in *in, const uint64_t *ids,
	size_t n, struct err *e)
{
	const struct bulk_action *x = &in->action;
	struct locks l;
	struct alias al;
	bool found;

	if (!locks_open(&l, t, n + 2, e) || !locks_add_alias_domain(&l, in, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!alias_row_get(t->db, t->arena, ids[i], &al, &found, e))
			return false;
		if (!found)
			continue;
		if (!locks_add(&l, al.domain_id, e)
			|| (x->is_delete
				&& !locks_add_referring(&l, al.address, e))
			|| (x->is_restore && !locks_add_targets(&l, &al, e)))
			return false;
	}
	return locks_take(&l, e);
}

/* Entries of the whitelist are locked one by one; they have no domain. */
static bool
lock_nothing(struct tx *t, const struct bulk_in *in, const uint64_t *ids,
	size_t n, struct err *e)
{
	(void)t, (void)in, (void)ids, (void)n, (void)e;
	return true;
}

static bool
is_gone(const char *noun, const char *subject, struct err *e)
{
	return err_set(e, ERR_CONFLICT, NULL, "deleted", subject,
		"the %s is deleted", noun);
}

#define HAS(member) BULK_HAS(BULK_DOMAINS, in, member)

static bool
set_domain(struct tx *t, const struct bulk_in *in, struct tx_domain *td,
	struct err *e)
{
	const struct bulk_action *x = &in->action;
	struct domain after = td->d;

	if (!td->d.is_alive)
		return is_gone("domain", td->d.name, e);
	if (HAS(state))
		after.state = (enum domain_state)(x->state + 1);
	if (HAS(max_mailboxes))
		after.max_mailboxes = x->max_mailboxes;
	if (HAS(max_aliases))
		after.max_aliases = x->max_aliases;
	if (HAS(max_quota_bytes))
		after.max_quota_bytes = x->max_quota_bytes;
	if (HAS(default_quota_bytes))
		after.default_quota_bytes = x->default_quota_bytes;
	return domain_apply(t, td, &after, e);
}
#undef HAS

static bool
change_domain(struct tx *t, const struct bulk_in *in, uint64_t id,
	const char **subject_r, struct err *e)
{
	struct tx_domain *td;
	struct job_row job;

	if (!actor_need_superadmin(t->a, e)
		|| !tx_lock_domain(t, id, true, &td, e))
		return false;
	*subject_r = td->d.name;
	if (in->action.is_delete)
		return domain_delete_in(t, td, &job, e);
	if (in->action.is_restore)
		return domain_restore_in(t, td, &job, e);
	return set_domain(t, in, td, e);
}

#define HAS(member) BULK_HAS(BULK_MAILBOXES, in, member)

static bool
set_mailbox(struct tx *t, const struct bulk_in *in, uint64_t id,
	const char **subject_r, struct err *e)
{
	struct mailbox before, after;
	struct tx_domain *td;

	if (!mailbox_locked(t, id, &before, &td, e))
		return false;
	*subject_r = before.address;
	if (!actor_need_right(t->a, td->d.id, RIGHT_MAILBOXES, e))
		return false;
	if (!before.is_alive || !td->d.is_alive)
		return is_gone("mailbox", before.address, e);
	after = before;
	if (HAS(quota_bytes))
		after.quota_bytes = in->action.quota_bytes;
	if (HAS(state))
		after.state = (enum mailbox_state)(in->action.state + 1);
	return mailbox_apply(t, td, &before, &after, e);
}
#undef HAS

static bool
change_mailbox(struct tx *t, const struct bulk_in *in, uint64_t id,
	const char **subject_r, struct err *e)
{
	const struct mailbox_delete_in answer = { .targets =
							  in->action.targets };
	struct mailbox m = { .address = "" };
	bool ok;

	if (in->action.is_delete)
		ok = mailbox_delete_in_tx(t, id, 0, &answer, &m, e);
	else if (in->action.is_restore)
		ok = mailbox_restore_in_tx(t, id, &m, e);
	else
		return set_mailbox(t, in, id, subject_r, e);
	*subject_r = m.address;
	return ok;
}

#define HAS(member) BULK_HAS(BULK_ALIASES, in, member)

static bool
set_alias(struct tx *t, const struct bulk_in *in, uint64_t id,
	const char **subject_r, struct err *e)
{
	struct alias before, after;
	struct tx_domain *td;

	if (!alias_locked(t, id, NULL, 0, &before, &td, e))
		return false;
	*subject_r = before.address;
	if (!before.is_alive || !td->d.is_alive)
		return is_gone("alias", before.address, e);
	after = before;
	if (HAS(state))
		after.state = (enum alias_state)(in->action.state + 1);
	return alias_apply(t, td, &before, &after, e);
}
#undef HAS

static bool
change_alias(struct tx *t, const struct bulk_in *in, uint64_t id,
	const char **subject_r, struct err *e)
{
	struct alias al = { .address = "" };
	bool ok;

	if (in->action.is_delete)
		ok = alias_delete_in_tx(
			t, id, 0, in->action.targets == TARGETS_REMOVE, &al, e);
	else if (in->action.is_restore)
		ok = alias_restore_in_tx(t, id, &al, e);
	else
		return set_alias(t, in, id, subject_r, e);
	*subject_r = al.address;
	return ok;
}

#define HAS(member) BULK_HAS(BULK_WHITELIST, in, member)

static bool
set_whitelist(struct tx *t, const struct bulk_in *in,
	const struct whitelist *before, struct err *e)
{
	struct whitelist after = *before;

	if (HAS(state))
		after.state = (enum whitelist_state)(in->action.state + 1);
	if (HAS(expires_us))
		after.expires_us = in->action.expires_us;
	return whitelist_apply(t, before, &after, e);
}
#undef HAS

static bool
change_whitelist(struct tx *t, const struct bulk_in *in, uint64_t id,
	const char **subject_r, struct err *e)
{
	struct whitelist w;
	bool found;

	if (!actor_need_superadmin(t->a, e)
		|| !whitelist_row_get(t->db, t->arena, id, true, &w, &found, e))
		return false;
	if (!found)
		return no_such("whitelist entry", e);
	*subject_r = w.network;
	if (in->action.is_restore)
		return whitelist_revive(t, id, WHITELIST_ACTIVE, e);
	if (!w.is_alive)
		return is_gone("entry", w.network, e);
	if (in->action.is_delete)
		return whitelist_end(t, &w, WHITELIST_DELETED, e);
	return set_whitelist(t, in, &w, e);
}

const struct bulk_kind bulk_kinds[BULK_NOUNS] = {
	[BULK_DOMAINS] = { "domain", "domain.bulk", LIST_DOMAINS, lock_domains,
		change_domain },
	[BULK_MAILBOXES] = { "mailbox", "mailbox.bulk", LIST_MAILBOXES,
		lock_mailboxes, change_mailbox },
	[BULK_ALIASES] = { "alias", "alias.bulk", LIST_ALIASES, lock_aliases,
		change_alias },
	[BULK_WHITELIST] = { "whitelist", "whitelist.bulk", LIST_WHITELIST,
		lock_nothing, change_whitelist },
};

/* The end of a domain and its return are undone one by one, and each may take
 * hundreds of rows with it. */
unsigned
bulk_batch_max(enum bulk_noun noun, const struct bulk_in *in, unsigned max)
{
	if (noun == BULK_DOMAINS
		&& (in->action.is_delete || in->action.is_restore))
		return 1;
	return max;
}

struct adding {
	struct tx *t;
	struct alias before;
	const char **target; /* those of the alias, then the new ones */
	size_t n;
	bulk_refused *refused;
	void *ctx;
};

static bool
find_alias(struct adding *x, const char *address, struct tx_domain **td_r,
	struct err *e)
{
	struct alias al;
	bool found;

	if (!alias_row_find(x->t->db, x->t->arena, address, &al, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "add_to_alias", "not_found",
			address, "there is no alias %s", address);
	return alias_locked(x->t, al.id, NULL, 0, &x->before, td_r, e)
		&& (x->before.is_alive || is_gone("alias", address, e));
}

/* The address of a living row that the actor may touch, or a reason. */
static bool
address_of(struct tx *t, enum bulk_noun noun, uint64_t id,
	const char **address_r, struct err *e)
{
	struct mailbox m = { .address = "" };
	struct alias al = { .address = "" };
	struct tx_domain *td;
	bool ok, is_alive;

	if (noun == BULK_MAILBOXES) {
		ok = mailbox_locked(t, id, &m, &td, e);
		*address_r = m.address;
		is_alive = m.is_alive;
	} else {
		ok = alias_locked(t, id, NULL, 0, &al, &td, e);
		*address_r = al.address;
		is_alive = al.is_alive;
	}
	return ok
		&& ((is_alive && td->d.is_alive)
			|| is_gone(bulk_kinds[noun].noun, *address_r, e));
}

static bool
has_target(const struct adding *x, const char *address)
{
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->target[i], address) == 0)
			return true;
	return false;
}

static bool
add_one(struct adding *x, enum bulk_noun noun, uint64_t id,
	const char **address_r, struct err *e)
{
	const char *address;

	if (!address_of(x->t, noun, id, address_r, e))
		return false;
	address = *address_r;
	if (has_target(x, address))
		return true;
	if (addr_is_catch_all(address))
		return err_set(e, ERR_INVALID, "targets", "bad_target", address,
			"a catch-all cannot be a target");
	if (x->n == ALIAS_TARGETS_MAX)
		return err_set(e, ERR_LIMIT, "targets", "too_many_items",
			x->before.address, "%s has its %d targets",
			x->before.address, ALIAS_TARGETS_MAX);
	if (!targets_check(x->t, x->before.address, &address, 1, e))
		return false;
	x->target[x->n++] = address;
	return true;
}

static bool
add_all(struct adding *x, enum bulk_noun noun, const uint64_t *ids, size_t n,
	struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const char *address = "";
		struct err why = ERR_EMPTY;

		if (add_one(x, noun, ids[i], &address, &why))
			continue;
		if (!bulk_is_rule(why.code)) {
			*e = why;
			return false;
		}
		if (!x->refused(x->ctx, address, &why, e))
			return false;
	}
	return true;
}

bool
bulk_add_to_alias(struct tx *t, enum bulk_noun noun, const struct bulk_in *in,
	const uint64_t *ids, size_t n, bulk_refused *refused, void *ctx,
	struct err *e)
{
	struct adding x = { .t = t, .refused = refused, .ctx = ctx };
	struct tx_domain *td;
	struct alias after;

	if (!find_alias(&x, in->action.add_to_alias, &td, e))
		return false;
	x.target = arena_array(t->arena, (size_t)x.before.target_count + n + 1,
		sizeof(*x.target));
	if (!x.target)
		return err_memory(e);
	for (; x.n < (size_t)x.before.target_count; x.n++)
		x.target[x.n] = x.before.targets[x.n];
	if (!add_all(&x, noun, ids, n, e))
		return false;
	after = x.before;
	after.target_count = (int64_t)x.n;
	return targets_sorted(t->arena, x.target, x.n, &after.targets, e)
		&& alias_apply(t, td, &x.before, &after, e);
}
