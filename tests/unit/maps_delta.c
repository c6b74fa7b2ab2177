/*
 * Lists of lines, their difference, and account values.
 */
#include "maps/delta.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"
#include "maps/account.h"

/* Lists written as "key=value key=value". */
static void
fill(struct map_lines *l, const char *text)
{
	char buf[400];
	struct err e = ERR_EMPTY;
	assert_true(str_copy(buf, sizeof(buf), text));
	for (char *save, *w = strtok_r(buf, " ", &save); w;
		w = strtok_r(NULL, " ", &save)) {
		char *eq = strchr(w, '=');
		*eq = '\0';
		assert_true(lines_add(l, w, eq + 1, &e));
	}
	assert_true(lines_sort(l, &e));
}

static const struct {
	const char *name, *live, *wanted, *delta;
} cases[] = {
	{ "nothing and nothing", "", "", "" },
	{ "equal lists", "a=1 b=2", "b=2 a=1", "" },
	{ "a new line", "a=1", "a=1 b=2", "+b" },
	{ "a line that goes", "a=1 b=2", "b=2", "-a" },
	{ "a changed value", "a=1 b=2", "a=1 b=3", "~b" },
	{ "all of it", "a=1 c=3 d=4", "b=2 c=9 d=4", "-a +b ~c" },
	{ "everything is new", "", "a=1 b=2", "+a +b" },
	{ "everything goes", "a=1 b=2", "", "-a -b" },
	{ "a key that is the start of another", "a=1", "a=1 ab=1", "+ab" },
	{ "capital letters sort before small ones", "b=1", "B=1 b=1", "+B" },
};

static void
a_delta_names_each_changed_line_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct map_lines live = { 0 }, wanted = { 0 };
		struct delta d = { 0 };
		struct err e = ERR_EMPTY;
		char text[200];
		struct str s = STR_FIXED(text);
		fill(&live, cases[i].live);
		fill(&wanted, cases[i].wanted);
		assert_true(delta_map(&d, MAP_ALIASES, &live, &wanted, &e));
		for (size_t k = 0; k < d.n; k++)
			str_addf(&s, "%s%s%s", k ? " " : "",
				!d.line[k].before          ? "+"
					: !d.line[k].after ? "-"
							   : "~",
				d.line[k].key);
		if (strcmp(str_text(&s), cases[i].delta) != 0)
			fail_msg("%s: %s", cases[i].name, text);
		assert_int_equal(d.n, d.added + d.changed + d.removed);
		delta_free(&d);
		lines_free(&live);
		lines_free(&wanted);
	}
}

static void
two_values_for_one_key_are_refused(void **state)
{
	struct map_lines l = { 0 };
	struct err e = ERR_EMPTY;
	(void)state;
	assert_true(lines_add(&l, "a", "1", &e));
	assert_true(lines_add(&l, "a", "1", &e));
	assert_true(lines_sort(&l, &e));
	assert_int_equal(l.n, 1);
	assert_true(lines_add(&l, "a", "2", &e));
	assert_false(lines_sort(&l, &e));
	assert_string_equal(e.item[0].reason, "duplicate_line");
	assert_string_equal(e.item[0].subject, "a");
	lines_free(&l);
}

static void
only_maps_that_servers_cache_want_a_reload(void **state)
{
	(void)state;
	assert_true(map_wants_reload(MAP_DOMAINS));
	assert_true(map_wants_reload(MAP_TRANSPORT));
	assert_true(map_wants_reload(MAP_REFUSE));
	assert_false(map_wants_reload(MAP_MAILBOXES));
	assert_false(map_wants_reload(MAP_ALIASES));
	assert_false(map_wants_reload(MAP_ACCOUNTS));
	for (int m = 0; m < MAP_COUNT; m++)
		assert_int_equal(map_by_name(map_name((enum map_id)m)), m);
	assert_int_equal(map_by_name("no_such_map"), MAP_COUNT);
}

static void
a_key_belongs_to_the_domain_after_its_at_sign(void **state)
{
	(void)state;
	assert_string_equal(key_domain("taro@a.test"), "a.test");
	assert_string_equal(key_domain("@a.test"), "a.test");
	assert_string_equal(key_domain("a.test"), "a.test");
}

static void
an_account_value_keeps_its_fields(void **state)
{
	const struct account in = { .field = {
					    [ACCOUNT_PASSWORD] =
						    "{CRYPT}$y$abc",
					    [ACCOUNT_HOME] = "/var/vmail/01/1",
					    [ACCOUNT_UID] = "5000",
					    [ACCOUNT_NOLOGIN] = "Y",
					    [ACCOUNT_BLOCK_SIEVE] = "1",
				    } };
	struct account out;
	char value[ACCOUNT_VALUE_MAX], buf[ACCOUNT_VALUE_MAX];
	struct str s = STR_FIXED(value);
	(void)state;
	assert_true(account_join(&in, &s));
	assert_true(account_split(value, buf, &out));
	for (int i = 0; i < ACCOUNT_FIELDS; i++)
		assert_string_equal(
			out.field[i], in.field[i] ? in.field[i] : "");
	assert_true(account_is_locked(value));
	assert_false(account_split("a\tb", buf, &out));
}

static void
an_account_with_a_control_character_is_refused(void **state)
{
	const struct account bad = { .field = { [ACCOUNT_HOME] = "/home\tY" } };
	char value[ACCOUNT_VALUE_MAX];
	struct str s = STR_FIXED(value);
	(void)state;
	assert_false(account_join(&bad, &s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_delta_names_each_changed_line_once),
		cmocka_unit_test(two_values_for_one_key_are_refused),
		cmocka_unit_test(only_maps_that_servers_cache_want_a_reload),
		cmocka_unit_test(a_key_belongs_to_the_domain_after_its_at_sign),
		cmocka_unit_test(an_account_value_keeps_its_fields),
		cmocka_unit_test(
			an_account_with_a_control_character_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
