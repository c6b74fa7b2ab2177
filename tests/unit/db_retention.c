/*
 * The functions of schema/0002_retention.sql: what they take and what they
 * leave, against a real MariaDB.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "db/migrate.h"
#include "db/retention_rows.h"

static struct db *db;
static char name[64];

static void
run(const char *text)
{
	struct err e = ERR_EMPTY;

	if (!db_run_script(db, text, &e))
		fail_msg("%s: %s", text, err_text(&e));
}

static uint64_t
number(const char *text)
{
	const struct sql q = { text, "", "i" };
	struct err e = ERR_EMPTY;
	uint64_t value = 0;
	struct rows r;

	if (!db_query_text(db, &q, NO_ARGS, &r, &e))
		fail_msg("%s: %s", text, err_text(&e));
	if (rows_next(&r))
		value = (uint64_t)row_i64(&r, 0);
	assert_true(rows_done(&r, &e));
	return value;
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
	struct err e = ERR_EMPTY;

	(void)state;
	if (o.socket == NULL)
		return -1;
	(void)snprintf(name, sizeof(name), "retention%ld", (long)getpid());
	if (!db_migrate(&o, "schema", true, &done, &e)
		|| !db_open(&db, &o, &e)) {
		print_error("%s\n", err_text(&e));
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
	return 0;
}

/* Ten revisions, 99, 89, ... 9 days old, with a change and a key each. */
static void
fill_log(void)
{
	run("DELETE FROM revision; DELETE FROM `change`; "
	    "DELETE FROM change_key; DELETE FROM node_status; "
	    "DELETE FROM node; "
	    "INSERT INTO revision (serial, prov_id, action, actor_kind, "
	    "actor_name, changes, created) SELECT seq, seq + 1000, 'x', 3, "
	    "'clock', 1, UTC_TIMESTAMP(6) - INTERVAL 109 - 10 * seq DAY "
	    "FROM seq_1_to_10; "
	    "INSERT INTO `change` (prov_id, seq, noun, noun_id, op, subject, "
	    "version) SELECT seq + 1000, 0, 'domain', 1, 2, 'd', 1 "
	    "FROM seq_1_to_10; "
	    "INSERT INTO change_key SELECT seq + 1000, 0, 'd', 'd.test' "
	    "FROM seq_1_to_10");
}

static uint64_t
prune(int64_t days, int64_t most)
{
	struct err e = ERR_EMPTY;
	uint64_t n = 0;

	assert_true(retention_prune_revisions(db, days, most, &n, &e));
	return n;
}

static void
revisions_go_oldest_first_and_in_batches(void **state)
{
	(void)state;
	fill_log();
	assert_int_equal(prune(65, 2), 2);
	assert_int_equal(number("SELECT MIN(serial) FROM revision"), 3);
	assert_int_equal(prune(65, 100), 2);
	assert_int_equal(prune(65, 100), 0);
	assert_int_equal(number("SELECT COUNT(*) FROM revision"), 6);
	assert_int_equal(number("SELECT COUNT(*) FROM `change`"), 6);
	assert_int_equal(number("SELECT COUNT(*) FROM change_key"), 6);
}

static void
nothing_under_thirty_days_goes(void **state)
{
	(void)state;
	fill_log();
	assert_int_equal(prune(0, 100), 7);
	assert_int_equal(number("SELECT COUNT(*) FROM revision WHERE created "
				"> UTC_TIMESTAMP(6) - INTERVAL 31 DAY"),
		3);
	assert_int_equal(prune(-5000, 100), 0);
}

static void
what_a_node_has_not_live_stays(void **state)
{
	(void)state;
	fill_log();
	run("INSERT INTO node (id, name, created) VALUES (1, 'n', NOW(6)); "
	    "INSERT INTO node_status (node_id, serial) VALUES (1, 2)");
	assert_int_equal(prune(30, 100), 2);
	assert_int_equal(number("SELECT MIN(serial) FROM revision"), 3);
}

static void
secrets_go_when_unused_for_long_enough(void **state)
{
	struct err e = ERR_EMPTY;
	uint64_t last = 0, n = 0;

	(void)state;
	run("INSERT INTO secret (id, kind, value, fingerprint, created) "
	    "SELECT seq, 'password', 'x', 'y', '2020-01-01' FROM seq_1_to_6; "
	    "INSERT INTO domain (id, name, name_unicode, created, updated) "
	    "VALUES (1, 'd.test', 'd.test', NOW(6), NOW(6)); "
	    "INSERT INTO mailbox (domain_id, address, secret_id, created, "
	    "updated) VALUES (1, 'a@d.test', 2, NOW(6), NOW(6))");
	assert_true(retention_mark_secrets(db, 0, 4, &last, &e));
	assert_int_equal(last, 4);
	assert_true(retention_mark_secrets(db, last, 4, &last, &e));
	assert_true(retention_mark_secrets(db, last, 4, &last, &e));
	assert_int_equal(last, 0);
	assert_int_equal(number("SELECT COUNT(*) FROM secret_unused"), 5);
	/* They are old, but have not been unused for long. */
	assert_true(retention_prune_secrets(db, 0, 100, &n, &e));
	assert_int_equal(n, 0);
	/* One is used again, though nobody has looked since. */
	run("UPDATE secret_unused SET since = since - INTERVAL 31 DAY; "
	    "UPDATE mailbox SET secret_id = 3");
	assert_true(retention_prune_secrets(db, 30, 2, &n, &e));
	assert_int_equal(n, 2);
	assert_true(retention_prune_secrets(db, 30, 100, &n, &e));
	assert_int_equal(n, 2);
	assert_int_equal(number("SELECT COUNT(*) FROM secret "
				"WHERE id IN (2, 3)"),
		2);
	assert_true(retention_mark_secrets(db, 0, 100, &last, &e));
	assert_int_equal(number("SELECT secret_id FROM secret_unused"), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(revisions_go_oldest_first_and_in_batches),
		cmocka_unit_test(nothing_under_thirty_days_goes),
		cmocka_unit_test(what_a_node_has_not_live_stays),
		cmocka_unit_test(secrets_go_when_unused_for_long_enough),
	};

	return cmocka_run_group_tests(tests, open_database, close_database);
}
