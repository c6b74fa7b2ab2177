/*
 * The loop of a worker: wait until the listening socket has a connection, arm
 * the deadline, take the request, serve it, disarm.
 *
 * libfcgi blocks in read() and write() without a time-out. The deadline is an
 * interval timer whose signal has no SA_RESTART: it ends such a call with
 * EINTR, and goes on firing in case it came just before one. Signals that end
 * the worker are only let in while it waits.
 */
#include "cgi/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/log.h"
#include "cgi/scoreboard.h"

static volatile sig_atomic_t end_asked;
/* Of this process: where the supervisor looks, and how long it waits. */
static struct slot *own_slot;
static unsigned deadline_s;

static void
on_end(int sig)
{
	(void)sig;
	end_asked = 1;
}

static void
on_alarm(int sig)
{
	(void)sig;
}

static void
set_handler(int sig, void (*fn)(int))
{
	struct sigaction sa = { .sa_handler = fn };

	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

static void
arm_deadline(unsigned seconds)
{
	const struct itimerval t = {
		.it_value.tv_sec = (time_t)seconds,
		.it_interval.tv_sec = seconds > 0 ? 1 : 0,
	};

	setitimer(ITIMER_REAL, &t, NULL);
}

void
worker_beat(void)
{
	if (own_slot)
		slot_begin(own_slot);
	arm_deadline(deadline_s);
}

static void
worker_signals(void)
{
	sigset_t mask;

	set_handler(SIGTERM, on_end);
	set_handler(SIGALRM, on_alarm);
	set_handler(SIGINT, SIG_IGN);
	set_handler(SIGHUP, SIG_IGN);
	set_handler(SIGPIPE, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

/* EPOLLEXCLUSIVE: a connection wakes one worker, not all. */
static int
watch(int listen_fd)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	const int ep = epoll_create1(EPOLL_CLOEXEC);

	if (ep >= 0 && epoll_ctl(ep, EPOLL_CTL_ADD, listen_fd, &ev) != 0) {
		close(ep);
		return -1;
	}
	return ep;
}

/* True when the socket has something; false when the worker is to end. */
static bool
wait_for_work(int ep)
{
	struct epoll_event ev;
	sigset_t none;

	sigemptyset(&none);
	while (!end_asked) {
		const int n = epoll_pwait(ep, &ev, 1, -1, &none);

		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
	return false;
}

static int
worker_loop(const struct worker_job *job, struct gateway *gw, int ep,
	struct slot *slot)
{
	uint64_t served = 0;

	own_slot = slot;
	deadline_s = job->request_timeout_s;
	while (served < job->requests_per_worker && wait_for_work(ep)) {
		enum gateway_next got;

		slot_begin(slot);
		arm_deadline(job->request_timeout_s);
		got = gateway_next(gw);
		if (got == GATEWAY_REQUEST) {
			job->serve(job->ctx, gw);
			served++;
		}
		arm_deadline(0);
		slot_end(slot);
		if (got == GATEWAY_BROKEN) {
			log_error("the listening socket is gone");
			return 1;
		}
	}
	return 0;
}

int
worker_main(const struct worker_job *job, struct slot *slot)
{
	struct gateway *gw;
	int ep, status;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	worker_signals();
	if (getppid() != slot_parent(slot))
		return 0;
	ep = watch(job->listen_fd);
	gw = fcgi_gateway(job->listen_fd);
	if (ep < 0 || gw == NULL) {
		log_error("cannot watch the listening socket");
		return 1;
	}
	/* The library sets handlers of its own while it starts. */
	worker_signals();
	if (!job->start(job->ctx))
		return 1;
	status = worker_loop(job, gw, ep, slot);
	gateway_close(&gw);
	close(ep);
	job->stop(job->ctx);
	return status;
}

int
serve_once(const struct worker_job *job)
{
	struct gateway *gw = plain_gateway();

	set_handler(SIGALRM, on_alarm);
	set_handler(SIGPIPE, SIG_IGN);
	if (gw == NULL)
		return 1;
	deadline_s = job->request_timeout_s;
	arm_deadline(job->request_timeout_s);
	if (gateway_next(gw) == GATEWAY_REQUEST && job->start(job->ctx)) {
		job->serve(job->ctx, gw);
		job->stop(job->ctx);
	}
	arm_deadline(0);
	gateway_close(&gw);
	return 0;
}
