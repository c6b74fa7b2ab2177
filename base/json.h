/*
 * Reading JSON, strictly (RFC 8259, and less than that): json-c builds the
 * tree, but only after our own scan has accepted every byte, because json-c
 * 0.16 takes duplicate keys, single quotes, NaN, comments and numbers out of
 * range.
 *
 * What always holds for a document that was accepted:
 * - one value, nothing but blanks behind it; valid UTF-8; depth and size under
 *   the limits; no lone surrogate escapes; no key twice in an object, no key
 *   with an escape in it, at most JSON_MAX_KEYS keys in an object;
 * - every number is a whole number in the range of int64. Doubles are refused
 *   (`not_integer`), so are -0 and numbers out of range (`out_of_range`).
 *
 * Forms (base/form.h) are the usual way to read input; this is for texts of a
 * free shape, such as the images of a revision.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/base.h"
#include "base/err.h"

#define JSON_MAX_KEYS 256

struct json_limits {
	size_t bytes;
	unsigned depth; /* nested arrays and objects; at most 32 */
};

/* For requests: 1 MiB (the web server's own ceiling comes first), 8 deep. */
extern const struct json_limits json_limits_request;

enum json_kind {
	JSON_MISSING,
	JSON_NULL,
	JSON_BOOL,
	JSON_INT,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/* A document (owner) and a value inside it (borrowed, lives as long). */
struct json;
struct json_value;

/*
 * Scan without building anything. Errors: ERR_TOO_LARGE `too_large`;
 * ERR_SYNTAX `empty`, `bad_json`, `bad_utf8`, `too_deep`, `trailing_data`,
 * `nul_byte`; ERR_INVALID with the key as field: `duplicate_key`, `bad_key`,
 * `too_many_keys`, `not_integer`, `out_of_range`. The text names the position
 * in bytes.
 */
bool json_scan(const char *text, size_t len, const struct json_limits *limits,
	struct err *e) MUST_USE;

/* Scan and build. On true the caller owns *doc_r: json_free. */
bool json_parse(const char *text, size_t len, const struct json_limits *limits,
	struct json **doc_r, struct err *e) MUST_USE;
void json_free(struct json **doc);

/* The whole document as a value. */
const struct json_value *json_root(const struct json *doc);

/* JSON_MISSING for NULL, so that look-ups can be chained. */
enum json_kind json_kind(const struct json_value *v);

/* Member of an object, element of an array; NULL when there is none. */
const struct json_value *json_get(const struct json_value *v, const char *key);
const struct json_value *json_at(const struct json_value *v, size_t i);
/* Members or elements. */
size_t json_len(const struct json_value *v);

/* Values; 0, false and "" for another kind. */
int64_t json_int(const struct json_value *v);
bool json_is_true(const struct json_value *v);
const char *json_text(const struct json_value *v, size_t *len_r);

/* Walk the members of an object: start with *i = 0; false at the end. */
bool json_next(const struct json_value *v, size_t *i, const char **key_r,
	const struct json_value **value_r);

#endif
