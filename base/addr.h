/*
 * Mail addresses as they are stored: lower-case ASCII, `local@domain` with an
 * A-label domain (base/domain.h), or `@domain` for a catch-all.
 *
 * The local part is a dot-atom (no dot at an end, no two in a row) of 1 to 64
 * bytes, of:
 *	mailbox  a-z 0-9 . _ -           (Dovecot's auth_username_chars)
 *	alias    those and + = & ' ~ #
 *	target   any atext of RFC 5322 but `/`
 * and starts with neither a hyphen (Postfix refuses it, allow_min_user) nor #.
 * A quoted local part is refused everywhere. What stands in full-width ASCII
 * (as a Japanese keyboard writes it) is folded first.
 *
 * Refusals: ERR_INVALID, field `address` (a form puts its own field in its
 * place), subject the input, reasons `required`, `no_at`, `two_ats`,
 * `local_empty`, `local_too_long`, `bad_dot`, `bad_start`, `bad_character`,
 * `quoted_local`, `non_ascii_local`, `catch_all_not_here`, `bad_utf8`,
 * `too_long`, and those of domain_check for the part after the at sign.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include "base/base.h"
#include "base/domain.h"
#include "base/err.h"

#define ADDR_LOCAL_MAX 64
#define ADDR_MAX (ADDR_LOCAL_MAX + 1 + DOMAIN_MAX)
#define ADDR_SIZE (ADDR_MAX + 1)
#define ADDR_LOCAL_SIZE (ADDR_LOCAL_MAX + 1)

/*
 * Whole addresses to their stored form at `out` (ADDR_SIZE bytes). Each is a
 * `.check` of base/form.h. addr_check_alias takes `@domain` too.
 */
bool addr_check_mailbox(
	const char *in, char *out, size_t cap, struct err *e) MUST_USE;
bool addr_check_alias(
	const char *in, char *out, size_t cap, struct err *e) MUST_USE;
bool addr_check_target(
	const char *in, char *out, size_t cap, struct err *e) MUST_USE;

/* Local parts alone, field `local_part` (ADDR_LOCAL_SIZE bytes). */
bool addr_check_mailbox_local(
	const char *in, char *out, size_t cap, struct err *e) MUST_USE;
bool addr_check_alias_local(
	const char *in, char *out, size_t cap, struct err *e) MUST_USE;

/*
 * `local@domain` of two valid parts into `out` (ADDR_SIZE bytes); an empty
 * local part makes a catch-all. False, nothing set, when it does not fit.
 */
bool addr_join(
	const char *local, const char *domain, char *out, size_t cap) MUST_USE;

/* The domain of a stored address, inside it; "" when there is no at sign. */
const char *addr_domain(const char *address);

/* Length of the local part of a stored address. */
size_t addr_local_len(const char *address);

/* Is it `@domain`? */
static inline bool
addr_is_catch_all(const char *address)
{
	return address[0] == '@';
}

/*
 * Full-width ASCII (U+FF01 to U+FF5E) to ASCII, the ideographic space and full
 * stops to their ASCII forms, other text as it is. False when `in` is not
 * UTF-8 or the result does not fit `cap`.
 */
bool addr_fold(const char *in, char *out, size_t cap) MUST_USE;

#endif
