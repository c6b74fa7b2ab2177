/*
 * Statements and the connection: types, sizes, errors, and what happens when
 * the connection goes.
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
#include "base/log.h"
#include "base/str.h"
#include "base/token.h"
#include "db/migrate.h"
#include "db/tables.h"

static struct db *db, *other;
static struct arena *arena;
static char name[64];
static struct err err;

#define OK(call)                                                               \
	do {                                                                   \
		err_clear(&err);                                               \
		if (!(call))                                                   \
			fail_msg("%s: %s", #call, err_text(&err));             \
	} while (0)

static struct db_options
options(void)
{
	return (struct db_options){ .socket = getenv("POSTROOM_TEST_DB_SOCKET"),
		.name = name,
		.user = "root",
		.is_lazy = true };
}

static int
start(void **state)
{
	struct db_options o;
	struct db_migrated done;

	(void)state;
	snprintf(name, sizeof(name), "stmt%ld", (long)getpid());
	o = options();
	log_init("test", LOG_LEVEL_ERROR);
	arena = arena_new(64U << 20);
	if (!o.socket || !arena || !token_start()
		|| !db_migrate(&o, "schema", true, &done, &err)
		|| !db_open(&db, &o, &err) || !db_open(&other, &o, &err)
		|| !db_run_script(db,
			"CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY "
			"AUTO_INCREMENT, n BIGINT NULL, s LONGTEXT NULL, "
			"b BLOB NULL, at DATETIME(6) NULL, k VARCHAR(20), "
			"UNIQUE KEY t_k (k))",
			&err)) {
		print_error("%s\n", err_text(&err));
		return -1;
	}
	return 0;
}

static int
stop(void **state)
{
	char sql[128];

	(void)state;
	snprintf(sql, sizeof(sql), "DROP DATABASE %s", name);
	OK(db_run_script(db, sql, &err));
	db_close(&db);
	db_close(&other);
	arena_free(&arena);
	return 0;
}

static const struct sql insert = {
	"INSERT INTO t (n, s, b, at, k) VALUES (?, ?, ?, ?, ?)", "isbts", ""
};
static const struct sql read_all = {
	"SELECT id, n, s, b, at, k FROM t ORDER BY id", "", "uisbts"
};
static const struct sql count_rows = {
	"SELECT CAST(COUNT(*) AS UNSIGNED) FROM t", "", "u"
};
static const struct sql clear = { "DELETE FROM t", "", "" };

static uint64_t
count(void)
{
	uint64_t n;

	OK(db_query_u64(other, &count_rows, NO_ARGS, &n, NULL, &err));
	return n;
}

static void
every_statement_matches_the_schema(void **state)
{
	struct db_options o = options();
	struct db *eager;

	(void)state;
	o.is_lazy = false;
	o.tables = db_tables;
	OK(db_open(&eager, &o, &err));
	db_close(&eager);
}

static void
a_statement_that_does_not_match_is_refused(void **state)
{
	static const struct sql wrong[] = {
		{ "SELECT id FROM t WHERE id = ?", "", "u" },
		{ "SELECT id, n FROM t", "", "u" },
		{ "SELECT s FROM t", "", "u" },
		{ "SELECT at FROM t", "", "s" },
		{ "SELECT nothing FROM t", "", "s" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct rows r;

		err_clear(&err);
		assert_false(db_query(db, &wrong[i], NO_ARGS, &r, &err));
		assert_int_equal(err.code, ERR_INTERNAL);
	}
}

static void
values_come_back_as_they_went(void **state)
{
	size_t big = 200000, len;
	char *text = arena_alloc(arena, big + 1);
	int64_t at = now_us();
	struct rows r;

	(void)state;
	memset(text, 'x', big);
	OK(db_exec(db, &clear, NO_ARGS, NULL, &err));
	OK(db_exec(db, &insert,
		ARGS(arg_i64(INT64_MIN), arg_text(text), arg_bytes("a\0b", 3),
			arg_time(at), arg_text("one")),
		NULL, &err));
	OK(db_exec(db, &insert,
		ARGS(arg_null(), arg_null(), arg_null(), arg_time(TIME_NONE),
			arg_text("two")),
		NULL, &err));
	OK(db_query(db, &read_all, NO_ARGS, &r, &err));
	assert_int_equal(r.n, 2);
	assert_true(rows_next(&r));
	assert_int_equal(row_i64(&r, 1), INT64_MIN);
	assert_int_equal(strlen(row_text(&r, 2)), big);
	assert_memory_equal(row_bytes(&r, 3, &len), "a\0b", 3);
	assert_int_equal(len, 3);
	assert_int_equal(row_time(&r, 4), at);
	assert_true(rows_next(&r));
	assert_true(row_is_null(&r, 1));
	assert_string_equal(row_text(&r, 2), "");
	assert_int_equal(row_time(&r, 4), TIME_NONE);
	assert_string_equal(row_text(&r, 5), "two");
	assert_false(rows_next(&r));
	OK(rows_done(&r, &err));
}

static void
many_rows_go_in_one_step(void **state)
{
	struct arg args[5 * 300];
	char key[300][8];
	struct db_done done;
	uint64_t trips;

	(void)state;
	OK(db_exec(db, &clear, NO_ARGS, NULL, &err));
	for (size_t i = 0; i < 300; i++) {
		snprintf(key[i], sizeof(key[i]), "k%zu", i);
		args[5 * i] = i % 2 ? arg_i64((int64_t)i) : arg_null();
		args[5 * i + 1] = arg_text(key[i]);
		args[5 * i + 2] = arg_null();
		args[5 * i + 3] = arg_time(1000000 * (int64_t)i);
		args[5 * i + 4] = arg_text(key[i]);
	}
	trips = db_round_trips(db);
	OK(db_exec_rows(db, &insert, args, 5, 300, &done, &err));
	assert_int_equal(done.affected, 300);
	assert_int_equal(db_round_trips(db) - trips, 1);
	assert_int_equal(count(), 300);
	/* One double undoes them all. */
	args[5 * 299 + 4] = arg_text("k0");
	OK(db_exec(db, &clear, NO_ARGS, NULL, &err));
	err_clear(&err);
	assert_false(db_exec_rows(db, &insert, args, 5, 300, NULL, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_string_equal(err.item[0].field, "t_k");
	assert_int_equal(count(), 0);
	/* The statement is whole again for single rows. */
	OK(db_exec(db, &insert, args, 5, NULL, &err));
	assert_int_equal(count(), 1);
}

static void
a_stream_gives_every_row(void **state)
{
	static const struct sql q = {
		"SELECT seq, REPEAT('y', seq % 1000) FROM seq_1_to_20000", "",
		"us"
	};
	struct rows r;
	uint64_t n = 0;

	(void)state;
	OK(db_stream(db, &q, NO_ARGS, &r, &err));
	while (rows_next(&r)) {
		n++;
		assert_int_equal(row_u64(&r, 0), n);
		assert_int_equal(strlen(row_text(&r, 1)), n % 1000);
	}
	OK(rows_done(&r, &err));
	assert_int_equal(n, 20000);
}

static uint64_t
connection_id(struct db *d)
{
	static const struct sql q = {
		"SELECT CAST(CONNECTION_ID() AS UNSIGNED)", "", "u"
	};
	uint64_t id;

	OK(db_query_u64(d, &q, NO_ARGS, &id, NULL, &err));
	return id;
}

/* The connection of `db` goes; the next line finds it gone. */
static void
kill_connection(void)
{
	char sql[64];
	const struct sql alive = { "SELECT COUNT(*) FROM "
				   "information_schema.processlist "
				   "WHERE id = ?",
		"u", "i" };
	uint64_t id = connection_id(db);

	snprintf(sql, sizeof(sql), "KILL CONNECTION %llu",
		(unsigned long long)id);
	OK(db_run_script(other, sql, &err));
	for (int left = 5000;; left--) {
		struct rows r;
		int64_t n = 0;

		OK(db_query(other, &alive, ARGS(arg_u64(id)), &r, &err));
		if (rows_next(&r))
			n = row_i64(&r, 0);
		OK(rows_done(&r, &err));
		if (n == 0)
			return;
		assert_true(left > 0);
	}
}

static void
a_lost_connection_is_made_anew_outside_a_transaction(void **state)
{
	struct rows r;

	(void)state;
	kill_connection();
	OK(db_query(db, &read_all, NO_ARGS, &r, &err));
	OK(rows_done(&r, &err));
	kill_connection();
	OK(db_begin(db, DB_READ_COMMITTED, &err));
	db_rollback(db);
}

static void
inside_a_transaction_it_is_a_rerun(void **state)
{
	(void)state;
	OK(db_begin(db, DB_READ_COMMITTED, &err));
	OK(db_exec(db, &clear, NO_ARGS, NULL, &err));
	kill_connection();
	err_clear(&err);
	assert_false(db_exec(db, &clear, NO_ARGS, NULL, &err));
	assert_int_equal(err.code, ERR_RETRY);
	assert_false(db_in_transaction(db));
	OK(db_begin(db, DB_READ_COMMITTED, &err));
	OK(db_exec(db, &clear, NO_ARGS, NULL, &err));
	OK(db_commit(db, &err));
}

static void
a_commit_that_is_lost_is_said(void **state)
{
	(void)state;
	OK(db_begin(db, DB_READ_COMMITTED, &err));
	OK(db_exec(db, &clear, NO_ARGS, NULL, &err));
	kill_connection();
	err_clear(&err);
	assert_false(db_commit(db, &err));
	assert_true(err.code == ERR_OUTCOME || err.code == ERR_RETRY);
	assert_false(db_in_transaction(db));
}

static void
a_slow_statement_is_ended(void **state)
{
	static const struct sql slow = {
		"SELECT seq, SLEEP(0.05) FROM seq_1_to_1000", "", "ui"
	};
	struct db_options o = options();
	struct db *quick;
	struct rows r;

	(void)state;
	o.statement_s = 1;
	OK(db_open(&quick, &o, &err));
	err_clear(&err);
	assert_false(db_query(quick, &slow, NO_ARGS, &r, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	OK(db_ping(quick, &err));
	db_close(&quick);
}

static void
a_lock_that_is_held_is_a_rerun(void **state)
{
	(void)state;
	OK(db_run_script(db, "SET innodb_lock_wait_timeout = 1", &err));
	OK(db_exec(db, &insert,
		ARGS(arg_null(), arg_null(), arg_null(), arg_null(),
			arg_text("locked")),
		NULL, &err));
	OK(db_begin(other, DB_READ_COMMITTED, &err));
	OK(db_exec(other, &clear, NO_ARGS, NULL, &err));
	err_clear(&err);
	assert_false(db_exec(db, &clear, NO_ARGS, NULL, &err));
	assert_int_equal(err.code, ERR_RETRY);
	db_rollback(other);
}

static void
a_server_that_is_away_is_said(void **state)
{
	struct db_options o = options();
	struct db *none;

	(void)state;
	o.socket = "/nonexistent/postroom.sock";
	err_clear(&err);
	assert_false(db_open(&none, &o, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_null(none);
}

/* How many more rows a transaction sees that somebody else adds meanwhile. */
static int64_t
seen_meanwhile(struct db *reader, enum db_isolation isolation, const char *key)
{
	uint64_t before, after;

	OK(db_begin(reader, isolation, &err));
	OK(db_query_u64(reader, &count_rows, NO_ARGS, &before, NULL, &err));
	OK(db_exec(other, &insert,
		ARGS(arg_null(), arg_null(), arg_null(), arg_null(),
			arg_text(key)),
		NULL, &err));
	OK(db_query_u64(reader, &count_rows, NO_ARGS, &after, NULL, &err));
	OK(db_commit(reader, &err));
	return (int64_t)(after - before);
}

static void
a_snapshot_does_not_move(void **state)
{
	struct db_options o = options();
	struct db *reader;

	(void)state;
	/* Whatever the connection's transactions are as a rule. */
	o.isolation = DB_SNAPSHOT;
	OK(db_open(&reader, &o, &err));
	assert_int_equal(seen_meanwhile(db, DB_SNAPSHOT, "later"), 0);
	assert_int_equal(seen_meanwhile(db, DB_READ_COMMITTED, "l2"), 1);
	assert_int_equal(seen_meanwhile(reader, DB_SNAPSHOT, "l3"), 0);
	assert_int_equal(seen_meanwhile(reader, DB_READ_COMMITTED, "l4"), 1);
	db_close(&reader);
}

static void
migrating_twice_changes_nothing(void **state)
{
	struct db_options o = options();
	struct db_migrated done;
	unsigned version;

	(void)state;
	OK(db_migrate(&o, "schema", true, &done, &err));
	assert_int_equal(done.from, done.to);
	OK(db_schema_version(db, &version, &err));
	assert_int_equal(version, done.to);
}

static void
a_newer_or_changed_schema_is_refused(void **state)
{
	static const struct {
		const char *set, *back, *reason;
	} cases[] = {
		{ "INSERT INTO schema_version VALUES (999, 'x', '', NOW(6), "
		  "NOW(6))",
			"DELETE FROM schema_version WHERE version = 999",
			"schema_newer" },
		{ "UPDATE schema_version SET sha256 = REVERSE(sha256) "
		  "WHERE version = 1",
			"UPDATE schema_version SET sha256 = REVERSE(sha256) "
			"WHERE version = 1",
			"migration_changed" },
		{ "UPDATE schema_version SET applied = NULL WHERE version = 1",
			"UPDATE schema_version SET applied = begun "
			"WHERE version = 1",
			"migration_half_done" },
	};
	struct db_options o = options();
	struct db_migrated done;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OK(db_run_script(db, cases[i].set, &err));
		err_clear(&err);
		assert_false(db_migrate(&o, "schema", true, &done, &err));
		assert_int_equal(err.code, ERR_CONFLICT);
		assert_string_equal(err.item[0].reason, cases[i].reason);
		OK(db_run_script(db, cases[i].back, &err));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_statement_matches_the_schema),
		cmocka_unit_test(a_statement_that_does_not_match_is_refused),
		cmocka_unit_test(values_come_back_as_they_went),
		cmocka_unit_test(many_rows_go_in_one_step),
		cmocka_unit_test(a_stream_gives_every_row),
		cmocka_unit_test(
			a_lost_connection_is_made_anew_outside_a_transaction),
		cmocka_unit_test(inside_a_transaction_it_is_a_rerun),
		cmocka_unit_test(a_commit_that_is_lost_is_said),
		cmocka_unit_test(a_slow_statement_is_ended),
		cmocka_unit_test(a_lock_that_is_held_is_a_rerun),
		cmocka_unit_test(a_server_that_is_away_is_said),
		cmocka_unit_test(a_snapshot_does_not_move),
		cmocka_unit_test(migrating_twice_changes_nothing),
		cmocka_unit_test(a_newer_or_changed_schema_is_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
