/*
 * Plain CGI back end of gateway.h (RFC 3875): one request, then the process
 * ends.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cgi/gateway.h"

struct plain {
	struct gateway gw;
	bool is_taken;
	bool has_failed;
};

static struct plain *
plain_of(struct gateway *gw)
{
	return (struct plain *)gw;
}

static enum gateway_next
plain_next(struct gateway *gw)
{
	struct plain *p = plain_of(gw);

	if (p->is_taken)
		return GATEWAY_BROKEN;
	p->is_taken = true;
	return GATEWAY_REQUEST;
}

static const char *
plain_param(struct gateway *gw, const char *name)
{
	(void)gw;
	return getenv(name);
}

static ssize_t
plain_read(struct gateway *gw, char *buf, size_t len)
{
	(void)gw;
	return read(STDIN_FILENO, buf, len);
}

static bool
plain_write(struct gateway *gw, const char *buf, size_t len)
{
	struct plain *p = plain_of(gw);

	while (len > 0) {
		const ssize_t put = write(STDOUT_FILENO, buf, len);

		if (put <= 0) {
			p->has_failed = true;
			return false;
		}
		buf += put;
		len -= (size_t)put;
	}
	return true;
}

static bool
plain_finish(struct gateway *gw)
{
	return !plain_of(gw)->has_failed;
}

/* The exit status tells; a web server that has sent a length sees it too. */
static void
plain_abort(struct gateway *gw)
{
	plain_of(gw)->has_failed = true;
}

static void
plain_close(struct gateway *gw)
{
	free(plain_of(gw));
}

struct gateway *
plain_gateway(void)
{
	static const struct gateway_ops ops = {
		.next = plain_next,
		.param = plain_param,
		.read = plain_read,
		.write = plain_write,
		.finish = plain_finish,
		.abort = plain_abort,
		.close = plain_close,
	};
	struct plain *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->gw.ops = &ops;
	return &p->gw;
}
