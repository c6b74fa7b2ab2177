/* Sizes as people write them. */
#include "base/size.h"

#include "base/addr.h"
#include "base/str.h"

static bool
bad(const char *in, struct err *e)
{
	return err_set(e, ERR_INVALID, "quota_bytes", "bad_size", in,
		"%s is no size: write it like 500M, 2G or none", in);
}

static int
unit_shift(char c)
{
	static const char units[] = "bkmgt";
	const char *at = strchr(units, char_lower(c));

	return c && at ? 10 * (int)(at - units) : -1;
}

static bool
is_no_limit(const char *in)
{
	static const char *const words[] = { "none", "unlimited", "no limit",
		"\xe7\x84\xa1\xe5\x88\xb6\xe9\x99\x90",
		"\xe5\x88\xb6\xe9\x99\x90\xe3\x81\xaa\xe3\x81\x97" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(in, words[i]) == 0)
			return true;
	return false;
}

/* The unit at *at and what belongs to it: `G`, `GB`, `GiB`, ` gb`. */
static int
take_unit(const char **at)
{
	const char *p = *at;
	int shift;

	while (*p == ' ')
		p++;
	if (*p == '\0') {
		*at = p;
		return 0;
	}
	shift = unit_shift(*p++);
	if (shift > 0 && *p == 'i')
		p++;
	if (shift > 0 && *p == 'b')
		p++;
	*at = p;
	return shift;
}

/* Thousandths are as fine as anybody writes. */
static bool
take_number(const char **at, int64_t *whole_r, int64_t *thousandths_r)
{
	char digits[20];
	size_t n = strspn(*at, "0123456789");
	int64_t unit = 100;

	*thousandths_r = 0;
	if (n == 0 || !str_copy_n(digits, sizeof(digits), *at, n))
		return false;
	*whole_r = 0;
	for (size_t i = 0; i < n; i++) {
		if (*whole_r > (INT64_MAX - 9) / 10)
			return false;
		*whole_r = *whole_r * 10 + (digits[i] - '0');
	}
	*at += n;
	if (**at != '.')
		return true;
	for (++*at; char_is_digit(**at); ++*at, unit /= 10)
		*thousandths_r += unit * (**at - '0');
	return true;
}

bool
size_parse(const char *in, int64_t *bytes_r, bool *has_unit_r, struct err *e)
{
	char text[64];
	const char *at = text;
	int64_t whole, part;
	int shift;

	if (!addr_fold(in, text, sizeof(text)))
		return bad(in, e);
	str_lower(text);
	if (has_unit_r)
		*has_unit_r = true;
	*bytes_r = 0;
	if (is_no_limit(text) || strcmp(text, "0") == 0)
		return true;
	if (!take_number(&at, &whole, &part))
		return bad(in, e);
	if (has_unit_r)
		*has_unit_r = *at != '\0';
	shift = take_unit(&at);
	if (shift < 0 || *at != '\0' || (part && shift == 0))
		return bad(in, e);
	if (whole >= (INT64_MAX >> shift))
		return err_set(e, ERR_INVALID, "quota_bytes", "out_of_range",
			in, "%s is too large", in);
	*bytes_r = (whole << shift) + ((part << shift) / 1000);
	return true;
}
