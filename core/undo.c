/*
 * Undo of one revision: its changes backwards, in one transaction. Of many:
 * core/undo_range.c.
 */
#include <stdlib.h>
#include <string.h>

#include "core/ops.h"
#include "core/undo_steps.h"

#define CHANGES_MAX 2000

static bool
cannot_undo(const char *subject, const char *why, struct err *e)
{
	return err_set(
		e, ERR_CONFLICT, NULL, "cannot_undo", subject, "%s", why);
}

static bool
check_action(const struct revision *r, struct err *e)
{
	static const char *const never[] = { "domain.delete.rows",
		"domain.restore.rows", "purge" };

	if (r->undone_by)
		return err_set(e, ERR_CONFLICT, NULL, "undone_already", NULL,
			"revision %llu undid it already",
			(unsigned long long)r->undone_by);
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (strcmp(r->action, never[i]) == 0)
			return cannot_undo("", "this cannot be undone", e);
	return r->change_count <= CHANGES_MAX
		|| cannot_undo("", "it changed too much to be undone here", e);
}

/* What nodes are and how is published is set again, not undone. */
static bool
check_nouns(const struct undo *u, struct err *e)
{
	for (size_t i = 0; i < u->n; i++)
		if (strcmp(u->change[i].noun, "node") == 0
			|| strcmp(u->change[i].noun, "setting") == 0)
			return cannot_undo(u->change[i].subject,
				"this cannot be undone", e);
	return true;
}

/* Everything that it changed must be the actor's. */
static bool
check_actor(const struct actor *a, const struct undo *u, struct err *e)
{
	for (size_t i = 0; i < u->n; i++) {
		const struct change_row *x = &u->change[i];

		if (strcmp(x->noun, "mailbox") != 0
			&& strcmp(x->noun, "alias") != 0
			&& !actor_need_superadmin(a, e))
			return false;
		if (x->domain_id && !actor_has_domain(a, x->domain_id))
			return err_set(e, ERR_FORBIDDEN, NULL,
				"superadmin_only", NULL,
				"it changed domains of others too");
	}
	return true;
}

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

bool
undo_load(struct core *c, const struct actor *a, uint64_t serial,
	struct undo *u, struct err *e)
{
	*u = (struct undo){ .n = 0 };
	if (!revision_get(c, a, serial, &u->r, e) || !check_action(&u->r, e)
		|| !view_row_changes(c->db, c->arena, u->r.prov_id, 0,
			CHANGES_MAX, &u->change, &u->n, e)
		|| !check_actor(a, u, e) || !check_nouns(u, e)
		|| !view_row_change_domains(c->db, c->arena, u->r.prov_id,
			&u->domain_ids, &u->n_domains, e))
		return false;
	qsort(u->domain_ids, u->n_domains, sizeof(*u->domain_ids), compare_ids);
	return true;
}

bool
undo_lock(struct tx *t, const struct undo *u, struct err *e)
{
	struct tx_domain *td;

	for (size_t i = 0; i < u->n_domains; i++)
		if (u->domain_ids[i]
			&& !tx_lock_domain(t, u->domain_ids[i], true, &td, e))
			return false;
	return true;
}

static bool
undo_in(struct tx *t, void *ctx, struct err *e)
{
	const struct undo *u = ctx;

	t->undoes = u->r.serial;
	if (!undo_lock(t, u, e))
		return false;
	for (size_t i = u->n; i > 0; i--)
		if (!undo_follows(u, &u->change[i - 1])
			&& !undo_step(t, u, &u->change[i - 1], e))
			return false;
	return true;
}

bool
revision_undo(struct core *c, const struct actor *a, uint64_t serial,
	const char *note, uint64_t *serial_r, struct err *e)
{
	struct actor with_note = *a;
	struct core_done done;
	struct undo u;

	if (note)
		with_note.note = note;
	if (!undo_load(c, a, serial, &u, e)
		|| !core_run(c, &with_note, "undo", undo_in, &u, &done, e))
		return false;
	*serial_r = done.serial;
	return true;
}
