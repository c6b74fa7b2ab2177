/*
 * Asking this node's own postroom-mapd, as its own user: it alone knows how
 * maps are rendered and may read their files.
 */
#ifndef POSTROOM_CLI_MAPD_H
#define POSTROOM_CLI_MAPD_H

#include "base/json.h"
#include "cli/cli.h"

/*
 * Run the postroom-mapd beside this very program, so that both are of one
 * build, with an option, its value and one word more (NULL: none). What it prints is added
 * to `out`, or passed through where that is NULL; its exit status is
 * *status_r. ERR_TOO_LARGE when it prints more than `out` takes.
 */
bool cli_mapd(struct cli *c, const char *option, const char *value,
	const char *more, struct str *out, int *status_r,
	struct err *e) MUST_USE;

/* A value of an answer, as a member of the command's own. */
void cli_copy_json(
	struct jsonw *w, const char *key, const struct json_value *v);

#endif
