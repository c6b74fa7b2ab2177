/*
 * Log lines on stderr, one logfmt line each, one write(2) each:
 *
 *	level=warn prog=postroom-web rid=q7f3 msg="lost the database" errno=2006
 *
 * A process has one log: this is the one place with state beside `struct app`,
 * set once at start (log_init) and, for the request id, at the start of each
 * request (log_set_rid). No time stamp: journald or the supervisor adds it.
 *
 * Three words for severity: log_warn and log_error speak of this request or
 * this round; fatal ends this process and is for start-up only. Nothing that a
 * client, a peer or a row can send may reach fatal or assert.
 *
 * Values are escaped (base/text.h, text_log). Secrets never go to the log.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/base.h"

enum log_level {
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARN,
	LOG_LEVEL_ERROR
};

/* Name of the program (kept, must outlive the process; a literal) and the
 * lowest level that is written. Without it: prog=postroom, info. */
void log_init(const char *prog, enum log_level least);

/* The request id of the lines that follow; NULL: none. Copied (31 bytes). */
void log_set_rid(const char *rid);

/* Write to another descriptor than 2 (tests). */
void log_set_fd(int fd);

void log_debug(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_info(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_error(const char *fmt, ...) PRINTF_LIKE(1, 2);

/*
 * A message with fields: pairs of key and value (both const char *), ended by
 * NULL. A NULL value is written as "".
 *
 *	log_kv(LOG_LEVEL_WARN, "sign-in refused", "login", login,
 *		"client", client, NULL);
 */
void log_kv(enum log_level level, const char *msg, ...)
	__attribute__((sentinel));

/* Log at level error and end the process with status 1. Start-up only. */
void fatal(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

#endif
