/*
 * One process that does work for another, request by request.
 *
 * What may end a process (mta/child.h) is done by a worker when it is wanted
 * often: a fork for each piece of work costs a publisher that has grown some
 * milliseconds, and waits for a processor twice. Start it early, while the
 * process is small. A worker keeps nothing between two requests.
 *
 * A worker that dies is reported as ERR_INTERNAL with the reason `child_died`,
 * one that overruns is killed and reported as `child_late`; the next request
 * starts another. It ends with the process that started it.
 */
#ifndef MTA_WORKER_H
#define MTA_WORKER_H

#include "mta/child.h"

/*
 * Runs in the worker. `request` is what worker_call was given, with a NUL
 * after it. Writes the answer to `out`; false with `e` set fails.
 */
typedef bool worker_fn(
	void *ctx, const char *request, size_t n, FILE *out, struct err *e);

/* {0} is idle. */
struct worker {
	worker_fn *const *verb; /* a table; a request names one by its index */
	void *ctx;
	pid_t pid; /* 0: not running */
	int fd;
};

/* Start it. `verb` and `ctx` live as long as the worker. */
bool worker_start(struct worker *w, worker_fn *const *verb, void *ctx,
	struct err *e) __attribute__((warn_unused_result));

/* Ask and wait. On true the answer is in `answer` until child_free. */
bool worker_call(struct worker *w, unsigned verb, const char *request, size_t n,
	int deadline_ms, struct child *answer, struct err *e)
	__attribute__((warn_unused_result));

/* Kill it and reap it. */
void worker_end(struct worker *w);

#endif
