/*
 * A domain of any size goes: it left all maps when it was deleted, and its
 * mailboxes and aliases follow here, batch by batch. Which are left is read
 * from the rows, so a batch that was done is never done again. It cannot be
 * cancelled, because half a domain helps nobody: restore the domain.
 */
#include "core/domain.h"
#include "jobs/jobd.h"

static bool
batch(struct core *c, const struct actor *a, struct job *j, unsigned max,
	bool *is_last_r, struct err *e)
{
	uint64_t done = 0;

	if (!domain_delete_batch(c, a, j->domain_id, max, &done, is_last_r, e))
		return false;
	j->done += done;
	return true;
}

const struct job_kind job_kind_domain_delete = {
	.name = "domain.delete",
	.batch = batch,
};
