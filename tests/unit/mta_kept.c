/*
 * What the lines of a map were, from its text copy and the journal.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/timeutil.h"
#include "mta/kept.h"

static struct conf_node conf;

static int
make_folder(void **state)
{
	(void)state;
	memcpy(conf.state, "/tmp/postroom-kept-XXXXXX", 26);
	if (!mkdtemp(conf.state))
		return -1;
	memcpy(conf.postfix_maps, conf.state, 26);
	return 0;
}

static int
remove_folder(void **state)
{
	char command[sizeof(conf.state) + 16];
	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", conf.state);
	return system(command);
}

static void
put(const char *name, const char *text)
{
	char path[NODE_PATH_SIZE];
	snprintf(path, sizeof(path), "%s/%s", conf.state, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* The copy was written `age_us` before the record of 1,000,000 seconds. */
static void
put_copy(const char *text, int64_t age_us)
{
	char path[NODE_PATH_SIZE];
	const int64_t at = 1000000 * US_PER_S - age_us;
	const struct timespec when = { at / US_PER_S, at % US_PER_S * 1000 };
	const struct timespec both[] = { when, when };
	put("mailboxes.txt", text);
	snprintf(path, sizeof(path), "%s/mailboxes.txt", conf.state);
	assert_int_equal(utimensat(AT_FDCWD, path, both, 0), 0);
}

static void
expect(const struct strset *keys, const char *wanted)
{
	struct map_lines l = { 0 };
	struct err e = ERR_EMPTY;
	char text[200] = "";
	if (!kept_text(&conf, MAP_MAILBOXES, keys, &l, &e))
		fail_msg("%s", err_text(&e));
	for (size_t i = 0; i < l.n; i++) {
		const size_t len = strlen(text);
		snprintf(text + len, sizeof(text) - len, "%s=%s ",
			l.line[i].key, l.line[i].value);
	}
	assert_string_equal(text, wanted);
	lines_free(&l);
}

static void
the_journal_knows_better_than_the_copy(void **state)
{
	(void)state;
	put_copy("a@x 1\nb@x 1\nc@x 1\n", 0);
	put("journal",
		"S 0 0 0 - 0\n"
		"I 5 999999000000 0\n"
		"+mailboxes\td@x\t\t1\n"
		"-mailboxes\ta@x\t1\t\n"
		"~mailboxes\tb@x\t1\t2\n"
		"+aliases\tz@x\t\t1\n"
		"A 5 999999000001 1 1 1 5 -\n"
		"I 5 999999500000 0\n"
		"~mailboxes\tb@x\t2\t3\t0\n");
	expect(NULL, "b@x=3 c@x=1 d@x=1 ");
}

static void
only_the_keys_that_were_asked_for(void **state)
{
	struct strset keys = { 0 };
	struct err e = ERR_EMPTY;
	(void)state;
	assert_true(strset_add(&keys, "d@x", NULL, &e)
		&& strset_add(&keys, "a@x", NULL, &e)
		&& strset_add(&keys, "c@x", NULL, &e));
	expect(&keys, "c@x=1 d@x=1 ");
	strset_free(&keys);
}

static const char remade[] = "S 0 0 0 - 0\n"
			     "I 5 999999000000 0\n"
			     "~mailboxes\ta@x\t1\t2\n"
			     "A 5 999999000001 0 1 0 5 -\n"
			     "I 5 1000000000000 3 anew\n"
			     "I 6 1000000500000 0\n"
			     "+mailboxes\tb@x\t\t1\n"
			     "A 6 1000000500001 1 0 0 6 -\n"
			     "X 6 0 6 - 0\n";

static void
a_copy_newer_than_a_remaking_has_what_was_before(void **state)
{
	(void)state;
	put("journal", remade);
	put_copy("a@x 3\n", -US_PER_S / 2);
	expect(NULL, "a@x=3 b@x=1 ");
}

static void
a_copy_older_than_a_remaking_has_not(void **state)
{
	(void)state;
	put("journal", remade);
	put_copy("a@x 1\n", 2 * US_PER_S);
	expect(NULL, "a@x=2 b@x=1 ");
}

static void
without_a_copy_nothing_is_known(void **state)
{
	char path[NODE_PATH_SIZE];
	struct map_lines l = { 0 };
	struct err e = ERR_EMPTY;
	(void)state;
	snprintf(path, sizeof(path), "%s/mailboxes.txt", conf.state);
	assert_int_equal(unlink(path), 0);
	assert_false(kept_text(&conf, MAP_MAILBOXES, NULL, &l, &e));
	assert_int_equal(e.code, ERR_UNAVAILABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_journal_knows_better_than_the_copy),
		cmocka_unit_test(only_the_keys_that_were_asked_for),
		cmocka_unit_test(
			a_copy_newer_than_a_remaking_has_what_was_before),
		cmocka_unit_test(a_copy_older_than_a_remaking_has_not),
		cmocka_unit_test(without_a_copy_nothing_is_known),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
