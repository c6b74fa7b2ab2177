/*
 * Failed sign-ins, per account and per network of the client. The first few
 * cost nothing; from then on each makes the next one wait longer, 1 s doubling
 * to 15 minutes. A day without failure forgets them.
 *
 * A browser, or a network, that signed in to the account before is counted
 * apart from all others: whatever strangers try, the owner does not wait for
 * them. A known browser does not wait for its network's failures either.
 *
 * The table keeps THROTTLE_ROWS_MAX rows or little more: beyond, what nobody
 * waits for any longer goes, oldest first.
 */
#ifndef CORE_THROTTLE_H
#define CORE_THROTTLE_H

#include "core/session.h"

#define THROTTLE_ROWS_MAX 20000

struct throttle_key {
	uint8_t account[32];
	uint8_t network[32];
	bool has_network; /* not of a known browser */
};

/*
 * `what` is one word for the kind of secret ("account", "code"). `who` is NULL
 * for a login that does not exist.
 */
bool throttle_key_make(struct core *c, struct throttle_key *key,
	const char *what, const char *login, const struct person *who,
	const struct session_from *from, struct err *e) MUST_USE;

/* Without an account: `client` is an address as text; one that is none counts
 * as itself. */
void throttle_key_plain(struct throttle_key *key, const char *what,
	const char *login, const char *client);

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
