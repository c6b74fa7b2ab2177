/*
 * Forms and the JSON under them: every kind of bad input has its reason and
 * its field, and good input lands in the struct.
 */
#include "base/addr.h"
#include "base/form.h"
#include "base/timeutil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct inner {
	int64_t domain_id;
	char state[16];
};

struct sample {
	char name[8];
	const char *note;
	int64_t quota;
	bool is_open;
	unsigned state;
	struct text_list targets;
	struct int_list ids;
	int64_t ends_us;
	struct inner filter;
	struct form_seen filter_seen;
	char address[ADDR_SIZE];
	char password[32];
};

static const char *const states[] = { "active", "closed", NULL };

static const struct field inner_form[] = {
	{ FIELD_AT(struct inner, domain_id), .min = 1, .required = true },
	{ FIELD_AT(struct inner, state) },
	{ 0 },
};

static const struct field form[] = {
	{ FIELD_AT(struct sample, name), .required = true, .min = 1 },
	{ FIELD_AT(struct sample, note), .max = 20, .is_multiline = true,
		.nullable = true },
	{ FIELD_AT(struct sample, quota), .max = 1000, .nullable = true,
		.when_null = -1 },
	{ FIELD_AT(struct sample, is_open) },
	{ FIELD_AT(struct sample, state), .words = states },
	{ FIELD_AT(struct sample, targets), .check = addr_check_target,
		.max = ADDR_MAX, .max_items = 3, .min_items = 1 },
	{ FIELD_AT(struct sample, ids), .min = 1, .max_items = 3 },
	{ FIELD_TIME_AT(struct sample, ends_us, "ends_at"), .nullable = true },
	{ FIELD_OBJECT_AT(struct sample, filter, inner_form, filter_seen) },
	{ FIELD_AT(struct sample, address), .check = addr_check_mailbox },
	{ FIELD_AT(struct sample, password), .is_secret = true, .min = 4 },
	{ 0 },
};

struct fixture {
	struct arena *a;
	struct err e;
	struct form_seen seen;
	struct sample out;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->a = arena_new(65536);
	assert_non_null(f->a);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	arena_free(&f->a);
	free(f);
	return 0;
}

static bool
read_n(struct fixture *f, const char *json, size_t len)
{
	err_clear(&f->e);
	arena_reset(f->a);
	memset(&f->out, 0, sizeof(f->out));
	return form_read_json(form, json, len, &json_limits_request, &f->out,
		&f->seen, f->a, &f->e);
}

static bool
read(struct fixture *f, const char *json)
{
	return read_n(f, json, strlen(json));
}

static void
good_input_lands_in_the_struct(void **state)
{
	struct fixture *f = *state;

	assert_true(read(f,
		"{\"name\":\"taro\",\"note\":\"a\\nb\",\"quota\":7,"
		"\"is_open\":true,\"state\":\"closed\","
		"\"targets\":[\"A@Example.org\",\"b@example.org\"],"
		"\"ids\":[3,2],\"ends_at\":\"1970-01-01T00:00:01Z\","
		"\"filter\":{\"domain_id\":5},"
		"\"address\":\"Taro@example.org\"}"));
	assert_string_equal(f->out.name, "taro");
	assert_string_equal(f->out.note, "a\nb");
	assert_int_equal(f->out.quota, 7);
	assert_true(f->out.is_open);
	assert_int_equal(f->out.state, 1);
	assert_int_equal(f->out.targets.n, 2);
	assert_string_equal(f->out.targets.items[0], "a@example.org");
	assert_int_equal(f->out.ids.n, 2);
	assert_int_equal(f->out.ids.items[1], 2);
	assert_int_equal(f->out.ends_us, 1000000);
	assert_int_equal(f->out.filter.domain_id, 5);
	assert_true(FORM_HAS(
		inner_form, &f->out.filter_seen, struct inner, domain_id));
	assert_false(FORM_CAME(
		inner_form, &f->out.filter_seen, struct inner, state));
	assert_string_equal(f->out.address, "taro@example.org");
}

static void
tells_what_came_and_what_was_null(void **state)
{
	struct fixture *f = *state;

	assert_true(read(f,
		"{\"name\":\"x\",\"quota\":null,\"note\":null,"
		"\"ends_at\":null}"));
	assert_true(FORM_HAS(form, &f->seen, struct sample, name));
	assert_false(FORM_HAS(form, &f->seen, struct sample, quota));
	assert_true(FORM_CAME(form, &f->seen, struct sample, quota));
	assert_true(FORM_IS_NULL(form, &f->seen, struct sample, quota));
	assert_false(FORM_CAME(form, &f->seen, struct sample, state));
	assert_int_equal(f->out.quota, -1);
	assert_true(f->out.ends_us == TIME_NONE);
	assert_string_equal(f->out.note, "");
}

#define N "{\"name\":\"x\","

static const struct {
	const char *name, *json;
	enum err_code code;
	const char *field, *reason;
} bad[] = {
	{ "nothing", "", ERR_SYNTAX, "", "empty" },
	{ "blanks", " \n", ERR_SYNTAX, "", "empty" },
	{ "an open object", "{", ERR_SYNTAX, "", "bad_json" },
	{ "an open string", "{\"name\":\"x", ERR_SYNTAX, "", "bad_json" },
	{ "a word", "name", ERR_SYNTAX, "", "bad_json" },
	{ "single quotes", "{'name':'x'}", ERR_SYNTAX, "", "bad_json" },
	{ "a comment", "{/* a */\"name\":\"x\"}", ERR_SYNTAX, "", "bad_json" },
	{ "a trailing comma", "{\"name\":\"x\",}", ERR_SYNTAX, "", "bad_json" },
	{ "a second value", "{\"name\":\"x\"}{}", ERR_SYNTAX, "",
		"trailing_data" },
	{ "a NaN", N "\"quota\":NaN}", ERR_SYNTAX, "", "bad_json" },
	{ "infinity", N "\"quota\":-Infinity}", ERR_SYNTAX, "", "bad_json" },
	{ "a leading zero", N "\"quota\":07}", ERR_SYNTAX, "", "bad_json" },
	{ "a plus sign", N "\"quota\":+7}", ERR_SYNTAX, "", "bad_json" },
	{ "a lone minus", N "\"quota\":-}", ERR_SYNTAX, "", "bad_json" },
	{ "a raw line feed in a text", "{\"name\":\"a\nb\"}", ERR_SYNTAX, "",
		"bad_json" },
	{ "an unknown escape", "{\"name\":\"\\x41\"}", ERR_SYNTAX, "",
		"bad_json" },
	{ "half a surrogate pair", "{\"name\":\"\\ud800\"}", ERR_SYNTAX, "",
		"bad_utf8" },
	{ "the other half", "{\"name\":\"\\udc00\"}", ERR_SYNTAX, "",
		"bad_utf8" },
	{ "invalid UTF-8", "{\"name\":\"\xc0\xaf\"}", ERR_SYNTAX, "",
		"bad_utf8" },
	{ "nine levels", "[[[[[[[[[1]]]]]]]]]", ERR_SYNTAX, "", "too_deep" },
	{ "an array", "[]", ERR_INVALID, "", "wrong_type" },
	{ "null", "null", ERR_INVALID, "", "wrong_type" },
	{ "a double", N "\"quota\":1.5}", ERR_INVALID, "quota", "not_integer" },
	{ "an exponent", N "\"quota\":1e3}", ERR_INVALID, "quota",
		"not_integer" },
	{ "a number over int64", N "\"quota\":9223372036854775808}",
		ERR_INVALID, "quota", "out_of_range" },
	{ "a number of 400 digits",
		N "\"quota\":99999999999999999999999999999999999999999999}",
		ERR_INVALID, "quota", "out_of_range" },
	{ "a key twice", "{\"name\":\"x\",\"name\":\"y\"}", ERR_INVALID, "name",
		"duplicate_key" },
	{ "a key twice inside", N "\"filter\":{\"a\":1,\"a\":2}}", ERR_INVALID,
		"a", "duplicate_key" },
	{ "a key with an escape", "{\"n\\u0061me\":\"x\"}", ERR_INVALID,
		"n\\u0061me", "bad_key" },
	{ "an unknown key", N "\"color\":1}", ERR_INVALID, "color",
		"unknown_key" },
	{ "an unknown key inside", N "\"filter\":{\"domain_id\":1,\"b\":2}}",
		ERR_INVALID, "filter.b", "unknown_key" },
	{ "a missing key", "{}", ERR_INVALID, "name", "required" },
	{ "a missing key inside", N "\"filter\":{}}", ERR_INVALID,
		"filter.domain_id", "required" },
	{ "an empty text", "{\"name\":\"\"}", ERR_INVALID, "name", "required" },
	{ "null where none may be", "{\"name\":null}", ERR_INVALID, "name",
		"null_not_allowed" },
	{ "a text that is too long", "{\"name\":\"12345678\"}", ERR_INVALID,
		"name", "too_long" },
	{ "a text over .max", N "\"note\":\"123456789012345678901\"}",
		ERR_INVALID, "note", "too_long" },
	{ "a text that is too short", N "\"password\":\"abc\"}", ERR_INVALID,
		"password", "too_short" },
	{ "a NUL in a text", "{\"name\":\"a\\u0000b\"}", ERR_INVALID, "name",
		"bad_character" },
	{ "a NUL in a word", N "\"state\":\"active\\u0000\"}", ERR_INVALID,
		"state", "bad_character" },
	{ "a line feed in one line", "{\"name\":\"a\\nb\"}", ERR_INVALID,
		"name", "bad_character" },
	{ "a mark that turns the direction", "{\"name\":\"\\u202ea\"}",
		ERR_INVALID, "name", "bad_character" },
	{ "a number as text", "{\"name\":1}", ERR_INVALID, "name",
		"wrong_type" },
	{ "a text as number", N "\"quota\":\"1\"}", ERR_INVALID, "quota",
		"wrong_type" },
	{ "a number as bool", N "\"is_open\":1}", ERR_INVALID, "is_open",
		"wrong_type" },
	{ "a number under its range", N "\"quota\":-1}", ERR_INVALID, "quota",
		"out_of_range" },
	{ "a number over its range", N "\"quota\":1001}", ERR_INVALID, "quota",
		"out_of_range" },
	{ "a word that is no choice", N "\"state\":\"open\"}", ERR_INVALID,
		"state", "not_a_choice" },
	{ "an empty list", N "\"targets\":[]}", ERR_INVALID, "targets",
		"too_few_items" },
	{ "a long list",
		N "\"targets\":[\"a@b.c\",\"b@b.c\",\"c@b.c\","
		  "\"d@b.c\"]}",
		ERR_INVALID, "targets", "too_many_items" },
	{ "a bad item", N "\"targets\":[\"a@b.c\",\"b\"]}", ERR_INVALID,
		"targets[1]", "no_at" },
	{ "an item of another type", N "\"targets\":[1]}", ERR_INVALID,
		"targets[0]", "wrong_type" },
	{ "an item twice", N "\"targets\":[\"a@b.c\",\"A@B.c\"]}", ERR_INVALID,
		"targets[1]", "repeated_item" },
	{ "a number item out of range", N "\"ids\":[0]}", ERR_INVALID, "ids[0]",
		"out_of_range" },
	{ "a bad time", N "\"ends_at\":\"tomorrow\"}", ERR_INVALID, "ends_at",
		"bad_time" },
	{ "a check under the form's own field", N "\"address\":\"x\"}",
		ERR_INVALID, "address", "no_at" },
	{ "an object as text", N "\"address\":{}}", ERR_INVALID, "address",
		"wrong_type" },
};

static void
bad_input_has_a_field_and_a_reason(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		print_message("%s\n", bad[i].name);
		assert_false(read(f, bad[i].json));
		assert_int_equal(f->e.code, bad[i].code);
		assert_string_equal(f->e.item[0].reason, bad[i].reason);
		assert_string_equal(f->e.item[0].field, bad[i].field);
		assert_true(f->e.item[0].text[0] != '\0');
	}
}

static void
a_nul_byte_in_the_text_is_refused(void **state)
{
	static const char json[] = "{\"name\":\"a\0b\"}";
	struct fixture *f = *state;

	assert_false(read_n(f, json, sizeof(json) - 1));
	assert_string_equal(f->e.item[0].reason, "nul_byte");
}

static void
several_errors_come_together(void **state)
{
	struct fixture *f = *state;

	assert_false(read(f,
		"{\"quota\":-1,\"color\":1,"
		"\"targets\":[\"x\",\"y\"]}"));
	assert_int_equal(f->e.n, 5);
	assert_string_equal(f->e.item[4].field, "name");
}

static void
more_errors_than_fit_are_left_out(void **state)
{
	struct fixture *f = *state;
	char json[1024] = "{\"name\":\"x\"";

	for (int i = 0; i < 40; i++)
		(void)snprintf(json + strlen(json), sizeof(json) - strlen(json),
			",\"k%d\":1", i);
	(void)snprintf(json + strlen(json), sizeof(json) - strlen(json), "}");
	assert_false(read(f, json));
	assert_int_equal(f->e.n, ERR_MAX_ITEMS);
}

static void
a_secret_is_no_subject(void **state)
{
	struct fixture *f = *state;

	assert_false(read(f, N "\"password\":\"ab\\u0001cd\"}"));
	assert_string_equal(f->e.item[0].field, "password");
	assert_string_equal(f->e.item[0].subject, "");
}

static void
a_body_over_its_ceiling_is_refused(void **state)
{
	const struct json_limits small = { .bytes = 16, .depth = 8 };
	struct fixture *f = *state;
	const char *json = "{\"name\":\"12345\"  }";

	assert_false(form_read_json(form, json, strlen(json), &small, &f->out,
		&f->seen, f->a, &f->e));
	assert_int_equal(f->e.code, ERR_TOO_LARGE);
}

static void
too_many_keys_are_refused(void **state)
{
	struct fixture *f = *state;
	char *json = malloc(16384);
	size_t at = 0;

	assert_non_null(json);
	json[at++] = '{';
	for (int i = 0; i <= JSON_MAX_KEYS; i++)
		at += (size_t)snprintf(json + at, 16384 - at, "\"k%d\":1,", i);
	json[at - 1] = '}';
	assert_false(read_n(f, json, at));
	assert_string_equal(f->e.item[0].reason, "too_many_keys");
	free(json);
}

static void
an_arena_that_is_full_is_a_limit(void **state)
{
	struct fixture *f = *state;
	struct arena *tiny = arena_new(64);

	assert_non_null(tiny);
	assert_false(form_read_json(form, N "\"note\":\"a\"}",
		strlen(N "\"note\":\"a\"}"), &json_limits_request, &f->out,
		&f->seen, tiny, &f->e));
	assert_int_equal(f->e.code, ERR_LIMIT);
	arena_free(&tiny);
}

static bool
set(struct fixture *f, const char *key, const char *value)
{
	return form_set_text(form, key, value, &f->out, &f->seen, f->a, &f->e);
}

static void
the_same_table_reads_text(void **state)
{
	struct fixture *f = *state;

	assert_true(set(f, "name", "taro"));
	assert_true(set(f, "quota", "12"));
	assert_true(set(f, "is_open", "yes"));
	assert_true(set(f, "state", "closed"));
	assert_true(set(f, "targets", "A@b.c, d@e.f"));
	assert_true(set(f, "ids", "1,2"));
	assert_true(set(f, "ends_at", "null"));
	assert_true(form_finish_text(form, &f->seen, &f->e));
	assert_int_equal(f->out.quota, 12);
	assert_true(f->out.is_open);
	assert_int_equal(f->out.targets.n, 2);
	assert_string_equal(f->out.targets.items[1], "d@e.f");
	assert_int_equal(f->out.ids.items[1], 2);
	assert_true(f->out.ends_us == TIME_NONE);
}

static void
text_is_refused_like_json(void **state)
{
	static const struct {
		const char *key, *value, *field, *reason;
	} cases[] = {
		{ "color", "red", "color", "unknown_key" },
		{ "quota", "1x", "quota", "wrong_type" },
		{ "quota", "1001", "quota", "out_of_range" },
		{ "is_open", "maybe", "is_open", "wrong_type" },
		{ "targets", "a@b.c,", "targets[1]", "required" },
		{ "targets", "", "targets", "too_few_items" },
		{ "ids", "1,x", "ids[1]", "wrong_type" },
		{ "ids", "1,1", "ids[1]", "repeated_item" },
		{ "filter", "{}", "filter", "wrong_type" },
		{ "name", "a\nb", "name", "bad_character" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		err_clear(&f->e);
		f->seen = (struct form_seen){ 0 };
		assert_false(set(f, cases[i].key, cases[i].value));
		assert_string_equal(f->e.item[0].field, cases[i].field);
		assert_string_equal(f->e.item[0].reason, cases[i].reason);
	}
	err_clear(&f->e);
	f->seen = (struct form_seen){ 0 };
	assert_false(form_finish_text(form, &f->seen, &f->e));
	assert_string_equal(f->e.item[0].reason, "required");
	err_clear(&f->e);
	assert_true(set(f, "name", "a"));
	assert_false(set(f, "name", "b"));
	assert_string_equal(f->e.item[0].reason, "duplicate_key");
}

static void
json_values_can_be_walked(void **state)
{
	static const char json[] =
		"{\"a\":[1,null,\"x\"],\"b\":true,\"c\":-9223372036854775808}";
	const struct json_value *root, *a, *value;
	struct fixture *f = *state;
	const char *key;
	struct json *doc;
	size_t i = 0;

	assert_true(json_parse(
		json, sizeof(json) - 1, &json_limits_request, &doc, &f->e));
	root = json_root(doc);
	a = json_get(root, "a");
	assert_int_equal(json_len(root), 3);
	assert_int_equal(json_len(a), 3);
	assert_int_equal(json_int(json_at(a, 0)), 1);
	assert_int_equal(json_kind(json_at(a, 1)), JSON_NULL);
	assert_string_equal(json_text(json_at(a, 2), NULL), "x");
	assert_int_equal(json_kind(json_at(a, 3)), JSON_MISSING);
	assert_int_equal(json_kind(json_get(json_at(a, 9), "b")), JSON_MISSING);
	assert_true(json_is_true(json_get(root, "b")));
	assert_true(json_int(json_get(root, "c")) == INT64_MIN);
	assert_true(json_next(root, &i, &key, &value));
	assert_string_equal(key, "a");
	assert_true(json_next(root, &i, &key, &value));
	assert_true(json_next(root, &i, &key, &value));
	assert_string_equal(key, "c");
	assert_false(json_next(root, &i, &key, &value));
	json_free(&doc);
	assert_null(doc);
}

static void
any_value_may_be_the_root(void **state)
{
	static const struct {
		const char *json;
		enum json_kind kind;
	} cases[] = {
		{ "null", JSON_NULL },
		{ " 12 ", JSON_INT },
		{ "12", JSON_INT },
		{ "true", JSON_BOOL },
		{ "\"\\ud83d\\ude00\"", JSON_STRING },
		{ "[]", JSON_ARRAY },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json *doc;

		assert_true(json_parse(cases[i].json, strlen(cases[i].json),
			&json_limits_request, &doc, &f->e));
		assert_int_equal(json_kind(json_root(doc)), cases[i].kind);
		json_free(&doc);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(good_input_lands_in_the_struct),
		TEST(tells_what_came_and_what_was_null),
		TEST(bad_input_has_a_field_and_a_reason),
		TEST(a_nul_byte_in_the_text_is_refused),
		TEST(several_errors_come_together),
		TEST(more_errors_than_fit_are_left_out),
		TEST(a_secret_is_no_subject),
		TEST(a_body_over_its_ceiling_is_refused),
		TEST(too_many_keys_are_refused),
		TEST(an_arena_that_is_full_is_a_limit),
		TEST(the_same_table_reads_text),
		TEST(text_is_refused_like_json),
		TEST(json_values_can_be_walked),
		TEST(any_value_may_be_the_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
