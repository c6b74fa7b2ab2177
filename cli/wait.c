/*
 * Waiting for a job: a bar on a terminal, else a line now and then; both on
 * standard error, so that the answer stays by itself.
 */
#include "cli/wait.h"

#include <poll.h>
#include <unistd.h>

#include "base/timeutil.h"

enum { POLL_MS = 100, BAR_CELLS = 30, LINE_EVERY_US = 5 * US_PER_S };

struct view {
	bool is_terminal, is_quiet;
	int64_t began_us, told_us;
	uint64_t told_done;
};

static bool
is_over(const struct job *j)
{
	return j->state != JOB_QUEUED && j->state != JOB_RUNNING;
}

static void
left_text(const struct view *v, const struct job *j, char out[static 32])
{
	const int64_t ran_us = monotonic_us() - v->began_us;
	int64_t left_s;

	out[0] = '\0';
	/* The first seconds tell nothing. */
	if (j->done == 0 || j->total <= j->done || ran_us < 5 * US_PER_S)
		return;
	left_s = (int64_t)((double)ran_us / (double)j->done
			 * (double)(j->total - j->done))
		/ US_PER_S;
	(void)snprintf(out, 32, ", %lld s left", (long long)left_s);
}

static void
show_bar(const struct view *v, const struct job *j)
{
	const unsigned full = j->total
		? (unsigned)(BAR_CELLS
			* (j->done < j->total ? j->done : j->total) / j->total)
		: 0;
	char left[32];

	left_text(v, j, left);
	fprintf(stderr, "\r\033[K[");
	for (unsigned i = 0; i < BAR_CELLS; i++)
		fputc(i < full ? '#' : '.', stderr);
	fprintf(stderr, "] %llu of %llu, %llu failed%s%s%s",
		(unsigned long long)j->done, (unsigned long long)j->total,
		(unsigned long long)j->failed, *j->phase ? ", " : "", j->phase,
		left);
	if (is_over(j))
		fputc('\n', stderr);
	fflush(stderr);
}

static void
show_line(struct view *v, const struct job *j)
{
	const int64_t now_us = monotonic_us();

	if (!is_over(j)
		&& (now_us - v->told_us < LINE_EVERY_US
			|| j->done == v->told_done))
		return;
	v->told_us = now_us;
	v->told_done = j->done;
	fprintf(stderr, "job %llu: %s, %llu of %llu, %llu failed\n",
		(unsigned long long)j->id, job_state_name(j->state),
		(unsigned long long)j->done, (unsigned long long)j->total,
		(unsigned long long)j->failed);
}

static void
show(struct view *v, const struct job *j)
{
	if (v->is_quiet)
		return;
	if (v->is_terminal)
		show_bar(v, j);
	else
		show_line(v, j);
}

static bool
await_end(struct cli *c, uint64_t id, int64_t timeout_us, struct job *j,
	struct err *e)
{
	struct view v = { .is_terminal = isatty(STDERR_FILENO) == 1,
		.is_quiet = c->is_json && isatty(STDERR_FILENO) != 1,
		.began_us = monotonic_us() };
	const int64_t until_us = v.began_us + timeout_us;

	v.told_us = v.began_us;
	for (;;) {
		arena_reset(c->core.arena);
		if (!job_get(&c->core, &c->actor, id, j, e))
			return false;
		show(&v, j);
		if (is_over(j))
			return true;
		if (monotonic_us() > until_us)
			return err_set(e, ERR_UNAVAILABLE, "job", "timeout", "",
				"job %llu has not ended yet",
				(unsigned long long)id);
		(void)poll(NULL, 0, POLL_MS);
	}
}

bool
cli_await_job(struct cli *c, uint64_t id, uint64_t timeout_s, struct err *e)
{
	struct arena *own = c->core.arena;
	struct job j;
	bool is_ok;

	c->core.arena = arena_new(1U << 20);
	if (c->core.arena == NULL) {
		c->core.arena = own;
		return err_memory(e);
	}
	is_ok = await_end(c, id, (int64_t)timeout_s * US_PER_S, &j, e);
	if (is_ok) {
		job_write_json(&c->json, NULL, &j);
		c->exit_code = j.state == JOB_DONE ? 0 : 1;
	}
	arena_free(&c->core.arena);
	c->core.arena = own;
	return is_ok;
}

bool
cli_answer_job(struct cli *c, const struct job *j, struct err *e)
{
	if (!cli_opt(c, "wait") || c->core.is_dry_run) {
		job_write_json(&c->json, NULL, j);
		return true;
	}
	return cli_await_job(c, j->id, CLI_WAIT_S, e);
}
