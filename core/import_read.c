/*
 * The uploaded file, row by row: into staging, and later the wrong rows of it
 * back to where people can fetch them. The place in the file is a byte between
 * two rows, so any step may be the first after a kill.
 */
#include <string.h>

#include "base/str.h"
#include "base/text.h"
#include "core/import_internal.h"
#include "core/import_reader.h"

#define ROWS_AT_ONCE 2000

bool
import_rows_open(struct import_rows *r, struct tx *t, struct import *im,
	const struct import_options *o, struct err *e)
{
	*r = (struct import_rows){ .t = t, .im = im };
	r->csv = csv_new(
		t->arena, IMPORT_ROW_BYTES, import_separator(o->separator));
	if (!r->csv)
		return err_memory(e);
	csv_resume(r->csv, im->at.at_line);
	return true;
}

/* The piece that `at` is in, or that follows the one at hand. */
static bool
load_piece(struct import_rows *r, uint64_t at, struct err *e)
{
	struct import *im = r->im;
	uint64_t skip;
	size_t len;
	bool found;

	if (!spool_row_at(r->t->db, r->t->arena, im->id, SPOOL_FILE, at,
		    &r->piece, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_CONFLICT, "file", "spool_gone", NULL,
			"the uploaded file is gone");
	if (!import_spool_open(
		    r->t, im->id, SPOOL_FILE, &r->piece, &r->start, &len, e))
		return false;
	skip = at - r->piece.at_byte;
	skip = skip > len ? len : skip;
	r->data = r->start + skip;
	r->len = len - skip;
	r->is_last = r->piece.seq + 1 == im->pieces;
	return true;
}

bool
import_rows_next(struct import_rows *r, struct csv_row *row_r, bool *found_r,
	struct err *e)
{
	struct import *im = r->im;

	*found_r = false;
	if (!r->start && !load_piece(r, im->at.at_byte, e))
		return false;
	for (;;) {
		switch (csv_read(
			r->csv, &r->data, &r->len, r->is_last, row_r, e)) {
		case CSV_ROW:
			im->at.at_byte = r->piece.at_byte
				+ (uint64_t)(r->data - r->start);
			im->at.at_line = csv_line(r->csv);
			*found_r = true;
			return true;
		case CSV_MORE:
			if (!load_piece(
				    r, r->piece.at_byte + r->piece.n_bytes, e))
				return false;
			break;
		case CSV_END:
			im->at.at_byte = im->file_bytes;
			return true;
		case CSV_BAD:
			return false;
		}
	}
}

/* Headings are the row that the file begins with. */
static bool
is_header(const struct import_options *o, uint64_t from)
{
	return o->has_header && from == 0;
}

static bool
stage_row(struct staging *s, const struct import_options *o,
	enum staged_noun noun, const struct csv_row *row, struct err *e)
{
	staging_row(s, noun, row->line);
	for (size_t i = 0; i < row->n; i++) {
		enum staging_column column = COLUMN_NONE;
		const char *text;

		if (i >= o->columns.n
			|| !staging_column_find(o->columns.items[i], &column)
			|| column == COLUMN_NONE)
			continue;
		text = charset_to_utf8((enum charset)o->encoding, row->cell[i],
			row->len[i], s->t->arena);
		if (!text)
			staging_refuse(s, column, (unsigned)i + 1, row->cell[i],
				"bad_encoding",
				"the cell is not in the encoding of the file");
		else
			staging_cell(
				s, column, csv_unguard(text), (unsigned)i + 1);
	}
	if (o->columns.n > 0 && row->n > o->columns.n)
		staging_refuse(s, COLUMN_NONE, (unsigned)o->columns.n + 1,
			row->cell[o->columns.n], "too_many_cells",
			"the row has more cells than the file has columns");
	return staging_end(s, e);
}

static bool
read_csv(struct staging *s, struct import *im, const struct import_options *o,
	bool *is_last_r, struct err *e)
{
	struct import_rows r;
	struct csv_row row;
	bool found = true;

	if (!import_rows_open(&r, s->t, im, o, e))
		return false;
	for (unsigned n = 0; n < ROWS_AT_ONCE; n++) {
		uint64_t from = im->at.at_byte;

		if (!import_rows_next(&r, &row, &found, e))
			return false;
		if (!found)
			break;
		if (is_header(o, from))
			continue;
		if (!stage_row(s, o, (enum staged_noun)im->noun, &row, e))
			return false;
	}
	*is_last_r = !found;
	return true;
}

bool
import_read_step(
	struct tx *t, struct import *im, bool *is_last_r, struct err *e)
{
	const struct import_reader *reader = import_reader_find(im->source);
	struct import_options o;
	struct staging s;

	if (!import_options_read(im->options, &o, t->arena, e)
		|| !staging_begin(&s, t, im->id, im->at.at_row, &t->c->seal, e))
		return false;
	s.may_generate = o.passwords == PASSWORDS_GENERATE;
	if (!(reader ? reader->read(&s, im, &o, is_last_r, e)
		     : read_csv(&s, im, &o, is_last_r, e))
		|| !staging_flush(&s, e))
		return false;
	im->at.at_row = s.row_no;
	im->n.rows = s.row_no;
	im->n.wrong += s.n_wrong;
	return true;
}

/* One cell of the rows that go back, as UTF-8 in its quotes where needed. */
static bool
put_cell(struct str *out, const struct import_options *o, struct arena *a,
	const char *cell, size_t len)
{
	const char *text =
		charset_to_utf8((enum charset)o->encoding, cell, len, a);
	size_t at = out->len;

	if (text && text_csv_guarded(out, csv_unguard(text)))
		return true;
	if (!str_is_ok(out))
		return false;
	/* What cannot be written safely is what was wrong with it. */
	str_cut(out, at);
	return str_add_char(out, '?');
}

static bool
put_row(struct str *out, const struct import_options *o, struct arena *a,
	const struct csv_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if ((i > 0 && !str_add_char(out, ','))
			|| !put_cell(out, o, a, row->cell[i], row->len[i]))
			return false;
	return str_add(out, "\r\n");
}

struct wrong {
	uint64_t *rows;
	size_t n, next;
};

static bool
is_wrong(struct wrong *w, uint64_t row_no)
{
	while (w->next < w->n && w->rows[w->next] < row_no)
		w->next++;
	return w->next < w->n && w->rows[w->next] == row_no;
}

static bool
collect(struct tx *t, struct import *im, const struct import_options *o,
	struct str *out, bool *is_last_r, struct err *e)
{
	struct wrong w = { 0 };
	struct import_rows r;
	struct csv_row row;
	bool found = true;

	if (!import_rows_open(&r, t, im, o, e)
		|| !staging_row_wrong_after(t->db, t->arena, im->id,
			im->at.at_row, ROWS_AT_ONCE, &w.rows, &w.n, e))
		return false;
	for (unsigned n = 0; n < ROWS_AT_ONCE; n++) {
		uint64_t from = im->at.at_byte;
		bool is_head;

		if (!import_rows_next(&r, &row, &found, e))
			return false;
		if (!found)
			break;
		is_head = is_header(o, from);
		im->at.at_row += !is_head;
		if ((is_head || is_wrong(&w, im->at.at_row))
			&& !put_row(out, o, t->arena, &row))
			return err_memory(e);
		/* A piece of the spool holds some hundred thousand bytes. */
		if (out->len > IMPORT_PIECE_MAX / 2)
			return true;
	}
	*is_last_r = !found || w.n == 0;
	return true;
}

bool
import_failed_step(
	struct tx *t, struct import *im, bool *is_last_r, struct err *e)
{
	struct str out = str_in(t->arena, 2 * IMPORT_PIECE_MAX);
	struct import_options o;

	*is_last_r = false;
	if (strcmp(im->source, "csv") != 0 || im->spool_us == TIME_NONE) {
		*is_last_r = true;
		return true;
	}
	if (!import_options_read(im->options, &o, t->arena, e)
		|| !collect(t, im, &o, &out, is_last_r, e))
		return false;
	if (out.len == 0)
		return true;
	return import_spool_put(t, im->id, SPOOL_FAILED, im->at.place++, 0,
		str_text(&out), out.len, e);
}
