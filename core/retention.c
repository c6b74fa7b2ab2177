/*
 * A run of retention, batch by batch: revisions, then which secrets nobody
 * uses, then those that nobody has used for long enough.
 */
#include "core/retention.h"

#include "db/retention_rows.h"

/* A revision may have thousands of changes, a secret is one row. */
enum { REVISIONS = 50, MARKED = 5000, SECRETS = 500 };

static bool
step(struct core *c, struct retention_run *run, struct err *e)
{
	const struct conf_retention *keep = &c->conf->retention;
	uint64_t n;

	if (run->marked_to == 0) {
		if (!retention_prune_revisions(
			    c->db, keep->revisions_days, REVISIONS, &n, e))
			return false;
		run->revisions += n;
		if (n > 0)
			return true;
	}
	if (run->marked_to != UINT64_MAX) {
		if (!retention_mark_secrets(
			    c->db, run->marked_to, MARKED, &n, e))
			return false;
		run->marked_to = n ? n : UINT64_MAX;
		return true;
	}
	if (!retention_prune_secrets(c->db, keep->secrets_days, SECRETS, &n, e))
		return false;
	run->secrets += n;
	run->is_done = n == 0;
	return true;
}

bool
retention_step(struct core *c, struct retention_run *run, struct err *e)
{
	struct retention_run was = *run;

	if (!db_begin(c->db, DB_READ_COMMITTED, e))
		return false;
	if (step(c, run, e) && db_commit(c->db, e))
		return true;
	db_rollback(c->db);
	*run = was;
	return false;
}
