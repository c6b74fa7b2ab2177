/*
 * What the small daemons that answer one caller after another have in common:
 * how they are told to end, and the loop that takes the next caller.
 */
#ifndef MTA_DAEMON_H
#define MTA_DAEMON_H

/*
 * Turn SIGTERM and SIGINT into input of the descriptor that is returned, and
 * ignore SIGPIPE. Call it once, before threads and children.
 */
int daemon_signals(void);

/* Answer one caller; the loop closes `fd` afterwards. */
typedef void daemon_serve(void *ctx, int fd);

/* Take callers of `listen_fd` one after another until a signal is there. */
void daemon_loop(int listen_fd, int signal_fd, daemon_serve *serve, void *ctx);

#endif
