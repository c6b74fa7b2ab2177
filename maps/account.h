/*
 * One Dovecot account as the value of a line in MAP_ACCOUNTS: the columns of
 * Dovecot's account table in ACCOUNT_FIELDS order, joined by tabs, an empty
 * text for NULL. So accounts go through the same lists, differences and
 * guards as the Postfix maps.
 */
#ifndef MAPS_ACCOUNT_H
#define MAPS_ACCOUNT_H

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum account_field {
	ACCOUNT_PASSWORD,
	ACCOUNT_HOME,
	ACCOUNT_UID,
	ACCOUNT_GID,
	ACCOUNT_QUOTA_RULE,
	ACCOUNT_ALLOW_NETS,
	ACCOUNT_NOLOGIN,
	ACCOUNT_BLOCK_IMAP,
	ACCOUNT_BLOCK_POP3,
	ACCOUNT_BLOCK_SMTP,
	ACCOUNT_BLOCK_SIEVE,
	ACCOUNT_FIELDS
};

#define ACCOUNT_VALUE_MAX 2048

/* The value of an account that may not sign in has this password. */
#define ACCOUNT_LOCKED_PASSWORD "{CRYPT}!"

struct account {
	const char *field[ACCOUNT_FIELDS];
};

/*
 * Join the fields (NULL is empty). False when a field holds a control
 * character or something that is not ASCII, or the whole is too long.
 */
bool account_join(const struct account *a, struct str *out) MUST_USE;

/* Split a copy of `value` at `buf`; false when it has not all the fields. */
bool account_split(const char *value, char buf[static ACCOUNT_VALUE_MAX],
	struct account *a) MUST_USE;

/* Does this value bar its owner from signing in? */
bool account_is_locked(const char *value);

#endif
