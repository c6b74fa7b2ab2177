/*
 * Undo of many revisions: all of a job, of the serials from A to B, or of one
 * person in a span of time. Newest first, each revision in a transaction of
 * its own, as a job that goes on where it was after a kill and that can be
 * undone like any other.
 *
 * What the range chooses: revisions that are not undone yet. An undo whose
 * revision is in the range too is left out with it, and so are the batches of
 * a domain's deletion and restore: their rows follow the domain.
 *
 * A change that something later stands in the way of is left as it is and
 * named, with the reason, among the errors of the job; without `skip` nothing
 * begins while there is such a one.
 */
#ifndef CORE_UNDO_RANGE_H
#define CORE_UNDO_RANGE_H

#include "core/job.h"
#include "core/revision.h"

#define UNDO_OBSTACLES_MAX 100
/* More changes than this are not tried beforehand. */
#define UNDO_TRIED_MAX 1000

struct undo_obstacle {
	uint64_t serial; /* of the revision that cannot be undone whole */
	const char *noun, *subject;
	uint64_t noun_id, domain_id;
	const char *reason, *text; /* as in struct err */
	uint64_t later;            /* the revision in the way, or 0 */
};

struct undo_preview {
	uint64_t revisions, changes;
	/* Tried, change by change. Else the three figures are 0, and what was
	 * changed later counts as an obstacle in whatever field it was. */
	bool is_exact;
	uint64_t restored, removed, changed;
	struct undo_obstacle *obstacle;
	size_t n_obstacles;
	bool has_more; /* obstacles than these */
};

/*
 * ERR_INVALID `range`, `one_range`, unless it is exactly one of a job, two
 * serials, and a person with two times. ERR_CONFLICT `job_running` for a job
 * that has not ended, `nothing_to_undo` when nothing is left to take back.
 */
bool undo_range_preview(struct core *c, const struct actor *a,
	const struct revision_range *range, struct undo_preview *out,
	struct err *e) MUST_USE;

/* The same refusals, and ERR_CONFLICT `in_the_way` with the first object. */
bool undo_range_start(struct core *c, const struct actor *a,
	const struct revision_range *range, const char *note, bool skip,
	struct job *job_r, struct err *e) MUST_USE;

/* For jobd: revisions until `max` changes are gone through. Saves its place. */
bool undo_range_batch(struct core *c, const struct actor *a, struct job *j,
	unsigned max, bool *is_last_r, struct err *e) MUST_USE;

struct jsonw;
void undo_preview_write(struct jsonw *w, const struct undo_preview *p);

#endif
