/*
 * Failed sign-ins, per account and per network of the client. The first few
 * cost nothing; from then on each makes the next one wait longer, 1 s doubling
 * to 15 minutes. A day without failure forgets them.
 */
#ifndef CORE_THROTTLE_H
#define CORE_THROTTLE_H

#include "core/core.h"

struct throttle_key {
	uint8_t account[32];
	uint8_t network[32];
};

/* `client` is an address as text; one that is none counts as itself. */
void throttle_key_make(
	struct throttle_key *key, const char *login, const char *client);

/* ERR_THROTTLED, `throttled`, with retry_after_s, while one must wait. */
bool throttle_check(
	struct core *c, const struct throttle_key *key, struct err *e) MUST_USE;

bool throttle_failed(
	struct core *c, const struct throttle_key *key, struct err *e) MUST_USE;

/* The right password: the account's failures are forgotten, those of the
 * network are not, or one known account would hide guesses at all others. */
bool throttle_passed(
	struct core *c, const struct throttle_key *key, struct err *e) MUST_USE;

#endif
