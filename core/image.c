/*
 * Rows to JSON and back, by a table of fields.
 */
#include "core/image.h"

#include <string.h>

#include "base/str.h"
#include "base/timeutil.h"

#define IMAGE_LIMIT (1U << 20)

static const void *
at(const void *row, size_t offset)
{
	return (const char *)row + offset;
}

#define VALUE(type, row, offset) (*(const type *)at((row), (offset)))

static const char *
text_at(const void *row, size_t offset)
{
	const char *s;

	memcpy(&s, at(row, offset), sizeof(s));
	return s ? s : "";
}

static const char *const *
texts_at(const void *row, size_t offset)
{
	const char *const *list;

	memcpy(&list, at(row, offset), sizeof(list));
	return list;
}

static const char *
word_of(const struct image_field *f, const void *row)
{
	unsigned v = VALUE(unsigned, row, f->at);

	return v < f->n_words ? f->words[v] : NULL;
}

static void
write_texts(struct jsonw *w, const struct image_field *f, const void *row)
{
	const char *const *list = texts_at(row, f->at);
	int64_t n = list ? VALUE(int64_t, row, f->n_at) : 0;

	jsonw_array(w, f->name);
	for (int64_t i = 0; i < n; i++)
		jsonw_str(w, NULL, list[i]);
	jsonw_end(w);
}

static void
write_field(struct jsonw *w, const struct image_field *f, const void *row)
{
	switch (f->kind) {
	case IMAGE_TEXT:
		jsonw_str(w, f->name, text_at(row, f->at));
		break;
	case IMAGE_TEXT_OR_NULL:
		jsonw_str(w, f->name,
			*text_at(row, f->at) ? text_at(row, f->at) : NULL);
		break;
	case IMAGE_INT:
		jsonw_int(w, f->name, VALUE(int64_t, row, f->at));
		break;
	case IMAGE_UINT:
		jsonw_uint(w, f->name, VALUE(uint64_t, row, f->at));
		break;
	case IMAGE_ID:
		if (VALUE(uint64_t, row, f->at))
			jsonw_uint(w, f->name, VALUE(uint64_t, row, f->at));
		else
			jsonw_null(w, f->name);
		break;
	case IMAGE_BOOL:
		jsonw_bool(w, f->name, VALUE(bool, row, f->at));
		break;
	case IMAGE_TIME:
		jsonw_time(w, f->name, VALUE(int64_t, row, f->at));
		break;
	case IMAGE_WORD:
		jsonw_str(w, f->name, word_of(f, row));
		break;
	case IMAGE_TEXTS:
		write_texts(w, f, row);
		break;
	case IMAGE_END:
		break;
	}
}

void
image_api_open(struct jsonw *w, const char *key,
	const struct image_field *table, const void *row)
{
	jsonw_object(w, key);
	for (; table->kind != IMAGE_END; table++)
		if (table->where & IN_API)
			write_field(w, table, row);
}

void
image_api(struct jsonw *w, const char *key, const struct image_field *table,
	const void *row)
{
	image_api_open(w, key, table, row);
	jsonw_end(w);
}

bool
image_full(const struct image_field *table, const void *row, struct arena *a,
	const char **text_r, struct err *e)
{
	struct str s = str_in(a, IMAGE_LIMIT);
	struct jsonw w = jsonw_over(&s);

	jsonw_object(&w, NULL);
	for (; table->kind != IMAGE_END; table++)
		if (table->where & IN_IMAGE)
			write_field(&w, table, row);
	jsonw_end(&w);
	*text_r = str_text(&s);
	return jsonw_done(&w, e);
}

static bool
same_texts(const struct image_field *f, const void *x, const void *y)
{
	const char *const *a = texts_at(x, f->at),
			  *const *b = texts_at(y, f->at);
	int64_t n = VALUE(int64_t, x, f->n_at);

	if (n != VALUE(int64_t, y, f->n_at))
		return false;
	for (int64_t i = 0; i < n; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

static bool
same_field(const struct image_field *f, const void *x, const void *y)
{
	switch (f->kind) {
	case IMAGE_TEXT:
	case IMAGE_TEXT_OR_NULL:
		return strcmp(text_at(x, f->at), text_at(y, f->at)) == 0;
	case IMAGE_INT:
	case IMAGE_TIME:
	case IMAGE_UINT:
	case IMAGE_ID:
		return VALUE(uint64_t, x, f->at) == VALUE(uint64_t, y, f->at);
	case IMAGE_BOOL:
		return VALUE(bool, x, f->at) == VALUE(bool, y, f->at);
	case IMAGE_WORD:
		return VALUE(unsigned, x, f->at) == VALUE(unsigned, y, f->at);
	case IMAGE_TEXTS:
		return same_texts(f, x, y);
	case IMAGE_END:
		break;
	}
	return true;
}

bool
image_diff(const struct image_field *table, const void *before,
	const void *after, struct arena *a, const char **before_r,
	const char **after_r, bool *same_r, struct err *e)
{
	struct str old = str_in(a, IMAGE_LIMIT), new_ = str_in(a, IMAGE_LIMIT);
	struct jsonw wo = jsonw_over(&old), wn = jsonw_over(&new_);
	unsigned n = 0;

	jsonw_object(&wo, NULL);
	jsonw_object(&wn, NULL);
	for (; table->kind != IMAGE_END; table++) {
		if (!(table->where & IN_IMAGE)
			|| same_field(table, before, after))
			continue;
		write_field(&wo, table, before);
		write_field(&wn, table, after);
		n++;
	}
	jsonw_end(&wo);
	jsonw_end(&wn);
	*before_r = str_text(&old);
	*after_r = str_text(&new_);
	*same_r = n == 0;
	return jsonw_done(&wo, e) && jsonw_done(&wn, e);
}

static bool
texts_match(const struct image_field *f, const void *row,
	const struct json_value *v)
{
	const char *const *list = texts_at(row, f->at);
	int64_t n = VALUE(int64_t, row, f->n_at);

	if (json_kind(v) != JSON_ARRAY || (int64_t)json_len(v) != n)
		return false;
	for (int64_t i = 0; i < n; i++)
		if (strcmp(list[i], json_text(json_at(v, (size_t)i), NULL))
			!= 0)
			return false;
	return true;
}

static int64_t
time_of(const struct json_value *v)
{
	int64_t us;

	if (json_kind(v) != JSON_STRING
		|| !time_parse(json_text(v, NULL), &us, NULL))
		return TIME_NONE;
	return us;
}

static bool
field_matches(const struct image_field *f, const void *row,
	const struct json_value *v)
{
	const char *word;

	switch (f->kind) {
	case IMAGE_TEXT:
	case IMAGE_TEXT_OR_NULL:
		return strcmp(text_at(row, f->at), json_text(v, NULL)) == 0;
	case IMAGE_INT:
		return VALUE(int64_t, row, f->at) == json_int(v);
	case IMAGE_UINT:
	case IMAGE_ID:
		return VALUE(uint64_t, row, f->at) == (uint64_t)json_int(v);
	case IMAGE_BOOL:
		return VALUE(bool, row, f->at) == json_is_true(v);
	case IMAGE_TIME:
		return VALUE(int64_t, row, f->at) == time_of(v);
	case IMAGE_WORD:
		word = word_of(f, row);
		return word && strcmp(word, json_text(v, NULL)) == 0;
	case IMAGE_TEXTS:
		return texts_match(f, row, v);
	case IMAGE_END:
		break;
	}
	return true;
}

bool
image_matches(const struct image_field *table, const void *row,
	const struct json_value *image, const char **field_r)
{
	for (; table->kind != IMAGE_END; table++) {
		const struct json_value *v = json_get(image, table->name);

		if (!(table->where & IN_IMAGE) || !v
			|| field_matches(table, row, v))
			continue;
		*field_r = table->name;
		return false;
	}
	return true;
}

static bool
apply_texts(const struct image_field *f, char *row, const struct json_value *v,
	struct arena *a)
{
	size_t n = json_len(v);
	const char **list = arena_array(a, n + 1, sizeof(*list));
	int64_t count = (int64_t)n;

	if (!list)
		return false;
	for (size_t i = 0; i < n; i++) {
		list[i] = arena_strdup(a, json_text(json_at(v, i), NULL));
		if (!list[i])
			return false;
	}
	memcpy(row + f->at, &list, sizeof(list));
	memcpy(row + f->n_at, &count, sizeof(count));
	return true;
}

static bool
apply_text(const struct image_field *f, char *row, const struct json_value *v,
	struct arena *a)
{
	const char *s = arena_strdup(a, json_text(v, NULL));

	memcpy(row + f->at, &s, sizeof(s));
	return s != NULL;
}

static void
apply_word(const struct image_field *f, char *row, const struct json_value *v)
{
	for (unsigned i = 0; i < f->n_words; i++)
		if (f->words[i] && strcmp(f->words[i], json_text(v, NULL)) == 0)
			memcpy(row + f->at, &i, sizeof(i));
}

static bool
apply_field(const struct image_field *f, char *row, const struct json_value *v,
	struct arena *a)
{
	int64_t i;
	bool b;

	switch (f->kind) {
	case IMAGE_TEXT:
	case IMAGE_TEXT_OR_NULL:
		return apply_text(f, row, v, a);
	case IMAGE_INT:
	case IMAGE_UINT:
	case IMAGE_ID:
		i = json_int(v);
		memcpy(row + f->at, &i, sizeof(i));
		return true;
	case IMAGE_BOOL:
		b = json_is_true(v);
		memcpy(row + f->at, &b, sizeof(b));
		return true;
	case IMAGE_TIME:
		i = time_of(v);
		memcpy(row + f->at, &i, sizeof(i));
		return true;
	case IMAGE_WORD:
		apply_word(f, row, v);
		return true;
	case IMAGE_TEXTS:
		return apply_texts(f, row, v, a);
	case IMAGE_END:
		break;
	}
	return true;
}

bool
image_apply(const struct image_field *table, void *row,
	const struct json_value *image, struct arena *a, struct err *e)
{
	for (; table->kind != IMAGE_END; table++) {
		const struct json_value *v = json_get(image, table->name);

		if ((table->where & IN_IMAGE) && v
			&& !apply_field(table, row, v, a))
			return err_memory(e);
	}
	return true;
}
