/*
 * Jobs: taking one, doing it batch by batch, ending it. The row is read anew
 * before each batch, so what somebody else did to it counts at once.
 */
#include "jobs/jobd.h"

#include "base/log.h"
#include "base/timeutil.h"

enum {
	BATCH_FIRST = 100,
	BATCH_LEAST = 20,
	BATCH_MOST = 500,
	SHORT_US = 25000, /* a batch under this may grow */
	LONG_US = 60000,  /* and over this it shrinks */
	REST_LEAST_MS = 2,
	TRIES = 5,
};

static const struct job_kind *const kinds[] = {
	&job_kind_domain_delete,
	&job_kind_domain_restore,
	&job_kind_domain_bulk,
	&job_kind_mailbox_bulk,
	&job_kind_alias_bulk,
	&job_kind_whitelist_bulk,
	&job_kind_import_check,
	&job_kind_import_run,
	&job_kind_undo,
};

const struct job_kind *
job_kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}

static void
drop(struct jobd *d)
{
	d->job_id = 0;
	d->tries = 0;
	d->batch = BATCH_FIRST;
}

static bool
finish(struct jobd *d, struct job *j, enum job_state state, const char *message,
	struct err *e)
{
	char id[24];

	j->message = message;
	if (!job_finish(&d->core, j, d->holder, state, e))
		return false;
	(void)snprintf(id, sizeof(id), "%llu", (unsigned long long)j->id);
	log_kv(state == JOB_FAILED ? LOG_LEVEL_WARN : LOG_LEVEL_INFO,
		"job ended", "job", id, "kind", j->kind, "state",
		job_state_name(state), "subject", j->subject, "text", message,
		NULL);
	drop(d);
	return true;
}

/* Faults of the database or of the moment, not of the job. */
static bool
is_passing(enum err_code code)
{
	return code == ERR_UNAVAILABLE || code == ERR_RETRY
		|| code == ERR_OUTCOME || code == ERR_INTERNAL;
}

/*
 * A passing fault is tried again, from the row as it then is; one that stays
 * ends the job, as a fault of the job itself does.
 */
static bool
fail(struct jobd *d, struct job *j, const struct err *why, struct err *e)
{
	bool is_away = why->code == ERR_UNAVAILABLE;

	if (is_passing(why->code) && (is_away || ++d->tries < TRIES)) {
		*e = *why;
		return false;
	}
	return finish(d, j, JOB_FAILED, err_text(why), e);
}

static void
adapt(struct jobd *d, int64_t took_us)
{
	if (took_us > LONG_US)
		d->batch /= 2;
	else if (took_us < SHORT_US)
		d->batch += d->batch / 2;
	if (d->batch < BATCH_LEAST)
		d->batch = BATCH_LEAST;
	if (d->batch > BATCH_MOST)
		d->batch = BATCH_MOST;
}

static bool
save(struct jobd *d, struct job *j, struct err *e)
{
	bool is_lost = false;

	if (!job_progress(&d->core, j, d->holder, JOBD_LEASE_S, &is_lost, e))
		return false;
	if (is_lost) {
		log_warn(
			"lease of job %llu is lost", (unsigned long long)j->id);
		drop(d);
	}
	return true;
}

static bool
run_batch(struct jobd *d, const struct job_kind *kind, struct job *j,
	int *pause_ms_r, struct err *e)
{
	struct actor author;
	struct err why = ERR_EMPTY;
	int64_t began_us = monotonic_us(), took_us;
	bool is_last = false;

	if (!job_actor(&d->core, j, &author, &why)
		|| !kind->batch(&d->core, &author, j, d->batch, &is_last, &why))
		return fail(d, j, &why, e);
	took_us = monotonic_us() - began_us;
	d->tries = 0;
	if (!kind->is_steady) {
		adapt(d, took_us);
		*pause_ms_r = REST_LEAST_MS + (int)(took_us / 1000);
	}
	if (!is_last)
		return save(d, j, e);
	/* What a killed daemon had done without saying so. */
	if (!kind->has_own_place && j->done < j->total)
		j->done = j->total;
	return finish(d, j, JOB_DONE, "", e);
}

static bool
go_on(struct jobd *d, int *pause_ms_r, struct err *e)
{
	const struct actor reader = actor_clock();
	const struct job_kind *kind;
	struct job j;

	if (!job_get(&d->core, &reader, d->job_id, &j, e)) {
		if (e->code == ERR_NOT_FOUND) {
			err_clear(e);
			drop(d);
			return true;
		}
		return false;
	}
	if (j.state != JOB_RUNNING) {
		drop(d);
		return true;
	}
	kind = job_kind_find(j.kind);
	if (kind == NULL)
		return finish(d, &j, JOB_FAILED,
			"this program does not know this kind of job", e);
	if (j.is_cancel_requested && kind->is_cancellable)
		return finish(d, &j, JOB_CANCELLED, "stopped on request", e);
	return run_batch(d, kind, &j, pause_ms_r, e);
}

bool
jobd_work(struct jobd *d, int *pause_ms_r, bool *is_idle_r, struct err *e)
{
	bool is_found = false;
	struct job j;

	*pause_ms_r = 0;
	*is_idle_r = false;
	if (d->job_id != 0)
		return go_on(d, pause_ms_r, e);
	if (!job_take(&d->core, d->holder, JOBD_LEASE_S, &j, &is_found, e))
		return false;
	*is_idle_r = !is_found;
	if (!is_found)
		return true;
	drop(d);
	d->job_id = j.id;
	log_kv(LOG_LEVEL_INFO, "job begun", "kind", j.kind, "subject",
		j.subject, NULL);
	return true;
}

void
jobd_release(struct jobd *d)
{
	const struct actor reader = actor_clock();
	struct err e = ERR_EMPTY;
	bool is_lost;
	struct job j;

	if (d->job_id == 0)
		return;
	if (!job_get(&d->core, &reader, d->job_id, &j, &e)
		|| !job_progress(&d->core, &j, d->holder, 0, &is_lost, &e))
		log_warn("cannot give the lease back: %s", err_text(&e));
	drop(d);
}
