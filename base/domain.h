/*
 * Names of mail domains: IDNA 2008 (RFC 5891, libidn2), kept as lower-case
 * A-labels.
 *
 * A valid name has two labels or more, each of 1 to 63 bytes of a-z 0-9 and
 * hyphens (none at an end), 253 bytes in all, no dot at its end, a last label
 * that is not all digits, and every xn-- label decodes to the U-label it came
 * from.
 */
#ifndef BASE_DOMAIN_H
#define BASE_DOMAIN_H

#include "base/base.h"
#include "base/err.h"

#define DOMAIN_MAX 253
#define DOMAIN_SIZE (DOMAIN_MAX + 1)
/* Unicode form, in bytes: a row holds 253 characters of up to four bytes. */
#define DOMAIN_UNICODE_SIZE (4 * DOMAIN_MAX + 1)

/*
 * `in` (Unicode or A-labels, any case; full-width ASCII and the ideographic
 * full stop are folded) to A-labels at `out`, at least DOMAIN_SIZE bytes.
 * Refusals, field `domain`, subject `in`: `required`, `too_long`,
 * `label_too_long`, `label_empty`, `trailing_dot`, `bad_character`,
 * `bad_hyphen`, `bad_punycode`, `single_label`, `numeric_tld`, `bad_utf8`,
 * `bad_name` (what IDNA forbids otherwise). A `.check` of base/form.h.
 */
bool domain_check(
	const char *in, char *out, size_t cap, struct err *e) MUST_USE;

/* The same; a single label (`localhost`) passes too. */
bool domain_check_host(
	const char *in, char *out, size_t cap, struct err *e) MUST_USE;

/*
 * The Unicode form of a name that domain_check made. A name that has none
 * that fits `cap` stays in A-labels.
 */
void domain_to_unicode(const char *name, char *out, size_t cap);

#endif
