/*
 * Giving up rights. Landlock is called by number, because glibc 2.36 has no
 * wrappers for it; capabilities likewise, to spare a library for one call.
 */
#include "base/sandbox.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool
fail(struct err *e, const char *what)
{
	const char *words = strerrordesc_np(errno);

	return err_set(e, ERR_INTERNAL, NULL, "sandbox", what, "cannot %s: %s",
		what, words ? words : "?");
}

static bool
drop_capabilities(struct err *e)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	const struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };

	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		/* Only a process with CAP_SETPCAP has a set to drop. */
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0 && errno != EPERM)
			return fail(e, "drop a capability");
	}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		return fail(e, "clear the ambient capabilities");
	if (syscall(SYS_capset, &head, none) != 0)
		return fail(e, "drop the capabilities");
	return true;
}

/* Rules that answer `EPERM`; negative on the first that failed. */
static int
deny(scmp_filter_ctx filter, const int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int rc = seccomp_rule_add(
			filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);

		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
deny_inet(scmp_filter_ctx filter)
{
	/* Families below AF_UNIX and between it and AF_NETLINK, and above. */
	const struct scmp_arg_cmp low = SCMP_A0(SCMP_CMP_LT, AF_UNIX);
	const struct scmp_arg_cmp high = SCMP_A0(SCMP_CMP_GT, AF_NETLINK);
	int rc = seccomp_rule_add_array(
		filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 1, &low);

	if (rc == 0)
		rc = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EACCES),
			SCMP_SYS(socket), 1, &high);
	for (unsigned family = AF_UNIX + 1; family < AF_NETLINK && rc == 0;
		family++) {
		const struct scmp_arg_cmp same = SCMP_A0(SCMP_CMP_EQ, family);

		rc = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EACCES),
			SCMP_SYS(socket), 1, &same);
	}
	return rc;
}

/* clone3 cannot be looked into by a filter, so it is answered ENOSYS and libc
 * falls back to clone. Threads share the address space and pass. */
static int
deny_fork(scmp_filter_ctx filter)
{
	static const int calls[] = { SCMP_SYS(fork), SCMP_SYS(vfork) };
	const struct scmp_arg_cmp not_thread =
		SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
	int rc = deny(filter, calls, ARRAY_LEN(calls));

	if (rc == 0)
		rc = seccomp_rule_add(
			filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (rc == 0)
		rc = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM),
			SCMP_SYS(clone), 1, &not_thread);
	return rc;
}

static bool
enter_seccomp(const struct sandbox *s, struct err *e)
{
	static const int exec_calls[] = { SCMP_SYS(execve),
		SCMP_SYS(execveat) };
	/* No daemon of ours has a use for these. */
	static const int never_calls[] = { SCMP_SYS(ptrace),
		SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
		SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(init_module),
		SCMP_SYS(finit_module), SCMP_SYS(delete_module),
		SCMP_SYS(kexec_load), SCMP_SYS(mount), SCMP_SYS(umount2),
		SCMP_SYS(pivot_root), SCMP_SYS(reboot), SCMP_SYS(swapon),
		SCMP_SYS(swapoff), SCMP_SYS(add_key), SCMP_SYS(request_key),
		SCMP_SYS(keyctl), SCMP_SYS(userfaultfd) };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc;

	if (!filter)
		return fail(e, "make a seccomp filter");
	rc = deny(filter, never_calls, ARRAY_LEN(never_calls));
	if (rc == 0 && s->deny_exec)
		rc = deny(filter, exec_calls, ARRAY_LEN(exec_calls));
	if (rc == 0 && s->deny_inet)
		rc = deny_inet(filter);
	if (rc == 0 && s->deny_fork)
		rc = deny_fork(filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	if (rc == 0)
		return true;
	errno = -rc;
	return fail(e, "load the seccomp filter");
}

#define READ_RIGHTS                                                            \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR            \
		| LANDLOCK_ACCESS_FS_EXECUTE)
#define FILE_RIGHTS                                                            \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE          \
		| LANDLOCK_ACCESS_FS_EXECUTE)
/* Everything that ABI 1 knows: bits 0 to 12. */
#define ALL_RIGHTS ((UINT64_C(1) << 13) - 1)

static bool
allow_path(int ruleset, const char *path, uint64_t rights, struct err *e)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights };
	bool is_good;
	int fd;

	fd = open(path, O_PATH | O_CLOEXEC | O_DIRECTORY);
	if (fd < 0 && errno == ENOTDIR) {
		fd = open(path, O_PATH | O_CLOEXEC);
		rule.allowed_access &= FILE_RIGHTS;
	}
	if (fd < 0)
		return errno == ENOENT || fail(e, "open a path for Landlock");
	rule.parent_fd = fd;
	is_good = syscall(SYS_landlock_add_rule, ruleset,
			  LANDLOCK_RULE_PATH_BENEATH, &rule, 0)
		== 0;
	if (!is_good)
		(void)fail(e, "add a Landlock rule");
	fd_close(&fd);
	return is_good;
}

static bool
allow_paths(
	int ruleset, const char *const *paths, uint64_t rights, struct err *e)
{
	for (; paths && *paths; paths++) {
		if (!allow_path(ruleset, *paths, rights, e))
			return false;
	}
	return true;
}

static bool
enter_landlock(const struct sandbox *s, int *abi_r, struct err *e)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = ALL_RIGHTS };
	const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
		LANDLOCK_CREATE_RULESET_VERSION);
	bool is_good;
	int ruleset;

	*abi_r = 0;
	if (abi < 1 || (!s->read_paths && !s->write_paths))
		return true;
	/* Renames between folders are refused altogether under ABI 1. */
	if (abi >= 2)
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
	ruleset = (int)syscall(
		SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return fail(e, "make a Landlock ruleset");
	is_good = allow_paths(ruleset, s->read_paths, READ_RIGHTS, e)
		&& allow_paths(
			ruleset, s->write_paths, attr.handled_access_fs, e);
	if (is_good && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		is_good = fail(e, "enter the Landlock ruleset");
	fd_close(&ruleset);
	if (is_good)
		*abi_r = (int)abi;
	return is_good;
}

bool
sandbox_enter(const struct sandbox *s, int *landlock_abi_r, struct err *e)
{
	int abi;

	if (landlock_abi_r)
		*landlock_abi_r = 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail(e, "set no_new_privs");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return fail(e, "switch core dumps off");
	if (s->drop_capabilities && !drop_capabilities(e))
		return false;
	if (!enter_landlock(s, &abi, e))
		return false;
	if (landlock_abi_r)
		*landlock_abi_r = abi;
	return enter_seccomp(s, e);
}

bool
sandbox_become(const char *user, struct err *e)
{
	const struct passwd *pw = getpwnam(user);

	if (!pw)
		return err_set(e, ERR_NOT_FOUND, "user", "no_user", user,
			"the system has no user %s", user);
	if (geteuid() == pw->pw_uid && getuid() == pw->pw_uid)
		return true;
	if (initgroups(user, pw->pw_gid) != 0
		|| setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0
		|| setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0)
		return fail(e, "become the user of the program");
	if (pw->pw_uid != 0 && setuid(0) == 0)
		return err_set(e, ERR_INTERNAL, NULL, "sandbox", user,
			"root came back after it was given up");
	return true;
}
