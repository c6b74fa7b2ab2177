/*
 * Forms: one walk over a table, for JSON values and for text alike. Errors of
 * several fields are collected; each carries the path of its field. How one
 * value is checked and kept is in form_store.c.
 */
#include "base/form_internal.h"

#include "base/str.h"

#define MAX_ROWS 64

static bool
read_texts(const struct place *p, const struct json_value *v)
{
	const size_t n = json_len(v);
	struct list_place list;
	bool is_good = true;

	if (!place_list(p, n, &list))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct json_value *one = json_at(v, i);
		size_t len;
		const char *text = json_text(one, &len);

		if (json_kind(one) != JSON_STRING)
			is_good = place_item_wrong(&list, i, "a text");
		else if (!place_item_text(&list, i, text, len))
			is_good = false;
	}
	if (is_good)
		place_list_done(&list);
	return is_good;
}

static bool
read_ints(const struct place *p, const struct json_value *v)
{
	const size_t n = json_len(v);
	struct list_place list;
	bool is_good = true;

	if (!place_list(p, n, &list))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct json_value *one = json_at(v, i);

		if (json_kind(one) != JSON_INT)
			is_good = place_item_wrong(&list, i, "a whole number");
		else if (!place_item_int(&list, i, json_int(one)))
			is_good = false;
	}
	if (is_good)
		place_list_done(&list);
	return is_good;
}

static bool read_object(const struct field *table, const struct json_value *v,
	void *out, struct form_seen *seen, const char *prefix, struct arena *a,
	struct err *e);

/* A text value to a member of type text, word or time. */
static bool
read_string(const struct place *p, const struct json_value *v)
{
	size_t len;
	const char *text = json_text(v, &len);

	if (p->f->type == FIELD_TEXT || p->f->type == FIELD_ARENA_TEXT)
		return place_text(p, text, len);
	if (strlen(text) != len)
		return place_refuse(p, "bad_character", NULL,
			"the text holds a NUL character");
	if (p->f->type == FIELD_WORD)
		return place_word(p, text);
	return place_time(p, text);
}

static const struct {
	enum json_kind kind;
	const char *wanted;
} wanted[] = {
	[FIELD_TEXT] = { JSON_STRING, "a text" },
	[FIELD_ARENA_TEXT] = { JSON_STRING, "a text" },
	[FIELD_INT] = { JSON_INT, "a whole number" },
	[FIELD_BOOL] = { JSON_BOOL, "true or false" },
	[FIELD_WORD] = { JSON_STRING, "a text" },
	[FIELD_TEXTS] = { JSON_ARRAY, "a list of texts" },
	[FIELD_INTS] = { JSON_ARRAY, "a list of whole numbers" },
	[FIELD_TIME] = { JSON_STRING, "a time" },
	[FIELD_OBJECT] = { JSON_OBJECT, "an object" },
};

static bool
read_value(const struct place *p, const struct json_value *v, void *out)
{
	if (json_kind(v) != wanted[p->f->type].kind)
		return place_wrong_type(p, wanted[p->f->type].wanted);
	switch (p->f->type) {
	case FIELD_TEXT:
	case FIELD_ARENA_TEXT:
	case FIELD_WORD:
	case FIELD_TIME:
		return read_string(p, v);
	case FIELD_INT:
		return place_int(p, json_int(v));
	case FIELD_BOOL:
		return place_bool(p, json_is_true(v));
	case FIELD_TEXTS:
		return read_texts(p, v);
	case FIELD_INTS:
		return read_ints(p, v);
	case FIELD_OBJECT:
		return read_object(p->f->sub, v, p->member,
			(struct form_seen *)(void *)((char *)out
				+ p->f->seen_offset),
			p->path, p->a, p->e);
	}
	return false;
}

static const struct field *
find_field(const struct field *table, const char *name, unsigned *row_r)
{
	for (unsigned i = 0; i < MAX_ROWS && table[i].name; i++) {
		if (strcmp(table[i].name, name) == 0) {
			*row_r = i;
			return &table[i];
		}
	}
	return NULL;
}

/* `prefix.name`, or the name alone; a key that is too long is cut for show. */
static void
make_path(char *path, const char *prefix, const char *name)
{
	int n;

	n = snprintf(path, FORM_PATH_SIZE, "%s%s%.60s", prefix ? prefix : "",
		prefix ? "." : "", name);
	if (n < 0)
		path[0] = '\0';
}

static bool
mark(const struct place *p, unsigned row, bool is_null, struct form_seen *seen)
{
	const uint64_t bit = UINT64_C(1) << row;

	if (seen->present & bit)
		return place_refuse(
			p, "duplicate_key", NULL, "the key stands there twice");
	seen->present |= bit;
	if (is_null)
		seen->null |= bit;
	return true;
}

static bool
check_required(const struct field *table, const struct form_seen *seen,
	const char *prefix, struct err *e)
{
	char path[FORM_PATH_SIZE];
	bool is_good = true;

	for (unsigned i = 0; i < MAX_ROWS && table[i].name; i++) {
		if (!table[i].required || (seen->present >> i & 1))
			continue;
		make_path(path, prefix, table[i].name);
		is_good = err_add(e, ERR_INVALID, path, "required", NULL,
			"this is missing");
	}
	return is_good;
}

/* One member of the object. */
static bool
read_member(const struct field *table, const char *key,
	const struct json_value *v, void *out, struct form_seen *seen,
	const char *prefix, struct arena *a, struct err *e)
{
	const bool is_null = json_kind(v) == JSON_NULL;
	char path[FORM_PATH_SIZE];
	struct place p = { .path = path, .a = a, .e = e };
	unsigned row = 0;

	make_path(path, prefix, key);
	p.f = find_field(table, key, &row);
	if (!p.f)
		return err_add(e, ERR_INVALID, path, "unknown_key", key,
			"this key is not known here");
	p.member = (char *)out + p.f->offset;
	if (!mark(&p, row, is_null, seen))
		return false;
	if (!is_null)
		return read_value(&p, v, out);
	if (!p.f->nullable)
		return place_refuse(
			&p, "null_not_allowed", NULL, "this cannot be null");
	place_null(&p);
	return true;
}

static bool
read_object(const struct field *table, const struct json_value *v, void *out,
	struct form_seen *seen, const char *prefix, struct arena *a,
	struct err *e)
{
	const struct json_value *member;
	const char *key;
	bool is_good = true;
	size_t i = 0;

	*seen = (struct form_seen){ 0 };
	while (json_next(v, &i, &key, &member)) {
		if (!read_member(table, key, member, out, seen, prefix, a, e))
			is_good = false;
	}
	return check_required(table, seen, prefix, e) && is_good;
}

bool
form_read_value(const struct field *table, const struct json_value *v,
	void *out, struct form_seen *seen, struct arena *a, struct err *e)
{
	struct form_seen local;

	if (json_kind(v) != JSON_OBJECT)
		return err_set(e, ERR_INVALID, NULL, "wrong_type", NULL,
			"the JSON text must be an object");
	return read_object(table, v, out, seen ? seen : &local, NULL, a, e);
}

bool
form_read_json(const struct field *table, const char *text, size_t len,
	const struct json_limits *limits, void *out, struct form_seen *seen,
	struct arena *a, struct err *e)
{
	struct json *doc;
	bool is_good;

	if (seen)
		*seen = (struct form_seen){ 0 };
	if (!json_parse(text, len, limits, &doc, e))
		return false;
	is_good = form_read_value(table, json_root(doc), out, seen, a, e);
	json_free(&doc);
	return is_good;
}

static bool
read_bool(const struct place *p, const char *value)
{
	static const char *const yes[] = { "true", "1", "yes" };
	static const char *const no[] = { "false", "0", "no" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (strcmp(value, yes[i]) == 0)
			return place_bool(p, true);
		if (strcmp(value, no[i]) == 0)
			return place_bool(p, false);
	}
	return place_wrong_type(p, "true or false");
}

static bool
read_int(const struct place *p, const char *value)
{
	int64_t number;

	if (!str_to_i64(value, INT64_MIN, INT64_MAX, &number))
		return place_wrong_type(p, "a whole number");
	return place_int(p, number);
}

/* The next item of a comma list at *at, without blanks around it. */
static const char *
next_item(const char **at, size_t *len_r)
{
	const char *start = *at + strspn(*at, " ");
	size_t len = strcspn(start, ",");

	*at = start[len] ? start + len + 1 : NULL;
	while (len > 0 && start[len - 1] == ' ')
		len--;
	*len_r = len;
	return start;
}

/* One item of a comma list, of the list's own kind. */
static bool
read_item(struct list_place *list, size_t i, const char *text, size_t len)
{
	const char *item = arena_strndup(list->p->a, text, len);
	int64_t number;

	if (!item)
		return err_memory(list->p->e);
	if (list->p->f->type == FIELD_TEXTS)
		return place_item_text(list, i, item, len);
	if (!str_to_i64(item, INT64_MIN, INT64_MAX, &number))
		return place_item_wrong(list, i, "a whole number");
	return place_item_int(list, i, number);
}

/* A list of texts or numbers, separated by commas; "" is an empty list. */
static bool
read_list(const struct place *p, const char *value)
{
	const char *at = value[0] ? value : NULL;
	struct list_place list;
	size_t n = at ? 1 : 0, len;

	for (const char *c = value; *c; c++)
		n += *c == ',';
	if (!place_list(p, n, &list))
		return false;
	for (size_t i = 0; at; i++) {
		const char *item = next_item(&at, &len);

		if (!read_item(&list, i, item, len))
			return false;
	}
	place_list_done(&list);
	return true;
}

static bool
read_text_value(const struct place *p, const char *value)
{
	switch (p->f->type) {
	case FIELD_TEXT:
	case FIELD_ARENA_TEXT:
		return place_text(p, value, strlen(value));
	case FIELD_INT:
		return read_int(p, value);
	case FIELD_BOOL:
		return read_bool(p, value);
	case FIELD_WORD:
		return place_word(p, value);
	case FIELD_TIME:
		return place_time(p, value);
	case FIELD_TEXTS:
	case FIELD_INTS:
		return read_list(p, value);
	case FIELD_OBJECT:
		break;
	}
	return place_wrong_type(p, "given as JSON");
}

bool
form_set_text(const struct field *table, const char *key, const char *value,
	void *out, struct form_seen *seen, struct arena *a, struct err *e)
{
	struct place p = { .path = key, .a = a, .e = e };
	unsigned row = 0;
	bool is_null;

	p.f = find_field(table, key, &row);
	if (!p.f)
		return err_add(e, ERR_INVALID, key, "unknown_key", key,
			"this key is not known here");
	p.member = (char *)out + p.f->offset;
	is_null = p.f->nullable && p.f->type != FIELD_TEXT
		&& p.f->type != FIELD_ARENA_TEXT && strcmp(value, "null") == 0;
	if (!mark(&p, row, is_null, seen))
		return false;
	if (!is_null)
		return read_text_value(&p, value);
	place_null(&p);
	return true;
}

bool
form_finish_text(
	const struct field *table, const struct form_seen *seen, struct err *e)
{
	return check_required(table, seen, NULL, e);
}

/* The row's bit in `bits`; a member that is in no row has none. */
static bool
has_bit(const struct field *table, uint64_t bits, size_t offset)
{
	for (unsigned i = 0; i < MAX_ROWS && table[i].name; i++) {
		if (table[i].offset == offset)
			return bits >> i & 1;
	}
	return false;
}

bool
form_has(const struct field *table, const struct form_seen *seen, size_t offset)
{
	return has_bit(table, seen->present & ~seen->null, offset);
}

bool
form_is_null(
	const struct field *table, const struct form_seen *seen, size_t offset)
{
	return has_bit(table, seen->null, offset);
}

bool
form_came(
	const struct field *table, const struct form_seen *seen, size_t offset)
{
	return has_bit(table, seen->present, offset);
}
