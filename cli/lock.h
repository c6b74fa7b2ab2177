/*
 * `mailbox lock`, for the table of the mailbox commands.
 */
#ifndef POSTROOM_CLI_LOCK_H
#define POSTROOM_CLI_LOCK_H

#include "cli/cli.h"

extern const struct cli_option cli_lock_options[];
bool cli_mailbox_lock(struct cli *c, struct err *e) MUST_USE;

#endif
