/*
 * One change backwards, by the same rules as any other write.
 */
#include "core/undo_steps.h"

#include <string.h>

#include "core/ops.h"
#include "db/log_rows.h"

#define IMAGE_MAX (1U << 20)

static bool
later_change(struct tx *t, const struct undo *u, const struct change_row *x,
	const char *field, struct err *e)
{
	uint64_t serial;

	if (!view_row_later_change(
		    t->db, x->noun, x->noun_id, u->r.prov_id, &serial, e))
		return false;
	if (serial == 0)
		return err_set(e, ERR_CONFLICT, field, "later_change",
			x->subject, "%s is not as the revision left it",
			x->subject);
	return err_set(e, ERR_CONFLICT, field, "later_change", x->subject,
		"%s was changed again by revision %llu", x->subject,
		(unsigned long long)serial);
}

static bool
cannot_undo(const char *subject, const char *why, struct err *e)
{
	return err_set(
		e, ERR_CONFLICT, NULL, "cannot_undo", subject, "%s", why);
}

/* An update's two images. */
struct images {
	struct json *before_doc, *after_doc;
	const struct json_value *before, *after;
};

static bool
read_images(const struct change_row *x, struct images *im, struct err *e)
{
	const struct json_limits limits = { IMAGE_MAX, 8 };

	*im = (struct images){ 0 };
	if (!x->before || !x->after)
		return cannot_undo(x->subject, "the images are gone", e);
	if (!json_parse(
		    x->before, strlen(x->before), &limits, &im->before_doc, e)
		|| !json_parse(
			x->after, strlen(x->after), &limits, &im->after_doc, e))
		return false;
	im->before = json_root(im->before_doc);
	im->after = json_root(im->after_doc);
	return true;
}

static void
free_images(struct images *im)
{
	json_free(&im->before_doc);
	json_free(&im->after_doc);
}

/* Is the row as the revision left it? Then `after` gets the former values. */
static bool
step_back(struct tx *t, const struct undo *u, const struct change_row *x,
	const struct image_field *table, const void *row, bool is_alive,
	void *after, const struct images *im, struct err *e)
{
	const char *field = NULL;

	if (!is_alive || !image_matches(table, row, im->after, &field))
		return later_change(t, u, x, field, e);
	return image_apply(table, after, im->before, t->arena, e);
}

static bool
check_secret(struct tx *t, uint64_t id, const char *subject, struct err *e)
{
	bool found = true;

	if (id && !secret_row_exists(t->db, id, &found, e))
		return false;
	return found
		|| err_set(e, ERR_CONFLICT, "password", "secret_gone", subject,
			"the former password of %s was purged", subject);
}

static bool
update_mailbox(struct tx *t, const struct undo *u, const struct change_row *x,
	const struct images *im, struct err *e)
{
	struct mailbox m, after;
	struct tx_domain *td;

	if (!mailbox_locked(t, x->noun_id, &m, &td, e))
		return false;
	after = m;
	return step_back(t, u, x, mailbox_fields, &m, m.is_alive, &after, im, e)
		&& (after.secret_id == m.secret_id
			|| check_secret(t, after.secret_id, m.address, e))
		&& mailbox_apply(t, td, &m, &after, e);
}

static bool
update_alias(struct tx *t, const struct undo *u, const struct change_row *x,
	const struct images *im, struct err *e)
{
	struct alias al, after;
	struct tx_domain *td;

	if (!alias_locked(t, x->noun_id, NULL, 0, &al, &td, e))
		return false;
	after = al;
	return step_back(t, u, x, alias_fields, &al, al.is_alive, &after, im, e)
		&& alias_locked(t, x->noun_id, after.targets,
			(size_t)after.target_count, &al, &td, e)
		&& alias_apply(t, td, &al, &after, e);
}

static bool
update_domain(struct tx *t, const struct undo *u, const struct change_row *x,
	const struct images *im, struct err *e)
{
	struct tx_domain *td;
	struct domain after;

	if (!tx_lock_domain(t, x->noun_id, true, &td, e))
		return false;
	after = td->d;
	return step_back(t, u, x, domain_fields, &td->d, td->d.is_alive, &after,
		       im, e)
		&& domain_apply(t, td, &after, e);
}

static bool
update_whitelist(struct tx *t, const struct undo *u, const struct change_row *x,
	const struct images *im, struct err *e)
{
	struct whitelist w, after;
	bool found;

	if (!whitelist_row_get(
		    t->db, t->arena, x->noun_id, true, &w, &found, e))
		return false;
	if (!found)
		return later_change(t, u, x, NULL, e);
	after = w;
	/* An entry that expired is one that an update ended. */
	return step_back(t, u, x, whitelist_fields, &w,
		       w.is_alive || w.state == WHITELIST_EXPIRED, &after, im,
		       e)
		&& whitelist_apply(t, &w, &after, e);
}

/* What a create or a restore brought goes again, unless it changed since. */
static bool
remove_noun(struct tx *t, const struct undo *u, const struct change_row *x,
	struct err *e)
{
	const struct mailbox_delete_in ask = { .targets = TARGETS_ASK };
	struct mailbox m;
	struct alias al;
	struct whitelist w;
	bool found;
	uint64_t serial;

	if (!view_row_later_change(
		    t->db, x->noun, x->noun_id, u->r.prov_id, &serial, e))
		return false;
	if (serial)
		return later_change(t, u, x, NULL, e);
	if (strcmp(x->noun, "mailbox") == 0)
		return mailbox_delete_in_tx(t, x->noun_id, 0, &ask, &m, e);
	if (strcmp(x->noun, "alias") == 0)
		return alias_delete_in_tx(t, x->noun_id, 0, false, &al, e);
	if (strcmp(x->noun, "whitelist") != 0)
		return cannot_undo(x->subject, "this cannot be undone", e);
	return whitelist_row_get(
		       t->db, t->arena, x->noun_id, true, &w, &found, e)
		&& (found || no_such("whitelist entry", e))
		&& whitelist_end(t, &w, WHITELIST_DELETED, e);
}

/* The state that a deleted whitelist entry had: its image tells. */
static bool
revive_whitelist(struct tx *t, const struct change_row *x, struct err *e)
{
	enum whitelist_state state = WHITELIST_ACTIVE;

	if (x->before && strstr(x->before, "\"state\":\"disabled\""))
		state = WHITELIST_DISABLED;
	return whitelist_revive(t, x->noun_id, state, e);
}

static bool
bring_back(struct tx *t, const struct change_row *x, struct err *e)
{
	struct mailbox m;
	struct alias al;

	if (strcmp(x->noun, "mailbox") == 0)
		return mailbox_restore_in_tx(t, x->noun_id, &m, e);
	if (strcmp(x->noun, "alias") == 0)
		return alias_restore_in_tx(t, x->noun_id, &al, e);
	if (strcmp(x->noun, "whitelist") == 0)
		return revive_whitelist(t, x, e);
	return cannot_undo(x->subject, "this cannot be undone", e);
}

static bool
update_noun(struct tx *t, const struct undo *u, const struct change_row *x,
	struct err *e)
{
	struct images im;
	bool ok = read_images(x, &im, e);

	if (!ok)
		;
	else if (strcmp(x->noun, "mailbox") == 0)
		ok = update_mailbox(t, u, x, &im, e);
	else if (strcmp(x->noun, "alias") == 0)
		ok = update_alias(t, u, x, &im, e);
	else if (strcmp(x->noun, "domain") == 0)
		ok = update_domain(t, u, x, &im, e);
	else if (strcmp(x->noun, "whitelist") == 0)
		ok = update_whitelist(t, u, x, &im, e);
	else
		ok = cannot_undo(x->subject, "this cannot be undone", e);
	free_images(&im);
	return ok;
}

static bool
one_back(struct tx *t, const struct undo *u, const struct change_row *x,
	struct err *e)
{
	switch (x->op) {
	case CHANGE_CREATE:
	case CHANGE_RESTORE:
		return remove_noun(t, u, x, e);
	case CHANGE_DELETE:
		return bring_back(t, x, e);
	default:
		return update_noun(t, u, x, e);
	}
}

static bool
untouched(struct tx *t, const struct undo *u, const struct change_row *x,
	struct err *e)
{
	uint64_t serial;

	if (!view_row_later_in_domain(
		    t->db, x->noun_id, u->r.prov_id, &serial, e))
		return false;
	return serial == 0
		|| err_set(e, ERR_CONFLICT, NULL, "later_change", x->subject,
			"%s was changed again by revision %llu", x->subject,
			(unsigned long long)serial);
}

/* What it made of a job belongs to the job that undoes, where there is one. */
static void
keep_job(struct tx *t, const struct job_row *made)
{
	if (t->a->job_id && (made->id == 0 || made->state == JOB_DONE))
		t->job_id = 0;
}

/* A domain's making, end or return takes its rows with it. */
static bool
domain_back(struct tx *t, const struct undo *u, const struct change_row *x,
	struct err *e)
{
	struct tx_domain *td;
	struct job_row job = { 0 };
	uint64_t serial = 0;

	if (!tx_lock_domain(t, x->noun_id, true, &td, e))
		return false;
	if (x->op == CHANGE_DELETE) {
		if (!domain_restore_in(t, td, &job, e))
			return false;
		keep_job(t, &job);
		return true;
	}
	if (x->op == CHANGE_CREATE
		&& td->d.mailbox_count + td->d.alias_count > 0)
		return err_set(e, ERR_CONFLICT, NULL, "later_change",
			td->d.name, "%s has mailboxes or aliases now",
			td->d.name);
	if (x->op == CHANGE_CREATE
		&& !view_row_later_change(
			t->db, x->noun, x->noun_id, u->r.prov_id, &serial, e))
		return false;
	if (serial)
		return later_change(t, u, x, NULL, e);
	/* It would take along what came after its return. */
	if (x->op == CHANGE_RESTORE && !untouched(t, u, x, e))
		return false;
	if (!domain_delete_in(t, td, &job, e))
		return false;
	keep_job(t, &job);
	return true;
}

bool
undo_follows(const struct undo *u, const struct change_row *x)
{
	if (strcmp(x->noun, "mailbox") != 0 && strcmp(x->noun, "alias") != 0)
		return false;
	for (size_t i = 0; i < u->n; i++) {
		const struct change_row *d = &u->change[i];

		if (strcmp(d->noun, "domain") == 0 && d->noun_id == x->domain_id
			&& d->op == x->op
			&& (d->op == CHANGE_DELETE || d->op == CHANGE_RESTORE))
			return true;
	}
	return false;
}

bool
undo_step(struct tx *t, const struct undo *u, const struct change_row *x,
	struct err *e)
{
	if (strcmp(x->noun, "domain") == 0 && x->op != CHANGE_UPDATE)
		return domain_back(t, u, x, e);
	return one_back(t, u, x, e);
}
