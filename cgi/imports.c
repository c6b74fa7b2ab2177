/*
 * Routes of bulk imports. A file comes in pieces of bytes (ROUTE_BYTES); what is
 * long is paged.
 */
#include "cgi/handlers.h"

#include "cgi/lists.h"
#include "core/import.h"

#define ROWS_DEFAULT 50
#define ROWS_MAX 200
#define PASSWORDS_BYTES ((size_t)256 << 10)

static const char *const outcome_words[] = { "", "new", "changed", "unchanged",
	"wrong", NULL };

struct rows_in {
	unsigned outcome;
	int64_t after, after_n, limit, before;
};
static const struct field list_rows[] = {
	{ FIELD_AT(struct rows_in, before), .min = 1, .max = ROUTE_ID_MAX },
	{ FIELD_AT(struct rows_in, limit), .min = 1, .max = ROWS_MAX },
	{ 0 },
};
static const struct field rows_rows[] = {
	{ FIELD_AT(struct rows_in, outcome), .words = outcome_words,
		.required = true },
	{ FIELD_AT(struct rows_in, after), .max = ROUTE_ID_MAX },
	{ FIELD_AT(struct rows_in, limit), .min = 1, .max = ROWS_MAX },
	{ 0 },
};
static const struct field errors_rows[] = {
	{ FIELD_AT(struct rows_in, after), .max = ROUTE_ID_MAX },
	{ FIELD_AT(struct rows_in, after_n), .max = 255 },
	{ FIELD_AT(struct rows_in, limit), .min = 1, .max = ROWS_MAX },
	{ 0 },
};

static void
init_rows(void *in)
{
	((struct rows_in *)in)->limit = ROWS_DEFAULT;
}

static void
init_options(void *in)
{
	import_options_defaults(in);
}

const struct form import_list_form = { list_rows, sizeof(struct rows_in),
	init_rows };
const struct form import_rows_form = { rows_rows, sizeof(struct rows_in),
	init_rows };
const struct form import_errors_form = { errors_rows, sizeof(struct rows_in),
	init_rows };
const struct form import_in_form = { import_create_form,
	sizeof(struct import_in), NULL };
const struct form import_guess_form = { import_options_form,
	sizeof(struct import_options), init_options };
const struct form import_how_form = { import_run_form,
	sizeof(struct import_run_in), NULL };

static bool
reply_import(struct call *c, int status, const struct import *i)
{
	import_write_json(reply_json(c->reply, status), NULL, i);
	return true;
}

bool
imports_list(struct call *c, struct err *e)
{
	const struct rows_in *in = c->query;
	struct import *items;
	struct jsonw *w;
	size_t n;

	if (!import_list(c->core, c->actor, (uint64_t)in->before,
		    (size_t)in->limit, &items, &n, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	for (size_t i = 0; i < n; i++)
		import_write_json(w, NULL, &items[i]);
	jsonw_end(w);
	if (n == (size_t)in->limit)
		jsonw_uint(w, "next_before", items[n - 1].id);
	else
		jsonw_null(w, "next_before");
	jsonw_end(w);
	return true;
}

bool
imports_create(struct call *c, struct err *e)
{
	struct import im;

	return import_create(c->core, c->actor, c->body, &im, e)
		&& reply_import(c, 201, &im)
		&& reply_location(c, "/imports", im.id, e);
}

bool
imports_get(struct call *c, struct err *e)
{
	struct import im;

	return import_get(c->core, c->actor, c->id, &im, e)
		&& reply_import(c, 200, &im);
}

bool
imports_piece(struct call *c, struct err *e)
{
	struct import im;

	return import_piece(c->core, c->actor, c->id, c->sub_id - 1,
		       c->req->body, c->req->body_len, &im, e)
		&& reply_import(c, 200, &im);
}

bool
imports_guess(struct call *c, struct err *e)
{
	struct import_guess g;
	struct jsonw *w;

	if (!import_guess(c->core, c->actor, c->id, c->body, &g, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "header");
	for (size_t i = 0; i < g.n_header; i++)
		jsonw_str(w, NULL, g.header[i]);
	jsonw_end(w);
	import_options_json(w, "options", &g.options);
	jsonw_end(w);
	return true;
}

bool
imports_check(struct call *c, struct err *e)
{
	struct job j;

	return import_check(c->core, c->actor, c->id, c->body, &j, e)
		&& reply_job(c, &j, e);
}

/* A dry run shows the lines of the maps that would go and come. */
bool
imports_run(struct call *c, struct err *e)
{
	struct job j;

	if (c->is_dry_run)
		return import_try(c->core, c->actor, c->id, e);
	return import_run(c->core, c->actor, c->id, c->body, &j, e)
		&& reply_job(c, &j, e);
}

bool
imports_rows(struct call *c, struct err *e)
{
	const struct rows_in *in = c->query;
	struct import_row *items;
	struct jsonw *w;
	size_t n;

	if (!import_rows(c->core, c->actor, c->id,
		    (enum import_outcome)in->outcome, (uint64_t)in->after,
		    (size_t)in->limit, &items, &n, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(w, NULL);
		jsonw_uint(w, "row", items[i].row_no);
		jsonw_uint(w, "line", items[i].line);
		jsonw_str(w, "noun", staged_noun_name(items[i].noun));
		jsonw_str(w, "subject", items[i].subject);
		jsonw_raw(w, "before", items[i].before);
		jsonw_raw(w, "after", items[i].after);
		jsonw_end(w);
	}
	jsonw_end(w);
	if (n == (size_t)in->limit)
		jsonw_uint(w, "next_after", items[n - 1].row_no);
	else
		jsonw_null(w, "next_after");
	jsonw_end(w);
	return true;
}

bool
imports_errors(struct call *c, struct err *e)
{
	const struct rows_in *in = c->query;
	struct import_error *items;
	struct jsonw *w;
	size_t n;

	if (!import_errors(c->core, c->actor, c->id, (uint64_t)in->after,
		    (uint64_t)in->after_n, (size_t)in->limit, &items, &n, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	for (size_t i = 0; i < n; i++) {
		const struct import_error *x = &items[i];

		jsonw_object(w, NULL);
		jsonw_uint(w, "row", x->row_no);
		jsonw_uint(w, "n", x->n);
		jsonw_uint(w, "line", x->line);
		jsonw_uint(w, "column", x->col);
		jsonw_str(w, "field", x->field);
		jsonw_str(w, "value", x->value);
		jsonw_str(w, "reason", x->reason);
		jsonw_str(w, "text", x->text);
		jsonw_str(w, "fix", import_fix(x->reason));
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_bool(w, "has_more", n == (size_t)in->limit);
	jsonw_end(w);
	return true;
}

/* Some pieces at once, so that few requests fetch them all. */
bool
imports_passwords(struct call *c, struct err *e)
{
	struct str all = str_in(c->arena, 2 * PASSWORDS_BYTES);
	const char *text = "";
	struct jsonw *w;
	bool has_more = true;

	while (has_more && all.len < PASSWORDS_BYTES) {
		if (!import_take_passwords(c->core, c->actor, c->id, &text, e))
			return false;
		has_more = text != NULL;
		if (text && !str_add(&all, text))
			return err_memory(e);
	}
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_str(w, "csv", str_text(&all));
	jsonw_bool(w, "has_more", has_more);
	jsonw_end(w);
	return true;
}

bool
imports_failed(struct call *c, struct err *e)
{
	const char *text;
	struct jsonw *w;

	if (!import_failed_rows(
		    c->core, c->actor, c->id, c->sub_id - 1, &text, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_str(w, "csv", text ? text : "");
	jsonw_bool(w, "has_more", text != NULL);
	jsonw_end(w);
	return true;
}

bool
imports_delete(struct call *c, struct err *e)
{
	struct import im;

	return import_discard(c->core, c->actor, c->id, &im, e)
		&& reply_import(c, 200, &im);
}
