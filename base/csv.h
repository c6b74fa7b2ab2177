/*
 * Reading CSV as RFC 4180 defines it, as a stream: the caller feeds pieces of
 * any size and gets whole rows. Lines end in LF or CRLF; a byte order mark at
 * the start is skipped; a quote is doubled inside a quoted cell.
 *
 * What always holds: memory is the one buffer of the reader, of the row limit
 * given at the start; a row is never delivered in part. Cells point into that
 * buffer and are valid until the next call.
 * Refused with line and column (in bytes, from 1, of the physical line):
 * a quote inside an unquoted cell, text behind a closing quote, an unclosed
 * quote at the end, a lone CR, a NUL, text that is not UTF-8, a row over the
 * limit, more cells than CSV_MAX_CELLS.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"

#define CSV_MAX_CELLS 64

struct csv;

struct csv_row {
	size_t n;
	const char *cell[CSV_MAX_CELLS]; /* NUL-terminated */
	size_t len[CSV_MAX_CELLS];
	uint64_t line; /* the physical line that the row starts on, from 1 */
	uint32_t column[CSV_MAX_CELLS]; /* where each cell starts, from 1 */
};

/* A reader in the arena, for rows of up to `row_bytes`; `separator` is a
 * comma, semicolon or tab. NULL over the arena's ceiling. */
struct csv *csv_new(struct arena *a, size_t row_bytes, char separator) MUST_USE;

/*
 * Begin behind the rows that were read before, on physical line `line`, and
 * leave the looks at UTF-8 to the caller, who may have another encoding whose
 * bytes below 0x40 stand for themselves (Shift_JIS, any ISO 8859). Called before
 * the first csv_read; from line 1 a byte order mark is still skipped.
 */
void csv_resume(struct csv *c, uint64_t line);

/* The physical line that follows the last row. */
uint64_t csv_line(const struct csv *c);

enum csv_result {
	CSV_ROW,  /* *row_r is set; call again with the same input */
	CSV_MORE, /* all input is taken; feed the next piece */
	CSV_END,  /* after csv_read with len 0 and is_last: no row is left */
	CSV_BAD   /* `e` is set; the reader is finished */
};

/*
 * Take input from *data and *len, which move on by what was read. `is_last`:
 * no input follows behind this piece. Blank lines are skipped. Errors are
 * ERR_INVALID, subject `line:column`, reasons `bad_quote`, `unclosed_quote`,
 * `bad_line_end`, `bad_character`, `bad_utf8`, `row_too_long`,
 * `too_many_cells`.
 */
enum csv_result csv_read(struct csv *c, const char **data, size_t *len,
	bool is_last, struct csv_row *row_r, struct err *e) MUST_USE;

/* The cell without the apostrophe that text_csv_guarded put before it. */
const char *csv_unguard(const char *cell);

#endif
