/* Encodings of files, see charset.h. */
#include "base/charset.h"

#include <iconv.h>

#include "base/utf8.h"

static const char *const names[] = { "auto", "utf-8", "shift_jis" };

const char *
charset_name(enum charset set)
{
	return (unsigned)set < ARRAY_LEN(names) ? names[set] : "";
}

/* Valid but for a character that is cut at the end. */
static bool
is_utf8_head(const char *head, size_t len)
{
	uint32_t code;
	size_t step;

	for (size_t i = 0; i < len; i += step) {
		step = utf8_next(head + i, len - i, &code);
		if (step == 0)
			return len - i < 4;
	}
	return true;
}

enum charset
charset_guess(const char *head, size_t len)
{
	return is_utf8_head(head, len) ? CHARSET_UTF8 : CHARSET_SHIFT_JIS;
}

char
csv_separator_guess(const char *head, size_t len)
{
	static const char signs[] = { ',', ';', '\t' };
	size_t n[ARRAY_LEN(signs)] = { 0 }, best = 0;
	bool is_quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (head[i] == '"')
			is_quoted = !is_quoted;
		if (is_quoted)
			continue;
		if (head[i] == '\n' && (n[0] || n[1] || n[2]))
			break;
		for (size_t k = 0; k < ARRAY_LEN(signs); k++)
			n[k] += head[i] == signs[k];
	}
	for (size_t k = 1; k < ARRAY_LEN(signs); k++)
		if (n[k] > n[best])
			best = k;
	return signs[best];
}

bool
charset_check_text(const char *head, size_t len, struct err *e)
{
	static const struct {
		const char *magic;
		size_t len;
		const char *reason, *text;
	} known[] = {
		{ "PK\x03\x04", 4, "is_zip",
			"this is a zip file or a workbook (.xlsx, .ods): save "
			"the sheet as CSV and import that" },
		{ "\xff\xfe", 2, "is_utf16",
			"this is UTF-16: save it as CSV UTF-8" },
		{ "\xfe\xff", 2, "is_utf16",
			"this is UTF-16: save it as CSV UTF-8" },
		{ "\xd0\xcf\x11\xe0", 4, "is_old_excel",
			"this is an Excel workbook (.xls): save the sheet as "
			"CSV and import that" },
		{ "%PDF", 4, "is_pdf", "this is a PDF file, not a CSV file" },
		{ "\x1f\x8b", 2, "is_zip",
			"this is a compressed file: unpack it first" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (len >= known[i].len
			&& memcmp(head, known[i].magic, known[i].len) == 0)
			return err_set(e, ERR_INVALID, "file", known[i].reason,
				NULL, "%s", known[i].text);
	if (memchr(head, '\0', len))
		return err_set(e, ERR_INVALID, "file", "has_nul", NULL,
			"this is not a text file: it holds NUL bytes");
	return true;
}

static const char *
convert(const char *text, size_t len, struct arena *a)
{
	iconv_t cd = iconv_open("UTF-8", "CP932");
	size_t cap = 3 * len + 1, left = cap - 1;
	char *out, *to, *from = (char *)(uintptr_t)text;

	if (cd == (iconv_t)-1)
		return NULL;
	to = out = arena_alloc(a, cap);
	if (out
		&& (iconv(cd, &from, &len, &to, &left) == (size_t)-1
			|| iconv(cd, NULL, NULL, &to, &left) == (size_t)-1))
		out = NULL;
	(void)iconv_close(cd);
	if (out)
		*to = '\0';
	return out;
}

const char *
charset_to_utf8(enum charset set, const char *text, size_t len, struct arena *a)
{
	bool is_ascii = true;

	for (size_t i = 0; is_ascii && i < len; i++)
		is_ascii = (unsigned char)text[i] < 0x80;
	if (is_ascii)
		return text;
	if (set == CHARSET_SHIFT_JIS)
		return convert(text, len, a);
	return utf8_is_valid(text, len) ? text : NULL;
}

void
charset_warm(void)
{
	iconv_t cd = iconv_open("UTF-8", "CP932");

	if (cd != (iconv_t)-1)
		(void)iconv_close(cd);
}
