/*
 * See envelope.h. The names in comments are functions of Postfix 3.7.
 */
#include "maps/envelope.h"

#include <string.h>
#include <strings.h>

#include "base/cidr.h"
#include "base/str.h"
#include "base/utf8.h"

#define LABEL_MAX 63
#define HOST_MAX 255

/* A literal is the whole domain: `@[` ... `]` at the end. */
static size_t
literal_at(const char *in, size_t len)
{
	const char *at = strrchr(in, '@');
	if (!at || at[1] != '[' || len == 0 || in[len - 1] != ']')
		return len;
	return (size_t)(at - in);
}

bool
envelope_check(const char *in, char *out, size_t cap, struct err *e)
{
	const size_t len = strlen(in), plain = literal_at(in, len);
	if (len > ENVELOPE_MAX || len >= cap)
		return err_set(e, ERR_INVALID, "address", "too_long", in,
			"an address has at most %d bytes here", ENVELOPE_MAX);
	for (size_t i = 0, n; i < len; i += n) {
		uint32_t code;
		n = utf8_next(in + i, len - i, &code);
		if (n == 0)
			return err_set(e, ERR_INVALID, "address", "bad_utf8",
				in, "the text is not UTF-8");
		if (utf8_is_hidden(code) || code == ' ')
			goto refused;
		if (code < 0x80 && i < plain && strchr("\"\\(),:;<>[]", in[i]))
			goto refused;
		if (code < 0x80 && i > plain + 1 && i + 1 < len
			&& strchr("\"\\(),;<>[]", in[i]))
			goto refused;
	}
	return str_copy(out, cap, in);
refused:
	return err_set(e, ERR_INVALID, "address", "bad_character", in,
		"quotes, blanks and brackets are not read here");
}

bool
envelope_is_host(const char *name, size_t len)
{
	size_t label = 0;
	bool is_number = true;
	if (len == 0 || len > HOST_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		const char c = name[i], next = i + 1 < len ? name[i + 1] : '\0';
		if (c == '.') {
			if (label == 0 || next == '\0')
				return false;
			label = 0;
			continue;
		}
		const bool is_letter =
			(char_lower(c) >= 'a' && char_lower(c) <= 'z')
			|| c == '_';
		if (!is_letter && !char_is_digit(c) && c != '-')
			return false;
		if (c == '-' && (label == 0 || next == '\0' || next == '.'))
			return false;
		if (c != '-' && ++label > LABEL_MAX)
			return false;
		if (c == '-')
			label++;
		is_number = is_number && char_is_digit(c);
	}
	return !is_number;
}

bool
envelope_base(const char *address, char *out, size_t cap, const char **ext_r,
	size_t *ext_len_r)
{
	const char *at = strrchr(address, '@');
	const size_t local = at ? (size_t)(at - address) : strlen(address);
	const char *plus = memchr(address, '+', local);
	if (!plus || plus == address || strlen(address) >= cap)
		return false;
	const size_t base = (size_t)(plus - address);
	memcpy(out, address, base);
	memcpy(out + base, address + local, strlen(address + local) + 1);
	*ext_r = plus;
	*ext_len_r = local - base;
	return true;
}

/* valid_mailhost_literal: `[192.0.2.1]` or `[IPv6:2001:db8::1]`. */
static bool
read_literal(const char *domain, bool *is_own_r)
{
	static const uint8_t own4[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
		0xff, 127, 0, 0, 1 };
	static const uint8_t own6[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 1 };
	char text[64];
	uint8_t ip[16];
	const size_t len = strlen(domain);
	if (len < 3 || !str_copy_n(text, sizeof(text), domain + 1, len - 2))
		return false;
	const bool is_v6 = strncasecmp(text, "ipv6:", 5) == 0;
	const char *bare = is_v6 ? text + 5 : text;
	if ((strchr(bare, ':') != NULL) != is_v6 || !ip_parse(bare, ip))
		return false;
	*is_own_r = memcmp(ip, is_v6 ? own6 : own4, sizeof(ip)) == 0;
	return true;
}

/* rewrite_tree: domain!user, user%domain, or the machine's own origin. */
static bool
complete(char *s, size_t cap, const char *origin)
{
	char *c = strchr(s, '!');
	if (c) {
		char whole[ENVELOPE_SIZE];
		*c = '\0';
		if (!str_copy(whole, sizeof(whole), s))
			return false;
		memmove(s, c + 1, strlen(c + 1) + 1);
		const size_t len = strlen(s);
		s[len] = '@';
		return str_copy(s + len + 1, cap - len - 1, whole);
	}
	c = strrchr(s, '%');
	if (c) {
		*c = '@';
		return true;
	}
	const size_t len = strlen(s);
	s[len] = '@';
	return str_copy(s + len + 1, cap - len - 1, origin);
}

/* A dot at the end of a domain goes, but not of two dots or of `@.`. */
static void
drop_dot(char *s)
{
	const size_t len = strlen(s);
	if (len > 1 && s[len - 1] == '.' && s[len - 2] != '.'
		&& s[len - 2] != '@' && strchr(s, '@'))
		s[len - 1] = '\0';
}

/* resolve_addr: strip what is this machine until a destination stands. */
static bool
resolve(struct envelope *x, const char *origin)
{
	char *s = x->address;
	for (;;) {
		char *at = strrchr(s, '@');
		if (!at) {
			if (!complete(s, sizeof(x->address), origin))
				return false;
			at = strrchr(s, '@');
		}
		drop_dot(s);
		x->domain = at + 1;
		x->is_literal = at[1] == '[';
		x->is_own = false;
		if (!x->is_literal)
			return (origin[0] == '\0' && x->is_bare && at[1] == '\0'
				       && at != s)
				|| envelope_is_host(at + 1, strlen(at + 1));
		if (!read_literal(at + 1, &x->is_own))
			return false;
		const size_t local = (size_t)(at - s);
		if (!x->is_own || local == 0
			|| (!memchr(s, '@', local) && !memchr(s, '!', local)
				&& !memchr(s, '%', local)))
			return true;
		*at = '\0';
	}
}

void
envelope_read(const char *text, const char *origin, struct envelope *out)
{
	*out = (struct envelope){ .text = text };
	out->domain = out->address;
	out->is_empty = text[0] == '\0';
	out->is_bare = strchr(text, '@') == NULL;
	if (out->is_empty)
		return;
	const char *at = strrchr(text, '@');
	out->is_bad = text[0] == '@' || (at && !str_is_ascii(at))
		|| !str_copy(out->address, sizeof(out->address), text)
		|| !resolve(out, origin) || out->address[0] == '-';
	if (out->is_bad) {
		out->address[0] = '\0';
		out->domain = out->address;
		return;
	}
	str_lower(out->address);
	const size_t first = strcspn(out->address, "@!%");
	out->is_routed = strcmp(out->address + first + 1, out->domain) != 0;
}
