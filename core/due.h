/*
 * Time writes too: what is due by its date. jobd calls these while it holds
 * the duty `clock`; the author of the revisions is the clock. Each does at
 * most one batch and says how many it did, so the caller repeats until 0.
 */
#ifndef CORE_DUE_H
#define CORE_DUE_H

#include "core/core.h"

/* Whitelist entries past their expiry become expired. */
bool due_whitelist(struct core *c, uint64_t *done_r, struct err *e) MUST_USE;

/* Retiring domains past retire_at are deleted (large ones leave a job). */
bool due_domains(struct core *c, uint64_t *done_r, struct err *e) MUST_USE;

/* Rows of deleted nouns past purge_at go for good. */
bool due_purge(struct core *c, uint64_t *done_r, struct err *e) MUST_USE;

/* Sessions, first-use links, throttle and idempotency rows that ran out, and
 * requests to nodes that are a day old. */
bool due_sessions(struct core *c, uint64_t *done_r, struct err *e) MUST_USE;

/* Finished jobs older than [retention] jobs_days. */
bool due_jobs(struct core *c, uint64_t *done_r, struct err *e) MUST_USE;

/* When the next of them is due; TIME_NONE when nothing is. */
bool due_next(struct core *c, int64_t *us_r, struct err *e) MUST_USE;

#endif
