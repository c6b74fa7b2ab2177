/*
 * postroom-supervise: main file. Two processes: the keeper, which holds the
 * pid file and does nothing else, and its child, the supervisor. Each ends
 * the programs when the other one dies, even by SIGKILL.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/supervise.h"

static const char usage[] =
	"Usage: postroom-supervise -c FILE [ACTION [PROGRAM]]\n"
	"\n"
	"Starts the programs that FILE names and restarts what ends, until\n"
	"SIGTERM or the action `down`. Without an action it runs.\n"
	"\n"
	"  status           one line a program\n"
	"  stop PROGRAM     end it and leave it so\n"
	"  start PROGRAM    start it again\n"
	"  restart PROGRAM  end it and start it again\n"
	"  down             end everything, wait until it is gone\n"
	"  check            read FILE and say what is wrong with it\n"
	"\n"
	"  --help, --version\n";

/* Both processes wait for these, and nothing interrupts them. */
static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* Does the process live that wrote itself into the pid file? */
static bool
is_keeper_alive(int fd)
{
	char text[16] = "";
	long pid;

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return true;
	pid = strtol(text, NULL, 10);
	return pid > 0 && (kill((pid_t)pid, 0) == 0 || errno != ESRCH);
}

/*
 * Where a keeper was killed, its supervisor has the lock until the programs
 * ended: that is waited for.
 */
static bool
lock_wait(int fd, int64_t patience_ms)
{
	const int64_t until_ms = supervise_now_ms() + patience_ms;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (is_keeper_alive(fd) || supervise_now_ms() > until_ms)
			return false;
		(void)poll(NULL, 0, 20);
	}
	return true;
}

/* Returns the locked descriptor, or -1 with the reason on stderr. */
static int
lock_pid_file(const char *path, int64_t patience_ms)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0) {
		log_error("cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	if (!lock_wait(fd, patience_ms)) {
		log_error("%s is locked: it is running already", path);
		close(fd);
		return -1;
	}
	if (ftruncate(fd, 0) != 0 || dprintf(fd, "%ld\n", (long)getpid()) < 0) {
		log_error("cannot write %s: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

static int
supervise(struct supervisor *s, const sigset_t *set, pid_t keeper)
{
	struct err e = ERR_EMPTY;
	int signal_fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);

	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	if (signal_fd < 0 || getppid() != keeper)
		return 1;
	if (!supervise_listen_control(s, &e)) {
		log_error("%s", err_text(&e));
		return 1;
	}
	supervise_loop(s, signal_fd);
	for (unsigned i = 0; i < s->n; i++)
		supervise_unlisten(&s->program[i]);
	(void)unlink(s->control);
	supervise_kill_orphans();
	return 0;
}

/*
 * Passes a wish to end on to the supervisor, and waits for it. Programs that
 * lost their supervisor were sent SIGTERM by the kernel, and are our children
 * now; they get the time to obey.
 */
static int
keep(const struct supervisor *s, const sigset_t *set, pid_t child)
{
	int number, status = 0;
	int64_t until_ms;

	while (waitpid(child, &status, WNOHANG) != child) {
		number = sigwaitinfo(set, NULL);
		if (number == SIGTERM || number == SIGINT)
			(void)kill(child, SIGTERM);
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	log_error("supervisor ended signal=%d", WTERMSIG(status));
	until_ms = supervise_now_ms() + s->stop_ms;
	alarm((unsigned)(s->stop_ms / 1000));
	while (supervise_now_ms() < until_ms && waitpid(-1, NULL, 0) > 0)
		;
	return 1;
}

static void
on_alarm(int number)
{
	(void)number;
}

static int
run(struct supervisor *s)
{
	const struct sigaction sa = { .sa_handler = on_alarm };
	pid_t keeper = getpid(), child;
	int lock_fd, code;
	sigset_t set;

	lock_fd = lock_pid_file(s->pid_file, s->stop_ms * (int64_t)(s->n + 1));
	if (lock_fd < 0)
		return 1;
	(void)sigaction(SIGALRM, &sa, NULL);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	block_signals(&set);
	child = fork();
	if (child < 0) {
		log_error("cannot start: %s", strerror(errno));
		return 1;
	}
	if (child == 0)
		_exit(supervise(s, &set, keeper));
	code = keep(s, &set, child);
	supervise_kill_orphans();
	(void)unlink(s->pid_file);
	close(lock_fd);
	return code;
}

static int
ask(const struct supervisor *s, const char *verb, const char *name)
{
	char line[128];
	int n = snprintf(line, sizeof(line), "%s%s%s\n", verb, name ? " " : "",
		name ? name : "");

	if (n < 0 || (size_t)n >= sizeof(line)) {
		fputs(usage, stderr);
		return 2;
	}
	return supervise_ask(s, line);
}

int
main(int argc, char **argv)
{
	static struct supervisor s;
	struct err e = ERR_EMPTY;

	log_init("postroom-supervise", LOG_LEVEL_INFO);
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return fputs(usage, stdout) < 0;
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return puts("postroom-supervise " POSTROOM_VERSION) < 0;
	if (argc < 3 || argc > 5 || strcmp(argv[1], "-c") != 0) {
		fputs(usage, stderr);
		return 2;
	}
	if (!supervise_conf_read(&s, argv[2], &e)) {
		log_error("%s", err_text(&e));
		return 2;
	}
	if (argc == 3)
		return run(&s);
	if (strcmp(argv[3], "check") == 0)
		return 0;
	return ask(&s, argv[3], argc > 4 ? argv[4] : NULL);
}
