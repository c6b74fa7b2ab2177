/*
 * Files of other systems: passwd, shadow and aliases, vpasswd, Postfix's maps,
 * passwd-files. Every row that comes out can be written to the spool and is
 * read back from it as it was.
 *
 * fuzz-links: core db
 */
#include "tests/fuzz/fuzz.h"

#include "base/csv.h"
#include "base/str.h"
#include "core/importer.h"
#include "core/importer_spool.h"

struct seen {
	struct arena *arena;
	size_t rows;
};

static bool
look(void *ctx, const struct importer_row *row, struct err *e)
{
	struct seen *s = ctx;
	struct str text = str_in(s->arena, 1U << 20);
	struct csv *csv = csv_new(s->arena, 1U << 20, ',');
	const char *data;
	struct csv_row got;
	struct err mine = ERR_EMPTY;
	size_t len;

	(void)e;
	s->rows++;
	MUST(row->noun && row->n <= IMPORTER_CELLS);
	MUST(!row->reason || (*row->reason && *row->text && row->at));
	if (!csv || !importer_row_write(&text, row))
		return true;
	data = str_text(&text);
	len = text.len;
	MUST(csv_read(csv, &data, &len, true, &got, &mine) == CSV_ROW);
	MUST(got.n == (row->reason ? 6 : 2 + 2 * row->n));
	MUST(strcmp(got.cell[0], row->noun) == 0);
	MUST(csv_read(csv, &data, &len, true, &got, &mine) == CSV_END);
	return true;
}

/* The byte says what the file is; a second file begins behind a \x01. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	static struct arena *row;
	struct seen seen = { .arena = a };
	struct importer im = {
		.sink = look, .ctx = &seen, .domain = "d.test", .scheme = ""
	};
	struct importer_text text[3] = { { 0 } };
	struct err e = ERR_EMPTY;
	const char *p;
	size_t left;
	bool is_ok;

	if (size < 2)
		return 0;
	if (!row)
		row = arena_new(64U << 20);
	MUST(row);
	im.arena = row;
	p = arena_strndup(a, (const char *)data + 1, size - 1);
	left = size - 1;
	for (size_t i = 0; i < 3; i++) {
		const char *end = memchr(p, 1, left);
		const size_t n = end ? (size_t)(end - p) : left;

		text[i] = (struct importer_text){ arena_strndup(a, p, n), n };
		if (!end)
			break;
		p += n + 1;
		left -= n + 1;
	}
	switch (data[0] % 3) {
	case 0:
		is_ok = importer_vpasswd(&im, &text[0], &e);
		break;
	case 1:
		is_ok = importer_system(&im,
			&(const struct importer_system){
				text[0], text[1], text[2], 0, 0 },
			&e);
		break;
	default:
		is_ok = importer_files(&im,
			&(const struct importer_files){
				text[0], text[1], { 0 }, text[2] },
			&e);
	}
	MUST(is_ok || err_is_set(&e));
	if (!is_ok)
		fuzz_error(&e);
	arena_reset(row);
	return 0;
}
