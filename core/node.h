/*
 * Mail nodes. A node is a row that a superadmin makes; its postroom-mapd waits
 * until it is there. What nodes report is seen through core/publishing.h.
 *
 * Roles: mailbox (mailboxes live there), secondary (a secondary MX), outbound
 * (relays out). A node beside the database reads it; a node elsewhere pulls
 * what its role needs over HTTPS with a token. The token is made with the
 * node when it has a network, the addresses that it pulls and sends from; it
 * works from these addresses and for this node alone, is shown once, stored
 * as its SHA-256, and is void when another is made, when it is revoked, or
 * with the node. The role stays. Tokens are looked at in core/peer.h.
 *
 * Making, changing and removing nodes and tokens are revisions, noun `node`.
 * Superadmins only.
 */
#ifndef CORE_NODE_H
#define CORE_NODE_H

#include "base/token.h"
#include "core/core.h"
#include "db/node_rows.h"

const char *node_role_word(unsigned role);

#define NODE_NAME_SIZE 65
#define NODE_NETWORK_SIZE 401
#define NODE_NETWORKS_MAX 8

struct node_in {
	char name[NODE_NAME_SIZE];
	unsigned role; /* enum node_role */
	char network[NODE_NETWORK_SIZE];
	char next_hop[256];
	char note[801];
};
extern const struct field node_create_form[];
extern const struct field node_patch_form[]; /* without name and role */

/* A node; `token` is "" but right after it was made. */
struct node {
	struct node_def_row row;
	char token[TOKEN_LEN + 1];
};

/*
 * ERR_CONFLICT, field name, `name_taken`. ERR_INVALID: name `bad_character`;
 * network `required` for another role than mailbox, `bad_network` and those
 * of base/cidr.h, `too_many_items`; next_hop `required` for a secondary,
 * `not_for_mailbox` for a mailbox host, and those of a domain's transport.
 */
bool node_create(struct core *c, const struct actor *a,
	const struct node_in *in, struct node *out, struct err *e) MUST_USE;
/* What `seen` (of node_patch_form) says came is set. Without a network the
 * token is gone. */
bool node_patch(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct node_in *in,
	const struct form_seen *seen, struct node *out, struct err *e) MUST_USE;
bool node_delete(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, struct err *e) MUST_USE;

bool node_get(struct core *c, const struct actor *a, uint64_t id,
	struct node *out, struct err *e) MUST_USE;
/* *found_r is false when there is none of that name. */
bool node_find(struct core *c, const struct actor *a, const char *name,
	struct node *out, bool *found_r, struct err *e) MUST_USE;
/* All, by name. */
bool node_list(struct core *c, const struct actor *a, struct node **items_r,
	size_t *n_r, struct err *e) MUST_USE;

/* Another token in place of the one that there is; ERR_CONFLICT, field
 * network, `no_network` for a node without one. */
bool node_make_token(struct core *c, const struct actor *a, uint64_t id,
	struct node *out, struct err *e) MUST_USE;
bool node_revoke_token(struct core *c, const struct actor *a, uint64_t id,
	struct node *out, struct err *e) MUST_USE;

/* With the member `token` when it is not empty. */
struct jsonw;
void node_write_json(struct jsonw *w, const char *key, const struct node *n);
/* The same, left open for more members. */
void node_write_open(struct jsonw *w, const char *key, const struct node *n);

#endif
