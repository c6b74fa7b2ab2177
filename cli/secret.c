/*
 * Reading what nobody may see.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <termios.h>
#include <unistd.h>

bool
cli_read_secret(const char *what, char *out, size_t size, struct err *e)
{
	struct termios was, quiet;
	bool is_terminal = tcgetattr(STDIN_FILENO, &was) == 0;
	char *got;
	size_t len;

	if (is_terminal) {
		quiet = was;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
		fprintf(stderr, "%s: ", what);
	}
	got = fgets(out, (int)size, stdin);
	if (is_terminal) {
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
		fputc('\n', stderr);
	}
	if (got == NULL)
		return err_set(e, ERR_INVALID, "password", "required", "",
			"there is no password on standard input");
	len = strlen(out);
	if (len > 0 && out[len - 1] == '\n')
		out[--len] = '\0';
	if (len + 1 == size)
		return err_set(e, ERR_INVALID, "password", "too_long", "",
			"the password is too long");
	return true;
}
