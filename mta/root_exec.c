/*
 * fork, execve, bounded read, kill at the deadline.
 */
#include "mta/root_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/timeutil.h"

static _Noreturn void
child(const struct root_command *c, int out)
{
	static const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		"LC_ALL=C", NULL };
	const int in = open("/dev/null", O_RDWR);
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	if (close_range(3, ~0U, 0) < 0 || chdir("/") < 0)
		_exit(126);
	umask(022);
	execve(c->argv[0], (char *const *)(uintptr_t)c->argv,
		(char *const *)(uintptr_t)env);
	_exit(126);
}

/* Take what fits, whole or cut; the rest is read and dropped. */
static void
keep(struct root_result *r, size_t *cap, size_t most, const char *data,
	size_t n)
{
	if (n > most - r->n)
		n = most - r->n;
	if (r->n + n + 1 > *cap) {
		const size_t more = (r->n + n + 1) * 2;
		char *p = realloc(r->output, more);
		if (!p)
			return;
		r->output = p;
		*cap = more;
	}
	memcpy(r->output + r->n, data, n);
	r->n += n;
	r->output[r->n] = '\0';
}

/*
 * Read until the command ends. A daemon that inherited the pipe must not hold
 * it up, so the end of the command counts, not the end of the pipe.
 */
static bool
collect(pid_t pid, int fd, int64_t until_us, const struct root_command *c,
	struct root_result *r, int *st)
{
	size_t cap = 0;
	char data[16384];
	for (;;) {
		const pid_t done = waitpid(pid, st, WNOHANG);
		for (;;) {
			const ssize_t got = read(fd, data, sizeof(data));
			if (got <= 0)
				break;
			keep(r, &cap, c->output_max, data, (size_t)got);
		}
		if (done == pid)
			return true;
		if (monotonic_us() >= until_us)
			return false;
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (poll(&p, 1, 10) > 0 && (p.revents & POLLHUP))
			poll(NULL, 0, 2);
	}
}

void
root_exec(const struct root_command *c, struct root_result *r)
{
	int p[2], st = 0;
	*r = (struct root_result){ .status = 126 };
	if (pipe2(p, O_CLOEXEC) < 0)
		return;
	const int64_t until = monotonic_us() + c->timeout_ms * INT64_C(1000);
	const pid_t pid = fork();
	if (pid == 0)
		child(c, p[1]);
	close(p[1]);
	if (pid < 0) {
		close(p[0]);
		return;
	}
	setpgid(pid, pid);
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	if (collect(pid, p[0], until, c, r, &st)) {
		r->status =
			WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
	} else {
		kill(-pid, SIGKILL);
		kill(pid, SIGKILL);
		while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
			;
		r->status = 124;
	}
	close(p[0]);
}

void
root_result_free(struct root_result *r)
{
	free(r->output);
	*r = (struct root_result){ 0 };
}
