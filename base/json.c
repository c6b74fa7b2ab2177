/*
 * JSON values: json-c's tree behind our own names. The only file that
 * includes json-c.
 */
#include "base/json.h"

#include <json-c/json.h>

struct json {
	struct json_object *root;
	struct json_value *value;
};

/* A borrowed value is json-c's own object under our name. json-c knows JSON
 * null as a NULL pointer, which must differ from "no such member". */
static const char null_marker;
#define NULL_VALUE ((const struct json_value *)&null_marker)

static const struct json_value *
wrap(const struct json_object *o)
{
	return o ? (const struct json_value *)o : NULL_VALUE;
}

static struct json_object *
unwrap(const struct json_value *v)
{
	union {
		const struct json_value *in;
		struct json_object *out;
	} cast = { .in = v };

	return v == NULL_VALUE ? NULL : cast.out;
}

bool
json_parse(const char *text, size_t len, const struct json_limits *limits,
	struct json **doc_r, struct err *e)
{
	struct json_tokener *tokener;
	struct json *doc;
	bool is_good;

	*doc_r = NULL;
	if (!json_scan(text, len, limits, e))
		return false;
	if (len > INT32_MAX - 1)
		return err_set(e, ERR_TOO_LARGE, NULL, "too_large", NULL,
			"the JSON text is too large");
	doc = calloc(1, sizeof(*doc));
	tokener = json_tokener_new_ex((int)limits->depth + 2);
	if (!doc || !tokener) {
		free(doc);
		if (tokener)
			json_tokener_free(tokener);
		return err_memory(e);
	}
	json_tokener_set_flags(tokener,
		JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8
			| JSON_TOKENER_ALLOW_TRAILING_CHARS);
	doc->root = json_tokener_parse_ex(tokener, text, (int)len);
	if (json_tokener_get_error(tokener) == json_tokener_continue) {
		struct json_object *rest =
			json_tokener_parse_ex(tokener, "", -1);

		if (!doc->root)
			doc->root = rest;
	}
	is_good = json_tokener_get_error(tokener) == json_tokener_success;
	json_tokener_free(tokener);
	if (!is_good) {
		json_free(&doc);
		return err_set(e, ERR_SYNTAX, NULL, "bad_json", NULL,
			"the JSON text cannot be read");
	}
	*doc_r = doc;
	return true;
}

void
json_free(struct json **doc)
{
	if (!doc || !*doc)
		return;
	json_object_put((*doc)->root);
	free(*doc);
	*doc = NULL;
}

const struct json_value *
json_root(const struct json *doc)
{
	return doc ? wrap(doc->root) : NULL;
}

enum json_kind
json_kind(const struct json_value *v)
{
	if (!v)
		return JSON_MISSING;
	switch (json_object_get_type(unwrap(v))) {
	case json_type_null:
		return JSON_NULL;
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_int:
		return JSON_INT;
	case json_type_string:
		return JSON_STRING;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_double:
		break;
	}
	return JSON_MISSING;
}

const struct json_value *
json_get(const struct json_value *v, const char *key)
{
	struct json_object *member;

	if (json_kind(v) != JSON_OBJECT
		|| !json_object_object_get_ex(unwrap(v), key, &member))
		return NULL;
	return wrap(member);
}

const struct json_value *
json_at(const struct json_value *v, size_t i)
{
	if (json_kind(v) != JSON_ARRAY
		|| i >= json_object_array_length(unwrap(v)))
		return NULL;
	return wrap(json_object_array_get_idx(unwrap(v), i));
}

size_t
json_len(const struct json_value *v)
{
	switch (json_kind(v)) {
	case JSON_ARRAY:
		return json_object_array_length(unwrap(v));
	case JSON_OBJECT:
		return (size_t)json_object_object_length(unwrap(v));
	default:
		return 0;
	}
}

int64_t
json_int(const struct json_value *v)
{
	return json_kind(v) == JSON_INT ? json_object_get_int64(unwrap(v)) : 0;
}

bool
json_is_true(const struct json_value *v)
{
	return json_kind(v) == JSON_BOOL && json_object_get_boolean(unwrap(v));
}

const char *
json_text(const struct json_value *v, size_t *len_r)
{
	struct json_object *o;

	if (len_r)
		*len_r = 0;
	if (json_kind(v) != JSON_STRING)
		return "";
	o = unwrap(v);
	if (len_r)
		*len_r = (size_t)json_object_get_string_len(o);
	return json_object_get_string(o);
}

bool
json_next(const struct json_value *v, size_t *i, const char **key_r,
	const struct json_value **value_r)
{
	struct lh_entry *entry;
	size_t at = 0;

	if (json_kind(v) != JSON_OBJECT)
		return false;
	entry = json_object_get_object(unwrap(v))->head;
	while (entry && at < *i) {
		entry = entry->next;
		at++;
	}
	if (!entry)
		return false;
	(*i)++;
	*key_r = entry->k;
	*value_r = wrap((const struct json_object *)entry->v);
	return true;
}
