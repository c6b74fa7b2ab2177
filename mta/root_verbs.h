/*
 * What postroom-rootd does for others: a closed table of verbs, each one fixed
 * command line with at most one argument of a strict grammar: a login, a
 * domain, a queue id, or one of two settings with a time.
 *
 * Nothing here runs a command; root_exec.h does. A request is one datagram on
 * a SOCK_SEQPACKET socket, `verb` or `verb NUL argument`. The answer is
 * `status LF output` in datagrams of at most ROOT_PACKET_MAX bytes, until the
 * connection ends.
 */
#ifndef MTA_ROOT_VERBS_H
#define MTA_ROOT_VERBS_H

#include "base/base.h"
#include "base/conf.h"
#include "base/err.h"

#define ROOT_REQUEST_MAX 400
#define ROOT_PACKET_MAX 32768
#define ROOT_ARGV_MAX 80
/* Most that any verb answers. */
#define ROOT_OUTPUT_MAX ((size_t)16 << 20)

enum root_verb {
	ROOT_RELOAD_POSTFIX,
	ROOT_RELOAD_DOVECOT,
	ROOT_END_SESSIONS,
	ROOT_QUEUE_LIST,
	ROOT_QUEUE_FLUSH,
	ROOT_QUEUE_FLUSH_DOMAIN,
	ROOT_QUEUE_FLUSH_MESSAGE,
	ROOT_QUEUE_HOLD,
	ROOT_QUEUE_RELEASE,
	ROOT_QUEUE_DELETE,
	ROOT_QUEUE_HEADERS,
	ROOT_LIFETIMES,
	ROOT_SET_LIFETIME,
	ROOT_POSTFIX_SETTINGS,
	ROOT_POSTFIX_SERVICES,
	ROOT_DOVECOT_SETTINGS,
	ROOT_VERBS
};

/* A request that was read: the verb, and its argument inside `text`. */
struct root_request {
	enum root_verb verb;
	const char *arg; /* NULL: takes none */
	char text[ROOT_REQUEST_MAX + 1];
};

/* The command line of a request. Texts are borrowed. */
struct root_command {
	const char *argv[ROOT_ARGV_MAX];
	int timeout_ms;
	size_t output_max; /* bytes of its output that are answered */
};

/*
 * Read a request of n bytes. ERR_INVALID, reason `bad_request`,
 * `unknown_verb` or `bad_argument`.
 */
bool root_request_parse(const void *data, size_t n, struct root_request *r,
	struct err *e) MUST_USE;

void root_request_command(const struct root_request *r,
	const struct conf_rootd *conf, struct root_command *c);

const char *root_verb_name(enum root_verb verb);

/* How often a verb may run: so many at once, and one more each so often. */
struct root_rate {
	unsigned burst;
	unsigned every_ms;
};
struct root_rate root_verb_rate(enum root_verb verb);

/* One bucket a verb; {0} is full. False: not now. */
struct root_bucket {
	int64_t owed_ms;
	int64_t last_ms;
};
bool root_bucket_take(
	struct root_bucket *b, struct root_rate rate, int64_t now_ms) MUST_USE;

#endif
