/*
 * What the log and the nodes' rows say, as the differences read it: keys of a
 * range, what was purged, where routing stands; and that a domain which is
 * held back keeps the serial that was live before.
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
#include "db/map_rows.h"
#include "db/migrate.h"
#include "db/past_rows.h"

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

static void
run(const char *text)
{
	OK(db_run_script(db, text, &err));
}

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
	arena = arena_new(16U << 20);
	(void)snprintf(name, sizeof(name), "past%ld", (long)getpid());
	if (o.socket == NULL || arena == NULL
		|| !db_migrate(&o, "schema", true, &done, &err)
		|| !db_open(&db, &o, &err)) {
		print_error("%s\n", err_text(&err));
		return -1;
	}
	return 0;
}

static int
close_database(void **state)
{
	char text[128];

	(void)state;
	(void)snprintf(text, sizeof(text), "DROP DATABASE %s", name);
	run(text);
	db_close(&db);
	arena_free(&arena);
	return 0;
}

/* Three revisions: a mailbox made, its domain changed, the mailbox purged. */
static int
fill(void **state)
{
	(void)state;
	run("DELETE FROM change_key; DELETE FROM `change`;"
	    "DELETE FROM revision; DELETE FROM mailbox; DELETE FROM domain;"
	    "DELETE FROM node_domain; DELETE FROM node_status;"
	    "DELETE FROM node; DELETE FROM setting;"
	    "DELETE FROM approval WHERE domain <> '';"
	    "UPDATE approval SET serial = 0;"
	    "INSERT INTO domain (id, name, name_unicode, created, updated) "
	    "VALUES (1, 'd.test', 'd.test', UTC_TIMESTAMP(6), "
	    "UTC_TIMESTAMP(6));"
	    "INSERT INTO mailbox (id, domain_id, address, alive, created, "
	    "updated) VALUES (8, 1, 'kept@d.test', NULL, UTC_TIMESTAMP(6), "
	    "UTC_TIMESTAMP(6));"
	    "INSERT INTO revision (serial, prov_id, action, actor_kind, "
	    "actor_name, changes, created) VALUES "
	    "(1, 11, 'mailbox.create', 1, 'ana', 1, UTC_TIMESTAMP(6)),"
	    "(2, 12, 'domain.update', 1, 'bo', 1, UTC_TIMESTAMP(6)),"
	    "(3, 13, 'purge', 3, 'clock', 1, UTC_TIMESTAMP(6));"
	    "INSERT INTO `change` (prov_id, seq, noun, noun_id, domain_id, op,"
	    " subject, version, before_image, after_image) VALUES "
	    "(11, 0, 'mailbox', 7, 1, 1, 'x@d.test', 1, NULL, '{\"a\":1}'),"
	    "(12, 0, 'domain', 1, 1, 2, 'd.test', 2, '{}', '{}'),"
	    "(13, 0, 'mailbox', 7, 1, 3, 'x@d.test', 2, '{}', NULL);"
	    "INSERT INTO change_key VALUES (11, 0, 'a', 'x@d.test'),"
	    "(11, 0, 's', 'x@d.test'), (12, 0, 'd', 'd.test'),"
	    "(12, 0, 'w', '192.0.2.1'), (13, 0, 'a', 'x@d.test')");
	return 0;
}

static void
keys_of_a_range_say_who_and_when(void **state)
{
	struct past_key *k;
	size_t n;

	(void)state;
	OK(past_keys(db, arena, 0, 2, NULL, 9, &k, &n, &err));
	assert_int_equal(n, 3);
	assert_string_equal(k[0].key, "x@d.test");
	assert_int_equal(k[0].kind, 'a');
	assert_int_equal(k[0].by.serial, 1);
	assert_string_equal(k[0].by.actor_name, "ana");
	assert_string_equal(k[0].by.action, "mailbox.create");
	OK(past_keys(db, arena, 1, 3, "d.test", 9, &k, &n, &err));
	assert_int_equal(n, 2);
	OK(past_keys(db, arena, 0, 3, "other.test", 9, &k, &n, &err));
	assert_int_equal(n, 0);
	OK(past_keys(db, arena, 0, 3, NULL, 1, &k, &n, &err));
	assert_int_equal(n, 2);
}

static void
what_was_purged_is_found_by_its_key(void **state)
{
	const char *const asked[] = { "kept@d.test", "x@d.test" };
	const uint64_t id = 7;
	struct past_gone *gone;
	struct past_change *change;
	struct mailbox *m;
	const char **address;
	size_t n;

	(void)state;
	OK(past_mailboxes(db, arena, asked, 2, &m, &n, &err));
	assert_int_equal(n, 1);
	assert_false(m[0].is_alive);
	OK(past_gone(db, arena, 'a', asked, 2, 2, &gone, &n, &err));
	assert_int_equal(n, 1);
	assert_int_equal(gone[0].id, 7);
	assert_int_equal(gone[0].noun, PAST_MAILBOX);
	OK(past_gone(db, arena, 'a', asked, 2, 3, &gone, &n, &err));
	assert_int_equal(n, 0);
	OK(past_changes(db, arena, PAST_MAILBOX, &id, 1, 0, &change, &n, &err));
	assert_int_equal(n, 2);
	assert_string_equal(change[0].after, "{\"a\":1}");
	assert_null(change[0].before);
	assert_int_equal(change[1].by.serial, 3);
	OK(past_addresses(db, arena, 1, 0, 9, &address, &n, &err));
	assert_int_equal(n, 2);
	OK(past_addresses(db, arena, 1, 3, 9, &address, &n, &err));
	assert_int_equal(n, 1);
}

static void
the_node_furthest_behind_counts(void **state)
{
	struct past_live live;
	struct past_domain *d;
	size_t n;

	(void)state;
	OK(past_live(db, &live, &err));
	assert_int_equal(live.n_nodes, 0);
	run("INSERT INTO node (id, name, created) VALUES "
	    "(1, 'one', UTC_TIMESTAMP(6)), (2, 'two', UTC_TIMESTAMP(6));"
	    "INSERT INTO node_status (node_id, serial, hold_serial) VALUES "
	    "(1, 9, NULL), (2, 5, 3);"
	    "INSERT INTO setting VALUES ('publish.mode', 'reviewed');"
	    "UPDATE approval SET serial = 4;"
	    "INSERT INTO approval (domain, serial, updated) VALUES "
	    "('b.test', 6, UTC_TIMESTAMP(6)), ('a.test', 2, "
	    "UTC_TIMESTAMP(6))");
	OK(past_live(db, &live, &err));
	assert_int_equal(live.n_nodes, 2);
	assert_int_equal(live.serial, 5);
	assert_true(live.is_held);
	assert_int_equal(live.hold_serial, 3);
	assert_true(live.is_reviewed);
	assert_int_equal(live.approved, 4);
	OK(past_approved(db, arena, live.approved, 9, &d, &n, &err));
	assert_int_equal(n, 1);
	assert_string_equal(d[0].name, "b.test");
	/* One that never said anything holds nothing back. */
	run("DELETE FROM node_status WHERE node_id = 2");
	OK(past_live(db, &live, &err));
	assert_int_equal(live.serial, 9);
	assert_false(live.is_held);
}

/* One report of a node: these domains are held, and it has `serial` live. */
static void
report(uint64_t serial, const char *a, const char *b)
{
	const struct map_status s = { .serial = serial,
		.state = "held",
		.message = "",
		.applied_us = TIME_NONE,
		.seen_us = TIME_NONE,
		.hold_by = "",
		.checked_us = TIME_NONE,
		.facts = "{}" };

	OK(db_begin(db, DB_READ_COMMITTED, &err));
	OK(map_held_clear(db, 1, &err));
	if (a)
		OK(map_held_add(db, 1, a, "guard: why", &err));
	if (b)
		OK(map_held_add(db, 1, b, "a fault", &err));
	OK(map_status_write(db, 1, &s, &err));
	OK(db_commit(db, &err));
}

static uint64_t
held_at(const char *domain)
{
	struct past_domain *d;
	uint64_t serial = UINT64_MAX;
	size_t n;

	OK(past_held(db, arena, 9, &d, &n, &err));
	for (size_t i = 0; i < n; i++)
		if (strcmp(d[i].name, domain) == 0)
			serial = d[i].serial;
	return serial;
}

static void
a_held_domain_keeps_the_serial_before(void **state)
{
	(void)state;
	run("INSERT INTO node (id, name, created) VALUES "
	    "(1, 'one', UTC_TIMESTAMP(6))");
	report(4, NULL, NULL);
	report(6, "a.test", NULL);
	report(9, "a.test", "b.test");
	assert_int_equal(held_at("a.test"), 4);
	assert_int_equal(held_at("b.test"), 6);
	report(10, NULL, "b.test");
	assert_int_equal(held_at("a.test"), UINT64_MAX);
	assert_int_equal(held_at("b.test"), 6);
	report(11, "a.test", "b.test");
	assert_int_equal(held_at("a.test"), 10);
	report(12, NULL, NULL);
	assert_int_equal(held_at("b.test"), UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(keys_of_a_range_say_who_and_when, fill),
		cmocka_unit_test_setup(
			what_was_purged_is_found_by_its_key, fill),
		cmocka_unit_test_setup(the_node_furthest_behind_counts, fill),
		cmocka_unit_test_setup(
			a_held_domain_keeps_the_serial_before, fill),
	};

	return cmocka_run_group_tests(tests, open_database, close_database);
}
