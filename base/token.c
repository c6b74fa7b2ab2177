/*
 * Tokens from the system's generator, digests by OpenSSL.
 */
#include "base/token.h"

#include <openssl/sha.h>
#include <sodium.h>

bool
token_start(void)
{
	return sodium_init() >= 0;
}

void
token_make(char *out, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789";

	for (size_t i = 0; i < len; i++)
		out[i] = letters[randombytes_uniform(sizeof(letters) - 1)];
	out[len] = '\0';
}

void
token_request_id(char out[static 11])
{
	token_make(out, 10);
}

bool
token_is_plausible(const char *s, size_t min, size_t max)
{
	size_t len = 0;

	for (; s[len]; len++) {
		const char c = s[len];

		if (len >= max
			|| !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
				|| (c >= '0' && c <= '9')))
			return false;
	}
	return len >= min;
}

void
sha256(const void *data, size_t len, uint8_t out[static 32])
{
	SHA256(data, len, out);
}

void
sha256_hex(const void *data, size_t len, char out[static SHA256_HEX_SIZE])
{
	uint8_t digest[32];

	sha256(data, len, digest);
	sodium_bin2hex(out, SHA256_HEX_SIZE, digest, sizeof(digest));
}

void
token_digest(const char *token, uint8_t out[static 32])
{
	sha256(token, strlen(token), out);
}

void
fingerprint(const void *data, size_t len, char out[static 17])
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(data, len, hex);
	memcpy(out, hex, 16);
	out[16] = '\0';
}

bool
equal_in_constant_time(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

bool
equal_text_in_constant_time(const char *a, const char *b)
{
	const size_t len = strlen(a);

	return len == strlen(b) && sodium_memcmp(a, b, len) == 0;
}
