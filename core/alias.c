/*
 * Aliases: their forms and writes. What targets may be is in
 * core/alias_targets.c, lists in core/lists.c.
 */
#include "core/alias.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/alias_targets.h"
#include "core/ops.h"

static const char *const state_words[] = {
	[ALIAS_ACTIVE] = "active",
	[ALIAS_DISABLED] = "disabled",
	[ALIAS_DELETED] = "deleted",
};
_Static_assert(ARRAY_LEN(state_words) == ALIAS_DELETED + 1, "one word each");

static const char *const form_states[] = { "active", "disabled", NULL };

const char *
alias_state_name(enum alias_state state)
{
	return (unsigned)state < ARRAY_LEN(state_words) ? state_words[state]
							: NULL;
}

bool
alias_state_find(const char *name, enum alias_state *state_r)
{
	for (unsigned i = 1; i < ARRAY_LEN(state_words); i++)
		if (state_words[i] && strcmp(state_words[i], name) == 0) {
			*state_r = (enum alias_state)i;
			return true;
		}
	return false;
}

/* clang-format off */
#define ALIAS_FIELDS(needed)                                                   \
	{ FIELD_AT(struct alias_in, targets), .max = ADDR_MAX,                 \
		.check = addr_check_target, .min_items = 1,                    \
		.max_items = ALIAS_TARGETS_MAX, .required = (needed) },        \
	{ FIELD_AT(struct alias_in, description), .check = check_line },                \
	{ FIELD_AT(struct alias_in, state), .words = form_states },            \
	{ FIELD_AT(struct alias_in, send_as) },                                \
	{ 0 }
const struct field alias_create_form[] = {
	{ FIELD_AT(struct alias_in, address), .check = addr_check_alias,
		.required = true },
	ALIAS_FIELDS(true)
};
const struct field alias_patch_form[] = { ALIAS_FIELDS(false) };

#define F(member, kind_) .name = #member, .kind = (kind_),                     \
	.at = offsetof(struct alias, member)
#define N(key, member, kind_) .name = (key), .kind = (kind_),                  \
	.at = offsetof(struct alias, member)
const struct image_field alias_fields[] = {
	{ F(id, IMAGE_UINT), .where = IN_API },
	{ F(domain_id, IMAGE_UINT), .where = IN_API },
	{ F(address, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(description, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(state, IMAGE_WORD), .where = IN_API | IN_IMAGE,
		.words = state_words, .n_words = ARRAY_LEN(state_words) },
	{ F(is_catch_all, IMAGE_BOOL), .where = IN_API },
	{ F(send_as, IMAGE_BOOL), .where = IN_API | IN_IMAGE },
	{ F(targets, IMAGE_TEXTS), .where = IN_API | IN_IMAGE,
		.n_at = offsetof(struct alias, target_count) },
	{ F(target_count, IMAGE_INT), .where = IN_API },
	{ N("deleted_at", deleted_us, IMAGE_TIME), .where = IN_API },
	{ N("purge_at", purge_us, IMAGE_TIME), .where = IN_API },
	{ N("created_at", created_us, IMAGE_TIME), .where = IN_API },
	{ N("updated_at", updated_us, IMAGE_TIME), .where = IN_API },
	{ F(version, IMAGE_UINT), .where = IN_API },
	{ F(changed_serial, IMAGE_UINT), .where = IN_API },
	{ 0 }
};
#undef F
#undef N
/* clang-format on */

void
alias_write_json(struct jsonw *w, const char *key, const struct alias *al)
{
	image_api(w, key, alias_fields, al);
}

void
alias_in_defaults(struct alias_in *in)
{
	*in = (struct alias_in){ .send_as = true };
}

struct create {
	const struct alias_in *in;
	struct alias al;
};

static bool
address_taken(const char *address, unsigned holders, struct err *e)
{
	if (addr_is_catch_all(address))
		return err_set(e, ERR_CONFLICT, "address", "second_catch_all",
			address, "%s has a catch-all already", address + 1);
	return err_set(e, ERR_CONFLICT, "address", "address_taken", address,
		"%s is %s already", address,
		holders & 1 ? "a mailbox" : "an alias");
}

static bool
no_such_domain(const char *address, struct err *e)
{
	return err_set(e, ERR_INVALID, "address", "no_such_domain",
		addr_domain(address), "there is no domain %s here",
		addr_domain(address));
}

static bool
check_count(const struct domain *d, struct err *e)
{
	if (d->max_aliases == 0 || d->alias_count < d->max_aliases)
		return true;
	return err_set(e, ERR_LIMIT, "domain_id", "max_aliases", d->name,
		"%s has its %lld aliases", d->name, (long long)d->max_aliases);
}

static bool
fill_new(struct tx *t, const struct alias_in *in, uint64_t domain_id,
	struct alias *al, struct err *e)
{
	*al = (struct alias){ .domain_id = domain_id,
		.address = in->address,
		.description = in->description,
		.state = (enum alias_state)(in->state + 1),
		.is_alive = true,
		.is_catch_all = addr_is_catch_all(in->address),
		.send_as = in->send_as && !addr_is_catch_all(in->address),
		.target_count = (int64_t)in->targets.n,
		.deleted_us = TIME_NONE,
		.purge_us = TIME_NONE,
		.created_us = t->now_us,
		.updated_us = t->now_us,
		.version = 1 };
	return targets_sorted(
		t->arena, in->targets.items, in->targets.n, &al->targets, e);
}

static void
note(struct domain *d, const struct alias *al)
{
	bool is_there = al->is_alive;

	if (al->is_catch_all)
		is_there = is_there && al->state == ALIAS_ACTIVE;
	domain_note_address(d, al->address, is_there);
}

static bool
insert(struct tx *t, struct alias *al, struct err *e)
{
	if (!alias_row_insert(t->db, al, e)) {
		if (err_take_duplicate(e, "alias_domain_address"))
			address_taken(al->address, 2, e);
		return false;
	}
	return alias_row_set_targets(t->db, t->arena, al->id, NULL, 0,
		al->targets, (size_t)al->target_count, e);
}

/* Find and lock the domain of a new alias, and those of its targets. */
static bool
lock_for_new(struct tx *t, const struct alias_in *in, struct tx_domain **td_r,
	struct err *e)
{
	unsigned holders;
	uint64_t id;

	if (!domain_row_id(t->db, addr_domain(in->address), &id, e))
		return false;
	if (id == 0 || !actor_has_domain(t->a, id))
		return no_such_domain(in->address, e);
	if (!actor_need_right(t->a, id, RIGHT_ALIASES, e)
		|| !targets_lock(t, id, in->targets.items, in->targets.n, e)
		|| !tx_lock_domain(t, id, true, td_r, e))
		return false;
	if (!(*td_r)->d.is_alive)
		return no_such_domain(in->address, e);
	if (!check_role_address(t, &(*td_r)->d, in->address, e)
		|| !mailbox_row_holders(t->db, id, in->address, &holders, e))
		return false;
	return !holders || address_taken(in->address, holders, e);
}

static bool
create_in(struct tx *t, void *ctx, struct err *e)
{
	struct create *c = ctx;
	struct alias *al = &c->al;
	struct tx_domain *td;
	struct change_in change = { .noun = "alias",
		.op = CHANGE_CREATE,
		.subject = c->in->address,
		.version = 1 };

	t->given = &c->in->targets;
	if (!lock_for_new(t, c->in, &td, e)
		|| !fill_new(t, c->in, td->d.id, al, e)
		|| !check_count(&td->d, e)
		|| !targets_check(t, al->address, c->in->targets.items,
			c->in->targets.n, e)
		|| !insert(t, al, e))
		return false;
	td->d.alias_count++;
	note(&td->d, al);
	tx_touch(td);
	change.noun_id = al->id;
	change.domain_id = al->domain_id;
	return image_full(alias_fields, al, t->arena, &change.after, e)
		&& tx_change(t, &change, e)
		&& tx_key_reaching(t, al->address, e)
		&& tx_stamp_alias(t, al->id, e);
}

bool
alias_create_in_tx(struct tx *t, const struct alias_in *in, struct alias *out,
	struct err *e)
{
	struct create c = { .in = in };

	if (!create_in(t, &c, e))
		return false;
	*out = c.al;
	return true;
}

static bool
own_texts(struct arena *a, struct alias *al, struct err *e)
{
	al->address = arena_strdup(a, al->address);
	al->description = arena_strdup(a, al->description);
	return (al->address && al->description) || err_memory(e);
}

bool
alias_create(struct core *c, const struct actor *a, const struct alias_in *in,
	struct alias *out, struct err *e)
{
	struct create ctx = { .in = in };
	struct core_done done;

	if (!core_run(c, a, "alias.create", create_in, &ctx, &done, e))
		return false;
	*out = ctx.al;
	out->changed_serial = done.serial;
	return own_texts(c->arena, out, e);
}

bool
alias_locked(struct tx *t, uint64_t id, const char *const *targets,
	size_t n_targets, struct alias *out, struct tx_domain **td_r,
	struct err *e)
{
	bool found;

	if (!alias_row_get(t->db, t->arena, id, out, &found, e))
		return false;
	if (!found || !actor_has_domain(t->a, out->domain_id))
		return no_such("alias", e);
	return actor_need_right(t->a, out->domain_id, RIGHT_ALIASES, e)
		&& targets_lock(t, out->domain_id, targets, n_targets, e)
		&& tx_lock_domain(t, out->domain_id, true, td_r, e)
		&& alias_row_get(t->db, t->arena, id, out, &found, e)
		&& (found || no_such("alias", e));
}

static bool
need_alive(const struct alias *al, const struct domain *d, struct err *e)
{
	if (al->is_alive && d->is_alive)
		return true;
	return err_set(e, ERR_CONFLICT, NULL, "deleted", al->address,
		"the alias is deleted");
}

/* New targets are looked at; those that were there are let be. */
static bool
check_added(struct tx *t, const struct alias *before, const struct alias *after,
	struct err *e)
{
	const char **added;
	size_t n;

	return targets_added(t->arena, before->targets,
		       (size_t)before->target_count, after->targets,
		       (size_t)after->target_count, &added, &n, e)
		&& targets_check(t, after->address, added, n, e);
}

bool
alias_apply(struct tx *t, struct tx_domain *td, const struct alias *before,
	struct alias *after, struct err *e)
{
	struct change_in change = { .noun = "alias",
		.noun_id = after->id,
		.domain_id = after->domain_id,
		.op = CHANGE_UPDATE,
		.subject = after->address,
		.version = before->version + 1 };
	bool same;

	if (!image_diff(alias_fields, before, after, t->arena, &change.before,
		    &change.after, &same, e))
		return false;
	if (same)
		return true;
	if (!check_role_address(t, &td->d, after->address, e))
		return false;
	if (after->state == ALIAS_ACTIVE && after->target_count == 0)
		return err_set(e, ERR_INVALID, "targets", "required",
			after->address, "an active alias needs a target");
	if (!check_added(t, before, after, e))
		return false;
	after->version = change.version;
	after->updated_us = t->now_us;
	note(&td->d, after);
	tx_touch(td);
	return alias_row_update(t->db, after, e)
		&& alias_row_set_targets(t->db, t->arena, after->id,
			before->targets, (size_t)before->target_count,
			after->targets, (size_t)after->target_count, e)
		&& tx_change(t, &change, e)
		&& tx_key_reaching(t, after->address, e)
		&& tx_stamp_alias(t, after->id, e);
}

struct patch {
	uint64_t id, version;
	const struct alias_in *in;
	const struct form_seen *seen;
	bool remove_targets;
	struct alias al;
};

#define CAME(m) FORM_CAME(alias_patch_form, p->seen, struct alias_in, m)

static bool
patch_in(struct tx *t, void *ctx, struct err *e)
{
	struct patch *p = ctx;
	struct alias before, *after = &p->al;
	struct tx_domain *td;
	size_t n = CAME(targets) ? p->in->targets.n : 0;

	t->given = &p->in->targets;
	if (!alias_locked(t, p->id, p->in->targets.items, n, &before, &td, e)
		|| !need_alive(&before, &td->d, e)
		|| !check_version(p->version, before.version, e))
		return false;
	*after = before;
	if (CAME(description))
		after->description = p->in->description;
	if (CAME(state))
		after->state = (enum alias_state)(p->in->state + 1);
	if (CAME(send_as))
		after->send_as = p->in->send_as && !before.is_catch_all;
	if (CAME(targets)) {
		after->target_count = (int64_t)n;
		if (!targets_sorted(t->arena, p->in->targets.items, n,
			    &after->targets, e))
			return false;
	}
	return alias_apply(t, td, &before, after, e);
}

bool
alias_patch(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct alias_in *in,
	const struct form_seen *seen, struct alias *out, struct err *e)
{
	struct patch p = {
		.id = id, .version = version, .in = in, .seen = seen
	};
	struct core_done done;

	if (!core_run(c, a, "alias.update", patch_in, &p, &done, e))
		return false;
	*out = p.al;
	if (done.serial)
		out->changed_serial = done.serial;
	return own_texts(c->arena, out, e);
}

bool
alias_get(struct core *c, const struct actor *a, uint64_t id, struct alias *out,
	struct err *e)
{
	bool found;

	if (!alias_row_get(c->db, c->arena, id, out, &found, e))
		return false;
	return (found && actor_has_domain(a, out->domain_id))
		|| no_such("alias", e);
}

bool
alias_find(struct core *c, const struct actor *a, const char *address,
	struct alias *out, struct err *e)
{
	bool found = false;

	if (str_is_ascii(address)
		&& !alias_row_find(c->db, c->arena, address, out, &found, e))
		return false;
	return (found && actor_has_domain(a, out->domain_id))
		|| no_such("alias", e);
}

static bool
mark_deleted(
	struct tx *t, struct tx_domain *td, struct alias *al, struct err *e)
{
	struct change_in change = { .noun = "alias",
		.noun_id = al->id,
		.domain_id = al->domain_id,
		.op = CHANGE_DELETE,
		.subject = al->address,
		.version = al->version + 1 };

	if (!image_full(alias_fields, al, t->arena, &change.before, e))
		return false;
	al->former_state = al->state;
	al->state = ALIAS_DELETED;
	al->is_alive = false;
	al->deleted_us = t->now_us;
	al->purge_us = tx_purge_us(t);
	al->updated_us = t->now_us;
	al->version++;
	td->d.alias_count--;
	note(&td->d, al);
	tx_touch(td);
	return alias_row_update(t->db, al, e)
		&& alias_row_targets_alive(t->db, al->id, false, e)
		&& tx_change(t, &change, e)
		&& tx_key_reaching(t, al->address, e)
		&& tx_stamp_alias(t, al->id, e);
}

bool
alias_delete_in_tx(struct tx *t, uint64_t id, uint64_t version,
	bool remove_targets, struct alias *out, struct err *e)
{
	struct tx_domain *td;
	bool found;

	if (!alias_row_get(t->db, t->arena, id, out, &found, e))
		return false;
	if (!found || !actor_has_domain(t->a, out->domain_id))
		return no_such("alias", e);
	return actor_need_right(t->a, out->domain_id, RIGHT_ALIASES, e)
		&& alias_lock_referring(t, out->domain_id, out->address, e)
		&& alias_locked(t, id, NULL, 0, out, &td, e)
		&& check_role_address(t, &td->d, out->address, e)
		&& need_alive(out, &td->d, e)
		&& check_version(version, out->version, e)
		&& alias_release(t, out->address,
			remove_targets ? TARGETS_REMOVE : TARGETS_ASK, "", e)
		&& mark_deleted(t, td, out, e);
}

static bool
delete_in(struct tx *t, void *ctx, struct err *e)
{
	struct patch *p = ctx;

	return alias_delete_in_tx(
		t, p->id, p->version, p->remove_targets, &p->al, e);
}

bool
alias_delete(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, bool remove_targets, struct alias *out, struct err *e)
{
	struct patch p = {
		.id = id, .version = version, .remove_targets = remove_targets
	};
	struct core_done done;

	if (!core_run(c, a, "alias.delete", delete_in, &p, &done, e))
		return false;
	*out = p.al;
	out->changed_serial = done.serial;
	return true;
}

static bool
check_restorable(struct tx *t, const struct alias *al, const struct domain *d,
	struct err *e)
{
	unsigned holders;

	if (al->is_alive)
		return err_set(e, ERR_CONFLICT, NULL, "not_deleted",
			al->address, "the alias is not deleted");
	if (!d->is_alive)
		return err_set(e, ERR_CONFLICT, NULL, "domain_deleted", d->name,
			"its domain is deleted: restore that");
	if (!mailbox_row_holders(t->db, d->id, al->address, &holders, e))
		return false;
	if (holders)
		return address_taken(al->address, holders, e);
	return check_count(d, e)
		&& targets_check(t, al->address, al->targets,
			(size_t)al->target_count, e);
}

bool
alias_restore_in_tx(struct tx *t, uint64_t id, struct alias *al, struct err *e)
{
	struct tx_domain *td;
	struct change_in change = {
		.noun = "alias", .noun_id = id, .op = CHANGE_RESTORE
	};
	bool found;

	if (!alias_row_get(t->db, t->arena, id, al, &found, e))
		return false;
	if (!found)
		return no_such("alias", e);
	if (!alias_locked(
		    t, id, al->targets, (size_t)al->target_count, al, &td, e)
		|| !check_role_address(t, &td->d, al->address, e)
		|| !check_restorable(t, al, &td->d, e))
		return false;
	al->state = al->former_state ? al->former_state : ALIAS_ACTIVE;
	al->former_state = 0;
	al->is_alive = true;
	al->deleted_us = al->purge_us = TIME_NONE;
	al->updated_us = t->now_us;
	al->version++;
	change.domain_id = al->domain_id;
	change.subject = al->address;
	change.version = al->version;
	td->d.alias_count++;
	note(&td->d, al);
	tx_touch(td);
	return alias_row_update(t->db, al, e)
		&& alias_row_targets_alive(t->db, al->id, true, e)
		&& image_full(alias_fields, al, t->arena, &change.after, e)
		&& tx_change(t, &change, e)
		&& tx_key_reaching(t, al->address, e)
		&& tx_stamp_alias(t, al->id, e);
}

static bool
restore_in(struct tx *t, void *ctx, struct err *e)
{
	struct patch *p = ctx;

	return alias_restore_in_tx(t, p->id, &p->al, e);
}

bool
alias_restore(struct core *c, const struct actor *a, uint64_t id,
	struct alias *out, struct err *e)
{
	struct patch p = { .id = id };
	struct core_done done;

	if (!core_run(c, a, "alias.restore", restore_in, &p, &done, e))
		return false;
	*out = p.al;
	out->changed_serial = done.serial;
	return true;
}
