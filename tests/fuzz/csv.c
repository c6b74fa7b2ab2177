/*
 * CSV: the size of the pieces makes no difference, and what was read can be
 * written and read again.
 */
#include "tests/fuzz/fuzz.h"

#include "base/csv.h"
#include "base/str.h"
#include "base/text.h"
#include "base/utf8.h"

#define ROW_BYTES 1024

/* All rows as text, cells with their lengths; errors with their place. */
static void
read_all(struct arena *a, const char *in, size_t len, size_t piece,
	struct str *out)
{
	struct csv *c = csv_new(a, ROW_BYTES, ',');
	enum csv_result result = CSV_MORE;
	struct err e = ERR_EMPTY;
	struct csv_row row;
	size_t at = 0;

	MUST(c != NULL);
	while (result == CSV_MORE) {
		size_t n = len - at < piece ? len - at : piece;
		const char *data = in + at;

		at += n;
		while ((result = csv_read(c, &data, &n, at == len, &row, &e))
			== CSV_ROW) {
			MUST(row.n >= 1 && row.n <= CSV_MAX_CELLS);
			for (size_t i = 0; i < row.n; i++) {
				MUST(strlen(row.cell[i]) == row.len[i]);
				MUST(utf8_is_valid(row.cell[i], row.len[i]));
				str_addf(out, "%llu:%u[%s]",
					(unsigned long long)row.line,
					row.column[i], row.cell[i]);
			}
			str_add_char(out, '\n');
		}
	}
	if (result == CSV_BAD) {
		fuzz_error(&e);
		str_addf(out, "%s %s", e.item[0].reason, e.item[0].subject);
	}
	MUST(str_is_ok(out));
}

/* A cell that can be written comes back the same. */
static void
check_cell(struct arena *a, const char *cell)
{
	struct str s = str_in(a, 16380);
	struct csv *c = csv_new(a, 16384, ',');
	struct err e = ERR_EMPTY;
	struct csv_row row;
	const char *data;
	size_t len;

	MUST(c != NULL);
	if (!text_csv_guarded(&s, cell))
		return;
	MUST(str_add(&s, ",x\n"));
	data = str_text(&s);
	len = s.len;
	if ((unsigned char)data[0] == 0xef)
		return; /* may be a byte order mark at the start of a file */
	MUST(csv_read(c, &data, &len, true, &row, &e) == CSV_ROW);
	MUST(row.n == 2);
	MUST(!text_is_formula(row.cell[0]));
	MUST(strcmp(csv_unguard(row.cell[0]), cell) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct str whole = str_in(a, 8 << 20), pieces = str_in(a, 8 << 20);
	const char *in = (const char *)data + 1;

	if (size < 1)
		return 0;
	read_all(a, in, size - 1, size, &whole);
	read_all(a, in, size - 1, data[0] % 8 + 1u, &pieces);
	MUST(strcmp(str_text(&whole), str_text(&pieces)) == 0);
	check_cell(a, fuzz_text(a, data, size));
	return 0;
}
