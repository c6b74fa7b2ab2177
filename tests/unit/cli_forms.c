/* Sizes, times and the arguments of a call, as people type them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/timeutil.h"
#include "cli/cli.h"

static const struct {
	const char *name, *in, *out; /* out NULL: refused */
} sizes[] = {
	{ "plain bytes", "1234", "1234" },
	{ "kilobytes", "2k", "2048" },
	{ "megabytes with a B", "512MB", "536870912" },
	{ "gibibytes", "2GiB", "2147483648" },
	{ "terabytes", "1T", "1099511627776" },
	{ "none is no limit", "none", "0" },
	{ "default is the domain's", "default", "null" },
	{ "a fraction", "1.5G", "1610612736" },
	{ "a negative size", "-1G", NULL },
	{ "an unknown unit", "5X", NULL },
	{ "a unit alone", "G", NULL },
	{ "an empty text", "", NULL },
	{ "a text behind the unit", "5Gx", NULL },
	{ "more than 63 bits", "9000000000G", NULL },
	{ "more digits than a number has", "99999999999999999999999999", NULL },
};

static void
sizes_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct err e = ERR_EMPTY;
		char out[64];
		bool is_ok = cli_size(sizes[i].in, out, sizeof(out), &e);

		print_message("%s\n", sizes[i].name);
		assert_int_equal(is_ok, sizes[i].out != NULL);
		assert_int_equal(err_is_set(&e), !is_ok);
		if (is_ok)
			assert_string_equal(out, sizes[i].out);
	}
}

#define NOON INT64_C(1767268800000000) /* 2026-01-01T12:00:00Z */

static const struct {
	const char *name, *in, *out;
} times[] = {
	{ "a time", "2027-01-31T12:00:00Z", "2027-01-31T12:00:00Z" },
	{ "an offset becomes UTC", "2027-01-31T12:00:00+09:00",
		"2027-01-31T03:00:00Z" },
	{ "seconds from now", "+90s", "2026-01-01T12:01:30Z" },
	{ "days from now", "+30d", "2026-01-31T12:00:00Z" },
	{ "weeks from now", "+1w", "2026-01-08T12:00:00Z" },
	{ "never", "never", "null" },
	{ "no unit", "+30", NULL },
	{ "an unknown unit", "+30y", NULL },
	{ "nothing", "", NULL },
	{ "a day alone", "2027-01-31", NULL },
	{ "zero", "+0d", NULL },
};

static void
times_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		struct err e = ERR_EMPTY;
		char out[64];
		bool is_ok = cli_time(times[i].in, NOON, out, sizeof(out), &e);

		print_message("%s\n", times[i].name);
		assert_int_equal(is_ok, times[i].out != NULL);
		if (is_ok)
			assert_string_equal(out, times[i].out);
	}
}

static struct cli *
call(struct arena *a, struct err *e, bool *is_ok_r, char **argv)
{
	struct cli *c = arena_alloc(a, sizeof(*c));
	int argc = 0;

	assert_non_null(c);
	c->arena = a;
	while (argv[argc] != NULL)
		argc++;
	*is_ok_r = cli_parse(c, argc, argv, e);
	return c;
}

#define ARGV(...) ((char *[]){ (char[]){ "postroom" }, __VA_ARGS__, NULL })
#define W(text) ((char[]){ text })

static void
full_width_words_are_folded_and_names_are_kept(void **state)
{
	struct arena *a = arena_new(4U << 20);
	struct err e = ERR_EMPTY;
	bool is_ok;
	struct cli *c = call(a, &e, &is_ok,
		ARGV(W("ｍａｉｌｂｏｘ"), W("ａｄｄ"),
			W("ｔａｒｏ＠ｄ．ｔｅｓｔ"), W("－－ｎａｍｅ"),
			W("Ｔａｒｏ　山田"), W("--quota"), W("２Ｇ")));

	(void)state;
	assert_true(is_ok);
	assert_string_equal(c->command->verb, "add");
	assert_string_equal(c->arg[0], "taro@d.test");
	assert_string_equal(cli_opt(c, "name"), "Ｔａｒｏ　山田");
	arena_free(&a);
}

static void
options_may_stand_anywhere(void **state)
{
	struct arena *a = arena_new(4U << 20);
	struct err e = ERR_EMPTY;
	bool is_ok;
	struct cli *c = call(a, &e, &is_ok,
		ARGV(W("--json"), W("-c"), W("/x"), W("alias"), W("add"),
			W("--state=disabled"), W("a@d.test"), W("b@d.test"),
			W("c@d.test")));

	(void)state;
	assert_true(is_ok);
	assert_true(c->is_json);
	assert_string_equal(c->conf_file, "/x");
	assert_int_equal(c->n_args, 3);
	assert_string_equal(c->arg[2], "c@d.test");
	assert_string_equal(cli_opt(c, "state"), "disabled");
	arena_free(&a);
}

static const struct {
	const char *name, *words[6], *reason;
} bad_calls[] = {
	{ "an unknown command", { "mailbox", "make" }, "unknown_command" },
	{ "an unknown option", { "domain", "list", "--colour" },
		"unknown_option" },
	{ "an option of another command",
		{ "domain", "add", "d.test", "--quota", "1G" },
		"unknown_option" },
	{ "a missing argument", { "domain", "add" }, "required" },
	{ "one argument too many", { "domain", "show", "a.test", "b.test" },
		"too_many_items" },
	{ "an option without its value", { "domain", "list", "--sort" },
		"required" },
	{ "a value for a flag", { "domain", "list", "--all=yes" },
		"wrong_type" },
	{ "text that is not UTF-8", { "domain", "show", "\xff\xfe" },
		"bad_utf8" },
};

static void
bad_calls_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_calls); i++) {
		struct arena *a = arena_new(4U << 20);
		struct err e = ERR_EMPTY;
		char *argv[8] = { W("postroom") };
		bool is_ok;

		print_message("%s\n", bad_calls[i].name);
		for (size_t k = 0; k < 6 && bad_calls[i].words[k]; k++)
			argv[k + 1] = arena_strdup(a, bad_calls[i].words[k]);
		(void)call(a, &e, &is_ok, argv);
		assert_false(is_ok);
		assert_int_equal(e.code, ERR_SYNTAX);
		assert_string_equal(e.item[0].reason, bad_calls[i].reason);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(times_are_read),
		cmocka_unit_test(
			full_width_words_are_folded_and_names_are_kept),
		cmocka_unit_test(options_may_stand_anywhere),
		cmocka_unit_test(bad_calls_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
