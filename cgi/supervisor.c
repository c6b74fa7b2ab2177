/*
 * The supervisor: forks the workers, replaces the dead, kills those that hang
 * past every deadline, and ends them all when it is told to. It touches no
 * request and no database.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "cgi/scoreboard.h"
#include "cgi/worker.h"

#define YOUNG_US (2 * US_PER_S)
#define BACK_OFF_MIN_US (US_PER_S / 10)
#define BACK_OFF_MAX_US (5 * US_PER_S)
#define END_WAIT_US (15 * US_PER_S)

struct supervisor {
	const struct worker_job *job;
	struct slot *slot;
	bool is_ending;
	int64_t end_us;   /* when patience ends */
	unsigned recycle; /* next slot to replace on SIGHUP, or workers */
};

static void
start_worker(struct supervisor *s, struct slot *slot)
{
	pid_t pid;

	atomic_store(&slot->busy_since_us, 0);
	slot->parent = getpid();
	slot->started_us = monotonic_us();
	pid = fork();
	if (pid == 0)
		_exit(worker_main(s->job, slot));
	if (pid < 0) {
		log_error("cannot fork a worker: errno %d", errno);
		slot->start_at_us = slot->started_us + BACK_OFF_MAX_US;
		return;
	}
	slot->pid = pid;
}

/* A worker ended. One that lived a while is replaced at once. */
static void
note_end(struct supervisor *s, struct slot *slot, int status)
{
	const int64_t now = monotonic_us();
	const bool is_bad = !WIFEXITED(status) || WEXITSTATUS(status) != 0;

	slot->pid = 0;
	if (is_bad && !s->is_ending)
		log_warn("worker ended: %s %d",
			WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status)
					    : WEXITSTATUS(status));
	if (!is_bad || now - slot->started_us >= YOUNG_US) {
		slot->back_off_us = 0;
		slot->start_at_us = now;
		return;
	}
	slot->back_off_us = slot->back_off_us == 0 ? BACK_OFF_MIN_US
						   : 2 * slot->back_off_us;
	if (slot->back_off_us > BACK_OFF_MAX_US)
		slot->back_off_us = BACK_OFF_MAX_US;
	slot->start_at_us = now + slot->back_off_us;
}

static void
reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (unsigned i = 0; i < s->job->workers; i++)
			if (s->slot[i].pid == pid)
				note_end(s, &s->slot[i], status);
}

static unsigned
living(const struct supervisor *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->job->workers; i++)
		n += s->slot[i].pid > 0;
	return n;
}

static void
signal_all(const struct supervisor *s, int sig)
{
	for (unsigned i = 0; i < s->job->workers; i++)
		if (s->slot[i].pid > 0)
			kill(s->slot[i].pid, sig);
}

/* The timer of the worker should have ended it long ago. */
static void
kill_hanging(struct supervisor *s)
{
	const int64_t limit =
		((int64_t)s->job->request_timeout_s * 2 + 5) * US_PER_S;
	const int64_t now = monotonic_us();

	for (unsigned i = 0; i < s->job->workers; i++) {
		struct slot *slot = &s->slot[i];
		const int64_t since = atomic_load(&slot->busy_since_us);

		if (slot->pid > 0 && since > 0 && now - since > limit) {
			log_error("worker %d hangs; killed", (int)slot->pid);
			kill(slot->pid, SIGKILL);
		}
	}
}

/* SIGHUP: ask one worker at a time to end; its slot is filled again. */
static void
recycle_next(struct supervisor *s)
{
	if (s->recycle >= s->job->workers || living(s) < s->job->workers)
		return;
	kill(s->slot[s->recycle++].pid, SIGTERM);
}

static void
fill(struct supervisor *s)
{
	const int64_t now = monotonic_us();

	for (unsigned i = 0; i < s->job->workers; i++)
		if (s->slot[i].pid == 0 && s->slot[i].start_at_us <= now)
			start_worker(s, &s->slot[i]);
}

static void
begin_end(struct supervisor *s)
{
	if (s->is_ending)
		return;
	s->is_ending = true;
	s->end_us = monotonic_us() + END_WAIT_US;
	signal_all(s, SIGTERM);
}

/* One round: wait for a signal or a moment, then put things right. */
static void
supervise_round(struct supervisor *s, const sigset_t *set)
{
	const struct timespec moment = { .tv_nsec = 100 * 1000 * 1000 };
	const struct timespec second = { .tv_sec = 1 };
	const bool is_waiting = living(s) < s->job->workers;
	const int sig = sigtimedwait(set, NULL, is_waiting ? &moment : &second);

	if (sig == SIGTERM || sig == SIGINT)
		begin_end(s);
	else if (sig == SIGHUP)
		s->recycle = 0;
	reap(s);
	kill_hanging(s);
	if (s->is_ending) {
		if (monotonic_us() > s->end_us)
			signal_all(s, SIGKILL);
		return;
	}
	recycle_next(s);
	fill(s);
}

int
supervise_workers(const struct worker_job *job)
{
	struct supervisor s = { .job = job, .recycle = job->workers };
	const size_t size = job->workers * sizeof *s.slot;
	sigset_t set;

	s.slot = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s.slot == MAP_FAILED)
		fatal("no memory for %u workers", job->workers);
	*job->board = (struct scoreboard){ s.slot, job->workers };
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fill(&s);
	while (!s.is_ending || living(&s) > 0)
		supervise_round(&s, &set);
	munmap(s.slot, size);
	return 0;
}
