/*
 * See report.h.
 */
#include "mta/report.h"

#include "base/log.h"
#include "base/timeutil.h"

#define EVERY_US (5 * US_PER_S)
#define FACTS_BYTES 2048

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

static struct map_status
status_of(const struct node *n, const char *facts)
{
	return (struct map_status){ .serial = n->live,
		.state = state_of(n),
		.message = n->message,
		.applied_us = n->applied_at_us,
		.seen_us = now_us(),
		.took_us = n->took_us,
		.added = n->added,
		.removed = n->removed,
		.pending = n->waiting.lines,
		.is_held = n->gate.is_held,
		.hold_serial = n->gate.hold,
		.hold_by = !n->gate.is_held ? ""
			: n->order.is_set   ? "local"
					    : "target",
		.journal_from = journal_from(n->journal),
		.drift = n->drift.lines,
		.checked_us = n->drift.checked_us,
		.facts = facts };
}

static bool
write_all(struct node *n, bool changed, struct err *e)
{
	const bool held = changed && (n->held.n > 0 || n->held_reported);
	char facts[FACTS_BYTES];
	struct str s = STR_FIXED(facts);
	const bool fits = facts_write(n->conf, n->facts, &s);
	const struct source_report r = { .status = status_of(
						 n, fits ? facts : "{}"),
		.held = held ? &n->held : NULL };
	if (!source_report(n->source, &r, e))
		return false;
	if (held)
		n->held_reported = n->held.n > 0;
	return true;
}

void
report_run(struct node *n)
{
	struct err e = ERR_EMPTY;
	const int64_t now = monotonic_us();
	if (!n->source || (!n->report_due && now < n->reported_us + EVERY_US))
		return;
	if (!write_all(n, n->report_due, &e)) {
		log_warn("cannot report: %s", err_text(&e));
		n->reported_us = now;
		return;
	}
	n->report_due = false;
	n->reported_us = now;
}
