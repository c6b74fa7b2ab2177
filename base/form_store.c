/*
 * One value into its member, by the rules of its row.
 */
#include "base/form_internal.h"

#include "base/str.h"
#include "base/timeutil.h"
#include "base/utf8.h"

bool
place_refuse(const struct place *p, const char *reason, const char *subject,
	const char *text)
{
	return err_add(p->e, ERR_INVALID, p->path, reason,
		p->f->is_secret ? NULL : subject, "%s", text);
}

bool
place_wrong_type(const struct place *p, const char *wanted)
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
			return place_refuse(
				p, "bad_utf8", NULL, "the text is not UTF-8");
		if (code == 0)
			return place_refuse(p, "bad_character", NULL,
				"the text holds a NUL character");
		if (code == '\n' && p->f->is_multiline)
			continue;
		if (utf8_is_hidden(code))
			return place_refuse(p, "bad_character", in,
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
	struct err inner;

	if (!check_characters(p, in, len))
		return false;
	if (len > (f->check ? 16 * limit : limit))
		return err_add(p->e, ERR_INVALID, p->path, "too_long", NULL,
			"the text has more than %zu bytes", limit);
	if (len < (size_t)(f->min > 0 ? f->min : 0))
		return len == 0
			? place_refuse(p, "required", NULL, "this is missing")
			: err_add(p->e, ERR_INVALID, p->path, "too_short", NULL,
				"the text has fewer than %lld bytes",
				(long long)f->min);
	if (!f->check)
		return str_copy_n(out, cap, in, len)
			|| place_refuse(
				p, "too_long", NULL, "the text is too long");
	err_clear(&inner);
	if (f->check(in, out, cap, &inner))
		return strlen(out) <= limit
			|| place_refuse(
				p, "too_long", in, "the text is too long");
	for (unsigned i = 0; i < inner.n && f->is_secret; i++)
		inner.item[i].subject[0] = '\0';
	if (!err_is_set(&inner))
		return place_refuse(p, "invalid", in, "the value is not valid");
	return err_merge(p->e, &inner, p->path);
}

bool
place_text(const struct place *p, const char *in, size_t len)
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

bool
place_int(const struct place *p, int64_t value)
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

bool
place_bool(const struct place *p, bool value)
{
	memcpy(p->member, &value, sizeof(value));
	return true;
}

bool
place_word(const struct place *p, const char *in)
{
	for (int i = 0; p->f->words && p->f->words[i]; i++) {
		if (strcmp(p->f->words[i], in) == 0) {
			memcpy(p->member, &i, sizeof(i));
			return true;
		}
	}
	return place_refuse(
		p, "not_a_choice", in, "this is not one of the choices");
}

bool
place_time(const struct place *p, const char *in)
{
	struct err inner = ERR_EMPTY;
	int64_t us;

	if (!time_parse(in, &us, &inner))
		return err_merge(p->e, &inner, p->path);
	memcpy(p->member, &us, sizeof(us));
	return true;
}

void
place_null(const struct place *p)
{
	static const char *const empty = "";
	const int64_t none = TIME_NONE;

	switch (p->f->type) {
	case FIELD_TEXT:
		p->member[0] = '\0';
		break;
	case FIELD_ARENA_TEXT:
		memcpy(p->member, &empty, p->f->size);
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

	(void)snprintf(path, FORM_PATH_SIZE, "%.40s[%zu]", p->path, i);
	item.path = path;
	return item;
}

bool
place_list(const struct place *p, size_t n, struct list_place *list)
{
	*list = (struct list_place){ .p = p };
	if (!check_count(p, n))
		return false;
	if (p->f->type == FIELD_TEXTS)
		list->texts.items =
			arena_array(p->a, n, sizeof(*list->texts.items));
	else
		list->ints.items =
			arena_array(p->a, n, sizeof(*list->ints.items));
	return list->texts.items || list->ints.items || err_memory(p->e);
}

bool
place_item_text(struct list_place *list, size_t i, const char *in, size_t len)
{
	char path[FORM_PATH_SIZE];
	const struct place item = item_place(list->p, i, path);
	const size_t cap = text_limit(item.f) + 1;
	char *copy = arena_alloc(item.a, cap);

	if (!copy)
		return err_memory(item.e);
	if (!convert_text(&item, in, len, copy, cap))
		return false;
	for (size_t k = 0; k < list->texts.n && !item.f->may_repeat; k++) {
		if (strcmp(list->texts.items[k], copy) == 0)
			return place_refuse(&item, "repeated_item", copy,
				"the same item stands twice in the list");
	}
	list->texts.items[list->texts.n++] = copy;
	return true;
}

bool
place_item_int(struct list_place *list, size_t i, int64_t value)
{
	char path[FORM_PATH_SIZE];
	struct place item = item_place(list->p, i, path);
	int64_t checked = 0;

	item.member = (char *)&checked;
	if (!place_int(&item, value))
		return false;
	for (size_t k = 0; k < list->ints.n && !item.f->may_repeat; k++) {
		if (list->ints.items[k] == value)
			return place_refuse(&item, "repeated_item", NULL,
				"the same item stands twice in the list");
	}
	list->ints.items[list->ints.n++] = value;
	return true;
}

bool
place_item_wrong(const struct list_place *list, size_t i, const char *wanted)
{
	char path[FORM_PATH_SIZE];
	const struct place item = item_place(list->p, i, path);

	return place_wrong_type(&item, wanted);
}

void
place_list_done(const struct list_place *list)
{
	if (list->p->f->type == FIELD_TEXTS)
		memcpy(list->p->member, &list->texts, sizeof(list->texts));
	else
		memcpy(list->p->member, &list->ints, sizeof(list->ints));
}
