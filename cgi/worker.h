/*
 * The process side: a supervisor that keeps workers alive, and the loop of a
 * worker. Neither knows what a request is about.
 */
#ifndef CGI_WORKER_H
#define CGI_WORKER_H

#include "base/base.h"
#include "cgi/gateway.h"

/*
 * Which program runs in a worker: `start` once after the fork (connections,
 * sandbox), `serve` for each request, `stop` at the end. `start` may fail; the
 * supervisor then tries again after a while.
 */
struct scoreboard;
struct worker_job {
	void *ctx;
	bool (*start)(void *ctx);
	void (*serve)(void *ctx, struct gateway *gw);
	void (*stop)(void *ctx);
	int listen_fd;
	unsigned workers;
	uint64_t requests_per_worker; /* then a fresh one takes its place */
	unsigned request_timeout_s;
	struct scoreboard *board; /* told where the slots are */
};

/*
 * Fork the workers and keep their number until SIGTERM or SIGINT; a worker
 * that dies is replaced, more slowly when it dies young; one that hangs far
 * past the deadline is killed. SIGHUP replaces all, one after another.
 * Returns the exit status of the program.
 */
int supervise_workers(const struct worker_job *job);

/* Of a reply that takes long and moves: a deadline anew, from now. */
void worker_beat(void);

/*
 * Serve one plain CGI request in this process. Returns the exit status.
 */
int serve_once(const struct worker_job *job);

#endif
