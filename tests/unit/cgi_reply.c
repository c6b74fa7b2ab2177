/*
 * Replies as they leave: headers that are always there, problem documents that
 * tell no secret, nothing that could split a header.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "cgi/reply.h"

struct sink {
	struct gateway gw;
	char text[65536];
	size_t len;
	bool is_closed;
};

static bool
sink_write(struct gateway *gw, const char *buf, size_t len)
{
	struct sink *s = (struct sink *)gw;

	if (s->is_closed || len >= sizeof s->text - s->len)
		return false;
	memcpy(s->text + s->len, buf, len);
	s->len += len;
	s->text[s->len] = '\0';
	return true;
}

static const struct gateway_ops sink_ops = { .write = sink_write };

static int
setup(void **state)
{
	*state = arena_new(1 << 20);
	return *state ? 0 : 1;
}

static int
teardown(void **state)
{
	struct arena *a = *state;

	arena_free(&a);
	return 0;
}

static const char *
sent(const struct reply *r, struct sink *s, bool is_head)
{
	*s = (struct sink){ .gw = { .ops = &sink_ops } };
	assert_true(reply_send(r, &s->gw, "aaaaaaaaaa", is_head));
	return s->text;
}

static void
headers_of_every_reply(void **state)
{
	static const char *const lines[] = { "Status: 200\r\n",
		"Content-Type: application/json\r\n", "Content-Length: 8\r\n",
		"Cache-Control: no-store\r\n",
		"X-Content-Type-Options: nosniff\r\n",
		"Referrer-Policy: no-referrer\r\n",
		"X-Request-Id: aaaaaaaaaa\r\n", "ETag: \"7\"\r\n",
		"\r\n\r\n{\"id\":1}" };
	static struct sink s;
	struct err e = ERR_EMPTY;
	struct reply r;
	struct jsonw *w;

	reply_init(&r, *state);
	w = reply_json(&r, 200);
	jsonw_object(w, NULL);
	jsonw_int(w, "id", 1);
	jsonw_end(w);
	assert_true(reply_etag(&r, 7, &e));
	sent(&r, &s, false);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (!strstr(s.text, lines[i]))
			fail_msg("no '%s' in %s", lines[i], s.text);
}

static void
nothing_behind_the_head_of_head(void **state)
{
	static struct sink s;
	struct reply r;
	const char *text;

	reply_init(&r, *state);
	jsonw_int(reply_json(&r, 200), NULL, 12345);
	text = sent(&r, &s, true);
	assert_non_null(strstr(text, "Content-Length: 5\r\n"));
	assert_string_equal(text + strlen(text) - 4, "\r\n\r\n");
}

static void
no_body_no_type(void **state)
{
	static struct sink s;
	struct reply r;
	const char *text;

	reply_init(&r, *state);
	text = sent(&r, &s, false);
	assert_non_null(strstr(text, "Status: 204\r\n"));
	assert_null(strstr(text, "\r\nContent-Type:"));
	assert_null(strstr(text, "Content-Length:"));
}

static void
headers_cannot_be_split(void **state)
{
	static const char *const values[] = { "a\r\nSet-Cookie: x", "a\nb",
		"\x7f", "\x01" };

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct err e = ERR_EMPTY;
		struct reply r;

		reply_init(&r, *state);
		assert_false(reply_header(&r, "Location", values[i], &e));
		assert_int_equal(e.code, ERR_INTERNAL);
		assert_int_equal(r.head.len, 0);
	}
}

/* The member of the problem document that a failure becomes. */
static void
check_problem(struct arena *a, const struct err *e, int status,
	const char *code, const char *reason, const char *hidden)
{
	const struct json_value *root, *item;
	struct err unused = ERR_EMPTY;
	struct json *doc;
	struct reply r;

	reply_problem(&r, a, e, "aaaaaaaaaa");
	assert_int_equal(r.status, status);
	assert_string_equal(r.content_type, "application/problem+json");
	assert_true(json_parse(str_text(&r.body), r.body.len,
		&json_limits_request, &doc, &unused));
	root = json_root(doc);
	assert_int_equal(json_int(json_get(root, "status")), status);
	assert_string_equal(json_text(json_get(root, "code"), NULL), code);
	item = json_at(json_get(root, "errors"), 0);
	assert_string_equal(json_text(json_get(item, "reason"), NULL), reason);
	if (hidden)
		assert_null(strstr(str_text(&r.body), hidden));
	json_free(&doc);
}

static void
problems(void **state)
{
	struct err e = ERR_EMPTY;

	err_set(&e, ERR_INVALID, "network", "host_bits_set", "10.0.0.1/8",
		"it is 10.0.0.0/8");
	check_problem(*state, &e, 422, "invalid", "host_bits_set", NULL);
	err_clear(&e);
	err_set(&e, ERR_UNAVAILABLE, "x", "database_away", "/run/secret.sock",
		"cannot connect to /run/secret.sock");
	check_problem(
		*state, &e, 503, "unavailable", "database_away", "secret");
	err_clear(&e);
	err_set(&e, ERR_INTERNAL, "x", "errno", "/etc/secret",
		"cannot open /etc/secret");
	check_problem(*state, &e, 500, "internal", "", "secret");
}

static void
waiting_is_told_in_header_and_body(void **state)
{
	static struct sink s;
	struct err e = ERR_EMPTY;
	struct reply r;
	const char *text;

	err_set(&e, ERR_THROTTLED, "", "throttled", "", "wait");
	e.retry_after_s = 4;
	reply_problem(&r, *state, &e, "aaaaaaaaaa");
	text = sent(&r, &s, false);
	assert_non_null(strstr(text, "Retry-After: 4\r\n"));
	assert_non_null(strstr(text, "\"retry_after_s\":4"));
}

static void
a_peer_that_left_is_noticed(void **state)
{
	static struct sink s;
	struct reply r;

	s = (struct sink){ .gw = { .ops = &sink_ops }, .is_closed = true };
	reply_init(&r, *state);
	assert_false(reply_send(&r, &s.gw, "aaaaaaaaaa", false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_of_every_reply),
		cmocka_unit_test(nothing_behind_the_head_of_head),
		cmocka_unit_test(no_body_no_type),
		cmocka_unit_test(headers_cannot_be_split),
		cmocka_unit_test(problems),
		cmocka_unit_test(waiting_is_told_in_header_and_body),
		cmocka_unit_test(a_peer_that_left_is_noticed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
