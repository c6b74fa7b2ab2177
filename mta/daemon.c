/*
 * See daemon.h.
 */
#include "mta/daemon.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/log.h"

int
daemon_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

void
daemon_loop(int listen_fd, int signal_fd, daemon_serve *serve, void *ctx)
{
	struct pollfd p[2] = { { .fd = listen_fd, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN } };
	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			fatal("poll: %s", strerror(errno));
		if (p[1].revents)
			return;
		if (!(p[0].revents & POLLIN))
			continue;
		int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		serve(ctx, fd);
		fd_close(&fd);
	}
}
