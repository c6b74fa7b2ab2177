/*
 * Rows of other systems into an import's spool, and from there into staging.
 */
#include "core/importer_spool.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/text.h"
#include "base/utf8.h"
#include "core/import_internal.h"

#define PIECE_BYTES ((size_t)256 << 10)
#define ROW_BYTES ((size_t)60 << 10)
#define ROWS_AT_ONCE 2000
#define REFUSED_CELLS 6 /* noun, line, !reason, column, value, text */

/*
 * A cell that the spool can hold: what is no UTF-8 or a control character is
 * shown as a question mark, so that the rule of its column refuses it by name
 * or, in a display name, people see where it was.
 */
static bool
put_cell(struct str *out, const char *text)
{
	const size_t at = out->len, len = strlen(text);
	char clean[4096];
	struct str s = STR_FIXED(clean);
	uint32_t code;

	if (text_csv_guarded(out, text))
		return true;
	if (!str_is_ok(out))
		return false;
	str_cut(out, at);
	for (size_t i = 0, n; i < len; i += n ? n : 1) {
		n = utf8_next(text + i, len - i, &code);
		if (n == 0 || utf8_is_hidden(code))
			str_add_char(&s, '?');
		else
			str_add_n(&s, text + i, n);
	}
	return text_csv_guarded(out, str_is_ok(&s) ? clean : "?");
}

static bool
put_pair(struct str *out, const char *column, const char *value)
{
	return str_add_char(out, ',') && str_add(out, column)
		&& str_add_char(out, ',') && put_cell(out, value);
}

bool
importer_row_write(struct str *out, const struct importer_row *row)
{
	str_addf(out, "%s,%llu", row->noun, (unsigned long long)row->line);
	if (row->reason) {
		str_addf(out, ",!%s", row->reason);
		put_pair(out, row->at, row->value ? row->value : "?");
		str_add_char(out, ',');
		put_cell(out, row->text);
	}
	for (size_t i = 0; !row->reason && i < row->n; i++)
		put_pair(out, row->cell[i].column, row->cell[i].value);
	return str_add(out, "\n");
}

static void
count_scheme(struct importer_census *c, const char *stored)
{
	char scheme[sizeof(c->item[0].scheme)];
	size_t i = 0;

	password_scheme_of(stored, scheme, sizeof(scheme));
	if (!*scheme && !str_copy(scheme, sizeof(scheme), "unknown"))
		return;
	while (i < c->n && strcmp(c->item[i].scheme, scheme) != 0)
		i++;
	if (i == IMPORTER_SCHEMES)
		return;
	if (i == c->n) {
		memcpy(c->item[i].scheme, scheme, sizeof(scheme));
		c->item[i].is_weak = password_is_weak(stored);
		c->n++;
	}
	c->item[i].n++;
}

static void
count(struct importer_census *c, const struct importer_row *row)
{
	if (row->reason || strcmp(row->noun, "mailbox") != 0)
		return;
	for (size_t i = 0; i < row->n; i++)
		if (strcmp(row->cell[i].column, "password") == 0) {
			count_scheme(c, row->cell[i].value);
			return;
		}
	c->without++;
}

static bool
send(struct importer_spool *s, struct err *e)
{
	struct arena *own = s->c->arena;
	struct import im;
	bool is_ok;

	if (s->text.len == 0)
		return true;
	s->c->arena = s->memory;
	is_ok = import_piece(s->c, s->actor, s->import.id, s->seq,
		str_text(&s->text), s->text.len, &im, e);
	s->c->arena = own;
	arena_reset(s->memory);
	if (!is_ok)
		return false;
	s->seq++;
	str_reset(&s->text);
	return true;
}

bool
importer_spool_begin(struct importer_spool *s, struct core *c,
	const struct actor *a, const char *source, const char *label,
	struct err *e)
{
	*s = (struct importer_spool){ .c = c,
		.actor = a,
		.arena = arena_new(4 * PIECE_BYTES),
		.memory = arena_new((size_t)64 << 20) };
	if (!s->arena || !s->memory)
		return err_memory(e);
	s->text = str_in(s->arena, 2 * PIECE_BYTES);
	return import_create_of(
		c, a, source, STAGED_DOMAIN, label, &s->import, e);
}

bool
importer_spool_row(void *spool, const struct importer_row *row, struct err *e)
{
	struct importer_spool *s = spool;
	const size_t at = s->text.len;

	count(&s->census, row);
	if (s->also && !s->also(s->also_ctx, row, e))
		return false;
	if (strcmp(row->noun, "admin") == 0 && !row->reason)
		return true;
	if (!importer_row_write(&s->text, row)
		|| s->text.len - at > ROW_BYTES) {
		const struct importer_row refused = { .noun = row->noun,
			.line = row->line,
			.reason = "too_long",
			.at = row->n ? row->cell[0].column : "address",
			.value = row->n ? row->cell[0].value : "",
			.text = "the row is too long to be taken" };

		str_cut(&s->text, at);
		if (!importer_row_write(&s->text, &refused))
			return err_memory(e);
	}
	return s->text.len < PIECE_BYTES || send(s, e);
}

bool
importer_spool_end(struct importer_spool *s, struct err *e)
{
	return send(s, e)
		&& import_get(s->c, s->actor, s->import.id, &s->import, e);
}

void
importer_spool_free(struct importer_spool *s)
{
	arena_free(&s->arena);
	arena_free(&s->memory);
}

static bool
stage_refused(struct staging *s, const char *const *cell, size_t n)
{
	enum staging_column column = COLUMN_NONE;

	if (n < REFUSED_CELLS)
		return false;
	if (!staging_column_find(cell[3], &column))
		column = COLUMN_NONE;
	staging_refuse(s, column, 0, csv_unguard(cell[4]), cell[2] + 1,
		csv_unguard(cell[5]));
	return true;
}

static void
stage_cells(struct staging *s, const char *const *cell, size_t n)
{
	enum staging_column column;

	for (size_t i = 2; i + 1 < n; i += 2)
		if (staging_column_find(cell[i], &column)
			&& column != COLUMN_NONE)
			staging_cell(s, column, csv_unguard(cell[i + 1]), 0);
}

bool
importer_row_stage(
	struct staging *s, const char *const *cell, size_t n, struct err *e)
{
	enum staged_noun noun;

	if (n < 3 || !staged_noun_find(cell[0], &noun))
		return err_set(e, ERR_INVALID, "file", "damaged", NULL,
			"a row of the spool cannot be read");
	staging_row(s, noun, strtoull(cell[1], NULL, 10));
	if (cell[2][0] != '!')
		stage_cells(s, cell, n);
	else if (!stage_refused(s, cell, n))
		return err_set(e, ERR_INVALID, "file", "damaged", NULL,
			"a row of the spool cannot be read");
	return staging_end(s, e);
}

static bool
read_some(struct staging *s, struct import *im, const struct import_options *o,
	bool *is_last_r, struct err *e)
{
	struct import_options comma = *o;
	struct import_rows r;
	struct csv_row row;
	bool found = true;

	import_options_defaults(&comma);
	if (!import_rows_open(&r, s->t, im, &comma, e))
		return false;
	for (unsigned n = 0; found && n < ROWS_AT_ONCE; n++)
		if (!import_rows_next(&r, &row, &found, e)
			|| (found
				&& !importer_row_stage(s, row.cell, row.n, e)))
			return false;
	*is_last_r = !found;
	return true;
}

const struct import_reader importer_reader_postfixadmin = { "postfixadmin",
	read_some };
const struct import_reader importer_reader_vpopmail = { "vpopmail", read_some };
const struct import_reader importer_reader_iredmail = { "iredmail", read_some };
const struct import_reader importer_reader_files = { "files", read_some };
const struct import_reader importer_reader_system = { "system", read_some };
