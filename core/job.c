/*
 * Jobs: their rows, leases and errors.
 */
#include "core/job.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/admin_rows.h"
#include "core/api_token.h"
#include "core/ops.h"

static const char *const words[] = {
	[JOB_QUEUED] = "queued",
	[JOB_RUNNING] = "running",
	[JOB_DONE] = "done",
	[JOB_FAILED] = "failed",
	[JOB_CANCELLED] = "cancelled",
};
_Static_assert(ARRAY_LEN(words) == JOB_CANCELLED + 1, "one word each");

const char *
job_state_name(enum job_state state)
{
	return (unsigned)state < ARRAY_LEN(words) ? words[state] : NULL;
}

bool
job_state_find(const char *name, enum job_state *state_r)
{
	for (unsigned i = 1; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], name) == 0) {
			*state_r = (enum job_state)i;
			return true;
		}
	return false;
}

void
job_of_row(struct job *j, const struct job_row *row)
{
	*j = (struct job){ .id = row->id,
		.kind = row->kind,
		.state = (enum job_state)row->state,
		.subject = row->subject,
		.domain_id = row->domain_id,
		.args = row->args,
		.phase = row->phase,
		.done = row->done,
		.total = row->total,
		.failed = row->failed,
		.seq = row->seq,
		.is_cancel_requested = row->is_cancel_requested,
		.message = row->message,
		.actor_kind = (enum actor_kind)row->actor_kind,
		.admin_id = row->admin_id,
		.token_id = row->token_id,
		.actor_name = row->actor_name,
		.created_us = row->created_us,
		.started_us = row->started_us,
		.finished_us = row->finished_us,
		.undoes_job = row->undoes_job,
		.undone_by = row->undone_by,
		.is_undoable = row->has_revisions && row->undone_by == 0
			&& row->state != JOB_QUEUED
			&& row->state != JOB_RUNNING };
}

/* What jobd changes of it. */
static struct job_row
row_of_job(const struct job *j)
{
	return (struct job_row){ .id = j->id,
		.state = j->state,
		.args = j->args,
		.phase = j->phase ? j->phase : "",
		.message = j->message ? j->message : "",
		.done = j->done,
		.total = j->total,
		.failed = j->failed };
}

bool
job_make(struct tx *t, struct job_row *j, struct err *e)
{
	j->actor_kind = t->a->kind;
	j->admin_id = t->a->admin_id;
	j->token_id = t->a->scope.token_id;
	j->actor_name = t->a->name ? t->a->name : "";
	if (!job_row_insert(t->db, j, e))
		return false;
	/* Inside of another job the revision is that one's. */
	if (t->a->job_id == 0)
		t->job_id = j->id;
	return true;
}

/* An admin sees his own jobs and those of his domains. */
static bool
may_see(const struct actor *a, const struct job_row *j)
{
	/* A token of some domains sees no job of others, his own neither. */
	return actor_sees_all(a)
		|| (a->admin_id && a->admin_id == j->admin_id
			&& a->scope.token_id == 0)
		|| (j->domain_id && actor_has_domain(a, j->domain_id));
}

bool
job_count(struct core *c, uint64_t n_r[static JOB_STATES], struct err *e)
{
	return job_row_count(c->db, n_r, JOB_STATES, e);
}

bool
job_get(struct core *c, const struct actor *a, uint64_t id, struct job *out,
	struct err *e)
{
	struct job_row row;
	bool found;

	if (!job_row_get(c->db, c->arena, id, &row, &found, e))
		return false;
	if (!found || !may_see(a, &row))
		return no_such("job", e);
	job_of_row(out, &row);
	return true;
}

bool
job_errors(struct core *c, const struct actor *a, uint64_t id, uint64_t after,
	size_t max, struct job_error **items_r, size_t *n_r, uint64_t *next_r,
	struct err *e)
{
	struct job_error_row *rows;
	struct job j;
	size_t n;

	*next_r = 0;
	if (!job_get(c, a, id, &j, e)
		|| !job_row_errors(
			c->db, c->arena, id, after, max + 1, &rows, &n, e))
		return false;
	*n_r = n > max ? max : n;
	*items_r = arena_array(c->arena, *n_r + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	for (size_t i = 0; i < *n_r; i++)
		(*items_r)[i] = (struct job_error){ rows[i].seq,
			rows[i].subject, rows[i].reason, rows[i].text };
	if (n > max)
		*next_r = rows[max - 1].seq;
	return true;
}

bool
job_cancel(struct core *c, const struct actor *a, uint64_t id, struct job *out,
	struct err *e)
{
	uint64_t n;

	if (!job_get(c, a, id, out, e))
		return false;
	if (strcmp(out->kind, "domain.delete") == 0
		|| strcmp(out->kind, "domain.restore") == 0)
		return err_set(e, ERR_CONFLICT, NULL, "not_cancellable",
			out->subject,
			"half a domain helps nobody: this job goes on");
	/* Who may only look stops no work of others. */
	if (a->role == ROLE_ADMIN && a->admin_id != out->admin_id
		&& !actor_need_right(a, out->domain_id, RIGHT_MAILBOXES, e))
		return false;
	if (!job_row_cancel(c->db, id, c->now(), &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_CONFLICT, NULL, "job_finished",
			out->subject, "the job is over");
	return job_get(c, a, id, out, e);
}

bool
job_take(struct core *c, const char *holder, unsigned lease_s, struct job *out,
	bool *found_r, struct err *e)
{
	int64_t now = c->now();
	struct job_row row;
	uint64_t id;
	bool won, found;

	*found_r = false;
	if (!job_row_next(c->db, now, &id, e))
		return false;
	if (id == 0)
		return true;
	if (!job_row_take(
		    c->db, id, holder, now + lease_s * US_PER_S, now, &won, e))
		return false;
	if (!won)
		return true;
	if (!job_row_get(c->db, c->arena, id, &row, &found, e))
		return false;
	if (found)
		job_of_row(out, &row);
	*found_r = found;
	return true;
}

bool
job_progress(struct core *c, struct job *j, const char *holder,
	unsigned lease_s, bool *lost_r, struct err *e)
{
	struct job_row row = row_of_job(j), now_row;
	bool won, found;

	if (!job_row_progress(c->db, &row, holder,
		    c->now() + lease_s * US_PER_S, &won, e))
		return false;
	*lost_r = !won;
	if (!won)
		return true;
	if (!job_row_get(c->db, c->arena, j->id, &now_row, &found, e))
		return false;
	if (found) {
		j->is_cancel_requested = now_row.is_cancel_requested;
		j->seq = now_row.seq;
	}
	return true;
}

bool
job_finish(struct core *c, struct job *j, const char *holder,
	enum job_state state, struct err *e)
{
	struct job_row row;
	bool won;

	j->state = state;
	row = row_of_job(j);
	if (!job_row_finish(c->db, &row, holder, c->now(), &won, e))
		return false;
	return won
		|| err_set(e, ERR_CONFLICT, NULL, "lease_lost", j->subject,
			"another program has taken the job over");
}

bool
job_error_add(struct core *c, struct job *j, const char *subject,
	const char *reason, const char *text, struct err *e)
{
	return job_row_error(c->db, j->id, subject, reason, text, e);
}

/* An admin who is gone or switched off has no domains any more. */
static bool
take_rights(struct core *c, struct actor *a, struct err *e)
{
	struct admin_row row;
	struct admin admin;
	bool found;

	if (!admin_row_by_id(c->db, c->arena, a->admin_id, &row, &found, e))
		return false;
	a->role = ROLE_NONE;
	if (!found || row.state != 1)
		return true;
	if (!admin_of_row(c, &row, &admin, e))
		return false;
	a->role = admin.role;
	a->domain_ids = admin.domain_ids;
	a->rights = admin.rights;
	a->scope.admin_id = admin.role == ROLE_ADMIN ? admin.id : 0;
	a->n_domains = admin.n_domains;
	return true;
}

bool
job_actor(struct core *c, const struct job *j, struct actor *out, struct err *e)
{
	*out = (struct actor){ .kind = j->actor_kind,
		.role = ROLE_SUPERADMIN,
		.admin_id = j->admin_id,
		.name = j->actor_name,
		.job_id = j->id };
	if (j->actor_kind == ACTOR_OWNER)
		out->role = ROLE_NONE;
	return j->admin_id == 0
		|| (take_rights(c, out, e)
			&& (j->token_id == 0 || out->role == ROLE_NONE
				|| api_token_narrow_job(
					c, j->token_id, out, e)));
}

bool
duty_hold(struct core *c, const char *duty, const char *holder,
	unsigned lease_s, bool *held_r, struct err *e)
{
	int64_t now = c->now();

	return lease_row_hold(
		c->db, duty, holder, now, now + lease_s * US_PER_S, held_r, e);
}

void
job_write_json(struct jsonw *w, const char *key, const struct job *j)
{
	jsonw_object(w, key);
	jsonw_uint(w, "id", j->id);
	jsonw_str(w, "kind", j->kind);
	jsonw_str(w, "state", job_state_name(j->state));
	jsonw_str(w, "subject", j->subject);
	if (j->domain_id)
		jsonw_uint(w, "domain_id", j->domain_id);
	else
		jsonw_null(w, "domain_id");
	jsonw_str(w, "phase", j->phase);
	jsonw_uint(w, "done", j->done);
	jsonw_uint(w, "total", j->total);
	jsonw_uint(w, "failed", j->failed);
	jsonw_uint(w, "seq", j->seq);
	jsonw_bool(w, "cancel_requested", j->is_cancel_requested);
	jsonw_str(w, "message", j->message);
	jsonw_object(w, "actor");
	jsonw_str(w, "kind", actor_kind_name(j->actor_kind));
	if (j->admin_id)
		jsonw_uint(w, "admin_id", j->admin_id);
	else
		jsonw_null(w, "admin_id");
	jsonw_str(w, "name", j->actor_name);
	jsonw_end(w);
	jsonw_time(w, "created_at", j->created_us);
	jsonw_time(w, "started_at", j->started_us);
	jsonw_time(w, "finished_at", j->finished_us);
	if (j->undoes_job)
		jsonw_uint(w, "undoes_job", j->undoes_job);
	else
		jsonw_null(w, "undoes_job");
	if (j->undone_by)
		jsonw_uint(w, "undone_by", j->undone_by);
	else
		jsonw_null(w, "undone_by");
	jsonw_bool(w, "undoable", j->is_undoable);
	jsonw_end(w);
}
