/*
 * Where requests come from and replies go to: a FastCGI socket (fcgi.c) or
 * the environment, standard input and standard output of a plain CGI program
 * (plain.c). Nothing above this header knows which of them it is.
 *
 * A gateway holds one request at a time. The text that gateway_param returns
 * dies with gateway_finish: whoever keeps it copies it.
 */
#ifndef CGI_GATEWAY_H
#define CGI_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct gateway;

enum gateway_next {
	GATEWAY_REQUEST, /* a request is there */
	GATEWAY_NONE,    /* nothing came of it; ask again */
	GATEWAY_BROKEN,  /* the socket is gone; the process ends */
};

struct gateway_ops {
	enum gateway_next (*next)(struct gateway *gw);
	const char *(*param)(struct gateway *gw, const char *name);
	ssize_t (*read)(struct gateway *gw, char *buf, size_t len);
	bool (*write)(struct gateway *gw, const char *buf, size_t len);
	bool (*finish)(struct gateway *gw);
	void (*abort)(struct gateway *gw);
	void (*close)(struct gateway *gw);
};

struct gateway {
	const struct gateway_ops *ops;
};

/*
 * Take the next request. With FastCGI the caller has seen that the listening
 * socket is readable; another worker may have been quicker (GATEWAY_NONE).
 */
static inline enum gateway_next
gateway_next(struct gateway *gw)
{
	return gw->ops->next(gw);
}

/* A CGI variable (RFC 3875, 4.1), or NULL. */
static inline const char *
gateway_param(struct gateway *gw, const char *name)
{
	return gw->ops->param(gw, name);
}

/* Up to len bytes of the body; 0 at its end, -1 on failure or time-out. */
static inline ssize_t
gateway_read(struct gateway *gw, char *buf, size_t len)
{
	return gw->ops->read(gw, buf, len);
}

/* Send bytes of the reply. False: the peer is gone. */
static inline bool
gateway_write(struct gateway *gw, const char *buf, size_t len)
{
	return gw->ops->write(gw, buf, len);
}

/* End the request. False: the peer did not take the whole reply. */
static inline bool
gateway_finish(struct gateway *gw)
{
	return gw->ops->finish(gw);
}

/* Break the reply off, so that the web server does not take it for whole.
 * gateway_finish is called none the less. */
static inline void
gateway_abort(struct gateway *gw)
{
	gw->ops->abort(gw);
}

/* Free the gateway and clear *gwp. */
static inline void
gateway_close(struct gateway **gwp)
{
	if (*gwp != NULL)
		(*gwp)->ops->close(*gwp);
	*gwp = NULL;
}

/*
 * FastCGI on a listening socket, which is made non-blocking, so that workers
 * that woke for the same connection do not hang in accept(). NULL when the
 * library or memory fails. Reads and writes have no time-out of their own: a
 * signal without SA_RESTART ends them (worker.c arms a timer).
 */
struct gateway *fcgi_gateway(int listen_fd);

/* True when fd 0 is a listening socket (started by a FastCGI spawner). */
bool fcgi_on_stdin(void);

/* Plain CGI: one request from the environment and standard input. */
struct gateway *plain_gateway(void);

#endif
