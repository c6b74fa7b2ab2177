/*
 * The daemon's loop, and what it does while the database is away: it says so
 * once, tries again at growing times, and says when it is back.
 */
#include "jobs/jobd.h"

#include <errno.h>
#include <poll.h>

#include "base/log.h"
#include "jobs/hashers.h"

enum {
	IDLE_MS = 250,
	AWAY_FIRST_MS = 100,
	AWAY_MOST_MS = 2000,
};

/* SIGTERM is blocked except here, so none is missed before the wait. */
static void
rest(int ms)
{
	const struct timespec ts = {
		.tv_sec = ms / 1000,
		.tv_nsec = (ms % 1000) * 1000000L,
	};
	sigset_t none;

	sigemptyset(&none);
	(void)ppoll(NULL, 0, &ts, &none);
}

static bool
step(struct jobd *d, int *pause_ms_r, struct err *e)
{
	bool is_idle = false;

	arena_reset(d->arena);
	if (!d->is_open) {
		if (!core_open(&d->core, &d->conf, FACE_JOB, d->arena, e))
			return false;
		d->core.hasher = hashers_face(d->hashers);
		d->is_open = true;
	}
	if (!jobd_clock(d, e))
		return false;
	arena_reset(d->arena);
	if (!jobd_work(d, pause_ms_r, &is_idle, e))
		return false;
	if (is_idle)
		*pause_ms_r = IDLE_MS;
	return true;
}

static void
failed(struct jobd *d, const struct err *e, int *away_ms)
{
	if (!d->is_away)
		log_warn("%s; trying again", err_text(e));
	d->is_away = true;
	*away_ms = *away_ms == 0 ? AWAY_FIRST_MS : *away_ms * 2;
	if (*away_ms > AWAY_MOST_MS)
		*away_ms = AWAY_MOST_MS;
}

void
jobd_run(struct jobd *d)
{
	int pause_ms, away_ms = 0;

	while (!*d->is_ending) {
		struct err e = ERR_EMPTY;

		pause_ms = 0;
		if (!step(d, &pause_ms, &e)) {
			failed(d, &e, &away_ms);
			rest(away_ms);
			continue;
		}
		if (d->is_away)
			log_info("going on");
		d->is_away = false;
		away_ms = 0;
		rest(pause_ms);
	}
	if (!d->is_open)
		return;
	arena_reset(d->arena);
	jobd_release(d);
	jobd_clock_release(d);
	core_close(&d->core);
}
