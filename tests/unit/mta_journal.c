/*
 * The journal over many files: when it is set aside, what goes, and what can
 * still be read.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/timeutil.h"
#include "mta/journal_files.h"
#include "mta/journal_read.h"

#define MAX_BYTES 65536 /* a file has a sixteenth */

static struct conf_node conf;
static struct err err;

#define OK(call)                                                               \
	do {                                                                   \
		err_clear(&err);                                               \
		if (!(call))                                                   \
			fail_msg("%s: %s", #call, err_text(&err));             \
	} while (0)

static int
make_folder(void **state)
{
	(void)state;
	memset(&conf, 0, sizeof(conf));
	memcpy(conf.state, "/tmp/postroom-journal-XXXXXX", 29);
	conf.journal_max_bytes = MAX_BYTES;
	conf.journal_days = 30;
	return mkdtemp(conf.state) ? 0 : -1;
}

static int
remove_folder(void **state)
{
	char command[sizeof(conf.state) + 16];
	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", conf.state);
	return system(command);
}

/* One line for each serial after `after`, up to `upto`. */
static void
publish(struct journal *j, uint64_t after, uint64_t upto)
{
	for (uint64_t s = after + 1; s <= upto; s++) {
		struct delta d = { 0 };
		char key[64];
		snprintf(key, sizeof(key), "user%06" PRIu64 "@a.test", s);
		const struct delta_line x = { MAP_MAILBOXES, key, NULL, "x" };
		const struct journal_mark mark = { .to = s, .floor = s };
		OK(delta_add(&d, &x, &err));
		OK(journal_intend(j, s, RELOAD_NONE, &d, NULL, NULL, &err));
		OK(journal_applied(j, &mark, &d, &err));
		delta_free(&d);
	}
}

static struct journal *
open_at(uint64_t applied)
{
	struct journal *j;
	struct journal_state s;
	OK(journal_open(&conf, &j, &s, &err));
	assert_int_equal(s.applied, applied);
	return j;
}

static int64_t
bytes(size_t *files_r)
{
	struct journal_files list;
	int64_t total = 0;
	OK(journal_files_list(conf.state, &list, &err));
	for (size_t i = 0; i < list.n; i++) {
		char path[JOURNAL_PATH_SIZE];
		struct stat st;
		OK(journal_file_path(conf.state, list.number[i], path, &err));
		assert_int_equal(stat(path, &st), 0);
		total += st.st_size;
	}
	*files_r = list.n;
	return total;
}

struct reading {
	uint64_t next; /* the serial of the next line */
};

static bool
take_line(void *ctx, const struct journal_line *l, struct err *e)
{
	struct reading *r = ctx;
	char key[64];
	(void)e;
	if (r->next == 0)
		r->next = l->to;
	assert_int_equal(l->to, r->next);
	snprintf(key, sizeof(key), "user%06" PRIu64 "@a.test", l->to);
	assert_string_equal(l->key, key);
	r->next++;
	return true;
}

/* All lines after `from`, each once and in order, perhaps some before. */
static void
expect_all(uint64_t from, uint64_t last)
{
	struct reading r = { 0 };
	const struct journal_reader reader = { .line = take_line, .ctx = &r };
	OK(journal_read(conf.state, from, &reader, &err));
	assert_int_equal(r.next, last + 1);
	r = (struct reading){ 0 };
	OK(journal_read(conf.state, 0, &reader, &err));
	assert_int_equal(r.next, last + 1);
}

static void
a_full_file_is_set_aside_and_read_on(void **state)
{
	size_t files;
	(void)state;
	struct journal *j = open_at(0);
	publish(j, 0, 200);
	(void)bytes(&files);
	assert_in_range(files, 2, 8);
	assert_int_equal(journal_from(j), 0);
	expect_all(0, 200);
	expect_all(150, 200);
	journal_close(&j);
	j = open_at(200);
	publish(j, 200, 250);
	expect_all(0, 250);
	journal_close(&j);
}

static void
too_many_bytes_take_the_oldest(void **state)
{
	size_t files;
	(void)state;
	struct journal *j = open_at(0);
	publish(j, 0, 3000);
	assert_in_range(bytes(&files), MAX_BYTES / 2, MAX_BYTES);
	assert_in_range(files, 8, 17);
	const uint64_t from = journal_from(j);
	assert_in_range(from, 1000, 2900);
	expect_all(from, 3000);
	journal_close(&j);
	j = open_at(3000);
	assert_int_equal(journal_from(j), from);
	journal_close(&j);
}

static void
too_old_files_go_with_the_next(void **state)
{
	struct journal_files list;
	char path[JOURNAL_PATH_SIZE];
	const struct timespec old = { now_us() / US_PER_S - 31 * 86400, 0 };
	const struct timespec both[] = { old, old };
	(void)state;
	struct journal *j = open_at(0);
	publish(j, 0, 200);
	OK(journal_files_list(conf.state, &list, &err));
	OK(journal_file_path(conf.state, list.number[0], path, &err));
	assert_int_equal(utimensat(AT_FDCWD, path, both, 0), 0);
	publish(j, 200, 300);
	assert_int_equal(access(path, F_OK), -1);
	const uint64_t from = journal_from(j);
	assert_in_range(from, 20, 120);
	expect_all(from, 300);
	journal_close(&j);
}

static void
of_very_many_files_the_newest_are_read(void **state)
{
	const struct journal_reader none = { 0 };
	struct journal_files list;
	(void)state;
	for (unsigned i = 1; i <= JOURNAL_FILES_MAX + 6; i++) {
		char path[JOURNAL_PATH_SIZE];
		OK(journal_file_path(conf.state, i, path, &err));
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		fprintf(f, "S %u 0 0 - 0\n", i);
		assert_int_equal(fclose(f), 0);
	}
	OK(journal_files_list(conf.state, &list, &err));
	assert_int_equal(list.n, JOURNAL_FILES_MAX);
	assert_int_equal(list.number[0], 7);
	assert_int_equal(list.number[list.n - 1], JOURNAL_FILES_MAX + 6);
	OK(journal_read(conf.state, 0, &none, &err));
	OK(journal_files_prune(&conf, &err));
	OK(journal_files_list(conf.state, &list, &err));
	assert_true(list.n < JOURNAL_FILES_MAX);
	assert_int_equal(list.number[list.n - 1], JOURNAL_FILES_MAX + 6);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_full_file_is_set_aside_and_read_on),
		CASE(too_many_bytes_take_the_oldest),
		CASE(too_old_files_go_with_the_next),
		CASE(of_very_many_files_the_newest_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
