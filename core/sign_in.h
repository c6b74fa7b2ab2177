/*
 * Signing in to the panel: administrators by login, mailbox owners by address.
 *
 * One answer for an unknown login and a wrong password (ERR_AUTH,
 * `bad_credentials`), at the same cost. Failures count for the account and for
 * the client's network (core/throttle.h); who must wait gets ERR_THROTTLED
 * with retry_after_s. Passwords are verified at most two at a time on a host,
 * with few waiting; beyond that ERR_THROTTLED, `busy`.
 *
 * Where an administrator has the address of a mailbox as his login, either
 * password signs in, each to its own.
 */
#ifndef CORE_SIGN_IN_H
#define CORE_SIGN_IN_H

#include "core/session.h"

/* `token` gets the cookie's value. */
bool sign_in_password(struct core *c, const char *login, const char *password,
	const struct session_from *from,
	char token[static TOKEN_SESSION_LEN + 1], struct session *out,
	struct err *e) MUST_USE;

/* Set the password by a one-time link and sign in. ERR_NOT_FOUND, field
 * `token`, `link_used_or_expired`. Ends the person's other sessions. */
bool first_use_take(struct core *c, const char *token, const char *password,
	const struct session_from *from,
	char session_token[static TOKEN_SESSION_LEN + 1], struct session *out,
	struct err *e) MUST_USE;

#endif
