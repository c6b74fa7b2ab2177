/*
 * Undo of many revisions as a job: its start, and its batches. What it will
 * meet is looked at in core/undo_preview.c.
 */
#include "core/undo_range.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "core/ops.h"
#include "core/undo_plan.h"

#define ARGS_BYTES 4096

/* Args of the job: what was asked, and the place: serials from `at` down. */
struct undo_args {
	int64_t job_id, from_serial, to_serial, admin_id;
	const char *actor;
	int64_t from_us, to_us;
	const char *note;
	bool skip;
	int64_t at;
};

/* clang-format off */
static const struct field args_form[] = {
	{ FIELD_AT(struct undo_args, job_id) },
	{ FIELD_AT(struct undo_args, from_serial) },
	{ FIELD_AT(struct undo_args, to_serial) },
	{ FIELD_AT(struct undo_args, admin_id) },
	{ FIELD_AT(struct undo_args, actor), .max = 100 },
	{ FIELD_TIME_AT(struct undo_args, from_us, "from") },
	{ FIELD_TIME_AT(struct undo_args, to_us, "to") },
	{ FIELD_AT(struct undo_args, note), .max = 500 },
	{ FIELD_AT(struct undo_args, skip) },
	{ FIELD_AT(struct undo_args, at), .required = true },
	{ 0 }
};
/* clang-format on */

static void
write_number(struct jsonw *w, const char *key, uint64_t n)
{
	if (n)
		jsonw_uint(w, key, n);
}

static bool
write_args(struct arena *a, const struct revision_range *r, const char *note,
	bool skip, uint64_t at, const char **out, struct err *e)
{
	struct str s = str_in(a, ARGS_BYTES);
	struct jsonw w = jsonw_over(&s);

	jsonw_object(&w, NULL);
	write_number(&w, "job_id", r->job_id);
	write_number(&w, "from_serial", r->from_serial);
	write_number(&w, "to_serial", r->to_serial);
	write_number(&w, "admin_id", r->admin_id);
	if (r->actor)
		jsonw_str(&w, "actor", r->actor);
	if (r->from_us != TIME_NONE)
		jsonw_time(&w, "from", r->from_us);
	if (r->to_us != TIME_NONE)
		jsonw_time(&w, "to", r->to_us);
	jsonw_str(&w, "note", note ? note : "");
	jsonw_bool(&w, "skip", skip);
	jsonw_uint(&w, "at", at);
	jsonw_end(&w);
	*out = str_text(&s);
	return jsonw_done(&w, e);
}

static bool
read_args(struct core *c, const struct job *j, struct undo_args *args,
	struct err *e)
{
	const struct json_limits limits = { ARGS_BYTES, 4 };

	*args = (struct undo_args){ .from_us = TIME_NONE, .to_us = TIME_NONE };
	return form_read_json(args_form, j->args, strlen(j->args), &limits,
		args, NULL, c->arena, e);
}

static struct revision_range
range_of(const struct undo_args *args)
{
	return (struct revision_range){ .job_id = (uint64_t)args->job_id,
		.from_serial = (uint64_t)args->from_serial,
		.to_serial = (uint64_t)args->to_serial,
		.admin_id = (uint64_t)args->admin_id,
		.actor = args->actor,
		.from_us = args->from_us,
		.to_us = args->to_us };
}

/* --- start --- */

struct start {
	const struct undo_plan *plan;
	const char *note;
	bool skip;
	struct job_row job;
};

static const char *
subject_of(struct arena *a, const struct undo_plan *plan)
{
	const struct revision_range *r = &plan->range;

	if (r->job_id)
		return plan->subject;
	if (r->from_serial)
		return arena_printf(a, "%llu..%llu",
			(unsigned long long)r->from_serial,
			(unsigned long long)r->to_serial);
	return r->actor ? r->actor : plan->subject;
}

static bool
start_in(struct tx *t, void *ctx, struct err *e)
{
	struct start *s = ctx;
	const struct undo_plan *plan = s->plan;

	s->job = (struct job_row){ .kind = "undo",
		.state = JOB_QUEUED,
		.subject = subject_of(t->arena, plan),
		.phase = "",
		.message = "",
		.total = plan->changes,
		.undoes_job = plan->range.job_id,
		.created_us = t->now_us,
		.started_us = TIME_NONE,
		.finished_us = TIME_NONE };
	if (!s->job.subject)
		return err_memory(e);
	return write_args(t->arena, &plan->range, s->note, s->skip,
		       plan->newest + 1, &s->job.args, e)
		&& job_make(t, &s->job, e);
}

bool
undo_range_start(struct core *c, const struct actor *a,
	const struct revision_range *range, const char *note, bool skip,
	struct job *job_r, struct err *e)
{
	struct undo_plan plan;
	struct undo_preview seen;
	struct start s = { .plan = &plan, .note = note, .skip = skip };

	if (!undo_plan_make(c, a, range, &plan, e))
		return false;
	if (!skip) {
		if (!undo_plan_try(c, a, &plan, &seen, e))
			return false;
		if (seen.n_obstacles > 0)
			return err_set(e, ERR_CONFLICT, NULL, "in_the_way",
				seen.obstacle[0].subject, "%s",
				seen.obstacle[0].text);
	}
	if (!core_run(c, a, "undo", start_in, &s, NULL, e))
		return false;
	job_of_row(job_r, &s.job);
	return true;
}

/* --- batches --- */

struct step {
	struct undo u;
	const struct undo_args *args;
	struct job_row job;
	uint64_t serial, failed;
};

static bool
note_left(struct tx *t, struct step *s, const char *subject, struct err *e)
{
	struct err none = ERR_EMPTY;
	bool ok = job_row_error(t->db, s->job.id, subject, e->item[0].reason,
		e->item[0].text, &none);

	if (!ok) {
		*e = none;
		return false;
	}
	err_clear(e);
	s->failed++;
	return true;
}

static bool
steps_back(struct tx *t, struct step *s, struct err *e)
{
	const struct undo *u = &s->u;

	if (!undo_lock(t, u, e))
		return s->args->skip && undo_is_rule(e->code)
			&& note_left(t, s,
				u->n ? u->change[u->n - 1].subject : "", e);
	for (size_t i = u->n; i > 0; i--) {
		const struct change_row *x = &u->change[i - 1];

		if (undo_follows(u, x) || undo_step(t, u, x, e))
			continue;
		if (!s->args->skip || !undo_is_rule(e->code)
			|| !note_left(t, s, x->subject, e))
			return false;
	}
	return true;
}

/* The place moves with what was undone, in one transaction. */
static bool
save_place(struct tx *t, struct step *s, struct err *e)
{
	const struct revision_range range = range_of(s->args);
	struct job_row job = s->job;

	job.done += (uint64_t)s->u.r.change_count;
	job.failed += s->failed;
	return write_args(t->arena, &range, s->args->note, s->args->skip,
		       s->serial, &job.args, e)
		&& job_row_batch(t->db, &job, e);
}

static bool
step_in(struct tx *t, void *ctx, struct err *e)
{
	struct step *s = ctx;

	s->failed = 0;
	t->undoes = s->serial;
	return steps_back(t, s, e) && save_place(t, s, e);
}

/* One that cannot be undone at all. */
static bool
leave_in(struct tx *t, void *ctx, struct err *e)
{
	struct step *s = ctx;

	s->failed = 1;
	return save_place(t, s, e);
}

static bool
left_whole(struct core *c, const struct actor *a, struct step *s, struct job *j,
	struct err *e)
{
	const struct revision *r = &s->u.r;
	struct err why = *e;

	if (!undo_is_rule(why.code))
		return false;
	err_clear(e);
	if (!job_error_add(c, j, r->has_first ? r->first.subject : "",
		    why.item[0].reason, why.item[0].text, e))
		return false;
	if (!s->args->skip) {
		*e = why;
		return false;
	}
	return core_run(c, a, "undo", leave_in, s, NULL, e);
}

static bool
one_back(struct core *c, const struct actor *a, struct job *j,
	const struct undo_args *args, uint64_t serial, struct err *e)
{
	struct step s = { .args = args,
		.serial = serial,
		.job = { .id = j->id, .done = j->done, .failed = j->failed } };

	if (!undo_load(c, a, serial, &s.u, e)) {
		if (!left_whole(c, a, &s, j, e))
			return false;
	} else if (!core_run(c, a, "undo", step_in, &s, NULL, e)) {
		return left_whole(c, a, &s, j, e);
	}
	j->done += (uint64_t)s.u.r.change_count;
	j->failed += s.failed;
	return true;
}

bool
undo_range_batch(struct core *c, const struct actor *a, struct job *j,
	unsigned max, bool *is_last_r, struct err *e)
{
	struct actor author = *a;
	struct undo_args args;
	struct revision_range range;
	struct revision_view *v;
	const uint64_t began = j->done;
	size_t n, i = 0;

	if (!read_args(c, j, &args, e))
		return false;
	range = range_of(&args);
	author.note = args.note;
	if (!undo_plan_next(c, a, &range, (uint64_t)args.at, max, &v, &n, e))
		return false;
	for (; i < n && j->done - began < max; i++) {
		if (!one_back(c, &author, j, &args, v[i].serial, e))
			return false;
		args.at = (int64_t)v[i].serial;
	}
	*is_last_r = i == n && n < max;
	return write_args(c->arena, &range, args.note, args.skip,
		(uint64_t)args.at, &j->args, e);
}
