/*
 * See smtp_probe.h: one bounded dialogue over a socket with a deadline.
 */
#include "mta/smtp_probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "base/utf8.h"

struct dialogue {
	int fd;
	int64_t until_us;
	char buf[4096];
	size_t n, used; /* bytes in buf; of these the line that was taken */
	struct probe_out *out;
	struct err *e;
};

const char *
probe_stage_name(enum probe_stage stage)
{
	static const char *const names[PROBE_STAGES] = {
		[PROBE_CONNECT] = "connect",
		[PROBE_HELO] = "helo",
		[PROBE_SENDER] = "sender",
		[PROBE_RECIPIENT] = "recipient",
	};
	return names[stage];
}

static bool
away(struct dialogue *d, const char *what)
{
	return err_set(d->e, ERR_UNAVAILABLE, "", "smtp_away", "",
		"the mail server of this node %s", what);
}

static bool
await(struct dialogue *d, short events)
{
	struct pollfd p = { .fd = d->fd, .events = events };
	for (;;) {
		const int64_t left = d->until_us - monotonic_us();
		const int n =
			left > 0 ? poll(&p, 1, (int)(left / 1000) + 1) : 0;
		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR)
			return away(d, "does not answer in time");
	}
}

static bool
reach(struct dialogue *d, unsigned port)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int why = 0;
	socklen_t len = sizeof(why);
	d->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (d->fd < 0)
		return away(d, "cannot be reached: no socket");
	if (connect(d->fd, (const struct sockaddr *)&to, sizeof(to)) < 0
		&& errno != EINPROGRESS)
		return away(d, "does not take connections");
	if (!await(d, POLLOUT))
		return false;
	if (getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &why, &len) < 0 || why)
		return away(d, "does not take connections");
	return true;
}

/* One line without its end; borrowed until the next one. */
static bool
take_line(struct dialogue *d, const char **line_r)
{
	memmove(d->buf, d->buf + d->used, d->n - d->used);
	d->n -= d->used;
	d->used = 0;
	for (;;) {
		char *end = memchr(d->buf, '\n', d->n);
		if (end) {
			d->used = (size_t)(end - d->buf) + 1;
			*end = '\0';
			if (end > d->buf && end[-1] == '\r')
				end[-1] = '\0';
			*line_r = d->buf;
			return true;
		}
		if (d->n == sizeof(d->buf))
			return away(d, "sent a line without end");
		if (!await(d, POLLIN))
			return false;
		const ssize_t n =
			read(d->fd, d->buf + d->n, sizeof(d->buf) - d->n);
		if (n == 0)
			return away(d, "closed the connection");
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return away(d, "broke the connection");
		d->n += n > 0 ? (size_t)n : 0;
	}
}

/* The whole reply, its lines joined. What does not fit is left out. */
static bool
take_reply(struct dialogue *d, enum probe_stage stage)
{
	struct probe_out *out = d->out;
	struct str text = STR_FIXED(out->reply);
	const char *line = "";
	out->stage = stage;
	do {
		if (!take_line(d, &line))
			return false;
		if (strspn(line, "0123456789") != 3)
			return away(d, "does not speak SMTP");
		out->code = (unsigned)((line[0] - '0') * 100
			+ (line[1] - '0') * 10 + (line[2] - '0'));
		if (line[3] != '\0' && str_is_ok(&text)
			&& utf8_is_valid(line + 4, strlen(line + 4))) {
			if (text.len > 0)
				str_add_char(&text, ' ');
			str_add(&text, line + 4);
		}
	} while (line[3] == '-');
	return true;
}

static bool
say(struct dialogue *d, const char *verb, const char *word, const char *end)
{
	char text[ADDR_SIZE + 64];
	struct str s = STR_FIXED(text);
	str_addf(&s, "%s%s%s\r\n", verb, word, end);
	if (!str_is_ok(&s))
		return away(d, "is asked about too long an address");
	for (size_t done = 0; done < s.len;) {
		const ssize_t n =
			send(d->fd, s.data + done, s.len - done, MSG_NOSIGNAL);
		if (n > 0)
			done += (size_t)n;
		else if (errno != EAGAIN && errno != EINTR)
			return away(d, "broke the connection");
		else if (!await(d, POLLOUT))
			return false;
	}
	return true;
}

static bool
is_taken(const struct dialogue *d)
{
	return d->out->code >= 200 && d->out->code < 300;
}

/* Ends with the first reply that is no 2xx, or with RCPT's. */
static bool
talk(struct dialogue *d, const struct probe_in *in)
{
	if (!take_reply(d, PROBE_CONNECT) || !is_taken(d))
		return d->out->code != 0;
	if (in->helo[0] != '\0'
		&& (!say(d, "EHLO ", in->helo, "")
			|| !take_reply(d, PROBE_HELO)))
		return false;
	if (!is_taken(d))
		return true;
	if (!say(d, "MAIL FROM:<", in->sender, ">")
		|| !take_reply(d, PROBE_SENDER))
		return false;
	if (!is_taken(d))
		return true;
	return say(d, "RCPT TO:<", in->recipient, ">")
		&& take_reply(d, PROBE_RECIPIENT);
}

bool
smtp_probe(unsigned port, const struct probe_in *in, struct probe_out *out,
	struct err *e)
{
	struct err late = ERR_EMPTY;
	const int64_t began = monotonic_us();
	struct dialogue d = { .fd = -1,
		.until_us = began + PROBE_MS * INT64_C(1000),
		.out = out,
		.e = e };
	*out = (struct probe_out){ .stage = PROBE_CONNECT };
	const bool ok = reach(&d, port) && talk(&d, in);
	out->took_us = (uint64_t)(monotonic_us() - began);
	d.e = &late;
	if (ok)
		(void)(say(&d, "RSET", "", "") && say(&d, "QUIT", "", ""));
	fd_close(&d.fd);
	return ok;
}
