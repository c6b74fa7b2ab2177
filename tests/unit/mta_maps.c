/*
 * Map files as the publisher writes and reads them: LMDB in place, Dovecot's
 * users, damage, and the child processes that stand between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "mta/child.h"
#include "mta/lmdb_map.h"
#include "mta/user_db.h"
#include "mta/worker.h"

static char folder[64];

static const char *
at(const char *name)
{
	static char path[2][128];
	static int turn;
	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

static int
make_folder(void **state)
{
	(void)state;
	memcpy(folder, "/tmp/postroom-maps-XXXXXX", 26);
	return mkdtemp(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void
fill(struct map_lines *l, size_t n)
{
	struct err e = ERR_EMPTY;
	for (size_t i = 0; i < n; i++) {
		char key[64];
		snprintf(key, sizeof(key), "user%06zu@a.test", i);
		assert_true(lines_add(l, key, "x", &e));
	}
}

static void
build(const char *path, size_t n)
{
	struct map_lines l = { 0 };
	struct err e = ERR_EMPTY;
	fill(&l, n);
	if (!lmdb_build(path, &l, &e))
		fail_msg("%s", err_text(&e));
	lines_free(&l);
}

static bool
count_one(void *ctx, const char *key, const char *value, struct err *e)
{
	(void)key;
	(void)value;
	(void)e;
	++*(size_t *)ctx;
	return true;
}

static size_t
count(const char *path)
{
	size_t n = 0;
	struct err e = ERR_EMPTY;
	if (!lmdb_scan(path, count_one, &n, &e))
		fail_msg("%s", err_text(&e));
	return n;
}

static bool
apply(const char *path, const char *key, const char *after, enum lmdb_part part,
	struct err *e)
{
	const struct delta_line d = { .map = MAP_MAILBOXES,
		.key = key,
		.before = after ? NULL : "x",
		.after = after };
	return lmdb_apply(path, &d, 1, part, 300, e);
}

static void
a_built_map_has_its_lines(void **state)
{
	const char *path = at("built.lmdb");
	const char *const keys[] = { "user000000@a.test", "nobody@a.test",
		"user049999@a.test" };
	struct map_lines found = { 0 };
	struct err e = ERR_EMPTY;
	(void)state;
	build(path, 50000);
	assert_int_equal(count(path), 50000);
	assert_true(lmdb_lookup(path, keys, 3, &found, &e));
	assert_int_equal(found.n, 2);
	assert_string_equal(found.line[1].key, keys[2]);
	lines_free(&found);
	build(path, 0);
	assert_int_equal(count(path), 0);
}

static void
postmap_reads_what_was_written(void **state)
{
	char command[400], line[64] = "";
	const char *path = at("postmap.lmdb");
	struct err e = ERR_EMPTY;
	(void)state;
	if (access("/usr/sbin/postmap", X_OK) < 0)
		skip();
	build(path, 10);
	assert_true(apply(path, "taro@a.test", "a, b", LMDB_BOTH, &e));
	/* postmap reads a main.cf, whatever stands in it. */
	FILE *f = fopen(at("main.cf"), "w");
	assert_non_null(f);
	fputs("compatibility_level = 3.6\n", f);
	fclose(f);
	snprintf(command, sizeof(command),
		"/usr/sbin/postmap -c %s -q taro@a.test lmdb:%s/postmap",
		folder, folder);
	f = popen(command, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	assert_int_equal(pclose(f), 0);
	assert_string_equal(line, "a, b\n");
}

static void
changes_in_place_are_one_transaction(void **state)
{
	const char *path = at("change.lmdb");
	struct stat before, after;
	struct err e = ERR_EMPTY;
	(void)state;
	build(path, 100);
	assert_int_equal(stat(path, &before), 0);
	assert_true(apply(path, "new@a.test", "x", LMDB_PUTS, &e));
	assert_int_equal(count(path), 101);
	/* The other part of a delta is left alone. */
	assert_true(apply(path, "new@a.test", NULL, LMDB_PUTS, &e));
	assert_int_equal(count(path), 101);
	assert_true(apply(path, "new@a.test", NULL, LMDB_REMOVALS, &e));
	assert_int_equal(count(path), 100);
	/* Removing what is not there is fine: a round may run twice. */
	assert_true(apply(path, "new@a.test", NULL, LMDB_BOTH, &e));
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void
a_locked_map_gives_up_at_the_deadline(void **state)
{
	const char *path = at("locked.lmdb");
	struct err e = ERR_EMPTY;
	int ready[2], status;
	char c;
	(void)state;
	build(path, 10);
	assert_int_equal(pipe(ready), 0);
	const pid_t pid = fork();
	if (pid == 0) {
		struct flock lk = { .l_type = F_RDLCK };
		const int fd = open(path, O_RDONLY);
		if (fcntl(fd, F_SETLK, &lk) == 0
			&& write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_false(apply(path, "new@a.test", "x", LMDB_BOTH, &e));
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	err_clear(&e);
	assert_true(apply(path, "new@a.test", "x", LMDB_BOTH, &e));
	close(ready[0]);
	close(ready[1]);
}

static bool
scan_child(void *ctx, FILE *out, struct err *e)
{
	(void)out;
	return lmdb_scan(ctx, NULL, NULL, e);
}

static bool
is_whole(const char *path, struct err *e)
{
	struct child c;
	const bool ok =
		child_call(&c, scan_child, (void *)(uintptr_t)path, 10000, e);
	child_free(&c);
	return ok;
}

static void
spoil(const char *path, const char *how)
{
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	if (strcmp(how, "missing") == 0) {
		assert_int_equal(unlink(path), 0);
	} else if (strcmp(how, "empty") == 0) {
		assert_int_equal(truncate(path, 0), 0);
	} else if (strcmp(how, "half") == 0) {
		assert_int_equal(truncate(path, st.st_size / 2), 0);
	} else {
		char junk[8192];
		const int fd = open(path, O_WRONLY);
		memset(junk, 0xa5, sizeof(junk));
		assert_int_equal(pwrite(fd, junk, sizeof(junk),
					 strcmp(how, "head") == 0
						 ? 0
						 : st.st_size / 2 & ~4095),
			sizeof(junk));
		close(fd);
	}
}

static void
a_child_finds_every_kind_of_damage(void **state)
{
	static const char *const kinds[] = { "missing", "empty", "half", "head",
		"middle" };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const char *path = at("damage.lmdb");
		struct err e = ERR_EMPTY;
		build(path, 20000);
		assert_true(is_whole(path, &e));
		spoil(path, kinds[i]);
		if (is_whole(path, &e))
			fail_msg("%s was not found", kinds[i]);
		assert_true(err_is_set(&e));
		/* Built anew beside it, it is whole again. */
		build(path, 20000);
		err_clear(&e);
		assert_true(is_whole(path, &e));
	}
}

static bool
answer_child(void *ctx, FILE *out, struct err *e)
{
	const char *how = ctx;
	if (strcmp(how, "ok") == 0)
		fputs("an answer", out);
	if (strcmp(how, "fails") == 0)
		return err_set(e, ERR_CONFLICT, "f", "r", "s", "in words");
	if (strcmp(how, "dies") == 0)
		abort();
	if (strcmp(how, "hangs") == 0)
		pause();
	return true;
}

static void
a_child_answers_fails_dies_or_is_killed(void **state)
{
	static const struct {
		const char *how, *reason;
	} cases[] = { { "ok", "" }, { "fails", "r" }, { "dies", "child_died" },
		{ "hangs", "child_late" } };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct child c;
		struct err e = ERR_EMPTY;
		const bool ok = child_call(&c, answer_child,
			(void *)(uintptr_t)cases[i].how, 300, &e);
		assert_int_equal(ok, cases[i].reason[0] == '\0');
		assert_string_equal(e.item[0].reason, cases[i].reason);
		if (ok) {
			assert_int_equal(c.n, 9);
			assert_memory_equal(c.data, "an answer", 9);
		}
		child_free(&c);
	}
}

static bool
answer_worker(
	void *ctx, const char *request, size_t n, FILE *out, struct err *e)
{
	(void)ctx;
	/* Longer than what a socket holds, there and back. */
	if (n > 100)
		return fwrite(request, n, 1, out) == 1;
	return answer_child((void *)(uintptr_t)request, out, e);
}

static bool
ask(struct worker *w, const char *how, size_t n, struct child *c, struct err *e)
{
	return worker_call(w, 0, how, n, 300, c, e);
}

static void
a_worker_lives_on_and_is_started_again_when_it_dies(void **state)
{
	static const struct {
		const char *how, *reason;
		bool lives;
	} cases[] = { { "ok", "", true }, { "fails", "r", true },
		{ "dies", "child_died", false }, { "ok", "", true },
		{ "hangs", "child_late", false }, { "ok", "", true } };
	static worker_fn *const verbs[] = { answer_worker };
	static char large[3000000];
	struct worker w;
	struct child c;
	struct err e = ERR_EMPTY;
	(void)state;
	assert_true(worker_start(&w, verbs, NULL, &e));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const pid_t pid = w.pid;
		const char *how = cases[i].how;
		struct err why = ERR_EMPTY;
		const bool ok = ask(&w, how, strlen(how), &c, &why);
		assert_int_equal(ok, cases[i].reason[0] == '\0');
		assert_string_equal(why.item[0].reason, cases[i].reason);
		if (ok)
			assert_memory_equal(c.data, "an answer", c.n);
		if (pid != 0)
			assert_int_equal(w.pid, cases[i].lives ? pid : 0);
		child_free(&c);
	}
	memset(large, 'x', sizeof(large));
	assert_true(ask(&w, large, sizeof(large), &c, &e));
	assert_int_equal(c.n, sizeof(large));
	assert_memory_equal(c.data, large, sizeof(large));
	child_free(&c);
	/* One that ended between two requests is no fault of the next. */
	siginfo_t info;
	kill(w.pid, SIGKILL);
	assert_int_equal(
		waitid(P_PID, (id_t)w.pid, &info, WEXITED | WNOWAIT), 0);
	assert_true(ask(&w, "ok", 2, &c, &e));
	child_free(&c);
	worker_end(&w);
}

#define ACCOUNT(password, nologin)                                             \
	password "\t/var/vmail/01/1\t5000\t5000\t*:bytes=0\t\t" nologin        \
		 "\t0\t0\t0\t0"

static void
users_come_change_and_go(void **state)
{
	const char *path = at("mail.db");
	const char *const keys[] = { "taro@a.test", "hanako@b.test" };
	const struct delta_line put = { MAP_ACCOUNTS, keys[0], NULL,
		ACCOUNT("{CRYPT}one", "") };
	const struct delta_line change = { MAP_ACCOUNTS, keys[0], "",
		ACCOUNT("{CRYPT}!", "Y") };
	const struct delta_line del = { MAP_ACCOUNTS, keys[0], "", NULL };
	struct map_lines l = { 0 }, found = { 0 };
	struct user_db *db;
	struct err e = ERR_EMPTY;
	(void)state;
	assert_false(user_db_open(path, &db, &e));
	assert_string_equal(e.item[0].reason, "missing");
	err_clear(&e);
	assert_true(lines_add(&l, keys[1], ACCOUNT("{CRYPT}h", ""), &e));
	if (!user_db_build(path, &l, &e) || !user_db_open(path, &db, &e))
		fail_msg("%s", err_text(&e));
	assert_true(user_db_apply(db, &put, 1, true, &e));
	assert_true(user_db_apply(db, &change, 1, true, &e));
	assert_true(user_db_lookup(db, keys, 2, &found, &e));
	assert_int_equal(found.n, 2);
	assert_string_equal(found.line[0].value, change.after);
	assert_string_equal(found.line[1].value, l.line[0].value);
	assert_true(user_db_apply(db, &del, 1, false, &e));
	lines_free(&found);
	assert_true(user_db_scan(db, NULL, NULL, &found, &e));
	assert_int_equal(found.n, 1);
	assert_true(user_db_is_current(db));
	assert_int_equal(rename(path, at("moved.db")), 0);
	assert_false(user_db_is_current(db));
	user_db_close(&db);
	lines_free(&l);
	lines_free(&found);
}

static void
damaged_users_are_found_and_made_anew(void **state)
{
	static const char *const kinds[] = { "missing", "empty", "half",
		"head" };
	struct map_lines l = { 0 };
	struct err e = ERR_EMPTY;
	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		char key[64];
		snprintf(key, sizeof(key), "user%06zu@a.test", i);
		assert_true(lines_add(&l, key, ACCOUNT("{CRYPT}x", ""), &e));
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const char *path = at("users.db");
		assert_true(user_db_build(path, &l, &e));
		assert_true(user_db_verify(path, &e));
		spoil(path, kinds[i]);
		if (user_db_verify(path, &e))
			fail_msg("%s was not found", kinds[i]);
		err_clear(&e);
	}
	lines_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_built_map_has_its_lines),
		cmocka_unit_test(postmap_reads_what_was_written),
		cmocka_unit_test(changes_in_place_are_one_transaction),
		cmocka_unit_test(a_locked_map_gives_up_at_the_deadline),
		cmocka_unit_test(a_child_finds_every_kind_of_damage),
		cmocka_unit_test(a_child_answers_fails_dies_or_is_killed),
		cmocka_unit_test(
			a_worker_lives_on_and_is_started_again_when_it_dies),
		cmocka_unit_test(users_come_change_and_go),
		cmocka_unit_test(damaged_users_are_found_and_made_anew),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
