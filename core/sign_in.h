/*
 * Signing in to the panel: administrators by login, mailbox owners by address.
 *
 * Either a passkey alone, or a password and, where the person has a second
 * factor (core/factor.h), a ticket for the second step: a code of the app, a
 * recovery code or a passkey. A ticket is sealed and kept by nobody; it lasts
 * TICKET_S, and a new password ends it.
 *
 * One answer for an unknown login and a wrong password (ERR_AUTH,
 * `bad_credentials`), at the same cost. Failures count for the account and for
 * the client's network (core/throttle.h); who must wait gets ERR_THROTTLED
 * with retry_after_s. Passwords are verified at most two at a time on a host,
 * with few waiting; beyond that ERR_THROTTLED, `busy`. Passkeys cannot be
 * guessed and never wait.
 *
 * Where an administrator has the address of a mailbox as his login, either
 * password signs in, each to its own.
 *
 * Second step: ERR_AUTH `ticket_over`, `wrong_code`, `bad_passkey`.
 */
#ifndef CORE_SIGN_IN_H
#define CORE_SIGN_IN_H

#include "core/factor.h"
#include "core/passkey.h"
#include "core/session.h"

#define TICKET_S 600
#define TICKET_TEXT_SIZE 160

/* Wipe it after use. */
struct signed_in {
	bool needs_second; /* then ticket and factors, else session and token */
	char ticket[TICKET_TEXT_SIZE];
	struct factor_state factors;
	struct session session;
	char token[TOKEN_SESSION_LEN + 1]; /* the cookie's value */
	char device[TOKEN_LEN + 1];        /* a cookie's value; "": as it is */
};

bool sign_in_password(struct core *c, const char *login, const char *password,
	const struct session_from *from, struct signed_in *out,
	struct err *e) MUST_USE;
bool sign_in_code(struct core *c, const char *ticket, const char *code,
	const struct session_from *from, struct signed_in *out,
	struct err *e) MUST_USE;
/* ticket "": the passkey is all there is. */
bool sign_in_passkey(struct core *c, const char *ticket,
	const struct passkey_answer *in, const struct session_from *from,
	struct signed_in *out, struct err *e) MUST_USE;

/* A challenge for the above; with a ticket, the person's keys. */
bool sign_in_challenge(struct core *c, const char *ticket,
	char out[static CHALLENGE_TEXT_SIZE], struct passkey_row **keys_r,
	size_t *n_r, struct err *e) MUST_USE;

/* Set the password by a one-time link and sign in. ERR_NOT_FOUND, field
 * `token`, `link_used_or_expired`. Ends the person's other sessions. Where he
 * has a second factor, the link is the first step only. */
bool first_use_take(struct core *c, const char *token, const char *password,
	const struct session_from *from, struct signed_in *out,
	struct err *e) MUST_USE;

/*
 * Somebody who is signed in proves again that he is himself, before something
 * dangerous: by password, by code or by passkey. A wrong one counts as a
 * failed sign-in. ERR_AUTH `bad_credentials`, `wrong_code`, `bad_passkey`.
 */
#define PROOF_S 600
bool proof_is_fresh(const struct core *c, const struct session *s);
bool proof_password(struct core *c, struct session *s, const char *token,
	const char *password, const struct session_from *from,
	struct err *e) MUST_USE;
bool proof_code(struct core *c, struct session *s, const char *token,
	const char *code, const struct session_from *from,
	struct err *e) MUST_USE;
bool proof_passkey(struct core *c, struct session *s, const char *token,
	const struct passkey_answer *in, const struct session_from *from,
	struct err *e) MUST_USE;

#endif
