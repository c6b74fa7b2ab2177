/*
 * Times: RFC 3339, MariaDB's DATETIME(6) and the calendar under both.
 */
#include "base/timeutil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
	const char *name, *in, *out; /* out NULL: refused */
} cases[] = {
	{ "the first second", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z" },
	{ "the last second", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z" },
	{ "a leap day", "2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z" },
	{ "a leap day of a century", "2000-02-29T00:00:00Z",
		"2000-02-29T00:00:00Z" },
	{ "small letters", "2026-01-02t03:04:05z", "2026-01-02T03:04:05Z" },
	{ "a blank between", "2026-01-02 03:04:05Z", "2026-01-02T03:04:05Z" },
	{ "a fraction", "2026-01-02T03:04:05.25Z",
		"2026-01-02T03:04:05.250000Z" },
	{ "six digits", "2026-01-02T03:04:05.000001Z",
		"2026-01-02T03:04:05.000001Z" },
	{ "a fraction of zero", "2026-01-02T03:04:05.000Z",
		"2026-01-02T03:04:05Z" },
	{ "east of Greenwich", "2026-01-01T08:00:00+09:00",
		"2025-12-31T23:00:00Z" },
	{ "west of Greenwich", "2025-12-31T20:00:00-05:30",
		"2026-01-01T01:30:00Z" },
	{ "a day that is not", "2026-02-29T00:00:00Z", NULL },
	{ "the leap day of 2100", "2100-02-29T00:00:00Z", NULL },
	{ "month 13", "2026-13-01T00:00:00Z", NULL },
	{ "month 0", "2026-00-01T00:00:00Z", NULL },
	{ "day 0", "2026-01-00T00:00:00Z", NULL },
	{ "hour 24", "2026-01-01T24:00:00Z", NULL },
	{ "a leap second", "2016-12-31T23:59:60Z", NULL },
	{ "before 1970", "1969-12-31T23:59:59Z", NULL },
	{ "before 1970 by its zone", "1970-01-01T00:00:00+01:00", NULL },
	{ "after 9999 by its zone", "9999-12-31T23:59:59-01:00", NULL },
	{ "seven digits", "2026-01-02T03:04:05.0000001Z", NULL },
	{ "a dot without digits", "2026-01-02T03:04:05.Z", NULL },
	{ "no zone", "2026-01-02T03:04:05", NULL },
	{ "a date alone", "2026-01-02", NULL },
	{ "something behind", "2026-01-02T03:04:05Zx", NULL },
	{ "one digit", "2026-1-2T03:04:05Z", NULL },
	{ "a sign for a digit", "2026-01-02T03:04:+5Z", NULL },
	{ "nothing", "", NULL },
};

static void
reads_and_writes_rfc_3339(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_EMPTY;
		char text[TIME_TEXT_SIZE];
		int64_t us;
		const bool ok = time_parse(cases[i].in, &us, &e);

		print_message("%s\n", cases[i].name);
		assert_int_equal(ok, cases[i].out != NULL);
		if (!ok) {
			assert_true(us == TIME_NONE);
			assert_string_equal(e.item[0].reason, "bad_time");
			continue;
		}
		time_rfc3339(us, text);
		assert_string_equal(text, cases[i].out);
	}
}

static void
agrees_with_the_system_on_every_day(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 2932897; day += 13) {
		const time_t t = (time_t)(day * 86400 + 45296);
		struct civil c;
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		assert_true(time_to_civil((int64_t)t * US_PER_S + 7, &c));
		assert_int_equal(c.year, tm.tm_year + 1900);
		assert_int_equal(c.month, tm.tm_mon + 1);
		assert_int_equal(c.day, tm.tm_mday);
		assert_int_equal(c.hour, tm.tm_hour);
		assert_int_equal(c.minute, tm.tm_min);
		assert_int_equal(c.second, tm.tm_sec);
		assert_int_equal(c.micro, 7);
		assert_true(time_from_civil(&c) == (int64_t)t * US_PER_S + 7);
	}
}

static void
reads_and_writes_datetime(void **state)
{
	char text[TIME_TEXT_SIZE];

	(void)state;
	time_sql(INT64_C(1790000000123456), text);
	assert_string_equal(text, "2026-09-21 14:13:20.123456");
	assert_true(time_from_sql(text) == INT64_C(1790000000123456));
	assert_true(time_from_sql("2026-09-21 14:13:20")
		== INT64_C(1790000000000000));
	assert_true(time_from_sql("0000-00-00 00:00:00") == TIME_NONE);
	assert_true(time_from_sql("") == TIME_NONE);
	time_sql(TIME_NONE, text);
	assert_string_equal(text, "");
	time_rfc3339(TIME_MAX_US + 1, text);
	assert_string_equal(text, "");
}

static void
clocks_run(void **state)
{
	const int64_t start = monotonic_us();

	(void)state;
	assert_true(now_us() > INT64_C(1700000000) * US_PER_S);
	assert_true(monotonic_us() >= start);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes_rfc_3339),
		cmocka_unit_test(agrees_with_the_system_on_every_day),
		cmocka_unit_test(reads_and_writes_datetime),
		cmocka_unit_test(clocks_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
