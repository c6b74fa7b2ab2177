/*
 * Time-based one-time passwords, see totp.h.
 */
#include "base/totp.h"

#include <liboath/oath.h>
#include <sodium.h>

#include "base/token.h"

void
totp_seed(uint8_t seed[static TOTP_SEED_BYTES])
{
	randombytes_buf(seed, TOTP_SEED_BYTES);
}

bool
totp_code(const uint8_t *seed, size_t len, int64_t at_s, unsigned digits,
	char out[static 9])
{
	out[0] = '\0';
	return at_s >= 0 && digits >= 6 && digits <= 8
		&& oath_totp_generate((const char *)seed, len, (time_t)at_s,
			   TOTP_STEP_S, 0, digits, out)
		== OATH_OK;
}

bool
totp_check(const uint8_t *seed, size_t len, const char *code, int64_t at_s,
	uint64_t last_step, uint64_t *step_r)
{
	const int64_t now = at_s / TOTP_STEP_S;
	bool is_right = false;
	char right[9];

	*step_r = 0;
	if (strlen(code) != TOTP_DIGITS || at_s < TOTP_STEP_S)
		return false;
	for (int64_t step = now - 1; step <= now + 1; step++) {
		if (!totp_code(
			    seed, len, step * TOTP_STEP_S, TOTP_DIGITS, right))
			return false;
		if (equal_in_constant_time(code, right, TOTP_DIGITS)
			&& (uint64_t)step > last_step) {
			is_right = true;
			*step_r = (uint64_t)step;
		}
	}
	explicit_bzero(right, sizeof(right));
	return is_right;
}

bool
totp_base32(const uint8_t seed[static TOTP_SEED_BYTES],
	char out[static TOTP_BASE32_SIZE])
{
	char *text = NULL;
	size_t n = 0;
	bool ok;

	if (oath_base32_encode((const char *)seed, TOTP_SEED_BYTES, &text, &n)
		!= OATH_OK)
		return false;
	ok = str_copy(out, TOTP_BASE32_SIZE, text);
	explicit_bzero(text, n);
	free(text);
	return ok;
}

static void
add_encoded(struct str *out, const char *text)
{
	for (; *text; text++) {
		const unsigned char c = (unsigned char)*text;

		if (char_is_digit(*text)
			|| (char_lower(*text) >= 'a'
				&& char_lower(*text) <= 'z')
			|| strchr("-._~", *text))
			str_add_char(out, *text);
		else
			str_addf(out, "%%%02X", c);
	}
}

bool
totp_uri(struct str *out, const char *issuer, const char *account,
	const char *base32)
{
	str_add(out, "otpauth://totp/");
	add_encoded(out, issuer);
	str_add(out, ":");
	add_encoded(out, account);
	str_addf(out, "?secret=%s&issuer=", base32);
	add_encoded(out, issuer);
	str_add(out, "&algorithm=SHA1&digits=6&period=30");
	return str_is_ok(out);
}
