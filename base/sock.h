/*
 * Unix sockets: listening (handed over by a supervisor or bound to a path),
 * connecting, who is at the other end, and the datagram that wakes the
 * publisher.
 *
 * Descriptors are close-on-exec; the caller owns them. Errors are ERR_INTERNAL
 * (ERR_UNAVAILABLE for connecting) with the path as subject.
 */
#ifndef BASE_SOCK_H
#define BASE_SOCK_H

#include "base/base.h"
#include "base/err.h"

#include <sys/socket.h>
#include <sys/types.h>

/*
 * Sockets handed over by systemd or postroom-supervise (sd_listen_fds(3)):
 * their number, from descriptor 3 on; 0 when there are none or LISTEN_PID is
 * another process. Marks them close-on-exec and clears the environment.
 */
int sock_handed_over(void);

/*
 * A listening (SOCK_STREAM, SOCK_SEQPACKET) or bound (SOCK_DGRAM) socket:
 * descriptor 3 when one was handed over, else bound to `path` with `mode`. A
 * stale socket file is removed first, one that somebody listens on is an error.
 */
bool sock_listen(const char *path, int type, mode_t mode, int *fd_r,
	struct err *e) MUST_USE;

/* Bind to the path whatever was handed over. */
bool sock_bind(const char *path, int type, mode_t mode, int *fd_r,
	struct err *e) MUST_USE;

bool sock_connect(
	const char *path, int type, int *fd_r, struct err *e) MUST_USE;

/* Time-outs of both directions, in milliseconds; 0: none. */
bool sock_set_timeout(int fd, int timeout_ms) MUST_USE;

struct sock_peer {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};
/* SO_PEERCRED: who connected. */
bool sock_peer(int fd, struct sock_peer *peer_r, struct err *e) MUST_USE;

/*
 * Send one empty datagram to the socket at `path`; never blocks, and a failure
 * is ignored, because whoever sleeps there looks by himself every second.
 */
void sock_wake(const char *path);

/* The same with a text: one line for syslog(3)'s socket. False: it was not
 * taken. */
bool sock_tell(const char *path, const char *text, size_t len);

/* Take all waiting datagrams of a bound socket, without blocking. */
void sock_drain(int fd);

#endif
