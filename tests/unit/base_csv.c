/*
 * The CSV reader: rows, positions, and the same result whatever the size of
 * the pieces that it is fed.
 */
#include "base/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Rows are shown as cells in [] with a line feed behind each row. */
static const struct {
	const char *name, *in;
	size_t len;      /* 0: strlen */
	const char *out; /* NULL: refused */
	const char *reason, *where;
} cases[] = {
	{ "an empty file", "", 0, "", NULL, NULL },
	{ "one row", "a,b\n", 0, "1[a][b]\n", NULL, NULL },
	{ "no line end at the end", "a,b", 0, "1[a][b]\n", NULL, NULL },
	{ "CRLF", "a,b\r\nc,d\r\n", 0, "1[a][b]\n2[c][d]\n", NULL, NULL },
	{ "mixed line ends", "a\r\nb\nc", 0, "1[a]\n2[b]\n3[c]\n", NULL, NULL },
	{ "empty cells", ",,\n", 0, "1[][][]\n", NULL, NULL },
	{ "an empty cell at the end", "a,", 0, "1[a][]\n", NULL, NULL },
	{ "blank lines are skipped", "\n\na\n\n\nb\n\n", 0, "3[a]\n6[b]\n",
		NULL, NULL },
	{ "blank lines of CRLF", "\r\na\r\n", 0, "2[a]\n", NULL, NULL },
	{ "a quoted empty cell is a row", "\"\"\n", 0, "1[]\n", NULL, NULL },
	{ "quotes", "\"a,b\",\"c\"\n", 0, "1[a,b][c]\n", NULL, NULL },
	{ "doubled quotes", "\"a\"\"b\"\n", 0, "1[a\"b]\n", NULL, NULL },
	{ "a cell of one quote", "\"\"\"\"\n", 0, "1[\"]\n", NULL, NULL },
	{ "a line feed in quotes", "\"a\nb\",c\nd\n", 0, "1[a\nb][c]\n3[d]\n",
		NULL, NULL },
	{ "CRLF in quotes", "\"a\r\nb\"\n", 0, "1[a\r\nb]\n", NULL, NULL },
	{ "quotes at the end of the file", "\"a\"", 0, "1[a]\n", NULL, NULL },
	{ "a separator behind quotes at the end", "\"a\",", 0, "1[a][]\n", NULL,
		NULL },
	{ "a byte order mark",
		"\xef\xbb\xbf"
		"a\n",
		0, "1[a]\n", NULL, NULL },
	{ "a byte order mark before quotes", "\xef\xbb\xbf\"a\"\n", 0, "1[a]\n",
		NULL, NULL },
	{ "a byte order mark alone", "\xef\xbb\xbf", 0, "", NULL, NULL },
	{ "what begins like a byte order mark", "\xef\xbc\x81x\n", 0,
		"1[\xef\xbc\x81x]\n", NULL, NULL },
	{ "UTF-8", "太郎,はなこ\n", 0, "1[太郎][はなこ]\n", NULL, NULL },
	{ "blanks are content", " a , b \n", 0, "1[ a ][ b ]\n", NULL, NULL },
	{ "a quote inside a cell", "a\"b\n", 0, NULL, "bad_quote", "1:2" },
	{ "a blank before a quote", "x, \"a\"\n", 0, NULL, "bad_quote", "1:4" },
	{ "text behind a quote", "\"a\"b\n", 0, NULL, "bad_quote", "1:4" },
	{ "an unclosed quote", "a\nb,\"c\nd\n", 0, NULL, "unclosed_quote",
		"2:3" },
	{ "a lone CR", "a\rb\n", 0, NULL, "bad_line_end", "1:3" },
	{ "a CR at the end", "a\r", 0, NULL, "bad_line_end", "1:3" },
	{ "a NUL", "a\0b\n", 4, NULL, "bad_character", "1:2" },
	{ "a NUL in quotes", "\"a\0b\"\n", 6, NULL, "bad_character", "1:3" },
	{ "bytes that are not UTF-8", "a,\xff\n", 0, NULL, "bad_utf8", "1:3" },
	{ "a cut byte order mark", "\xef\xbb", 0, NULL, "bad_utf8", NULL },
	{ "a row over the limit",
		"a\n01234567890123456789012345678901234567890123456789012345678"
		"90123456789\n",
		0, NULL, "row_too_long", "2:1" },
	{ "a quoted row over the limit",
		"\"012345678901234567890123456789\n"
		"012345678901234567890123456789\n123456789\"\n",
		0, NULL, "row_too_long", "1:1" },
};

#define ROW_BYTES 64

static void
add_row(char *out, size_t size, const struct csv_row *row)
{
	size_t at = strlen(out);

	at += (size_t)snprintf(
		out + at, size - at, "%llu", (unsigned long long)row->line);
	for (size_t i = 0; i < row->n; i++) {
		assert_int_equal(strlen(row->cell[i]), row->len[i]);
		at += (size_t)snprintf(
			out + at, size - at, "[%s]", row->cell[i]);
	}
	(void)snprintf(out + at, size - at, "\n");
}

/* Feed in pieces of `piece` bytes. */
static bool
read_all(const char *in, size_t len, size_t piece, char *out, size_t size,
	struct err *e)
{
	struct arena *a = arena_new(65536);
	struct csv *c = csv_new(a, ROW_BYTES, ',');
	enum csv_result result = CSV_MORE;
	struct csv_row row;
	size_t at = 0;

	assert_non_null(c);
	out[0] = '\0';
	while (result == CSV_MORE) {
		const size_t left = len - at;
		size_t n = left < piece ? left : piece;
		const char *data = in + at;
		const bool is_last = at + n == len;

		at += n;
		while ((result = csv_read(c, &data, &n, is_last, &row, e))
			== CSV_ROW)
			add_row(out, size, &row);
	}
	arena_free(&a);
	return result == CSV_END;
}

static void
reads_the_same_in_any_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const size_t len =
			cases[i].len ? cases[i].len : strlen(cases[i].in);

		print_message("%s\n", cases[i].name);
		for (size_t piece = 1; piece <= len + 1; piece++) {
			struct err e = ERR_EMPTY;
			char out[512];
			const bool ok = read_all(
				cases[i].in, len, piece, out, sizeof(out), &e);

			assert_int_equal(ok, cases[i].out != NULL);
			if (ok) {
				assert_string_equal(out, cases[i].out);
				continue;
			}
			assert_string_equal(e.item[0].reason, cases[i].reason);
			if (cases[i].where)
				assert_string_equal(
					e.item[0].subject, cases[i].where);
		}
	}
}

static void
too_many_cells_are_refused(void **state)
{
	char in[CSV_MAX_CELLS + 1], out[512];
	struct err e = ERR_EMPTY;

	(void)state;
	memset(in, ',', sizeof(in));
	assert_true(
		read_all(in, CSV_MAX_CELLS - 1, 1000, out, sizeof(out), &e));
	assert_false(read_all(in, CSV_MAX_CELLS, 1000, out, sizeof(out), &e));
	assert_string_equal(e.item[0].reason, "too_many_cells");
}

static void
a_row_of_exactly_the_limit_passes(void **state)
{
	char in[ROW_BYTES + 1], out[512];
	struct err e = ERR_EMPTY;

	(void)state;
	memset(in, 'a', sizeof(in));
	assert_true(read_all(in, ROW_BYTES, 7, out, sizeof(out), &e));
	assert_false(read_all(in, ROW_BYTES + 1, 7, out, sizeof(out), &e));
	assert_string_equal(e.item[0].reason, "row_too_long");
}

static void
gives_the_column_of_each_cell(void **state)
{
	const char *data = "ab,\"c\",d\n";
	struct arena *a = arena_new(65536);
	struct err e = ERR_EMPTY;
	size_t len = strlen(data);
	struct csv_row row;
	struct csv *c = csv_new(a, 100, ',');

	(void)state;
	assert_int_equal(csv_read(c, &data, &len, true, &row, &e), CSV_ROW);
	assert_int_equal(row.column[0], 1);
	assert_int_equal(row.column[1], 4);
	assert_int_equal(row.column[2], 8);
	arena_free(&a);
}

static void
takes_other_separators(void **state)
{
	const char *data = "a;b,c\n";
	struct arena *a = arena_new(65536);
	struct err e = ERR_EMPTY;
	size_t len = strlen(data);
	struct csv_row row;
	struct csv *c = csv_new(a, 100, ';');

	(void)state;
	assert_int_equal(csv_read(c, &data, &len, true, &row, &e), CSV_ROW);
	assert_int_equal(row.n, 2);
	assert_string_equal(row.cell[1], "b,c");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_same_in_any_pieces),
		cmocka_unit_test(too_many_cells_are_refused),
		cmocka_unit_test(a_row_of_exactly_the_limit_passes),
		cmocka_unit_test(gives_the_column_of_each_cell),
		cmocka_unit_test(takes_other_separators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
