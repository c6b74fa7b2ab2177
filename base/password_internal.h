/*
 * Between the files of stored passwords: password_stored.c takes a text apart,
 * password_verify.c compares it with a password, password_ready.c says whether
 * it may be taken as it is.
 */
#ifndef BASE_PASSWORD_INTERNAL_H
#define BASE_PASSWORD_INTERNAL_H

#include "base/password.h"

/* Most bytes of a decoded digest with its salt. */
#define RAW_MAX ((size_t)384)

#define ARGON2_MAX_KIB 1048576
#define ARGON2_MAX_PASSES 64
#define MAX_ROUNDS 1000000
#define BLF_MAX_COST 16

enum form {
	FORM_CRYPT,
	FORM_ARGON2,
	FORM_PBKDF2,
	FORM_DIGEST, /* digest, then the salt, hex or base64 */
	FORM_MD5,    /* $1$ or a digest */
	FORM_PLAIN,
	FORM_CRAM_MD5,
	FORM_SCRAM,
	FORM_OTP
};

struct scheme {
	const char *name;
	enum form form;
	const char *detail; /* crypt or argon2 prefix; digest of OpenSSL */
	bool is_salted;
	bool is_weak;
};

enum encoding { ENCODING_GUESS, ENCODING_HEX, ENCODING_B64, ENCODING_BAD };

/* A stored text taken apart. */
struct stored {
	const struct scheme *scheme; /* NULL: unknown */
	enum encoding encoding;
	const char *hash;
	bool is_bare; /* had no {SCHEME} */
};

/* `{SCHEME.ENCODING}hash`, or a bare hash, which counts as {CRYPT}. */
struct stored stored_take_apart(const char *text);

/* A decimal number up to what is no digit; -1 over nine digits. */
long stored_number(const char *s);

/*
 * Hex or base64 to bytes, by `encoding`, or guessed by the length that is
 * `wanted` (0: unknown, base64). Their number; 0 when it is neither.
 */
size_t stored_decode(const char *in, enum encoding encoding, size_t wanted,
	uint8_t out[static RAW_MAX]);

/* Length of the digest of a FORM_DIGEST or FORM_MD5 scheme; and the digest
 * with its salt as bytes, their number, 0 when it is wrong. */
size_t stored_digest_len(const struct scheme *scheme);
size_t stored_digest(const struct stored *s, uint8_t out[static RAW_MAX]);

/*
 * Index of the form of crypt(5) that a hash starts as, or -1 (DES has no
 * prefix); what it is called; and whether what follows the last dollar (for
 * DES all) has the length and the letters of the form.
 */
int crypt_form_of(const char *hash);
const char *crypt_form_name(int form);
bool crypt_form_is_whole(int form, const char *hash);

/* `$1$salt$rounds$hex`, HMAC-SHA1 of 20 bytes (Dovecot's
 * password-scheme-pbkdf2). */
struct pbkdf2 {
	const char *salt;
	size_t salt_len;
	long rounds;
	uint8_t digest[20];
};
bool pbkdf2_take_apart(const char *hash, struct pbkdf2 *out);

/* Is what an Argon2 hash costs to verify within reason? */
bool argon2_is_cheap(const char *hash);

#endif
