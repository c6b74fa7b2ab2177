/*
 * Requests of domain admins for an entry in the relay whitelist, which itself
 * belongs to superadmins.
 *
 * A request names a network, the reason, and domains of the admin that the
 * senders are in. It grants nothing: a superadmin approves it, which makes the
 * entry, or declines it with a reason; the admin sees the outcome, and may
 * withdraw what is open. An entry made so is not bound to those domains: the
 * network may then send for every sender without signing in, and whoever
 * approves is told so.
 */
#ifndef CORE_RELAY_REQUEST_H
#define CORE_RELAY_REQUEST_H

#include "base/cidr.h"
#include "core/core.h"
#include "db/relay_request_rows.h"

enum relay_request_state {
	RELAY_OPEN = 1,
	RELAY_APPROVED,
	RELAY_DECLINED,
	RELAY_WITHDRAWN
};
/* "open", "approved", "declined", "withdrawn"; ends with NULL at index 5. */
extern const char *const relay_request_words[];

#define RELAY_REQUESTS_OPEN_MAX 20 /* of one admin */

struct relay_request_in {
	char network[CIDR_TEXT_SIZE];
	char reason[2001];
	struct int_list domain_ids;
};
extern const struct field relay_request_form[];

struct relay_answer_in {
	char answer[2001];
	int64_t expires_us; /* of the entry; TIME_NONE: never */
	bool is_unbound_ok; /* whoever approves says that he knows it */
};
extern const struct field relay_approve_form[]; /* answer is optional */
extern const struct field relay_decline_form[]; /* answer is required */
void relay_answer_defaults(struct relay_answer_in *in);

/* ERR_NOT_FOUND for a domain that is not the actor's; ERR_LIMIT
 * `too_many_requests`. */
bool relay_request_create(struct core *c, const struct actor *a,
	const struct relay_request_in *in, struct relay_request *out,
	struct err *e) MUST_USE;
/* Superadmins see all, others their own. */
bool relay_request_get(struct core *c, const struct actor *a, uint64_t id,
	struct relay_request *out, struct err *e) MUST_USE;
/* The newest first, behind id `before` (0: from the newest). */
bool relay_request_list(struct core *c, const struct actor *a, unsigned state,
	uint64_t before, size_t max, struct relay_request **items_r,
	size_t *n_r, struct err *e) MUST_USE;

/* ERR_CONFLICT `answered` when it is no longer open. */
bool relay_request_approve(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct relay_answer_in *in,
	struct relay_request *out, struct err *e) MUST_USE;
bool relay_request_decline(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct relay_answer_in *in,
	struct relay_request *out, struct err *e) MUST_USE;
bool relay_request_withdraw(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, struct relay_request *out, struct err *e) MUST_USE;

struct jsonw;
void relay_request_write_json(
	struct jsonw *w, const char *key, const struct relay_request *r);

#endif
