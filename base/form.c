/*
 * Forms: one walk over a table, for JSON values and for text alike. Errors of
 * several fields are collected; each carries the path of its field.
 */
#include "base/form.h"

#include "base/str.h"
#include "base/timeutil.h"
#include "base/utf8.h"

#define MAX_ROWS 64
#define PATH_SIZE 64

/* Where a value goes, and how its errors are called. */
struct place {
	const struct field *f;
	char *member;
	const char *path;
	struct arena *a;
	struct err *e;
};

static bool
refuse(const struct place *p, const char *reason, const char *subject,
	const char *text)
{
	return err_add(p->e, ERR_INVALID, p->path, reason,
		p->f->is_secret ? NULL : subject, "%s", text);
}

static bool
wrong_type(const struct place *p, const char *wanted)
{
	return err_add(p->e, ERR_INVALID, p->path, "wrong_type", NULL,
		"this must be %s", wanted);
}

/* Greatest length of a text, in bytes. */
static size_t
text_limit(const struct field *f)
{
	const size_t given = f->max > 0 ? (size_t)f->max : 0;

	if (f->type == FIELD_TEXT) {
		const size_t room = f->size - 1;

		return given && given < room ? given : room;
	}
	return given ? given : 255;
}

static bool
check_characters(const struct place *p, const char *in, size_t len)
{
	uint32_t code;

	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_next(in + i, len - i, &code);
		if (n == 0)
			return refuse(
				p, "bad_utf8", NULL, "the text is not UTF-8");
		if (code == 0)
			return refuse(p, "bad_character", NULL,
				"the text holds a NUL character");
		if (code == '\n' && p->f->is_multiline)
			continue;
		if (utf8_is_hidden(code))
			return refuse(p, "bad_character", in,
				"the text holds a control character or a line "
				"break");
	}
	return true;
}

/*
 * A text to its canonical form at `out`. A check may fold its input to fewer
 * bytes, so with one the length is looked at behind it (and before it only
 * against a ceiling that spares the check).
 */
static bool
convert_text(const struct place *p, const char *in, size_t len, char *out,
	size_t cap)
{
	const struct field *f = p->f;
	const size_t limit = text_limit(f);
	struct err inner = ERR_EMPTY;

	if (!check_characters(p, in, len))
		return false;
	if (len > (f->check ? 16 * limit : limit))
		return err_add(p->e, ERR_INVALID, p->path, "too_long", NULL,
			"the text has more than %zu bytes", limit);
	if (len < (size_t)(f->min > 0 ? f->min : 0))
		return len == 0
			? refuse(p, "required", NULL, "this is missing")
			: err_add(p->e, ERR_INVALID, p->path, "too_short", NULL,
				"the text has fewer than %lld bytes",
				(long long)f->min);
	if (!f->check)
		return str_copy_n(out, cap, in, len)
			|| refuse(p, "too_long", NULL, "the text is too long");
	if (f->check(in, out, cap, &inner))
		return strlen(out) <= limit
			|| refuse(p, "too_long", in, "the text is too long");
	for (unsigned i = 0; i < inner.n && f->is_secret; i++)
		inner.item[i].subject[0] = '\0';
	if (!err_is_set(&inner))
		return refuse(p, "invalid", in, "the value is not valid");
	return err_merge(p->e, &inner, p->path);
}

static bool
store_text(const struct place *p, const char *in, size_t len)
{
	const size_t cap = text_limit(p->f) + 1;
	char *copy;

	copy = arena_alloc(p->a, cap);
	if (!copy)
		return err_memory(p->e);
	if (!convert_text(p, in, len, copy, cap))
		return false;
	if (p->f->type == FIELD_TEXT)
		return str_copy(p->member, p->f->size, copy);
	memcpy(p->member, &copy, sizeof(copy));
	return true;
}

static bool
store_int(const struct place *p, int64_t value)
{
	const int64_t max = p->f->max ? p->f->max : INT64_MAX;

	if (value < p->f->min || value > max) {
		char subject[24];

		(void)snprintf(
			subject, sizeof(subject), "%lld", (long long)value);
		return err_add(p->e, ERR_INVALID, p->path, "out_of_range",
			subject, "this must be a number from %lld to %lld",
			(long long)p->f->min, (long long)max);
	}
	memcpy(p->member, &value, sizeof(value));
	return true;
}

static bool
store_word(const struct place *p, const char *in)
{
	for (int i = 0; p->f->words && p->f->words[i]; i++) {
		if (strcmp(p->f->words[i], in) == 0) {
			memcpy(p->member, &i, sizeof(i));
			return true;
		}
	}
	return refuse(p, "not_a_choice", in, "this is not one of the choices");
}

static bool
store_time(const struct place *p, const char *in)
{
	struct err inner = ERR_EMPTY;
	int64_t us;

	if (!time_parse(in, &us, &inner))
		return err_merge(p->e, &inner, p->path);
	memcpy(p->member, &us, sizeof(us));
	return true;
}

static void
store_null(const struct place *p)
{
	static const char *const empty = "";
	const int64_t none = TIME_NONE;

	switch (p->f->type) {
	case FIELD_TEXT:
		p->member[0] = '\0';
		break;
	case FIELD_ARENA_TEXT:
		memcpy(p->member, &empty, sizeof(empty));
		break;
	case FIELD_INT:
		memcpy(p->member, &p->f->when_null, sizeof(int64_t));
		break;
	case FIELD_TIME:
		memcpy(p->member, &none, sizeof(none));
		break;
	case FIELD_BOOL:
	case FIELD_WORD:
	case FIELD_TEXTS:
	case FIELD_INTS:
	case FIELD_OBJECT:
		memset(p->member, 0, p->f->size);
		break;
	}
}

static bool
check_count(const struct place *p, size_t n)
{
	const size_t most = p->f->max_items ? p->f->max_items : 100;

	if (n > most)
		return err_add(p->e, ERR_INVALID, p->path, "too_many_items",
			NULL, "the list has more than %zu items", most);
	if (n < p->f->min_items)
		return err_add(p->e, ERR_INVALID, p->path, "too_few_items",
			NULL, "the list has fewer than %zu items",
			p->f->min_items);
	return true;
}

/* The place of item `i` of a list: same field, path with the index. */
static struct place
item_place(const struct place *p, size_t i, char *path)
{
	struct place item = *p;

	(void)snprintf(path, PATH_SIZE, "%.40s[%zu]", p->path, i);
	item.path = path;
	return item;
}

/* The next text of a list that was made with room for all items. */
static bool
add_text(const struct place *p, struct text_list *list, size_t i,
	const char *in, size_t len)
{
	char path[PATH_SIZE];
	const struct place item = item_place(p, i, path);
	const size_t cap = text_limit(p->f) + 1;
	char *copy = arena_alloc(p->a, cap);

	if (!copy)
		return err_memory(p->e);
	if (!convert_text(&item, in, len, copy, cap))
		return false;
	for (size_t k = 0; k < list->n && !p->f->may_repeat; k++) {
		if (strcmp(list->items[k], copy) == 0)
			return refuse(&item, "repeated_item", copy,
				"the same item stands twice in the list");
	}
	list->items[list->n++] = copy;
	return true;
}

static bool
store_texts(const struct place *p, const struct json_value *v)
{
	const size_t n = json_len(v);
	struct text_list list = { .n = 0 };
	bool is_good = true;

	if (!check_count(p, n))
		return false;
	list.items = arena_array(p->a, n, sizeof(*list.items));
	if (!list.items)
		return err_memory(p->e);
	for (size_t i = 0; i < n; i++) {
		const struct json_value *one = json_at(v, i);
		char path[PATH_SIZE];
		size_t len;
		const char *text = json_text(one, &len);

		if (json_kind(one) != JSON_STRING) {
			const struct place item = item_place(p, i, path);

			is_good = wrong_type(&item, "a text");
		} else if (!add_text(p, &list, i, text, len)) {
			is_good = false;
		}
	}
	if (is_good)
		memcpy(p->member, &list, sizeof(list));
	return is_good;
}

/* The next number of a list, range-checked like a single one. */
static bool
add_int(const struct place *p, struct int_list *list, size_t i, int64_t value)
{
	char path[PATH_SIZE];
	struct place item = item_place(p, i, path);
	int64_t checked = 0;

	item.member = (char *)&checked;
	if (!store_int(&item, value))
		return false;
	for (size_t k = 0; k < list->n && !p->f->may_repeat; k++) {
		if (list->items[k] == value)
			return refuse(&item, "repeated_item", NULL,
				"the same item stands twice in the list");
	}
	list->items[list->n++] = value;
	return true;
}

static bool
store_ints(const struct place *p, const struct json_value *v)
{
	const size_t n = json_len(v);
	struct int_list list = { .n = 0 };
	bool is_good = true;

	if (!check_count(p, n))
		return false;
	list.items = arena_array(p->a, n, sizeof(*list.items));
	if (!list.items)
		return err_memory(p->e);
	for (size_t i = 0; i < n; i++) {
		const struct json_value *one = json_at(v, i);
		char path[PATH_SIZE];

		if (json_kind(one) != JSON_INT) {
			const struct place item = item_place(p, i, path);

			is_good = wrong_type(&item, "a whole number");
		} else if (!add_int(p, &list, i, json_int(one))) {
			is_good = false;
		}
	}
	if (is_good)
		memcpy(p->member, &list, sizeof(list));
	return is_good;
}

static bool read_object(const struct field *table, const struct json_value *v,
	void *out, struct form_seen *seen, const char *prefix, struct arena *a,
	struct err *e);

/* A text value to a member of type text, word or time. */
static bool
store_string(const struct place *p, const struct json_value *v)
{
	size_t len;
	const char *text = json_text(v, &len);

	if (p->f->type == FIELD_TEXT || p->f->type == FIELD_ARENA_TEXT)
		return store_text(p, text, len);
	if (strlen(text) != len)
		return refuse(p, "bad_character", NULL,
			"the text holds a NUL character");
	if (p->f->type == FIELD_WORD)
		return store_word(p, text);
	return store_time(p, text);
}

static bool
store_bool(const struct place *p, bool value)
{
	memcpy(p->member, &value, sizeof(value));
	return true;
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
store_value(const struct place *p, const struct json_value *v, void *out)
{
	if (json_kind(v) != wanted[p->f->type].kind)
		return wrong_type(p, wanted[p->f->type].wanted);
	switch (p->f->type) {
	case FIELD_TEXT:
	case FIELD_ARENA_TEXT:
	case FIELD_WORD:
	case FIELD_TIME:
		return store_string(p, v);
	case FIELD_INT:
		return store_int(p, json_int(v));
	case FIELD_BOOL:
		return store_bool(p, json_is_true(v));
	case FIELD_TEXTS:
		return store_texts(p, v);
	case FIELD_INTS:
		return store_ints(p, v);
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

	n = snprintf(path, PATH_SIZE, "%s%s%.60s", prefix ? prefix : "",
		prefix ? "." : "", name);
	if (n < 0)
		path[0] = '\0';
}

static bool
mark(const struct place *p, unsigned row, bool is_null, struct form_seen *seen)
{
	const uint64_t bit = UINT64_C(1) << row;

	if (seen->present & bit)
		return refuse(
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
	char path[PATH_SIZE];
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
	char path[PATH_SIZE];
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
		return store_value(&p, v, out);
	if (!p.f->nullable)
		return refuse(
			&p, "null_not_allowed", NULL, "this cannot be null");
	store_null(&p);
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
			return store_bool(p, true);
		if (strcmp(value, no[i]) == 0)
			return store_bool(p, false);
	}
	return wrong_type(p, "true or false");
}

static bool
read_int(const struct place *p, const char *value)
{
	int64_t number;

	if (!str_to_i64(value, INT64_MIN, INT64_MAX, &number))
		return wrong_type(p, "a whole number");
	return store_int(p, number);
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

/* A list of texts or numbers, separated by commas; "" is an empty list. */
static bool
read_list(const struct place *p, const char *value)
{
	const char *at = value[0] ? value : NULL;
	struct text_list texts = { .n = 0 };
	struct int_list ints = { .n = 0 };
	const bool is_texts = p->f->type == FIELD_TEXTS;
	size_t n = at ? 1 : 0, len;

	for (const char *c = value; *c; c++)
		n += *c == ',';
	if (!check_count(p, n))
		return false;
	texts.items = arena_array(p->a, n, sizeof(*texts.items));
	ints.items = arena_array(p->a, n, sizeof(*ints.items));
	if (!texts.items || !ints.items)
		return err_memory(p->e);
	for (size_t i = 0; at; i++) {
		const char *one = next_item(&at, &len);
		const char *item = arena_strndup(p->a, one, len);
		int64_t number;

		if (!item)
			return err_memory(p->e);
		if (is_texts ? !add_text(p, &texts, i, item, len)
			     : (!str_to_i64(item, INT64_MIN, INT64_MAX, &number)
					     ? !wrong_type(p, "whole numbers")
					     : !add_int(p, &ints, i, number)))
			return false;
	}
	if (is_texts)
		memcpy(p->member, &texts, sizeof(texts));
	else
		memcpy(p->member, &ints, sizeof(ints));
	return true;
}

static bool
read_text_value(const struct place *p, const char *value)
{
	switch (p->f->type) {
	case FIELD_TEXT:
	case FIELD_ARENA_TEXT:
		return store_text(p, value, strlen(value));
	case FIELD_INT:
		return read_int(p, value);
	case FIELD_BOOL:
		return read_bool(p, value);
	case FIELD_WORD:
		return store_word(p, value);
	case FIELD_TIME:
		return store_time(p, value);
	case FIELD_TEXTS:
	case FIELD_INTS:
		return read_list(p, value);
	case FIELD_OBJECT:
		break;
	}
	return wrong_type(p, "given as JSON");
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
	store_null(&p);
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
