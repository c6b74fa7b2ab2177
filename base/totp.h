/*
 * Time-based one-time passwords (RFC 6238) by liboath: SHA-1, 30 seconds, six
 * digits, which is what the apps on people's phones take.
 *
 * A code counts once, in its own time step and one before and behind it. Who
 * keeps the step of the last code that was taken, and gives it to totp_check,
 * takes no code twice.
 */
#ifndef BASE_TOTP_H
#define BASE_TOTP_H

#include "base/base.h"
#include "base/str.h"

#define TOTP_SEED_BYTES 20 /* as long as SHA-1, RFC 4226 section 4 */
#define TOTP_DIGITS 6
#define TOTP_STEP_S 30
#define TOTP_BASE32_SIZE 33

/* TOTP_SEED_BYTES random bytes. */
void totp_seed(uint8_t seed[static TOTP_SEED_BYTES]);

/* The code of a time (seconds since 1970) and `digits` (6 to 8) of it. */
bool totp_code(const uint8_t *seed, size_t len, int64_t at_s, unsigned digits,
	char out[static 9]) MUST_USE;

/*
 * Is `code` right at `at_s`, in a step behind `last_step`? *step_r is its
 * step. The time that it takes does not depend on the code.
 */
bool totp_check(const uint8_t *seed, size_t len, const char *code, int64_t at_s,
	uint64_t last_step, uint64_t *step_r) MUST_USE;

/* The seed as people type it. */
bool totp_base32(const uint8_t seed[static TOTP_SEED_BYTES],
	char out[static TOTP_BASE32_SIZE]) MUST_USE;

/* `otpauth://totp/...` for a QR code; names are percent-encoded. */
bool totp_uri(struct str *out, const char *issuer, const char *account,
	const char *base32);

#endif
