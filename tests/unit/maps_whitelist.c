/*
 * The relay list: what Postfix reads at which moment, and the state text.
 */
#include "maps/whitelist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/timeutil.h"

static void
add(struct relay_list *l, const char *net, int64_t until)
{
	struct err e = ERR_EMPTY;
	assert_true(relay_add(l, net, until, &e));
}

#define END "255.255.255.255/32 reject_unauth_destination"

/* The table without its comments. */
static void
table(const struct relay_list *l, int64_t now, struct str *out)
{
	char text[2000];
	struct str s = STR_FIXED(text);
	assert_true(relay_table(l, now, &s));
	for (char *save, *w = strtok_r(text, "\n", &save); w;
		w = strtok_r(NULL, "\n", &save))
		if (w[0] != '#')
			str_addf(out, "%s;", w);
}

static void
an_entry_stands_in_the_table_until_its_time(void **state)
{
	struct relay_list l = { 0 };
	char text[400];
	struct str s = STR_FIXED(text);
	(void)state;
	add(&l, "192.0.2.0/24", 1000);
	add(&l, "2001:db8::/48", TIME_NONE);
	add(&l, "198.51.100.7", 2000);
	relay_sort(&l);
	table(&l, 999, &s);
	assert_string_equal(text,
		"192.0.2.0/24 OK;198.51.100.7/32 OK;2001:db8::/48 OK;" END ";");
	str_reset(&s);
	table(&l, 1000, &s);
	assert_string_equal(
		text, "198.51.100.7/32 OK;2001:db8::/48 OK;" END ";");
	str_reset(&s);
	table(&l, 2000, &s);
	assert_string_equal(text, "2001:db8::/48 OK;" END ";");
	assert_int_equal(relay_next_expiry(&l, 0), 1000);
	assert_int_equal(relay_next_expiry(&l, 1000), 2000);
	assert_true(relay_next_expiry(&l, 2000) == TIME_NONE);
	relay_free(&l);
}

static void
of_equal_networks_the_longest_stays(void **state)
{
	struct relay_list l = { 0 };
	(void)state;
	add(&l, "192.0.2.0/24", 1000);
	add(&l, "192.0.2.0/24", TIME_NONE);
	add(&l, "192.0.2.0/24", 5);
	relay_sort(&l);
	assert_int_equal(l.n, 1);
	assert_true(l.entry[0].expires_us == TIME_NONE);
	relay_free(&l);
}

static void
what_is_no_network_never_gets_in(void **state)
{
	static const char *const bad[] = { "0.0.0.0/0", "::/0", "10.0.0.1/8",
		"!10.0.0.0/8", "if 10.0.0.0/8", "10.0.0.0/8 OK\n0.0.0.0/0", "",
		"::ffff:10.0.0.0/104" };
	struct relay_list l = { 0 };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = ERR_EMPTY;
		assert_false(relay_add(&l, bad[i], TIME_NONE, &e));
	}
	assert_int_equal(l.n, 0);
}

static void
the_state_text_gives_the_list_back(void **state)
{
	struct relay_list l = { 0 }, back = { 0 };
	struct err e = ERR_EMPTY;
	char text[400];
	struct str s = STR_FIXED(text);
	(void)state;
	add(&l, "192.0.2.0/24", 1795294996000000);
	add(&l, "2001:db8::/48", TIME_NONE);
	relay_sort(&l);
	assert_true(relay_state(&l, &s));
	assert_true(relay_parse(text, &back, &e));
	assert_true(relay_equal(&l, &back));
	/* Every torn copy of it is refused. */
	for (size_t n = 0; n < s.len; n++) {
		char torn[400];
		struct relay_list none = { 0 };
		struct err why = ERR_EMPTY;
		assert_true(str_copy_n(torn, sizeof(torn), text, n));
		assert_false(relay_parse(torn, &none, &why));
		relay_free(&none);
	}
	relay_free(&l);
	relay_free(&back);
}

static void
what_has_ended_stays_so_when_the_clock_is_set_back(void **state)
{
	struct relay_list l = { 0 }, back = { 0 };
	char text[400];
	struct str s = STR_FIXED(text);
	struct err e = ERR_EMPTY;
	(void)state;
	add(&l, "192.0.2.0/24", 1000);
	add(&l, "198.51.100.7", 2000);
	relay_sort(&l);
	assert_false(relay_end(&l, 999));
	assert_true(relay_end(&l, 1500));
	assert_false(relay_end(&l, 1500));
	assert_true(relay_state(&l, &s));
	assert_true(relay_parse(text, &back, &e));
	str_reset(&s);
	table(&back, 10, &s);
	assert_string_equal(text, "198.51.100.7/32 OK;" END ";");
	assert_int_equal(relay_next_expiry(&back, 10), 2000);
	assert_true(relay_closes("192.0.2.0/24 OK\n", &back, 10));
	relay_free(&l);
	relay_free(&back);
}

static void
the_table_gives_back_what_is_left_of_it(void **state)
{
	struct relay_list l = { 0 };
	char text[1000];
	struct str s = STR_FIXED(text);
	(void)state;
	add(&l, "192.0.2.0/24", 1795294996000000);
	add(&l, "198.51.100.7", TIME_NONE);
	add(&l, "2001:db8::/48", 1795294997000000);
	relay_sort(&l);
	assert_true(relay_table(&l, 1, &s));
	for (size_t n = 0; n <= s.len; n++) {
		char torn[1000];
		struct relay_list back = { 0 };
		struct err e = ERR_EMPTY;
		assert_true(str_copy_n(torn, sizeof(torn), text, n));
		assert_true(relay_read_table(torn, &back, &e));
		assert_true(back.n <= l.n);
		/* In order, each with its own end; never another network. */
		const struct relay_list first = { .entry = l.entry,
			.n = back.n };
		assert_true(relay_equal(&back, &first));
		if (n == s.len)
			assert_int_equal(back.n, l.n);
		relay_free(&back);
	}
	relay_free(&l);
}

static void
nobody_is_found_by_the_last_line(void **state)
{
	static const uint8_t last[16] = {
		[10] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
	};
	struct relay_list l = { 0 };
	char text[400], net[CIDR_TEXT_SIZE];
	struct str s = STR_FIXED(text);
	struct err e = ERR_EMPTY;
	(void)state;
	assert_true(relay_table(&l, 1, &s));
	assert_false(relay_table_find(text, last, net));
	assert_true(relay_read_table(text, &l, &e));
	assert_int_equal(l.n, 0);
}

static const struct {
	const char *name, *live;
	bool closes;
} closings[] = {
	{ "the same", "192.0.2.0/24 OK\n", false },
	{ "the last line", "192.0.2.0/24 OK\n" END "\n", false },
	{ "everything", "0.0.0.0/0 OK\n", true },
	{ "all but one", "!10.0.0.0/8 OK\n", true },
	{ "host bits", "192.0.2.1/24 OK\n", true },
	{ "no result", "192.0.2.0/24\n", true },
	{ "one more", "", false },
	{ "comments only", "# 10.0.0.0/8 OK\n", false },
	{ "one less", "192.0.2.0/24 OK\n10.1.0.0/16 OK\n", true },
	{ "another length", "192.0.2.0/25 OK\n", true },
	{ "without a line end", "10.1.0.0/16 OK", true },
};

static void
a_network_that_is_missing_closes_a_relay(void **state)
{
	struct relay_list l = { 0 };
	(void)state;
	add(&l, "192.0.2.0/24", 1000);
	for (size_t i = 0; i < ARRAY_LEN(closings); i++)
		if (relay_closes(closings[i].live, &l, 10)
			!= closings[i].closes)
			fail_msg("%s", closings[i].name);
	assert_true(relay_closes("192.0.2.0/24 OK\n", &l, 1000));
	relay_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_stands_in_the_table_until_its_time),
		cmocka_unit_test(of_equal_networks_the_longest_stays),
		cmocka_unit_test(what_is_no_network_never_gets_in),
		cmocka_unit_test(the_state_text_gives_the_list_back),
		cmocka_unit_test(
			what_has_ended_stays_so_when_the_clock_is_set_back),
		cmocka_unit_test(the_table_gives_back_what_is_left_of_it),
		cmocka_unit_test(nobody_is_found_by_the_last_line),
		cmocka_unit_test(a_network_that_is_missing_closes_a_relay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
