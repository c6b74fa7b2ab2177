/*
 * Percent-decoding with refusals.
 */
#include "base/url.h"

#include "base/str.h"
#include "base/utf8.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
refuse(struct err *e, const char *reason, const char *text)
{
	return err_set(e, ERR_SYNTAX, NULL, reason, NULL, "%s", text);
}

/* One byte of the result; *at moves on. -1: a broken escape. */
static int
decode_one(const char *in, size_t len, size_t *at, bool plus_is_blank)
{
	const char c = in[(*at)++];
	int high, low;

	if (c == '+' && plus_is_blank)
		return ' ';
	if (c != '%')
		return (unsigned char)c;
	if (len - *at < 2)
		return -1;
	high = hex_value(in[*at]);
	low = hex_value(in[*at + 1]);
	*at += 2;
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool
url_decode(const char *in, size_t len, bool plus_is_blank, char *out,
	size_t cap, struct err *e)
{
	size_t at = 0, n = 0;

	if (cap == 0)
		return refuse(
			e, "too_long", "a part of the address is too long");
	out[0] = '\0';
	while (at < len) {
		const int c = decode_one(in, len, &at, plus_is_blank);

		if (c < 0)
			return refuse(e, "bad_escape",
				"a percent sign needs two hex digits behind "
				"it");
		if (c < 0x20 || c == 0x7f)
			return refuse(e, "bad_character",
				"control characters are not taken here");
		if (n + 1 >= cap)
			return refuse(e, "too_long",
				"a part of the address is too long");
		out[n++] = (char)c;
	}
	out[n] = '\0';
	if (utf8_is_valid(out, n))
		return true;
	out[0] = '\0';
	return refuse(e, "bad_utf8", "a part of the address is not UTF-8");
}

bool
url_query_next(
	const char **at, struct url_pair *pair, bool *has_pair_r, struct err *e)
{
	const char *start, *end, *equals;

	*has_pair_r = false;
	if (!*at)
		return true;
	start = *at + strspn(*at, "&");
	if (!*start) {
		*at = NULL;
		return true;
	}
	end = strchrnul(start, '&');
	equals = memchr(start, '=', (size_t)(end - start));
	if (!equals)
		equals = end;
	if (!url_decode(start, (size_t)(equals - start), true, pair->key,
		    sizeof(pair->key), e))
		return false;
	if (equals < end)
		equals++;
	if (!url_decode(equals, (size_t)(end - equals), true, pair->value,
		    sizeof(pair->value), e))
		return false;
	*at = *end ? end + 1 : NULL;
	*has_pair_r = true;
	return true;
}
