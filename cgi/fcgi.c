/*
 * FastCGI back end of gateway.h, on libfcgi. The only file that includes
 * fcgiapp.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "base/log.h"
#include "cgi/gateway.h"

struct fcgi {
	struct gateway gw;
	FCGX_Request req;
};

static struct fcgi *
fcgi_of(struct gateway *gw)
{
	return (struct fcgi *)gw;
}

static enum gateway_next
fcgi_next(struct gateway *gw)
{
	struct fcgi *f = fcgi_of(gw);
	int rc = FCGX_Accept_r(&f->req);

	if (rc == 0)
		return GATEWAY_REQUEST;
	switch (-rc) {
	case EBADF:
	case EINVAL:
	case ENOTSOCK:
	case EOPNOTSUPP:
		return GATEWAY_BROKEN;
	default:
		return GATEWAY_NONE;
	}
}

static const char *
fcgi_param(struct gateway *gw, const char *name)
{
	return FCGX_GetParam(name, fcgi_of(gw)->req.envp);
}

static ssize_t
fcgi_read(struct gateway *gw, char *buf, size_t len)
{
	struct fcgi *f = fcgi_of(gw);
	const int want = len > 1 << 20 ? 1 << 20 : (int)len;
	const int got = FCGX_GetStr(buf, want, f->req.in);

	if (got <= 0)
		return FCGX_GetError(f->req.in) != 0 ? -1 : 0;
	return got;
}

static bool
fcgi_write(struct gateway *gw, const char *buf, size_t len)
{
	struct fcgi *f = fcgi_of(gw);

	while (len > 0) {
		const int part = len > 1 << 20 ? 1 << 20 : (int)len;
		const int put = FCGX_PutStr(buf, part, f->req.out);

		if (put <= 0)
			return false;
		buf += put;
		len -= (size_t)put;
	}
	return true;
}

static bool
fcgi_finish(struct gateway *gw)
{
	struct fcgi *f = fcgi_of(gw);
	const bool sent = f->req.out != NULL && FCGX_FFlush(f->req.out) != -1;

	FCGX_Finish_r(&f->req);
	return sent;
}

/*
 * A web server takes the end of the connection for the end of the reply. What
 * it cannot read as a record (here one of version 0) is an error to all of
 * them, and the client's connection is cut.
 */
static void
fcgi_abort(struct gateway *gw)
{
	static const char no_record[8] = { 0 };
	struct fcgi *f = fcgi_of(gw);

	if (f->req.ipcFd >= 0
		&& write(f->req.ipcFd, no_record, sizeof(no_record)) < 0)
		log_info("the web server is gone");
	FCGX_Free(&f->req, 1);
}

static void
fcgi_close(struct gateway *gw)
{
	struct fcgi *f = fcgi_of(gw);

	FCGX_Finish_r(&f->req);
	free(f);
}

struct gateway *
fcgi_gateway(int listen_fd)
{
	static const struct gateway_ops ops = {
		.next = fcgi_next,
		.param = fcgi_param,
		.read = fcgi_read,
		.write = fcgi_write,
		.finish = fcgi_finish,
		.abort = fcgi_abort,
		.close = fcgi_close,
	};
	const int flags = fcntl(listen_fd, F_GETFL);
	struct fcgi *f;

	if (flags < 0 || fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return NULL;
	f = calloc(1, sizeof *f);
	if (f == NULL)
		return NULL;
	f->gw.ops = &ops;
	if (FCGX_Init() != 0
		|| FCGX_InitRequest(
			   &f->req, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR)
			!= 0) {
		free(f);
		return NULL;
	}
	return &f->gw;
}

bool
fcgi_on_stdin(void)
{
	return !FCGX_IsCGI();
}
