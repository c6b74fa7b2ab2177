/*
 * The small supervisor of a private instance: it starts the programs that an
 * ini file names, restarts what ends, and ends them all with itself.
 *
 * What always holds: a program is started only by the supervisor and never
 * twice; the sockets of a program stay open while it is down, so that its
 * clients wait instead of being refused; when the supervisor or its keeper
 * dies, however it dies, every program is ended.
 * What it does not do: run without its file, read it again while running, or
 * order programs by what they need of each other: each of them waits or tries
 * again by itself.
 *
 * The manual page postroom-supervise(8) describes the file and the actions.
 */
#ifndef POSTROOM_CLI_SUPERVISE_H
#define POSTROOM_CLI_SUPERVISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum {
	SUP_PROGRAMS = 32,
	SUP_ARGS = 64,
	SUP_LISTEN = 4,
	SUP_ENV = 16,
	SUP_PATH = 256,
	SUP_COMMAND = 4096,
	SUP_CLIENTS = 16,
};

/* A unix socket that the supervisor opens and hands to its program. */
struct sup_listen {
	char path[108];
	int type; /* SOCK_STREAM or SOCK_SEQPACKET */
	mode_t mode;
	uid_t uid;
	gid_t gid;
	int fd; /* -1 until opened */
};

enum sup_state {
	SUP_DOWN, /* ended, and shall stay so */
	SUP_RUNNING,
	SUP_WAITING,  /* ended, starts again at next_ms */
	SUP_STOPPING, /* asked to end, killed at next_ms */
};

struct sup_program {
	char name[32];
	char command[SUP_COMMAND]; /* split in place, argv points in */
	char *argv[SUP_ARGS + 1];
	char user[33]; /* "" runs as the supervisor */
	uid_t uid;
	gid_t gid;
	char dir[SUP_PATH];
	char log[SUP_PATH]; /* "" is the supervisor's stderr */
	char env[SUP_ENV][SUP_PATH];
	unsigned n_env;
	struct sup_listen listen[SUP_LISTEN];
	unsigned n_listen;
	int oom; /* oom_score_adj */
	bool has_oom;
	int nice;
	bool has_nice;
	bool no_new_privs;

	enum sup_state state;
	bool is_wanted; /* false after `stop` */
	pid_t pid;
	int64_t started_ms;
	int64_t next_ms;
	int64_t delay_ms; /* of the next restart */
	unsigned restarts;
	int status; /* of the last end, by waitpid */
};

struct sup_client {
	int fd; /* -1 is a free place */
	size_t have;
	char line[128];
	int program;   /* waits for it, or -1 */
	pid_t old_pid; /* restart: another than this */
	bool wants_up;
};

struct supervisor {
	char pid_file[SUP_PATH];
	char control[108];
	int64_t stop_ms; /* before SIGKILL, each program */
	struct sup_program program[SUP_PROGRAMS];
	unsigned n;

	bool is_ending;
	int control_fd;
	struct sup_client client[SUP_CLIENTS];
};

/*
 * Reads the file into *s. An unknown section or key, a value that does not
 * fit and a user or group that does not exist are errors that name the line.
 */
bool supervise_conf_read(struct supervisor *s, const char *file, struct err *e)
	__attribute__((warn_unused_result));

/* Milliseconds of the monotonic clock. */
int64_t supervise_now_ms(void);

/* Opens every socket of the program; those already open stay. */
bool supervise_listen(struct sup_program *p, struct err *e)
	__attribute__((warn_unused_result));

/* Closes them and removes their paths. */
void supervise_unlisten(struct sup_program *p);

/* Opens the control socket for the supervisor's own user. */
bool supervise_listen_control(struct supervisor *s, struct err *e)
	__attribute__((warn_unused_result));

/*
 * Starts the program: own session, own sockets from descriptor 3 on
 * with LISTEN_FDS and LISTEN_PID, then the user's rights and no others.
 * Returns its process id. A program that cannot be executed ends with 127 and
 * says why in its log.
 */
bool supervise_spawn(const struct sup_program *p, pid_t *pid_r, struct err *e)
	__attribute__((warn_unused_result));

/* Runs until everything has ended; signal_fd brings SIGCHLD and SIGTERM. */
void supervise_loop(struct supervisor *s, int signal_fd);

/* Kills and reaps what programs left behind. */
void supervise_kill_orphans(void);

/* The program of that name, or -1. */
int supervise_find(const struct supervisor *s, const char *name);

/* Actions of an operator; they return at once. */
void supervise_up(struct supervisor *s, struct sup_program *p);
void supervise_down(struct supervisor *s, struct sup_program *p);

/* Control socket: a new client, bytes of one, and answers that fell due. */
void supervise_ctl_accept(struct supervisor *s);
void supervise_ctl_read(struct supervisor *s, struct sup_client *c);
void supervise_ctl_settle(struct supervisor *s);

/*
 * The client's side: sends the line and prints the answer. Returns the exit
 * code. `down` also waits until the supervisor is gone.
 */
int supervise_ask(const struct supervisor *s, const char *line);

#endif
