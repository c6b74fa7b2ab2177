/*
 * Many writers at once: no error, serials without a gap, counters that a
 * recount confirms. With POSTROOM_SOAK the writers work for a minute.
 */
#include "tests/unit/core_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#define WRITERS 8
#define WRITES 25

static struct domain shared;

static int
open_with_domain(void **state)
{
	if (fixture_open(state) != 0)
		return -1;
	shared = make_domain("busy.example");
	make_mailbox("target@busy.example");
	return 0;
}

static bool
is_soak(void)
{
	const char *soak = getenv("POSTROOM_SOAK");

	return soak && *soak;
}

/* One of: a mailbox, its patch, an alias, a delete. */
static bool
one_write(unsigned who, unsigned i)
{
	const struct mailbox_delete_in away = { TARGETS_REMOVE, "" };
	struct form_seen seen = { 0 };
	struct mailbox_in in;
	struct mailbox m, out;
	struct alias al;
	char address[64];

	snprintf(address, sizeof(address), "w%u-%u@busy.example", who, i);
	if (!try_mailbox(address, &m))
		return false;
	mailbox_in_defaults(&in);
	if (!form_set_text(mailbox_patch_form, "quota_bytes", "1000", &in,
		    &seen, arena, &err)
		|| !mailbox_patch(&core, &root_actor, m.id, m.version, &in,
			&seen, &out, &err))
		return false;
	snprintf(address, sizeof(address), "a%u-%u@busy.example", who, i);
	if (!try_alias(address, m.address, &al))
		return false;
	return i % 2
		|| mailbox_delete(
			&core, &root_actor, m.id, 0, &away, &out, &err);
}

/* Aliases in other domains, and mailboxes that go with them: locks of several
 * domains in each write. */
static bool
one_across(unsigned who, unsigned i)
{
	const struct mailbox_delete_in away = { TARGETS_REMOVE, "" };
	struct mailbox m, out;
	struct alias al;
	char address[64];
	unsigned at = (who + i) % 3;

	snprintf(
		address, sizeof(address), "x%u-%u@cross%u.example", who, i, at);
	if (!try_mailbox(address, &m))
		return false;
	snprintf(address, sizeof(address), "y%u-%u@cross%u.example", who, i,
		(at + 1 + who % 2) % 3);
	if (!try_alias(address, m.address, &al))
		return false;
	snprintf(address, sizeof(address), "z%u-%u@cross%u.example", who, i,
		(at + 2) % 3);
	return try_alias(address, al.address, &al)
		&& mailbox_delete(
			&core, &root_actor, m.id, 0, &away, &out, &err);
}

typedef bool one_step(unsigned who, unsigned i);

/* A process of its own: its writes, and how they ended. */
static int
writer(unsigned who, one_step *step)
{
	int64_t end = monotonic_us() + 60 * US_PER_S;
	bool is_long = is_soak();

	core.db = NULL;
	err_clear(&err);
	if (!core_open(&core, &conf, FACE_CLI, arena, &err))
		return 2;
	for (unsigned i = 0; is_long ? monotonic_us() < end : i < WRITES; i++) {
		arena_reset(arena);
		err_clear(&err);
		if (!step(who, i)) {
			fprintf(stderr, "writer %u: %s: %s\n", who,
				err.n ? err.item[0].reason : "",
				err_text(&err));
			return 1;
		}
	}
	core_close(&core);
	return 0;
}

static void
write_together(one_step *step)
{
	pid_t pid[WRITERS];
	int status;

	for (unsigned i = 0; i < WRITERS; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit(writer(i, step));
	}
	for (unsigned i = 0; i < WRITERS; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	counters_are_right();
	assert_int_equal(number("SELECT COUNT(*) FROM revision"),
		number("SELECT serial FROM head"));
	assert_int_equal(number("SELECT MAX(serial) FROM revision"),
		number("SELECT serial FROM head"));
	assert_int_equal(number("SELECT COUNT(*) FROM `change` c LEFT JOIN "
				"revision r ON r.prov_id = c.prov_id "
				"WHERE r.serial IS NULL"),
		0);
	print_message("  %lld revisions\n",
		(long long)number("SELECT serial FROM head"));
}

static void
eight_writers_on_one_domain(void **state)
{
	(void)state;
	write_together(one_write);
}

static void
eight_writers_across_domains(void **state)
{
	(void)state;
	make_domain("cross0.example");
	make_domain("cross1.example");
	make_domain("cross2.example");
	write_together(one_across);
	assert_int_equal(number("SELECT COUNT(*) FROM alias WHERE alive = 1 "
				"AND address LIKE 'y%' AND state = 1"),
		0);
}

/* A domain with so many mailboxes, made by SQL in pieces. */
static struct domain
make_large_domain(unsigned rows)
{
	struct domain d = make_domain("heavy.example");
	char sql[512];

	for (unsigned from = 1; from <= rows; from += 5000) {
		snprintf(sql, sizeof(sql),
			"INSERT INTO mailbox (domain_id, address, created, "
			"updated) SELECT %llu, CONCAT('u', seq, "
			"'@heavy.example'), NOW(6), NOW(6) FROM seq_%u_to_%u",
			(unsigned long long)d.id, from,
			from + 4999 < rows ? from + 4999 : rows);
		OK(db_run_script(core.db, sql, &err));
	}
	snprintf(sql, sizeof(sql),
		"UPDATE domain SET mailbox_count = %u WHERE id = %llu", rows,
		(unsigned long long)d.id);
	OK(db_run_script(core.db, sql, &err));
	return d;
}

/* What jobd does, in a process of its own. */
static int
deleter(uint64_t id)
{
	bool is_last = false;
	uint64_t n;

	core.db = NULL;
	err_clear(&err);
	if (!core_open(&core, &conf, FACE_CLI, arena, &err))
		return 2;
	while (!is_last) {
		arena_reset(arena);
		if (!domain_delete_batch(
			    &core, &root_actor, id, 100, &n, &is_last, &err)) {
			fprintf(stderr, "delete: %s\n", err_text(&err));
			return 1;
		}
	}
	core_close(&core);
	return 0;
}

static int
compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
a_large_delete_leaves_room_for_others(void **state)
{
	struct domain d = make_large_domain(is_soak() ? 100000 : 2000);
	static int64_t took[200000];
	unsigned n = 0;
	struct job j;
	int status;
	pid_t pid;

	(void)state;
	OK(domain_delete(&core, &root_actor, d.id, 0, NULL, &j, &err));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(deleter(d.id));
	while (waitpid(pid, &status, WNOHANG) == 0 && n < ARRAY_LEN(took)) {
		int64_t start = monotonic_us();
		char address[64];
		struct mailbox m;

		arena_reset(arena);
		snprintf(address, sizeof(address), "room%u@busy.example", n);
		OK(try_mailbox(address, &m));
		took[n++] = monotonic_us() - start;
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	counters_are_right();
	assert_true(n > 0);
	qsort(took, n, sizeof(*took), compare_times);
	print_message("  %u saves meanwhile, p50 %lld us, p99 %lld us\n", n,
		(long long)took[n / 2], (long long)took[n * 99 / 100]);
	if (is_soak())
		assert_true(took[n * 99 / 100] < 200000);
}

static void
a_refused_write_leaves_no_trace(void **state)
{
	int64_t head = number("SELECT serial FROM head"),
		changes = number("SELECT COUNT(*) FROM `change`"),
		boxes = number("SELECT COUNT(*) FROM mailbox");
	struct mailbox m;

	(void)state;
	REFUSED(try_mailbox("target@busy.example", &m), ERR_CONFLICT,
		"address_taken");
	assert_int_equal(number("SELECT serial FROM head"), head);
	assert_int_equal(number("SELECT COUNT(*) FROM `change`"), changes);
	assert_int_equal(number("SELECT COUNT(*) FROM mailbox"), boxes);
}

static void
a_dry_run_leaves_no_trace(void **state)
{
	int64_t head = number("SELECT serial FROM head"),
		boxes = number("SELECT COUNT(*) FROM mailbox");
	struct mailbox m;

	(void)state;
	core.is_dry_run = true;
	OK(try_mailbox("dry@busy.example", &m));
	core.is_dry_run = false;
	assert_int_equal(number("SELECT serial FROM head"), head);
	assert_int_equal(number("SELECT COUNT(*) FROM mailbox"), boxes);
	counters_are_right();
}

static void
one_save_is_few_round_trips(void **state)
{
	struct mailbox_in in;
	struct mailbox m;
	uint64_t before;

	(void)state;
	mailbox_in_defaults(&in);
	assert_true(str_copy(in.name, sizeof(in.name), "Ana Cruz"));
	assert_true(str_copy(in.password_hash, sizeof(in.password_hash),
		"{SSHA512}c2FsdHNhbHQ="));
	assert_true(str_copy(
		in.address, sizeof(in.address), "prepared@busy.example"));
	OK(mailbox_create(&core, &root_actor, &in, &m, &err));
	before = db_round_trips(core.db);
	assert_true(
		str_copy(in.address, sizeof(in.address), "trips@busy.example"));
	OK(mailbox_create(&core, &root_actor, &in, &m, &err));
	print_message("  %llu round trips\n",
		(unsigned long long)(db_round_trips(core.db) - before));
	assert_true(db_round_trips(core.db) - before <= 14);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(eight_writers_on_one_domain, fresh),
		cmocka_unit_test_setup(eight_writers_across_domains, fresh),
		cmocka_unit_test_setup(
			a_large_delete_leaves_room_for_others, fresh),
		cmocka_unit_test_setup(a_refused_write_leaves_no_trace, fresh),
		cmocka_unit_test_setup(a_dry_run_leaves_no_trace, fresh),
		cmocka_unit_test_setup(one_save_is_few_round_trips, fresh),
	};

	return cmocka_run_group_tests(tests, open_with_domain, fixture_close);
}
