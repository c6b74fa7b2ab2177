/*
 * The end of a domain, and its return: the domain itself at once, its
 * mailboxes and aliases with it or in batches.
 */
#include <string.h>

#include "base/addr.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/domain.h"
#include "core/ops.h"

#define FIRST_NAMES 10

static bool
at_key(struct tx *t, char kind, const char *domain, struct err *e)
{
	char *key = arena_printf(t->arena, "@%s", domain);

	return key ? tx_key(t, kind, key, e) : err_memory(e);
}

/* The change of one row that goes or comes back with its domain. */
static bool
row_change(struct tx *t, const struct domain *d, bool is_mailbox, uint64_t id,
	const char *address, uint64_t version, const char *state,
	bool is_delete, struct err *e)
{
	char *living = arena_printf(t->arena, "{\"state\":\"%s\"}", state);
	struct change_in change = { .noun = is_mailbox ? "mailbox" : "alias",
		.noun_id = id,
		.domain_id = d->id,
		.op = is_delete ? CHANGE_DELETE : CHANGE_RESTORE,
		.subject = address,
		.version = version + 1,
		.before = is_delete ? living : NULL,
		.after = is_delete ? NULL : living };

	return living ? tx_change(t, &change, e) : err_memory(e);
}

/* Up to `max` aliases follow the domain; *n_r of them did. */
static bool
aliases_follow(struct tx *t, struct domain *d, bool is_delete, size_t max,
	size_t *n_r, struct err *e)
{
	struct alias *al;
	size_t n;

	*n_r = 0;
	if (!alias_row_of_domain(t->db, t->arena, d->id,
		    is_delete ? TIME_NONE : d->deleted_us, max, &al, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		enum alias_state state =
			is_delete ? al[i].state : al[i].former_state;

		if (!row_change(t, d, false, al[i].id, al[i].address,
			    al[i].version, alias_state_name(state), is_delete,
			    e))
			return false;
		if (!addr_is_catch_all(al[i].address) || state == ALIAS_ACTIVE)
			domain_note_address(d, al[i].address, !is_delete);
	}
	*n_r = n;
	if (n == 0)
		return true;
	d->alias_count += is_delete ? -(int64_t)n : (int64_t)n;
	return is_delete
		? alias_row_delete_range(t->db, d->id, al[n - 1].address,
			d->deleted_us, d->purge_us, e)
		: alias_row_restore_range(t->db, d->id, al[n - 1].address,
			d->deleted_us, t->now_us, e);
}

static bool
mailboxes_follow(struct tx *t, struct domain *d, bool is_delete, size_t max,
	size_t *n_r, struct err *e)
{
	struct mailbox *m;
	size_t n;

	*n_r = 0;
	if (!mailbox_row_of_domain(t->db, t->arena, d->id,
		    is_delete ? TIME_NONE : d->deleted_us, max, &m, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		enum mailbox_state state =
			is_delete ? m[i].state : m[i].former_state;

		if (!row_change(t, d, true, m[i].id, m[i].address, m[i].version,
			    mailbox_state_name(state), is_delete, e))
			return false;
		domain_note_address(d, m[i].address, !is_delete);
		d->quota_allotted_bytes +=
			is_delete ? -m[i].quota_bytes : m[i].quota_bytes;
	}
	*n_r = n;
	if (n == 0)
		return true;
	d->mailbox_count += is_delete ? -(int64_t)n : (int64_t)n;
	return is_delete ? mailbox_row_delete_range(t->db, d->id,
		       m[n - 1].address, d->deleted_us, d->purge_us, e)
			 : mailbox_row_restore_range(t->db, d->id,
				 m[n - 1].address, d->deleted_us, t->now_us, e);
}

/* One batch, aliases first; *n_r is 0 when nothing was left. */
static bool
rows_follow(struct tx *t, struct tx_domain *td, bool is_delete, size_t max,
	size_t *n_r, struct err *e)
{
	size_t boxes = 0;

	if (!aliases_follow(t, &td->d, is_delete, max, n_r, e))
		return false;
	if (*n_r < max
		&& !mailboxes_follow(
			t, &td->d, is_delete, max - *n_r, &boxes, e))
		return false;
	*n_r += boxes;
	if (*n_r)
		tx_touch(td);
	return true;
}

static bool
is_small(const struct domain *d)
{
	return d->mailbox_count + d->alias_count <= DOMAIN_SMALL;
}

static void
job_start(const struct tx *t, const struct domain *d, const char *kind,
	uint64_t total, bool is_done, struct job_row *j)
{
	*j = (struct job_row){ .kind = kind,
		.state = is_done ? JOB_DONE : JOB_QUEUED,
		.subject = d->name,
		.domain_id = d->id,
		.args = "{}",
		.phase = "",
		.message = "",
		.done = is_done ? total : 0,
		.total = total,
		.created_us = t->now_us,
		.started_us = is_done ? t->now_us : TIME_NONE,
		.finished_us = is_done ? t->now_us : TIME_NONE };
}

static bool
refuse_while_working(struct tx *t, const struct domain *d, struct err *e)
{
	uint64_t id;

	if (!job_row_of_domain(t->db, d->id, &id, e))
		return false;
	if (id == 0)
		return true;
	return err_set(e, ERR_CONFLICT, NULL, "job_running", d->name,
		"a job is at work on this domain");
}

static bool
delete_change(struct tx *t, const struct domain *before, struct domain *d,
	struct err *e)
{
	struct change_in change = { .noun = "domain",
		.noun_id = d->id,
		.domain_id = d->id,
		.op = CHANGE_DELETE,
		.subject = d->name,
		.version = d->version };

	return image_full(domain_fields, before, t->arena, &change.before, e)
		&& tx_change(t, &change, e) && tx_key(t, 'd', d->name, e)
		&& at_key(t, 's', d->name, e) && tx_key_into_domain(t, d, e);
}

bool
domain_delete_in(struct tx *t, struct tx_domain *td, struct job_row *job_r,
	struct err *e)
{
	struct domain before = td->d, *d = &td->d;
	uint64_t total = (uint64_t)(d->mailbox_count + d->alias_count);
	bool is_done = is_small(d);
	size_t n;

	if (!d->is_alive)
		return err_set(e, ERR_CONFLICT, NULL, "deleted", d->name,
			"the domain is deleted already");
	if (!refuse_while_working(t, d, e))
		return false;
	d->former_state = d->state;
	d->state = DOMAIN_DELETED;
	d->is_alive = false;
	d->deleted_us = t->now_us;
	d->purge_us = tx_purge_us(t);
	d->updated_us = t->now_us;
	d->version++;
	tx_touch(td);
	if (!domain_row_update(t->db, d, e) || !delete_change(t, &before, d, e)
		|| (is_done
			&& !rows_follow(t, td, true, DOMAIN_SMALL + 1, &n, e)))
		return false;
	job_start(t, d, "domain.delete", total, is_done, job_r);
	return job_make(t, job_r, e);
}

struct delete
{
	uint64_t id, version;
	const char *confirm;
	struct job_row job;
};

/* Either form of the name, any case. */
static bool
confirms(const char *said, const struct domain *d)
{
	char name[DOMAIN_SIZE];

	return domain_check(said, name, sizeof(name), NULL)
		&& strcmp(name, d->name) == 0;
}

static bool
delete_in(struct tx *t, void *ctx, struct err *e)
{
	struct delete *p = ctx;
	struct tx_domain *td;

	if (!tx_lock_domain(t, p->id, true, &td, e)
		|| !check_version(p->version, td->d.version, e))
		return false;
	if (p->confirm && !confirms(p->confirm, &td->d))
		return err_set(e, ERR_INVALID, "confirm", "not_the_name",
			p->confirm, "type %s to delete it", td->d.name);
	return domain_delete_in(t, td, &p->job, e);
}

bool
domain_delete(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const char *confirm, struct job *job_r, struct err *e)
{
	struct delete p = { id, version, confirm, { 0 } };

	if (!check_scope(a, id, "domain", e) || !actor_need_superadmin(a, e)
		|| !core_run(c, a, "domain.delete", delete_in, &p, NULL, e))
		return false;
	job_of_row(job_r, &p.job);
	return true;
}

struct batch {
	uint64_t id;
	size_t max, n;
	bool is_last;
};

static bool
delete_batch_in(struct tx *t, void *ctx, struct err *e)
{
	struct batch *b = ctx;
	struct tx_domain *td;

	if (!tx_lock_domain(t, b->id, true, &td, e))
		return false;
	if (td->d.is_alive) {
		b->n = 0;
		b->is_last = true;
		return true;
	}
	if (!rows_follow(t, td, true, b->max, &b->n, e))
		return false;
	b->is_last = b->n < b->max;
	return true;
}

bool
domain_delete_batch(struct core *c, const struct actor *a, uint64_t id,
	unsigned max, uint64_t *done_r, bool *is_last_r, struct err *e)
{
	struct batch b = { .id = id, .max = max };

	if (!core_run(c, a, "domain.delete.rows", delete_batch_in, &b, NULL, e))
		return false;
	*done_r = b.n;
	*is_last_r = b.is_last;
	return true;
}

static bool
name_is_taken(struct tx *t, const struct domain *d, struct err *e)
{
	uint64_t id;

	if (!domain_row_id(t->db, d->name, &id, e))
		return true;
	if (id == 0)
		return false;
	err_set(e, ERR_CONFLICT, "name", "name_taken", d->name,
		"the name %s was taken again", d->name);
	return true;
}

/* The domain itself comes back. */
static bool
revive(struct tx *t, struct tx_domain *td, struct err *e)
{
	struct domain *d = &td->d;
	struct change_in change = { .noun = "domain",
		.noun_id = d->id,
		.domain_id = d->id,
		.op = CHANGE_RESTORE,
		.subject = d->name };

	d->state = d->former_state ? d->former_state : DOMAIN_ACTIVE;
	d->former_state = 0;
	d->is_alive = true;
	d->deleted_us = d->purge_us = TIME_NONE;
	if (d->retire_us != TIME_NONE && d->retire_us <= t->now_us)
		d->retire_us = TIME_NONE;
	d->updated_us = t->now_us;
	change.version = ++d->version;
	tx_touch(td);
	if (!domain_row_update(t->db, d, e)) {
		if (err_take_duplicate(e, "domain_name"))
			err_set(e, ERR_CONFLICT, "name", "name_taken", d->name,
				"the name %s was taken again", d->name);
		return false;
	}
	return image_full(domain_fields, d, t->arena, &change.after, e)
		&& tx_change(t, &change, e) && tx_key(t, 'd', d->name, e)
		&& tx_key_into_domain(t, d, e);
}

static bool
restore_rows(struct tx *t, struct tx_domain *td, size_t max, size_t *n_r,
	bool *is_last_r, struct err *e)
{
	if (!rows_follow(t, td, false, max, n_r, e))
		return false;
	*is_last_r = *n_r < max;
	return !*is_last_r || revive(t, td, e);
}

bool
domain_restore_in(struct tx *t, struct tx_domain *td, struct job_row *job_r,
	struct err *e)
{
	struct alias *al;
	struct mailbox *m;
	size_t n_aliases, n_boxes, n;
	bool is_last;

	*job_r = (struct job_row){ 0 };
	if (td->d.is_alive)
		return err_set(e, ERR_CONFLICT, NULL, "not_deleted", td->d.name,
			"the domain is not deleted");
	if (name_is_taken(t, &td->d, e) || !refuse_while_working(t, &td->d, e)
		|| !alias_row_of_domain(t->db, t->arena, td->d.id,
			td->d.deleted_us, DOMAIN_SMALL + 1, &al, &n_aliases, e)
		|| !mailbox_row_of_domain(t->db, t->arena, td->d.id,
			td->d.deleted_us, DOMAIN_SMALL + 1, &m, &n_boxes, e))
		return false;
	if (n_aliases + n_boxes <= DOMAIN_SMALL)
		return restore_rows(t, td, DOMAIN_SMALL + 1, &n, &is_last, e);
	job_start(t, &td->d, "domain.restore", 0, false, job_r);
	return job_make(t, job_r, e);
}

struct restore {
	uint64_t id;
	struct domain d;
	struct job_row job;
};

static bool
restore_in(struct tx *t, void *ctx, struct err *e)
{
	struct restore *p = ctx;
	struct tx_domain *td;

	if (!tx_lock_domain(t, p->id, true, &td, e)
		|| !domain_restore_in(t, td, &p->job, e))
		return false;
	p->d = td->d;
	return true;
}

bool
domain_restore(struct core *c, const struct actor *a, uint64_t id,
	struct domain *out, struct job *job_r, struct err *e)
{
	struct restore p = { .id = id };
	struct core_done done;

	if (!check_scope(a, id, "domain", e) || !actor_need_superadmin(a, e)
		|| !core_run(c, a, "domain.restore", restore_in, &p, &done, e))
		return false;
	*out = p.d;
	if (done.serial)
		out->changed_serial = done.serial;
	*job_r = (struct job){ 0 };
	if (p.job.id)
		job_of_row(job_r, &p.job);
	return true;
}

static bool
restore_batch_in(struct tx *t, void *ctx, struct err *e)
{
	struct batch *b = ctx;
	struct tx_domain *td;

	if (!tx_lock_domain(t, b->id, true, &td, e))
		return false;
	if (td->d.is_alive) {
		b->n = 0;
		b->is_last = true;
		return true;
	}
	if (name_is_taken(t, &td->d, e))
		return false;
	return restore_rows(t, td, b->max, &b->n, &b->is_last, e);
}

bool
domain_restore_batch(struct core *c, const struct actor *a, uint64_t id,
	unsigned max, uint64_t *done_r, bool *is_last_r, struct err *e)
{
	struct batch b = { .id = id, .max = max };

	if (!core_run(
		    c, a, "domain.restore.rows", restore_batch_in, &b, NULL, e))
		return false;
	*done_r = b.n;
	*is_last_r = b.is_last;
	return true;
}

static bool
first_mailboxes(
	struct core *c, uint64_t id, struct domain_preview *out, struct err *e)
{
	struct mailbox *m;

	if (!mailbox_row_of_domain(c->db, c->arena, id, TIME_NONE, FIRST_NAMES,
		    &m, &out->n_mailboxes, e))
		return false;
	out->first_mailboxes = arena_array(
		c->arena, FIRST_NAMES, sizeof(*out->first_mailboxes));
	for (size_t i = 0; out->first_mailboxes && i < out->n_mailboxes; i++)
		out->first_mailboxes[i] = m[i].address;
	return out->first_mailboxes || err_memory(e);
}

static bool
first_aliases(
	struct core *c, uint64_t id, struct domain_preview *out, struct err *e)
{
	struct alias *al;

	if (!alias_row_of_domain(c->db, c->arena, id, TIME_NONE, FIRST_NAMES,
		    &al, &out->n_aliases, e))
		return false;
	out->first_aliases =
		arena_array(c->arena, FIRST_NAMES, sizeof(*out->first_aliases));
	for (size_t i = 0; out->first_aliases && i < out->n_aliases; i++)
		out->first_aliases[i] = al[i].address;
	return out->first_aliases || err_memory(e);
}

static bool
elsewhere(struct core *c, const struct actor *a, const struct domain *d,
	struct domain_preview *out, struct err *e)
{
	struct alias *al;
	size_t found;
	uint64_t n;

	if (!alias_row_count_into_domain(c->db, d->name, d->id, &n, e)
		|| !alias_row_into_domain(c->db, c->arena, d->name, d->id,
			FIRST_NAMES, &al, &found, e))
		return false;
	out->elsewhere_count = (int64_t)n;
	out->elsewhere =
		arena_array(c->arena, FIRST_NAMES, sizeof(*out->elsewhere));
	for (size_t i = 0; out->elsewhere && i < found; i++)
		if (actor_has_domain(a, al[i].domain_id))
			out->elsewhere[out->n_elsewhere++] =
				(struct alias_ref){ al[i].id, al[i].domain_id,
					al[i].address, al[i].state,
					al[i].target_count };
	return out->elsewhere || err_memory(e);
}

bool
domain_delete_preview(struct core *c, const struct actor *a, uint64_t id,
	struct domain_preview *out, struct err *e)
{
	struct domain d;

	*out = (struct domain_preview){ 0 };
	if (!domain_get(c, a, id, &d, e))
		return false;
	out->mailbox_count = d.mailbox_count;
	out->alias_count = d.alias_count;
	out->quota_allotted_bytes = d.quota_allotted_bytes;
	out->restore_days = c->conf->retention.deleted_days;
	return first_mailboxes(c, id, out, e) && first_aliases(c, id, out, e)
		&& elsewhere(c, a, &d, out, e);
}
