/*
 * Addresses. The three kinds differ in the bytes that a local part may hold
 * and in whether `@domain` is one.
 */
#include "base/addr.h"

#include "base/str.h"
#include "base/utf8.h"

enum local_kind { LOCAL_MAILBOX, LOCAL_ALIAS, LOCAL_TARGET };

static const struct {
	const char *extra; /* beside a-z 0-9 . */
	const char *text;
} kinds[] = {
	[LOCAL_MAILBOX] = { "_-",
		"before the at sign of a mailbox stand letters, digits, dots, "
		"underscores and hyphens" },
	[LOCAL_ALIAS] = { "_-+=&'~#",
		"before the at sign of an alias stand letters, digits and . _ "
		"- + = & ' ~ #" },
	[LOCAL_TARGET] = { "!#$%&'*+-=?^_`{|}~",
		"the part before the at sign holds a character that mail "
		"addresses do not have" },
};

static bool
refuse(struct err *e, const char *field, const char *in, const char *reason,
	const char *text)
{
	return err_set(e, ERR_INVALID, field, reason, in, "%s", text);
}

static bool
is_allowed(enum local_kind kind, char c)
{
	return (c >= 'a' && c <= 'z') || char_is_digit(c) || c == '.'
		|| (c && strchr(kinds[kind].extra, c));
}

/* `local` is `len` bytes, folded and lower-case; `in` is what was typed. */
static bool
check_local(enum local_kind kind, const char *field, const char *in,
	const char *local, size_t len, struct err *e)
{
	if (len == 0)
		return refuse(e, field, in, "local_empty",
			"the part before the at sign is missing");
	if (local[0] == '"')
		return refuse(e, field, in, "quoted_local",
			"an address in double quotes is not taken");
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)local[i] >= 0x80)
			return refuse(e, field, in, "non_ascii_local",
				"before the at sign stand ASCII characters "
				"only");
		if (!is_allowed(kind, local[i]))
			return refuse(e, field, in, "bad_character",
				kinds[kind].text);
	}
	if (len > ADDR_LOCAL_MAX)
		return refuse(e, field, in, "local_too_long",
			"the part before the at sign has at most 64 bytes");
	/* Postfix refuses a first hyphen (allow_min_user), and a line of a map
	 * that starts with # is a comment. */
	if (local[0] == '-' || local[0] == '#')
		return refuse(e, field, in, "bad_start",
			"an address starts with neither a hyphen nor #");
	if (local[0] == '.' || local[len - 1] == '.'
		|| memmem(local, len, "..", 2))
		return refuse(e, field, in, "bad_dot",
			"a dot stands neither at an end nor beside a dot");
	return true;
}

static bool
check_address(enum local_kind kind, bool may_be_catch_all, const char *in,
	char *out, size_t cap, struct err *e)
{
	char folded[4 * ADDR_SIZE], domain[DOMAIN_SIZE];
	struct err inner;
	char *at;

	if (cap > 0)
		out[0] = '\0';
	if (!in[0])
		return refuse(
			e, "address", in, "required", "the address is missing");
	if (!utf8_is_valid(in, strlen(in)))
		return refuse(e, "address", in, "bad_utf8",
			"the address is not UTF-8");
	if (!addr_fold(in, folded, sizeof(folded)))
		return refuse(e, "address", in, "too_long",
			"the address is too long");
	str_lower(folded);
	at = strrchr(folded, '@');
	if (!at)
		return refuse(e, "address", in, "no_at",
			"an address has an at sign, as in taro@example.org");
	if (folded[0] != '"' && memchr(folded, '@', (size_t)(at - folded)))
		return refuse(e, "address", in, "two_ats",
			"an address has one at sign only");
	*at = '\0';
	if (at == folded) {
		if (!may_be_catch_all)
			return refuse(e, "address", in, "catch_all_not_here",
				"a whole domain cannot stand here");
	} else if (!check_local(kind, "address", in, folded,
			   (size_t)(at - folded), e)) {
		return false;
	}
	err_clear(&inner);
	if (!domain_check(at + 1, domain, sizeof(domain), &inner))
		return err_merge(e, &inner, "address");
	if (!addr_join(folded, domain, out, cap))
		return refuse(e, "address", in, "too_long",
			"the address is too long");
	return true;
}

bool
addr_check_mailbox(const char *in, char *out, size_t cap, struct err *e)
{
	return check_address(LOCAL_MAILBOX, false, in, out, cap, e);
}

bool
addr_check_alias(const char *in, char *out, size_t cap, struct err *e)
{
	return check_address(LOCAL_ALIAS, true, in, out, cap, e);
}

bool
addr_check_target(const char *in, char *out, size_t cap, struct err *e)
{
	return check_address(LOCAL_TARGET, false, in, out, cap, e);
}

static bool
check_local_alone(enum local_kind kind, const char *in, char *out, size_t cap,
	struct err *e)
{
	char folded[4 * ADDR_SIZE];

	if (cap > 0)
		out[0] = '\0';
	if (!in[0])
		return refuse(e, "local_part", in, "required",
			"the part before the at sign is missing");
	if (!utf8_is_valid(in, strlen(in)))
		return refuse(e, "local_part", in, "bad_utf8",
			"the part before the at sign is not UTF-8");
	if (!addr_fold(in, folded, sizeof(folded)))
		return refuse(e, "local_part", in, "local_too_long",
			"the part before the at sign has at most 64 bytes");
	str_lower(folded);
	if (!check_local(kind, "local_part", in, folded, strlen(folded), e))
		return false;
	if (!str_copy(out, cap, folded))
		return refuse(e, "local_part", in, "local_too_long",
			"the part before the at sign has at most 64 bytes");
	return true;
}

bool
addr_check_mailbox_local(const char *in, char *out, size_t cap, struct err *e)
{
	return check_local_alone(LOCAL_MAILBOX, in, out, cap, e);
}

bool
addr_check_alias_local(const char *in, char *out, size_t cap, struct err *e)
{
	return check_local_alone(LOCAL_ALIAS, in, out, cap, e);
}

bool
addr_join(const char *local, const char *domain, char *out, size_t cap)
{
	struct str s;

	if (cap == 0)
		return false;
	s = str_over(out, cap);
	str_add(&s, local);
	str_add_char(&s, '@');
	if (str_add(&s, domain))
		return true;
	out[0] = '\0';
	return false;
}

const char *
addr_domain(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : address + strlen(address);
}

size_t
addr_local_len(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? (size_t)(at - address) : strlen(address);
}

/* What a full-width character stands for; 0 for others. */
static char
ascii_of(uint32_t code)
{
	if (code >= 0xff01 && code <= 0xff5e)
		return (char)(code - 0xff01 + 0x21);
	switch (code) {
	case 0x3000: /* ideographic space */
		return ' ';
	case 0x3002: /* ideographic full stop */
	case 0xff61: /* half-width ideographic full stop */
		return '.';
	default:
		return 0;
	}
}

bool
addr_fold(const char *in, char *out, size_t cap)
{
	size_t left = strlen(in), n;
	struct str s;
	uint32_t code;

	if (cap == 0)
		return false;
	s = str_over(out, cap);
	for (; left > 0; in += n, left -= n) {
		char c;

		n = utf8_next(in, left, &code);
		if (n == 0)
			return false;
		c = ascii_of(code);
		if (!(c ? str_add_char(&s, c) : str_add_n(&s, in, n)))
			return false;
	}
	return true;
}
