/* Encrypted archives: what was written is read, whatever its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/archive.h"
#include "base/token.h"
#include "base/vault.h"

static char path[64];
static struct err err;

static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 200000 };

static void
vault_gives_back_what_it_took(void **state)
{
	static char in[200000], out[200000];

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (char)(i * 7 + i / 251);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct vault_out *w;
		struct vault_in *r;

		assert_true(vault_create(&w, path, "pass phrase", &err));
		vault_put(w, in, sizes[i] / 3);
		vault_put(w, in + sizes[i] / 3, sizes[i] - sizes[i] / 3);
		assert_true(vault_commit(&w, &err));
		assert_true(vault_open(&r, path, "pass phrase", &err));
		assert_true(vault_get(r, out, sizes[i], &err));
		assert_memory_equal(in, out, sizes[i]);
		assert_true(vault_is_at_end(r, &err));
		assert_false(vault_get(r, out, 1, &err));
		assert_string_equal(err.item[0].reason, "damaged");
		err_clear(&err);
		vault_close(&r);
	}
}

static void
an_aborted_one_leaves_no_file(void **state)
{
	struct vault_out *w;

	(void)state;
	unlink(path);
	assert_true(vault_create(&w, path, "pass phrase", &err));
	vault_put(w, "x", 1);
	vault_abort(&w);
	assert_int_equal(access(path, F_OK), -1);
}

static void
archive_gives_back_records_and_members(void **state)
{
	const struct archive_cell cells[] = { archive_text("a"), { NULL, 0 },
		{ "", 0 }, { "nul\0in it", 9 } };
	struct archive_out *w;
	struct archive_in *r;
	static struct archive_record rec;

	(void)state;
	assert_true(archive_begin(&w, path, "pass phrase", &err));
	assert_true(archive_member(w, "first", &err));
	assert_true(archive_put(w, 'R', cells, 4, &err));
	assert_true(archive_member(w, "empty", &err));
	assert_true(archive_commit(&w, &err));

	assert_true(archive_open(&r, path, "pass phrase", &err));
	assert_int_equal(archive_next(r, &rec, &err), ARCHIVE_MEMBER);
	assert_string_equal(rec.cell[0].data, "first");
	assert_int_equal(archive_next(r, &rec, &err), ARCHIVE_RECORD);
	assert_int_equal(rec.kind, 'R');
	assert_int_equal(rec.n, 4);
	assert_string_equal(rec.cell[0].data, "a");
	assert_null(rec.cell[1].data);
	assert_non_null(rec.cell[2].data);
	assert_int_equal(rec.cell[2].len, 0);
	assert_int_equal(rec.cell[3].len, 9);
	assert_memory_equal(rec.cell[3].data, "nul\0in it", 10);
	assert_int_equal(archive_next(r, &rec, &err), ARCHIVE_MEMBER);
	assert_string_equal(rec.cell[0].data, "empty");
	assert_int_equal(archive_next(r, &rec, &err), ARCHIVE_END);
	archive_close(&r);
}

/* A file of the right passphrase that says other things than it has. */
static const struct {
	const char *name;
	const char *bytes;
	size_t len;
} wrong[] = {
	{ "ends without its manifest", "M\x08\0\0\0\x04\0\0\0name", 13 },
	{ "a record before any member", "R\0\0\0\0", 5 },
	{ "a cell longer than its record", "M\x08\0\0\0\xff\0\0\0name", 13 },
	{ "a record of four gigabytes", "M\xff\xff\xff\xff", 5 },
	{ "a member that the manifest has not",
		"M\x08\0\0\0\x04\0\0\0nameZ\0\0\0\0", 18 },
	{ "a manifest that no member has",
		"X\x0f\0\0\0\x01\0\0\0a\x01\0\0\0"
		"0\x01\0\0\0bZ\0\0\0\0",
		25 },
	{ "nothing", "", 0 },
};

static void
archive_refuses_what_does_not_fit_together(void **state)
{
	static struct archive_record rec;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		enum archive_event event = ARCHIVE_MEMBER;
		struct vault_out *w;
		struct archive_in *r;

		assert_true(vault_create(&w, path, "pass phrase", &err));
		vault_put(w, wrong[i].bytes, wrong[i].len);
		assert_true(vault_commit(&w, &err));
		assert_true(archive_open(&r, path, "pass phrase", &err));
		for (int n = 0; n < 10 && event != ARCHIVE_BAD; n++) {
			event = archive_next(r, &rec, &err);
			if (event == ARCHIVE_END)
				fail_msg("%s", wrong[i].name);
		}
		assert_int_equal(event, ARCHIVE_BAD);
		assert_string_equal(err.item[0].reason, "damaged");
		err_clear(&err);
		archive_close(&r);
	}
}

static int
set_up(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/archive-%ld", (long)getpid());
	return token_start() ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vault_gives_back_what_it_took),
		cmocka_unit_test(an_aborted_one_leaves_no_file),
		cmocka_unit_test(archive_gives_back_records_and_members),
		cmocka_unit_test(archive_refuses_what_does_not_fit_together),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
