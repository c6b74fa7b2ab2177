/*
 * Work in a child process, with an answer and a deadline.
 *
 * LMDB's assertions abort the process and a truncated map under a memory
 * mapping is a SIGBUS, so everything that opens a map runs in a child: what is
 * long in one of its own (here), what each round needs in one that lives on
 * (mta/worker.h). The child answers through a pipe; what it writes before a
 * failure is dropped.
 * A child that dies of a signal is reported as ERR_INTERNAL with the reason
 * `child_died`, one that overruns as `child_late`; it is killed.
 */
#ifndef MTA_CHILD_H
#define MTA_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * First thing in a new process: it ends with its parent, and what a damaged
 * map does to it is no fault to report.
 */
void child_settle(pid_t parent);

/*
 * In a child whose work is long and can wait: it does not share the haste of
 * the publisher, whose niceness and session it has.
 */
void child_take_time(void);

/* Runs in the child. Writes its answer to `out`; false with `e` set fails. */
typedef bool child_fn(void *ctx, FILE *out, struct err *e);

/*
 * A running child and what it has answered so far, or the answer of a worker.
 * {0} is idle.
 */
struct child {
	pid_t pid;
	int fd;
	int64_t deadline_ms; /* monotonic clock */
	char *data;
	size_t n, cap;
};

/* Start fn in a child. The caller polls c->fd and calls child_read. */
bool child_start(struct child *c, child_fn *fn, void *ctx, int deadline_ms,
	struct err *e) __attribute__((warn_unused_result));

static inline bool
child_is_running(const struct child *c)
{
	return c->pid > 0;
}

enum child_state { CHILD_RUNNING, CHILD_OK, CHILD_FAILED };

/*
 * Take what there is, without waiting. After CHILD_OK, c->data and c->n hold
 * the answer until child_free; after CHILD_FAILED `e` is set.
 */
enum child_state child_read(struct child *c, struct err *e);

/* Start, wait and read. On true the answer is in c until child_free. */
bool child_call(struct child *c, child_fn *fn, void *ctx, int deadline_ms,
	struct err *e) __attribute__((warn_unused_result));

/* Kill a running child, reap it, give the answer's memory back. */
void child_free(struct child *c);

#endif
