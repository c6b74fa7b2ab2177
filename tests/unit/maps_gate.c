/*
 * What may go live, what waits, and routing as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/timeutil.h"
#include "maps/gate.h"
#include "maps/rewind.h"

static struct waiting
changed(const char *const *key, const uint64_t *serial, size_t n)
{
	struct waiting w = { 0 };
	struct err e = ERR_EMPTY;
	for (size_t i = 0; i < n; i++)
		assert_true(waiting_put(
			&w, 'a', key[i], serial[i], false, NULL, &e));
	return w;
}

static void
a_key_waits_for_its_domain_or_for_everything(void **state)
{
	static const struct {
		const char *name, *key;
		bool is_reviewed, is_held, waits;
	} cases[] = {
		{ "nothing waits in automatic mode", "new@a.test", false, false,
			false },
		{ "approved with everything", "old@a.test", true, false,
			false },
		{ "newer than everything", "new@a.test", true, false, true },
		{ "approved with its domain", "new@b.test", true, false,
			false },
		{ "newer than its domain too", "newest@b.test", true, false,
			true },
		{ "its domain changed", "old@c.test", true, false, true },
		{ "its catch-all changed", "old@d.test", true, false, true },
		{ "never changed", "x@a.test", true, false, false },
		{ "newer than the hold", "old@a.test", false, true, true },
		{ "as old as the hold", "oldest@a.test", false, true, false },
	};
	static const char *const key[] = { "old@a.test", "new@a.test",
		"new@b.test", "newest@b.test", "old@c.test", "c.test",
		"old@d.test", "@d.test", "oldest@a.test" };
	static const uint64_t serial[] = { 10, 20, 20, 30, 5, 20, 5, 20, 4 };
	struct waiting w = changed(key, serial, ARRAY_LEN(key));
	struct err e = ERR_EMPTY;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct gate g = { .is_reviewed = cases[i].is_reviewed,
			.is_held = cases[i].is_held,
			.hold = 4 };
		assert_true(gate_add(&g, "", 10, 0, &e));
		assert_true(gate_add(&g, "b.test", 25, 7, &e));
		assert_true(gate_add(&g, "a.test", 3, 0, &e));
		gate_sort(&g);
		if (gate_key_waits(&g, NULL, &w, cases[i].key)
			!= cases[i].waits)
			fail_msg("%s", cases[i].name);
		assert_int_equal(gate_confirmed(&g, "b.test"), 7);
		gate_free(&g);
	}
	waiting_free(&w);
}

static void
only_routing_waits(void **state)
{
	(void)state;
	assert_true(gate_is_routing(MAP_MAILBOXES, true));
	assert_true(gate_is_routing(MAP_DOMAINS, false));
	assert_false(gate_is_routing(MAP_SENDER_LOGIN, true));
	assert_false(gate_is_routing(MAP_SENDER_LOGIN, false));
	assert_false(gate_is_routing(MAP_ACCOUNTS, true));
	/* The home of mail that may still come. */
	assert_true(gate_is_routing(MAP_ACCOUNTS, false));
}

static void
what_waits_is_found_counted_and_forgotten(void **state)
{
	struct waiting w = { 0 };
	struct waiting_key *k;
	struct err e = ERR_EMPTY;
	char key[32];

	(void)state;
	for (uint64_t i = 1; i <= 5000; i++) {
		snprintf(key, sizeof(key), "k%u@a.test", (unsigned)i);
		assert_true(waiting_put(&w, 'a', key, i, false, &k, &e));
		waiting_set_lines(&w, k, 2);
	}
	assert_int_equal(w.n, 5000);
	assert_int_equal(w.lines, 10000);
	assert_int_equal(w.from, 0);
	assert_true(waiting_put(&w, 'a', "k1@a.test", 9, true, &k, &e));
	assert_int_equal(w.n, 5000);
	assert_int_equal(k->serial, 9);
	assert_true(k->is_confirmed);
	for (unsigned i = 1; i <= 4990; i++) {
		snprintf(key, sizeof(key), "k%u@a.test", i);
		waiting_remove(&w, key);
	}
	waiting_remove(&w, "nobody@a.test");
	waiting_settle(&w);
	assert_int_equal(w.n, 10);
	assert_int_equal(w.lines, 20);
	assert_int_equal(w.from, 4990);
	assert_null(waiting_find(&w, "k1@a.test"));
	assert_non_null(waiting_find(&w, "k4991@a.test"));
	waiting_free(&w);
}

static void
a_network_that_waits_ends_sooner_and_never_later(void **state)
{
	struct relay_list live = { 0 }, wanted = { 0 };
	struct gate g = { .is_reviewed = true };
	struct err e = ERR_EMPTY;
	static const char *const key[] = { "10.1.0.0/16", "10.2.0.0/16",
		"10.3.0.0/16" };
	static const uint64_t serial[] = { 5, 5, 5 };
	struct waiting w = changed(key, serial, ARRAY_LEN(key));

	(void)state;
	assert_true(relay_add(&live, "10.1.0.0/16", 1000, &e));
	assert_true(relay_add(&live, "10.2.0.0/16", TIME_NONE, &e));
	assert_true(relay_add(&wanted, "10.1.0.0/16", TIME_NONE, &e));
	assert_true(relay_add(&wanted, "10.2.0.0/16", 500, &e));
	assert_true(relay_add(&wanted, "10.3.0.0/16", TIME_NONE, &e));
	assert_true(relay_add(&wanted, "10.4.0.0/16", TIME_NONE, &e));
	gate_relays(&g, &w, NULL, &live, &wanted);
	assert_int_equal(wanted.n, 3);
	assert_int_equal(wanted.entry[0].expires_us, 1000);
	assert_int_equal(wanted.entry[1].expires_us, 500);
	assert_true(wanted.entry[2].expires_us == TIME_NONE);
	gate_relays_all_wait(&live, &wanted);
	assert_int_equal(wanted.n, 2);
	waiting_free(&w);
	relay_free(&live);
	relay_free(&wanted);
}

struct change {
	const char *before, *after;
	uint64_t serial;
};

static void
a_line_goes_back_to_what_it_was(void **state)
{
	static const struct {
		const char *name;
		struct change change[5];
		uint64_t serial;
		const char *value;
	} cases[] = {
		{ "before it came", { { NULL, "a", 5 } }, 4, NULL },
		{ "as old as its change", { { NULL, "a", 5 } }, 5, "a" },
		{ "between two changes", { { NULL, "a", 5 }, { "a", "b", 9 } },
			7, "a" },
		{ "after it went", { { "a", NULL, 5 } }, 6, NULL },
		{ "a repair never goes back", { { "bad", "a", 0 } }, 1, "a" },
		{ "before what a repair found",
			{ { "bad", "a", 0 }, { "a", "b", 5 } }, 4, "a" },
		/* To 5 at serial 9, then on from 12. */
		{ "past a rollback that was resumed",
			{ { "a", "b", 9 }, { "b", "a", 10 }, { "a", "c", 12 } },
			12, "c" },
		{ "at the serial that a rollback left",
			{ { "a", "b", 9 }, { "b", "a", 10 }, { "a", "c", 12 } },
			9, "b" },
		{ "past a rollback that nothing came after",
			{ { "a", "b", 9 }, { "b", "a", 10 } }, 12, "a" },
		{ "before all of it",
			{ { "a", "b", 9 }, { "b", "a", 10 }, { "a", "c", 12 } },
			6, "a" },
		{ "resumed where it was",
			{ { "a", "b", 9 }, { "b", "a", 10 }, { "a", "b", 9 } },
			11, "b" },
		{ "the last of all", { { "a", "b", 9 }, { "b", "c", 20 } },
			REWIND_LAST, "c" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rewind r = { .serial = cases[i].serial };
		struct err e = ERR_EMPTY;
		const char *value;
		for (const struct change *c = cases[i].change;
			c->before || c->after; c++)
			assert_true(rewind_take(&r, MAP_ALIASES, "k@a.test",
				c->before, c->after, c->serial, &e));
		assert_true(rewind_find(&r, MAP_ALIASES, "k@a.test", &value));
		if (!value != !cases[i].value
			|| (value && strcmp(value, cases[i].value) != 0))
			fail_msg("%s: %s", cases[i].name, value ? value : "-");
		rewind_free(&r);
	}
}

static void
accounts_and_senders_never_go_back(void **state)
{
	struct rewind r = { .serial = 4 };
	struct err e = ERR_EMPTY;
	const char *value;

	(void)state;
	assert_true(rewind_take(&r, MAP_ACCOUNTS, "k@a.test", NULL, "", 5, &e));
	assert_true(rewind_take(
		&r, MAP_SENDER_LOGIN, "k@a.test", "x", NULL, 5, &e));
	assert_int_equal(r.n, 0);
	assert_false(rewind_find(&r, MAP_SENDER_LOGIN, "k@a.test", &value));
	rewind_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_waits_for_its_domain_or_for_everything),
		cmocka_unit_test(only_routing_waits),
		cmocka_unit_test(what_waits_is_found_counted_and_forgotten),
		cmocka_unit_test(
			a_network_that_waits_ends_sooner_and_never_later),
		cmocka_unit_test(a_line_goes_back_to_what_it_was),
		cmocka_unit_test(accounts_and_senders_never_go_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
