/*
 * The table of all commands. Arguments, help, completion and the check of the
 * manual page are made from it.
 */
#ifndef POSTROOM_CLI_TABLE_H
#define POSTROOM_CLI_TABLE_H

#include "cli/cli.h"

/* The command behind `m` (NULL: the first), NULL at the end. */
const struct cli_command *cli_next_command(const struct cli_command *m);
/* The option behind `o` (NULL: the first), --dry-run included. */
const struct cli_option *cli_next_option(
	const struct cli_command *m, const struct cli_option *o);

/* By its words (`verb` may be NULL, and is not looked at where the group is
 * the whole command). `set` is another word for `edit`, `remove` for
 * `delete`. */
const struct cli_command *cli_find_command(const char *group, const char *verb);
bool cli_is_group(const char *name);
const struct cli_option *cli_find_option(
	const struct cli_command *m, const char *name, size_t len);

/* What was probably meant, or NULL. */
const char *cli_near_group(const char *group);
const char *cli_near_verb(const char *group, const char *verb);
const char *cli_near_option(const struct cli_command *m, const char *name);

/* What to ask before a command that nothing takes back; NULL for the others. */
const char *cli_question(const struct cli_command *m);

#endif
