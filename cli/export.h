/*
 * Long texts, to standard output or into a file.
 */
#ifndef POSTROOM_CLI_EXPORT_H
#define POSTROOM_CLI_EXPORT_H

#include "cli/cli.h"
#include "core/flow.h"

/* All pieces of a flow, to --output where it was given; closes it. A file that
 * could not be written whole is removed. */
bool cli_pour(struct cli *c, struct flow *flow, struct err *e) MUST_USE;

/* A list of the nouns with --csv: the same as `postroom export` with the
 * list's own options. */
bool cli_export_list(struct cli *c, struct err *e) MUST_USE;

#endif
