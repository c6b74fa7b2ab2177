/*
 * The strict scan that every JSON text passes before json-c sees it. It
 * builds nothing and calls itself at most `depth` levels deep.
 */
#include "base/json.h"

#include "base/str.h"
#include "base/utf8.h"

#define DEPTH_CEILING 32

const struct json_limits json_limits_request = {
	.bytes = 1048576,
	.depth = 8,
};

struct key {
	const char *text;
	size_t len;
};

struct scan {
	const char *start, *p, *end;
	unsigned depth_left;
	struct key last; /* whose value is being read */
	struct err *e;
};

static bool scan_value(struct scan *s);

static bool
bad(struct scan *s, const char *reason, const char *text)
{
	(void)err_set(s->e, ERR_SYNTAX, NULL, reason, NULL,
		"%s at byte %zu of the JSON text", text,
		(size_t)(s->p - s->start) + 1);
	return false;
}

/* A number that is none of ours, blamed on the key it stands behind. */
static bool
bad_number(struct scan *s, const char *reason, const char *text)
{
	char name[64];

	if (!str_copy_n(name, sizeof(name), s->last.len ? s->last.text : "",
		    s->last.len < 60 ? s->last.len : 60))
		name[0] = '\0';
	return err_set(s->e, ERR_INVALID, name, reason, NULL,
		"%s at byte %zu of the JSON text", text,
		(size_t)(s->p - s->start) + 1);
}

static bool
bad_key(struct scan *s, const struct key *key, const char *reason,
	const char *text)
{
	char name[64];

	if (!str_copy_n(name, sizeof(name), key->text,
		    key->len < 60 ? key->len : 60))
		name[0] = '\0';
	return err_set(s->e, ERR_INVALID, name, reason, name, "%s", text);
}

static void
skip_blanks(struct scan *s)
{
	while (s->p < s->end
		&& (*s->p == ' ' || *s->p == '\t' || *s->p == '\n'
			|| *s->p == '\r'))
		s->p++;
}

static bool
is_at(const struct scan *s, char c)
{
	return s->p < s->end && *s->p == c;
}

/* Four hex digits at `p`; -1 when there are not. */
static int
hex4(const char *p, const char *end)
{
	int value = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		const char c = char_lower(p[i]);

		if (c >= '0' && c <= '9')
			value = value * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (c - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* Behind the backslash. Surrogates come in pairs, high before low. */
static bool
scan_escape(struct scan *s)
{
	int unit;

	if (s->p >= s->end)
		return bad(s, "bad_json", "an unclosed string");
	if (strchr("\"\\/bfnrt", *s->p) && *s->p) {
		s->p++;
		return true;
	}
	if (*s->p != 'u')
		return bad(s, "bad_json", "an unknown escape");
	unit = hex4(s->p + 1, s->end);
	if (unit < 0)
		return bad(s, "bad_json", "an escape without four hex digits");
	s->p += 5;
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return bad(s, "bad_utf8", "half of a surrogate pair");
	if (unit < 0xd800 || unit > 0xdbff)
		return true;
	if (s->end - s->p < 6 || s->p[0] != '\\' || s->p[1] != 'u')
		return bad(s, "bad_utf8", "half of a surrogate pair");
	unit = hex4(s->p + 2, s->end);
	if (unit < 0xdc00 || unit > 0xdfff)
		return bad(s, "bad_utf8", "half of a surrogate pair");
	s->p += 6;
	return true;
}

/* At the opening quote; `inside` gets what stands between the quotes. */
static bool
scan_string(struct scan *s, struct key *inside)
{
	uint32_t code;

	if (!is_at(s, '"'))
		return bad(s, "bad_json", "a string is missing");
	inside->text = ++s->p;
	while (s->p < s->end) {
		const char c = *s->p;
		size_t n;

		if (c == '"') {
			inside->len = (size_t)(s->p++ - inside->text);
			return true;
		}
		if ((unsigned char)c < 0x20)
			return bad(s, c ? "bad_json" : "nul_byte",
				"a control character in a string");
		if (c == '\\') {
			s->p++;
			if (!scan_escape(s))
				return false;
			continue;
		}
		n = utf8_next(s->p, (size_t)(s->end - s->p), &code);
		if (n == 0)
			return bad(s, "bad_utf8", "bytes that are not UTF-8");
		s->p += n;
	}
	return bad(s, "bad_json", "an unclosed string");
}

/* A whole number in the range of int64; its end is checked by the caller. */
static bool
scan_number(struct scan *s)
{
	char digits[24];
	const char *p = s->p;
	int64_t value;

	if (p < s->end && *p == '-')
		p++;
	if (p >= s->end || !char_is_digit(*p))
		return bad(s, "bad_json", "a value is missing");
	while (p < s->end && char_is_digit(*p))
		p++;
	if (p < s->end && (*p == '.' || *p == 'e' || *p == 'E'))
		return bad_number(
			s, "not_integer", "a number that is not whole");
	if (p - s->p > 1
		&& (s->p[0] == '0' || (s->p[0] == '-' && s->p[1] == '0')))
		return bad(s, "bad_json", "a number with a leading zero");
	if (!str_copy_n(digits, sizeof(digits), s->p, (size_t)(p - s->p))
		|| !str_to_i64(digits, INT64_MIN, INT64_MAX, &value))
		return bad_number(s, "out_of_range", "a number out of range");
	s->p = p;
	return true;
}

static bool
scan_word(struct scan *s, const char *word)
{
	const size_t len = strlen(word);

	if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
		return bad(s, "bad_json", "an unknown word");
	s->p += len;
	return true;
}

/* A new key of an object is plain and not one of those before. */
static bool
check_key(struct scan *s, const struct key *keys, size_t n)
{
	const struct key *key = &keys[n];

	if (memchr(key->text, '\\', key->len))
		return bad_key(s, key, "bad_key", "a key has no escapes");
	for (size_t i = 0; i < n; i++) {
		if (keys[i].len == key->len
			&& memcmp(keys[i].text, key->text, key->len) == 0)
			return bad_key(s, key, "duplicate_key",
				"the key stands twice in one object");
	}
	return true;
}

static bool
scan_object(struct scan *s)
{
	struct key keys[JSON_MAX_KEYS];
	size_t n = 0;

	s->p++;
	skip_blanks(s);
	if (is_at(s, '}')) {
		s->p++;
		return true;
	}
	for (;; n++) {
		if (n == JSON_MAX_KEYS)
			return err_set(s->e, ERR_INVALID, NULL, "too_many_keys",
				NULL, "an object has too many keys");
		skip_blanks(s);
		if (!scan_string(s, &keys[n]) || !check_key(s, keys, n))
			return false;
		skip_blanks(s);
		if (!is_at(s, ':'))
			return bad(s, "bad_json", "a colon is missing");
		s->p++;
		s->last = keys[n];
		if (!scan_value(s))
			return false;
		skip_blanks(s);
		if (is_at(s, '}')) {
			s->p++;
			return true;
		}
		if (!is_at(s, ','))
			return bad(s, "bad_json", "a comma is missing");
		s->p++;
	}
}

static bool
scan_array(struct scan *s)
{
	s->p++;
	skip_blanks(s);
	if (is_at(s, ']')) {
		s->p++;
		return true;
	}
	for (;;) {
		if (!scan_value(s))
			return false;
		skip_blanks(s);
		if (is_at(s, ']')) {
			s->p++;
			return true;
		}
		if (!is_at(s, ','))
			return bad(s, "bad_json", "a comma is missing");
		s->p++;
	}
}

static bool
scan_nested(struct scan *s, bool (*scan)(struct scan *s))
{
	bool is_good;

	if (s->depth_left == 0)
		return bad(s, "too_deep", "too many levels");
	s->depth_left--;
	is_good = scan(s);
	s->depth_left++;
	return is_good;
}

static bool
scan_value(struct scan *s)
{
	struct key inside;

	skip_blanks(s);
	if (s->p >= s->end)
		return bad(s, "bad_json", "a value is missing");
	switch (*s->p) {
	case '{':
		return scan_nested(s, scan_object);
	case '[':
		return scan_nested(s, scan_array);
	case '"':
		return scan_string(s, &inside);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	case '\0':
		return bad(s, "nul_byte", "a NUL byte");
	default:
		return scan_number(s);
	}
}

bool
json_scan(const char *text, size_t len, const struct json_limits *limits,
	struct err *e)
{
	struct scan s = { .start = text,
		.p = text,
		.end = text + len,
		.depth_left = limits->depth < DEPTH_CEILING ? limits->depth
							    : DEPTH_CEILING,
		.e = e };

	if (len > limits->bytes)
		return err_set(e, ERR_TOO_LARGE, NULL, "too_large", NULL,
			"the JSON text has more than %zu bytes", limits->bytes);
	skip_blanks(&s);
	if (s.p == s.end)
		return err_set(e, ERR_SYNTAX, NULL, "empty", NULL,
			"the JSON text is empty");
	if (!scan_value(&s))
		return false;
	skip_blanks(&s);
	if (s.p < s.end)
		return bad(&s, "trailing_data", "something behind the value");
	return true;
}
