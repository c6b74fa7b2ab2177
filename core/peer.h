/*
 * A node elsewhere, known by its token: 22 characters that only the node has;
 * the row holds their SHA-256. A token is good for the feed of the node's role
 * and for nothing else, and only from the node's own network.
 */
#ifndef CORE_PEER_H
#define CORE_PEER_H

#include "core/core.h"

struct peer {
	uint64_t id;
	const char *name;
	enum node_role role;
	const char *next_hop;
};

/*
 * Who shows this token from this address. ERR_AUTH: `no_token` for NULL;
 * `bad_token` for an unknown one, a revoked one and one from a foreign
 * network, in the same words: the log says which. ERR_THROTTLED after many of these from one
 * network. ERR_FORBIDDEN, `no_feed`: the role has none.
 */
bool peer_find(struct core *c, const char *token, const char *client,
	struct peer *out, struct err *e) MUST_USE;

/*
 * Keep a node's answer to a request of its own. code: ok, failed, refused;
 * `body` is one JSON object. ERR_NOT_FOUND: not asked of this node, or
 * answered, or expired.
 */
bool peer_reply(struct core *c, const struct peer *p, uint64_t request_id,
	const char *code, const char *body, struct err *e) MUST_USE;

/* Keep what a node says of itself; held: NULL when that did not change. */
struct map_status;
struct hold_text {
	const char *domain, *reason;
};
bool peer_report(struct core *c, const struct peer *p,
	const struct map_status *status, const struct hold_text *held,
	size_t n_held, struct err *e) MUST_USE;

#endif
