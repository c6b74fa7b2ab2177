/*
 * The bounded text. A failed append leaves the text as it was and marks the
 * str, so that a chain of appends is checked once.
 */
#include "base/str.h"

#include <inttypes.h>
#include <stdarg.h>

#define FIRST_CAP ((size_t)256)

static char empty_text[1] = "";

struct str
str_over(char *buf, size_t size)
{
	buf[0] = '\0';
	return (struct str){ .data = buf, .cap = size, .limit = size };
}

struct str
str_in(struct arena *a, size_t limit_bytes)
{
	const size_t limit =
		limit_bytes < SIZE_MAX / 4 ? limit_bytes + 1 : SIZE_MAX / 4;

	return (struct str){ .limit = limit, .arena = a };
}

/* Room for `len` more bytes and the NUL. */
static bool
make_room(struct str *s, size_t len)
{
	size_t cap;
	char *data;

	if (s->has_overflowed)
		return false;
	if (s->data && len < s->cap - s->len)
		return true;
	s->has_overflowed = true;
	if (!s->arena || len >= s->limit - s->len)
		return false;
	cap = s->cap ? s->cap * 2 : FIRST_CAP;
	if (cap < s->len + len + 1)
		cap = s->len + len + 1;
	if (cap > s->limit)
		cap = s->limit;
	data = arena_grow(s->arena, s->data, s->cap, cap);
	if (!data)
		return false;
	s->data = data;
	s->cap = cap;
	s->has_overflowed = false;
	return true;
}

bool
str_add_n(struct str *s, const char *text, size_t len)
{
	if (!make_room(s, len))
		return false;
	if (len > 0)
		memcpy(s->data + s->len, text, len);
	s->len += len;
	s->data[s->len] = '\0';
	return true;
}

bool
str_add(struct str *s, const char *text)
{
	return str_add_n(s, text, text ? strlen(text) : 0);
}

bool
str_add_char(struct str *s, char c)
{
	if (!make_room(s, 1))
		return false;
	s->data[s->len++] = c;
	s->data[s->len] = '\0';
	return true;
}

bool
str_add_u64(struct str *s, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	return str_add_n(s, digits + at, sizeof(digits) - at);
}

bool
str_add_i64(struct str *s, int64_t value)
{
	const size_t before = s->len;

	if (value >= 0)
		return str_add_u64(s, (uint64_t)value);
	if (!str_add_char(s, '-'))
		return false;
	if (str_add_u64(s, -(uint64_t)value))
		return true;
	s->len = before;
	s->data[before] = '\0';
	return false;
}

bool
str_addf(struct str *s, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0 || !make_room(s, (size_t)len)) {
		s->has_overflowed = true;
		return false;
	}
	va_start(args, fmt);
	len = vsnprintf(s->data + s->len, (size_t)len + 1, fmt, args);
	va_end(args);
	s->len += len > 0 ? (size_t)len : 0;
	return true;
}

char *
str_room(struct str *s, size_t len)
{
	return make_room(s, len) ? s->data + s->len : NULL;
}

void
str_reset(struct str *s)
{
	str_cut(s, 0);
}

void
str_cut(struct str *s, size_t len)
{
	if (len < s->len)
		s->len = len;
	if (s->data)
		s->data[s->len] = '\0';
	s->has_overflowed = false;
}

const char *
str_text(const struct str *s)
{
	return s->data ? s->data : empty_text;
}

bool
str_copy_n(char *out, size_t size, const char *text, size_t len)
{
	if (len >= size) {
		if (size > 0)
			out[0] = '\0';
		return false;
	}
	memmove(out, text, len);
	out[len] = '\0';
	return true;
}

bool
str_copy(char *out, size_t size, const char *text)
{
	return str_copy_n(out, size, text, strlen(text));
}

bool
str_is_ascii(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s >= 0x80)
			return false;
	}
	return true;
}

void
str_lower(char *s)
{
	for (; *s; s++)
		*s = char_lower(*s);
}

bool
str_to_i64(const char *s, int64_t min, int64_t max, int64_t *value_r)
{
	const bool is_negative = s[0] == '-';
	const char *p = s + (is_negative ? 1 : 0);
	int64_t value = 0;

	*value_r = 0;
	if (!char_is_digit(p[0]))
		return false;
	if (p[0] == '0' && (p[1] || is_negative))
		return false;
	for (; *p; p++) {
		if (!char_is_digit(*p)
			|| __builtin_mul_overflow(value, (int64_t)10, &value))
			return false;
		if (is_negative ? __builtin_sub_overflow(
			    value, (int64_t)(*p - '0'), &value)
				: __builtin_add_overflow(
					value, (int64_t)(*p - '0'), &value))
			return false;
	}
	if (value < min || value > max)
		return false;
	*value_r = value;
	return true;
}
