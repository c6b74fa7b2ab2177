/*
 * Lists for other programs, see rows.c.
 */
#ifndef POSTROOM_CLI_ROWS_H
#define POSTROOM_CLI_ROWS_H

#include "cli/cli.h"

#include "base/json.h"

/* Each item of `{"items":[...]...}` as a line; what is no list as one. */
void cli_put_lines(const char *json);

/* The items as CSV, with the columns of the command's table. */
bool cli_put_csv(const struct json_value *items, const char *columns,
	bool has_head, struct arena *a, struct err *e) MUST_USE;

#endif
