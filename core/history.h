/*
 * What is kept of sign-ins to the panel: for each person the newest
 * HISTORY_GOOD that went well and, apart, the newest HISTORY_BAD that did not,
 * so that an attack neither grows the table nor drives out what went well.
 * Tries of logins that do not exist are in the log alone.
 */
#ifndef CORE_HISTORY_H
#define CORE_HISTORY_H

#include "core/session.h"
#include "db/history_rows.h"

#define HISTORY_GOOD 100
#define HISTORY_BAD 100
#define HISTORY_DAYS 400

/* As in the column sign_in.outcome. */
enum sign_in_outcome {
	SIGNED_IN,
	WRONG_PASSWORD,
	WRONG_CODE,
	WRONG_PASSKEY,
	NOT_ALLOWED /* the password is right, the account is off */
};
/* "ok", "wrong_password", "wrong_code", "wrong_passkey", "not_allowed" */
const char *sign_in_outcome_name(enum sign_in_outcome outcome);

/* Keep one; a sign-in from a network that the person never signed in from
 * becomes a notice, unless it is the first of all. */
bool history_note(struct core *c, struct person p, enum sign_in_outcome outcome,
	enum sign_in_method method, const struct session_from *from,
	struct err *e) MUST_USE;

/* Newest first, a page behind `before_id` (0: the first). */
bool history_list(struct core *c, struct person p, uint64_t before_id,
	size_t max, struct sign_in_row **items_r, size_t *n_r,
	struct err *e) MUST_USE;

/* Sign-ins from new networks that were not acknowledged; and doing so. */
#define NOTICES_MAX 10
bool history_notices(struct core *c, struct person p,
	struct sign_in_row **items_r, size_t *n_r, struct err *e) MUST_USE;
bool history_seen(struct core *c, struct person p, uint64_t up_to_id,
	struct err *e) MUST_USE;

/* Did this browser, or somebody in this network, sign in as him before? */
bool history_knows(struct core *c, struct person p,
	const struct session_from *from, bool *device_r, bool *network_r,
	struct err *e) MUST_USE;

/* Remember the browser of a sign-in that went well. `token` is set when it
 * must be given a new name, else empty. */
bool history_remember(struct core *c, struct person p,
	const struct session_from *from, char token[static TOKEN_LEN + 1],
	struct err *e) MUST_USE;

/* What is older than it is kept. */
bool history_purge(struct core *c, uint64_t *n_r, struct err *e) MUST_USE;

#endif
