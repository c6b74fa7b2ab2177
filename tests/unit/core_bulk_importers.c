/* Readers of other systems' files: what each line becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "core/importer.h"
#include "core/importer_vpopmail.h"

static struct arena *arena, *text_arena;
static struct err err;

/* Each row as one line: `mailbox address=a@b password=...` or `!reason`. */
static bool
keep(void *ctx, const struct importer_row *row, struct err *e)
{
	struct str *out = ctx;

	(void)e;
	str_add(out, row->noun);
	if (row->reason)
		str_addf(out, " !%s %s", row->reason, row->value);
	for (size_t i = 0; !row->reason && i < row->n; i++)
		str_addf(
			out, " %s=%s", row->cell[i].column, row->cell[i].value);
	return str_add(out, "\n");
}

static struct importer_text
text_of(const char *s)
{
	return (struct importer_text){ s, s ? strlen(s) : 0 };
}

static struct importer
importer(struct str *out, const char *scheme)
{
	arena_reset(text_arena);
	*out = str_in(text_arena, 1U << 20);
	return (struct importer){ .sink = keep,
		.ctx = out,
		.arena = arena,
		.domain = "d.test",
		.scheme = scheme };
}

#define MD5 "$1$abcdefgh$8PMwWVA2z1fJVZnHmRz0d/"

static const struct {
	const char *name, *stored, *scheme, *wanted;
} passwords[] = {
	{ "a scheme stays", "{SSHA512}abc", "", "password={SSHA512}abc" },
	{ "md5-crypt", MD5, "", "password={CRYPT}" MD5 },
	{ "DES", "ab1aA9lLVFVwU", "", "password={CRYPT}ab1aA9lLVFVwU" },
	{ "32 hex digits", "5f4dcc3b5aa765d61d8327deb882cf99", "",
		"password={PLAIN-MD5}5f4dcc3b5aa765d61d8327deb882cf99" },
	{ "named", "secret", "PLAIN", "password={PLAIN}secret" },
	{ "locked", "!" MD5, "", "active=nologin" },
	{ "no password", "*", "", "active=nologin" },
	{ "empty", "", "", "active=nologin" },
	{ "anything else", "secret", "", "!unknown_hash " },
};

static void
passwords_get_their_scheme(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(passwords); i++) {
		struct str out;
		struct importer im = importer(&out, passwords[i].scheme);
		char wanted[200];

		importer_row(&im, "mailbox", 1);
		importer_password(&im, passwords[i].stored);
		assert_true(importer_end(&im, &err));
		snprintf(wanted, sizeof(wanted), "mailbox %s\n",
			passwords[i].wanted);
		if (strcmp(str_text(&out), wanted) != 0)
			fail_msg("%s: %s", passwords[i].name, str_text(&out));
	}
}

static const struct {
	const char *name, *in, *wanted, *lost;
} targets[] = {
	{ "two", "a, b@x.test", "a@d.test,b@x.test", NULL },
	{ "blanks", " a\tb ", "a@d.test,b@d.test", NULL },
	{ "quoted", "\"a\"", "a@d.test", NULL },
	{ "a command", "\"|/bin/v -a, b\"", "", "|/bin/v -a, b" },
	{ "a command without quotes", "|/bin/v x, b", "b@d.test", "|/bin/v x" },
	{ "a file", "/var/mail/x", "", "/var/mail/x" },
	{ "an include", ":include:/etc/list", "", ":include:/etc/list" },
	{ "itself", "self, a", "a@d.test", NULL },
	{ "a backslash", "\\self", "", NULL },
	{ "nothing", " , ", "", NULL },
};

static void
targets_are_split_and_what_is_no_address_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		struct str out;
		struct importer im = importer(&out, "");
		struct importer_targets t;

		assert_true(importer_targets(
			&im, targets[i].in, "d.test", "self@d.test", &t, &err));
		if (strcmp(t.text, targets[i].wanted) != 0
			|| (t.lost != NULL) != (targets[i].lost != NULL)
			|| (t.lost && strcmp(t.lost, targets[i].lost) != 0))
			fail_msg("%s: `%s` lost `%s`", targets[i].name, t.text,
				t.lost ? t.lost : "");
		arena_reset(arena);
	}
}

static const struct {
	const char *in;
	bool is_good;
	uint64_t bytes;
} quotas[] = {
	{ "NOQUOTA", true, 0 },
	{ "", true, 0 },
	{ "1000000S", true, 1000000 },
	{ "1000000S,1000C", true, 1000000 },
	{ "1000000", true, 1000000 },
	{ "10MB", true, 10 << 20 },
	{ "1000KB", true, 1000 << 10 },
	{ "5m", true, 5 << 20 },
	{ "bogus", false, 0 },
	{ "10X", false, 0 },
	{ "99999999999999999999", false, 0 },
};

static void
quotas_of_vpopmail(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(quotas); i++) {
		uint64_t bytes;

		if (importer_vpopmail_quota(quotas[i].in, &bytes)
				!= quotas[i].is_good
			|| (quotas[i].is_good && bytes != quotas[i].bytes))
			fail_msg("%s: %llu", quotas[i].in,
				(unsigned long long)bytes);
	}
}

static void
entries_go_over_lines(void **state)
{
	struct str out;
	struct importer im = importer(&out, "");
	const struct importer_files f = {
		.aliases = text_of(
			"a@d.test x@e.test,\r\n\ty@e.test\n# c\n   z@e.test\n"
			"\nd.test -\nb@d.test b@e.test")
	};

	(void)state;
	assert_true(importer_files(&im, &f, &err));
	assert_string_equal(str_text(&out),
		"domain domain=d.test\n"
		"alias address=a@d.test targets=x@e.test,y@e.test,z@e.test\n"
		"alias address=b@d.test targets=b@e.test\n");
}

static void
a_text_without_lines_is_no_text(void **state)
{
	struct str out;
	struct importer im = importer(&out, "");
	const struct importer_files none = { .mailboxes = { 0 } };
	const struct importer_text empty = text_of("");

	(void)state;
	assert_true(importer_files(&im, &none, &err));
	assert_string_equal(str_text(&out), "");
	assert_true(importer_vpasswd(&im, &empty, &err));
	assert_string_equal(str_text(&out), "domain domain=d.test\n");
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(64U << 20);
	text_arena = arena_new(4U << 20);
	return arena && text_arena ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	arena_free(&text_arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passwords_get_their_scheme),
		cmocka_unit_test(
			targets_are_split_and_what_is_no_address_named),
		cmocka_unit_test(quotas_of_vpopmail),
		cmocka_unit_test(entries_go_over_lines),
		cmocka_unit_test(a_text_without_lines_is_no_text),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
