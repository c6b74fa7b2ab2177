/*
 * What a node is asked to do or tell: a verb of a closed list with bounded
 * arguments, as a row that its postroom-mapd takes and answers. Nodes are
 * never called. A request that no node took within REQUEST_LIVES_S expires;
 * rows are kept for a day.
 *
 * Verbs that change something on the node (the queue, outage mode) are a
 * revision too, noun `node`. Superadmins only.
 */
#ifndef CORE_NODE_REQUEST_H
#define CORE_NODE_REQUEST_H

#include "base/addr.h"
#include "base/cidr.h"
#include "base/domain.h"
#include "core/core.h"

#define REQUEST_LIVES_S 60
#define REQUESTS_OPEN_MAX 50

enum node_verb {
	VERB_EXPLAIN,
	VERB_PROBE,
	VERB_SETTINGS,
	VERB_QUEUE_LIST,
	VERB_QUEUE_FLUSH,
	VERB_QUEUE_HOLD,
	VERB_QUEUE_RELEASE,
	VERB_QUEUE_DELETE,
	VERB_QUEUE_HEADERS,
	VERB_QUEUE_HOLD_FROM, /* all of a sender */
	VERB_QUEUE_RELEASE_FROM,
	VERB_OUTAGE,
	VERB_CHECK,
	VERB_JOURNAL,
	NODE_VERBS
};
const char *node_verb_name(enum node_verb verb);

/* Which of them a verb takes and needs: see the table in node_request.c. */
struct node_args {
	char recipient[ADDR_SIZE];
	char sender[ADDR_SIZE];
	char client[CIDR_TEXT_SIZE];
	char helo[DOMAIN_SIZE];
	char login[ADDR_SIZE];
	bool submission;
	char domain[DOMAIN_SIZE];
	char id[33]; /* of a message in the queue */
	bool on;
	int64_t from, to; /* serials */
};

struct node_request_in {
	unsigned verb; /* enum node_verb */
	struct node_args args;
	struct form_seen args_seen;
};
extern const struct field node_request_form[];
extern const struct field node_args_form[];

struct node_request {
	uint64_t id;
	const char *verb;
	const char *state; /* waiting, ok, failed, refused, expired */
	const char *body;  /* a JSON object, or NULL */
	int64_t created_us, expires_us, replied_us;
};

/*
 * ERR_INVALID: field `args.NAME`, `required`, or `unknown_key` for one that
 * the verb does not take. ERR_LIMIT `too_many_requests` while
 * REQUESTS_OPEN_MAX wait for the node.
 */
bool node_request_add(struct core *c, const struct actor *a, uint64_t node_id,
	const struct node_request_in *in, struct node_request *out,
	struct err *e) MUST_USE;

bool node_request_get(struct core *c, const struct actor *a, uint64_t node_id,
	uint64_t id, struct node_request *out, struct err *e) MUST_USE;

#endif
