/*
 * A file to be imported: reading on from behind any row gives what reading in
 * one go gives, every cell is UTF-8 behind its conversion or refused, guesses
 * are of what there is, and sizes are in range.
 */
#include "tests/fuzz/fuzz.h"

#include "base/charset.h"
#include "base/csv.h"
#include "base/size.h"
#include "base/str.h"
#include "base/utf8.h"

#define ROW_BYTES 1024

static void
show(struct str *out, const struct csv_row *row)
{
	str_addf(out, "%llu", (unsigned long long)row->line);
	for (size_t i = 0; i < row->n; i++) {
		str_addf(out, "[%zu:", row->len[i]);
		MUST(str_add_n(out, row->cell[i], row->len[i]));
		str_add_char(out, ']');
	}
}

/* `is_anew`: a reader of its own for each row, as after a kill. */
static void
read_all(struct arena *a, const char *in, size_t len, char separator,
	bool is_anew, struct str *out)
{
	struct csv *c = csv_new(a, ROW_BYTES, separator);
	struct err e = ERR_EMPTY;
	struct csv_row row;
	uint64_t line = 1;

	MUST(c != NULL);
	csv_resume(c, line);
	for (unsigned n = 0; n < 200; n++) {
		if (csv_read(c, &in, &len, true, &row, &e) != CSV_ROW)
			break;
		show(out, &row);
		line = csv_line(c);
		if (!is_anew)
			continue;
		c = csv_new(a, ROW_BYTES, separator);
		MUST(c != NULL);
		csv_resume(c, line);
	}
}

static void
check_cells(struct arena *a, const char *in, size_t len)
{
	enum charset set = charset_guess(in, len);
	const char *text = arena_strndup(a, in, len);

	MUST(text && (set == CHARSET_UTF8 || set == CHARSET_SHIFT_JIS));
	text = charset_to_utf8(set, text, len, a);
	if (text)
		MUST(utf8_is_valid(text, strlen(text)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct str once = str_in(a, 8 << 20), again = str_in(a, 8 << 20);
	const char *in = (const char *)data;
	struct err e = ERR_EMPTY;
	char separator = csv_separator_guess(in, size);
	int64_t bytes;

	MUST(separator == ',' || separator == ';' || separator == '\t');
	if (charset_check_text(in, size, &e)) {
		read_all(a, in, size, separator, false, &once);
		read_all(a, in, size, separator, true, &again);
		MUST(strcmp(str_text(&once), str_text(&again)) == 0);
	}
	err_clear(&e);
	check_cells(a, in, size);
	if (size_parse(fuzz_text(a, data, size), &bytes, NULL, &e))
		MUST(bytes >= 0);
	else
		fuzz_error(&e);
	return 0;
}
