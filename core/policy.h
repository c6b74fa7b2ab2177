/*
 * Which passwords may be set: long enough, not the login, and not one of those
 * that everybody tries first. Ready hashes are taken as they are.
 *
 * ERR_INVALID, field `password`: those of password_check, `like_login`,
 * `common_password`.
 */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "core/core.h"

/* `login` may be an address or "". */
bool password_policy(const struct core *c, const char *password,
	const char *login, unsigned min_length, struct err *e) MUST_USE;

#endif
