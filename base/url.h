/*
 * Decoding what stands in a request line: percent-encoding (RFC 3986) of path
 * segments and of the query (application/x-www-form-urlencoded).
 *
 * Refused, never repaired: a broken %xx, %00, text that is not UTF-8, control
 * characters, and more bytes than the buffer holds.
 */
#ifndef BASE_URL_H
#define BASE_URL_H

#include "base/base.h"
#include "base/err.h"

/*
 * Decode `len` bytes at `in` to a NUL-terminated text at `out`. With
 * `plus_is_blank` a plus sign is a blank (query). False with ERR_SYNTAX,
 * reason `bad_escape`, `bad_utf8`, `bad_character` or `too_long`.
 */
bool url_decode(const char *in, size_t len, bool plus_is_blank, char *out,
	size_t cap, struct err *e) MUST_USE;

/*
 * Walk a query string: start with *at = the query, call until *at is NULL.
 * Each call decodes one `key=value`; a pair without an equals sign has the
 * value "". Empty pairs are skipped; at the end *has_pair_r is false.
 */
struct url_pair {
	char key[64];
	char value[2304]; /* a cursor of the longest name in hex, and more */
};
bool url_query_next(const char **at, struct url_pair *pair, bool *has_pair_r,
	struct err *e) MUST_USE;

#endif
