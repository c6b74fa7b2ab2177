/*
 * Lists for other programs: a line of JSON for each item, or CSV. Made from the
 * answer's own JSON, so they never tell anything else.
 */
#include "cli/rows.h"

#include "base/text.h"

/* The end of the JSON value at `at`. */
static const char *
value_end(const char *at)
{
	int depth = 0;
	bool is_text = false;

	for (; *at; at++) {
		if (is_text && *at == '\\' && at[1]) {
			at++;
		} else if (*at == '"') {
			is_text = !is_text;
		} else if (!is_text && strchr("{[", *at)) {
			depth++;
		} else if (!is_text && strchr("}]", *at)) {
			if (depth == 0)
				return at;
			depth--;
		} else if (!is_text && depth == 0 && *at == ',') {
			return at;
		}
	}
	return at;
}

void
cli_put_lines(const char *json)
{
	static const char key[] = "{\"items\":[";
	const char *at = json, *end;

	if (strncmp(json, key, sizeof(key) - 1) != 0) {
		puts(json);
		return;
	}
	for (at += sizeof(key) - 1; *at && *at != ']'; at = end) {
		at += *at == ',';
		end = value_end(at);
		(void)fwrite(at, 1, (size_t)(end - at), stdout);
		putchar('\n');
	}
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
			str_add(out, i > 0 ? " " : "");
			put_scalar(out, json_at(v, i));
		}
		break;
	default:
		break;
	}
}

static bool
put_cell(struct str *row, struct str *cell, const struct json_value *v)
{
	str_reset(cell);
	put_scalar(cell, v);
	return str_is_ok(cell) && text_csv_guarded(row, str_text(cell));
}

static bool
put_row(struct str *row, struct str *cell, const struct json_value *item,
	const char *columns, bool is_head)
{
	char name[40];

	for (const char *at = columns; *at;) {
		size_t len = strcspn(at, ",");

		if (!str_copy_n(name, sizeof(name), at, len)
			|| (at != columns && !str_add_char(row, ','))
			|| (is_head ? !str_add(row, name)
				    : !put_cell(
					    row, cell, json_get(item, name))))
			return false;
		at += len;
		at += strspn(at, ",");
	}
	return str_add(row, "\r\n");
}

bool
cli_put_csv(const struct json_value *items, const char *columns, bool has_head,
	struct arena *a, struct err *e)
{
	struct str row = str_in(a, 1U << 20), cell = str_in(a, 1U << 20);

	if (has_head) {
		if (!put_row(&row, &cell, NULL, columns, true))
			return err_memory(e);
		fputs(str_text(&row), stdout);
	}
	for (size_t i = 0; i < json_len(items); i++) {
		str_reset(&row);
		if (!put_row(&row, &cell, json_at(items, i), columns, false))
			return err_set(e, ERR_INTERNAL, "", "not_writable", "",
				"a text cannot stand in a CSV file");
		fputs(str_text(&row), stdout);
	}
	return true;
}
