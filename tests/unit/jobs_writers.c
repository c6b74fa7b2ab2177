/*
 * Eight writers on one domain while postroom-jobd deletes a large one: nobody
 * gets an error, serials have no gap, counters equal a recount, and the job
 * does not make the others wait. Real processes against a real MariaDB; a few
 * seconds, or with POSTROOM_SOAK a minute and 100,000 rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/timeutil.h"
#include "base/token.h"
#include "core/domain.h"
#include "core/mailbox.h"
#include "db/migrate.h"
#include "jobs/jobd.h"

enum {
	WRITERS = 8,
	SAMPLES = 200000,
	MOST_P99_US = 200000,
	FILL_ROWS = 2000,
};

static const char hash[] =
	"{CRYPT}$6$saltsalt$0123456789012345678901234567890123456789"
	"0123456789012345678901234567890123456789012345";

struct shared {
	volatile sig_atomic_t is_over;
	volatile sig_atomic_t phase; /* 0 writers alone, 1 beside the job */
	unsigned n[WRITERS];
	unsigned n_alone[WRITERS]; /* of them in phase 0 */
	unsigned errors[WRITERS];
	char first_error[WRITERS][300];
	int64_t us[WRITERS][SAMPLES];
};

struct world {
	struct conf conf;
	struct arena *arena;
	struct core core;
	struct actor actor;
	struct shared *shared;
	bool is_soak;
	unsigned rows, seconds;
	uint64_t busy_id, big_id, job_id;
	char name[64];
};

static volatile sig_atomic_t child_is_ending;

static void
on_term(int number)
{
	(void)number;
	child_is_ending = 1;
}

static void
script(struct world *w, const char *text)
{
	struct err e = ERR_EMPTY;

	if (!db_run_script(w->core.db, text, &e))
		fail_msg("%s: %s", text, err_text(&e));
}

static int64_t
number(struct world *w, const char *text)
{
	const struct sql q = { text, "", "i" };
	struct err e = ERR_EMPTY;
	struct rows r;
	int64_t value = -1;

	if (!db_query_text(w->core.db, &q, NO_ARGS, &r, &e))
		fail_msg("%s: %s", text, err_text(&e));
	if (rows_next(&r))
		value = row_i64(&r, 0);
	assert_true(rows_done(&r, &e));
	return value;
}

static uint64_t
make_domain(struct world *w, const char *name)
{
	struct domain_in in;
	struct domain out;
	struct err e = ERR_EMPTY;

	domain_in_defaults(&in);
	assert_true(str_copy(in.name, sizeof(in.name), name));
	if (!domain_create(&w->core, &w->actor, &in, &out, &e))
		fail_msg("%s: %s", name, err_text(&e));
	return out.id;
}

/* In parts: a statement has its deadline also where much else runs. */
static void
fill_big(struct world *w)
{
	char text[1024];

	w->big_id = make_domain(w, "big.test");
	(void)snprintf(text, sizeof(text),
		"INSERT INTO secret (id, kind, value, fingerprint, created) "
		"VALUES (1, 'mailbox', '%s', 'x', NOW(6)); "
		"UPDATE domain SET mailbox_count = %u WHERE id = %llu",
		hash, w->rows, (unsigned long long)w->big_id);
	script(w, text);
	for (unsigned from = 0; from < w->rows; from += FILL_ROWS) {
		(void)snprintf(text, sizeof(text),
			"INSERT INTO mailbox (domain_id, address, secret_id, "
			"created, updated) SELECT %llu, "
			"CONCAT('u', seq, '@big.test'), 1, NOW(6), NOW(6) "
			"FROM seq_%u_to_%u",
			(unsigned long long)w->big_id, from + 1,
			from + FILL_ROWS);
		script(w, text);
	}
}

static int
set_up(void **state)
{
	static struct world w;
	char text[600];
	struct err e = ERR_EMPTY;
	struct db_options o;
	struct db_migrated done;

	w.is_soak = getenv("POSTROOM_SOAK") && *getenv("POSTROOM_SOAK");
	w.rows = w.is_soak ? 100000 : 4000;
	w.seconds = w.is_soak ? 60 : 3;
	(void)snprintf(w.name, sizeof(w.name), "writers%ld", (long)getpid());
	(void)snprintf(text, sizeof(text),
		"[database]\nsocket=%s\nname=%s\n[cli]\nuser=root\n"
		"[job]\nuser=root\n[map]\nwake=/nonexistent/wake\n",
		getenv("POSTROOM_TEST_DB_SOCKET"), w.name);
	w.arena = arena_new(256U << 20);
	w.shared = mmap(NULL, sizeof(*w.shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	w.actor = actor_cli("test");
	o = (struct db_options){
		.socket = getenv("POSTROOM_TEST_DB_SOCKET"),
		.name = w.name,
		.user = "root",
	};
	if (w.shared == MAP_FAILED || !token_start()
		|| !conf_parse(&w.conf, "test", text, &e)
		|| !db_migrate(&o, "schema", true, &done, &e)
		|| !core_open(&w.core, &w.conf, FACE_CLI, w.arena, &e)) {
		print_error("%s\n", err_text(&e));
		return -1;
	}
	w.busy_id = make_domain(&w, "busy.test");
	fill_big(&w);
	*state = &w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;
	char text[100];

	if (!w)
		return -1;
	(void)snprintf(text, sizeof(text), "DROP DATABASE %s", w->name);
	script(w, text);
	core_close(&w->core);
	arena_free(&w->arena);
	return 0;
}

static void
note(struct world *w, int me, int64_t began_us, bool is_ok, struct err *e)
{
	struct shared *s = w->shared;

	if (s->n[me] < SAMPLES)
		s->us[me][s->n[me]++] = monotonic_us() - began_us;
	if (s->phase == 0)
		s->n_alone[me] = s->n[me];
	if (is_ok)
		return;
	if (s->errors[me]++ == 0)
		(void)snprintf(s->first_error[me], sizeof(s->first_error[me]),
			"%s: %s", err_name(e->code), err_text(e));
	err_clear(e);
}

/* Make a mailbox, change it, and delete every other one. */
static void
write_three(struct world *w, int me, unsigned i)
{
	struct mailbox_in in;
	const struct mailbox_delete_in ask = { .targets = TARGETS_ASK };
	struct form_seen seen = { 0 };
	struct mailbox m;
	struct err e = ERR_EMPTY;
	int64_t began_us = monotonic_us();
	bool is_ok;

	arena_reset(w->arena);
	mailbox_in_defaults(&in);
	(void)snprintf(
		in.address, sizeof(in.address), "w%dn%u@busy.test", me, i);
	memcpy(in.password_hash, hash, sizeof(hash));
	is_ok = mailbox_create(&w->core, &w->actor, &in, &m, &e);
	note(w, me, began_us, is_ok, &e);
	if (!is_ok)
		return;
	began_us = monotonic_us();
	is_ok = form_set_text(mailbox_patch_form, "quota_bytes", "4096", &in,
			&seen, w->arena, &e)
		&& mailbox_patch(
			&w->core, &w->actor, m.id, 0, &in, &seen, &m, &e);
	note(w, me, began_us, is_ok, &e);
	if (i % 2 == 0)
		return;
	began_us = monotonic_us();
	is_ok = mailbox_delete(&w->core, &w->actor, m.id, 0, &ask, &m, &e);
	note(w, me, began_us, is_ok, &e);
}

static void
writer(struct world *w, int me)
{
	struct err e = ERR_EMPTY;

	w->arena = arena_new(64U << 20);
	if (!core_open(&w->core, &w->conf, FACE_CLI, w->arena, &e)) {
		note(w, me, monotonic_us(), false, &e);
		_exit(1);
	}
	for (unsigned i = 0; !w->shared->is_over; i++)
		write_three(w, me, i);
	_exit(0);
}

static void
daemon_child(struct world *w)
{
	static struct jobd d;

	(void)signal(SIGTERM, on_term);
	d.conf = w->conf;
	d.arena = arena_new(JOBD_ARENA_BYTES);
	d.is_ending = &child_is_ending;
	(void)snprintf(d.holder, sizeof(d.holder), "test:%ld", (long)getpid());
	jobd_run(&d);
	_exit(0);
}

static pid_t
start(struct world *w, int me)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (me < 0)
		daemon_child(w);
	else
		writer(w, me);
	_exit(1);
}

static bool
job_is_done(struct world *w)
{
	struct err e = ERR_EMPTY;
	struct job j;

	arena_reset(w->arena);
	assert_true(job_get(&w->core, &w->actor, w->job_id, &j, &e));
	return j.state == JOB_DONE;
}

static void
order_deletion(struct world *w)
{
	struct err e = ERR_EMPTY;
	struct job j;

	if (!domain_delete(
		    &w->core, &w->actor, w->big_id, 0, "big.test", &j, &e))
		fail_msg("%s", err_text(&e));
	w->job_id = j.id;
}

static void
pause_until(int64_t until_us)
{
	while (monotonic_us() < until_us)
		(void)usleep(10000);
}

/* The writers alone for a while; then beside the job until it is done. */
static void
run_all(struct world *w)
{
	pid_t pid[WRITERS], daemon;
	int64_t deadline_us;
	int status;

	for (int i = 0; i < WRITERS; i++)
		pid[i] = start(w, i);
	pause_until(monotonic_us() + w->seconds * US_PER_S);
	w->shared->phase = 1;
	order_deletion(w);
	daemon = start(w, -1);
	deadline_us = monotonic_us() + 300 * US_PER_S;
	while (!job_is_done(w)) {
		assert_true(monotonic_us() < deadline_us);
		(void)usleep(20000);
	}
	w->shared->is_over = 1;
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
	(void)kill(daemon, SIGTERM);
	assert_int_equal(waitpid(daemon, &status, 0), daemon);
	assert_int_equal(status, 0);
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Of the writers alone, or of what came after. */
static int64_t
p99(const struct shared *s, bool is_alone)
{
	size_t n = 0;
	int64_t *all = calloc((size_t)WRITERS * SAMPLES, sizeof(*all));
	int64_t value;

	assert_non_null(all);
	for (int i = 0; i < WRITERS; i++) {
		unsigned from = is_alone ? 0 : s->n_alone[i];
		unsigned to = is_alone ? s->n_alone[i] : s->n[i];

		memcpy(all + n, s->us[i] + from, (to - from) * sizeof(*all));
		n += to - from;
	}
	assert_true(n > 50);
	qsort(all, n, sizeof(*all), by_value);
	value = all[n * 99 / 100];
	print_message("%s: %zu saves, p50 %lld us, p99 %lld us, most %lld us\n",
		is_alone ? "alone" : "beside the job", n, (long long)all[n / 2],
		(long long)value, (long long)all[n - 1]);
	free(all);
	return value;
}

/*
 * Under 200 ms in the long run, which has the machine to itself. In the short
 * one other tests run beside it: what the writers alone had just before is
 * allowed for, twice.
 */
static void
check_waits(const struct world *w)
{
	int64_t alone_us = p99(w->shared, true);
	int64_t beside_us = p99(w->shared, false);

	if (getenv("POSTROOM_UNTIMED"))
		return;
	assert_true(beside_us < MOST_P99_US + (w->is_soak ? 0 : 2 * alone_us));
}

static void
writers_and_a_large_job_do_not_hurt_each_other(void **state)
{
	struct world *w = *state;

	run_all(w);
	for (int i = 0; i < WRITERS; i++) {
		if (w->shared->errors[i] > 0)
			print_error("%s\n", w->shared->first_error[i]);
		assert_int_equal(w->shared->errors[i], 0);
	}
	check_waits(w);
	assert_int_equal(number(w,
				 "SELECT COUNT(*) - MAX(serial) "
				 "FROM revision"),
		0);
	assert_int_equal(number(w,
				 "SELECT MAX(serial) - (SELECT serial "
				 "FROM head) FROM revision"),
		0);
	assert_int_equal(
		number(w,
			"SELECT COUNT(*) FROM domain d WHERE d.alive = 1 AND "
			"(d.mailbox_count <> (SELECT COUNT(*) FROM mailbox m "
			"WHERE m.domain_id = d.id AND m.alive = 1) OR "
			"d.quota_allotted_bytes <> (SELECT "
			"COALESCE(SUM(quota_bytes), 0) FROM mailbox m WHERE "
			"m.domain_id = d.id AND m.alive = 1))"),
		0);
	assert_int_equal(number(w,
				 "SELECT COUNT(*) FROM mailbox WHERE "
				 "alive = 1 AND address LIKE '%@big.test'"),
		0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			writers_and_a_large_job_do_not_hurt_each_other),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
