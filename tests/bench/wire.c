/* See wire.h. */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

_Noreturn void
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int
connect_unix(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(un.sun_path))
		die("%s: socket path too long", path);
	memcpy(un.sun_path, path, strlen(path));
	if (fd < 0 || connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

static int
connect_tcp(const char *where)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	char host[64];
	const char *colon = strrchr(where, ':');
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (colon == NULL || (size_t)(colon - where) >= sizeof(host))
		die("%s: expected HOST:PORT or unix:PATH", where);
	memcpy(host, where, (size_t)(colon - where));
	host[colon - where] = '\0';
	in.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	if (inet_pton(AF_INET, host, &in.sin_addr) != 1)
		die("%s: not an IPv4 address", host);
	if (fd < 0 || connect(fd, (struct sockaddr *)&in, sizeof(in)) < 0)
		die("%s: %s", where, strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

void
wire_open(struct wire *w, const char *where)
{
	memset(w, 0, sizeof(*w));
	if (strncmp(where, "unix:", 5) == 0)
		w->fd = connect_unix(where + 5);
	else
		w->fd = connect_tcp(where);
}

void
wire_send(struct wire *w, const char *fmt, ...)
{
	char out[8192];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(out, sizeof(out), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(out))
		die("request too long");
	for (int done = 0; done < n;) {
		ssize_t k = write(w->fd, out + done, (size_t)(n - done));
		if (k <= 0)
			die("write: %s", strerror(errno));
		done += (int)k;
	}
}

static void
fill(struct wire *w)
{
	ssize_t k;

	if (w->at > 0) {
		memmove(w->buf, w->buf + w->at, w->have - w->at);
		w->have -= w->at;
		w->at = 0;
	}
	if (w->have + 1 >= sizeof(w->buf))
		die("reply too long");
	k = read(w->fd, w->buf + w->have, sizeof(w->buf) - 1 - w->have);
	if (k <= 0)
		die("peer closed the connection");
	w->have += (size_t)k;
	w->buf[w->have] = '\0';
}

int
wire_reply(struct wire *w)
{
	for (;;) {
		char *line = w->buf + w->at, *end;

		w->buf[w->have] = '\0';
		while ((end = strstr(line, "\r\n")) == NULL) {
			fill(w);
			line = w->buf + w->at;
		}
		w->at = (size_t)(end + 2 - w->buf);
		if (end - line >= 4 && line[3] == '-')
			continue;
		return (int)strtol(line, NULL, 10);
	}
}

void
wire_greet(struct wire *w, const char *where)
{
	if (wire_reply(w) != 220)
		die("%s: no greeting", where);
	wire_send(w, "%s bench.test\r\n",
		strncmp(where, "unix:", 5) == 0 ? "LHLO" : "EHLO");
	if (wire_reply(w) != 250)
		die("%s: greeting refused", where);
	wire_send(w, "MAIL FROM:<>\r\n");
	if (wire_reply(w) != 250)
		die("%s: MAIL refused", where);
}

int
wire_rcpt(struct wire *w, const char *address)
{
	wire_send(w, "RCPT TO:<%s>\r\n", address);
	return wire_reply(w);
}

static size_t
content_length(const char *head)
{
	const char *p = strcasestr(head, "\r\ncontent-length:");

	return p == NULL ? 0 : (size_t)strtoul(p + 17, NULL, 10);
}

size_t
wire_http_reply(struct wire *w, char *reply, size_t cap, int *status_r)
{
	char *body;
	size_t head, length;

	w->at = w->have = 0;
	w->buf[0] = '\0';
	while ((body = strstr(w->buf, "\r\n\r\n")) == NULL)
		fill(w);
	head = (size_t)(body + 4 - w->buf);
	*status_r = (int)strtol(w->buf + 9, NULL, 10);
	length = content_length(w->buf);
	while (w->have < head + length)
		fill(w);
	if (length >= cap)
		die("HTTP reply too long");
	memcpy(reply, w->buf + head, length);
	reply[length] = '\0';
	return length;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
print_members(int64_t *us, size_t n)
{
	if (n == 0)
		die("nothing measured");
	qsort(us, n, sizeof(*us), by_value);
	printf("{\"n\":%zu,\"p50\":%lld,\"p99\":%lld,\"max\":%lld", n,
		(long long)us[n / 2], (long long)us[(n * 99) / 100],
		(long long)us[n - 1]);
}

void
print_percentiles(int64_t *us, size_t n)
{
	print_members(us, n);
	puts("}");
	fflush(stdout);
}

void
print_samples(int64_t *us, size_t n)
{
	print_members(us, n);
	fputs(",\"us\":[", stdout);
	for (size_t i = 0; i < n; i++)
		printf("%s%lld", i > 0 ? "," : "", (long long)us[i]);
	puts("]}");
	fflush(stdout);
}
