/*
 * The keys that changed, page by page: whatever the pages are cut at, together
 * they are all keys up to one serial, each once, in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "db/change_page.h"
#include "db/migrate.h"

#define LAST 900 /* serials; the 500th has WIDE keys, most others one */
#define WIDE 1000

static struct db *db;
static struct arena *arena;
static char name[64];
static struct err err;

#define OK(call)                                                               \
	do {                                                                   \
		err_clear(&err);                                               \
		if (!(call))                                                   \
			fail_msg("%s: %s", #call, err_text(&err));             \
	} while (0)

static const char rows[] =
	"INSERT INTO revision (serial, prov_id, action, actor_kind,"
	" actor_name, changes, created) SELECT seq, 100000 - seq,"
	" IF(seq = 500, 'undo', 'mailbox.update'), 2, 'test', 1,"
	" UTC_TIMESTAMP(6) FROM seq_1_to_900;"
	"INSERT INTO change_key SELECT 100000 - seq, 1, 'a',"
	" CONCAT('k', seq, '@a.test') FROM seq_1_to_900 WHERE seq <> 500;"
	"INSERT INTO change_key SELECT 100000 - 500, seq, 'a',"
	" CONCAT('w', LPAD(seq, 4, '0'), '@a.test') FROM seq_1_to_1000;"
	"INSERT INTO change_key VALUES (100000 - 500, 7000, 'd', 'a.test'),"
	" (100000 - 500, 7001, 'd', 'a.test');";

static int
open_database(void **state)
{
	struct db_options o = {
		.socket = getenv("POSTROOM_TEST_DB_SOCKET"),
		.name = name,
		.user = "root",
		.is_lazy = true,
	};
	struct db_migrated done;

	(void)state;
	arena = arena_new(64U << 20);
	(void)snprintf(name, sizeof(name), "page%ld", (long)getpid());
	if (o.socket == NULL || arena == NULL
		|| !db_migrate(&o, "schema", true, &done, &err)
		|| !db_open(&db, &o, &err) || !db_run_script(db, rows, &err)) {
		print_error("%s\n", err_text(&err));
		return -1;
	}
	return 0;
}

static int
close_database(void **state)
{
	char text[100];
	(void)state;
	(void)snprintf(text, sizeof(text), "DROP DATABASE %s", name);
	const bool ok = db_run_script(db, text, &err);
	db_close(&db);
	arena_free(&arena);
	return ok ? 0 : -1;
}

static void
read_all(size_t page, uint64_t after, uint64_t upto, struct map_changes *all,
	size_t *pages_r)
{
	struct change_place at = { .after = after };
	bool more = true;
	for (*pages_r = 0; more; ++*pages_r) {
		struct map_changes one = { 0 };
		OK(change_page(db, &at, upto, page, arena, &one, &err));
		assert_true(one.n <= page);
		for (size_t i = 0; i < one.n; i++)
			OK(map_changes_add(all, &one.change[i], &err));
		more = one.is_cut;
		if (more)
			at = (struct change_place){ one.change[one.n - 1].serial
					- 1,
				one.change[one.n - 1].kind,
				one.change[one.n - 1].key };
		map_changes_free(&one);
	}
}

static int
compare(const struct map_change *a, const struct map_change *b)
{
	if (a->serial != b->serial)
		return a->serial < b->serial ? -1 : 1;
	return a->kind != b->kind ? a->kind - b->kind : strcmp(a->key, b->key);
}

static void
pages_are_all_keys_once_in_order(void **state)
{
	static const size_t sizes[] = { 1, 7, 64, 499, 500, 5000 };
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
		struct map_changes all = { 0 };
		size_t pages;
		read_all(sizes[k], 0, LAST, &all, &pages);
		assert_int_equal(all.n, LAST - 1 + WIDE + 1);
		assert_int_equal(pages, (all.n + sizes[k] - 1) / sizes[k]);
		for (size_t i = 0; i < all.n; i++) {
			assert_int_equal(all.change[i].is_confirmed,
				all.change[i].serial == 500);
			if (i > 0)
				assert_true(compare(&all.change[i - 1],
						    &all.change[i])
					< 0);
		}
		map_changes_free(&all);
	}
}

static void
pages_stay_between_their_serials(void **state)
{
	struct map_changes all = { 0 };
	size_t pages;
	(void)state;
	read_all(100, 499, 500, &all, &pages);
	assert_int_equal(all.n, WIDE + 1);
	assert_int_equal(pages, 11);
	map_changes_free(&all);
	read_all(10, LAST, LAST, &all, &pages);
	assert_int_equal(all.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_all_keys_once_in_order),
		cmocka_unit_test(pages_stay_between_their_serials),
	};
	return cmocka_run_group_tests(tests, open_database, close_database);
}
