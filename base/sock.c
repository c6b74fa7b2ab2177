/*
 * Unix sockets.
 */
#include "base/sock.h"

#include "base/file.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_FD 3
#define BACKLOG 128
#define MAX_HANDED_OVER 16

static bool
fail(struct err *e, enum err_code code, const char *what, const char *path)
{
	const int saved = errno;
	const char *words = strerrordesc_np(saved);

	return err_set(e, code, NULL, "socket", path, "cannot %s %s: %s", what,
		path, words ? words : "?");
}

static bool
make_address(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (str_copy(address->sun_path, sizeof(address->sun_path), path)
		&& path[0])
		return true;
	errno = ENAMETOOLONG;
	return false;
}

int
sock_handed_over(void)
{
	const char *fds = getenv("LISTEN_FDS");
	const char *pid = getenv("LISTEN_PID");
	int64_t count = 0, owner = 0;

	if (pid
		&& (!str_to_i64(pid, 1, INT32_MAX, &owner)
			|| owner != getpid()))
		return 0;
	if (!fds || !str_to_i64(fds, 0, MAX_HANDED_OVER, &count))
		return 0;
	for (int fd = FIRST_FD; fd < FIRST_FD + (int)count; fd++) {
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
			return 0;
	}
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDNAMES");
	return (int)count;
}

bool
sock_connect(const char *path, int type, int *fd_r, struct err *e)
{
	struct sockaddr_un address;
	int fd, rc;

	*fd_r = -1;
	if (!make_address(path, &address))
		return fail(e, ERR_INTERNAL, "connect to", path);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(e, ERR_INTERNAL, "make a socket for", path);
	do
		rc = connect(
			fd, (const struct sockaddr *)&address, sizeof(address));
	while (rc != 0 && errno == EINTR);
	if (rc != 0) {
		(void)fail(e, ERR_UNAVAILABLE, "connect to", path);
		fd_close(&fd);
		return false;
	}
	*fd_r = fd;
	return true;
}

/* Remove a socket file that nobody answers at. */
static bool
remove_stale(const char *path, int type, struct err *e)
{
	struct err inner = ERR_EMPTY;
	struct stat st;
	int fd;

	if (lstat(path, &st) != 0)
		return errno == ENOENT
			|| fail(e, ERR_INTERNAL, "look at", path);
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return fail(e, ERR_INTERNAL, "listen at", path);
	}
	if (sock_connect(path, type, &fd, &inner)) {
		fd_close(&fd);
		errno = EADDRINUSE;
		return fail(e, ERR_INTERNAL, "listen at", path);
	}
	return unlink(path) == 0 || errno == ENOENT
		|| fail(e, ERR_INTERNAL, "remove", path);
}

bool
sock_bind(const char *path, int type, mode_t mode, int *fd_r, struct err *e)
{
	struct sockaddr_un address;
	int fd;

	*fd_r = -1;
	if (!make_address(path, &address))
		return fail(e, ERR_INTERNAL, "listen at", path);
	if (!remove_stale(path, type, e))
		return false;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(e, ERR_INTERNAL, "make a socket for", path);
	/* Nobody connects before listen(2), so the mode is in time. */
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0
		|| chmod(path, mode) != 0
		|| (type != SOCK_DGRAM && listen(fd, BACKLOG) != 0)) {
		(void)fail(e, ERR_INTERNAL, "listen at", path);
		fd_close(&fd);
		return false;
	}
	*fd_r = fd;
	return true;
}

bool
sock_listen(const char *path, int type, mode_t mode, int *fd_r, struct err *e)
{
	if (sock_handed_over() > 0) {
		*fd_r = FIRST_FD;
		return true;
	}
	return sock_bind(path, type, mode, fd_r, e);
}

bool
sock_set_timeout(int fd, int timeout_ms)
{
	const struct timeval tv = { .tv_sec = timeout_ms / 1000,
		.tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000 };

	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0
		&& setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv))
		== 0;
}

bool
sock_peer(int fd, struct sock_peer *peer_r, struct err *e)
{
	struct ucred cred = { 0 };
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0
		|| len != sizeof(cred))
		return fail(
			e, ERR_INTERNAL, "look who connected to", "the socket");
	*peer_r = (struct sock_peer){
		.pid = cred.pid, .uid = cred.uid, .gid = cred.gid
	};
	return true;
}

bool
sock_tell(const char *path, const char *text, size_t len)
{
	const int saved = errno;
	struct sockaddr_un address;
	bool is_taken;
	int fd;

	if (!path[0] || !make_address(path, &address))
		return false;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	is_taken = sendto(fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL,
			   (const struct sockaddr *)&address, sizeof(address))
		== (ssize_t)len;
	fd_close(&fd);
	errno = saved;
	return is_taken;
}

void
sock_wake(const char *path)
{
	(void)sock_tell(path, "", 0);
}

void
sock_drain(int fd)
{
	char byte;

	while (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) >= 0)
		continue;
}
