/*
 * A deleted domain comes back: its rows first, batch by batch, the domain
 * itself with the last one. Until then nothing of it is in the maps, so it
 * may stop at any point and go on later; it cannot be cancelled either.
 */
#include "core/domain.h"
#include "jobs/jobd.h"

static bool
batch(struct core *c, const struct actor *a, struct job *j, unsigned max,
	bool *is_last_r, struct err *e)
{
	uint64_t done = 0;

	if (!domain_restore_batch(c, a, j->domain_id, max, &done, is_last_r, e))
		return false;
	j->done += done;
	return true;
}

const struct job_kind job_kind_domain_restore = {
	.name = "domain.restore",
	.batch = batch,
};
