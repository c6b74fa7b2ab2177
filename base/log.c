/*
 * The process's log. Its few words of state are the one exception to "no
 * globals": a process has one stderr.
 */
#include "base/log.h"

#include "base/str.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#define LINE_BYTES 2048

static struct {
	const char *prog;
	enum log_level least;
	int fd;
} the_log = { "postroom", LOG_LEVEL_INFO, STDERR_FILENO };

static _Thread_local char the_rid[32];

static const char *const level_names[] = {
	[LOG_LEVEL_DEBUG] = "debug",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_ERROR] = "error",
};

void
log_init(const char *prog, enum log_level least)
{
	the_log.prog = prog;
	the_log.least = least;
}

void
log_set_rid(const char *rid)
{
	if (!rid || !str_copy(the_rid, sizeof(the_rid), rid))
		the_rid[0] = '\0';
}

void
log_set_fd(int fd)
{
	the_log.fd = fd;
}

/* A field, whole or not at all; room for the line feed is always left. */
static void
add_field(struct str *line, const char *key, const char *value)
{
	const size_t before = line->len;

	str_add_char(line, ' ');
	str_add(line, key);
	str_add_char(line, '=');
	text_log(line, value ? value : "");
	if (!str_is_ok(line) || line->len + 2 > line->cap)
		str_cut(line, before);
}

static void
start_line(struct str *line, enum log_level level, const char *msg)
{
	str_add(line, "level=");
	str_add(line, level_names[level]);
	add_field(line, "prog", the_log.prog);
	if (the_rid[0])
		add_field(line, "rid", the_rid);
	add_field(line, "msg", msg);
}

/* One write, so that lines of several processes do not mix. The caller's
 * errno stays as it was. */
static void
end_line(struct str *line)
{
	const int saved = errno;
	ssize_t n;

	str_add_char(line, '\n');
	do
		n = write(the_log.fd, line->data, line->len);
	while (n < 0 && errno == EINTR);
	errno = saved;
}

static void vlog(enum log_level level, const char *fmt, va_list args)
	PRINTF_LIKE(2, 0);

static void
vlog(enum log_level level, const char *fmt, va_list args)
{
	char msg[LINE_BYTES / 2], buf[LINE_BYTES * 2];
	struct str line = STR_FIXED(buf);
	const int saved = errno;

	if (level < the_log.least)
		return;
	if (vsnprintf(msg, sizeof(msg), fmt, args) < 0)
		msg[0] = '\0';
	start_line(&line, level, msg);
	end_line(&line);
	errno = saved;
}

#define LOG_FUNCTION(name, level)                                              \
	void name(const char *fmt, ...)                                        \
	{                                                                      \
		va_list args;                                                  \
                                                                               \
		va_start(args, fmt);                                           \
		vlog(level, fmt, args);                                        \
		va_end(args);                                                  \
	}

LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)

void
log_kv(enum log_level level, const char *msg, ...)
{
	char buf[LINE_BYTES * 2];
	struct str line = STR_FIXED(buf);
	const char *key;
	va_list args;

	if (level < the_log.least)
		return;
	start_line(&line, level, msg);
	va_start(args, msg);
	while ((key = va_arg(args, const char *))) {
		const char *value = va_arg(args, const char *);

		add_field(&line, key, value);
	}
	va_end(args);
	end_line(&line);
}

void
fatal(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vlog(LOG_LEVEL_ERROR, fmt, args);
	va_end(args);
	exit(1);
}
