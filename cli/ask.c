/*
 * Questions before what cannot be undone, or is about many.
 */
#include "cli/cli.h"

#include <unistd.h>

bool
cli_ask(struct cli *c, const char *what, const char *or_say, struct err *e)
{
	char line[16];

	if (c->is_sure)
		return true;
	if (!what)
		return err_memory(e);
	if (isatty(STDIN_FILENO) != 1)
		return err_set(e, ERR_INVALID, "--yes", "not_confirmed", "",
			"%s Nothing was done: %s", what, or_say);
	fprintf(stderr, "%s Go on? [y/N] ", what);
	fflush(stderr);
	if (fgets(line, sizeof(line), stdin)
		&& (line[0] == 'y' || line[0] == 'Y'))
		return true;
	return err_set(e, ERR_INVALID, "--yes", "not_confirmed", "",
		"nothing was done");
}
