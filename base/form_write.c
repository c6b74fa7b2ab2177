/*
 * A form back to JSON: what came, in the shape in which it would come again.
 */
#include "base/form.h"

#include "base/jsonw.h"
#include "base/timeutil.h"

static void
write_texts(struct jsonw *w, const char *key, const struct text_list *list)
{
	jsonw_array(w, key);
	for (size_t i = 0; i < list->n; i++)
		jsonw_str(w, NULL, list->items[i]);
	jsonw_end(w);
}

static void
write_ints(struct jsonw *w, const char *key, const struct int_list *list)
{
	jsonw_array(w, key);
	for (size_t i = 0; i < list->n; i++)
		jsonw_int(w, NULL, list->items[i]);
	jsonw_end(w);
}

static void
write_member(struct jsonw *w, const struct field *f, const char *in)
{
	const void *at = in + f->offset;
	const void *seen = in + f->seen_offset;

	switch (f->type) {
	case FIELD_TEXT:
		jsonw_str(w, f->name, at);
		break;
	case FIELD_ARENA_TEXT:
		jsonw_str(w, f->name, *(const char *const *)at);
		break;
	case FIELD_INT:
		jsonw_int(w, f->name, *(const int64_t *)at);
		break;
	case FIELD_BOOL:
		jsonw_bool(w, f->name, *(const bool *)at);
		break;
	case FIELD_WORD:
		jsonw_str(w, f->name, f->words[*(const unsigned *)at]);
		break;
	case FIELD_TEXTS:
		write_texts(w, f->name, at);
		break;
	case FIELD_INTS:
		write_ints(w, f->name, at);
		break;
	case FIELD_TIME:
		jsonw_time(w, f->name, *(const int64_t *)at);
		break;
	case FIELD_OBJECT:
		form_write(w, f->name, f->sub, seen, at);
		break;
	}
}

void
form_write(struct jsonw *w, const char *key, const struct field *table,
	const struct form_seen *seen, const void *in)
{
	jsonw_object(w, key);
	for (unsigned i = 0; table[i].name; i++) {
		const uint64_t bit = UINT64_C(1) << i;

		if (!(seen->present & bit))
			continue;
		if (seen->null & bit)
			jsonw_null(w, table[i].name);
		else
			write_member(w, &table[i], in);
	}
	jsonw_end(w);
}
