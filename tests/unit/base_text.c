/*
 * Bounded text, its writers, the arena and the error object.
 */
#include "base/arena.h"
#include "base/csv.h"
#include "base/err.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/text.h"
#include "base/timeutil.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
an_append_is_whole_or_nothing(void **state)
{
	char buf[8];
	struct str s = STR_FIXED(buf);

	(void)state;
	assert_true(str_add(&s, "abc"));
	assert_true(str_add(&s, "defg"));
	assert_false(str_add(&s, "h"));
	assert_string_equal(str_text(&s), "abcdefg");
	assert_false(str_is_ok(&s));
	str_cut(&s, 3);
	assert_true(str_is_ok(&s));
	assert_false(str_addf(&s, "%d", 123456));
	assert_string_equal(str_text(&s), "abc");
	str_reset(&s);
	assert_true(str_addf(&s, "%d", 12));
	assert_true(str_add_i64(&s, -34));
	assert_false(str_add_i64(&s, -345));
	assert_string_equal(str_text(&s), "12-34");
}

static void
an_overflow_is_remembered(void **state)
{
	char buf[4];
	struct str s = STR_FIXED(buf);

	(void)state;
	assert_false(str_add(&s, "abcd"));
	assert_false(str_add(&s, "a"));
	assert_string_equal(str_text(&s), "");
}

static void
grows_in_an_arena_up_to_its_limit(void **state)
{
	struct arena *a = arena_new(100000);
	struct str s = str_in(a, 5000);

	(void)state;
	assert_string_equal(str_text(&s), "");
	for (int i = 0; i < 5000; i++)
		assert_true(str_add_char(&s, 'x'));
	assert_false(str_add_char(&s, 'x'));
	assert_int_equal(s.len, 5000);
	arena_free(&a);
}

static void
an_arena_that_is_full_is_an_overflow(void **state)
{
	struct arena *a = arena_new(2000);
	struct str s = str_in(a, 1000000);

	(void)state;
	while (str_add(&s, "0123456789"))
		continue;
	assert_false(str_is_ok(&s));
	assert_int_equal(strlen(str_text(&s)), s.len);
	arena_free(&a);
}

static void
writes_the_extremes_of_numbers(void **state)
{
	char buf[64];
	struct str s = STR_FIXED(buf);

	(void)state;
	assert_true(str_add_i64(&s, INT64_MIN));
	assert_string_equal(buf, "-9223372036854775808");
	str_reset(&s);
	assert_true(str_add_u64(&s, UINT64_MAX));
	assert_string_equal(buf, "18446744073709551615");
	str_reset(&s);
	assert_true(str_add_i64(&s, 0));
	assert_string_equal(buf, "0");
}

static void
reads_numbers_strictly(void **state)
{
	static const struct {
		const char *in;
		bool ok;
		int64_t value;
	} cases[] = {
		{ "0", true, 0 },
		{ "7", true, 7 },
		{ "-7", true, -7 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "-0", false, 0 },
		{ "+1", false, 0 },
		{ "01", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "0x10", false, 0 },
		{ "1e3", false, 0 },
	};
	int64_t value;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(
			str_to_i64(cases[i].in, INT64_MIN, INT64_MAX, &value),
			cases[i].ok);
		assert_true(value == cases[i].value);
	}
	assert_false(str_to_i64("11", 0, 10, &value));
	assert_false(str_to_i64("-1", 0, 10, &value));
}

static void
copies_only_what_fits(void **state)
{
	char out[4];

	(void)state;
	assert_true(str_copy(out, sizeof(out), "abc"));
	assert_string_equal(out, "abc");
	assert_false(str_copy(out, sizeof(out), "abcd"));
	assert_string_equal(out, "");
}

typedef bool writer(struct str *out, const char *s);

static const struct {
	const char *name;
	writer *write;
	const char *in, *out;
} writers[] = {
	{ "JSON", text_json, "taro", "\"taro\"" },
	{ "JSON escapes", text_json, "a\"b\\c\n\t\x01",
		"\"a\\\"b\\\\c\\n\\t\\u0001\"" },
	{ "JSON keeps UTF-8", text_json, "日本", "\"日本\"" },
	{ "JSON in a script element", text_json, "</script>",
		"\"\\u003c/script>\"" },
	{ "JSON line separator", text_json, "\xe2\x80\xa8", "\"\\u2028\"" },
	{ "JSON refuses bad UTF-8", text_json, "a\xff", NULL },
	{ "a map key", text_map_key, "taro@example.org", "taro@example.org" },
	{ "a map key with a blank", text_map_key, "a b", NULL },
	{ "a map key with a line feed", text_map_key, "a\nb", NULL },
	{ "a map key with a tab", text_map_key, "a\tb", NULL },
	{ "a map key in quotes", text_map_key, "\"a\"", NULL },
	{ "a map key like a comment", text_map_key, "#a", NULL },
	{ "a map key that matches all", text_map_key, "*", NULL },
	{ "a map key in UTF-8", text_map_key, "ü@example.org", NULL },
	{ "an empty map key", text_map_key, "", NULL },
	{ "a hash inside a key", text_map_key, "a#b@x.y", "a#b@x.y" },
	{ "a map value", text_map_value, "a@b.c, d@e.f", "a@b.c, d@e.f" },
	{ "a map value with a line feed", text_map_value, "a\nb", NULL },
	{ "a map value with a blank before", text_map_value, " a", NULL },
	{ "a map value with a blank behind", text_map_value, "a ", NULL },
	{ "an empty map value", text_map_value, "", NULL },
	{ "a map value in UTF-8", text_map_value, "ü", NULL },
	{ "a plain log value", text_log, "a-b/c:1", "a-b/c:1" },
	{ "a log value with blanks", text_log, "a b", "\"a b\"" },
	{ "an empty log value", text_log, "", "\"\"" },
	{ "a log value with a line feed", text_log, "a\nlevel=error",
		"\"a\\nlevel=error\"" },
	{ "a log value with quotes", text_log, "a\"b\\", "\"a\\\"b\\\\\"" },
	{ "a log value that is no UTF-8", text_log, "a\xff", "\"a\\xff\"" },
	{ "a log value with an escape", text_log, "\x1b[31m", "\"\\x1b[31m\"" },
	{ "a log value in UTF-8", text_log, "太郎", "\"太郎\"" },
	{ "a CSV cell", text_csv, "taro", "taro" },
	{ "a CSV cell with a comma", text_csv, "a,b", "\"a,b\"" },
	{ "a CSV cell with a quote", text_csv, "a\"b", "\"a\"\"b\"" },
	{ "a CSV cell with a line feed", text_csv, "a\nb", "\"a\nb\"" },
	{ "a CSV formula", text_csv, "=1+1", NULL },
	{ "a CSV formula of a plus", text_csv, "+1", NULL },
	{ "a CSV formula of a minus", text_csv, "-1", NULL },
	{ "a CSV formula of an at sign", text_csv, "@example.org", NULL },
	{ "a CSV formula of a tab", text_csv, "\t=1", NULL },
	{ "a guarded formula", text_csv_guarded, "@example.org",
		"'@example.org" },
	{ "a guarded formula with a comma", text_csv_guarded, "=a,b",
		"\"'=a,b\"" },
	{ "a guarded apostrophe", text_csv_guarded, "'=a", "''=a" },
	{ "a plain apostrophe", text_csv_guarded, "'a", "'a" },
	{ "a CSV cell with a control", text_csv, "a\x01", NULL },
	{ "a CSV cell that is no UTF-8", text_csv, "\xff", NULL },
	{ "a URL part", text_url, "a b/ü", "a%20b%2F%C3%BC" },
};

static void
writers_escape_or_refuse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
		char buf[128];
		struct str s = STR_FIXED(buf);

		print_message("%s\n", writers[i].name);
		str_add(&s, "x");
		if (writers[i].out) {
			assert_true(writers[i].write(&s, writers[i].in));
			assert_string_equal(buf + 1, writers[i].out);
		} else {
			assert_false(writers[i].write(&s, writers[i].in));
			assert_string_equal(buf, "x");
			assert_true(str_is_ok(&s));
		}
	}
}

static void
writers_leave_nothing_when_it_does_not_fit(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
		char buf[128];

		if (!writers[i].out)
			continue;
		for (size_t size = 2; size < strlen(writers[i].out) + 2;
			size++) {
			struct str s = str_over(buf, size);

			str_add(&s, "x");
			assert_false(writers[i].write(&s, writers[i].in));
			assert_string_equal(buf, "x");
			assert_false(str_is_ok(&s));
		}
	}
}

static void
guards_come_off_again(void **state)
{
	static const char *const cells[] = { "=1", "@a", "'=1", "''", "'", "'a",
		"a", "", "''=x", "-" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		char buf[32];
		struct str s = STR_FIXED(buf);

		assert_true(text_csv_guarded(&s, cells[i]));
		assert_false(text_is_formula(buf));
		assert_string_equal(csv_unguard(buf), cells[i]);
	}
}

static void
a_map_line_is_whole_or_nothing(void **state)
{
	char buf[64];
	struct str s = STR_FIXED(buf);

	(void)state;
	assert_true(text_map_line(&s, "a@b.c", "x y"));
	assert_string_equal(buf, "a@b.c x y\n");
	assert_false(text_map_line(&s, "a b", "x"));
	assert_false(text_map_line(&s, "a", "x\ny"));
	assert_string_equal(buf, "a@b.c x y\n");
}

static void
writes_json_with_commas_in_place(void **state)
{
	struct arena *a = arena_new(65536);
	struct err e = ERR_EMPTY;
	struct str s = str_in(a, 10000);
	struct jsonw w = jsonw_over(&s);

	(void)state;
	jsonw_object(&w, NULL);
	jsonw_int(&w, "id", -5);
	jsonw_uint(&w, "big", UINT64_MAX);
	jsonw_str(&w, "name", "a\"b");
	jsonw_str(&w, "none", NULL);
	jsonw_bool(&w, "yes", true);
	jsonw_time(&w, "at", 1000000);
	jsonw_time(&w, "never", TIME_NONE);
	jsonw_raw(&w, "raw", "{\"a\":1}");
	jsonw_array(&w, "list");
	jsonw_str(&w, NULL, "a");
	jsonw_object(&w, NULL);
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_array(&w, "empty");
	jsonw_end(&w);
	assert_false(jsonw_done(&w, &e));
	err_clear(&e);
	jsonw_end(&w);
	assert_true(jsonw_done(&w, &e));
	assert_string_equal(str_text(&s),
		"{\"id\":-5,\"big\":18446744073709551615,\"name\":\"a\\\"b\","
		"\"none\":null,\"yes\":true,\"at\":\"1970-01-01T00:00:01Z\","
		"\"never\":null,\"raw\":{\"a\":1},\"list\":[\"a\",{}],"
		"\"empty\":[]}");
	arena_free(&a);
}

static void
a_reply_that_fails_says_why(void **state)
{
	char buf[64];
	struct str s = STR_FIXED(buf);
	struct jsonw w = jsonw_over(&s);
	struct err e = ERR_EMPTY;

	(void)state;
	jsonw_str(&w, NULL, "a\xff");
	assert_false(jsonw_done(&w, &e));
	assert_int_equal(e.code, ERR_INTERNAL);
	err_clear(&e);
	s = STR_FIXED(buf);
	w = jsonw_over(&s);
	for (int i = 0; i < 100; i++)
		jsonw_int(&w, NULL, i);
	assert_false(jsonw_done(&w, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	err_clear(&e);
	s = STR_FIXED(buf);
	w = jsonw_over(&s);
	for (int i = 0; i <= JSONW_DEPTH; i++)
		jsonw_array(&w, NULL);
	assert_false(jsonw_done(&w, &e));
	assert_int_equal(e.code, ERR_INTERNAL);
	err_clear(&e);
	s = STR_FIXED(buf);
	w = jsonw_over(&s);
	jsonw_end(&w);
	assert_false(jsonw_done(&w, &e));
}

static void
a_problem_document_shows_no_private_text(void **state)
{
	struct arena *a = arena_new(65536);
	struct err e = ERR_EMPTY, none = ERR_EMPTY;
	struct str s = str_in(a, 10000);
	struct jsonw w = jsonw_over(&s);

	(void)state;
	err_set(&e, ERR_INTERNAL, NULL, "file", "/secret", "cannot open");
	jsonw_problem(&w, &e, "r1");
	assert_true(jsonw_done(&w, &none));
	assert_null(strstr(str_text(&s), "secret"));
	assert_null(strstr(str_text(&s), "cannot"));
	assert_non_null(strstr(str_text(&s), "\"status\":500"));
	str_reset(&s);
	err_clear(&e);
	err_set(&e, ERR_INVALID, "name", "required", "", "missing");
	w = jsonw_over(&s);
	jsonw_problem(&w, &e, "r1");
	assert_string_equal(str_text(&s),
		"{\"type\":\"about:blank\",\"title\":\"A value is not valid\","
		"\"status\":422,\"code\":\"invalid\",\"detail\":\"missing\","
		"\"request_id\":\"r1\",\"errors\":[{\"field\":\"name\","
		"\"reason\":\"required\",\"subject\":\"\","
		"\"text\":\"missing\"}]}");
	arena_free(&a);
}

static void
the_first_error_wins(void **state)
{
	struct err e = ERR_EMPTY, other = ERR_EMPTY;

	(void)state;
	assert_false(err_set(&e, ERR_INVALID, "a", "r", "s", "one"));
	assert_false(err_set(&e, ERR_INTERNAL, "b", "r", "s", "two"));
	assert_int_equal(e.code, ERR_INVALID);
	assert_int_equal(e.n, 1);
	assert_false(err_add(&e, ERR_INVALID, "c", "r", "s", "three"));
	assert_false(err_add(&e, ERR_LIMIT, "d", "r", "s", "four"));
	assert_int_equal(e.n, 2);
	assert_string_equal(err_text(&e), "one");
	assert_true(err_merge(&e, &other, "x"));
	err_set(&other, ERR_INVALID, "y", "r", "s", "five");
	assert_false(err_merge(&e, &other, "x"));
	assert_int_equal(e.n, 3);
	assert_string_equal(e.item[2].field, "x");
	assert_false(err_set(NULL, ERR_INVALID, "a", "r", "s", "one"));
}

static void
error_texts_are_safe_and_cut_at_a_character(void **state)
{
	struct err e = ERR_EMPTY;
	char many[600] = "";

	(void)state;
	err_set(&e, ERR_INVALID, "f", "r", "a\nb\xff", "x\x1b");
	assert_string_equal(e.item[0].subject, "a\\x0ab\\xff");
	assert_string_equal(e.item[0].text, "x\\x1b");
	for (size_t i = 0; i < 190; i++)
		memcpy(many + 3 * i, "日", 4);
	err_clear(&e);
	err_set(&e, ERR_INVALID, "f", "r", many, "%s", many);
	assert_true(
		utf8_is_valid(e.item[0].subject, strlen(e.item[0].subject)));
	assert_int_equal(strlen(e.item[0].subject), 321);
	assert_int_equal(strlen(e.item[0].text), 255);
}

static void
every_code_has_a_status(void **state)
{
	(void)state;
	for (int i = 1; i < ERR_CODES; i++) {
		const enum err_code code = (enum err_code)i;

		assert_true(err_http_status(code) >= 400);
		assert_true(err_exit_code(code) > 0);
		assert_true(err_name(code)[0] != '\0');
		for (int k = 1; k < i; k++)
			assert_string_not_equal(
				err_name(code), err_name((enum err_code)k));
	}
	assert_int_equal(err_http_status((enum err_code)999), 500);
}

static void
an_arena_keeps_its_ceiling(void **state)
{
	struct arena *a = arena_new(50000);
	char *p;

	(void)state;
	assert_null(arena_alloc(a, 60000));
	assert_null(arena_alloc(a, SIZE_MAX));
	assert_null(arena_array(a, SIZE_MAX / 2, 4));
	for (int i = 0; i < 10000 && arena_alloc(a, 100); i++)
		continue;
	assert_true(arena_used(a) <= 50000);
	arena_reset(a);
	p = arena_alloc(a, 100);
	assert_non_null(p);
	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	assert_int_equal((uintptr_t)p % 16, 0);
	arena_free(&a);
	assert_null(a);
	arena_free(&a);
}

static void
memory_is_zeroed_after_a_reset(void **state)
{
	struct arena *a = arena_new(50000);
	char *p = arena_alloc(a, 64);

	(void)state;
	memset(p, 'x', 64);
	arena_reset(a);
	p = arena_alloc(a, 64);
	assert_int_equal(p[0], 0);
	assert_int_equal(p[63], 0);
	p[0] = 'a';
	p = arena_grow(a, p, 64, 20000);
	assert_non_null(p);
	assert_int_equal(p[0], 'a');
	assert_int_equal(p[19999], 0);
	assert_string_equal(arena_printf(a, "%d-%s", 1, "x"), "1-x");
	assert_string_equal(arena_strdup(a, "abc"), "abc");
	assert_string_equal(arena_strndup(a, "abc", 2), "ab");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_append_is_whole_or_nothing),
		cmocka_unit_test(an_overflow_is_remembered),
		cmocka_unit_test(grows_in_an_arena_up_to_its_limit),
		cmocka_unit_test(an_arena_that_is_full_is_an_overflow),
		cmocka_unit_test(writes_the_extremes_of_numbers),
		cmocka_unit_test(reads_numbers_strictly),
		cmocka_unit_test(copies_only_what_fits),
		cmocka_unit_test(writers_escape_or_refuse),
		cmocka_unit_test(writers_leave_nothing_when_it_does_not_fit),
		cmocka_unit_test(guards_come_off_again),
		cmocka_unit_test(a_map_line_is_whole_or_nothing),
		cmocka_unit_test(writes_json_with_commas_in_place),
		cmocka_unit_test(a_reply_that_fails_says_why),
		cmocka_unit_test(a_problem_document_shows_no_private_text),
		cmocka_unit_test(the_first_error_wins),
		cmocka_unit_test(error_texts_are_safe_and_cut_at_a_character),
		cmocka_unit_test(every_code_has_a_status),
		cmocka_unit_test(an_arena_keeps_its_ceiling),
		cmocka_unit_test(memory_is_zeroed_after_a_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
