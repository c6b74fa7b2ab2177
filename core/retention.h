/*
 * What the log and the secrets keep no longer: revisions older than
 * [retention] revisions_days that every node has live, and secrets that no
 * mailbox, deleted ones included, has used for secrets_days. The rows go by
 * functions of the schema that refuse anything younger than 30 days.
 *
 * jobd calls this while it holds the clock. It is no revision: what it takes
 * away was the log itself. Its caller logs each run.
 */
#ifndef CORE_RETENTION_H
#define CORE_RETENTION_H

#include "core/core.h"

struct retention_run {
	uint64_t revisions, secrets; /* removed */
	uint64_t marked_to;          /* id of a secret: where the look is */
	bool is_done;
};

/*
 * One batch of a run, a transaction of its own; start from zeros and repeat
 * until is_done. Figures add up.
 */
bool retention_step(
	struct core *c, struct retention_run *run, struct err *e) MUST_USE;

#endif
