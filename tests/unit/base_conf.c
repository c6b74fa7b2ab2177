/*
 * The configuration: defaults, every kind of value, and errors that name the
 * line.
 */
#include "base/conf.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

static void
without_a_line_all_is_default(void **state)
{
	struct err e = ERR_EMPTY;
	struct conf c;

	(void)state;
	assert_true(conf_parse(&c, "test", "", &e));
	assert_string_equal(c.database.socket, "/run/mysqld/mysqld.sock");
	assert_string_equal(c.database.name, "postroom");
	assert_string_equal(c.database.password_file, "");
	assert_string_equal(c.web.user, "postroom-web");
	assert_int_equal(c.web.workers, 4);
	assert_int_equal(c.web.max_body_bytes, 1048576);
	assert_int_equal(c.web.trusted_proxies.n, 2);
	assert_string_equal(c.web.origin, "http://localhost:8080");
	assert_string_equal(c.map.wake, "/run/postroom/mapd.sock");
	assert_string_equal(c.map.node, "");
	assert_int_equal(c.node.mail_uid, 5000);
	assert_int_equal(c.node.guard_percent, 30);
	assert_string_equal(
		c.node.virtual_transport, "lmtp:unix:private/dovecot-lmtp");
	assert_string_equal(c.rootd.allow_user, "postroom-map");
	assert_int_equal(c.password.scheme, PASSWORD_CRYPT);
	assert_int_equal(c.limits.whitelist_min_prefix6, 32);
	assert_int_equal(c.retention.revisions_days, 400);
}

static void
values_take_the_place_of_defaults(void **state)
{
	static const char text[] = "\xef\xbb\xbf# a comment\n"
				   "[web]\r\n"
				   "workers = 8   ; inside the line\n"
				   "origin=https://mail.example.org\n"
				   "trusted_proxies =\n"
				   "\n"
				   "[password]\n"
				   "scheme: sha512-crypt\n"
				   "[database]\n"
				   "password_file = /etc/postroom/password\n";
	struct err e = ERR_EMPTY;
	struct conf c;

	(void)state;
	assert_true(conf_parse(&c, "test", text, &e));
	assert_int_equal(c.web.workers, 8);
	assert_string_equal(c.web.origin, "https://mail.example.org");
	assert_int_equal(c.web.trusted_proxies.n, 0);
	assert_int_equal(c.password.scheme, PASSWORD_SHA512_CRYPT);
	assert_string_equal(c.database.password_file, "/etc/postroom/password");
}

static const struct {
	const char *name, *text, *field, *reason, *where;
} bad[] = {
	{ "an unknown key", "[web]\nworker = 4\n", "web.worker", "unknown_key",
		"test:2" },
	{ "an unknown section", "\n[www]\n", "", "unknown_section", "test:2" },
	{ "a key before any section", "workers = 4\n", ".workers",
		"unknown_section", "test:1" },
	{ "a key of another section", "[job]\nworkers = 4\n", "job.workers",
		"unknown_key", "test:2" },
	{ "a key twice", "[web]\nworkers = 4\nworkers = 5\n", "web.workers",
		"duplicate_key", "test:3" },
	{ "a continued line", "[web]\nworkers = 4\n  5\n", "web.workers",
		"duplicate_key", "test:3" },
	{ "a number that is a word", "[web]\nworkers = many\n", "web.workers",
		"out_of_range", "test:2" },
	{ "a number out of range", "[web]\nworkers = 0\n", "web.workers",
		"out_of_range", "test:2" },
	{ "a relative path", "[node]\nstate = var/lib\n", "node.state",
		"bad_value", "test:2" },
	{ "an empty path", "[node]\nstate =\n", "node.state", "bad_value",
		"test:2" },
	{ "a socket path that is too long",
		"[web]\nlisten = /"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		"web.listen", "bad_value", "test:2" },
	{ "a name with a slash", "[web]\nuser = a/b\n", "web.user", "bad_value",
		"test:2" },
	{ "an origin with a path", "[web]\norigin = http://a/\n", "web.origin",
		"bad_value", "test:2" },
	{ "an origin without a scheme", "[web]\norigin = a:80\n", "web.origin",
		"bad_value", "test:2" },
	{ "an unknown scheme", "[password]\nscheme = MD5\n", "password.scheme",
		"unknown_scheme", "test:2" },
	{ "a network of all", "[web]\ntrusted_proxies = 0.0.0.0/0\n",
		"web.trusted_proxies", "network_too_wide", "test:2" },
	{ "a line without a value", "[web]\nworkers\n", "", "bad_line",
		"test" },
	{ "an open section", "[web\nworkers = 4\n", "", "bad_line", "test:1" },
	{ "bytes that are not UTF-8", "[web]\norigin = \xff\n", "web.origin",
		"bad_value", "test:2" },
	{ "a very long line",
		"[web]\norigin = "
		"http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		"", "too_long", "test:2" },
};

static void
errors_name_key_and_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = ERR_EMPTY;
		struct conf c;

		print_message("%s\n", bad[i].name);
		assert_false(conf_parse(&c, "test", bad[i].text, &e));
		assert_int_equal(e.code, ERR_INVALID);
		assert_string_equal(e.item[0].field, bad[i].field);
		assert_string_equal(e.item[0].reason, bad[i].reason);
		assert_string_equal(e.item[0].subject, bad[i].where);
		assert_non_null(strstr(e.item[0].text, "test"));
	}
}

static void
reads_a_file(void **state)
{
	char path[] = "/tmp/postroom-conf-XXXXXX";
	static const char nul[] = "[web]\nworkers = 4\0\n";
	struct err e = ERR_EMPTY;
	struct conf c;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	fd_close(&fd);
	assert_true(file_write(path, "[web]\nworkers = 9\n", 18, 0600, &e));
	assert_true(conf_load(&c, path, &e));
	assert_int_equal(c.web.workers, 9);
	assert_true(file_write(path, nul, sizeof(nul) - 1, 0600, &e));
	assert_false(conf_load(&c, path, &e));
	assert_string_equal(e.item[0].reason, "bad_line");
	err_clear(&e);
	assert_true(file_remove(path, &e));
	assert_false(conf_load(&c, path, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void
the_option_comes_before_the_environment(void **state)
{
	(void)state;
	assert_int_equal(setenv("POSTROOM_CONF", "/b", 1), 0);
	assert_string_equal(conf_path("/a"), "/a");
	assert_string_equal(conf_path(NULL), "/b");
	assert_int_equal(unsetenv("POSTROOM_CONF"), 0);
	assert_string_equal(conf_path(NULL), CONF_DEFAULT_PATH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_line_all_is_default),
		cmocka_unit_test(values_take_the_place_of_defaults),
		cmocka_unit_test(errors_name_key_and_line),
		cmocka_unit_test(reads_a_file),
		cmocka_unit_test(the_option_comes_before_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
