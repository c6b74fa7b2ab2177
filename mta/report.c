/*
 * See report.h.
 */
#include "mta/report.h"

#include "base/log.h"
#include "base/timeutil.h"
#include "db/map_rows.h"

#define EVERY_US (5 * US_PER_S)

static const char *
state_of(const struct node *n)
{
	if (n->message[0])
		return "error";
	if (n->held.n > 0)
		return "held";
	return n->live == 0 && n->applied == 0 && n->damaged ? "starting"
							     : "ok";
}

static bool
write_held(struct node *n, struct err *e)
{
	if (!map_held_clear(n->db, n->node_id, e))
		return false;
	for (size_t i = 0; i < n->held.n; i++)
		if (!map_held_add(n->db, n->node_id, n->held.hold[i].domain,
			    n->live, n->held.hold[i].reason, e))
			return false;
	return true;
}

static bool
write_all(struct node *n, bool changed, struct err *e)
{
	const struct map_status s = { .serial = n->live,
		.state = state_of(n),
		.message = n->message,
		.applied_us = n->applied_at_us,
		.seen_us = now_us(),
		.took_us = n->took_us,
		.added = n->added,
		.removed = n->removed };
	const bool held = changed && (n->held.n > 0 || n->held_reported);
	if (!held)
		return map_status_write(n->db, n->node_id, &s, e);
	if (!db_begin(n->db, DB_READ_COMMITTED, e))
		return false;
	if (write_held(n, e) && map_status_write(n->db, n->node_id, &s, e)
		&& db_commit(n->db, e)) {
		n->held_reported = n->held.n > 0;
		return true;
	}
	db_rollback(n->db);
	return false;
}

void
report_run(struct node *n)
{
	struct err e = ERR_EMPTY;
	const int64_t now = monotonic_us();
	if (!n->db || (!n->report_due && now < n->reported_us + EVERY_US))
		return;
	if (!write_all(n, n->report_due, &e)) {
		log_warn("cannot report: %s", err_text(&e));
		n->reported_us = now;
		return;
	}
	n->report_due = false;
	n->reported_us = now;
}
