/*
 * postroom-jobd: background jobs and the clock.
 *
 * One process, one connection, one thing at a time: a batch of the job at
 * hand, then what the clock finds due, then the next batch. A batch is one
 * transaction with its revision, short enough that nobody who saves meanwhile
 * notices; between batches the daemon rests as long as the batch took.
 *
 * What always holds: all state is in the database, so a daemon that was
 * killed lost nothing but its lease, and another goes on with the next batch;
 * a batch that ended without an answer is looked at anew before it is
 * repeated; a database that is away is waited for.
 */
#ifndef JOBS_JOBD_H
#define JOBS_JOBD_H

#include <signal.h>

#include "base/conf.h"
#include "core/core.h"
#include "core/job.h"
#include "core/retention.h"

enum {
	JOBD_LEASE_S = 5,
	JOBD_ARENA_BYTES = 64 << 20,
};

struct jobd {
	struct conf conf;
	struct core core;
	struct arena *arena;     /* of one step */
	struct hashers *hashers; /* or NULL */
	bool is_open;
	bool is_away;    /* the last step found the database away */
	char holder[65]; /* host, process and start */
	volatile sig_atomic_t *is_ending;

	uint64_t job_id; /* at hand; 0: none */
	unsigned batch;  /* rows of the next batch */
	unsigned tries;  /* that failed one after the other */

	int64_t clock_next_us; /* by the monotonic clock */
	bool has_clock;
	int64_t retention_next_us;
	struct retention_run retention;
};

/*
 * A kind of job: one batch of up to `max` rows. Moves j->done on (and j->phase
 * where it has some); *is_last_r when nothing is left. `a` is the author. A
 * kind that keeps its place itself (`has_own_place`) has saved j already. A
 * kind of its own pace (`is_steady`) chooses how much it does at once, and goes
 * on without a rest.
 */
struct job_kind {
	const char *name;
	bool is_cancellable;
	bool has_own_place;
	bool is_steady;
	bool (*batch)(struct core *c, const struct actor *a, struct job *j,
		unsigned max, bool *is_last_r, struct err *e);
};

extern const struct job_kind job_kind_domain_delete;
extern const struct job_kind job_kind_domain_restore;
extern const struct job_kind job_kind_domain_bulk;
extern const struct job_kind job_kind_mailbox_bulk;
extern const struct job_kind job_kind_alias_bulk;
extern const struct job_kind job_kind_whitelist_bulk;
extern const struct job_kind job_kind_import_check;
extern const struct job_kind job_kind_import_run;
extern const struct job_kind job_kind_undo;

/* NULL when this program does not know it. */
const struct job_kind *job_kind_find(const char *name);

/*
 * One step of the work: take a job or do one batch of it. *pause_ms_r is how
 * long to rest, *is_idle_r when there was nothing to do. False when the
 * database did not answer as it should; then nothing is lost.
 */
bool jobd_work(struct jobd *d, int *pause_ms_r, bool *is_idle_r,
	struct err *e) MUST_USE;

/* Give the job at hand back, so that the next daemon need not wait. */
void jobd_release(struct jobd *d);

/* What is due by its date, when it is time to look and the duty is ours. */
bool jobd_clock(struct jobd *d, struct err *e) MUST_USE;
void jobd_clock_release(struct jobd *d);

/* The daemon: runs until *is_ending. */
void jobd_run(struct jobd *d);

#endif
