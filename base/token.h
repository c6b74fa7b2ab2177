/*
 * Random tokens and what is kept of them.
 *
 * Tokens are [A-Za-z0-9] only, so that a double click marks them whole and no
 * URL or shell quotes them. Each character carries 5.95 bits from the
 * system's generator (libsodium), without bias. What is stored is
 * token_digest; comparisons take the same time whatever differs.
 */
#ifndef BASE_TOKEN_H
#define BASE_TOKEN_H

#include "base/base.h"

#define TOKEN_LEN 22 /* 130 bits: API, node, app password, first-use link */
#define TOKEN_SESSION_LEN 43 /* 256 bits */
#define SHA256_HEX_SIZE 65

/* Call once at start; false when libsodium cannot start (fatal). */
bool token_start(void) MUST_USE;

/* `len` random characters and a NUL at `out` (len + 1 bytes). */
void token_make(char *out, size_t len);

/* A request id: 10 characters and a NUL. */
void token_request_id(char out[static 11]);

/* Only [A-Za-z0-9], `min` to `max` bytes. */
bool token_is_plausible(const char *s, size_t min, size_t max) MUST_USE;

/* SHA-256 in 32 bytes, or as 64 lower-case hex digits. */
void sha256(const void *data, size_t len, uint8_t out[static 32]);
void sha256_hex(const void *data, size_t len, char out[static SHA256_HEX_SIZE]);

/* Digest of a token as it is stored: SHA-256, 32 bytes. */
void token_digest(const char *token, uint8_t out[static 32]);

/* The first 16 hex digits of SHA-256: names a secret without telling it. */
void fingerprint(const void *data, size_t len, char out[static 17]);

/* Equal bytes, equal texts; time depends on the lengths only. */
bool equal_in_constant_time(const void *a, const void *b, size_t len) MUST_USE;
bool equal_text_in_constant_time(const char *a, const char *b) MUST_USE;

#endif
