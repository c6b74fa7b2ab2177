/*
 * What a daemon gives up once it has started. It cannot be undone.
 *
 * Always: no_new_privs (prctl(2)), no core dumps, not traceable. By choice:
 * all capabilities dropped, seccomp rules that answer EPERM, and Landlock
 * rules where the kernel has them.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include "base/base.h"
#include "base/err.h"

struct sandbox {
	bool drop_capabilities;
	bool deny_exec; /* execve, execveat */
	bool deny_inet; /* sockets other than AF_UNIX and AF_NETLINK */
	bool deny_fork; /* new processes; threads pass */
	/*
	 * Landlock: nothing else in the file system can be opened when one of
	 * these is given (NULL-terminated lists of folders or files; those
	 * that do not exist are skipped). Silently without effect on a kernel
	 * without Landlock.
	 */
	const char *const *read_paths;
	const char *const *write_paths;
};

/*
 * Enter. False with ERR_INTERNAL when the kernel refuses what was asked; then
 * the program must not go on. *landlock_abi_r (may be NULL) is the ABI in use,
 * 0 for none.
 */
bool sandbox_enter(
	const struct sandbox *s, int *landlock_abi_r, struct err *e) MUST_USE;

/*
 * Become another user for good: groups, gid, uid by name, checked afterwards.
 * As another user than root only its own name is accepted.
 */
bool sandbox_become(const char *user, struct err *e) MUST_USE;

#endif
