/*
 * Domain names: what is taken, in which form, and which reason a refusal has.
 */
#include "base/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define L60 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L63 L60 "aaa"

static const struct {
	const char *name, *in, *out, *reason;
} cases[] = {
	{ "a plain name", "example.org", "example.org", NULL },
	{ "folds case", "EXAMPLE.Org", "example.org", NULL },
	{ "Japanese to A-labels", "日本語.jp", "xn--wgv71a119e.jp", NULL },
	{ "A-labels stay", "xn--wgv71a119e.jp", "xn--wgv71a119e.jp", NULL },
	{ "A-labels in capitals", "XN--WGV71A119E.JP", "xn--wgv71a119e.jp",
		NULL },
	{ "sharp s stays its own letter", "straße.de", "xn--strae-oqa.de",
		NULL },
	{ "decomposed umlaut is composed",
		"bu\xcc\x88"
		"cher.de",
		"xn--bcher-kva.de", NULL },
	{ "full-width letters", "ｅｘａｍｐｌｅ．ｏｒｇ", "example.org", NULL },
	{ "ideographic full stop", "日本語。jp", "xn--wgv71a119e.jp", NULL },
	{ "a digit label before the last", "3com.163.com", "3com.163.com",
		NULL },
	{ "hyphens inside", "a-b--c.example", "a-b--c.example", NULL },
	{ "a label of 63", L63 ".org", L63 ".org", NULL },
	{ "a label of 64", L63 "a.org", NULL, "label_too_long" },
	{ "253 bytes", L63 "." L63 "." L63 "." L60 "a",
		L63 "." L63 "." L63 "." L60 "a", NULL },
	{ "254 bytes", L63 "." L63 "." L63 "." L60 "aa", NULL, "too_long" },
	{ "300 bytes", L60 "." L60 "." L60 "." L60 "." L60, NULL, "too_long" },
	{ "nothing", "", NULL, "required" },
	{ "one label", "localhost", NULL, "single_label" },
	{ "a dot at the end", "example.org.", NULL, "trailing_dot" },
	{ "a dot at the start", ".example.org", NULL, "label_empty" },
	{ "two dots", "example..org", NULL, "label_empty" },
	{ "a lone dot", ".", NULL, "label_empty" },
	{ "a numeric last label", "example.123", NULL, "numeric_tld" },
	{ "an IPv4 address", "192.0.2.1", NULL, "numeric_tld" },
	{ "a hyphen at the start", "-a.org", NULL, "bad_hyphen" },
	{ "a hyphen at the end", "a-.org", NULL, "bad_hyphen" },
	{ "an underscore", "a_b.org", NULL, "bad_character" },
	{ "a space", "a b.org", NULL, "bad_character" },
	{ "a line feed", "a.org\nb.org", NULL, "bad_character" },
	{ "a slash", "a/b.org", NULL, "bad_character" },
	{ "an asterisk", "*.example.org", NULL, "bad_character" },
	{ "brackets", "[192.0.2.1]", NULL, "bad_character" },
	{ "punycode that does not decode", "xn--99999999.org", NULL,
		"bad_punycode" },
	{ "punycode of plain ASCII", "xn--example-.org", NULL, "bad_hyphen" },
	{ "punycode that is not canonical", "xn--abc.org", NULL,
		"bad_punycode" },
	{ "empty punycode", "xn--.org", NULL, "bad_hyphen" },
	{ "bytes that are not UTF-8", "\xff\xfe.org", NULL, "bad_utf8" },
	{ "a sign that IDNA forbids", "\xe2\x98\x83\xe2\x80\xae.com", NULL,
		"bad_name" },
	{ "a zero-width joiner alone",
		"a\xe2\x80\x8d"
		"b.org",
		NULL, "bad_name" },
};

static void
checks_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_EMPTY;
		char out[DOMAIN_SIZE];
		const bool ok = domain_check(cases[i].in, out, sizeof(out), &e);

		print_message("%s\n", cases[i].name);
		if (cases[i].out) {
			assert_true(ok);
			assert_string_equal(out, cases[i].out);
			assert_false(err_is_set(&e));
		} else {
			assert_false(ok);
			assert_int_equal(e.code, ERR_INVALID);
			assert_string_equal(e.item[0].reason, cases[i].reason);
			assert_string_equal(e.item[0].field, "domain");
			assert_true(e.item[0].text[0] != '\0');
			assert_string_equal(out, "");
		}
	}
}

static void
a_host_may_have_one_label(void **state)
{
	struct err e = ERR_EMPTY;
	char out[DOMAIN_SIZE];

	(void)state;
	assert_true(domain_check_host("localhost", out, sizeof(out), &e));
	assert_string_equal(out, "localhost");
	assert_false(domain_check_host("a b", out, sizeof(out), &e));
}

static void
a_name_that_does_not_fit_is_refused(void **state)
{
	struct err e = ERR_EMPTY;
	char out[8];

	(void)state;
	assert_false(domain_check("example.org", out, sizeof(out), &e));
	assert_string_equal(e.item[0].reason, "too_long");
	assert_string_equal(out, "");
}

static void
shows_the_unicode_form(void **state)
{
	char out[DOMAIN_UNICODE_SIZE], small[12];

	(void)state;
	domain_to_unicode("xn--wgv71a119e.jp", out, sizeof(out));
	assert_string_equal(out, "日本語.jp");
	domain_to_unicode("example.org", out, sizeof(out));
	assert_string_equal(out, "example.org");
	domain_to_unicode("xn--wgv71a119e.jp", small, sizeof(small));
	assert_string_equal(small, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_names),
		cmocka_unit_test(a_host_may_have_one_label),
		cmocka_unit_test(a_name_that_does_not_fit_is_refused),
		cmocka_unit_test(shows_the_unicode_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
