/*
 * Writers named for their context. Each cuts the text back to where it was
 * when it refuses, so that a caller can go on without it.
 */
#include "base/text.h"

#include "base/utf8.h"

static const char hex_digits[] = "0123456789abcdef";

/* Take back what was added since `before`; an overflow stays known. */
static bool
take_back(struct str *out, size_t before)
{
	const bool had_overflow = out->has_overflowed;

	str_cut(out, before);
	out->has_overflowed = had_overflow;
	return false;
}

/* Bytes that stand in a JSON string as they are. */
static inline bool
is_json_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<';
}

/* As many as there are of them at the start. */
static size_t
json_plain_len(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_json_plain((unsigned char)s[n]))
		n++;
	return n;
}

static void
add_unicode_escape(struct str *out, uint32_t code)
{
	const char text[6] = { '\\', 'u', hex_digits[code >> 12 & 15],
		hex_digits[code >> 8 & 15], hex_digits[code >> 4 & 15],
		hex_digits[code & 15] };

	str_add_n(out, text, sizeof(text));
}

static void
add_json_char(struct str *out, uint32_t code, const char *s, size_t n)
{
	static const char letters[] = "\b\f\n\r\t\"\\";
	static const char names[] = "bfnrt\"\\";
	const char *found =
		code && code < 0x80 ? strchr(letters, (int)code) : NULL;

	if (found) {
		str_add_char(out, '\\');
		str_add_char(out, names[found - letters]);
	} else if (code < 0x20 || code == 0x7f || code == '<' || code == 0x2028
		|| code == 0x2029) {
		add_unicode_escape(out, code);
	} else {
		str_add_n(out, s, n);
	}
}

bool
text_json_n(struct str *out, const char *s, size_t len)
{
	const size_t before = out->len;
	size_t i = 0;
	uint32_t code;

	str_add_char(out, '"');
	while (i < len) {
		size_t n = json_plain_len(s + i, len - i);

		if (n > 0) {
			str_add_n(out, s + i, n);
			i += n;
			continue;
		}
		n = utf8_next(s + i, len - i, &code);
		if (n == 0)
			return take_back(out, before);
		add_json_char(out, code, s + i, n);
		i += n;
	}
	if (!str_add_char(out, '"'))
		return take_back(out, before);
	return true;
}

bool
text_json(struct str *out, const char *s)
{
	return text_json_n(out, s, strlen(s));
}

bool
text_map_key(struct str *out, const char *key)
{
	const size_t len = strlen(key);

	if (len == 0 || len > TEXT_MAP_KEY_MAX || key[0] == '#'
		|| key[0] == '*')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (key[i] <= 0x20 || key[i] >= 0x7f || key[i] == '"'
			|| key[i] == '\\')
			return false;
	}
	return str_add_n(out, key, len);
}

bool
text_map_value(struct str *out, const char *value)
{
	const size_t len = strlen(value);

	if (len == 0 || len > TEXT_MAP_VALUE_MAX || value[0] == ' '
		|| value[len - 1] == ' ')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (value[i] < 0x20 || value[i] >= 0x7f)
			return false;
	}
	return str_add_n(out, value, len);
}

bool
text_map_line(struct str *out, const char *key, const char *value)
{
	const size_t before = out->len;

	if (!text_map_key(out, key))
		return take_back(out, before);
	str_add_char(out, ' ');
	if (!text_map_value(out, value) || !str_add_char(out, '\n'))
		return take_back(out, before);
	return true;
}

/* Can the value stand in a logfmt line without quotes? */
static bool
is_log_plain(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)s[i];

		if (c <= 0x20 || c >= 0x7f || c == '"' || c == '=' || c == '\\')
			return false;
	}
	return len > 0;
}

static void
add_log_byte(struct str *out, unsigned char c)
{
	static const char letters[] = "\n\r\t\"\\";
	static const char names[] = "nrt\"\\";
	const char *found = c ? strchr(letters, c) : NULL;

	str_add_char(out, '\\');
	if (found) {
		str_add_char(out, names[found - letters]);
		return;
	}
	str_add_char(out, 'x');
	str_add_char(out, hex_digits[c >> 4]);
	str_add_char(out, hex_digits[c & 15]);
}

bool
text_log_n(struct str *out, const char *s, size_t len)
{
	const size_t before = out->len;
	uint32_t code;

	if (is_log_plain(s, len))
		return str_add_n(out, s, len);
	str_add_char(out, '"');
	for (size_t i = 0; i < len;) {
		const size_t n = utf8_next(s + i, len - i, &code);

		if (n == 0 || utf8_is_hidden(code) || code == '"'
			|| code == '\\') {
			for (size_t k = 0; k < (n ? n : 1); k++)
				add_log_byte(out, (unsigned char)s[i + k]);
		} else {
			str_add_n(out, s + i, n);
		}
		i += n ? n : 1;
	}
	if (!str_add_char(out, '"'))
		return take_back(out, before);
	return true;
}

bool
text_log(struct str *out, const char *s)
{
	return text_log_n(out, s, strlen(s));
}

static bool
is_formula_start(char c)
{
	return c && strchr("=+-@\t\r", c);
}

bool
text_is_formula(const char *cell)
{
	return is_formula_start(cell[0]);
}

static bool
add_csv_cell(struct str *out, const char *cell, bool is_guarded)
{
	const size_t before = out->len, len = strlen(cell);
	bool is_quoted = len > 0 && (cell[0] == ' ' || cell[len - 1] == ' ');
	uint32_t code;

	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_next(cell + i, len - i, &code);
		if (n == 0
			|| (utf8_is_hidden(code)
				&& !strchr("\t\r\n", (int)code)))
			return false;
		if (code < 0x80 && strchr(",;\t\"\r\n", (int)code))
			is_quoted = true;
	}
	if (is_quoted)
		str_add_char(out, '"');
	if (is_guarded)
		str_add_char(out, '\'');
	for (size_t i = 0; i < len; i++) {
		if (cell[i] == '"')
			str_add_char(out, '"');
		str_add_char(out, cell[i]);
	}
	if (is_quoted)
		str_add_char(out, '"');
	return str_is_ok(out) || take_back(out, before);
}

bool
text_csv(struct str *out, const char *cell)
{
	return !text_is_formula(cell) && add_csv_cell(out, cell, false);
}

bool
text_csv_guarded(struct str *out, const char *cell)
{
	const bool is_guarded = text_is_formula(cell)
		|| (cell[0] == '\''
			&& (is_formula_start(cell[1]) || cell[1] == '\''));

	return add_csv_cell(out, cell, is_guarded);
}

bool
text_url(struct str *out, const char *s)
{
	const size_t before = out->len;

	for (; *s; s++) {
		const unsigned char c = (unsigned char)*s;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
			|| (c >= '0' && c <= '9') || strchr("-._~", (int)c)) {
			str_add_char(out, *s);
			continue;
		}
		str_add_char(out, '%');
		str_add_char(out, "0123456789ABCDEF"[c >> 4]);
		str_add_char(out, "0123456789ABCDEF"[c & 15]);
	}
	return str_is_ok(out) || take_back(out, before);
}

static const char *
html_reference(uint32_t code)
{
	switch (code) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

bool
text_html(struct str *out, const char *s)
{
	const size_t before = out->len, len = strlen(s);
	uint32_t code;

	for (size_t i = 0, n; i < len; i += n) {
		const char *reference;

		n = utf8_next(s + i, len - i, &code);
		if (n == 0
			|| (code != '\t' && code != '\n'
				&& (code < 0x20 || code == 0x7f)))
			return take_back(out, before);
		reference = html_reference(code);
		if (!(reference ? str_add(out, reference)
				: str_add_n(out, s + i, n)))
			return take_back(out, before);
	}
	return true;
}
