/*
 * One bounded text buffer, over a fixed array or growing in an arena.
 *
 * What always holds:
 * - data is terminated by a NUL that `len` does not count;
 * - an append is whole or nothing: text that does not fit is not cut, the
 *   function returns false and `has_overflowed` stays set, and every later
 *   append fails too. So a chain of appends may be checked once, at its end,
 *   with str_is_ok();
 * - a fixed str never allocates, an arena str never passes its limit.
 *
 * Text that leaves the program goes through a writer named for its context:
 * base/text.h (JSON, map, log, CSV) and base/jsonw.h.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/arena.h"
#include "base/base.h"

struct str {
	char *data;
	size_t len;
	size_t cap;          /* bytes at `data`, the NUL included */
	size_t limit;        /* greatest cap (arena), else equal to cap */
	struct arena *arena; /* NULL: fixed */
	bool has_overflowed;
};

/* Over the array `buf` (a true array, not a pointer), emptied. */
#define STR_FIXED(buf) str_over((buf), sizeof(buf) + 0 * ARRAY_LEN(buf))

/* Over `size` (at least 1) bytes at `buf`, emptied. */
struct str str_over(char *buf, size_t size);

/*
 * Empty, grows in `a` up to `limit_bytes` of text. Allocates at the first
 * append; lives as long as the arena is not reset.
 */
struct str str_in(struct arena *a, size_t limit_bytes);

/* Append; true when the text is there. NULL as `text` is an empty text. */
bool str_add(struct str *s, const char *text);
bool str_add_n(struct str *s, const char *text, size_t len);
bool str_add_char(struct str *s, char c);
bool str_add_i64(struct str *s, int64_t value);
bool str_add_u64(struct str *s, uint64_t value);
bool str_addf(struct str *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Room for `len` more bytes, so that the caller writes at data + s->len and
 * adds to s->len itself (and ends with a NUL). NULL when there is none. */
char *str_room(struct str *s, size_t len);

/* Empty again; an overflow is forgotten, memory kept. */
void str_reset(struct str *s);

/* Cut back to a length that the text had before; forgets an overflow. */
void str_cut(struct str *s, size_t len);

/* The text, never NULL (also of an arena str that nothing was added to). */
const char *str_text(const struct str *s);

static inline bool
str_is_ok(const struct str *s)
{
	return !s->has_overflowed;
}

/*
 * Copy a text that must fit: true when `text` and its NUL are in `out`. On
 * false `out` is the empty text. The bounded strcpy of this program.
 */
bool str_copy(char *out, size_t size, const char *text) MUST_USE;
bool str_copy_n(char *out, size_t size, const char *text, size_t len) MUST_USE;

/* ASCII only, independent of the locale. */
bool str_is_ascii(const char *s);
void str_lower(char *s);
static inline char
char_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
static inline bool
char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * The whole of `s` as a decimal number (an optional minus, no blanks, no plus,
 * no leading zeros but "0") within min..max; false otherwise.
 */
bool str_to_i64(
	const char *s, int64_t min, int64_t max, int64_t *value_r) MUST_USE;

#endif
