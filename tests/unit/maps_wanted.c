/*
 * Lines of keys and of whole domains that are asked for together.
 */
#include "tests/unit/core_fixture.h"

#include "db/strset.h"
#include "maps/wanted.h"

static int
open_with_rows(void **state)
{
	if (fixture_open(state) != 0)
		return -1;
	make_domain("a.example");
	make_domain("b.example");
	make_mailbox("taro@a.example");
	make_mailbox("hana@a.example");
	make_alias("team@b.example", "taro@a.example,hana@a.example");
	make_alias("last@b.example", "taro@a.example,hana@a.example");
	OK(db_run_script(core.db, "UPDATE alias SET send_as = 1", &err));
	return 0;
}

static void
collect(struct map_set *out, const char *const *key, size_t keys,
	const char *const *domain, size_t domains)
{
	const struct wanted_for f = { .db = core.db,
		.role = NODE_MAILBOX,
		.next_hop = "",
		.conf = &conf.node };
	struct strset k = { 0 }, d = { 0 };
	struct hold_list faults = { 0 };
	for (size_t i = 0; i < keys; i++)
		OK(strset_add(&k, key[i], NULL, &err));
	for (size_t i = 0; i < domains; i++)
		OK(strset_add(&d, domain[i], NULL, &err));
	OK(wanted_lines(&f, &k, &d, arena, out, &faults, &err));
	assert_int_equal(faults.n, 0);
	holds_free(&faults);
	strset_free(&k);
	strset_free(&d);
}

static void
expect_same(const struct map_set *a, const struct map_set *b)
{
	for (int m = 0; m < MAP_COUNT; m++) {
		const struct map_lines *x = &a->map[m], *y = &b->map[m];
		assert_int_equal(x->n, y->n);
		for (size_t i = 0; i < x->n; i++) {
			assert_string_equal(x->line[i].key, y->line[i].key);
			assert_string_equal(x->line[i].value, y->line[i].value);
		}
	}
}

static void
a_domain_and_keys_of_it_are_as_the_domain(void **state)
{
	static const char *const domain[] = { "b.example" };
	static const char *const both[] = { "b.example", "a.example" };
	static const char *const key[] = { "last@b.example", "team@b.example",
		"taro@a.example", "hana@a.example" };
	struct map_set whole = { 0 }, with_keys = { 0 };
	(void)state;
	collect(&whole, NULL, 0, domain, 1);
	assert_string_equal(lines_find(&whole.map[MAP_SENDER_LOGIN], key[0]),
		"hana@a.example,taro@a.example");
	collect(&with_keys, key, 2, domain, 1);
	expect_same(&whole, &with_keys);
	map_set_free(&whole);
	map_set_free(&with_keys);

	collect(&whole, NULL, 0, both, 2);
	collect(&with_keys, key, 4, both, 2);
	expect_same(&whole, &with_keys);
	map_set_free(&whole);
	map_set_free(&with_keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			a_domain_and_keys_of_it_are_as_the_domain, fresh),
	};
	return cmocka_run_group_tests(tests, open_with_rows, fixture_close);
}
