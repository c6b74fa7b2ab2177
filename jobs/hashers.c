/* Processes that hash passwords, see hashers.h. */
#include "jobs/hashers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sandbox.h"

enum { HASHERS_MAX = 64, NICE = 5, WAIT_MS = 30000 };

struct question {
	uint32_t number;
	uint32_t scheme;
	char password[PASSWORD_MAX + 1];
};
struct answer {
	uint32_t number;
	uint32_t is_good;
	char hash[PASSWORD_HASH_SIZE];
};

struct hashers {
	struct hasher face;
	size_t n;
	int fd[HASHERS_MAX]; /* -1: it is gone */
	pid_t pid[HASHERS_MAX];
};

/* Messages keep their ends on a socket pair of SOCK_SEQPACKET. */
static void
serve(int fd)
{
	struct question q;
	struct answer a;

	while (recv(fd, &q, sizeof(q), 0) == (ssize_t)sizeof(q)) {
		struct err e = ERR_EMPTY;

		q.password[PASSWORD_MAX] = '\0';
		memset(&a, 0, sizeof(a));
		a.number = q.number;
		a.is_good = password_hash(
			(enum password_scheme)q.scheme, q.password, a.hash, &e);
		explicit_bzero(&q, sizeof(q));
		if (send(fd, &a, sizeof(a), MSG_NOSIGNAL) != (ssize_t)sizeof(a))
			break;
	}
}

static _Noreturn void
be_hasher(int fd)
{
	const struct sandbox sandbox = {
		.drop_capabilities = true,
		.deny_exec = true,
		.deny_inet = true,
		.deny_fork = true,
	};
	struct err e = ERR_EMPTY;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (nice(NICE) < 0)
		log_debug("no other priority");
	if (!sandbox_enter(&sandbox, NULL, &e))
		_exit(1);
	serve(fd);
	_exit(0);
}

static bool
start_one(struct hashers *h)
{
	int pair[2];
	pid_t parent = getpid(), pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		for (size_t i = 0; i < h->n; i++)
			close(h->fd[i]);
		if (getppid() != parent)
			_exit(0);
		be_hasher(pair[1]);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return false;
	}
	h->fd[h->n] = pair[0];
	h->pid[h->n++] = pid;
	return true;
}

static bool
ask(int fd, enum password_scheme scheme, const char *password, size_t number)
{
	struct question q = { .number = (uint32_t)number,
		.scheme = (uint32_t)scheme };
	bool ok;

	memcpy(q.password, password, strnlen(password, PASSWORD_MAX));
	ok = send(fd, &q, sizeof(q), MSG_NOSIGNAL) == (ssize_t)sizeof(q);
	explicit_bzero(&q, sizeof(q));
	return ok;
}

struct round {
	enum password_scheme scheme;
	const char *const *password;
	char (*out)[PASSWORD_HASH_SIZE];
	bool *is_done;
	size_t n, next, left;
	size_t busy[HASHERS_MAX]; /* 1 + number that it is at, 0: none */
};

static void
lose(struct hashers *h, struct round *r, size_t i)
{
	log_warn("a process that hashes passwords is gone");
	close(h->fd[i]);
	h->fd[i] = -1;
	r->busy[i] = 0;
}

static void
give(struct hashers *h, struct round *r, size_t i)
{
	if (h->fd[i] < 0 || r->busy[i] || r->next == r->n)
		return;
	if (!ask(h->fd[i], r->scheme, r->password[r->next], r->next)) {
		lose(h, r, i);
		return;
	}
	r->busy[i] = ++r->next;
}

static void
take(struct hashers *h, struct round *r, size_t i)
{
	struct answer a;

	if (recv(h->fd[i], &a, sizeof(a), 0) != (ssize_t)sizeof(a)
		|| a.number + 1 != r->busy[i] || !a.is_good) {
		lose(h, r, i);
		return;
	}
	memcpy(r->out[a.number], a.hash, PASSWORD_HASH_SIZE);
	r->out[a.number][PASSWORD_HASH_SIZE - 1] = '\0';
	r->is_done[a.number] = true;
	r->left--;
	r->busy[i] = 0;
}

/* One round of the poll; false when nobody is at work any more. */
static bool
turn(struct hashers *h, struct round *r)
{
	struct pollfd p[HASHERS_MAX];
	size_t of[HASHERS_MAX], n = 0;

	for (size_t i = 0; i < h->n; i++) {
		give(h, r, i);
		if (!r->busy[i])
			continue;
		p[n] = (struct pollfd){ .fd = h->fd[i], .events = POLLIN };
		of[n++] = i;
	}
	if (n == 0)
		return false;
	if (poll(p, n, WAIT_MS) <= 0 && errno != EINTR)
		return false;
	for (size_t k = 0; k < n; k++)
		if (p[k].revents)
			take(h, r, of[k]);
	return true;
}

static bool
hash_all(const struct hasher *face, enum password_scheme scheme,
	const char *const *password, char (*out)[PASSWORD_HASH_SIZE], size_t n,
	struct err *e)
{
	struct hashers *h = (struct hashers *)(uintptr_t)face;
	struct round r = { .scheme = scheme,
		.password = password,
		.out = out,
		.is_done = calloc(n ? n : 1, 1),
		.n = n,
		.left = n };
	bool ok = true;

	if (!r.is_done)
		return err_memory(e);
	while (r.left > 0 && turn(h, &r))
		;
	/* What a process that is gone had at hand, and all when none is left. */
	for (size_t i = 0; ok && i < n; i++)
		if (!r.is_done[i])
			ok = password_hash(scheme, password[i], out[i], e);
	free(r.is_done);
	return ok;
}

struct hashers *
hashers_start(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct hashers *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->face.hash = hash_all;
	if (cores > HASHERS_MAX)
		cores = HASHERS_MAX;
	while ((long)h->n < cores && start_one(h))
		;
	if (h->n == 0) {
		free(h);
		return NULL;
	}
	return h;
}

void
hashers_end(struct hashers **hp)
{
	struct hashers *h = *hp;

	if (!h)
		return;
	for (size_t i = 0; i < h->n; i++) {
		if (h->fd[i] >= 0)
			close(h->fd[i]);
		(void)waitpid(h->pid[i], NULL, 0);
	}
	free(h);
	*hp = NULL;
}

const struct hasher *
hashers_face(const struct hashers *h)
{
	return h ? &h->face : NULL;
}
