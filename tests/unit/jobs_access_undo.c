/*
 * A job of 1,000 revisions is taken back: every noun is as it was, with its
 * former password; what was changed afterwards is named and left. Against a
 * real MariaDB.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/timeutil.h"
#include "base/token.h"
#include "core/alias.h"
#include "core/domain.h"
#include "core/mailbox.h"
#include "core/undo_range.h"
#include "db/migrate.h"
#include "jobs/jobd.h"

enum { BOXES = 300, ALIASES = 150, MADE = 250, ROWS = 1000 };

struct world {
	struct jobd d; /* its core serves the test as well */
	struct actor person, job;
	uint64_t job_id;
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

	(void)snprintf(w->name, sizeof(w->name), "undo%ld", (long)getpid());
	(void)snprintf(text, sizeof(text),
		"[database]\nsocket=%s\nname=%s\n[job]\nuser=root\n"
		"[map]\nwake=/nonexistent/wake\n",
		o.socket ? o.socket : "", w->name);
	w->d.arena = arena_new(JOBD_ARENA_BYTES);
	assert_true(str_copy(w->d.holder, sizeof(w->d.holder), "first"));
	w->person = actor_cli("ana");
	w->job = actor_cli("import");
	return token_start() && conf_parse(&w->d.conf, "test", text, e)
		&& db_migrate(&o, "schema", true, &done, e)
		&& core_open(&w->d.core, &w->d.conf, FACE_JOB, w->d.arena, e);
}

static int
set_up(void **state)
{
	static struct world w;
	struct err e = ERR_EMPTY;

	if (!open_world(&w, &e)) {
		print_error("%s\n", err_text(&e));
		return -1;
	}
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

#define DO(call)                                                               \
	do {                                                                   \
		struct err e = ERR_EMPTY;                                      \
		if (!(call))                                                   \
			fail_msg("%s: %s", #call, err_text(&e));               \
	} while (0)

/* A ready hash of the number; the scheme's text is not looked into further. */
static void
hash_of(char out[static PASSWORD_HASH_SIZE], const char *kind, unsigned n)
{
	(void)snprintf(out, PASSWORD_HASH_SIZE,
		"{SHA512-CRYPT}$6$%s%06u$%080u%06u", kind, n, 0, n);
}

static uint64_t
make_domain(struct world *w, const struct actor *a, const char *name)
{
	struct domain_in in;
	struct domain d = { 0 };

	arena_reset(w->d.arena);
	domain_in_defaults(&in);
	assert_true(str_copy(in.name, sizeof(in.name), name));
	DO(domain_create(&w->d.core, a, &in, &d, &e));
	return d.id;
}

static uint64_t
make_box(struct world *w, const struct actor *a, const char *domain,
	const char *stem, unsigned n)
{
	struct mailbox_in in;
	struct mailbox m = { 0 };

	arena_reset(w->d.arena);
	mailbox_in_defaults(&in);
	(void)snprintf(
		in.address, sizeof(in.address), "%s%u@%s", stem, n, domain);
	hash_of(in.password_hash, "old", n);
	DO(mailbox_create(&w->d.core, a, &in, &m, &e));
	return m.id;
}

static uint64_t
make_alias(struct world *w, const struct actor *a, const char *address,
	const char *target)
{
	const char *targets[] = { target };
	struct alias_in in;
	struct alias al = { 0 };

	arena_reset(w->d.arena);
	alias_in_defaults(&in);
	in.targets = (struct text_list){ .items = targets, .n = 1 };
	assert_true(str_copy(in.address, sizeof(in.address), address));
	DO(alias_create(&w->d.core, a, &in, &al, &e));
	return al.id;
}

static void
new_password(struct world *w, const struct actor *a, uint64_t id, unsigned n)
{
	struct mailbox_in in;
	struct mailbox m;

	arena_reset(w->d.arena);
	mailbox_in_defaults(&in);
	hash_of(in.password_hash, "new", n);
	DO(mailbox_set_password(&w->d.core, a, id, &in, &m, &e));
}

static void
new_quota(struct world *w, const struct actor *a, uint64_t id, int64_t bytes)
{
	struct mailbox_in in;
	struct form_seen seen = { 0 };
	struct mailbox m;
	char text[32];

	arena_reset(w->d.arena);
	mailbox_in_defaults(&in);
	(void)snprintf(text, sizeof(text), "%lld", (long long)bytes);
	DO(form_set_text(mailbox_patch_form, "quota_bytes", text, &in, &seen,
		   w->d.arena, &e)
		&& mailbox_patch(&w->d.core, a, id, 0, &in, &seen, &m, &e));
}

static void
drop_box(struct world *w, const struct actor *a, uint64_t id)
{
	const struct mailbox_delete_in ask = { .targets = TARGETS_ASK };
	struct mailbox m;

	arena_reset(w->d.arena);
	DO(mailbox_delete(&w->d.core, a, id, 0, &ask, &m, &e));
}

static void
new_target(struct world *w, const struct actor *a, uint64_t id)
{
	const char *targets[] = { "outside@elsewhere.example" };
	struct alias_in in;
	struct form_seen seen = { 0 };
	struct alias al;

	arena_reset(w->d.arena);
	alias_in_defaults(&in);
	DO(form_set_text(alias_patch_form, "targets", targets[0], &in, &seen,
		   w->d.arena, &e)
		&& alias_patch(&w->d.core, a, id, 0, &in, &seen, &al, &e));
}

/* Everything that people see of the living nouns, the hashes too. */
static int64_t
dump(struct world *w)
{
	return number(w,
		"SELECT CRC32(CONCAT_WS('|', "
		"(SELECT GROUP_CONCAT(CONCAT_WS(',', d.id, d.name, d.state, "
		"d.description, d.mailbox_count, d.alias_count, "
		"d.quota_allotted_bytes, d.has_catch_all, d.has_postmaster) "
		"ORDER BY d.id) FROM domain d WHERE d.alive = 1), "
		"(SELECT GROUP_CONCAT(CONCAT_WS(',', m.id, m.address, m.name, "
		"m.state, m.quota_bytes, m.home, m.password_scheme, s.value) "
		"ORDER BY m.id) FROM mailbox m JOIN secret s "
		"ON s.id = m.secret_id WHERE m.alive = 1), "
		"(SELECT GROUP_CONCAT(CONCAT_WS(',', a.id, a.address, "
		"a.description, a.state, a.send_as, a.is_catch_all, t.target) "
		"ORDER BY a.id, t.target) FROM alias a JOIN alias_target t "
		"ON t.alias_id = a.id WHERE a.alive = 1)))");
}

/* Run the daemon until nothing is left; *killed steps are cut off first. */
static void
run_jobs(struct world *w, unsigned killed)
{
	struct err e = ERR_EMPTY;
	bool is_idle = false;
	int pause_ms;

	for (unsigned n = 0; !is_idle; n++) {
		arena_reset(w->d.arena);
		w->d.batch = 40;
		if (!jobd_work(&w->d, &pause_ms, &is_idle, &e))
			fail_msg("%s", err_text(&e));
		if (n >= killed)
			continue;
		/* Killed: the next one finds a lease that ran out. */
		w->d.job_id = 0;
		script(w,
			"UPDATE job SET lease_until = '2020-01-01' "
			"WHERE state = 2");
	}
}

static struct revision_range
of_job(uint64_t id)
{
	return (struct revision_range){
		.job_id = id, .from_us = TIME_NONE, .to_us = TIME_NONE
	};
}

static uint64_t box[BOXES], alias_id[ALIASES];

/* What is there before: two domains, mailboxes, aliases. */
static void
fill(struct world *w)
{
	char address[80], target[80];

	script(w, "SET SESSION group_concat_max_len = 100000000");
	make_domain(w, &w->person, "one.test");
	make_domain(w, &w->person, "two.test");
	for (unsigned i = 0; i < BOXES; i++)
		box[i] = make_box(w, &w->person,
			i % 2 ? "one.test" : "two.test", "box", i);
	for (unsigned i = 0; i < ALIASES; i++) {
		(void)snprintf(address, sizeof(address), "a%u@one.test", i);
		(void)snprintf(target, sizeof(target), "box%u@%s", i,
			i % 2 ? "one.test" : "two.test");
		alias_id[i] = make_alias(w, &w->person, address, target);
	}
	script(w,
		"INSERT INTO job (kind, state, subject, args, actor_kind, "
		"actor_name, created, finished) VALUES ('import', 3, "
		"'people.csv', '{}', 2, 'import', NOW(6), NOW(6))");
	w->job_id = (uint64_t)number(w, "SELECT MAX(id) FROM job");
	w->job.job_id = w->job_id;
}

/* 1,000 rows as an import has them: made, changed twice, deleted. */
static void
import(struct world *w)
{
	char address[80], target[80];
	const unsigned removed = 49;

	make_domain(w, &w->job, "three.test");
	for (unsigned i = 0; i < MADE; i++)
		make_box(w, &w->job, i % 2 ? "three.test" : "one.test", "new",
			i);
	for (unsigned i = 0; i < BOXES; i++)
		new_password(w, &w->job, box[i], i);
	for (unsigned i = 0; i < 150; i++)
		new_quota(w, &w->job, box[i], 1 << 20);
	for (unsigned i = 0; i < ALIASES; i++)
		new_target(w, &w->job, alias_id[i]);
	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(address, sizeof(address), "b%u@three.test", i);
		(void)snprintf(target, sizeof(target), "new%u@%s", i,
			i % 2 ? "three.test" : "one.test");
		make_alias(w, &w->job, address, target);
	}
	for (unsigned i = 0; i < removed; i++)
		drop_box(w, &w->job, box[BOXES - 1 - i]);
}

static void
undo_of_1000_rows_restores_the_exact_state_whatever_is_killed(void **state)
{
	struct world *w = *state;
	struct revision_range range;
	struct undo_preview p;
	struct job j;
	int64_t before, after, serials;

	fill(w);
	before = dump(w);
	import(w);
	after = dump(w);
	assert_int_not_equal(before, after);
	arena_reset(w->d.arena);
	range = of_job(w->job_id);
	DO(undo_range_preview(&w->d.core, &w->person, &range, &p, &e));
	assert_int_equal(p.changes, ROWS);
	assert_true(p.is_exact);
	assert_int_equal(p.n_obstacles, 0);
	assert_int_equal(p.removed, 1 + MADE + 100);
	assert_int_equal(p.restored, 49);
	assert_int_equal(p.changed, BOXES + 150 + ALIASES);
	assert_int_equal(dump(w), after); /* nothing was done */
	serials = number(w, "SELECT COUNT(*) FROM revision");

	arena_reset(w->d.arena);
	DO(undo_range_start(
		&w->d.core, &w->person, &range, "wrong file", false, &j, &e));
	run_jobs(w, 8);
	assert_int_equal(dump(w), before);
	assert_int_equal(number(w, "SELECT COUNT(*) FROM revision") - serials,
		ROWS); /* each once */
	arena_reset(w->d.arena);
	DO(job_get(&w->d.core, &w->person, j.id, &j, &e));
	assert_int_equal(j.state, JOB_DONE);
	assert_int_equal(j.done, ROWS);
	assert_int_equal(j.failed, 0);
	assert_true(j.is_undoable);
	assert_int_equal(number(w,
				 "SELECT COUNT(DISTINCT undoes) FROM "
				 "revision WHERE note = 'wrong file'"),
		ROWS);
	w->job_id = j.id; /* of the undo */
}

static void
the_undo_can_be_undone_itself(void **state)
{
	struct world *w = *state;
	const struct revision_range range = of_job(w->job_id);
	struct job j;

	arena_reset(w->d.arena);
	DO(undo_range_start(
		&w->d.core, &w->person, &range, NULL, false, &j, &e));
	run_jobs(w, 0);
	arena_reset(w->d.arena);
	DO(job_get(&w->d.core, &w->person, j.id, &j, &e));
	assert_int_equal(j.state, JOB_DONE);
	assert_int_equal(j.failed, 0);
	assert_int_equal(number(w,
				 "SELECT COUNT(*) FROM mailbox "
				 "WHERE alive = 1"),
		BOXES + MADE - 49);
	assert_int_equal(number(w,
				 "SELECT COUNT(*) FROM mailbox m JOIN secret "
				 "s ON s.id = m.secret_id WHERE m.alive = 1 "
				 "AND s.value LIKE '%$new%'"),
		BOXES - 49);
	/* The first job can be taken back again. */
	arena_reset(w->d.arena);
	DO(job_get(&w->d.core, &w->person, w->job.job_id, &j, &e));
	assert_true(j.is_undoable);
}

static void
a_later_edit_is_named_and_left(void **state)
{
	struct world *w = *state;
	const struct revision_range range = of_job(w->job.job_id);
	struct undo_preview p;
	struct err refused = ERR_EMPTY;
	struct job j;
	uint64_t later;

	new_quota(w, &w->person, box[3], 7 << 20);
	later = (uint64_t)number(w, "SELECT serial FROM head");
	arena_reset(w->d.arena);
	DO(undo_range_preview(&w->d.core, &w->person, &range, &p, &e));
	assert_int_equal(p.n_obstacles, 1);
	assert_string_equal(p.obstacle[0].subject, "box3@one.test");
	assert_string_equal(p.obstacle[0].reason, "later_change");
	assert_int_equal(p.obstacle[0].later, later);
	assert_false(undo_range_start(
		&w->d.core, &w->person, &range, NULL, false, &j, &refused));
	assert_string_equal(refused.item[0].reason, "in_the_way");
	assert_string_equal(refused.item[0].subject, "box3@one.test");

	arena_reset(w->d.arena);
	DO(undo_range_start(
		&w->d.core, &w->person, &range, NULL, true, &j, &e));
	run_jobs(w, 2);
	arena_reset(w->d.arena);
	DO(job_get(&w->d.core, &w->person, j.id, &j, &e));
	assert_int_equal(j.state, JOB_DONE);
	assert_int_equal(j.failed, 1);
	assert_int_equal(number(w,
				 "SELECT COUNT(*) FROM job_error WHERE "
				 "subject = 'box3@one.test' AND "
				 "reason = 'later_change'"),
		1);
	/* It keeps the later quota, and has its former password. */
	assert_int_equal(number(w,
				 "SELECT quota_bytes FROM mailbox WHERE "
				 "address = 'box3@one.test'"),
		7 << 20);
	assert_int_equal(number(w,
				 "SELECT COUNT(*) FROM mailbox m JOIN secret "
				 "s ON s.id = m.secret_id WHERE m.alive = 1 "
				 "AND s.value LIKE '%$old%'"),
		BOXES);
}

static void
a_range_is_one_thing(void **state)
{
	struct world *w = *state;
	const struct revision_range bad[] = {
		{ .from_us = TIME_NONE, .to_us = TIME_NONE },
		{ .job_id = 1,
			.from_serial = 1,
			.to_serial = 2,
			.from_us = TIME_NONE,
			.to_us = TIME_NONE },
		{ .from_serial = 1, .from_us = TIME_NONE, .to_us = TIME_NONE },
		{ .from_serial = 9,
			.to_serial = 2,
			.from_us = TIME_NONE,
			.to_us = TIME_NONE },
		{ .actor = "ana", .from_us = TIME_NONE, .to_us = TIME_NONE },
		{ .from_us = 1, .to_us = 2 },
	};
	struct undo_preview p;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = ERR_EMPTY;

		arena_reset(w->d.arena);
		assert_false(undo_range_preview(
			&w->d.core, &w->person, &bad[i], &p, &e));
		assert_int_equal(e.code, ERR_INVALID);
	}
}

static void
a_person_s_span_and_serials_are_taken_back(void **state)
{
	struct world *w = *state;
	struct actor bob = actor_cli("bob");
	struct revision_range range = { .actor = "bob" };
	struct job j;
	int64_t before = dump(w);
	uint64_t from;

	range.from_us = now_us();
	new_quota(w, &bob, box[1], 3 << 20);
	from = (uint64_t)number(w, "SELECT serial FROM head");
	new_quota(w, &bob, box[2], 4 << 20);
	new_quota(w, &bob, box[1], 5 << 20);
	range.to_us = now_us();
	arena_reset(w->d.arena);
	DO(undo_range_start(
		&w->d.core, &w->person, &range, NULL, false, &j, &e));
	run_jobs(w, 0);
	assert_int_equal(dump(w), before);
	/* Those revisions are undone: nothing is left of them. */
	range = (struct revision_range){ .from_serial = from,
		.to_serial = from + 2,
		.from_us = TIME_NONE,
		.to_us = TIME_NONE };
	arena_reset(w->d.arena);
	{
		struct err e = ERR_EMPTY;

		assert_false(undo_range_start(
			&w->d.core, &w->person, &range, NULL, false, &j, &e));
		assert_string_equal(e.item[0].reason, "nothing_to_undo");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			undo_of_1000_rows_restores_the_exact_state_whatever_is_killed),
		cmocka_unit_test(the_undo_can_be_undone_itself),
		cmocka_unit_test(a_later_edit_is_named_and_left),
		cmocka_unit_test(a_range_is_one_thing),
		cmocka_unit_test(a_person_s_span_and_serials_are_taken_back),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
