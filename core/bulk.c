/*
 * Bulk changes: the count, the job, its batches. The place that a job got to
 * stands in its args and moves in the batch's own transaction.
 */
#include "core/bulk.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "core/bulk_rows.h"
#include "core/lists.h"
#include "core/ops.h"

#define ARGS_BYTES 16384

/* Args of the job: what was asked, the last row that it is about, the place. */
struct args {
	struct bulk_in in;
	struct form_seen in_seen;
	int64_t until;
	int64_t at;
};

/* The table of a noun's args; its one object is put in by the caller. */
static void
args_form(enum bulk_noun noun, struct field form[static 4])
{
	const struct field rows[4] = {
		{ FIELD_OBJECT_AT(struct args, in, bulk_form(noun), in_seen),
			.required = true },
		{ FIELD_AT(struct args, until) },
		{ FIELD_AT(struct args, at) },
		{ 0 },
	};

	memcpy(form, rows, sizeof(rows));
}

static bool
write_args(struct arena *a, enum bulk_noun noun, const struct args *args,
	const char **out, struct err *e)
{
	struct str s = str_in(a, ARGS_BYTES);
	struct jsonw w = jsonw_over(&s);
	/* All of a bulk change's own keys are required. */
	const struct form_seen all = { .present = 7 };

	jsonw_object(&w, NULL);
	form_write(&w, "in", bulk_form(noun), &all, &args->in);
	jsonw_int(&w, "until", args->until);
	jsonw_int(&w, "at", args->at);
	jsonw_end(&w);
	*out = str_text(&s);
	return jsonw_done(&w, e);
}

static bool
read_args(struct core *c, enum bulk_noun noun, const struct job *j,
	struct args *args, struct err *e)
{
	const struct json_limits limits = { ARGS_BYTES, 8 };
	struct field form[4];

	*args = (struct args){ 0 };
	bulk_in_defaults(&args->in);
	args_form(noun, form);
	return form_read_json(form, j->args, strlen(j->args), &limits, args,
		NULL, c->arena, e);
}

/* Things that an action can be; the four limits of a domain are one. */
static unsigned
count_things(enum bulk_noun noun, const struct bulk_in *in)
{
	const struct bulk_action *x = &in->action;
	unsigned n = (unsigned)x->is_delete + x->is_restore;

	n += BULK_HAS(noun, in, state);
	n += BULK_HAS(noun, in, quota_bytes);
	n += BULK_HAS(noun, in, add_to_alias);
	n += BULK_HAS(noun, in, expires_us);
	n += BULK_HAS(noun, in, max_mailboxes)
		|| BULK_HAS(noun, in, max_aliases)
		|| BULK_HAS(noun, in, max_quota_bytes)
		|| BULK_HAS(noun, in, default_quota_bytes);
	return n;
}

static bool
check_action(enum bulk_noun noun, const struct bulk_in *in, struct err *e)
{
	if (BULK_HAS(noun, in, targets) && !in->action.is_delete)
		return err_set(e, ERR_INVALID, "action.targets",
			"only_with_delete", NULL,
			"targets says what a delete does with aliases");
	if (count_things(noun, in) == 1)
		return true;
	return err_set(e, ERR_INVALID, "action", "one_of_these", NULL,
		"say exactly one thing that is to be done");
}

/* The coarse look; each row is looked at again. */
static bool
check_rights(const struct actor *a, enum bulk_noun noun,
	const struct bulk_in *in, struct err *e)
{
	if (noun == BULK_DOMAINS || noun == BULK_WHITELIST)
		return actor_need_superadmin(a, e);
	return actor_need_right_somewhere(a,
		noun == BULK_MAILBOXES && !*in->action.add_to_alias
			? RIGHT_MAILBOXES
			: RIGHT_ALIASES,
		e);
}

static bool
filter_of(struct core *c, const struct actor *a, enum bulk_noun noun,
	const struct bulk_filter *in, struct list_filter *f, struct err *e)
{
	const struct list_want want = { .domain_id = (uint64_t)in->domain_id,
		.state = in->state,
		.q = in->q,
		.target = *in->target ? in->target : NULL };

	return list_filter_of(c, a, bulk_kinds[noun].list, &want, f, e);
}

static bool
read_ids(struct core *c, enum bulk_noun noun, const struct list_filter *f,
	const struct args *args, size_t max, uint64_t **ids_r, size_t *n_r,
	struct err *e)
{
	const struct list_ids want = { .id = args->in.filter.ids.items,
		.n = args->in.filter.ids.n,
		.after = (uint64_t)args->at,
		.until = (uint64_t)args->until,
		.max = max };

	return list_ids(c->db, c->arena, bulk_kinds[noun].list, f, &want, ids_r,
		n_r, e);
}

bool
bulk_count(struct core *c, const struct actor *a, enum bulk_noun noun,
	const struct bulk_filter *filter, uint64_t *n_r, struct err *e)
{
	const struct args args = { .in.filter = *filter };
	struct list_filter f;
	uint64_t *ids;
	size_t n;

	if (!filter_of(c, a, noun, filter, &f, e))
		return false;
	if (filter->ids.n == 0)
		return list_count(c->db, bulk_kinds[noun].list, &f, 0, n_r, e);
	if (!read_ids(c, noun, &f, &args, BULK_IDS_MAX, &ids, &n, e))
		return false;
	*n_r = n;
	return true;
}

struct make {
	enum bulk_noun noun;
	struct args args;
	struct job_row job;
	uint64_t n;
};

static bool
make_in(struct tx *t, void *ctx, struct err *e)
{
	struct make *m = ctx;
	const struct bulk_filter *f = &m->args.in.filter;

	m->job = (struct job_row){ .kind = bulk_kinds[m->noun].job,
		.state = JOB_QUEUED,
		.subject = f->q ? f->q : "",
		.domain_id = (uint64_t)f->domain_id,
		.phase = "",
		.message = "",
		.total = m->n,
		.created_us = t->now_us,
		.started_us = TIME_NONE,
		.finished_us = TIME_NONE };
	return write_args(t->arena, m->noun, &m->args, &m->job.args, e)
		&& job_make(t, &m->job, e);
}

struct batch {
	enum bulk_noun noun;
	struct args args;
	struct job_row job; /* id 0: tried only */
	const uint64_t *ids;
	size_t n;
	struct tx *t;
	uint64_t failed;
};

static bool
refuse_row(void *ctx, const char *subject, const struct err *why, struct err *e)
{
	struct batch *b = ctx;

	b->failed++;
	return b->job.id == 0
		|| job_row_error(b->t->db, b->job.id, subject,
			why->item[0].reason, why->item[0].text, e);
}

static bool
change_each(struct tx *t, struct batch *b, struct err *e)
{
	const struct bulk_kind *kind = &bulk_kinds[b->noun];

	for (size_t i = 0; i < b->n; i++) {
		const char *subject = "";
		const size_t had = t->n_changes;
		struct err why = ERR_EMPTY;

		if (kind->change(t, &b->args.in, b->ids[i], &subject, &why))
			continue;
		if (!bulk_is_rule(why.code)) {
			*e = why;
			return false;
		}
		/* A rule speaks before anything is written; half a row would
		 * be committed with the others. */
		if (t->n_changes != had)
			return err_set(e, ERR_INTERNAL, NULL, "half_changed",
				subject, "a rule refused half of a change");
		if (!refuse_row(b, subject ? subject : "", &why, e))
			return false;
	}
	return true;
}

static bool
change_all(struct tx *t, struct batch *b, struct err *e)
{
	const struct bulk_in *in = &b->args.in;

	b->t = t;
	b->failed = 0;
	if (!bulk_kinds[b->noun].lock(t, in, b->ids, b->n, e))
		return false;
	if (*in->action.add_to_alias)
		return bulk_add_to_alias(
			t, b->noun, in, b->ids, b->n, refuse_row, b, e);
	return change_each(t, b, e);
}

static bool
batch_in(struct tx *t, void *ctx, struct err *e)
{
	struct batch *b = ctx;
	struct job_row job = b->job;

	if (!change_all(t, b, e))
		return false;
	job.done += b->n;
	job.failed += b->failed;
	return write_args(t->arena, b->noun, &b->args, &job.args, e)
		&& job_row_batch(t->db, &job, e);
}

static bool
noun_of(const struct job *j, enum bulk_noun *noun_r, struct err *e)
{
	for (unsigned i = 0; i < BULK_NOUNS; i++)
		if (strcmp(bulk_kinds[i].job, j->kind) == 0) {
			*noun_r = (enum bulk_noun)i;
			return true;
		}
	return err_set(e, ERR_INTERNAL, NULL, "unknown_kind", j->kind,
		"no bulk change is called %s", j->kind);
}

bool
bulk_batch(struct core *c, const struct actor *a, struct job *j, unsigned max,
	bool *is_last_r, struct err *e)
{
	struct batch b = { 0 };
	struct list_filter f;
	uint64_t *ids;

	if (!noun_of(j, &b.noun, e) || !read_args(c, b.noun, j, &b.args, e)
		|| !filter_of(c, a, b.noun, &b.args.in.filter, &f, e))
		return false;
	max = bulk_batch_max(b.noun, &b.args.in, max);
	if (!read_ids(c, b.noun, &f, &b.args, max, &ids, &b.n, e))
		return false;
	b.ids = ids;
	*is_last_r = b.n < max;
	if (b.n == 0)
		return true;
	b.args.at = (int64_t)ids[b.n - 1];
	b.job = (struct job_row){
		.id = j->id, .done = j->done, .failed = j->failed
	};
	if (!core_run(c, a, bulk_kinds[b.noun].job, batch_in, &b, NULL, e))
		return false;
	j->done += b.n;
	j->failed += b.failed;
	return write_args(c->arena, b.noun, &b.args, &j->args, e);
}

static bool
try_in(struct tx *t, void *ctx, struct err *e)
{
	return change_all(t, ctx, e);
}

/* A dry run does at once what the job would do, as far as that can be shown. */
static bool
try_bulk(struct core *c, const struct actor *a, const struct make *m,
	struct err *e)
{
	struct batch b = { .noun = m->noun, .args = m->args };
	struct list_filter f;
	uint64_t *ids;

	if (m->n > TRIAL_ROWS_MAX) {
		c->trial->beyond.noun = bulk_kinds[m->noun].noun;
		c->trial->beyond.domain_id =
			(uint64_t)m->args.in.filter.domain_id;
		c->trial->beyond.n = m->n;
		return true;
	}
	if (!filter_of(c, a, m->noun, &m->args.in.filter, &f, e)
		|| !read_ids(c, m->noun, &f, &m->args, TRIAL_ROWS_MAX, &ids,
			&b.n, e))
		return false;
	b.ids = ids;
	if (b.n > 0
		&& !core_run(
			c, a, bulk_kinds[m->noun].job, try_in, &b, NULL, e))
		return false;
	c->trial->refused += b.failed;
	return true;
}

bool
bulk_start(struct core *c, const struct actor *a, enum bulk_noun noun,
	const struct bulk_in *in, struct job *job_r, struct err *e)
{
	struct make m = { .noun = noun, .args = { .in = *in } };
	struct list_filter f;
	uint64_t last;

	*job_r = (struct job){ 0 };
	/* Before the count, so that no row that comes between is touched. */
	if (!check_rights(a, noun, in, e) || !check_action(noun, in, e)
		|| !filter_of(c, a, noun, &in->filter, &f, e)
		|| !list_last_id(c->db, bulk_kinds[noun].list, &last, e)
		|| !bulk_count(c, a, noun, &in->filter, &m.n, e))
		return false;
	if ((int64_t)m.n != in->expected_count)
		return err_set(e, ERR_CONFLICT, "expected_count", "count_moved",
			NULL, "%llu match now, not %lld",
			(unsigned long long)m.n, (long long)in->expected_count);
	m.args.until = (int64_t)last;
	if (c->is_dry_run && c->trial)
		return try_bulk(c, a, &m, e);
	if (!core_run(c, a, bulk_kinds[noun].job, make_in, &m, NULL, e))
		return false;
	job_of_row(job_r, &m.job);
	return true;
}
