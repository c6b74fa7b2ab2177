/*
 * What an undo of many revisions would do: a try that is rolled back, or for
 * very many a look at the log.
 */
#include "core/undo_plan.h"

#include <string.h>

#include "base/jsonw.h"
#include "core/ops.h"
#include "db/log_rows.h"

/* Serials of revisions that are never committed: above all others, so that
 * what is tried sees what was tried before it, and nobody waits for the head. */
#define TRIAL_SERIAL (UINT64_C(1) << 62)

bool
undo_is_rule(enum err_code code)
{
	return code == ERR_INVALID || code == ERR_FORBIDDEN
		|| code == ERR_NOT_FOUND || code == ERR_CONFLICT
		|| code == ERR_LIMIT || code == ERR_REFERENCED
		|| code == ERR_TOO_LARGE;
}

static bool
filter_of(struct core *c, const struct actor *a,
	const struct revision_range *range, struct revision_filter *f,
	struct err *e)
{
	const struct revision_query q = { .range = *range };

	if (!revision_filter_of(c, a, &q, f, e))
		return false;
	f->is_undoable = true;
	return true;
}

bool
undo_plan_next(struct core *c, const struct actor *a,
	const struct revision_range *range, uint64_t at, size_t max,
	struct revision_view **items_r, size_t *n_r, struct err *e)
{
	struct revision_filter f;

	*n_r = 0;
	if (!filter_of(c, a, range, &f, e))
		return false;
	f.has_cursor = true;
	f.cursor = at;
	return revision_rows(c->db, c->arena, &f, max, items_r, n_r, e);
}

static bool
check_range(const struct revision_range *r, struct err *e)
{
	const bool by_job = r->job_id != 0;
	const bool by_serial = r->from_serial || r->to_serial;
	const bool by_person = r->admin_id || r->actor;
	const bool has_times = r->from_us != TIME_NONE || r->to_us != TIME_NONE;

	if (by_job + by_serial + by_person != 1 || has_times != by_person
		|| (by_serial && (!r->from_serial || !r->to_serial))
		|| (has_times
			&& (r->from_us == TIME_NONE || r->to_us == TIME_NONE)))
		return err_set(e, ERR_INVALID, "range", "one_range", NULL,
			"say one job, two serials, or a person with a time "
			"from and to");
	if (by_serial && r->from_serial > r->to_serial)
		return err_set(e, ERR_INVALID, "to_serial", "too_small", NULL,
			"the last serial is before the first one");
	return true;
}

/* The job has ended, and this actor sees it. */
static bool
check_job(struct core *c, const struct actor *a, struct undo_plan *plan,
	struct err *e)
{
	struct job j;

	plan->subject = "";
	if (plan->range.job_id == 0)
		return true;
	if (!job_get(c, a, plan->range.job_id, &j, e))
		return false;
	plan->subject = j.subject;
	return (j.state != JOB_QUEUED && j.state != JOB_RUNNING)
		|| err_set(e, ERR_CONFLICT, NULL, "job_running", j.subject,
			"the job has not ended yet: wait for it or stop it");
}

bool
undo_plan_make(struct core *c, const struct actor *a,
	const struct revision_range *range, struct undo_plan *out,
	struct err *e)
{
	struct revision_filter f;
	uint64_t head;

	*out = (struct undo_plan){ .range = *range };
	if (!check_range(range, e) || !check_job(c, a, out, e)
		|| !log_row_head(c->db, &head, e))
		return false;
	if (out->range.to_serial == 0 || out->range.to_serial > head)
		out->range.to_serial = head;
	out->newest = out->range.to_serial;
	if (!filter_of(c, a, &out->range, &f, e)
		|| !revision_row_count(
			c->db, &f, &out->revisions, &out->changes, e))
		return false;
	return out->revisions > 0
		|| err_set(e, ERR_CONFLICT, NULL, "nothing_to_undo",
			out->subject,
			"nothing of it is in the log that is not undone");
}

/* --- the try --- */

struct trial {
	struct core *c;
	const struct actor *a;
	const struct undo_plan *plan;
	struct undo_preview *out;
};

static bool
add_obstacle(struct undo_preview *p, struct arena *a,
	const struct undo_obstacle *o, struct err *e)
{
	if (p->n_obstacles == UNDO_OBSTACLES_MAX) {
		p->has_more = true;
		return true;
	}
	p->obstacle[p->n_obstacles] = *o;
	p->obstacle[p->n_obstacles].subject = arena_strdup(a, o->subject);
	p->obstacle[p->n_obstacles].reason = arena_strdup(a, o->reason);
	p->obstacle[p->n_obstacles].text = arena_strdup(a, o->text);
	if (!p->obstacle[p->n_obstacles].subject
		|| !p->obstacle[p->n_obstacles].reason
		|| !p->obstacle[p->n_obstacles].text)
		return err_memory(e);
	p->n_obstacles++;
	return true;
}

/* `e` is a rule that refused a change (NULL: the whole revision). */
static bool
note_refusal(struct tx *t, struct trial *tr, const struct undo *u,
	const struct change_row *x, struct err *e)
{
	const struct err_item *why = &e->item[0];
	struct undo_obstacle o = { .serial = u->r.serial,
		.noun = u->r.has_first ? u->r.first.noun : "",
		.subject = u->r.has_first ? u->r.first.subject : "",
		.reason = why->reason,
		.text = why->text };
	struct err none = ERR_EMPTY;
	bool ok = true;

	if (x) {
		o.noun = x->noun;
		o.noun_id = x->noun_id;
		o.domain_id = x->domain_id;
		o.subject = x->subject;
		ok = view_row_later_change(t->db, x->noun, x->noun_id,
			u->r.prov_id, &o.later, &none);
	}
	ok = ok && add_obstacle(tr->out, t->arena, &o, &none);
	*e = none;
	return ok;
}

static bool
try_changes(struct tx *t, struct trial *tr, const struct undo *u, struct err *e)
{
	if (!undo_lock(t, u, e))
		return undo_is_rule(e->code) && note_refusal(t, tr, u, NULL, e);
	for (size_t i = u->n; i > 0; i--) {
		const struct change_row *x = &u->change[i - 1];

		if (undo_follows(u, x) || undo_step(t, u, x, e))
			continue;
		if (!undo_is_rule(e->code) || !note_refusal(t, tr, u, x, e))
			return false;
	}
	return true;
}

static void
count_changes(const struct tx *t, struct undo_preview *p)
{
	for (size_t i = 0; i < t->n_changes; i++) {
		const uint64_t op = t->change[i * CHANGE_PARAMS + 5].u;

		p->removed += op == CHANGE_DELETE;
		p->changed += op == CHANGE_UPDATE;
		p->restored += op == CHANGE_CREATE || op == CHANGE_RESTORE;
	}
}

/* What was tried, as rows of this transaction, which never ends well. */
static bool
put_down(struct tx *t, const struct undo *u, uint64_t n, struct err *e)
{
	const struct revision_row r = { .serial = TRIAL_SERIAL + n,
		.prov_id = t->prov_id,
		.action = t->action,
		.actor_kind = t->a->kind,
		.actor_name = "",
		.client = "",
		.request_id = "",
		.note = "",
		.undoes = u->r.serial,
		.changes = t->n_changes,
		.created_us = t->now_us };

	if (t->n_changes > 0
		&& !log_row_changes(t->db, t->change, t->n_changes, e))
		return false;
	t->n_changes = 0;
	if (!log_row_revision(t->db, &r, e))
		return false;
	t->prov_id++;
	return true;
}

static bool
try_one(struct tx *t, struct trial *tr, uint64_t serial, uint64_t n,
	struct err *e)
{
	struct undo u;

	if (undo_load(tr->c, tr->a, serial, &u, e)) {
		if (!try_changes(t, tr, &u, e))
			return false;
		count_changes(t, tr->out);
	} else if (!undo_is_rule(e->code)
		|| !note_refusal(t, tr, &u, NULL, e)) {
		return false;
	}
	return put_down(t, &u, n, e);
}

static bool
try_in(struct tx *t, void *ctx, struct err *e)
{
	struct trial *tr = ctx;
	struct revision_view *v;
	size_t n;

	tr->out->n_obstacles = 0;
	tr->out->has_more = false;
	tr->out->restored = tr->out->removed = tr->out->changed = 0;
	if (!undo_plan_next(tr->c, tr->a, &tr->plan->range,
		    tr->plan->newest + 1, UNDO_TRIED_MAX, &v, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!try_one(t, tr, v[i].serial, i, e))
			return false;
	return true;
}

static bool
try_all(struct core *c, const struct actor *a, const struct undo_plan *plan,
	struct undo_preview *out, struct err *e)
{
	struct trial tr = { c, a, plan, out };
	struct core_trial *report = c->trial;
	const bool was_dry = c->is_dry_run;
	bool ok;

	c->is_dry_run = true;
	c->trial = NULL;
	ok = core_run(c, a, "undo", try_in, &tr, NULL, e);
	c->is_dry_run = was_dry;
	c->trial = report;
	out->is_exact = ok;
	return ok;
}

/* --- the look --- */

static bool
look_at_log(struct core *c, const struct actor *a, const struct undo_plan *plan,
	struct undo_preview *out, struct err *e)
{
	struct revision_filter f;
	struct revision_obstacle *rows;
	size_t n;

	if (!filter_of(c, a, &plan->range, &f, e)
		|| !revision_row_obstacles(c->db, c->arena, &f,
			UNDO_OBSTACLES_MAX + 1, &rows, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		char *text = arena_printf(c->arena,
			"%s was changed again by revision %llu",
			rows[i].subject, (unsigned long long)rows[i].later);
		const struct undo_obstacle o = { rows[i].serial, rows[i].noun,
			rows[i].subject, rows[i].noun_id, rows[i].domain_id,
			"later_change", text, rows[i].later };

		if (!text)
			return err_memory(e);
		if (!add_obstacle(out, c->arena, &o, e))
			return false;
	}
	return true;
}

bool
undo_plan_try(struct core *c, const struct actor *a,
	const struct undo_plan *plan, struct undo_preview *out, struct err *e)
{
	*out = (struct undo_preview){ .revisions = plan->revisions,
		.changes = plan->changes,
		.obstacle = arena_array(
			c->arena, UNDO_OBSTACLES_MAX, sizeof(*out->obstacle)) };
	if (!out->obstacle)
		return err_memory(e);
	return plan->changes <= UNDO_TRIED_MAX
		? try_all(c, a, plan, out, e)
		: look_at_log(c, a, plan, out, e);
}

bool
undo_range_preview(struct core *c, const struct actor *a,
	const struct revision_range *range, struct undo_preview *out,
	struct err *e)
{
	struct undo_plan plan;

	return undo_plan_make(c, a, range, &plan, e)
		&& undo_plan_try(c, a, &plan, out, e);
}

static void
write_obstacle(struct jsonw *w, const struct undo_obstacle *o)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "serial", o->serial);
	jsonw_str(w, "noun", o->noun);
	jsonw_uint(w, "noun_id", o->noun_id);
	jsonw_str(w, "subject", o->subject);
	jsonw_str(w, "reason", o->reason);
	jsonw_str(w, "text", o->text);
	if (o->later)
		jsonw_uint(w, "later", o->later);
	else
		jsonw_null(w, "later");
	jsonw_end(w);
}

void
undo_preview_write(struct jsonw *w, const struct undo_preview *p)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "revisions", p->revisions);
	jsonw_uint(w, "changes", p->changes);
	jsonw_bool(w, "exact", p->is_exact);
	jsonw_uint(w, "restored", p->restored);
	jsonw_uint(w, "removed", p->removed);
	jsonw_uint(w, "changed", p->changed);
	jsonw_array(w, "in_the_way");
	for (size_t i = 0; i < p->n_obstacles; i++)
		write_obstacle(w, &p->obstacle[i]);
	jsonw_end(w);
	jsonw_bool(w, "more_in_the_way", p->has_more);
	jsonw_end(w);
}
