/*
 * What people ask of this node: rows of node_request, each a verb of a closed
 * table with bounded arguments, answered by a row of node_reply.
 *
 * A verb is one row of the table in requests.c and one file of its own
 * (mta/request_NAME.c, declared below). It reads q->args, writes the members
 * of the reply's object to q->out and returns true. An error of the codes
 * ERR_SYNTAX to ERR_LIMIT that the caller is at fault for becomes a reply
 * `refused`, any other one `failed`; both with `code`, `field` and `text`.
 *
 * A verb that takes more than some milliseconds runs in a child, one at a
 * time, with a deadline: there q->node->source is NULL (node_db_open gives a
 * connection of one's own), and what the verb changes in memory is lost.
 *
 * A reply is at most REQUEST_REPLY_MAX bytes: what is longer is refused by
 * the writer, so a verb that lists things bounds them and says `truncated`.
 */
#ifndef MTA_REQUESTS_H
#define MTA_REQUESTS_H

#include "base/json.h"
#include "base/jsonw.h"
#include "mta/node.h"

#define REQUEST_REPLY_MAX ((size_t)256 * 1024)

struct request {
	struct node *node;
	uint64_t id;
	const struct json_value *args; /* an object */
	struct jsonw *out;             /* inside the reply's object */
	struct arena *arena;           /* as long as the request */
};

typedef bool request_fn(struct request *q, struct err *e);

struct request_verb {
	const char *name;
	request_fn *run;
	int child_ms; /* deadline of its child; 0: runs in the publisher */
};

/* NULL: there is no such verb. */
const struct request_verb *request_verb_find(const char *name);

/*
 * Take the answer of the verb that runs in a child, and the requests that
 * wait, when they are due (requests_wake, or a second since the last look). A
 * failure of the database leaves the rest for the next look.
 */
void requests_run(struct node *n);

/* Look at the next call. */
void requests_wake(struct node *n);

/* When requests_run should run next (monotonic). */
int64_t requests_next_us(const struct node *n);

/* Members of a verb's arguments. ERR_INVALID, reason `missing` or `bad_value`
 * with the member as field. A text is at most `size` - 1 bytes. */
bool request_text(const struct request *q, const char *name, char *out,
	size_t size, struct err *e) MUST_USE;
bool request_u64(const struct request *q, const char *name, uint64_t *value_r,
	struct err *e) MUST_USE;

/* Verbs. */
request_fn request_check;
request_fn request_journal;
/* The members of maps/explain_form.h in; {serial, steps, outcome, is_cut} out. */
request_fn request_explain;
/* The same in; {client, stage, code, reply, took_us, explained: {code, reply},
 * agrees, is_quota} out. recipient, sender and helo count: the client is
 * loopback, and nobody is signed in. The second one makes the dialogue itself
 * (postroom-mapd --ask), the first through postroom-prober. */
request_fn request_probe, request_probe_here;
request_fn request_queue_list, request_queue_flush, request_queue_hold,
	request_queue_release, request_queue_delete, request_queue_headers,
	request_outage;
/* {sender} in; {done, failed, left} out, all of them numbers of messages. */
request_fn request_queue_hold_from, request_queue_release_from;
/* Nothing in; {items: [{program, service, name, value, expected, state, why,
 * file, line}], differing} out; state: ok, differs, told. */
request_fn request_settings;

#endif
