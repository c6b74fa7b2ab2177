/*
 * Run one fixed command line without a shell, with a deadline.
 */
#ifndef MTA_ROOT_EXEC_H
#define MTA_ROOT_EXEC_H

#include "base/base.h"
#include "mta/root_verbs.h"

struct root_result {
	int status;   /* exit status; 124 overran and was killed; 126 not run */
	char *output; /* what it wrote, at most c->output_max bytes and a NUL */
	size_t n;
};

/*
 * Give r->output back with root_result_free, whatever the status. Run argv[0] with an empty environment but PATH and LC_ALL, input from
 * /dev/null, output and errors taken together. The command and all it started
 * are killed at the deadline.
 */
void root_exec(const struct root_command *c, struct root_result *r);
void root_result_free(struct root_result *r);

#endif
