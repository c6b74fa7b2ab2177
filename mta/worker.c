/*
 * See worker.h. A request is a head (verb, length) and its bytes, an answer a
 * head (well or not, length) and its bytes; of a failure these are the error
 * object. Both sides are the same program, so neither doubts the other.
 */
#include "mta/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/timeutil.h"

/* After a larger one than this, memory is given back. */
#define LARGE_BYTES ((size_t)4 << 20)

struct head {
	uint64_t what;
	uint64_t n;
};

/* The worker's side: it waits as long as it must, and ends with its owner. */

static void
take(int fd, void *data, size_t n)
{
	char *p = data;
	while (n > 0) {
		const ssize_t k = read(fd, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			_exit(0);
		p += k;
		n -= (size_t)k;
	}
}

static void
give(int fd, const void *data, size_t n)
{
	const char *p = data;
	while (n > 0) {
		const ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			_exit(0);
		p += k;
		n -= (size_t)k;
	}
}

static void
serve_one(const struct worker *w, int fd)
{
	struct err e = ERR_EMPTY;
	struct head h;
	char *answer = NULL;
	size_t n = 0;

	take(fd, &h, sizeof(h));
	char *request = malloc(h.n + 1);
	FILE *out = open_memstream(&answer, &n);
	if (!request || !out)
		_exit(1);
	take(fd, request, h.n);
	request[h.n] = '\0';
	const bool ok = w->verb[h.what](w->ctx, request, h.n, out, &e);
	if (fclose(out) != 0)
		_exit(1);
	const struct head reply = { ok, ok ? n : sizeof(e) };
	give(fd, &reply, sizeof(reply));
	give(fd, ok ? answer : (const char *)&e, reply.n);
	free(answer);
	free(request);
	if (h.n > LARGE_BYTES || n > LARGE_BYTES)
		malloc_trim(0);
}

static _Noreturn void
worker_main(const struct worker *w, int fd, pid_t parent)
{
	child_settle(parent);
	/* Files of the owner are not to be held open from here. */
	if (dup2(fd, 3) < 0)
		_exit(1);
	(void)close_range(4, ~0U, 0);
	for (;;)
		serve_one(w, 3);
}

bool
worker_start(struct worker *w, worker_fn *const *verb, void *ctx, struct err *e)
{
	int pair[2];
	const pid_t parent = getpid();

	*w = (struct worker){ .verb = verb, .ctx = ctx, .fd = -1 };
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(e, ERR_INTERNAL, "", "socketpair", "",
			"cannot make a pair of sockets: %s", strerror(errno));
	w->pid = fork();
	if (w->pid == 0)
		worker_main(w, pair[1], parent);
	close(pair[1]);
	if (w->pid < 0) {
		w->pid = 0;
		close(pair[0]);
		return err_set(e, ERR_INTERNAL, "", "fork", "",
			"cannot fork: %s", strerror(errno));
	}
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	w->fd = pair[0];
	return true;
}

/* Reap it; returns the signal that ended it, or 0. */
static int
reap(struct worker *w)
{
	int status = 0;
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	w->pid = 0;
	close(w->fd);
	w->fd = -1;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void
worker_end(struct worker *w)
{
	if (w->pid == 0)
		return;
	kill(w->pid, SIGKILL);
	(void)reap(w);
}

static bool
died(struct worker *w, struct err *e)
{
	/* Its end of the pair closes before it is gone. */
	kill(w->pid, SIGKILL);
	const int sig = reap(w);
	return err_set(e, ERR_INTERNAL, "", "child_died", "",
		"the process working on the maps died (signal %d)", sig);
}

/* After a read or a write that gave nothing: wait for more of it. */
static bool
wait_more(struct worker *w, short events, int64_t until_ms, struct err *e)
{
	if (errno == EINTR)
		return true;
	if (errno != EAGAIN)
		return died(w, e);
	const int64_t left = until_ms - monotonic_us() / 1000;
	struct pollfd p = { .fd = w->fd, .events = events };
	if (left > 0 && poll(&p, 1, (int)left) != 0)
		return true;
	worker_end(w);
	return err_set(e, ERR_INTERNAL, "", "child_late", "",
		"the process working on the maps took too long");
}

static bool
put(struct worker *w, const void *data, size_t n, int64_t until_ms,
	struct err *e)
{
	const char *p = data;
	while (n > 0) {
		const ssize_t k = send(w->fd, p, n, MSG_NOSIGNAL);
		if (k < 0 && !wait_more(w, POLLOUT, until_ms, e))
			return false;
		if (k > 0) {
			p += k;
			n -= (size_t)k;
		}
	}
	return true;
}

static bool
get(struct worker *w, void *data, size_t n, int64_t until_ms, struct err *e)
{
	char *p = data;
	while (n > 0) {
		const ssize_t k = recv(w->fd, p, n, 0);
		if (k == 0)
			return died(w, e);
		if (k < 0 && !wait_more(w, POLLIN, until_ms, e))
			return false;
		if (k > 0) {
			p += k;
			n -= (size_t)k;
		}
	}
	return true;
}

static bool
take_answer(
	struct worker *w, struct child *answer, int64_t until_ms, struct err *e)
{
	struct head h;
	struct err why;

	if (!get(w, &h, sizeof(h), until_ms, e))
		return false;
	if (!h.what) {
		if (get(w, &why, sizeof(why), until_ms, e) && e)
			*e = why;
		return false;
	}
	answer->data = malloc(h.n + 1);
	if (!answer->data) {
		/* What is on its way cannot be told from the next answer. */
		worker_end(w);
		return err_memory(e);
	}
	answer->n = answer->cap = h.n;
	return get(w, answer->data, h.n, until_ms, e);
}

bool
worker_call(struct worker *w, unsigned verb, const char *request, size_t n,
	int deadline_ms, struct child *answer, struct err *e)
{
	const struct head h = { verb, n };
	const int64_t until_ms = monotonic_us() / 1000 + deadline_ms;

	*answer = (struct child){ .fd = -1 };
	if (w->pid && waitpid(w->pid, NULL, WNOHANG) == w->pid) {
		log_warn("the process working on the maps ended while idle");
		w->pid = 0;
		close(w->fd);
	}
	if (!w->pid && !worker_start(w, w->verb, w->ctx, e))
		return false;
	return put(w, &h, sizeof(h), until_ms, e)
		&& put(w, request, n, until_ms, e)
		&& take_answer(w, answer, until_ms, e);
}
