/*
 * Fork, pipe, deadline. The answer ends with one trailer byte: '+' for
 * success, or '-' after which the error object stands; an answer without a
 * trailer comes from a child that died.
 */
#include "mta/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/timeutil.h"

void
child_settle(pid_t parent)
{
	static const int signals[] = { SIGBUS, SIGSEGV, SIGABRT, SIGILL,
		SIGFPE };
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		signal(signals[i], SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

void
child_take_time(void)
{
	(void)setsid();
	(void)!nice(10);
}

static _Noreturn void
child_main(child_fn *fn, void *ctx, int fd, pid_t parent)
{
	struct err e = ERR_EMPTY;

	child_settle(parent);
	FILE *out = fdopen(fd, "w");
	if (!out)
		_exit(1);
	setvbuf(out, NULL, _IOFBF, 64 * 1024);
	if (fn(ctx, out, &e)) {
		putc('+', out);
	} else {
		fwrite(&e, sizeof(e), 1, out);
		putc('-', out);
	}
	_exit(fflush(out) == 0 ? 0 : 1);
}

bool
child_start(struct child *c, child_fn *fn, void *ctx, int deadline_ms,
	struct err *e)
{
	int p[2];
	const pid_t parent = getpid();

	*c = (struct child){ .fd = -1 };
	if (pipe2(p, O_CLOEXEC) < 0)
		return err_set(e, ERR_INTERNAL, "", "pipe", "",
			"cannot make a pipe: %s", strerror(errno));
	const pid_t pid = fork();
	if (pid < 0) {
		close(p[0]);
		close(p[1]);
		return err_set(e, ERR_INTERNAL, "", "fork", "",
			"cannot fork: %s", strerror(errno));
	}
	if (pid == 0) {
		close(p[0]);
		child_main(fn, ctx, p[1], parent);
	}
	close(p[1]);
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	c->pid = pid;
	c->fd = p[0];
	c->deadline_ms = monotonic_us() / 1000 + deadline_ms;
	return true;
}

/* Reap the child; true when it ended by itself. `signal_r`: what killed it. */
static void
reap(struct child *c, int *signal_r)
{
	int status = 0;
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	*signal_r = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	c->pid = 0;
	close(c->fd);
	c->fd = -1;
}

static enum child_state
finish(struct child *c, struct err *e)
{
	int sig = 0;
	reap(c, &sig);
	if (sig || c->n == 0) {
		(void)err_set(e, ERR_INTERNAL, "", "child_died", "",
			"the process working on the maps died (signal %d)",
			sig);
		return CHILD_FAILED;
	}
	const char trailer = c->data[--c->n];
	if (trailer == '+')
		return CHILD_OK;
	if (trailer == '-' && c->n >= sizeof(*e) && e)
		memcpy(e, c->data + c->n - sizeof(*e), sizeof(*e));
	return CHILD_FAILED;
}

static bool
grow(struct child *c)
{
	if (c->cap - c->n >= 4096)
		return true;
	const size_t cap = c->cap ? c->cap * 2 : 8192;
	char *p = realloc(c->data, cap);
	if (!p)
		return false;
	c->data = p;
	c->cap = cap;
	return true;
}

static enum child_state
give_up(struct child *c, const char *reason, const char *text, struct err *e)
{
	int sig;
	kill(c->pid, SIGKILL);
	reap(c, &sig);
	(void)err_set(e, ERR_INTERNAL, "", reason, "", "%s", text);
	return CHILD_FAILED;
}

enum child_state
child_read(struct child *c, struct err *e)
{
	for (;;) {
		if (!grow(c))
			return give_up(c, "no_memory",
				"out of memory for a child's answer", e);
		const ssize_t n = read(c->fd, c->data + c->n, c->cap - c->n);
		if (n > 0) {
			c->n += (size_t)n;
			continue;
		}
		if (n == 0)
			return finish(c, e);
		if (errno == EINTR)
			continue;
		if (monotonic_us() / 1000 >= c->deadline_ms)
			return give_up(c, "child_late",
				"the process working on the maps took too long",
				e);
		return CHILD_RUNNING;
	}
}

bool
child_call(struct child *c, child_fn *fn, void *ctx, int deadline_ms,
	struct err *e)
{
	if (!child_start(c, fn, ctx, deadline_ms, e))
		return false;
	for (;;) {
		const enum child_state s = child_read(c, e);
		if (s != CHILD_RUNNING)
			return s == CHILD_OK;
		struct pollfd p = { .fd = c->fd, .events = POLLIN };
		const int64_t left = c->deadline_ms - monotonic_us() / 1000;
		poll(&p, 1, left > 0 ? (int)left : 0);
	}
}

void
child_free(struct child *c)
{
	if (c->pid > 0) {
		int sig;
		kill(c->pid, SIGKILL);
		reap(c, &sig);
	}
	free(c->data);
	*c = (struct child){ .fd = -1 };
}
