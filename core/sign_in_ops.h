/*
 * What the files of signing in share. Used inside core only.
 */
#ifndef CORE_SIGN_IN_OPS_H
#define CORE_SIGN_IN_OPS_H

#include "core/admin_rows.h"
#include "core/history.h"
#include "core/sign_in.h"
#include "core/throttle.h"

/* A person as he is now, for his session; ERR_AUTH `no_session` when he may
 * not sign in any more. */
struct person_now {
	struct admin_row admin;
	struct owner_row owner;
	const char *password; /* as stored */
	const char *login;    /* or address */
};
bool person_find(struct core *c, struct person p, struct person_now *out,
	struct session *s, struct err *e) MUST_USE;

/* Everything was proved: history, browser, session. */
bool sign_in_finish(struct core *c, enum sign_in_method method,
	const struct session_from *from, struct signed_in *out,
	struct err *e) MUST_USE;

/* The second step of this person, whose stored password it is bound to. */
bool ticket_make(struct core *c, struct person p, const char *stored,
	char out[static TICKET_TEXT_SIZE], struct err *e) MUST_USE;
bool ticket_read(struct core *c, const char *ticket, struct person_now *now,
	struct session *s, struct err *e) MUST_USE;

/* Verify a password under the host's limit on costly checks. */
bool password_slot_take(
	struct core *c, unsigned *slot_r, struct err *e) MUST_USE;

#endif
