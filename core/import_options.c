/*
 * How a CSV file is read: what its first piece looks like, what somebody said
 * instead, and what the two come to.
 */
#include <string.h>

#include "base/csv.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "core/import_internal.h"

#define OPTIONS_BYTES 8192

static const char *const encodings[] = { "auto", "utf-8", "shift_jis", NULL };
static const char *const separators[] = { "auto", "comma", "semicolon", "tab",
	NULL };
static const char *const modes[] = { "add", "add_or_update", "update", NULL };
static const char *const password_words[] = { "generate", "none", NULL };

static bool
check_column(const char *in, char *out, size_t cap, struct err *e)
{
	enum staging_column column;

	return (staging_column_find(in, &column)
		       || err_set(e, ERR_INVALID, NULL, "not_a_choice", in,
			       "there is no column %s", in))
		&& (str_copy(out, cap, in) || err_memory(e));
}

/* clang-format off */
const struct field import_options_form[] = {
	{ FIELD_AT(struct import_options, encoding), .words = encodings },
	{ FIELD_AT(struct import_options, separator), .words = separators },
	{ FIELD_AT(struct import_options, has_header) },
	{ FIELD_AT(struct import_options, columns), .check = check_column,
		.max = 32, .max_items = IMPORT_COLUMNS_MAX,
		.may_repeat = true },
	{ FIELD_AT(struct import_options, mode), .words = modes },
	{ FIELD_AT(struct import_options, disable_missing) },
	{ FIELD_AT(struct import_options, passwords),
		.words = password_words },
	{ 0 }
};
/* clang-format on */

void
import_options_defaults(struct import_options *o)
{
	*o = (struct import_options){ .has_header = true };
}

bool
import_options_read(const char *json, struct import_options *out,
	struct arena *a, struct err *e)
{
	const struct json_limits limits = { OPTIONS_BYTES, 4 };

	import_options_defaults(out);
	return form_read_json(import_options_form, json, strlen(json), &limits,
		out, NULL, a, e);
}

char
import_separator(unsigned separator)
{
	static const char signs[] = { ',', ',', ';', '\t' };

	return separator < ARRAY_LEN(signs) ? signs[separator] : ',';
}

static unsigned
separator_of(char c)
{
	return c == ';' ? 2 : c == '\t' ? 3 : 1;
}

struct head {
	uint64_t id;
	const char *text;
	size_t len;
};

static bool
head_in(struct tx *t, void *ctx, struct err *e)
{
	struct head *h = ctx;
	struct spool_row row;
	bool found;

	if (!spool_row_get(
		    t->db, t->arena, h->id, SPOOL_FILE, 0, &row, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_CONFLICT, "file", "no_file", NULL,
			"no file was uploaded");
	return import_spool_open(
		t, h->id, SPOOL_FILE, &row, &h->text, &h->len, e);
}

/* The first row, as UTF-8. */
static bool
read_header(struct core *c, const struct head *h, struct import_guess *g,
	struct err *e)
{
	const struct import_options *o = &g->options;
	struct csv *csv = csv_new(
		c->arena, IMPORT_ROW_BYTES, import_separator(o->separator));
	const char *data = h->text;
	size_t len = h->len;
	struct csv_row row;

	if (!csv)
		return err_memory(e);
	csv_resume(csv, 1);
	switch (csv_read(csv, &data, &len, true, &row, e)) {
	case CSV_ROW:
		break;
	case CSV_BAD:
		return false;
	default:
		return err_set(e, ERR_INVALID, "file", "empty_file", NULL,
			"the file has no row");
	}
	g->header = arena_array(c->arena, row.n, sizeof(*g->header));
	if (!g->header)
		return err_memory(e);
	g->n_header = row.n;
	for (size_t i = 0; i < row.n; i++) {
		const char *text = charset_to_utf8((enum charset)o->encoding,
			row.cell[i], row.len[i], c->arena);

		g->header[i] = arena_strdup(c->arena, text ? text : "?");
		if (!g->header[i])
			return err_memory(e);
	}
	return true;
}

/* A column is taken by the first heading that means it. */
static bool
guess_columns(struct core *c, enum staged_noun noun, struct import_guess *g,
	struct err *e)
{
	bool is_taken[STAGING_COLUMNS] = { false };
	struct text_list *list = &g->options.columns;

	list->items = arena_array(c->arena, g->n_header, sizeof(*list->items));
	if (!list->items)
		return err_memory(e);
	list->n = g->n_header;
	for (size_t i = 0; i < g->n_header; i++) {
		enum staging_column column = g->options.has_header
			? staging_column_guess(g->header[i], noun)
			: COLUMN_NONE;

		if (is_taken[column])
			column = COLUMN_NONE;
		is_taken[column] = column != COLUMN_NONE;
		list->items[i] = staging_column_name(column);
	}
	return true;
}

bool
import_guess(struct core *c, const struct actor *a, uint64_t id,
	const struct import_options *o, struct import_guess *out, struct err *e)
{
	struct head h = { .id = id };
	struct import im;

	*out = (struct import_guess){ .options = *o };
	if (!import_get(c, a, id, &im, e)
		|| !core_run(c, a, "import.guess", head_in, &h, NULL, e))
		return false;
	if (out->options.encoding == CHARSET_AUTO)
		out->options.encoding = charset_guess(h.text, h.len);
	if (out->options.separator == 0)
		out->options.separator =
			separator_of(csv_separator_guess(h.text, h.len));
	if (!read_header(c, &h, out, e))
		return false;
	return out->options.columns.n > 0
		|| guess_columns(c, (enum staged_noun)im.noun, out, e);
}

static bool
has(const struct text_list *columns, enum staging_column column)
{
	for (size_t i = 0; i < columns->n; i++)
		if (strcmp(columns->items[i], staging_column_name(column)) == 0)
			return true;
	return false;
}

static bool
no_column(const char *what, struct err *e)
{
	return err_set(e, ERR_INVALID, "columns", "column_missing", what,
		"no column is the %s: say which one it is", what);
}

bool
import_options_check(const struct import_guess *g, unsigned noun, struct err *e)
{
	const struct text_list *list = &g->options.columns;
	bool is_used[STAGING_COLUMNS] = { false };

	for (size_t i = 0; i < list->n; i++) {
		enum staging_column column;

		if (!staging_column_find(list->items[i], &column)
			|| column == COLUMN_NONE)
			continue;
		if (is_used[column])
			return err_set(e, ERR_INVALID, "columns",
				"column_twice", list->items[i],
				"two columns are the %s", list->items[i]);
		is_used[column] = true;
	}
	switch (noun) {
	case STAGED_DOMAIN:
		return has(list, COLUMN_DOMAIN) || no_column("domain", e);
	case STAGED_WHITELIST:
		return has(list, COLUMN_NETWORK) || no_column("network", e);
	case STAGED_ALIAS:
		if (!has(list, COLUMN_TARGETS)
			&& g->options.mode != MODE_UPDATE)
			return no_column("targets", e);
		break;
	default:
		break;
	}
	return has(list, COLUMN_ADDRESS)
		|| (has(list, COLUMN_LOCAL_PART) && has(list, COLUMN_DOMAIN))
		|| no_column("address", e);
}

void
import_options_json(
	struct jsonw *w, const char *key, const struct import_options *o)
{
	jsonw_object(w, key);
	jsonw_str(w, "encoding", encodings[o->encoding]);
	jsonw_str(w, "separator", separators[o->separator]);
	jsonw_bool(w, "has_header", o->has_header);
	jsonw_array(w, "columns");
	for (size_t i = 0; i < o->columns.n; i++)
		jsonw_str(w, NULL, o->columns.items[i]);
	jsonw_end(w);
	jsonw_str(w, "mode", modes[o->mode]);
	jsonw_bool(w, "disable_missing", o->disable_missing);
	jsonw_str(w, "passwords", password_words[o->passwords]);
	jsonw_end(w);
}

/* Columns that are not used, with the reason. */
static void
write_notices(struct jsonw *w, const struct import_guess *g, unsigned noun)
{
	jsonw_array(w, NULL);
	for (size_t i = 0; i < g->options.columns.n; i++) {
		enum staging_column column = COLUMN_NONE;
		const char *heading = i < g->n_header && g->options.has_header
			? g->header[i]
			: "";
		bool is_unused;

		if (!staging_column_find(g->options.columns.items[i], &column))
			continue;
		is_unused = staging_column_is_unused(
			column, (enum staged_noun)noun);
		if (column != COLUMN_NONE && !is_unused)
			continue;
		jsonw_object(w, NULL);
		jsonw_uint(w, "column", i + 1);
		jsonw_str(w, "heading", heading);
		jsonw_str(w, "name", staging_column_name(column));
		jsonw_str(w, "reason", is_unused ? "not_yet" : "not_used");
		jsonw_end(w);
	}
	jsonw_end(w);
}

bool
import_options_write(const struct import_guess *g, unsigned noun,
	struct arena *a, const char **options_r, const char **notices_r,
	struct err *e)
{
	struct str o = str_in(a, OPTIONS_BYTES), n = str_in(a, 65536);
	struct jsonw ow = jsonw_over(&o), nw = jsonw_over(&n);

	import_options_json(&ow, NULL, &g->options);
	write_notices(&nw, g, noun);
	*options_r = str_text(&o);
	*notices_r = str_text(&n);
	return jsonw_done(&ow, e) && jsonw_done(&nw, e);
}
