/*
 * Background jobs: rows that jobd takes by a lease. A write and the job that
 * follows it are made in one transaction.
 *
 * Whoever holds the lease works; it is taken and kept by compare-and-set, so
 * that two daemons never both believe they hold it, and after a kill the next
 * one goes on when the lease has run out.
 */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include "core/core.h"
#include "core/list.h"

enum job_state {
	JOB_QUEUED = 1,
	JOB_RUNNING,
	JOB_DONE,
	JOB_FAILED,
	JOB_CANCELLED
};
#define JOB_STATES (JOB_CANCELLED + 1)
const char *job_state_name(enum job_state state);
bool job_state_find(const char *name, enum job_state *state_r) MUST_USE;

struct job {
	uint64_t id;
	const char *kind; /* `domain.delete`, `domain.restore`,
	                     `mailbox.bulk`, ... */
	enum job_state state;
	const char *subject;
	uint64_t domain_id; /* 0: none */
	const char *args;   /* JSON object */
	const char *phase;
	uint64_t done, total, failed;
	uint64_t seq; /* rises with every change of the row */
	bool is_cancel_requested;
	const char *message;
	enum actor_kind actor_kind;
	uint64_t token_id; /* of some domains, 0: none */
	uint64_t admin_id;
	const char *actor_name;
	int64_t created_us, started_us, finished_us;
	uint64_t undoes_job; /* core/undo_range.h; 0: none */
	uint64_t undone_by;  /* the newest job that undoes it, 0: none */
	bool is_undoable;    /* it has ended, and its revisions are there */
};

bool job_get(struct core *c, const struct actor *a, uint64_t id,
	struct job *out, struct err *e) MUST_USE;

struct job_query {
	struct list_query list; /* newest first */
	enum job_state state;   /* 0: all */
};
bool job_list(struct core *c, const struct actor *a, const struct job_query *q,
	struct job **items_r, struct list_page *page_r, struct err *e) MUST_USE;

/* How many are kept of each state. */
bool job_count(struct core *c, uint64_t n_r[static JOB_STATES],
	struct err *e) MUST_USE;

struct job_error {
	uint64_t seq;
	const char *subject, *reason, *text;
};
/* Errors behind seq `after`; *next_r is what to pass next, 0 at the end. */
bool job_errors(struct core *c, const struct actor *a, uint64_t id,
	uint64_t after, size_t max, struct job_error **items_r, size_t *n_r,
	uint64_t *next_r, struct err *e) MUST_USE;

/* A queued job is cancelled at once, a running one asked to stop. ERR_CONFLICT
 * `job_finished` when it is over, `not_cancellable` for the jobs of a domain,
 * of which half would help nobody. */
bool job_cancel(struct core *c, const struct actor *a, uint64_t id,
	struct job *out, struct err *e) MUST_USE;

/* --- for jobd --- */

/*
 * Take the oldest job that is queued, or running with a lease that ran out.
 * *found_r is false when there is none.
 */
bool job_take(struct core *c, const char *holder, unsigned lease_s,
	struct job *out, bool *found_r, struct err *e) MUST_USE;

/*
 * Save done, failed, total, phase and message of `j` and keep the lease.
 * *lost_r: somebody else holds it, stop. Fills j->is_cancel_requested.
 */
bool job_progress(struct core *c, struct job *j, const char *holder,
	unsigned lease_s, bool *lost_r, struct err *e) MUST_USE;

/* End it: done, failed or cancelled, with j's figures and message. */
bool job_finish(struct core *c, struct job *j, const char *holder,
	enum job_state state, struct err *e) MUST_USE;

bool job_error_add(struct core *c, struct job *j, const char *subject,
	const char *reason, const char *text, struct err *e) MUST_USE;

/* The author of what the job writes: the one who asked for it, with the rights
 * that he has now. */
bool job_actor(struct core *c, const struct job *j, struct actor *out,
	struct err *e) MUST_USE;

/*
 * A duty that one program of all holds (`clock`): true in *held_r when
 * `holder` has it for the next `lease_s` seconds.
 */
bool duty_hold(struct core *c, const char *duty, const char *holder,
	unsigned lease_s, bool *held_r, struct err *e) MUST_USE;

struct jsonw;
void job_write_json(struct jsonw *w, const char *key, const struct job *j);

#endif
