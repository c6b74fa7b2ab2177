/*
 * The control socket: one line asks, the answer ends with the connection.
 * start, stop and restart are answered when they have happened.
 */
#include "cli/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const state_names[] = {
	[SUP_DOWN] = "down",
	[SUP_RUNNING] = "running",
	[SUP_WAITING] = "waiting",
	[SUP_STOPPING] = "stopping",
};

/* An answer fits the socket's buffer; a client that does not read loses it. */
static void
answer(struct sup_client *c, const char *text)
{
	(void)send(c->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
	close(c->fd);
	*c = (struct sup_client){ .fd = -1, .program = -1 };
}

void
supervise_ctl_accept(struct supervisor *s)
{
	int fd = accept4(
		s->control_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	for (size_t i = 0; i < SUP_CLIENTS; i++)
		if (s->client[i].fd < 0) {
			s->client[i] = (struct sup_client){
				.fd = fd,
				.program = -1,
			};
			return;
		}
	close(fd);
}

static void
answer_status(const struct supervisor *s, struct sup_client *c)
{
	char text[SUP_PROGRAMS * 128];
	size_t have = 0;
	int64_t now_ms = supervise_now_ms();

	for (unsigned i = 0; i < s->n; i++) {
		const struct sup_program *p = &s->program[i];
		int n = snprintf(text + have, sizeof(text) - have,
			"program=%s state=%s pid=%ld restarts=%u for_ms=%lld\n",
			p->name, state_names[p->state], (long)p->pid,
			p->restarts, (long long)(now_ms - p->started_ms));

		if (n > 0 && (size_t)n < sizeof(text) - have)
			have += (size_t)n;
	}
	text[have] = '\0';
	answer(c, text);
}

static void
act(struct supervisor *s, struct sup_client *c, const char *verb, int at)
{
	struct sup_program *p = &s->program[at];

	c->program = at;
	c->wants_up = strcmp(verb, "stop") != 0;
	if (strcmp(verb, "start") == 0) {
		supervise_up(s, p);
		return;
	}
	c->old_pid = c->wants_up ? p->pid : 0;
	supervise_down(s, p);
	if (!c->wants_up)
		return;
	/* It starts again from its end, or at once where it was down. */
	p->is_wanted = true;
	if (p->state == SUP_DOWN)
		supervise_up(s, p);
}

static void
obey(struct supervisor *s, struct sup_client *c)
{
	static const char *const verbs[] = { "start", "stop", "restart" };
	char *name = strchr(c->line, ' ');
	int at;

	if (strcmp(c->line, "status") == 0) {
		answer_status(s, c);
		return;
	}
	if (strcmp(c->line, "down") == 0) {
		s->is_ending = true;
		answer(c, "ok\n");
		return;
	}
	if (name != NULL)
		*name++ = '\0';
	at = name == NULL ? -1 : supervise_find(s, name);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (at >= 0 && strcmp(c->line, verbs[i]) == 0) {
			act(s, c, verbs[i], at);
			return;
		}
	answer(c, "error: no such action or program\n");
}

void
supervise_ctl_read(struct supervisor *s, struct sup_client *c)
{
	ssize_t n =
		read(c->fd, c->line + c->have, sizeof(c->line) - 1 - c->have);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		answer(c, "error: no line\n");
		return;
	}
	c->have += (size_t)n;
	c->line[c->have] = '\0';
	end = strchr(c->line, '\n');
	if (end != NULL && c->program < 0) {
		*end = '\0';
		obey(s, c);
	}
}

void
supervise_ctl_settle(struct supervisor *s)
{
	for (size_t i = 0; i < SUP_CLIENTS; i++) {
		struct sup_client *c = &s->client[i];
		const struct sup_program *p;

		if (c->fd < 0 || c->program < 0)
			continue;
		p = &s->program[c->program];
		if (s->is_ending)
			answer(c, "error: everything is being ended\n");
		else if (!c->wants_up && p->state == SUP_DOWN)
			answer(c, "ok\n");
		else if (c->wants_up && p->state == SUP_RUNNING
			&& p->pid != c->old_pid)
			answer(c, "ok\n");
	}
}

static int
dial(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(sa.sun_path, path, sizeof(sa.sun_path));
	if (fd >= 0
		&& connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The supervisor holds a lock on its pid file as long as it lives. */
static int
wait_gone(const struct supervisor *s)
{
	int fd = open(s->pid_file, O_RDONLY | O_CLOEXEC);
	int code = 0;

	if (fd >= 0) {
		code = flock(fd, LOCK_EX) == 0 ? 0 : 1;
		close(fd);
	}
	return code;
}

int
supervise_ask(const struct supervisor *s, const char *line)
{
	bool is_bad = false, is_first = true;
	char text[4096];
	ssize_t n;
	int fd = dial(s->control);

	if (fd < 0) {
		fprintf(stderr, "postroom-supervise: not running (%s)\n",
			s->control);
		return strcmp(line, "down\n") == 0 ? 0 : 3;
	}
	if (send(fd, line, strlen(line), MSG_NOSIGNAL) < 0) {
		close(fd);
		return 1;
	}
	while ((n = read(fd, text, sizeof(text))) > 0) {
		is_bad |= is_first && n >= 5 && memcmp(text, "error", 5) == 0;
		is_first = false;
		(void)fwrite(text, 1, (size_t)n, is_bad ? stderr : stdout);
	}
	close(fd);
	if (is_bad || is_first)
		return 1;
	return strcmp(line, "down\n") == 0 ? wait_gone(s) : 0;
}
