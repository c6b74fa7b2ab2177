/*
 * What touches the system: files, sockets, the sandbox, the log; and the small
 * text modules beside them: tokens, URL decoding, UTF-8.
 */
#include "base/file.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "base/sock.h"
#include "base/str.h"
#include "base/token.h"
#include "base/url.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

struct fixture {
	struct arena *a;
	struct err e;
	char folder[64];
	char path[96];
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->a = arena_new(1048576);
	(void)snprintf(
		f->folder, sizeof(f->folder), "/tmp/postroom-unit-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(f->path, sizeof(f->path), "%s/x", f->folder);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	(void)unlink(f->path);
	(void)rmdir(f->folder);
	arena_free(&f->a);
	free(f);
	return 0;
}

static void
a_file_is_replaced_whole(void **state)
{
	struct fixture *f = *state;
	struct stat before, after;
	size_t len;
	char *data;

	assert_true(file_write(f->path, "one", 3, 0640, &f->e));
	assert_int_equal(stat(f->path, &before), 0);
	assert_int_equal(before.st_mode & 0777, 0640);
	assert_true(file_write(f->path, "second", 6, 0600, &f->e));
	assert_int_equal(stat(f->path, &after), 0);
	assert_true(before.st_ino != after.st_ino);
	assert_true(file_read(f->path, 6, f->a, &data, &len, &f->e));
	assert_int_equal(len, 6);
	assert_string_equal(data, "second");
	assert_false(file_read(f->path, 5, f->a, &data, &len, &f->e));
	assert_int_equal(f->e.code, ERR_TOO_LARGE);
}

static void
an_aborted_file_leaves_the_old_one(void **state)
{
	struct fixture *f = *state;
	struct file_out *out;
	char *data;
	size_t len;

	assert_true(file_write(f->path, "old", 3, 0600, &f->e));
	assert_true(file_begin(&out, f->path, 0600, &f->e));
	file_put(out, "new", 3);
	file_abort(&out);
	assert_null(out);
	assert_true(file_read(f->path, 100, f->a, &data, &len, &f->e));
	assert_string_equal(data, "old");
}

static void
a_large_file_goes_in_pieces(void **state)
{
	struct fixture *f = *state;
	struct file_out *out;
	char *data, *piece = calloc(1, 100000);
	size_t len;

	assert_non_null(piece);
	memset(piece, 'y', 100000);
	assert_true(file_begin(&out, f->path, 0600, &f->e));
	for (int i = 0; i < 3000; i++)
		file_put(out, "0123456789", 10);
	file_put(out, piece, 100000);
	file_put(out, "end", 3);
	assert_true(file_commit(&out, &f->e));
	assert_true(file_read(f->path, 200000, f->a, &data, &len, &f->e));
	assert_int_equal(len, 130003);
	assert_memory_equal(data + 29995, "56789yyyy", 9);
	assert_string_equal(data + 130000, "end");
	free(piece);
}

static void
a_missing_file_is_not_found(void **state)
{
	struct fixture *f = *state;
	size_t len;
	char *data;

	assert_false(file_read(f->path, 10, f->a, &data, &len, &f->e));
	assert_int_equal(f->e.code, ERR_NOT_FOUND);
	assert_string_equal(f->e.item[0].subject, f->path);
	err_clear(&f->e);
	assert_true(file_remove(f->path, &f->e));
	assert_false(file_write("/nowhere/x", "", 0, 0600, &f->e));
}

static void
a_failed_write_is_reported_at_the_end(void **state)
{
	const struct rlimit small = { .rlim_cur = 4096, .rlim_max = 4096 };
	struct fixture *f = *state;
	pid_t child = fork();
	int status;

	if (child == 0) {
		char piece[8192] = { 0 };
		struct err e = ERR_EMPTY;
		struct file_out *out;

		(void)signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &small) != 0
			|| !file_begin(&out, f->path, 0600, &e))
			_exit(1);
		file_put(out, piece, sizeof(piece));
		file_put(out, piece, sizeof(piece));
		if (file_commit(&out, &e) || out || !err_is_set(&e))
			_exit(2);
		_exit(access(f->path, F_OK) == 0 ? 3 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(rmdir(f->folder), 0);
	assert_int_equal(mkdir(f->folder, 0700), 0);
}

static void
folders_are_made_with_their_parents(void **state)
{
	struct fixture *f = *state;
	char deep[128];

	(void)snprintf(deep, sizeof(deep), "%s/a/b", f->folder);
	assert_true(file_make_folders(deep, 0700, &f->e));
	assert_true(file_make_folders(deep, 0700, &f->e));
	assert_true(file_sync_folder(deep, &f->e));
	assert_int_equal(rmdir(deep), 0);
	deep[strlen(deep) - 2] = '\0';
	assert_int_equal(rmdir(deep), 0);
}

static void
a_socket_listens_and_tells_the_peer(void **state)
{
	struct fixture *f = *state;
	struct sock_peer peer;
	int listener, client, served, second;

	assert_true(sock_bind(f->path, SOCK_SEQPACKET, 0600, &listener, &f->e));
	assert_true(sock_connect(f->path, SOCK_SEQPACKET, &client, &f->e));
	served = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(served >= 0);
	assert_true(sock_peer(served, &peer, &f->e));
	assert_int_equal(peer.uid, getuid());
	assert_int_equal(peer.pid, getpid());
	assert_true(sock_set_timeout(client, 50));
	assert_int_equal(recv(client, &peer, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	assert_false(sock_bind(f->path, SOCK_SEQPACKET, 0600, &second, &f->e));
	assert_int_equal(second, -1);
	fd_close(&served);
	fd_close(&client);
	fd_close(&listener);
	assert_int_equal(listener, -1);
}

static void
a_stale_socket_is_replaced(void **state)
{
	struct fixture *f = *state;
	int listener;

	assert_true(sock_bind(f->path, SOCK_STREAM, 0600, &listener, &f->e));
	fd_close(&listener);
	assert_false(sock_connect(f->path, SOCK_STREAM, &listener, &f->e));
	assert_int_equal(f->e.code, ERR_UNAVAILABLE);
	err_clear(&f->e);
	assert_true(sock_bind(f->path, SOCK_STREAM, 0600, &listener, &f->e));
	fd_close(&listener);
	(void)unlink(f->path);
	assert_true(file_write(f->path, "", 0, 0600, &f->e));
	assert_false(sock_bind(f->path, SOCK_STREAM, 0600, &listener, &f->e));
}

static void
a_datagram_wakes_the_sleeper(void **state)
{
	struct fixture *f = *state;
	char byte;
	int fd;

	sock_wake(f->path);
	sock_wake("");
	assert_true(sock_bind(f->path, SOCK_DGRAM, 0600, &fd, &f->e));
	sock_wake(f->path);
	sock_wake(f->path);
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), 0);
	sock_drain(fd);
	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
	for (int i = 0; i < 10000; i++)
		sock_wake(f->path);
	fd_close(&fd);
}

static void
takes_sockets_that_were_handed_over(void **state)
{
	struct fixture *f = *state;
	char pid[16];
	pid_t child;
	int status;

	child = fork();
	if (child == 0) {
		int fd = open("/dev/null", O_RDONLY);

		if (fd != 3 && dup2(fd, 3) != 3)
			_exit(1);
		(void)setenv("LISTEN_FDS", "1", 1);
		(void)setenv("LISTEN_PID", "1", 1);
		if (sock_handed_over() != 0)
			_exit(2);
		(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
		(void)setenv("LISTEN_PID", pid, 1);
		if (!sock_listen("/nowhere", SOCK_STREAM, 0600, &fd, &f->e)
			|| fd != 3)
			_exit(3);
		if (getenv("LISTEN_FDS") || fcntl(3, F_GETFD) != FD_CLOEXEC)
			_exit(4);
		_exit(sock_handed_over() == 0 ? 0 : 5);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void *
no_work(void *arg)
{
	return arg;
}

/* In a child: what each of the rights answers after the sandbox is entered. */
static int
look_from_inside(const char *folder)
{
	const char *const readable[] = { "/usr", "/nowhere", NULL };
	const char *const writable[] = { folder, NULL };
	const struct sandbox s = { .drop_capabilities = true,
		.deny_exec = true,
		.deny_inet = true,
		.deny_fork = true,
		.read_paths = readable,
		.write_paths = writable };
	struct err e = ERR_EMPTY;
	char name[] = "true";
	char *const argv[] = { name, NULL };
	char inside[128];
	pthread_t thread;
	int abi, fd;

	if (!sandbox_enter(&s, &abi, &e))
		return 1;
	if (execv("/bin/true", argv) == 0 || errno != EPERM)
		return 2;
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0
		|| socket(AF_INET6, SOCK_DGRAM, 0) >= 0
		|| socket(AF_PACKET, SOCK_RAW, 0) >= 0)
		return 3;
	if ((fd = socket(AF_UNIX, SOCK_STREAM, 0)) < 0)
		return 4;
	if (fork() >= 0)
		return 5;
	if (pthread_create(&thread, NULL, no_work, NULL) != 0
		|| pthread_join(thread, NULL) != 0)
		return 6;
	(void)snprintf(inside, sizeof(inside), "%s/in", folder);
	if (!file_write(inside, "x", 1, 0600, &e) || unlink(inside) != 0)
		return 7;
	if (abi > 0
		&& (open("/etc/passwd", O_RDONLY) >= 0
			|| open("/tmp/out", O_WRONLY | O_CREAT, 0600) >= 0))
		return 8;
	if (geteuid() == 0 && chown("/usr", 1, 1) == 0)
		return 9;
	return 0;
}

static void
a_sandbox_takes_the_rights_away(void **state)
{
	struct fixture *f = *state;
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(look_from_inside(f->folder));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
a_process_becomes_another_user_for_good(void **state)
{
	struct fixture *f = *state;
	pid_t child;
	int status;

	assert_false(sandbox_become("no-such-user", &f->e));
	assert_int_equal(f->e.code, ERR_NOT_FOUND);
	if (geteuid() != 0)
		skip();
	child = fork();
	if (child == 0) {
		struct err e = ERR_EMPTY;

		if (!sandbox_become("nobody", &e) || geteuid() == 0)
			_exit(1);
		_exit(setuid(0) == 0                           ? 2
				: sandbox_become("nobody", &e) ? 0
							       : 3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static size_t
take_log(int fd, char *out, size_t size)
{
	const ssize_t n = read(fd, out, size - 1);

	out[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static void
a_log_line_is_one_line(void **state)
{
	char line[8192], big[5000];
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	log_init("prog", LOG_LEVEL_INFO);
	log_set_fd(fds[1]);
	log_set_rid("r1");
	log_debug("not this");
	log_warn("a \"b\"\nlevel=%s", "error");
	take_log(fds[0], line, sizeof(line));
	assert_string_equal(line,
		"level=warn prog=prog rid=r1 "
		"msg=\"a \\\"b\\\"\\nlevel=error\"\n");
	log_set_rid(NULL);
	log_kv(LOG_LEVEL_ERROR, "away", "errno", "5", "path", "/a b", "none",
		(const char *)NULL, NULL);
	take_log(fds[0], line, sizeof(line));
	assert_non_null(strstr(line, "level=error prog=prog msg=away errno=5"));
	memset(big, 0xff, sizeof(big));
	big[sizeof(big) - 1] = '\0';
	log_info("%s", big);
	assert_true(take_log(fds[0], line, sizeof(line)) > 0);
	assert_string_equal(strchr(line, '\n'), "\n");
	log_kv(LOG_LEVEL_INFO, "m", "big", big, "small", "1", NULL);
	take_log(fds[0], line, sizeof(line));
	assert_string_equal(line, "level=info prog=prog msg=m small=1\n");
	log_set_fd(2);
	close(fds[0]);
	close(fds[1]);
}

static void
tokens_are_random_and_plain(void **state)
{
	char one[TOKEN_LEN + 1], two[TOKEN_LEN + 1], id[11], hex[65], fp[17];
	uint8_t a[32], b[32];

	(void)state;
	token_make(one, TOKEN_LEN);
	token_make(two, TOKEN_LEN);
	assert_string_not_equal(one, two);
	assert_true(token_is_plausible(one, 22, 43));
	assert_false(token_is_plausible(one, 23, 43));
	assert_false(token_is_plausible(one, 1, 21));
	assert_false(token_is_plausible("a-b", 1, 10));
	assert_false(token_is_plausible("", 1, 10));
	token_request_id(id);
	assert_int_equal(strlen(id), 10);
	sha256_hex("abc", 3, hex);
	assert_string_equal(hex,
		"ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad");
	fingerprint("abc", 3, fp);
	assert_string_equal(fp, "ba7816bf8f01cfea");
	token_digest("abc", a);
	token_digest("abd", b);
	assert_false(equal_in_constant_time(a, b, 32));
	assert_true(equal_in_constant_time(a, a, 32));
	assert_true(equal_text_in_constant_time("abc", "abc"));
	assert_false(equal_text_in_constant_time("abc", "abcd"));
	assert_false(equal_text_in_constant_time("abc", "abd"));
}

static void
urls_are_decoded_or_refused(void **state)
{
	static const struct {
		const char *in, *out, *reason;
	} cases[] = {
		{ "a", "a", NULL },
		{ "", "", NULL },
		{ "a%20b", "a b", NULL },
		{ "%E6%97%a5", "日", NULL },
		{ "a+b", "a b", NULL },
		{ "%2B", "+", NULL },
		{ "%2e%2E%2f", "../", NULL },
		{ "%", NULL, "bad_escape" },
		{ "%4", NULL, "bad_escape" },
		{ "%zz", NULL, "bad_escape" },
		{ "%00", NULL, "bad_character" },
		{ "%0a", NULL, "bad_character" },
		{ "a\tb", NULL, "bad_character" },
		{ "%ff", NULL, "bad_utf8" },
		{ "%c0%af", NULL, "bad_utf8" },
		{ "0123456789012345", NULL, "too_long" },
	};
	char out[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_EMPTY;
		const bool ok = url_decode(cases[i].in, strlen(cases[i].in),
			true, out, sizeof(out), &e);

		assert_int_equal(ok, cases[i].out != NULL);
		if (ok)
			assert_string_equal(out, cases[i].out);
		else
			assert_string_equal(e.item[0].reason, cases[i].reason);
	}
	assert_true(url_decode("a+b", 3, false, out, sizeof(out), NULL));
	assert_string_equal(out, "a+b");
}

static void
queries_are_walked_pair_by_pair(void **state)
{
	const char *at = "&limit=50&q=a%26b&&flag&x=1=2";
	static const char *const wanted[][2] = { { "limit", "50" },
		{ "q", "a&b" }, { "flag", "" }, { "x", "1=2" } };
	struct err e = ERR_EMPTY;
	struct url_pair pair;
	bool has_pair;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		assert_true(url_query_next(&at, &pair, &has_pair, &e));
		assert_true(has_pair);
		assert_string_equal(pair.key, wanted[i][0]);
		assert_string_equal(pair.value, wanted[i][1]);
	}
	assert_true(url_query_next(&at, &pair, &has_pair, &e));
	assert_false(has_pair);
	at = "a=%zz";
	assert_false(url_query_next(&at, &pair, &has_pair, &e));
	assert_int_equal(e.code, ERR_SYNTAX);
}

static void
utf8_is_strict(void **state)
{
	static const struct {
		const char *in;
		bool ok;
	} cases[] = {
		{ "abc", true },
		{ "\xc2\x80", true },
		{ "\xdf\xbf", true },
		{ "\xe0\xa0\x80", true },
		{ "\xed\x9f\xbf", true },
		{ "\xee\x80\x80", true },
		{ "\xf0\x90\x80\x80", true },
		{ "\xf4\x8f\xbf\xbf", true },
		{ "\x80", false },
		{ "\xc0\x80", false },
		{ "\xc1\xbf", false },
		{ "\xe0\x9f\xbf", false },
		{ "\xed\xa0\x80", false },
		{ "\xf0\x8f\xbf\xbf", false },
		{ "\xf4\x90\x80\x80", false },
		{ "\xf5\x80\x80\x80", false },
		{ "\xe6\x97", false },
		{ "\xf0\x90\x80", false },
		{ "\xc2", false },
		{ "\xe6\x97z", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
			utf8_is_valid(cases[i].in, strlen(cases[i].in)),
			cases[i].ok);
	assert_true(utf8_is_valid("a\0b", 3));
	assert_true(utf8_is_hidden(0x202e));
	assert_true(utf8_is_hidden(0x7f));
	assert_false(utf8_is_hidden(0x65e5));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_replaced_whole),
		TEST(an_aborted_file_leaves_the_old_one),
		TEST(a_large_file_goes_in_pieces),
		TEST(a_missing_file_is_not_found),
		TEST(a_failed_write_is_reported_at_the_end),
		TEST(folders_are_made_with_their_parents),
		TEST(a_socket_listens_and_tells_the_peer),
		TEST(a_stale_socket_is_replaced),
		TEST(a_datagram_wakes_the_sleeper),
		TEST(takes_sockets_that_were_handed_over),
		TEST(a_sandbox_takes_the_rights_away),
		TEST(a_process_becomes_another_user_for_good),
		cmocka_unit_test(a_log_line_is_one_line),
		cmocka_unit_test(tokens_are_random_and_plain),
		cmocka_unit_test(urls_are_decoded_or_refused),
		cmocka_unit_test(queries_are_walked_pair_by_pair),
		cmocka_unit_test(utf8_is_strict),
	};

	if (!token_start())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
