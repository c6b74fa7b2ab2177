/*
 * Which domains the guard holds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maps/guard.h"

static void
many_lines_or_a_large_share_are_held(void **state)
{
	static const struct {
		const char *name;
		size_t removed, total;
		bool held;
	} cases[] = {
		{ "nothing", 0, 1000, false },
		{ "all of a small domain", 49, 49, false },
		{ "all of a larger one", 50, 50, true },
		{ "the share itself", 60, 200, false },
		{ "more than the share", 61, 200, true },
		{ "the number itself", 1000, 100000, false },
		{ "more than the number", 1001, 100000, true },
	};
	const struct guard g = { 1000, 30 };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (guard_holds(&g, cases[i].removed, cases[i].total)
			!= cases[i].held)
			fail_msg("%s", cases[i].name);
}

static void
a_small_limit_counts_below_the_floor(void **state)
{
	const struct guard g = { 5, 30 };
	(void)state;
	assert_true(guard_holds(&g, 6, 1000));
	assert_false(guard_holds(&g, 5, 1000));
}

static void
only_lines_that_take_mail_and_go_count(void **state)
{
	static const struct {
		const char *name;
		struct delta_line line;
		bool counts;
	} cases[] = {
		{ "a mailbox", { MAP_MAILBOXES, "a@x.test", "x", NULL }, true },
		{ "an alias", { MAP_ALIASES, "a@x.test", "b@x.test", NULL },
			true },
		{ "kept out of a catch-all",
			{ MAP_ALIASES, "a@x.test", "a@x.test", NULL }, false },
		{ "changed",
			{ MAP_ALIASES, "a@x.test", "b@x.test", "c@x.test" },
			false },
		{ "an account", { MAP_ACCOUNTS, "a@x.test", "x", NULL },
			false },
		{ "may send", { MAP_SENDER_LOGIN, "a@x.test", "b", NULL },
			false },
		{ "a domain", { MAP_DOMAINS, "x.test", "x", NULL }, false },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (guard_counts(&cases[i].line) != cases[i].counts)
			fail_msg("%s", cases[i].name);
}

static void
fill(struct map_set *live, struct delta *d, const char *domain, size_t total,
	size_t removed)
{
	struct err e = ERR_EMPTY;
	for (size_t i = 0; i < total; i++) {
		char key[64];
		struct map_lines *l = &live->map[MAP_MAILBOXES];
		snprintf(key, sizeof(key), "u%zu@%s", i, domain);
		assert_true(lines_add(l, key, "x", &e));
		const struct delta_line x = { MAP_MAILBOXES,
			l->line[l->n - 1].key, "x", NULL };
		if (i < removed)
			assert_true(delta_add(d, &x, &e));
		d->removed += i < removed;
	}
}

static void
each_domain_is_judged_by_itself(void **state)
{
	const struct guard g = { 1000, 30 };
	struct map_set live = { 0 };
	struct delta d = { 0 };
	struct guard_losses l;
	struct err e = ERR_EMPTY;
	(void)state;
	fill(&live, &d, "few.test", 1000, 40);
	fill(&live, &d, "share.test", 100, 70);
	fill(&live, &d, "large.test", 5000, 1001);
	fill(&live, &d, "fine.test", 1000, 300);
	assert_true(guard_find(&g, &d, &live, &l, &e));
	assert_int_equal(l.n, 2);
	assert_string_equal(l.loss[0].domain, "large.test");
	assert_int_equal(l.loss[0].removed, 1001);
	assert_int_equal(l.loss[0].total, 5000);
	assert_string_equal(l.loss[1].domain, "share.test");
	free(l.loss);
	delta_free(&d);
	map_set_free(&live);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_lines_or_a_large_share_are_held),
		cmocka_unit_test(a_small_limit_counts_below_the_floor),
		cmocka_unit_test(only_lines_that_take_mail_and_go_count),
		cmocka_unit_test(each_domain_is_judged_by_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
