/*
 * What an import reads a file with: sizes, encodings, separators, and a reader
 * that begins behind a row.
 */
#include "base/charset.h"
#include "base/csv.h"
#include "base/size.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
	const char *in;
	int64_t bytes; /* -1: refused */
	bool has_unit;
} sizes[] = {
	{ "0", 0, true },
	{ "none", 0, true },
	{ "Unlimited", 0, true },
	{ "無制限", 0, true },
	{ "500M", 500LL << 20, true },
	{ "500 mb", 500LL << 20, true },
	{ "2GiB", 2LL << 30, true },
	{ "1.5G", 3LL << 29, true },
	{ "77B", 77, true },
	{ "１Ｇ", 1LL << 30, true },
	{ "1073741824", 1LL << 30, false },
	{ "0.5", -1, false },
	{ "G", -1, false },
	{ "1GG", -1, false },
	{ "-1G", -1, false },
	{ "9999999999T", -1, false },
	{ "99999999999999999999", -1, false },
	{ "", -1, false },
};

static void
sizes_as_people_write_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct err e = ERR_EMPTY;
		bool has_unit = false;
		int64_t bytes = -1;
		bool ok = size_parse(sizes[i].in, &bytes, &has_unit, &e);

		if (ok != (sizes[i].bytes >= 0)
			|| (ok
				&& (bytes != sizes[i].bytes
					|| has_unit != sizes[i].has_unit)))
			fail_msg("%s: %lld", sizes[i].in, (long long)bytes);
	}
}

static void
encodings(void **state)
{
	/* 表 (0x95 0x5c): its second byte is a backslash. */
	static const char sjis[] = "\x95\x5c,x";
	struct arena *a = arena_new(1 << 20);

	(void)state;
	assert_non_null(a);
	assert_int_equal(charset_guess("表,x", strlen("表,x")), CHARSET_UTF8);
	/* A character that the head cuts is no other encoding. */
	assert_int_equal(charset_guess("表", 2), CHARSET_UTF8);
	assert_int_equal(
		charset_guess(sjis, sizeof(sjis) - 1), CHARSET_SHIFT_JIS);
	assert_string_equal(
		charset_to_utf8(CHARSET_SHIFT_JIS, sjis, 2, a), "表");
	assert_null(charset_to_utf8(CHARSET_UTF8, sjis, 2, a));
	assert_null(charset_to_utf8(CHARSET_SHIFT_JIS, "\x95", 1, a));
	arena_free(&a);
}

static void
separators(void **state)
{
	static const struct {
		const char *in;
		char is;
	} cases[] = {
		{ "a,b;c,d", ',' },
		{ "a;b;c,d", ';' },
		{ "\"a,b,c,d\";x;y", ';' },
		{ "a\tb\tc", '\t' },
		{ "\n\na;b", ';' },
		{ "alone", ',' },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
			csv_separator_guess(cases[i].in, strlen(cases[i].in)),
			cases[i].is);
}

static void
no_text(void **state)
{
	static const struct {
		const char *in;
		size_t len;
		const char *reason;
	} cases[] = {
		{ "PK\x03\x04", 4, "is_zip" },
		{ "\xff\xfe", 2, "is_utf16" },
		{ "\xd0\xcf\x11\xe0", 4, "is_old_excel" },
		{ "a\0b", 3, "has_nul" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_EMPTY;

		assert_false(charset_check_text(cases[i].in, cases[i].len, &e));
		assert_string_equal(e.item[0].reason, cases[i].reason);
	}
}

static void
a_reader_begins_behind_a_row(void **state)
{
	static const char text[] = "a,\"b\nc\"\n\nd\n\xef\xbb\xbf"
				   "e\n";
	struct arena *a = arena_new(1 << 20);
	const char *at = text;
	size_t len = sizeof(text) - 1;
	uint64_t line = 1;
	static const uint64_t lines[] = { 1, 4, 5 };

	(void)state;
	assert_non_null(a);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct csv *c = csv_new(a, 1024, ',');
		struct err e = ERR_EMPTY;
		struct csv_row row;

		assert_non_null(c);
		csv_resume(c, line);
		assert_int_equal(
			csv_read(c, &at, &len, true, &row, &e), CSV_ROW);
		assert_int_equal(row.line, lines[i]);
		line = csv_line(c);
	}
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_as_people_write_them),
		cmocka_unit_test(encodings),
		cmocka_unit_test(separators),
		cmocka_unit_test(no_text),
		cmocka_unit_test(a_reader_begins_behind_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
