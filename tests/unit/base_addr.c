/*
 * Addresses: the three kinds of local parts, and whole addresses.
 */
#include "base/addr.h"
#include "base/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define L64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

enum { M = 1, A = 2, T = 4 };

/* `taken_by`: who takes it; the others refuse with `reason`. */
static const struct {
	const char *name, *in, *out;
	int taken_by;
	const char *reason;
} cases[] = {
	{ "a plain address", "taro@example.org", "taro@example.org", M | A | T,
		NULL },
	{ "case is folded", "Taro.Yamada@Example.ORG",
		"taro.yamada@example.org", M | A | T, NULL },
	{ "underscore and hyphen", "a_b-c@example.org", "a_b-c@example.org",
		M | A | T, NULL },
	{ "full-width typing", "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｏｒｇ",
		"taro@example.org", M | A | T, NULL },
	{ "a Japanese domain", "taro@日本語.jp", "taro@xn--wgv71a119e.jp",
		M | A | T, NULL },
	{ "64 bytes", L64 "@example.org", L64 "@example.org", M | A | T, NULL },
	{ "65 bytes", L64 "a@example.org", NULL, 0, "local_too_long" },
	{ "a plus tag", "taro+news@example.org", "taro+news@example.org", A | T,
		"bad_character" },
	{ "an equals sign", "a=b@example.org", "a=b@example.org", A | T,
		"bad_character" },
	{ "an ampersand", "a&b@example.org", "a&b@example.org", A | T,
		"bad_character" },
	{ "an apostrophe", "o'neil@example.org", "o'neil@example.org", A | T,
		"bad_character" },
	{ "a tilde", "~a@example.org", "~a@example.org", A | T,
		"bad_character" },
	{ "a hash sign", "a#b@example.org", "a#b@example.org", A | T,
		"bad_character" },
	{ "a percent sign", "a%b@example.org", "a%b@example.org", T,
		"bad_character" },
	{ "an asterisk", "a*b@example.org", "a*b@example.org", T,
		"bad_character" },
	{ "an exclamation mark", "a!b@example.org", "a!b@example.org", T,
		"bad_character" },
	{ "a slash", "a/b@example.org", NULL, 0, "bad_character" },
	{ "a backslash", "a\\b@example.org", NULL, 0, "bad_character" },
	{ "a space", "a b@example.org", NULL, 0, "bad_character" },
	{ "an ideographic space",
		"a\xe3\x80\x80"
		"b@example.org",
		NULL, 0, "bad_character" },
	{ "a line feed", "a\n@example.org", NULL, 0, "bad_character" },
	{ "a line feed behind", "a@example.org\nroot: x", NULL, 0,
		"bad_character" },
	{ "a tab", "a\t@example.org", NULL, 0, "bad_character" },
	{ "a comma", "a,b@example.org", NULL, 0, "bad_character" },
	{ "a colon", "a:b@example.org", NULL, 0, "bad_character" },
	{ "angle brackets", "<a@example.org>", NULL, 0, "bad_character" },
	{ "a quoted local part", "\"a b\"@example.org", NULL, 0,
		"quoted_local" },
	{ "a quote with an at sign", "\"a@b\"@example.org", NULL, 0,
		"quoted_local" },
	{ "non-ASCII", "tarō@example.org", NULL, 0, "non_ascii_local" },
	{ "Japanese", "太郎@example.org", NULL, 0, "non_ascii_local" },
	{ "bytes that are not UTF-8", "\xff@example.org", NULL, 0, "bad_utf8" },
	{ "a hyphen at the start", "-a@example.org", NULL, 0, "bad_start" },
	{ "a hash sign at the start of an alias", "#a@example.org", NULL, 0,
		"bad_start" },
	{ "a dot at the start", ".a@example.org", NULL, 0, "bad_dot" },
	{ "a dot at the end", "a.@example.org", NULL, 0, "bad_dot" },
	{ "two dots", "a..b@example.org", NULL, 0, "bad_dot" },
	{ "no at sign", "example.org", NULL, 0, "no_at" },
	{ "two at signs", "a@b@example.org", NULL, 0, "two_ats" },
	{ "nothing", "", NULL, 0, "required" },
	{ "a catch-all", "@example.org", "@example.org", A,
		"catch_all_not_here" },
	{ "no domain", "a@", NULL, 0, "required" },
	{ "a lone at sign", "@", NULL, 0, "required" },
	{ "one label", "a@localhost", NULL, 0, "single_label" },
	{ "an address literal", "a@[192.0.2.1]", NULL, 0, "bad_character" },
	{ "a bad domain", "a@example..org", NULL, 0, "label_empty" },
};

static bool
is_reason(const char *given, const char *wanted)
{
	/* A mailbox or target meets the missing local part first, and a
	 * mailbox takes no hash sign anywhere. */
	return strcmp(given, wanted) == 0
		|| (strcmp(wanted, "bad_start") == 0
			&& strcmp(given, "bad_character") == 0)
		|| (strcmp(wanted, "required") == 0
			&& strcmp(given, "catch_all_not_here") == 0);
}

static void
check_kind(field_check *check, int kind)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_EMPTY;
		char out[ADDR_SIZE];
		const bool ok = check(cases[i].in, out, sizeof(out), &e);

		print_message("%d %s\n", kind, cases[i].name);
		if (cases[i].taken_by & kind) {
			assert_true(ok);
			assert_string_equal(out, cases[i].out);
		} else {
			assert_false(ok);
			assert_int_equal(e.code, ERR_INVALID);
			assert_string_equal(e.item[0].field, "address");
			if (!is_reason(e.item[0].reason, cases[i].reason))
				fail_msg("reason %s", e.item[0].reason);
			assert_string_equal(out, "");
		}
	}
}

static void
checks_mailboxes(void **state)
{
	(void)state;
	check_kind(addr_check_mailbox, M);
}

static void
checks_aliases(void **state)
{
	(void)state;
	check_kind(addr_check_alias, A);
}

static void
checks_targets(void **state)
{
	(void)state;
	check_kind(addr_check_target, T);
}

static void
checks_local_parts_alone(void **state)
{
	struct err e = ERR_EMPTY;
	char out[ADDR_LOCAL_SIZE];

	(void)state;
	assert_true(addr_check_mailbox_local("Taro", out, sizeof(out), &e));
	assert_string_equal(out, "taro");
	assert_true(addr_check_alias_local("a+b", out, sizeof(out), &e));
	assert_true(addr_check_mailbox_local(L64, out, sizeof(out), &e));
	assert_false(addr_check_mailbox_local("a+b", out, sizeof(out), &e));
	assert_string_equal(e.item[0].field, "local_part");
	assert_string_equal(e.item[0].reason, "bad_character");
	err_clear(&e);
	assert_false(addr_check_mailbox_local(L64 "a", out, sizeof(out), &e));
	assert_string_equal(e.item[0].reason, "local_too_long");
	err_clear(&e);
	assert_false(addr_check_mailbox_local("a@b", out, sizeof(out), &e));
	assert_string_equal(e.item[0].reason, "bad_character");
	err_clear(&e);
	assert_false(addr_check_mailbox_local("", out, sizeof(out), &e));
	assert_string_equal(e.item[0].reason, "required");
}

static void
takes_addresses_apart_and_joins_them(void **state)
{
	char out[ADDR_SIZE], small[6];

	(void)state;
	assert_string_equal(addr_domain("a@example.org"), "example.org");
	assert_string_equal(addr_domain("@example.org"), "example.org");
	assert_string_equal(addr_domain("nothing"), "");
	assert_int_equal(addr_local_len("abc@example.org"), 3);
	assert_int_equal(addr_local_len("@example.org"), 0);
	assert_true(addr_is_catch_all("@example.org"));
	assert_true(addr_join("a", "example.org", out, sizeof(out)));
	assert_string_equal(out, "a@example.org");
	assert_false(addr_join("a", "example.org", small, sizeof(small)));
	assert_string_equal(small, "");
}

static void
the_longest_address_fits(void **state)
{
	char in[512], out[ADDR_SIZE];
	struct err e = ERR_EMPTY;

	(void)state;
	(void)snprintf(in, sizeof(in), "%s@%.63s.%.63s.%.63s.%.61s", L64, L64,
		L64, L64, L64);
	assert_int_equal(strlen(in), ADDR_MAX);
	assert_true(addr_check_mailbox(in, out, sizeof(out), &e));
	assert_string_equal(out, in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_mailboxes),
		cmocka_unit_test(checks_aliases),
		cmocka_unit_test(checks_targets),
		cmocka_unit_test(checks_local_parts_alone),
		cmocka_unit_test(takes_addresses_apart_and_joins_them),
		cmocka_unit_test(the_longest_address_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
