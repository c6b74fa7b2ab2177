/*
 * What the supervisor knows of its workers: one slot each, in memory that
 * both share.
 */
#ifndef CGI_SCOREBOARD_H
#define CGI_SCOREBOARD_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/timeutil.h"

struct worker_job;

struct slot {
	_Atomic int64_t busy_since_us; /* monotonic; 0: waiting */
	_Atomic uint64_t served;
	/* The supervisor's own. */
	pid_t pid; /* 0: none */
	pid_t parent;
	int64_t started_us;
	int64_t start_at_us; /* not before */
	int64_t back_off_us;
};

/* All of them, for those who look; without a supervisor slot is NULL. */
struct scoreboard {
	struct slot *slot;
	unsigned n;
};

static inline void
slot_begin(struct slot *s)
{
	atomic_store(&s->busy_since_us, monotonic_us());
}

static inline void
slot_end(struct slot *s)
{
	atomic_store(&s->busy_since_us, 0);
	atomic_fetch_add(&s->served, 1);
}

static inline pid_t
slot_parent(const struct slot *s)
{
	return s->parent;
}

/* The life of a worker; returns its exit status. */
int worker_main(const struct worker_job *job, struct slot *slot);

#endif
