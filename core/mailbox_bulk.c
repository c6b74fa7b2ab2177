/*
 * One change to many mailboxes, as a job in batches. The place that the job got
 * to stands in its args and moves in the batch's own transaction.
 */
#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "core/lists.h"
#include "core/mailbox.h"
#include "core/ops.h"

#define IDS_MAX 100
#define ARGS_BYTES 16384

/* clang-format off */
static const char *const filter_states[]
	= { "", "active", "nologin", "closed", "deleted", NULL };
static const char *const action_states[]
	= { "active", "nologin", "closed", NULL };
static const struct field filter_form[] = {
	{ FIELD_AT(struct mailbox_filter, domain_id), .min = 1 },
	{ FIELD_AT(struct mailbox_filter, state), .words = filter_states },
	{ FIELD_AT(struct mailbox_filter, q), .max = 200 },
	{ FIELD_AT(struct mailbox_filter, ids), .min = 1,
		.max_items = IDS_MAX },
	{ 0 }
};
static const struct field action_form[] = {
	{ FIELD_AT(struct mailbox_bulk_action, quota_bytes),
		.max = QUOTA_MAX_BYTES },
	{ FIELD_AT(struct mailbox_bulk_action, state),
		.words = action_states },
	{ FIELD_NAMED(struct mailbox_bulk_action, is_delete, "delete") },
	{ 0 }
};
const struct field mailbox_bulk_form[] = {
	{ FIELD_OBJECT_AT(struct mailbox_bulk_in, filter, filter_form,
		filter_seen), .required = true },
	{ FIELD_AT(struct mailbox_bulk_in, expected_count),
		.required = true },
	{ FIELD_OBJECT_AT(struct mailbox_bulk_in, action, action_form,
		action_seen), .required = true },
	{ 0 }
};
/* Args of the job: what was asked, and the place. */
struct bulk_args {
	struct mailbox_bulk_in in;
	struct form_seen in_seen;
	int64_t at;
};
static const struct field args_form[] = {
	{ FIELD_OBJECT_AT(struct bulk_args, in, mailbox_bulk_form, in_seen),
		.required = true },
	{ FIELD_AT(struct bulk_args, at) },
	{ 0 }
};
/* clang-format on */

#define HAS(p, m)                                                              \
	FORM_HAS(action_form, &(p)->action_seen, struct mailbox_bulk_action, m)

void
mailbox_bulk_in_defaults(struct mailbox_bulk_in *in)
{
	*in = (struct mailbox_bulk_in){ 0 };
}

static void
write_filter(struct jsonw *w, const struct mailbox_filter *f)
{
	jsonw_object(w, "filter");
	if (f->domain_id)
		jsonw_int(w, "domain_id", f->domain_id);
	if (f->state)
		jsonw_str(w, "state", filter_states[f->state]);
	if (f->q)
		jsonw_str(w, "q", f->q);
	if (f->ids.n) {
		jsonw_array(w, "ids");
		for (size_t i = 0; i < f->ids.n; i++)
			jsonw_int(w, NULL, f->ids.items[i]);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static bool
write_args(struct arena *a, const struct mailbox_bulk_in *in, int64_t at,
	const char **out, struct err *e)
{
	struct str s = str_in(a, ARGS_BYTES);
	struct jsonw w = jsonw_over(&s);

	jsonw_object(&w, NULL);
	jsonw_object(&w, "in");
	write_filter(&w, &in->filter);
	jsonw_int(&w, "expected_count", in->expected_count);
	jsonw_object(&w, "action");
	if (HAS(in, quota_bytes))
		jsonw_int(&w, "quota_bytes", in->action.quota_bytes);
	if (HAS(in, state))
		jsonw_str(&w, "state", action_states[in->action.state]);
	if (in->action.is_delete)
		jsonw_bool(&w, "delete", true);
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_int(&w, "at", at);
	jsonw_end(&w);
	*out = str_text(&s);
	return jsonw_done(&w, e);
}

static bool
check_action(const struct mailbox_bulk_in *in, struct err *e)
{
	unsigned n = (unsigned)HAS(in, quota_bytes) + HAS(in, state)
		+ in->action.is_delete;

	if (n == 1)
		return true;
	return err_set(e, ERR_INVALID, "action", "one_of_three", NULL,
		"say exactly one of quota_bytes, state and delete");
}

static bool
count_filter(struct core *c, const struct actor *a,
	const struct mailbox_filter *in, uint64_t *n_r, struct err *e)
{
	struct list_filter f;
	uint64_t *ids;
	size_t n;

	if (!mailbox_filter_of(c, a, in, in->q, &f, e))
		return false;
	if (in->ids.n == 0)
		return list_count(c->db, LIST_MAILBOXES, &f, 0, n_r, e);
	if (!list_mailbox_ids(c->db, c->arena, &f, in->ids.items, in->ids.n, 0,
		    IDS_MAX, &ids, &n, e))
		return false;
	*n_r = n;
	return true;
}

struct make {
	const struct mailbox_bulk_in *in;
	struct job_row job;
	uint64_t n;
};

static bool
make_in(struct tx *t, void *ctx, struct err *e)
{
	struct make *m = ctx;

	m->job = (struct job_row){ .kind = "mailbox.bulk",
		.state = JOB_QUEUED,
		.subject = m->in->filter.q ? m->in->filter.q : "",
		.domain_id = (uint64_t)m->in->filter.domain_id,
		.phase = "",
		.message = "",
		.total = m->n,
		.created_us = t->now_us,
		.started_us = TIME_NONE,
		.finished_us = TIME_NONE };
	return write_args(t->arena, m->in, 0, &m->job.args, e)
		&& job_make(t, &m->job, e);
}

struct batch {
	struct bulk_args args;
	struct job_row job;
	const uint64_t *ids;
	size_t n;
	unsigned max;
	uint64_t failed;
	bool is_last;
};

/* One mailbox; a rule that refuses it is an error of the job, if there is
 * one. */
static bool
change_one(struct tx *t, const struct mailbox_bulk_in *in, uint64_t id,
	struct mailbox *m, struct err *e)
{
	const struct mailbox_delete_in ask = { .targets = TARGETS_ASK };
	struct mailbox after;
	struct tx_domain *td;

	if (in->action.is_delete)
		return mailbox_delete_in_tx(t, id, 0, &ask, m, e);
	if (!mailbox_locked(t, id, m, &td, e)
		|| !actor_need_right(t->a, td->d.id, RIGHT_MAILBOXES, e))
		return false;
	if (!m->is_alive)
		return no_such("mailbox", e);
	after = *m;
	if (HAS(in, quota_bytes))
		after.quota_bytes = in->action.quota_bytes;
	if (HAS(in, state))
		after.state = (enum mailbox_state)(in->action.state + 1);
	return mailbox_apply(t, td, m, &after, e);
}

static bool
is_rule(enum err_code code)
{
	return code == ERR_INVALID || code == ERR_LIMIT || code == ERR_CONFLICT
		|| code == ERR_REFERENCED || code == ERR_NOT_FOUND
		|| code == ERR_FORBIDDEN;
}

/* The domains of the batch, locked in their order before any of its rows. */
static bool
lock_domains(struct tx *t, const struct batch *b, struct err *e)
{
	uint64_t *ids = arena_array(t->arena, b->n + 1, sizeof(*ids));
	size_t n = 0;

	if (!ids)
		return err_memory(e);
	for (size_t i = 0; i < b->n; i++) {
		struct mailbox m;
		bool found;

		if (!mailbox_row_get(t->db, t->arena, b->ids[i], &m, &found, e))
			return false;
		if (found && (n == 0 || ids[n - 1] != m.domain_id))
			ids[n++] = m.domain_id;
	}
	return n == 0 || tx_lock_domains(t, ids, n, e);
}

static bool
change_all(struct tx *t, struct batch *b, struct err *e)
{
	b->failed = 0;
	if (!lock_domains(t, b, e))
		return false;
	for (size_t i = 0; i < b->n; i++) {
		struct mailbox m = { .address = "" };

		if (change_one(t, &b->args.in, b->ids[i], &m, e))
			continue;
		if (!is_rule(e->code))
			return false;
		if (b->job.id
			&& !job_row_error(t->db, b->job.id,
				m.address ? m.address : "", e->item[0].reason,
				e->item[0].text, NULL))
			return false;
		err_clear(e);
		b->failed++;
	}
	return true;
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
	return write_args(t->arena, &b->args.in,
		       b->n ? (int64_t)b->ids[b->n - 1] : b->args.at, &job.args,
		       e)
		&& job_row_batch(t->db, &job, e);
}

static bool
read_args(struct core *c, const struct job *j, struct bulk_args *args,
	struct err *e)
{
	const struct json_limits limits = { ARGS_BYTES, 8 };

	*args = (struct bulk_args){ 0 };
	return form_read_json(args_form, j->args, strlen(j->args), &limits,
		args, NULL, c->arena, e);
}

bool
mailbox_bulk_batch(struct core *c, const struct actor *a, struct job *j,
	unsigned max, bool *is_last_r, struct err *e)
{
	struct batch b = { .max = max };
	struct list_filter f;
	uint64_t *ids;

	if (!read_args(c, j, &b.args, e)
		|| !mailbox_filter_of(
			c, a, &b.args.in.filter, b.args.in.filter.q, &f, e)
		|| !list_mailbox_ids(c->db, c->arena, &f,
			b.args.in.filter.ids.items, b.args.in.filter.ids.n,
			(uint64_t)b.args.at, max, &ids, &b.n, e))
		return false;
	b.ids = ids;
	*is_last_r = b.n < max;
	if (b.n == 0)
		return true;
	b.job = (struct job_row){
		.id = j->id, .done = j->done, .failed = j->failed
	};
	if (!core_run(c, a, "mailbox.bulk", batch_in, &b, NULL, e))
		return false;
	j->done += b.n;
	j->failed += b.failed;
	return write_args(
		c->arena, &b.args.in, (int64_t)b.ids[b.n - 1], &j->args, e);
}

static bool
try_in(struct tx *t, void *ctx, struct err *e)
{
	return change_all(t, ctx, e);
}

/* A dry run does at once what the job would do, as far as that can be shown. */
static bool
try_bulk(struct core *c, const struct actor *a,
	const struct mailbox_bulk_in *in, uint64_t n, struct err *e)
{
	struct batch b = { .args.in = *in };
	struct list_filter f;
	uint64_t *ids;

	if (n > TRIAL_ROWS_MAX) {
		c->trial->beyond.noun = "mailbox";
		c->trial->beyond.domain_id = (uint64_t)in->filter.domain_id;
		c->trial->beyond.n = n;
		return true;
	}
	if (!mailbox_filter_of(c, a, &in->filter, in->filter.q, &f, e)
		|| !list_mailbox_ids(c->db, c->arena, &f, in->filter.ids.items,
			in->filter.ids.n, 0, TRIAL_ROWS_MAX, &ids, &b.n, e))
		return false;
	b.ids = ids;
	if (b.n > 0 && !core_run(c, a, "mailbox.bulk", try_in, &b, NULL, e))
		return false;
	c->trial->refused += b.failed;
	return true;
}

bool
mailbox_bulk(struct core *c, const struct actor *a,
	const struct mailbox_bulk_in *in, struct job *job_r, struct err *e)
{
	struct make m = { .in = in };

	*job_r = (struct job){ 0 };
	if (!actor_need_right_somewhere(a, RIGHT_MAILBOXES, e)
		|| !check_action(in, e)
		|| !count_filter(c, a, &in->filter, &m.n, e))
		return false;
	if ((int64_t)m.n != in->expected_count)
		return err_set(e, ERR_CONFLICT, "expected_count", "count_moved",
			NULL, "%llu mailboxes match now, not %lld",
			(unsigned long long)m.n, (long long)in->expected_count);
	if (c->is_dry_run && c->trial)
		return try_bulk(c, a, in, m.n, e);
	if (!core_run(c, a, "mailbox.bulk", make_in, &m, NULL, e))
		return false;
	job_of_row(job_r, &m.job);
	return true;
}
