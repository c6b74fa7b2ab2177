/*
 * Waiting for jobs.
 */
#ifndef POSTROOM_CLI_WAIT_H
#define POSTROOM_CLI_WAIT_H

#include "cli/cli.h"
#include "core/job.h"

/* Of the table of a command that leaves a job. */
#define CLI_WAIT_OPTION                                                        \
	{                                                                      \
		"wait", CLI_FLAG, NULL, "wait until the job has ended", NULL   \
	}
#define CLI_WAIT_S 86400

/* Until the job is over; it is the answer, and the exit code is 1 unless it
 * was done. ERR_UNAVAILABLE `timeout`. */
bool cli_await_job(
	struct cli *c, uint64_t id, uint64_t timeout_s, struct err *e) MUST_USE;

/* The answer of a command that left this job; with --wait when it is over. */
bool cli_answer_job(struct cli *c, const struct job *j, struct err *e) MUST_USE;

#endif
