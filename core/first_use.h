/*
 * One-time links with which the owner of a mailbox sets its password, instead
 * of a password by mail: 256 bits, of which the digest is kept, good for
 * FIRST_USE_TTL_S and once. Only setting the password uses one up. Those of
 * administrators are in core/admin.h; both are taken by first_use_take
 * (core/sign_in.h).
 */
#ifndef CORE_FIRST_USE_H
#define CORE_FIRST_USE_H

#include "core/session.h"

/* By who may set the password; older unused ones end. ERR_CONFLICT
 * `not_active` for a mailbox that nobody may sign in to. */
bool first_use_make_mailbox(struct core *c, const struct actor *a,
	uint64_t mailbox_id, char token[static TOKEN_SESSION_LEN + 1],
	const char **address_r, int64_t *until_us_r, struct err *e) MUST_USE;

#endif
