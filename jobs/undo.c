/*
 * Many revisions are taken back, newest first. The place moves on in each
 * revision's own transaction, so nothing is undone twice whatever is killed;
 * stopped between two, what was undone stays so and can be undone itself.
 */
#include "core/undo_range.h"
#include "jobs/jobd.h"

const struct job_kind job_kind_undo = {
	.name = "undo",
	.is_cancellable = true,
	.has_own_place = true,
	.batch = undo_range_batch,
};
