/*
 * Connecting core for a command that needs the database, or finds out on its
 * way that it does.
 */
#include "cli/cli.h"

bool
cli_open(struct cli *c, struct err *e)
{
	if (!c->is_open)
		c->is_open =
			core_open(&c->core, &c->conf, FACE_CLI, c->arena, e);
	return c->is_open;
}
