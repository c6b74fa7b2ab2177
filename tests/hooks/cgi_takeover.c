/*
 * A worker of postroom-web that was taken over: the same connection, identity
 * and sandbox, by the same functions, and then what an intruder would try.
 *
 *	cgi_takeover -c CONF [--free] KIND ARGUMENT ...
 *
 * --free is the operator without the sandbox: a try can succeed at all.
 * One line a try: KIND, a tab, ARGUMENT, a tab, `done` or why not.
 *
 *	write PATH    open it for writing, or make a file in the folder
 *	read PATH     open it and read a byte
 *	exec PATH     become that program
 *	fork -        make a process
 *	inet -        make a socket of the Internet
 *	connect PATH  a connection to that seqpacket socket, and a word on it
 *	kill PID      SIGHUP
 *	trace PID     attach to it
 *	sql TEXT      a statement, over the worker's own connection
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/token.h"
#include "cgi/web_sandbox.h"
#include "core/core.h"

struct hook {
	struct conf conf;
	struct core core;
};

static const char *
why(bool is_done)
{
	return is_done ? "done" : strerrorname_np(errno);
}

static const char *
try_write(const char *path)
{
	char made[4200];
	struct stat st;
	int fd;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		(void)snprintf(made, sizeof(made), "%s/takeover", path);
		path = made;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && path == made)
		unlink(made);
	return why(fd >= 0);
}

static const char *
try_read(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *text = why(fd >= 0 && read(fd, &byte, 1) >= 0);

	if (fd >= 0)
		close(fd);
	return text;
}

/* The program would say something else than this line. */
static const char *
try_exec(const char *path)
{
	char *const argv[] = { (char *)path, NULL };

	fflush(stdout);
	execv(path, argv);
	return why(false);
}

static const char *
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return why(pid > 0);
}

static const char *
try_inet(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return why(fd >= 0);
}

static const char *
try_connect(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	char reply[200] = "";
	const char *text;

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	text = why(connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0
		&& send(fd, "reload_postfix", 14, MSG_NOSIGNAL) == 14
		&& recv(fd, reply, sizeof(reply), 0) > 0);
	close(fd);
	return text;
}

static const char *
try_trace(pid_t pid)
{
	const bool is_done = ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0;

	return why(is_done);
}

static const char *
try_sql(struct hook *h, const char *text)
{
	static char said[300];
	struct err e = ERR_EMPTY;

	if (db_run_script(h->core.db, text, &e))
		return "done";
	(void)snprintf(said, sizeof(said), "%s", err_text(&e));
	return said;
}

static const char *
attempt(struct hook *h, const char *kind, const char *arg)
{
	if (strcmp(kind, "write") == 0)
		return try_write(arg);
	if (strcmp(kind, "read") == 0)
		return try_read(arg);
	if (strcmp(kind, "exec") == 0)
		return try_exec(arg);
	if (strcmp(kind, "fork") == 0)
		return try_fork();
	if (strcmp(kind, "inet") == 0)
		return try_inet();
	if (strcmp(kind, "connect") == 0)
		return try_connect(arg);
	if (strcmp(kind, "kill") == 0)
		return why(kill((pid_t)strtol(arg, NULL, 10), SIGHUP) == 0);
	if (strcmp(kind, "trace") == 0)
		return try_trace((pid_t)strtol(arg, NULL, 10));
	if (strcmp(kind, "sql") == 0)
		return try_sql(h, arg);
	return "unknown";
}

int
main(int argc, char **argv)
{
	static struct hook h;
	struct arena *arena = arena_new((size_t)24 << 20);
	struct err e = ERR_EMPTY;
	bool is_free = false;
	int i = 3;

	log_init("takeover", LOG_LEVEL_ERROR);
	if (argc < 5 || !arena || !token_start())
		return 2;
	if (strcmp(argv[i], "--free") == 0) {
		is_free = true;
		i++;
	}
	if (!conf_load(&h.conf, argv[2], &e)
		|| !core_open(&h.core, &h.conf, is_free ? FACE_CLI : FACE_WEB,
			arena, &e)
		|| (!is_free && !web_sandbox_enter(&h.conf, &e))) {
		fprintf(stderr, "%s\n", err_text(&e));
		return 1;
	}
	for (; i + 1 < argc; i += 2)
		printf("%s\t%s\t%s\n", argv[i], argv[i + 1],
			attempt(&h, argv[i], argv[i + 1]));
	return 0;
}
