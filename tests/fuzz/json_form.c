/*
 * JSON and forms: what the scan accepts json-c reads, can be written and read
 * again; what a form accepts keeps every rule of its table.
 */
#include "tests/fuzz/fuzz.h"

#include "base/addr.h"
#include "base/form.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "base/password.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "base/utf8.h"

struct part {
	int64_t id;
	char state[9];
};

struct sample {
	char name[8];
	const char *note;
	int64_t n;
	bool is_open;
	unsigned word;
	struct text_list targets;
	struct int_list ids;
	int64_t at_us;
	struct part part;
	struct form_seen part_seen;
	char address[ADDR_SIZE];
	char hash[PASSWORD_HASH_SIZE];
};

static const char *const words[] = { "on", "off", NULL };

static const struct field part_form[] = {
	{ FIELD_AT(struct part, id), .min = 1, .required = true },
	{ FIELD_AT(struct part, state) },
	{ 0 },
};

static const struct field form[] = {
	{ FIELD_AT(struct sample, name), .required = true, .min = 1 },
	{ FIELD_AT(struct sample, note), .max = 20, .nullable = true,
		.is_multiline = true },
	{ FIELD_AT(struct sample, n), .min = -5, .max = 1000,
		.nullable = true },
	{ FIELD_AT(struct sample, is_open) },
	{ FIELD_AT(struct sample, word), .words = words },
	{ FIELD_AT(struct sample, targets), .check = addr_check_target,
		.max = ADDR_MAX, .max_items = 3 },
	{ FIELD_AT(struct sample, ids), .max_items = 3, .nullable = true },
	{ FIELD_TIME_AT(struct sample, at_us, "at"), .nullable = true },
	{ FIELD_OBJECT_AT(struct sample, part, part_form, part_seen) },
	{ FIELD_AT(struct sample, address), .check = addr_check_mailbox },
	{ FIELD_AT(struct sample, hash), .is_secret = true,
		.check = password_check_ready_hash },
	{ 0 },
};

static void
check_form(struct arena *a, const char *text, size_t len)
{
	struct sample out = { .word = 0 };
	struct err e = ERR_EMPTY;
	struct form_seen seen;

	if (!form_read_json(form, text, len, &json_limits_request, &out, &seen,
		    a, &e)) {
		fuzz_error(&e);
		return;
	}
	MUST(!err_is_set(&e));
	MUST(FORM_HAS(form, &seen, struct sample, name) && out.name[0]);
	MUST(utf8_is_valid(out.name, strlen(out.name)));
	MUST(!out.note || strlen(out.note) <= 20);
	MUST(out.n >= -5 && out.n <= 1000);
	MUST(out.word <= 1);
	MUST(out.targets.n <= 3 && out.ids.n <= 3);
	for (size_t i = 0; i < out.targets.n; i++)
		MUST(strchr(out.targets.items[i], '@'));
	for (size_t i = 0; i < out.ids.n; i++)
		MUST(out.ids.items[i] >= 0);
	if (FORM_HAS(form, &seen, struct sample, part))
		MUST(out.part.id >= 1);
}

/* Text for each key of the table, the value being the whole input. */
static void
check_text(struct arena *a, const char *text)
{
	for (const struct field *f = form; f->name; f++) {
		struct sample out = { .word = 0 };
		struct form_seen seen = { 0 };
		struct err e = ERR_EMPTY;

		if (!form_set_text(form, f->name, text, &out, &seen, a, &e))
			fuzz_error(&e);
		MUST(out.word <= 1 && out.targets.n <= 3);
	}
}

static void
write_value(struct jsonw *w, const char *key, const struct json_value *v)
{
	const struct json_value *member;
	const char *name, *text;
	size_t i = 0, len;

	switch (json_kind(v)) {
	case JSON_NULL:
		jsonw_null(w, key);
		break;
	case JSON_BOOL:
		jsonw_bool(w, key, json_is_true(v));
		break;
	case JSON_INT:
		jsonw_int(w, key, json_int(v));
		break;
	case JSON_STRING:
		text = json_text(v, &len);
		jsonw_str_n(w, key, text, len);
		break;
	case JSON_ARRAY:
		jsonw_array(w, key);
		for (i = 0; i < json_len(v); i++)
			write_value(w, NULL, json_at(v, i));
		jsonw_end(w);
		break;
	case JSON_OBJECT:
		jsonw_object(w, key);
		while (json_next(v, &i, &name, &member))
			write_value(w, name, member);
		jsonw_end(w);
		break;
	case JSON_MISSING:
		MUST(false);
	}
}

static void
check_round_trip(struct arena *a, const char *text, size_t len)
{
	struct str once = str_in(a, 16 << 20), twice = str_in(a, 16 << 20);
	struct jsonw w = jsonw_over(&once);
	struct err e = ERR_EMPTY;
	struct json *doc;

	if (!json_parse(text, len, &json_limits_request, &doc, &e)) {
		fuzz_error(&e);
		MUST(doc == NULL);
		return;
	}
	write_value(&w, NULL, json_root(doc));
	json_free(&doc);
	MUST(jsonw_done(&w, &e));
	MUST(json_parse(once.data, once.len, &json_limits_request, &doc, &e));
	w = jsonw_over(&twice);
	write_value(&w, NULL, json_root(doc));
	json_free(&doc);
	MUST(jsonw_done(&w, &e));
	MUST(strcmp(str_text(&once), str_text(&twice)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();

	check_round_trip(a, (const char *)data, size);
	check_form(a, (const char *)data, size);
	check_text(a, fuzz_text(a, data, size));
	return 0;
}
