/*
 * Idempotency-Key: the same key with the same body makes a thing once.
 *
 * The face asks idempotency_find before it calls the operation, sets
 * c->claim, calls, and clears it. core_run then inserts the claim in the very
 * transaction of the write, so a reply that got lost cannot make a second
 * thing. Afterwards idempotency_keep stores the reply (without tokens).
 * Rows live a day.
 */
#ifndef CORE_IDEMPOTENCY_H
#define CORE_IDEMPOTENCY_H

#include "core/core.h"

struct idempotency_claim {
	uint8_t key_hash[32];     /* of actor, route and key */
	uint8_t request_hash[32]; /* of the body */
};

void idempotency_claim_make(struct idempotency_claim *claim,
	const struct actor *a, const char *route, const char *key,
	const void *body, size_t len);

struct idempotency_reply {
	int status; /* 0: the write happened, its reply got lost */
	const char *location;
	const char *body; /* NULL when it was not kept */
	const char *noun; /* status 0: what the write made, or NULL */
	uint64_t noun_id;
};

/*
 * *found_r tells whether the key was used. ERR_CONFLICT, field
 * `Idempotency-Key`, `key_reused`, when it was used with another body.
 */
bool idempotency_find(struct core *c, const struct idempotency_claim *claim,
	struct idempotency_reply *out, bool *found_r, struct err *e) MUST_USE;

bool idempotency_keep(struct core *c, const struct idempotency_claim *claim,
	int status, const char *location, const char *body,
	struct err *e) MUST_USE;

#endif
