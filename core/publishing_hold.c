/*
 * Rollback and resume: what nodes are to have live.
 */
#include "core/publishing.h"

#include <stdio.h>
#include <string.h>

#include "base/timeutil.h"
#include "core/ops.h"
#include "core/publishing_rows.h"
#include "db/log_rows.h"
#include "db/node_rows.h"

#define NODES_MAX 100

/* clang-format off */
#define NODES_FIELD(T)                                                         \
	{ FIELD_AT(T, nodes), .min = 1, .max = SERIAL_MAX, .min_items = 1,     \
		.max_items = NODES_MAX, .nullable = true }
const struct field rollback_form[] = {
	{ FIELD_AT(struct rollback_in, serial), .max = SERIAL_MAX,
		.required = true },
	NODES_FIELD(struct rollback_in),
	{ FIELD_AT(struct rollback_in, note), .check = check_note },
	{ 0 }
};
const struct field resume_form[] = {
	NODES_FIELD(struct resume_in),
	{ FIELD_AT(struct resume_in, note), .check = check_note },
	{ 0 }
};
/* clang-format on */

/* What is asked of which nodes. */
struct targets {
	bool is_hold;
	uint64_t serial;
	const struct int_list *ids; /* empty: all */
	const char *note;
	struct node_row *rows;
	size_t n;
};

static const struct node_row *
find(const struct targets *x, uint64_t id)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->rows[i].id == id)
			return &x->rows[i];
	return NULL;
}

static bool
is_asked(const struct targets *x, uint64_t id)
{
	for (size_t i = 0; i < x->ids->n; i++)
		if ((uint64_t)x->ids->items[i] == id)
			return true;
	return x->ids->n == 0;
}

static bool
check_ids(const struct targets *x, struct err *e)
{
	for (size_t i = 0; i < x->ids->n; i++) {
		char field[32];

		snprintf(field, sizeof(field), "nodes[%zu]", i);
		if (!find(x, (uint64_t)x->ids->items[i]))
			err_add(e, ERR_INVALID, field, "no_such_node", NULL,
				"there is no node %lld",
				(long long)x->ids->items[i]);
	}
	return !err_is_set(e);
}

/* Can the node put its routing back so far? A reason for each that cannot. */
static void
check_node(const struct targets *x, const struct node_row *n, struct err *e)
{
	if (n->seen_us == TIME_NONE)
		err_add(e, ERR_CONFLICT, "nodes", "never_seen", n->name,
			"%s has never reported what it has live", n->name);
	else if (x->serial < n->journal_from)
		err_add(e, ERR_CONFLICT, "serial", "journal_too_young", n->name,
			"%s can go back to serial %llu and no further", n->name,
			(unsigned long long)n->journal_from);
	else if (x->serial > n->serial)
		err_add(e, ERR_CONFLICT, "serial", "not_live_yet", n->name,
			"%s has come to serial %llu only", n->name,
			(unsigned long long)n->serial);
}

/* With all nodes, those that never reported are left out. */
static bool
is_meant(const struct targets *x, const struct node_row *n)
{
	return is_asked(x, n->id)
		&& (!x->is_hold || x->ids->n > 0 || n->seen_us != TIME_NONE);
}

static bool
check_hold(const struct targets *x, struct err *e)
{
	size_t meant = 0;

	for (size_t i = 0; i < x->n; i++)
		if (is_meant(x, &x->rows[i])) {
			check_node(x, &x->rows[i], e);
			meant++;
		}
	if (meant == 0)
		err_set(e, ERR_CONFLICT, "nodes", "never_seen", NULL,
			"no node has ever reported what it has live");
	return !err_is_set(e);
}

static bool
check_resume(const struct targets *x, struct err *e)
{
	for (size_t i = 0; i < x->n; i++)
		if (is_asked(x, x->rows[i].id)
			&& (x->rows[i].is_holding
				|| x->rows[i].is_told_to_hold))
			return true;
	return err_set(e, ERR_CONFLICT, "nodes", "not_holding", NULL,
		"no node is held");
}

static bool
set_target(struct tx *t, const struct targets *x, const struct node_row *n,
	uint64_t serial, struct err *e)
{
	const struct act act = { .name = x->is_hold ? "rollback" : "resume",
		.node_id = n->id,
		.serial = serial,
		.note = x->note };

	return node_target_row_set(
		       t->db, n->id, x->is_hold, serial, t->now_us, e)
		&& (x->ids->n == 0 || act_record(t, &act, e));
}

/* One act for all nodes, else one for each. */
static bool
record_all(
	struct tx *t, const struct targets *x, uint64_t serial, struct err *e)
{
	const struct act act = { .name = x->is_hold ? "rollback" : "resume",
		.serial = serial,
		.note = x->note };

	return x->ids->n > 0 || act_record(t, &act, e);
}

static bool
targets_in(struct tx *t, void *ctx, struct err *e)
{
	struct targets *x = ctx;
	uint64_t head, serial;

	if (!log_row_head(t->db, &head, e) || !check_serial(head, x->serial, e)
		|| !node_row_status(t->db, t->arena, &x->rows, &x->n, e)
		|| !check_ids(x, e))
		return false;
	if (x->is_hold ? !check_hold(x, e) : !check_resume(x, e))
		return false;
	serial = x->is_hold ? x->serial : head;
	for (size_t i = 0; i < x->n; i++)
		if (is_meant(x, &x->rows[i])
			&& !set_target(t, x, &x->rows[i], serial, e))
			return false;
	return record_all(t, x, serial, e);
}

static bool
run(struct core *c, const struct actor *a, struct targets *x, struct err *e)
{
	if (!actor_need_superadmin(a, e)
		|| !core_run(c, a,
			x->is_hold ? "publishing.rollback"
				   : "publishing.resume",
			targets_in, x, NULL, e))
		return false;
	core_wake(c);
	return true;
}

bool
publishing_rollback(struct core *c, const struct actor *a,
	const struct rollback_in *in, struct err *e)
{
	struct targets x = { .is_hold = true,
		.serial = (uint64_t)in->serial,
		.ids = &in->nodes,
		.note = in->note };

	return run(c, a, &x, e);
}

bool
publishing_resume(struct core *c, const struct actor *a,
	const struct resume_in *in, struct err *e)
{
	struct targets x = { .ids = &in->nodes, .note = in->note };

	return run(c, a, &x, e);
}
