/*
 * UTF-8 after the table of well-formed byte sequences in Unicode 15, 3.9
 * (table 3-7).
 */
#include "base/utf8.h"

static bool
is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t
utf8_next(const char *s, size_t len, uint32_t *code_r)
{
	const unsigned char *u = (const unsigned char *)s;

	*code_r = 0;
	if (len == 0)
		return 0;
	if (u[0] < 0x80) {
		*code_r = u[0];
		return 1;
	}
	if (u[0] >= 0xc2 && u[0] <= 0xdf) {
		if (len < 2 || !is_tail(u[1]))
			return 0;
		*code_r = (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
		return 2;
	}
	if (u[0] >= 0xe0 && u[0] <= 0xef) {
		if (len < 3 || !is_tail(u[1]) || !is_tail(u[2]))
			return 0;
		if (u[0] == 0xe0 && u[1] < 0xa0)
			return 0;
		if (u[0] == 0xed && u[1] > 0x9f)
			return 0;
		*code_r = (u[0] & 0x0fu) << 12 | (u[1] & 0x3fu) << 6
			| (u[2] & 0x3fu);
		return 3;
	}
	if (u[0] >= 0xf0 && u[0] <= 0xf4) {
		if (len < 4 || !is_tail(u[1]) || !is_tail(u[2])
			|| !is_tail(u[3]))
			return 0;
		if (u[0] == 0xf0 && u[1] < 0x90)
			return 0;
		if (u[0] == 0xf4 && u[1] > 0x8f)
			return 0;
		*code_r = (u[0] & 0x07u) << 18 | (u[1] & 0x3fu) << 12
			| (u[2] & 0x3fu) << 6 | (u[3] & 0x3fu);
		return 4;
	}
	return 0;
}

bool
utf8_is_valid(const char *s, size_t len)
{
	uint32_t code;

	while (len > 0) {
		size_t n;

		/* Most text is ASCII: eight bytes at a time. */
		while (len >= 8) {
			uint64_t eight;

			memcpy(&eight, s, sizeof(eight));
			if (eight & UINT64_C(0x8080808080808080))
				break;
			s += 8;
			len -= 8;
		}
		n = utf8_next(s, len, &code);
		if (len == 0)
			return true;

		if (n == 0)
			return false;
		s += n;
		len -= n;
	}
	return true;
}

bool
utf8_is_hidden(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x2028
		|| code == 0x2029 || (code >= 0x202a && code <= 0x202e)
		|| (code >= 0x2066 && code <= 0x2069);
}
