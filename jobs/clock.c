/*
 * The clock: time writes too. One daemon of all holds the duty; it looks once
 * a second at the earliest due time, and at the slow things once a minute.
 */
#include "core/due.h"
#include "core/import.h"
#include "core/retention.h"
#include "jobs/jobd.h"

#include "base/log.h"
#include "base/timeutil.h"

#define LOOK_US US_PER_S
#define RETENTION_US (INT64_C(3600) * US_PER_S)
#define DUTY "clock"

enum { AT_ONCE = 20 }; /* batches in a row, then a job may go on */

typedef bool due_fn(struct core *c, uint64_t *done_r, struct err *e);

static const struct {
	const char *name;
	due_fn *fn;
} duties[] = {
	{ "whitelist", due_whitelist },
	{ "domains", due_domains },
	{ "sessions", due_sessions },
	{ "purge", due_purge },
	{ "jobs", due_jobs },
	{ "imports", due_imports },
};

static bool
run_due(struct jobd *d, size_t i, struct err *e)
{
	uint64_t done = 1, sum = 0;
	char text[24];

	for (unsigned n = 0; n < AT_ONCE && done > 0; n++) {
		arena_reset(d->arena);
		if (!duties[i].fn(&d->core, &done, e))
			return false;
		sum += done;
	}
	if (sum == 0)
		return true;
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)sum);
	log_kv(LOG_LEVEL_INFO, "came due", "what", duties[i].name, "rows", text,
		NULL);
	return true;
}

/* Once an hour, a few batches at a time. */
static bool
run_retention(struct jobd *d, struct err *e)
{
	char revisions[24], secrets[24];

	if (monotonic_us() < d->retention_next_us)
		return true;
	for (unsigned n = 0; n < AT_ONCE && !d->retention.is_done; n++)
		if (!retention_step(&d->core, &d->retention, e))
			return false;
	if (!d->retention.is_done)
		return true;
	(void)snprintf(revisions, sizeof(revisions), "%llu",
		(unsigned long long)d->retention.revisions);
	(void)snprintf(secrets, sizeof(secrets), "%llu",
		(unsigned long long)d->retention.secrets);
	log_kv(LOG_LEVEL_INFO, "retention", "revisions", revisions, "secrets",
		secrets, NULL);
	d->retention = (struct retention_run){ 0 };
	d->retention_next_us = monotonic_us() + RETENTION_US;
	return true;
}

static bool
hold(struct jobd *d, unsigned lease_s, struct err *e)
{
	bool is_held = false;

	if (!duty_hold(&d->core, DUTY, d->holder, lease_s, &is_held, e))
		return false;
	if (is_held != d->has_clock && lease_s > 0)
		log_info("%s the clock", is_held ? "holds" : "lost");
	d->has_clock = is_held;
	return true;
}

bool
jobd_clock(struct jobd *d, struct err *e)
{
	int64_t due_us = TIME_NONE;

	if (monotonic_us() < d->clock_next_us)
		return true;
	if (!hold(d, JOBD_LEASE_S, e))
		return false;
	d->clock_next_us = monotonic_us() + LOOK_US;
	if (!d->has_clock)
		return true;
	if (!run_retention(d, e))
		return false;
	if (!due_next(&d->core, &due_us, e))
		return false;
	if (due_us == TIME_NONE || due_us > d->core.now())
		return true;
	for (size_t i = 0; i < ARRAY_LEN(duties); i++)
		if (!run_due(d, i, e))
			return false;
	return true;
}

void
jobd_clock_release(struct jobd *d)
{
	struct err e = ERR_EMPTY;

	if (d->has_clock && !hold(d, 0, &e))
		log_warn("cannot give the clock back: %s", err_text(&e));
}
