/*
 * The steps of writes of nodes. Used inside core only.
 */
#ifndef CORE_NODE_OPS_H
#define CORE_NODE_OPS_H

#include "core/node.h"
#include "core/tx.h"

/* Read it under its lock. ERR_NOT_FOUND, ERR_STALE. */
bool node_locked(struct tx *t, uint64_t id, uint64_t version,
	struct node_def_row *out, struct err *e) MUST_USE;
/* From the locked row to `after`; nothing happens when they are the same. */
bool node_apply(struct tx *t, const struct node_def_row *before,
	struct node_def_row *after, struct err *e) MUST_USE;
/* Texts that outlive the input. */
bool node_finish(struct core *c, struct node *n, struct err *e) MUST_USE;

void node_new_token(struct node *n, int64_t now_us);
void node_drop_token(struct node_def_row *n);

/* A request to the node, its arguments complete, whoever the actor is. */
struct node_request_in;
struct node_request;
bool node_request_in_tx(struct tx *t, uint64_t node_id,
	const struct node_request_in *in, uint64_t *id_r,
	struct err *e) MUST_USE;
/* One and its reply, while the row is kept. */
bool node_request_read(struct core *c, uint64_t node_id, uint64_t id,
	struct node_request *out, bool *found_r, struct err *e) MUST_USE;

#endif
