/*
 * The lines of a secondary MX: what follows from those of a mailbox host.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "maps/role.h"
#include "maps/rows.h"
#include "maps/secondary.h"

static struct map_domain_row domain = { .id = 1,
	.name = "a.test",
	.transport = "",
	.refuse_text = "",
	.state = MAP_DOMAIN_ACTIVE };
static struct map_rows rows = { .domain = &domain, .domains = 1 };
static const struct secondary second = { &rows, "smtp:[192.0.2.1]:25" };

/* The lines of one host line. */
static void
turn(enum map_id map, const char *key, const char *value, struct map_set *out)
{
	struct map_set host = { 0 };
	struct err e = ERR_EMPTY;
	assert_true(lines_add(&host.map[map], key, value, &e));
	assert_true(secondary_lines(&second, &host, out, &e));
	for (int m = 0; m < MAP_COUNT; m++)
		assert_true(lines_sort(&out->map[m], &e));
	map_set_free(&host);
}

static const struct {
	const char *name;
	enum map_id map;
	const char *key, *value;
	bool is_listed;
} addresses[] = {
	{ "a mailbox", MAP_MAILBOXES, "taro@a.test", "x", true },
	{ "an alias", MAP_ALIASES, "info@a.test", "taro@a.test", true },
	{ "a catch-all", MAP_ALIASES, "@a.test", "taro@a.test", true },
	{ "an account whose mail is kept", MAP_ACCOUNTS, "old@a.test", "h",
		false },
	{ "who may send", MAP_SENDER_LOGIN, "taro@a.test", "taro@a.test",
		false },
};

static void
only_who_receives_is_listed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct map_set out = { 0 };
		size_t lines = 0;
		turn(addresses[i].map, addresses[i].key, addresses[i].value,
			&out);
		const char *v =
			lines_find(&out.map[MAP_MAILBOXES], addresses[i].key);
		if ((v != NULL) != addresses[i].is_listed)
			fail_msg("%s", addresses[i].name);
		if (v)
			assert_string_equal(v, "x");
		for (int m = 0; m < MAP_COUNT; m++)
			lines += out.map[m].n;
		assert_int_equal(lines, addresses[i].is_listed);
		map_set_free(&out);
	}
}

static void
a_domain_has_its_slow_transport_and_two_addresses(void **state)
{
	struct map_set out = { 0 };
	(void)state;
	turn(MAP_DOMAINS, "a.test", "x", &out);
	assert_string_equal(lines_find(&out.map[MAP_DOMAINS], "a.test"), "x");
	assert_string_equal(lines_find(&out.map[MAP_TRANSPORT], "a.test"),
		"slow:[192.0.2.1]:25");
	assert_non_null(
		lines_find(&out.map[MAP_MAILBOXES], "postmaster@a.test"));
	assert_non_null(
		lines_find(&out.map[MAP_MAILBOXES], "mailer-daemon@a.test"));
	map_set_free(&out);
}

static void
what_the_host_refuses_is_refused_but_the_reserved(void **state)
{
	struct map_set out = { 0 };
	(void)state;
	turn(MAP_REFUSE, "gone@a.test", "550 5.1.1 gone", &out);
	assert_string_equal(lines_find(&out.map[MAP_REFUSE], "gone@a.test"),
		"550 5.1.1 gone");
	map_set_free(&out);
	turn(MAP_REFUSE, "postmaster@a.test", "550 5.1.1 gone", &out);
	assert_int_equal(out.map[MAP_REFUSE].n, 0);
	map_set_free(&out);
}

static void
reserved_addresses_of_a_domain_that_is_there_stay(void **state)
{
	static const struct {
		const char *address;
		size_t lines;
	} cases[] = { { "postmaster@a.test", 1 }, { "taro@a.test", 0 },
		{ "postmaster@b.test", 0 }, { "postmasters@a.test", 0 } };
	(void)state;
	rows_index(&rows);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct map_set out = { 0 };
		struct err e = ERR_EMPTY;
		assert_true(secondary_reserved(
			&second, cases[i].address, &out, &e));
		assert_int_equal(out.map[MAP_MAILBOXES].n, cases[i].lines);
		map_set_free(&out);
	}
}

static void
a_secondary_has_no_account_and_no_whitelist(void **state)
{
	(void)state;
	assert_false(role_has(NODE_SECONDARY, MAP_ACCOUNTS));
	assert_false(role_has(NODE_SECONDARY, MAP_SENDER_LOGIN));
	assert_false(role_has(NODE_SECONDARY, MAP_ALIASES));
	assert_false(role_has_relays(NODE_SECONDARY));
	for (int m = 0; m < MAP_COUNT; m++)
		assert_true(role_has(NODE_MAILBOX, (enum map_id)m));
	assert_string_equal(role_map_file(NODE_SECONDARY, MAP_MAILBOXES),
		"relay_recipients");
	assert_string_equal(
		role_map_file(NODE_MAILBOX, MAP_MAILBOXES), "mailboxes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_who_receives_is_listed),
		cmocka_unit_test(
			a_domain_has_its_slow_transport_and_two_addresses),
		cmocka_unit_test(
			what_the_host_refuses_is_refused_but_the_reserved),
		cmocka_unit_test(
			reserved_addresses_of_a_domain_that_is_there_stay),
		cmocka_unit_test(a_secondary_has_no_account_and_no_whitelist),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
