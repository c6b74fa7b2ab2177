/*
 * The supervisor's loop: one poll over the signals and the control socket,
 * and a tick that starts what is due, kills what overstays and ends programs
 * one after the other, last started first.
 */
#include "cli/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

enum {
	DELAY_FIRST_MS = 50,
	DELAY_MAX_MS = 5000,
	WELL_MS = 10000, /* ran so long: the next delay is short */
	ORPHANS_MS = 5000,
};

int64_t
supervise_now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
start(struct sup_program *p)
{
	struct err e = ERR_EMPTY;

	p->started_ms = supervise_now_ms();
	if (supervise_listen(p, &e) && supervise_spawn(p, &p->pid, &e)) {
		p->state = SUP_RUNNING;
		log_info("started program=%s pid=%ld", p->name, (long)p->pid);
		return;
	}
	log_warn("program=%s %s", p->name, err_text(&e));
	p->state = SUP_WAITING;
	p->next_ms = p->started_ms + DELAY_MAX_MS;
}

static void
stop(struct supervisor *s, struct sup_program *p)
{
	if (p->state == SUP_RUNNING) {
		p->state = SUP_STOPPING;
		p->next_ms = supervise_now_ms() + s->stop_ms;
		(void)kill(p->pid, SIGTERM);
	} else if (p->state == SUP_WAITING) {
		p->state = SUP_DOWN;
	}
}

void
supervise_up(struct supervisor *s, struct sup_program *p)
{
	p->is_wanted = true;
	if (p->state == SUP_DOWN || p->state == SUP_WAITING) {
		p->delay_ms = 0;
		if (!s->is_ending)
			start(p);
	}
}

void
supervise_down(struct supervisor *s, struct sup_program *p)
{
	p->is_wanted = false;
	stop(s, p);
}

/* After a good run at once, else after a growing time. */
static void
plan_restart(struct sup_program *p, int64_t now_ms)
{
	if (now_ms - p->started_ms >= WELL_MS)
		p->delay_ms = 0;
	p->state = SUP_WAITING;
	p->next_ms = now_ms + p->delay_ms;
	p->restarts++;
	p->delay_ms = p->delay_ms == 0 ? DELAY_FIRST_MS : p->delay_ms * 2;
	if (p->delay_ms > DELAY_MAX_MS)
		p->delay_ms = DELAY_MAX_MS;
}

static void
ended(const struct supervisor *s, struct sup_program *p, int status)
{
	bool was_asked = p->state == SUP_STOPPING;

	p->status = status;
	p->pid = 0;
	if (was_asked)
		log_info("ended program=%s", p->name);
	else if (WIFSIGNALED(status))
		log_warn("ended program=%s signal=%d", p->name,
			WTERMSIG(status));
	else
		log_warn("ended program=%s code=%d", p->name,
			WEXITSTATUS(status));
	if (p->is_wanted && !s->is_ending) {
		if (was_asked)
			p->delay_ms = 0;
		plan_restart(p, supervise_now_ms());
	} else {
		p->state = SUP_DOWN;
	}
}

/*
 * What is left of the program's group goes before the process id is given
 * back, so that no other group can have its number.
 */
static void
reap(struct supervisor *s)
{
	siginfo_t si = { 0 };
	int status;

	while (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) == 0
		&& si.si_pid != 0) {
		pid_t pid = si.si_pid;

		si.si_pid = 0;
		for (unsigned i = 0; i < s->n; i++)
			if (s->program[i].pid == pid)
				(void)kill(-pid, SIGKILL);
		if (waitpid(pid, &status, 0) != pid)
			continue;
		for (unsigned i = 0; i < s->n; i++)
			if (s->program[i].pid == pid)
				ended(s, &s->program[i], status);
	}
}

static void
take_signals(struct supervisor *s, int signal_fd)
{
	struct signalfd_siginfo si;

	while (read(signal_fd, &si, sizeof(si)) == (ssize_t)sizeof(si))
		if (si.ssi_signo == SIGTERM || si.ssi_signo == SIGINT)
			s->is_ending = true;
	reap(s);
}

/* The last program that has not ended yet is asked; true when none is. */
static bool
end_next(struct supervisor *s)
{
	for (unsigned i = s->n; i-- > 0;) {
		stop(s, &s->program[i]);
		if (s->program[i].state != SUP_DOWN)
			return false;
	}
	return true;
}

static void
tick(struct supervisor *s)
{
	int64_t now_ms = supervise_now_ms();

	for (unsigned i = 0; i < s->n; i++) {
		struct sup_program *p = &s->program[i];

		if (p->state == SUP_WAITING && !s->is_ending
			&& now_ms >= p->next_ms)
			start(p);
		if (p->state == SUP_STOPPING && now_ms >= p->next_ms) {
			log_warn("killed program=%s", p->name);
			(void)kill(p->pid, SIGKILL);
			p->next_ms = now_ms + s->stop_ms;
		}
	}
}

static int
wait_ms(const struct supervisor *s)
{
	int64_t now_ms = supervise_now_ms();
	int64_t least_ms = 60000;

	for (unsigned i = 0; i < s->n; i++) {
		const struct sup_program *p = &s->program[i];

		if (p->state != SUP_WAITING && p->state != SUP_STOPPING)
			continue;
		if (p->next_ms - now_ms < least_ms)
			least_ms = p->next_ms - now_ms;
	}
	return least_ms < 0 ? 0 : (int)least_ms;
}

static void
poll_once(struct supervisor *s, int signal_fd)
{
	struct pollfd pfd[2 + SUP_CLIENTS] = {
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = s->control_fd, .events = POLLIN },
	};

	for (size_t i = 0; i < SUP_CLIENTS; i++) {
		pfd[2 + i].fd = s->client[i].fd;
		pfd[2 + i].events = POLLIN;
	}
	if (poll(pfd, 2 + SUP_CLIENTS, wait_ms(s)) < 0)
		return;
	if (pfd[0].revents != 0)
		take_signals(s, signal_fd);
	for (size_t i = 0; i < SUP_CLIENTS; i++)
		if (pfd[2 + i].fd >= 0 && pfd[2 + i].revents != 0)
			supervise_ctl_read(s, &s->client[i]);
	if (pfd[1].revents != 0)
		supervise_ctl_accept(s);
}

void
supervise_loop(struct supervisor *s, int signal_fd)
{
	for (unsigned i = 0; i < s->n; i++)
		start(&s->program[i]);
	for (;;) {
		tick(s);
		supervise_ctl_settle(s);
		if (s->is_ending && end_next(s))
			break;
		poll_once(s, signal_fd);
	}
}

static bool
kill_children(void)
{
	char path[64];
	long pid;
	FILE *f;
	bool any = false;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%ld/children",
		(long)getpid());
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	while (fscanf(f, "%ld", &pid) == 1) {
		any = true;
		(void)kill((pid_t)pid, SIGKILL);
	}
	fclose(f);
	return any;
}

/* Whoever loses its parent here becomes our child; so until none is left. */
void
supervise_kill_orphans(void)
{
	int64_t until_ms = supervise_now_ms() + ORPHANS_MS;

	while (kill_children() && supervise_now_ms() < until_ms) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		(void)poll(NULL, 0, 5);
	}
}
