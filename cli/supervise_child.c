/*
 * Sockets and processes of the supervisor's programs. What runs between fork
 * and exec only makes system calls, and reports to the program's own log.
 */
#include "cli/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST_FD = 3, BACKLOG = 511 };

static bool
fail_socket(struct err *e, const char *what, const char *path)
{
	return err_set(e, ERR_INTERNAL, "listen", "socket", path,
		"cannot %s %s: %s", what, path, strerror(errno));
}

/* A socket left by a dead instance is in the way; any other file stays. */
static void
remove_socket(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
}

static bool
open_socket(struct sup_listen *l, struct err *e)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	memcpy(sa.sun_path, l->path, sizeof(sa.sun_path));
	l->fd = socket(AF_UNIX, l->type | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return fail_socket(e, "open", l->path);
	remove_socket(l->path);
	if (bind(l->fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0)
		return fail_socket(e, "bind", l->path);
	if (chown(l->path, l->uid, l->gid) != 0 || chmod(l->path, l->mode) != 0)
		return fail_socket(e, "give away", l->path);
	if (listen(l->fd, BACKLOG) != 0)
		return fail_socket(e, "listen on", l->path);
	return true;
}

bool
supervise_listen(struct sup_program *p, struct err *e)
{
	for (unsigned i = 0; i < p->n_listen; i++)
		if (p->listen[i].fd < 0 && !open_socket(&p->listen[i], e))
			return false;
	return true;
}

void
supervise_unlisten(struct sup_program *p)
{
	for (unsigned i = 0; i < p->n_listen; i++) {
		struct sup_listen *l = &p->listen[i];

		if (l->fd < 0)
			continue;
		remove_socket(l->path);
		close(l->fd);
		l->fd = -1;
	}
}

bool
supervise_listen_control(struct supervisor *s, struct err *e)
{
	struct sup_listen l = {
		.type = SOCK_STREAM,
		.mode = 0600,
		.uid = geteuid(),
		.gid = getegid(),
		.fd = -1,
	};

	memcpy(l.path, s->control, sizeof(l.path));
	if (!open_socket(&l, e))
		return false;
	s->control_fd = l.fd;
	return fcntl(l.fd, F_SETFL, O_NONBLOCK) == 0
		|| fail_socket(e, "set up", s->control);
}

static void die(const char *what, const char *name) __attribute__((noreturn));

static void
die(const char *what, const char *name)
{
	dprintf(STDERR_FILENO,
		"level=error prog=postroom-supervise msg=\"cannot %s %s: "
		"%s\"\n",
		what, name, strerror(errno));
	_exit(127);
}

static void
child_output(const struct sup_program *p)
{
	int fd = open("/dev/null", O_RDWR);

	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		die("open", "/dev/null");
	if (p->log[0] != '\0') {
		fd = open(p->log, O_WRONLY | O_CREAT | O_APPEND, 0640);
		if (fd < 0)
			die("open", p->log);
		(void)dup2(fd, STDERR_FILENO);
	}
	(void)dup2(STDERR_FILENO, STDOUT_FILENO);
}

/*
 * The sockets may stand anywhere, also where they shall go: they move out of
 * the way first.
 */
static void
child_sockets(const struct sup_program *p)
{
	int high[SUP_LISTEN];
	int next = FIRST_FD;
	char number[16];

	for (unsigned i = 0; i < p->n_listen; i++) {
		high[i] = fcntl(p->listen[i].fd, F_DUPFD, 64);
		if (high[i] < 0)
			die("duplicate", p->listen[i].path);
	}
	for (unsigned i = 0; i < p->n_listen; i++)
		if (dup2(high[i], next++) < 0)
			die("hand over", p->listen[i].path);
	(void)close_range((unsigned)next, ~0U, 0);
	if (p->n_listen == 0)
		return;
	(void)snprintf(number, sizeof(number), "%u", p->n_listen);
	(void)setenv("LISTEN_FDS", number, 1);
	(void)snprintf(number, sizeof(number), "%ld", (long)getpid());
	(void)setenv("LISTEN_PID", number, 1);
}

static void
child_environment(const struct sup_program *p)
{
	static const char path[] =
		"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char text[SUP_PATH];
	char *equals;

	if (clearenv() != 0 || setenv("PATH", path, 1) != 0
		|| setenv("LC_ALL", "C.UTF-8", 1) != 0
		|| setenv("TZ", "UTC", 1) != 0)
		die("set up the environment of", p->name);
	for (unsigned i = 0; i < p->n_env; i++) {
		memcpy(text, p->env[i], sizeof(text));
		equals = strchr(text, '=');
		*equals = '\0';
		if (setenv(text, equals + 1, 1) != 0)
			die("set", text);
	}
}

static void
child_oom(const struct sup_program *p)
{
	int fd;

	if (!p->has_oom)
		return;
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || dprintf(fd, "%d", p->oom) < 0)
		dprintf(STDERR_FILENO,
			"level=warn prog=postroom-supervise "
			"msg=\"cannot set oom of %s\"\n",
			p->name);
	if (fd >= 0)
		close(fd);
}

/*
 * Where the kernel schedules sessions as groups (sched(7), autogroup), the
 * niceness of a process counts inside its session only, so the session gets
 * the same.
 */
static void
child_nice(const struct sup_program *p)
{
	int fd;

	if (!p->has_nice)
		return;
	if (setpriority(PRIO_PROCESS, 0, p->nice) != 0)
		dprintf(STDERR_FILENO,
			"level=warn prog=postroom-supervise "
			"msg=\"cannot set nice of %s\"\n",
			p->name);
	fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)!dprintf(fd, "%d", p->nice);
	close(fd);
}

/* Groups first: after setuid they could not be changed any more. */
static void
child_rights(const struct sup_program *p)
{
	if (p->user[0] != '\0' && (p->uid != geteuid() || p->uid == 0)) {
		if (initgroups(p->user, p->gid) != 0 || setgid(p->gid) != 0
			|| setuid(p->uid) != 0)
			die("become", p->user);
		if (p->uid != 0 && setuid(0) == 0)
			die("give up the rights of root as", p->user);
	}
	if (p->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die("give up new privileges for", p->name);
}

static void child_run(const struct sup_program *p, pid_t parent)
	__attribute__((noreturn));

static void
child_run(const struct sup_program *p, pid_t parent)
{
	sigset_t none;

	/* A process group of its own, and one of its own for the scheduler. */
	(void)setsid();
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	child_output(p);
	child_environment(p);
	child_sockets(p);
	if (p->dir[0] != '\0' && chdir(p->dir) != 0)
		die("go to", p->dir);
	child_oom(p);
	child_nice(p);
	child_rights(p);
	/* A change of user clears it, so it comes last. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0)
		die("tie to its parent", p->name);
	if (getppid() != parent)
		_exit(127);
	execv(p->argv[0], p->argv);
	die("execute", p->argv[0]);
}

bool
supervise_spawn(const struct sup_program *p, pid_t *pid_r, struct err *e)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		return err_set(e, ERR_INTERNAL, "fork", "fork", p->name,
			"cannot start %s: %s", p->name, strerror(errno));
	if (pid == 0)
		child_run(p, parent);
	*pid_r = pid;
	return true;
}
