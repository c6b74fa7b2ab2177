/*
 * The supervisor's file: any text gives programs that can be started, or an
 * error with its line.
 *
 * fuzz-links: cli maps core db
 */
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "cli/supervise.h"

static void
check_program(const struct supervisor *s, unsigned i)
{
	const struct sup_program *p = &s->program[i];

	MUST(p->argv[0] != NULL && p->argv[0][0] == '/');
	MUST(p->n_env <= SUP_ENV && p->n_listen <= SUP_LISTEN);
	for (unsigned k = 0; k < p->n_env; k++)
		MUST(strchr(p->env[k], '=') != NULL);
	for (unsigned k = 0; k < p->n_listen; k++)
		MUST(p->listen[k].path[0] == '/' && p->listen[k].fd == -1);
	MUST(supervise_find(s, p->name) == (int)i);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct supervisor s;
	struct err e = ERR_EMPTY;
	char path[32];
	const int fd = memfd_create("fuzz", MFD_CLOEXEC);

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (supervise_conf_read(&s, path, &e)) {
		MUST(s.n >= 1 && s.n <= SUP_PROGRAMS);
		MUST(s.pid_file[0] == '/' && s.control[0] == '/');
		for (unsigned i = 0; i < s.n; i++)
			check_program(&s, i);
	} else {
		fuzz_error(&e);
	}
	close(fd);
	return 0;
}
