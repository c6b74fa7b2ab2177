/*
 * Completion: scripts for shells, and the answers that they ask for.
 */
#ifndef POSTROOM_CLI_COMPLETE_H
#define POSTROOM_CLI_COMPLETE_H

#include "cli/cli.h"

/* `postroom complete WORD...`: what the last word may become, one a line.
 * Names come from the database where it answers; what fails, fails silently. */
void cli_complete(struct cli *c, int argc, char **argv);

#endif
