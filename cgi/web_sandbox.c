/*
 * The sandbox of a worker, see web_sandbox.h.
 */
#include "cgi/web_sandbox.h"

#include "base/sandbox.h"
#include "base/seal.h"

bool
web_sandbox_enter(const struct conf *conf, struct err *e)
{
	char credential[512];
	const char *const read_paths[] = { "/usr", "/lib", "/lib64", "/etc",
		conf->password.common_file,
		seal_place(
			conf->secrets.key_file, credential, sizeof(credential)),
		conf->database.password_file[0] != '\0'
			? conf->database.password_file
			: NULL,
		NULL };
	/* Sign-in slots of the host are a file in shared memory. */
	static const char *const write_paths[] = { "/dev/null", "/dev/shm",
		NULL };
	const struct sandbox s = { .drop_capabilities = true,
		.deny_exec = true,
		.deny_inet = true,
		.deny_fork = true,
		.read_paths = read_paths,
		.write_paths = write_paths };

	return sandbox_enter(&s, NULL, e);
}
