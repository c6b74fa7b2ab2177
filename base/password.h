/*
 * Mail passwords: making, verifying and accepting hashes in the text form that
 * Dovecot reads (doc: Authentication/PasswordSchemes), `{SCHEME}hash`.
 *
 * Made here: CRYPT (yescrypt, the default), SHA512-CRYPT, BLF-CRYPT (cost 10;
 * doveadm's default of 5 is too cheap) and ARGON2ID.
 *
 * Secrets are in the caller's buffers; copies made here end in explicit_bzero.
 * Nothing is ever logged.
 */
#ifndef BASE_PASSWORD_H
#define BASE_PASSWORD_H

#include "base/base.h"
#include "base/err.h"

/* Longest password in bytes; libxcrypt's own limit is 512. */
#define PASSWORD_MAX 256
/* Longest stored text with its scheme; the secret table holds 1024. */
#define PASSWORD_HASH_SIZE 512

enum password_scheme {
	PASSWORD_CRYPT, /* yescrypt */
	PASSWORD_SHA512_CRYPT,
	PASSWORD_BLF_CRYPT,
	PASSWORD_ARGON2ID,
	PASSWORD_SCHEMES
};

/* The name as in configuration and hash ("CRYPT", ...). */
const char *password_scheme_name(enum password_scheme scheme);

/* By name, any case; false when it is none of those that are made. */
bool password_scheme_find(
	const char *name, enum password_scheme *scheme_r) MUST_USE;

/*
 * The scheme of a stored text as a person should read it: "CRYPT" is told
 * apart by its prefix ("yescrypt" is CRYPT/yescrypt). Copies at most
 * size - 1 bytes of, for example, `SSHA512` or `CRYPT/yescrypt`; empty when
 * there is none.
 */
void password_scheme_of(const char *stored, char *out, size_t size);

/*
 * Is this a password that can be set? Refuses: empty or under `min_length`
 * characters (`too_short`), over PASSWORD_MAX bytes (`too_long`), invalid
 * UTF-8 and control characters (`bad_character`). Field `password`.
 */
bool password_check(
	const char *password, unsigned min_length, struct err *e) MUST_USE;

/*
 * Make `{SCHEME}hash` with a fresh salt. Takes 2 to 62 ms by scheme. False
 * with ERR_INTERNAL when the library refuses.
 */
bool password_hash(enum password_scheme scheme, const char *password,
	char out[static PASSWORD_HASH_SIZE], struct err *e) MUST_USE;

enum password_result {
	PASSWORD_RIGHT,
	PASSWORD_WRONG,
	PASSWORD_UNKNOWN /* a scheme that only Dovecot can verify, or damaged */
};

/*
 * Does `password` belong to the stored text? Verifies: CRYPT in all forms of
 * crypt(5) (DES, $1$, $5$, $6$, $2y$, $y$), MD5-CRYPT, SHA256-CRYPT,
 * SHA512-CRYPT, BLF-CRYPT, DES-CRYPT, ARGON2I, ARGON2ID, PBKDF2, SHA, SHA1,
 * SHA256, SHA512, SSHA, SSHA256, SSHA512, SMD5, LDAP-MD5, PLAIN-MD5 with .HEX
 * and .B64, PLAIN, CLEARTEXT, CLEAR, CRAM-MD5, HMAC-MD5. A text without a
 * scheme counts as {CRYPT}, as in Dovecot. Unknown: SCRAM, OTP, DIGEST-MD5.
 */
enum password_result password_verify(
	const char *stored, const char *password) MUST_USE;

/*
 * Take a ready hash: `in` with a scheme that Dovecot offers is copied exactly;
 * a bare crypt form ($1$ $5$ $6$ $2a$ $2b$ $2y$ $y$ $7$ or 13 characters of
 * DES) gets {CRYPT} before it. Refuses, field `password_hash`: an unknown
 * scheme (`unknown_scheme`), `:`, CR, LF, NUL, blanks and what is not
 * printable ASCII (`bad_character`; {PLAIN} may hold any text and {OTP}
 * blanks), an empty or malformed hash of a scheme (`bad_hash`), one that would
 * take too much time or memory to verify (`too_costly`: over 1,000,000
 * rounds, a bcrypt cost over 16, 1 GiB or 64 passes of Argon2), one that is too
 * long (`too_long`). Usable as `.check` of a form field (base/form.h).
 */
bool password_check_ready_hash(
	const char *in, char *out, size_t cap, struct err *e) MUST_USE;

/* Does the stored text let nobody sign in (`{CRYPT}!`, `{CRYPT}*`)? */
bool password_is_locked(const char *stored) MUST_USE;

/* Is it weaker than what `scheme` would make: weak, or SHA crypt and PBKDF2
 * where the scheme is memory-hard or bcrypt? */
bool password_is_weaker(
	const char *stored, enum password_scheme scheme) MUST_USE;

/* Is the stored form weak today (unsalted, MD5, DES, plain, CRAM-MD5)? */
bool password_is_weak(const char *stored) MUST_USE;

/*
 * A generated password: four groups of four of [a-z0-9] without look-alikes,
 * joined by hyphens (79 bits), for people who must type it.
 */
#define PASSWORD_GENERATED_SIZE 20
void password_generate(char out[static PASSWORD_GENERATED_SIZE]);

/*
 * Admins sign in with Argon2id (libsodium, 64 MiB and 2 passes). The dummy
 * hash costs the same time for a login that does not exist.
 */
#define ADMIN_HASH_SIZE 128
bool admin_password_hash(const char *password, char out[static ADMIN_HASH_SIZE],
	struct err *e) MUST_USE;
bool admin_password_verify(const char *hash, const char *password) MUST_USE;
void admin_password_waste(const char *password);

#endif
