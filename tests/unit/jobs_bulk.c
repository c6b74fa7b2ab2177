/*
 * A change of many mailboxes: cut off between two batches it goes on where it
 * was, and it stops when it is asked to. Against a real MariaDB.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/token.h"
#include "core/domain.h"
#include "core/bulk.h"
#include "core/mailbox.h"
#include "db/migrate.h"
#include "jobs/jobd.h"

enum { ROWS = 100 };

struct world {
	struct jobd d; /* its core serves the test as well */
	struct actor actor;
	uint64_t domain_id;
	char name[64];
};

static void
script(struct world *w, const char *text)
{
	struct err e = ERR_EMPTY;

	if (!db_run_script(w->d.core.db, text, &e))
		fail_msg("%s: %s", text, err_text(&e));
}

static int64_t
number(struct world *w, const char *text)
{
	const struct sql q = { text, "", "i" };
	struct err e = ERR_EMPTY;
	struct rows r;
	int64_t value = -1;

	if (!db_query_text(w->d.core.db, &q, NO_ARGS, &r, &e))
		fail_msg("%s: %s", text, err_text(&e));
	if (rows_next(&r))
		value = row_i64(&r, 0);
	assert_true(rows_done(&r, &e));
	return value;
}

static bool
open_world(struct world *w, struct err *e)
{
	struct db_options o = {
		.socket = getenv("POSTROOM_TEST_DB_SOCKET"),
		.name = w->name,
		.user = "root",
	};
	struct db_migrated done;
	char text[400];

	(void)snprintf(w->name, sizeof(w->name), "bulk%ld", (long)getpid());
	(void)snprintf(text, sizeof(text),
		"[database]\nsocket=%s\nname=%s\n[job]\nuser=root\n"
		"[map]\nwake=/nonexistent/wake\n",
		o.socket ? o.socket : "", w->name);
	w->d.arena = arena_new(JOBD_ARENA_BYTES);
	assert_true(str_copy(w->d.holder, sizeof(w->d.holder), "first"));
	w->actor = actor_cli("test");
	return token_start() && conf_parse(&w->d.conf, "test", text, e)
		&& db_migrate(&o, "schema", true, &done, e)
		&& core_open(&w->d.core, &w->d.conf, FACE_JOB, w->d.arena, e);
}

static int
set_up(void **state)
{
	static struct world w;
	struct err e = ERR_EMPTY;
	struct domain_in in;
	struct domain d;

	if (!open_world(&w, &e)) {
		print_error("%s\n", err_text(&e));
		return -1;
	}
	domain_in_defaults(&in);
	if (!str_copy(in.name, sizeof(in.name), "bulk.test")
		|| !domain_create(&w.d.core, &w.actor, &in, &d, &e))
		return -1;
	w.domain_id = d.id;
	*state = &w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;
	char text[100];

	(void)snprintf(text, sizeof(text), "DROP DATABASE %s", w->name);
	script(w, text);
	core_close(&w->d.core);
	arena_free(&w->d.arena);
	return 0;
}

static void
fill(struct world *w)
{
	char text[1000];

	(void)snprintf(text, sizeof(text),
		"DELETE FROM mailbox; "
		"INSERT INTO mailbox (domain_id, address, created, updated) "
		"SELECT %llu, CONCAT('u', seq, '@bulk.test'), NOW(6), NOW(6) "
		"FROM seq_1_to_%d; UPDATE domain SET mailbox_count = %d, "
		"quota_allotted_bytes = 0 WHERE id = %llu",
		(unsigned long long)w->domain_id, ROWS, ROWS,
		(unsigned long long)w->domain_id);
	script(w, text);
}

/* Ask for a quota of 4096 bytes for all of them. */
static uint64_t
order(struct world *w)
{
	struct bulk_in in;
	struct err e = ERR_EMPTY;
	struct job j;
	char text[200];

	arena_reset(w->d.arena);
	bulk_in_defaults(&in);
	(void)snprintf(text, sizeof(text),
		"{\"filter\":{\"domain_id\":%llu},\"expected_count\":%d,"
		"\"action\":{\"quota_bytes\":4096}}",
		(unsigned long long)w->domain_id, ROWS);
	if (!form_read_json(bulk_mailbox_form, text, strlen(text),
		    &json_limits_request, &in, NULL, w->d.arena, &e)
		|| !bulk_start(
			&w->d.core, &w->actor, BULK_MAILBOXES, &in, &j, &e))
		fail_msg("%s", err_text(&e));
	return j.id;
}

/* One step of the daemon, with a small batch. */
static bool
step(struct world *w)
{
	struct err e = ERR_EMPTY;
	int pause_ms;
	bool is_idle;

	arena_reset(w->d.arena);
	w->d.batch = 20;
	if (!jobd_work(&w->d, &pause_ms, &is_idle, &e))
		fail_msg("%s", err_text(&e));
	return !is_idle;
}

static void
check_job(struct world *w, uint64_t id, enum job_state state, uint64_t done)
{
	struct err e = ERR_EMPTY;
	struct job j;

	arena_reset(w->d.arena);
	if (!job_get(&w->d.core, &w->actor, id, &j, &e))
		fail_msg("%s", err_text(&e));
	assert_int_equal(j.state, state);
	assert_int_equal(j.done, done);
	assert_int_equal(j.total, ROWS);
	assert_int_equal(j.failed, 0);
}

static void
a_job_that_was_cut_off_goes_on_where_it_was(void **state)
{
	struct world *w = *state;
	uint64_t id;

	fill(w);
	id = order(w);
	assert_true(step(w)); /* takes it */
	assert_true(step(w));
	assert_true(step(w));
	check_job(w, id, JOB_RUNNING, 40);
	/* Killed: another one finds the lease, and nothing to take yet. */
	w->d.job_id = 0;
	assert_true(str_copy(w->d.holder, sizeof(w->d.holder), "second"));
	assert_false(step(w));
	script(w, "UPDATE job SET lease_until = '2020-01-01' WHERE state = 2");
	while (step(w))
		;
	check_job(w, id, JOB_DONE, ROWS);
	assert_int_equal(number(w,
				 "SELECT COUNT(*) FROM mailbox "
				 "WHERE quota_bytes = 4096 AND version = 2"),
		ROWS);
	assert_int_equal(number(w, "SELECT quota_allotted_bytes FROM domain"),
		ROWS * 4096);
	assert_int_equal(number(w,
				 "SELECT COUNT(*) FROM `change` c "
				 "JOIN revision r ON r.prov_id = c.prov_id "
				 "WHERE r.job_id IS NOT NULL "
				 "AND r.actor_name = 'test'"),
		ROWS);
}

static void
a_job_stops_between_batches_when_asked(void **state)
{
	struct world *w = *state;
	struct err e = ERR_EMPTY;
	struct job j;
	uint64_t id;

	fill(w);
	id = order(w);
	assert_true(step(w));
	assert_true(step(w));
	assert_true(job_cancel(&w->d.core, &w->actor, id, &j, &e));
	while (step(w))
		;
	check_job(w, id, JOB_CANCELLED, 20);
	assert_int_equal(number(w,
				 "SELECT COUNT(*) FROM mailbox "
				 "WHERE quota_bytes = 4096"),
		20);
}

static void
a_daemon_that_ends_gives_its_job_back(void **state)
{
	struct world *w = *state;
	uint64_t id;

	fill(w);
	id = order(w);
	assert_true(step(w));
	assert_true(step(w));
	arena_reset(w->d.arena);
	jobd_release(&w->d);
	assert_true(str_copy(w->d.holder, sizeof(w->d.holder), "third"));
	while (step(w))
		;
	check_job(w, id, JOB_DONE, ROWS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_that_was_cut_off_goes_on_where_it_was),
		cmocka_unit_test(a_job_stops_between_batches_when_asked),
		cmocka_unit_test(a_daemon_that_ends_gives_its_job_back),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
