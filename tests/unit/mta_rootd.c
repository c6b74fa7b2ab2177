/*
 * Requests to postroom-rootd, the commands they become, running them, rates;
 * and the journal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "base/timeutil.h"
#include "mta/journal.h"
#include "mta/root_exec.h"
#include "mta/root_verbs.h"

#define OUTPUT_MAX 2000
#define REQUEST(text) text, sizeof(text) - 1

static const struct {
	const char *name, *data;
	size_t n;
	const char *reason; /* NULL: taken */
	const char *command;
} requests[] = {
	{ "reload of Postfix", REQUEST("reload-postfix"), NULL,
		"/usr/sbin/postfix -c /etc/pf reload" },
	{ "reload of Dovecot", REQUEST("reload-dovecot"), NULL,
		"/usr/bin/doveadm -c /etc/dc reload" },
	{ "one user's sessions", REQUEST("end-sessions\0taro@a.test"), NULL,
		"/usr/bin/doveadm -c /etc/dc kick taro@a.test" },
	{ "a domain's sessions", REQUEST("end-sessions\0*@a.test"), NULL,
		"/usr/bin/doveadm -c /etc/dc kick *@a.test" },
	{ "the queue", REQUEST("queue-list"), NULL,
		"/usr/sbin/postqueue -c /etc/pf -j" },
	{ "all mail once more", REQUEST("queue-flush"), NULL,
		"/usr/sbin/postqueue -c /etc/pf -f" },
	{ "a domain's mail once more", REQUEST("queue-flush-domain\0a.test"),
		NULL, "/usr/sbin/postqueue -c /etc/pf -s a.test" },
	{ "a message once more", REQUEST("queue-flush-message\0BC3F0A1"), NULL,
		"/usr/sbin/postqueue -c /etc/pf -i BC3F0A1" },
	{ "a message on hold",
		REQUEST("queue-hold\0"
			"3F0A1B2C4D"),
		NULL, "/usr/sbin/postsuper -c /etc/pf -h 3F0A1B2C4D" },
	{ "a message off hold",
		REQUEST("queue-release\0"
			"4gBxyz12Xyz"),
		NULL, "/usr/sbin/postsuper -c /etc/pf -H 4gBxyz12Xyz" },
	{ "a message gone",
		REQUEST("queue-delete\0"
			"3F0A1B2C4D"),
		NULL, "/usr/sbin/postsuper -c /etc/pf -d 3F0A1B2C4D" },
	{ "a message's headers",
		REQUEST("queue-headers\0"
			"3F0A1B2C4D"),
		NULL, "/usr/sbin/postcat -c /etc/pf -qh 3F0A1B2C4D" },
	{ "how long mail waits", REQUEST("lifetimes"), NULL,
		"/usr/sbin/postconf -c /etc/pf -h maximal_queue_lifetime"
		" bounce_queue_lifetime" },
	{ "longer", REQUEST("set-lifetime\0maximal_queue_lifetime=30d"), NULL,
		"/usr/sbin/postconf -c /etc/pf -e maximal_queue_lifetime=30d" },
	{ "all messages gone", REQUEST("queue-delete\0ALL"), "bad_argument",
		NULL },
	{ "a queue id that is an option", REQUEST("queue-delete\0-r3F0A1B"),
		"bad_argument", NULL },
	{ "a queue id that is a path", REQUEST("queue-headers\0../../etc"),
		"bad_argument", NULL },
	{ "a queue id that is long",
		REQUEST("queue-hold\0"
			"0123456789012345678901234567890AB"),
		"bad_argument", NULL },
	{ "a flush of an option", REQUEST("queue-flush-domain\0-f"),
		"bad_argument", NULL },
	{ "a message that is all of them", REQUEST("queue-flush-message\0ALL"),
		"bad_argument", NULL },
	{ "another setting", REQUEST("set-lifetime\0mynetworks=0.0.0.0/0"),
		"bad_argument", NULL },
	{ "a lifetime that is no time",
		REQUEST("set-lifetime\0maximal_queue_lifetime=$x"),
		"bad_argument", NULL },
	{ "two settings at once",
		REQUEST("set-lifetime\0bounce_queue_lifetime=1d\nx=y"),
		"bad_argument", NULL },
	{ "settings of services", REQUEST("postfix-services"), NULL,
		"/usr/sbin/postconf -c /etc/pf -x -P" },
	{ "settings and a name", REQUEST("postfix-settings\0mydestination"),
		"bad_argument", NULL },
	{ "nothing", "", 0, "bad_request", NULL },
	{ "an unknown verb", REQUEST("stop-postfix"), "unknown_verb", NULL },
	{ "a verb's beginning", REQUEST("reload"), "unknown_verb", NULL },
	{ "a verb and a line feed", REQUEST("reload-postfix\n"), "unknown_verb",
		NULL },
	{ "an argument too many", REQUEST("reload-postfix\0now"),
		"bad_argument", NULL },
	{ "an empty argument too many", REQUEST("reload-postfix\0"),
		"bad_argument", NULL },
	{ "no argument", REQUEST("end-sessions"), "bad_argument", NULL },
	{ "an empty argument", REQUEST("end-sessions\0"), "bad_argument",
		NULL },
	{ "everybody", REQUEST("end-sessions\0*"), "bad_argument", NULL },
	{ "a wildcard inside", REQUEST("end-sessions\0t*@a.test"),
		"bad_argument", NULL },
	{ "an option", REQUEST("end-sessions\0-A"), "bad_argument", NULL },
	{ "an option that is an address", REQUEST("end-sessions\0-x@a.test"),
		"bad_argument", NULL },
	{ "a second argument", REQUEST("end-sessions\0taro@a.test\0x"),
		"bad_argument", NULL },
	{ "a blank", REQUEST("end-sessions\0taro@a.test -A"), "bad_argument",
		NULL },
	{ "capitals", REQUEST("end-sessions\0Taro@a.test"), "bad_argument",
		NULL },
	{ "a shell's words", REQUEST("end-sessions\0$(id)@a.test"),
		"bad_argument", NULL },
	{ "a path", REQUEST("end-sessions\0../etc@a.test"), "bad_argument",
		NULL },
};

static void
only_the_grammar_of_the_table_is_taken(void **state)
{
	const struct conf_rootd conf = { .postfix_config = "/etc/pf",
		.dovecot_config = "/etc/dc" };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct root_request r;
		struct root_command c;
		struct err e = ERR_EMPTY;
		char text[400] = "";
		struct str s = STR_FIXED(text);
		const bool ok = root_request_parse(
			requests[i].data, requests[i].n, &r, &e);
		if (ok != !requests[i].reason)
			fail_msg("%s", requests[i].name);
		if (!ok) {
			assert_string_equal(
				e.item[0].reason, requests[i].reason);
			continue;
		}
		root_request_command(&r, &conf, &c);
		for (int k = 0; c.argv[k]; k++)
			str_addf(&s, "%s%s", k ? " " : "", c.argv[k]);
		assert_string_equal(text, requests[i].command);
	}
}

static void
too_long_a_request_is_refused(void **state)
{
	char data[ROOT_REQUEST_MAX + 1];
	struct root_request r;
	struct err e = ERR_EMPTY;
	(void)state;
	memset(data, 'a', sizeof(data));
	assert_false(root_request_parse(data, sizeof(data), &r, &e));
	assert_string_equal(e.item[0].reason, "bad_request");
}

static void
run(struct root_result *r, int timeout_ms, const char *script)
{
	const struct root_command c = {
		.argv = { "/bin/sh", "-c", script, NULL },
		.timeout_ms = timeout_ms,
		.output_max = OUTPUT_MAX,
	};
	root_result_free(r);
	root_exec(&c, r);
}

static void
a_command_gives_its_status_and_its_words(void **state)
{
	struct root_result r = { 0 };
	(void)state;
	run(&r, 5000, "echo out; echo err >&2; exit 7");
	assert_int_equal(r.status, 7);
	assert_string_equal(r.output, "out\nerr\n");
	run(&r, 5000, "env");
	assert_null(strstr(r.output, "HOME="));
	assert_non_null(strstr(r.output, "LC_ALL=C"));
	run(&r, 5000, "yes | head -c 100000; exit 3");
	assert_int_equal(r.status, 3);
	assert_int_equal(strlen(r.output), OUTPUT_MAX);
	run(&r, 5000, "kill -9 $$");
	assert_int_equal(r.status, 137);
	const struct root_command none = { .argv = { "/no/such/program", NULL },
		.timeout_ms = 1000 };
	root_result_free(&r);
	root_exec(&none, &r);
	assert_int_equal(r.status, 126);
	root_result_free(&r);
}

static void
a_command_that_overruns_is_killed_with_its_children(void **state)
{
	struct root_result r = { 0 };
	const int64_t t0 = monotonic_us();
	(void)state;
	run(&r, 200, "sleep 600 & sleep 600");
	assert_int_equal(r.status, 124);
	assert_true(monotonic_us() - t0 < 5 * US_PER_S);
	/* A daemon left behind does not hold the answer up. */
	run(&r, 5000, "sleep 2 & exit 0");
	assert_int_equal(r.status, 0);
	assert_true(monotonic_us() - t0 < 5 * US_PER_S);
	root_result_free(&r);
}

static void
a_rate_lets_a_burst_through_and_then_one_at_a_time(void **state)
{
	const struct root_rate rate = { .burst = 3, .every_ms = 1000 };
	struct root_bucket b = { 0 };
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(root_bucket_take(&b, rate, 5000));
	assert_false(root_bucket_take(&b, rate, 5000));
	assert_false(root_bucket_take(&b, rate, 5999));
	assert_true(root_bucket_take(&b, rate, 6000));
	assert_false(root_bucket_take(&b, rate, 6000));
	for (int i = 0; i < 3; i++)
		assert_true(root_bucket_take(&b, rate, 60000));
	assert_false(root_bucket_take(&b, rate, 60000));
}

static void
journal_cases(const char *folder)
{
	struct journal *j;
	struct journal_state s;
	struct err e = ERR_EMPTY;
	struct delta_line line = { MAP_ACCOUNTS, "taro@a.test", "old hash",
		"new hash" };
	const struct delta d = { .line = &line, .n = 1, .changed = 1 };
	struct journal_mark mark = { .to = 5, .floor = 5 };
	char path[128], text[400] = "";
	struct conf conf;

	conf_init(&conf);
	snprintf(conf.node.state, sizeof(conf.node.state), "%s", folder);
	snprintf(path, sizeof(path), "%s/journal", folder);
	assert_true(journal_open(&conf.node, &j, &s, &e));
	assert_int_equal(s.applied, 0);
	assert_true(journal_intend(j, 5, RELOAD_POSTFIX, &d, NULL, NULL, &e));
	assert_true(journal_peek(folder, &s, &e));
	assert_int_equal(s.applied, 0);
	assert_int_equal(s.reloads, RELOAD_POSTFIX);
	assert_true(journal_applied(j, &mark, &d, &e));
	assert_true(journal_peek(folder, &s, &e));
	assert_int_equal(s.applied, 5);
	assert_int_equal(s.reloads, RELOAD_POSTFIX);
	assert_true(journal_reloaded(j, &e));
	assert_true(journal_intend(j, 6, RELOAD_DOVECOT, NULL, NULL, NULL, &e));
	journal_close(&j);

	/* Killed in the middle of a line. */
	FILE *f = fopen(path, "a");
	assert_non_null(f);
	fputs("A 99", f);
	fclose(f);
	assert_true(journal_open(&conf.node, &j, &s, &e));
	assert_int_equal(s.applied, 5);
	assert_int_equal(s.reloads, RELOAD_DOVECOT);
	mark.to = 7;
	assert_true(journal_applied(j, &mark, NULL, &e));
	journal_close(&j);
	assert_true(journal_peek(folder, &s, &e));
	assert_int_equal(s.applied, 7);

	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	f = fopen(path, "r");
	assert_non_null(f);
	const size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	assert_non_null(strstr(text, "~accounts\ttaro@a.test\t\t"));
	assert_null(strstr(text, "hash"));
}

static void
the_journal_knows_where_a_killed_publisher_stood(void **state)
{
	char folder[] = "/tmp/postroom-journal-XXXXXX", command[64];
	(void)state;
	assert_non_null(mkdtemp(folder));
	journal_cases(folder);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_grammar_of_the_table_is_taken),
		cmocka_unit_test(too_long_a_request_is_refused),
		cmocka_unit_test(a_command_gives_its_status_and_its_words),
		cmocka_unit_test(
			a_command_that_overruns_is_killed_with_its_children),
		cmocka_unit_test(
			a_rate_lets_a_burst_through_and_then_one_at_a_time),
		cmocka_unit_test(
			the_journal_knows_where_a_killed_publisher_stood),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
