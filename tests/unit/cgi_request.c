/*
 * The parts of a request's head, and finding a route.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/token.h"
#include "cgi/request.h"
#include "cgi/route.h"

#define TOKEN_A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define TOKEN_B "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

static void
cookies(void **state)
{
	static const struct {
		const char *name, *in, *token;
	} cases[] = {
		{ "takes our cookie", "__Host-postroom=" TOKEN_A, TOKEN_A },
		{ "finds it among others",
			"a=b; __Host-postroom=" TOKEN_A "; c=d", TOKEN_A },
		{ "refuses it when given twice",
			"__Host-postroom=" TOKEN_A "; __Host-postroom=" TOKEN_B,
			NULL },
		{ "refuses another length", "__Host-postroom=abc", NULL },
		{ "refuses other characters",
			"__Host-postroom="
			"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			"AAA-",
			NULL },
		{ "refuses another case of the name",
			"__host-postroom=" TOKEN_A, NULL },
		{ "refuses a longer name", "x__Host-postroom=" TOKEN_A, NULL },
		{ "has none in an empty header", "", NULL },
		{ "has none in semicolons", ";;;", NULL },
	};
	struct arena *a = arena_new(65536);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *got = cookie_token(
			cases[i].in, SESSION_COOKIE, TOKEN_SESSION_LEN, a);

		if ((got == NULL) != (cases[i].token == NULL)
			|| (got != NULL && strcmp(got, cases[i].token) != 0))
			fail_msg("%s: got %s", cases[i].name,
				got ? got : "none");
	}
	arena_free(&a);
}

static void
etags(void **state)
{
	static const struct {
		const char *name, *in;
		int64_t version;
	} cases[] = {
		{ "takes a version", "\"3\"", 3 },
		{ "takes a weakened one", "W/\"17\"", 17 },
		{ "refuses it without quotes", "3", 0 },
		{ "refuses an asterisk", "*", 0 },
		{ "refuses zero", "\"0\"", 0 },
		{ "refuses a minus", "\"-1\"", 0 },
		{ "refuses a leading zero", "\"03\"", 0 },
		{ "refuses two", "\"3\", \"4\"", 0 },
		{ "refuses a blank inside", "\" 3\"", 0 },
		{ "refuses more than 32 bits", "\"4294967296\"", 0 },
		{ "refuses a very long one", "\"111111111111111111111111\"",
			0 },
		{ "refuses one quote", "\"", 0 },
		{ "refuses two quotes", "\"\"", 0 },
		{ "refuses nothing", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t version = 0;
		const bool ok = etag_version(cases[i].in, &version);

		if (ok != (cases[i].version > 0)
			|| (ok && version != cases[i].version))
			fail_msg("%s", cases[i].name);
	}
}

static void
etag_lists(void **state)
{
	(void)state;
	assert_true(etag_matches("\"3\"", "\"3\""));
	assert_true(etag_matches("\"1\", W/\"3\"", "\"3\""));
	assert_true(etag_matches("*", "\"3\""));
	assert_false(etag_matches("\"33\"", "\"3\""));
	assert_false(etag_matches("", "\"3\""));
	assert_false(etag_matches(",,", "\"3\""));
}

static void
clients(void **state)
{
	static const struct {
		const char *name, *remote, *forwarded, *client;
	} cases[] = {
		{ "believes the connection", "192.0.2.7", NULL, "192.0.2.7" },
		{ "ignores a header from a stranger", "192.0.2.7",
			"198.51.100.1", "192.0.2.7" },
		{ "believes a trusted proxy", "127.0.0.1", "198.51.100.1",
			"198.51.100.1" },
		{ "takes the last one that is no proxy", "127.0.0.1",
			"1.1.1.1, 198.51.100.1, 10.1.2.3", "198.51.100.1" },
		{ "stops at what is no address", "127.0.0.1", "x, 10.0.0.1",
			"10.0.0.1" },
		{ "stays with the proxy when the header is broken", "127.0.0.1",
			"unknown", "127.0.0.1" },
		{ "is the first one when all are proxies", "127.0.0.1",
			"10.0.0.9", "10.0.0.9" },
		{ "writes a mapped address as IPv4", "::ffff:192.0.2.1", NULL,
			"192.0.2.1" },
		{ "takes IPv6", "127.0.0.1", "2001:db8::1", "2001:db8::1" },
		{ "knows nothing of a socket path", "unix:", "1.2.3.4", "" },
		{ "knows nothing without an address", NULL, NULL, "" },
	};
	struct cidr_list trusted;
	struct err e = ERR_EMPTY;

	(void)state;
	assert_true(cidr_list_parse("127.0.0.1, 10.0.0.0/8", &trusted, &e));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char got[CIDR_TEXT_SIZE];

		client_address(
			cases[i].remote, cases[i].forwarded, &trusted, got);
		if (strcmp(got, cases[i].client) != 0)
			fail_msg("%s: got '%s'", cases[i].name, got);
	}
}

static bool
no_handler(struct call *c, struct err *e)
{
	(void)c;
	(void)e;
	return true;
}

static void
routing(void **state)
{
	static const struct route table[] = {
		{ .method = METHOD_GET,
			.path = ROUTE_PREFIX "/things",
			.handler = no_handler,
			.action = "list" },
		{ .method = METHOD_POST,
			.path = ROUTE_PREFIX "/things",
			.handler = no_handler,
			.action = "create" },
		{ .method = METHOD_GET,
			.path = ROUTE_PREFIX "/things/{id}",
			.handler = no_handler,
			.action = "get" },
		{ .method = METHOD_GET,
			.path = ROUTE_PREFIX "/things/{id}/parts/{part}",
			.handler = no_handler,
			.action = "part" },
		{ .method = METHOD_POST,
			.path = ROUTE_PREFIX "/things/{id}/undo",
			.handler = no_handler,
			.action = "undo" },
		{ .path = NULL },
	};
	static const struct {
		const char *name, *path, *action;
		enum method method;
		int64_t id;
		enum err_code code;
		int64_t second;
	} cases[] = {
		{ "finds a list", "/api/v1/things", "list", METHOD_GET, 0, 0,
			0 },
		{ "finds HEAD as GET", "/api/v1/things", "list", METHOD_HEAD, 0,
			0, 0 },
		{ "finds by method", "/api/v1/things", "create", METHOD_POST, 0,
			0, 0 },
		{ "reads the id", "/api/v1/things/42", "get", METHOD_GET, 42, 0,
			0 },
		{ "reads the greatest id", "/api/v1/things/9007199254740991",
			"get", METHOD_GET, 9007199254740991, 0, 0 },
		{ "finds what is behind the id", "/api/v1/things/7/undo",
			"undo", METHOD_POST, 7, 0, 0 },
		{ "reads two ids", "/api/v1/things/7/parts/8", "part",
			METHOD_GET, 7, 0, 8 },
		{ "refuses a second id of 0", "/api/v1/things/7/parts/0", NULL,
			METHOD_GET, 0, ERR_NOT_FOUND, 0 },
		{ "refuses an id too great", "/api/v1/things/9007199254740992",
			NULL, METHOD_GET, 0, ERR_NOT_FOUND, 0 },
		{ "refuses id 0", "/api/v1/things/0", NULL, METHOD_GET, 0,
			ERR_NOT_FOUND, 0 },
		{ "refuses a leading zero", "/api/v1/things/07", NULL,
			METHOD_GET, 0, ERR_NOT_FOUND, 0 },
		{ "refuses a minus", "/api/v1/things/-1", NULL, METHOD_GET, 0,
			ERR_NOT_FOUND, 0 },
		{ "refuses a word", "/api/v1/things/new", NULL, METHOD_GET, 0,
			ERR_NOT_FOUND, 0 },
		{ "refuses a slash at the end", "/api/v1/things/", NULL,
			METHOD_GET, 0, ERR_NOT_FOUND, 0 },
		{ "refuses a double slash", "/api/v1//things", NULL, METHOD_GET,
			0, ERR_NOT_FOUND, 0 },
		{ "refuses a path without the prefix", "/things", NULL,
			METHOD_GET, 0, ERR_NOT_FOUND, 0 },
		{ "refuses dots", "/api/v1/x/../things", NULL, METHOD_GET, 0,
			ERR_NOT_FOUND, 0 },
		{ "names the other methods", "/api/v1/things", NULL,
			METHOD_DELETE, 0, ERR_METHOD, 0 },
		{ "does not know a method", "/api/v1/things/7", NULL,
			METHOD_OTHER, 0, ERR_METHOD, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char buf[64];
		struct str allow = STR_FIXED(buf);
		struct err e = ERR_EMPTY;
		struct route_ids ids = { 0 };
		const struct route *r = route_find(table, cases[i].method,
			cases[i].path, &ids, &allow, &e);

		if ((r == NULL) != (cases[i].action == NULL)
			|| e.code != cases[i].code || ids.id[0] != cases[i].id
			|| ids.id[1] != cases[i].second
			|| (r != NULL
				&& strcmp(r->action, cases[i].action) != 0))
			fail_msg("%s", cases[i].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cookies),
		cmocka_unit_test(etags),
		cmocka_unit_test(etag_lists),
		cmocka_unit_test(clients),
		cmocka_unit_test(routing),
	};

	return token_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
