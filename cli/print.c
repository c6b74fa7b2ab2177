/*
 * The answer of a command, as JSON or as text for people. The text is made
 * from the JSON, so the two never differ.
 */
#include "cli/rows.h"

#include <wchar.h>

#include "base/json.h"
#include "base/utf8.h"

enum { CELL_SIZE = 400 };

static const struct json_limits answer_limits = { 256U << 20, 16 };

/* Cells in a terminal: a wide character takes two. */
static int
width(const char *text)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	int sum = 0;

	while (*text != '\0') {
		size_t n = mbrtowc(&wide, text, 16, &state);
		int w;

		if (n == 0 || n == (size_t)-1 || n == (size_t)-2)
			return sum + (int)strlen(text);
		w = wcwidth(wide);
		sum += w < 0 ? 0 : w;
		text += n;
	}
	return sum;
}

static void
put_scalar(struct str *out, const struct json_value *v)
{
	size_t len;

	switch (json_kind(v)) {
	case JSON_BOOL:
		str_add(out, json_is_true(v) ? "yes" : "no");
		break;
	case JSON_INT:
		str_add_i64(out, json_int(v));
		break;
	case JSON_STRING:
		str_add(out, json_text(v, &len));
		break;
	case JSON_ARRAY:
		for (size_t i = 0; i < json_len(v); i++) {
			str_add(out, i > 0 ? ", " : "");
			put_scalar(out, json_at(v, i));
		}
		break;
	case JSON_OBJECT:
		str_add(out, "{...}");
		break;
	case JSON_NULL:
	case JSON_MISSING:
		str_add(out, "-");
		break;
	}
}

/* Control characters of a row must not move the cursor. */
static void
cell(const struct json_value *v, char out[static CELL_SIZE])
{
	char text[CELL_SIZE];
	struct str s = STR_FIXED(text);

	put_scalar(&s, v);
	if (!str_is_ok(&s) && s.len == 0)
		(void)snprintf(text, sizeof(text), "(long)");
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 32 || *p == 127)
			*p = ' ';
	memcpy(out, text, CELL_SIZE);
}

struct table {
	char name[CLI_COLUMNS][40];
	int width[CLI_COLUMNS];
	size_t n;
};

static void
open_table(struct table *t, const char *columns)
{
	t->n = 0;
	while (*columns != '\0' && t->n < CLI_COLUMNS) {
		size_t len = strcspn(columns, ",");

		if (!str_copy_n(
			    t->name[t->n], sizeof(t->name[0]), columns, len))
			break;
		t->width[t->n] = (int)len;
		t->n++;
		columns += len;
		columns += strspn(columns, ",");
	}
}

static void
measure(struct table *t, const struct json_value *items)
{
	char text[CELL_SIZE];

	for (size_t i = 0; i < json_len(items); i++)
		for (size_t k = 0; k < t->n; k++) {
			int w;

			cell(json_get(json_at(items, i), t->name[k]), text);
			w = width(text);
			if (w > t->width[k])
				t->width[k] = w;
		}
}

static void
put_cell(const struct table *t, size_t k, const char *text)
{
	if (k + 1 == t->n) {
		puts(text);
		return;
	}
	printf("%s%*s", text, t->width[k] - width(text) + 2, "");
}

static void
print_table(const struct json_value *items, const char *columns)
{
	struct table t;
	char text[CELL_SIZE];

	open_table(&t, columns);
	measure(&t, items);
	for (size_t k = 0; k < t.n; k++)
		put_cell(&t, k, t.name[k]);
	for (size_t i = 0; i < json_len(items); i++)
		for (size_t k = 0; k < t.n; k++) {
			cell(json_get(json_at(items, i), t.name[k]), text);
			put_cell(&t, k, text);
		}
}

static void print_lines(const struct json_value *v, int indent);

static void
print_member(const char *key, const struct json_value *v, int indent)
{
	char text[CELL_SIZE];
	enum json_kind kind = json_kind(v);

	if (kind == JSON_OBJECT) {
		printf("%*s%s:\n", indent, "", key);
		print_lines(v, indent + 2);
	} else if (kind == JSON_ARRAY
		&& json_kind(json_at(v, 0)) == JSON_OBJECT) {
		printf("%*s%s:\n", indent, "", key);
		for (size_t i = 0; i < json_len(v); i++) {
			print_lines(json_at(v, i), indent + 4);
			puts("");
		}
	} else {
		cell(v, text);
		printf("%*s%-*s %s\n", indent, "", 22 - indent, key, text);
	}
}

static void
print_lines(const struct json_value *v, int indent)
{
	const struct json_value *value;
	const char *key;
	size_t i = 0;

	while (json_next(v, &i, &key, &value))
		print_member(key, value, indent);
}

static void
print_text(const struct cli *c, const struct json_value *v)
{
	const struct json_value *items = json_get(v, "items"), *value;
	const char *columns = c->columns ? c->columns : c->command->columns;
	const char *key;
	size_t i = 0;

	if (items == NULL || columns == NULL) {
		print_lines(v, 0);
		return;
	}
	print_table(items, columns);
	while (json_next(v, &i, &key, &value))
		if (strcmp(key, "items") != 0 && json_kind(value) != JSON_NULL)
			print_member(key, value, 0);
}

/* A list; what is no list has no rows. */
static bool
print_csv(struct cli *c, const struct json_value *v, struct err *e)
{
	const struct json_value *items = json_get(v, "items");
	const char *columns = c->columns ? c->columns : c->command->columns;

	if (items == NULL || columns == NULL)
		return err_set(e, ERR_SYNTAX, "--csv", "no_list", "",
			"this is not a list: there is no CSV of it");
	return cli_put_csv(items, columns, true, c->arena, e);
}

static bool
print_parsed(struct cli *c, struct err *e)
{
	struct json *doc;
	bool is_ok = true;

	if (!json_parse(c->out.data, c->out.len, &answer_limits, &doc, e))
		return false;
	if (c->is_csv)
		is_ok = print_csv(c, json_root(doc), e);
	else
		print_text(c, json_root(doc));
	json_free(&doc);
	return is_ok;
}

bool
cli_print(struct cli *c, struct err *e)
{

	if (c->out.len == 0)
		return true;
	if (!c->is_text && !jsonw_done(&c->json, e))
		return false;
	if (c->is_text) {
		fputs(str_text(&c->out), stdout);
	} else if (c->is_csv) {
		if (!print_parsed(c, e))
			return false;
	} else if (c->is_lines) {
		cli_put_lines(str_text(&c->out));
	} else if (c->is_json) {
		puts(str_text(&c->out));
	} else if (!print_parsed(c, e)) {
		return false;
	}
	if (fflush(stdout) != 0)
		return err_set(e, ERR_INTERNAL, "", "output", "",
			"the answer could not be written");
	return true;
}

/* The operator sees private texts too: nobody else reads this terminal. */
static void
print_json_error(const struct err *e)
{
	char buffer[65536];
	struct str out = STR_FIXED(buffer);
	struct jsonw w = jsonw_over(&out);

	jsonw_object(&w, NULL);
	jsonw_str(&w, "code", err_name(e->code));
	jsonw_str(&w, "detail", err_text(e));
	jsonw_array(&w, "errors");
	for (unsigned i = 0; i < e->n; i++) {
		jsonw_object(&w, NULL);
		jsonw_str(&w, "field", e->item[i].field);
		jsonw_str(&w, "reason", e->item[i].reason);
		jsonw_str(&w, "subject", e->item[i].subject);
		jsonw_str(&w, "text", e->item[i].text);
		jsonw_end(&w);
	}
	jsonw_end(&w);
	jsonw_end(&w);
	fprintf(stderr, "%s\n", str_text(&out));
}

void
cli_print_error(const struct cli *c, const struct err *e)
{
	if (c->is_json) {
		print_json_error(e);
		return;
	}
	for (unsigned i = 0; i < e->n; i++)
		fprintf(stderr, "postroom: %s\n", e->item[i].text);
	if (e->n == 0)
		fprintf(stderr, "postroom: %s\n", err_title(e->code));
}
