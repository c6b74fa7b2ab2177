/*
 * An address of an SMTP envelope as Postfix reads it: smtpd's syntax rules,
 * then what resolve(8) of trivial-rewrite makes of it with the settings that
 * we ship (strict_rfc821_envelopes, no mydestination, append_at_myorigin,
 * swap_bangpath and percent_hack at their defaults, allow_min_user = no).
 *
 * Addresses are read as they stand between < and >. Quoted local parts,
 * comments, blanks and brackets other than those of an address literal are
 * not read here: envelope_check refuses them. The client is one that does not
 * ask for SMTPUTF8.
 */
#ifndef MAPS_ENVELOPE_H
#define MAPS_ENVELOPE_H

#include "base/base.h"
#include "base/err.h"

/* Longest address that is read, in bytes. A command line of SMTP has 512,
 * Postfix takes 2,048. */
#define ENVELOPE_MAX 1000
#define ENVELOPE_SIZE (ENVELOPE_MAX + 1)

struct envelope {
	const char *text; /* as given, borrowed */
	/* user@domain in lower case, which maps are asked for; "" when empty
	 * or bad. */
	char address[ENVELOPE_SIZE + 256];
	const char *domain; /* inside address */
	bool is_empty;      /* <> */
	bool is_bad;        /* 501 */
	bool is_routed;     /* %, ! or a second @ in the local part */
	bool is_literal;    /* user@[192.0.2.1] */
	bool is_own;        /* a literal that is this machine */
	bool is_bare;       /* the text has no domain */
};

/*
 * A `.check` of base/form.h: the same text, or ERR_INVALID with `too_long` or
 * `bad_character` for what is not read here. "" passes.
 */
bool envelope_check(
	const char *in, char *out, size_t cap, struct err *e) MUST_USE;

/*
 * Read a text that envelope_check has passed. `origin` is Postfix's myorigin,
 * which completes an address without a domain; "" when nobody knows it.
 */
void envelope_read(const char *text, const char *origin, struct envelope *out);

/*
 * `taro+news@d` to `taro@d` (recipient_delimiter = +), never to an empty local
 * part. *ext_r, inside `address`, is what was cut ("+news"). False: there is
 * no extension, or `out` is too small.
 */
bool envelope_base(const char *address, char *out, size_t cap,
	const char **ext_r, size_t *ext_len_r) MUST_USE;

/* A host name as valid_hostname of Postfix takes it: ASCII, no dot at the
 * end, not of digits alone. */
bool envelope_is_host(const char *name, size_t len);

#endif
