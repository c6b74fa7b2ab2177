/*
 * Mailboxes: their forms, rules and writes. Lists are in core/lists.c, changes
 * to many at once in core/bulk.c.
 */
#include "core/mailbox.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/ops.h"
#include "core/policy.h"
#include "db/log_rows.h"
#include "db/session_rows.h"

static const char *const state_words[] = {
	[MAILBOX_ACTIVE] = "active",
	[MAILBOX_NOLOGIN] = "nologin",
	[MAILBOX_CLOSED] = "closed",
	[MAILBOX_DELETED] = "deleted",
};
_Static_assert(ARRAY_LEN(state_words) == MAILBOX_DELETED + 1, "one word each");

static const char *const form_states[] = { "active", "nologin", "closed",
	NULL };
static const char *const form_targets[] = { "ask", "remove", "forward", NULL };

const char *
mailbox_state_name(enum mailbox_state state)
{
	return (unsigned)state < ARRAY_LEN(state_words) ? state_words[state]
							: NULL;
}

bool
mailbox_state_find(const char *name, enum mailbox_state *state_r)
{
	for (unsigned i = 1; i < ARRAY_LEN(state_words); i++)
		if (strcmp(state_words[i], name) == 0) {
			*state_r = (enum mailbox_state)i;
			return true;
		}
	return false;
}

/* clang-format off */
#define PASSWORD_FIELDS                                                        \
	{ FIELD_AT(struct mailbox_in, password), .is_secret = true },          \
	{ FIELD_AT(struct mailbox_in, password_hash), .is_secret = true,       \
		.check = password_check_ready_hash },                          \
	{ 0 }
#define MAILBOX_FIELDS                                                         \
	{ FIELD_AT(struct mailbox_in, name), .check = check_line },                     \
	{ FIELD_AT(struct mailbox_in, state), .words = form_states }
const struct field mailbox_create_form[] = {
	{ FIELD_AT(struct mailbox_in, address), .check = addr_check_mailbox },
	{ FIELD_AT(struct mailbox_in, local_part),
		.check = addr_check_mailbox_local },
	{ FIELD_AT(struct mailbox_in, domain_id), .min = 1 },
	{ FIELD_AT(struct mailbox_in, quota_bytes), .max = QUOTA_MAX_BYTES,
		.nullable = true, .when_null = MAILBOX_QUOTA_DEFAULT },
	MAILBOX_FIELDS,
	PASSWORD_FIELDS
};
const struct field mailbox_patch_form[] = {
	MAILBOX_FIELDS,
	{ FIELD_AT(struct mailbox_in, quota_bytes), .max = QUOTA_MAX_BYTES },
	{ 0 }
};
const struct field mailbox_password_form[] = { PASSWORD_FIELDS };
const struct field mailbox_delete_form[] = {
	{ FIELD_AT(struct mailbox_delete_in, targets), .words = form_targets },
	{ FIELD_AT(struct mailbox_delete_in, forward_to),
		.check = addr_check_target },
	{ 0 }
};

#define F(member, kind_) .name = #member, .kind = (kind_),                     \
	.at = offsetof(struct mailbox, member)
#define N(key, member, kind_) .name = (key), .kind = (kind_),                  \
	.at = offsetof(struct mailbox, member)
const struct image_field mailbox_fields[] = {
	{ F(id, IMAGE_UINT), .where = IN_API },
	{ F(domain_id, IMAGE_UINT), .where = IN_API },
	{ F(address, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(name, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(state, IMAGE_WORD), .where = IN_API | IN_IMAGE,
		.words = state_words, .n_words = ARRAY_LEN(state_words) },
	{ F(quota_bytes, IMAGE_INT), .where = IN_API | IN_IMAGE },
	{ F(home, IMAGE_TEXT), .where = IN_API },
	{ N("password_id", secret_id, IMAGE_ID), .where = IN_IMAGE },
	{ F(password_scheme, IMAGE_TEXT_OR_NULL),
		.where = IN_API | IN_IMAGE },
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
mailbox_write_json(struct jsonw *w, const char *key, const struct mailbox *m)
{
	image_api_open(w, key, mailbox_fields, m);
	jsonw_bool(w, "has_password", m->secret_id != 0);
	jsonw_end(w);
}

void
mailbox_in_defaults(struct mailbox_in *in)
{
	*in = (struct mailbox_in){ .quota_bytes = MAILBOX_QUOTA_DEFAULT };
}

bool
domain_check_limits(const struct domain *d, int add, int64_t old, int64_t new_,
	struct err *e)
{
	int64_t sum = d->quota_allotted_bytes - old + new_;

	if (add && d->max_mailboxes > 0
		&& d->mailbox_count + add > d->max_mailboxes)
		return err_set(e, ERR_LIMIT, "domain_id", "max_mailboxes",
			d->name, "%s has its %lld mailboxes", d->name,
			(long long)d->max_mailboxes);
	if (d->max_quota_bytes == 0 || (!add && new_ != 0 && new_ <= old))
		return true;
	if (new_ == 0 && (add || old != 0))
		return err_set(e, ERR_LIMIT, "quota_bytes", "quota_needed",
			d->name,
			"%s has a limit of %lld bytes for all, so each mailbox "
			"needs a quota",
			d->name, (long long)d->max_quota_bytes);
	if (new_ != 0 && sum > d->max_quota_bytes)
		return err_set(e, ERR_LIMIT, "quota_bytes", "max_quota",
			d->name, "%s allots %lld bytes at most, %lld are left",
			d->name, (long long)d->max_quota_bytes,
			(long long)(d->max_quota_bytes - d->quota_allotted_bytes
				+ old));
	return true;
}

struct create {
	const struct mailbox_in *in;
	const char *address;
	char *stored; /* hash with its scheme, or "" */
	char scheme[25];
	struct mailbox m;
};

static bool
address_taken(const char *address, unsigned holders, struct err *e)
{
	return err_set(e, ERR_CONFLICT, "address", "address_taken", address,
		"%s is %s already", address,
		holders & 1 ? "a mailbox" : "an alias");
}

static bool
lock_for_new(
	struct tx *t, struct create *c, struct tx_domain **td_r, struct err *e)
{
	const char *name = addr_domain(c->address);
	unsigned holders;

	if (!tx_lock_domain_name(t, name, td_r, e)
		|| !actor_has_domain(t->a, (*td_r)->d.id)) {
		if (e->code == ERR_NONE || e->code == ERR_NOT_FOUND) {
			err_clear(e);
			err_set(e, ERR_INVALID, "address", "no_such_domain",
				name, "there is no domain %s here", name);
		}
		return false;
	}
	if (!actor_need_right(t->a, (*td_r)->d.id, RIGHT_MAILBOXES, e)
		|| !check_role_address(t, &(*td_r)->d, c->address, e)
		|| !mailbox_row_holders(
			t->db, (*td_r)->d.id, c->address, &holders, e))
		return false;
	return !holders || address_taken(c->address, holders, e);
}

static void
fill_new(struct tx *t, const struct create *c, const struct domain *d,
	struct mailbox *m)
{
	const struct mailbox_in *in = c->in;

	*m = (struct mailbox){ .domain_id = d->id,
		.address = c->address,
		.name = in->name,
		.state = (enum mailbox_state)(in->state + 1),
		.is_alive = true,
		.quota_bytes = in->quota_bytes == MAILBOX_QUOTA_DEFAULT
			? d->default_quota_bytes
			: in->quota_bytes,
		.password_scheme = c->scheme,
		.home = "",
		.deleted_us = TIME_NONE,
		.purge_us = TIME_NONE,
		.created_us = t->now_us,
		.updated_us = t->now_us,
		.version = 1 };
}

const char *
mailbox_home(struct arena *a, const struct conf *conf, uint64_t id)
{
	return arena_printf(a, "%s/%02x/%llu", conf->node.mail_root,
		(unsigned)(id % 256), (unsigned long long)id);
}

static bool
insert(struct tx *t, const struct create *c, struct mailbox *m, struct err *e)
{
	if (*c->stored
		&& !secret_row_insert(t->db, "mailbox", c->stored, t->now_us,
			&m->secret_id, e))
		return false;
	if (!mailbox_row_insert(t->db, m, e)) {
		if (err_take_duplicate(e, "mailbox_domain_address"))
			address_taken(m->address, 1, e);
		return false;
	}
	m->home = mailbox_home(t->arena, t->c->conf, m->id);
	return (m->home || err_memory(e))
		&& (!*m->name
			|| mailbox_row_parts(t->db, m->id, m->name, true, e));
}

static bool
create_in(struct tx *t, void *ctx, struct err *e)
{
	struct create *c = ctx;
	struct mailbox *m = &c->m;
	struct tx_domain *td;
	struct change_in change = { .noun = "mailbox",
		.op = CHANGE_CREATE,
		.subject = c->address,
		.version = 1 };

	if (!lock_for_new(t, c, &td, e))
		return false;
	fill_new(t, c, &td->d, m);
	if (!domain_check_limits(&td->d, 1, 0, m->quota_bytes, e)
		|| !insert(t, c, m, e))
		return false;
	td->d.mailbox_count++;
	td->d.quota_allotted_bytes += m->quota_bytes;
	domain_note_address(&td->d, m->address, true);
	tx_touch(td);
	t->home = m;
	change.noun_id = m->id;
	change.domain_id = m->domain_id;
	return image_full(mailbox_fields, m, t->arena, &change.after, e)
		&& tx_change(t, &change, e)
		&& tx_key_reaching(t, m->address, e);
}

/* The stored form of the password, made before the transaction. */
static bool
make_secret(struct core *c, const struct mailbox_in *in, const char *address,
	char **stored_r, char scheme[static 25], struct err *e)
{
	const struct conf_password *conf = &c->conf->password;

	*stored_r = arena_alloc(c->arena, PASSWORD_HASH_SIZE);
	scheme[0] = '\0';
	if (!*stored_r)
		return err_memory(e);
	if (*in->password && *in->password_hash)
		return err_set(e, ERR_INVALID, "password_hash", "one_of_two",
			NULL, "give a password or a hash, not both");
	if (*in->password) {
		if (!password_policy(c, in->password, address,
			    (unsigned)conf->min_length, e)
			|| !password_hash(
				conf->scheme, in->password, *stored_r, e))
			return false;
	} else if (!str_copy(*stored_r, PASSWORD_HASH_SIZE, in->password_hash))
		return err_memory(e);
	password_scheme_of(*stored_r, scheme, 25);
	return true;
}

static bool
find_address(struct core *c, const struct actor *a, const struct mailbox_in *in,
	const char **address_r, struct err *e)
{
	struct domain d;
	char *out;

	if (*in->address && *in->local_part)
		return err_set(e, ERR_INVALID, "local_part", "one_of_two", NULL,
			"give an address or a local part, not both");
	if (*in->address) {
		*address_r = arena_strdup(c->arena, in->address);
		return *address_r || err_memory(e);
	}
	if (!*in->local_part || in->domain_id == 0)
		return err_set(e, ERR_INVALID,
			*in->local_part ? "domain_id" : "address", "required",
			NULL, "an address is needed");
	if (!domain_get(c, a, (uint64_t)in->domain_id, &d, e) || !d.is_alive) {
		if (e->code != ERR_NONE && e->code != ERR_NOT_FOUND)
			return false;
		err_clear(e);
		return err_set(e, ERR_INVALID, "domain_id", "no_such_domain",
			NULL, "there is no such domain");
	}
	out = arena_alloc(c->arena, ADDR_SIZE);
	*address_r = out;
	return (out && addr_join(in->local_part, d.name, out, ADDR_SIZE))
		|| err_memory(e);
}

bool
mailbox_create(struct core *c, const struct actor *a,
	const struct mailbox_in *in, struct mailbox *out, struct err *e)
{
	struct create ctx = { .in = in };
	struct core_done done;
	bool ok;

	ok = find_address(c, a, in, &ctx.address, e)
		&& make_secret(c, in, ctx.address, &ctx.stored, ctx.scheme, e)
		&& core_run(c, a, "mailbox.create", create_in, &ctx, &done, e);
	if (ctx.stored)
		explicit_bzero(ctx.stored, PASSWORD_HASH_SIZE);
	if (!ok)
		return false;
	*out = ctx.m;
	out->name = arena_strdup(c->arena, in->name);
	out->password_scheme = arena_strdup(c->arena, ctx.scheme);
	out->changed_serial = done.serial;
	return (out->name && out->password_scheme) || err_memory(e);
}

bool
mailbox_locked(struct tx *t, uint64_t id, struct mailbox *out,
	struct tx_domain **td_r, struct err *e)
{
	bool found;

	if (!mailbox_row_get(t->db, t->arena, id, out, &found, e))
		return false;
	if (!found || !actor_has_domain(t->a, out->domain_id))
		return no_such("mailbox", e);
	return tx_lock_domain(t, out->domain_id, true, td_r, e)
		&& mailbox_row_get(t->db, t->arena, id, out, &found, e)
		&& (found || no_such("mailbox", e));
}

static bool
need_alive(const struct mailbox *m, const struct domain *d, struct err *e)
{
	if (m->is_alive && d->is_alive)
		return true;
	return err_set(e, ERR_CONFLICT, NULL, "deleted", m->address,
		"the mailbox is deleted");
}

static bool
apply_keys(struct tx *t, const struct mailbox *before,
	const struct mailbox *after, struct err *e)
{
	const bool is_other =
		before->secret_id != after->secret_id && !t->keeps_sessions;
	const bool ends = (before->state == MAILBOX_ACTIVE
				  && after->state != MAILBOX_ACTIVE)
		|| is_other;

	if (before->state != after->state) {
		if (!tx_key_reaching(t, after->address, e))
			return false;
	} else if (before->quota_bytes != after->quota_bytes
		|| before->secret_id != after->secret_id) {
		if (!tx_key(t, 'a', after->address, e))
			return false;
	}
	if (is_other
		&& !session_row_delete_of(t->db,
			(struct person){ .mailbox_id = after->id },
			t->but_session, e))
		return false;
	return !ends || tx_key(t, 's', after->address, e);
}

/* What differs says which rights it takes. */
static bool
need_rights(struct tx *t, const struct mailbox *before,
	const struct mailbox *after, struct err *e)
{
	const bool is_other = before->state != after->state
		|| before->quota_bytes != after->quota_bytes
		|| strcmp(before->name, after->name) != 0;

	return (before->secret_id == after->secret_id
		       || actor_need_right(
			       t->a, after->domain_id, RIGHT_PASSWORDS, e))
		&& (!is_other
			|| actor_need_right(
				t->a, after->domain_id, RIGHT_MAILBOXES, e));
}

bool
mailbox_apply(struct tx *t, struct tx_domain *td, const struct mailbox *before,
	struct mailbox *after, struct err *e)
{
	struct change_in change = { .noun = "mailbox",
		.noun_id = after->id,
		.domain_id = after->domain_id,
		.op = CHANGE_UPDATE,
		.subject = after->address,
		.version = before->version + 1 };
	bool same;

	if (!image_diff(mailbox_fields, before, after, t->arena, &change.before,
		    &change.after, &same, e))
		return false;
	if (same)
		return true;
	if (!need_rights(t, before, after, e)
		|| !check_role_address(t, &td->d, after->address, e)
		|| !domain_check_limits(
			&td->d, 0, before->quota_bytes, after->quota_bytes, e))
		return false;
	after->version = change.version;
	after->updated_us = t->now_us;
	td->d.quota_allotted_bytes += after->quota_bytes - before->quota_bytes;
	if (before->quota_bytes != after->quota_bytes)
		tx_touch(td);
	return mailbox_row_update(t->db, after, e)
		&& (strcmp(before->name, after->name) == 0
			|| mailbox_row_parts(
				t->db, after->id, after->name, false, e))
		&& tx_change(t, &change, e) && apply_keys(t, before, after, e)
		&& tx_stamp_mailbox(t, after->id, e);
}

struct patch {
	uint64_t id, version;
	const struct mailbox_in *in;
	const struct form_seen *seen; /* NULL: a password */
	char *stored;
	char scheme[25];
	struct mailbox m;
};

#define CAME(m) FORM_CAME(mailbox_patch_form, p->seen, struct mailbox_in, m)

static bool
patch_in(struct tx *t, void *ctx, struct err *e)
{
	struct patch *p = ctx;
	struct mailbox before, *after = &p->m;
	struct tx_domain *td;

	if (!mailbox_locked(t, p->id, &before, &td, e)
		|| !actor_need_right(t->a, td->d.id, RIGHT_MAILBOXES, e)
		|| !need_alive(&before, &td->d, e)
		|| !check_version(p->version, before.version, e))
		return false;
	*after = before;
	if (CAME(name))
		after->name = p->in->name;
	if (CAME(quota_bytes))
		after->quota_bytes = p->in->quota_bytes;
	if (CAME(state))
		after->state = (enum mailbox_state)(p->in->state + 1);
	return mailbox_apply(t, td, &before, after, e);
}

static bool
finish_patch(struct core *c, const struct patch *p,
	const struct core_done *done, struct mailbox *out, struct err *e)
{
	*out = p->m;
	out->name = arena_strdup(c->arena, p->m.name);
	out->password_scheme = arena_strdup(c->arena, p->m.password_scheme);
	if (done->serial)
		out->changed_serial = done->serial;
	return (out->name && out->password_scheme) || err_memory(e);
}

bool
mailbox_patch(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct mailbox_in *in,
	const struct form_seen *seen, struct mailbox *out, struct err *e)
{
	struct patch p = {
		.id = id, .version = version, .in = in, .seen = seen
	};
	struct core_done done;

	return core_run(c, a, "mailbox.update", patch_in, &p, &done, e)
		&& finish_patch(c, &p, &done, out, e);
}

static bool
password_in(struct tx *t, void *ctx, struct err *e)
{
	struct patch *p = ctx;
	struct mailbox before, *after = &p->m;
	struct tx_domain *td;

	if (!mailbox_locked(t, p->id, &before, &td, e)
		|| !actor_need_right(t->a, td->d.id, RIGHT_PASSWORDS, e)
		|| !need_alive(&before, &td->d, e))
		return false;
	*after = before;
	after->password_scheme = p->scheme;
	return secret_row_insert(t->db, "mailbox", p->stored, t->now_us,
		       &after->secret_id, e)
		&& mailbox_apply(t, td, &before, after, e);
}

bool
mailbox_set_password(struct core *c, const struct actor *a, uint64_t id,
	const struct mailbox_in *in, struct mailbox *out, struct err *e)
{
	struct patch p = { .id = id };
	struct core_done done;
	bool ok;

	if (!*in->password && !*in->password_hash)
		return err_set(e, ERR_INVALID, "password", "required", NULL,
			"a password or a hash is needed");
	ok = mailbox_get(c, a, id, out, e)
		&& make_secret(c, in, out->address, &p.stored, p.scheme, e)
		&& core_run(
			c, a, "mailbox.password", password_in, &p, &done, e);
	if (p.stored)
		explicit_bzero(p.stored, PASSWORD_HASH_SIZE);
	return ok && finish_patch(c, &p, &done, out, e);
}

bool
mailbox_get(struct core *c, const struct actor *a, uint64_t id,
	struct mailbox *out, struct err *e)
{
	bool found;

	if (!mailbox_row_get(c->db, c->arena, id, out, &found, e))
		return false;
	return (found && actor_has_domain(a, out->domain_id))
		|| no_such("mailbox", e);
}

bool
mailbox_find(struct core *c, const struct actor *a, const char *address,
	struct mailbox *out, struct err *e)
{
	bool found = false;

	if (str_is_ascii(address)
		&& !mailbox_row_find(c->db, c->arena, address, out, &found, e))
		return false;
	return (found && actor_has_domain(a, out->domain_id))
		|| no_such("mailbox", e);
}

bool
mailbox_references(struct core *c, const struct actor *a, uint64_t id,
	size_t max, struct alias_ref **items_r, size_t *n_r, int64_t *total_r,
	struct err *e)
{
	struct mailbox m;
	struct alias *al;
	size_t n;

	if (!mailbox_get(c, a, id, &m, e)
		|| !alias_row_referring(
			c->db, c->arena, m.address, LIST_COUNT_CAP, &al, &n, e))
		return false;
	*total_r = (int64_t)n;
	*n_r = 0;
	*items_r = arena_array(
		c->arena, (n < max ? n : max) + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	for (size_t i = 0; i < n && *n_r < max; i++)
		if (actor_has_domain(a, al[i].domain_id))
			(*items_r)[(*n_r)++] = (struct alias_ref){ al[i].id,
				al[i].domain_id, al[i].address, al[i].state,
				al[i].target_count };
	return true;
}

struct delete
{
	uint64_t id, version;
	const struct mailbox_delete_in *in;
	struct mailbox m;
};

/* The row is marked, the counters follow. */
static bool
mark_deleted(
	struct tx *t, struct tx_domain *td, struct mailbox *m, struct err *e)
{
	struct change_in change = { .noun = "mailbox",
		.noun_id = m->id,
		.domain_id = m->domain_id,
		.op = CHANGE_DELETE,
		.subject = m->address,
		.version = m->version + 1 };

	if (!image_full(mailbox_fields, m, t->arena, &change.before, e))
		return false;
	m->former_state = m->state;
	m->state = MAILBOX_DELETED;
	m->is_alive = false;
	m->deleted_us = t->now_us;
	m->purge_us = tx_purge_us(t);
	m->updated_us = t->now_us;
	m->version++;
	td->d.mailbox_count--;
	td->d.quota_allotted_bytes -= m->quota_bytes;
	domain_note_address(&td->d, m->address, false);
	tx_touch(td);
	return mailbox_row_update(t->db, m, e) && tx_change(t, &change, e)
		&& tx_key_reaching(t, m->address, e)
		&& tx_key(t, 's', m->address, e)
		&& tx_stamp_mailbox(t, m->id, e);
}

bool
mailbox_delete_in_tx(struct tx *t, uint64_t id, uint64_t version,
	const struct mailbox_delete_in *in, struct mailbox *out, struct err *e)
{
	struct tx_domain *td;
	bool found;

	if (!mailbox_row_get(t->db, t->arena, id, out, &found, e))
		return false;
	if (!found || !actor_has_domain(t->a, out->domain_id))
		return no_such("mailbox", e);
	return actor_need_right(t->a, out->domain_id, RIGHT_MAILBOXES, e)
		&& alias_lock_referring(t, out->domain_id, out->address, e)
		&& mailbox_locked(t, id, out, &td, e)
		&& check_role_address(t, &td->d, out->address, e)
		&& need_alive(out, &td->d, e)
		&& check_version(version, out->version, e)
		&& alias_release(t, out->address,
			(enum targets_answer)in->targets, in->forward_to, e)
		&& mark_deleted(t, td, out, e);
}

static bool
delete_in(struct tx *t, void *ctx, struct err *e)
{
	struct delete *p = ctx;

	return mailbox_delete_in_tx(t, p->id, p->version, p->in, &p->m, e);
}

bool
mailbox_delete(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct mailbox_delete_in *in,
	struct mailbox *out, struct err *e)
{
	struct delete p = { .id = id, .version = version, .in = in };
	struct core_done done;

	if (in->targets == TARGETS_FORWARD && !*in->forward_to)
		return err_set(e, ERR_INVALID, "forward_to", "required", NULL,
			"where shall the mail go?");
	if (!core_run(c, a, "mailbox.delete", delete_in, &p, &done, e))
		return false;
	*out = p.m;
	out->changed_serial = done.serial;
	return true;
}

static bool
check_restorable(struct tx *t, const struct mailbox *m, const struct domain *d,
	struct err *e)
{
	unsigned holders;
	bool has_secret = true;

	if (m->is_alive)
		return err_set(e, ERR_CONFLICT, NULL, "not_deleted", m->address,
			"the mailbox is not deleted");
	if (!d->is_alive)
		return err_set(e, ERR_CONFLICT, NULL, "domain_deleted", d->name,
			"its domain is deleted: restore that");
	if (!mailbox_row_holders(t->db, d->id, m->address, &holders, e))
		return false;
	if (holders)
		return address_taken(m->address, holders, e);
	if (m->secret_id
		&& !secret_row_exists(t->db, m->secret_id, &has_secret, e))
		return false;
	if (!has_secret)
		return err_set(e, ERR_CONFLICT, NULL, "secret_gone", m->address,
			"its password was purged");
	return domain_check_limits(d, 1, 0, m->quota_bytes, e);
}

bool
mailbox_restore_in_tx(
	struct tx *t, uint64_t id, struct mailbox *m, struct err *e)
{
	struct tx_domain *td;
	struct change_in change = {
		.noun = "mailbox", .noun_id = id, .op = CHANGE_RESTORE
	};

	if (!mailbox_locked(t, id, m, &td, e)
		|| !actor_need_right(t->a, td->d.id, RIGHT_MAILBOXES, e)
		|| !check_role_address(t, &td->d, m->address, e)
		|| !check_restorable(t, m, &td->d, e))
		return false;
	m->state = m->former_state ? m->former_state : MAILBOX_ACTIVE;
	m->former_state = 0;
	m->is_alive = true;
	m->deleted_us = m->purge_us = TIME_NONE;
	m->updated_us = t->now_us;
	m->version++;
	change.domain_id = m->domain_id;
	change.subject = m->address;
	change.version = m->version;
	td->d.mailbox_count++;
	td->d.quota_allotted_bytes += m->quota_bytes;
	domain_note_address(&td->d, m->address, true);
	tx_touch(td);
	return mailbox_row_update(t->db, m, e)
		&& image_full(mailbox_fields, m, t->arena, &change.after, e)
		&& tx_change(t, &change, e) && tx_key_reaching(t, m->address, e)
		&& tx_stamp_mailbox(t, m->id, e);
}

static bool
restore_in(struct tx *t, void *ctx, struct err *e)
{
	struct delete *p = ctx;

	return mailbox_restore_in_tx(t, p->id, &p->m, e);
}

bool
mailbox_restore(struct core *c, const struct actor *a, uint64_t id,
	struct mailbox *out, struct err *e)
{
	struct delete p = { .id = id };
	struct core_done done;

	if (!core_run(c, a, "mailbox.restore", restore_in, &p, &done, e))
		return false;
	*out = p.m;
	out->changed_serial = done.serial;
	return true;
}
