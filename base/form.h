/*
 * Input becomes a typed struct once, by a table: the same rules for the API,
 * the command line and CSV import.
 *
 *	struct domain_in {
 *		char name[DOMAIN_SIZE];
 *		int64_t max_mailboxes;
 *		const char *description;   (in the arena)
 *		int64_t retire_us;
 *	};
 *	static const struct field domain_form[] = {
 *		{ FIELD_AT(struct domain_in, name), .check = domain_check,
 *			.required = true },
 *		{ FIELD_AT(struct domain_in, max_mailboxes), .max = 10000 },
 *		{ FIELD_AT(struct domain_in, description), .max = 200 },
 *		{ FIELD_TIME_AT(struct domain_in, retire_us, "retire_at"),
 *			.nullable = true },
 *		{ 0 }
 *	};
 *
 * The type follows from the member:
 *	char[N]            text, at most N - 1 bytes (or `.max`)
 *	const char *       text in the arena, at most `.max` bytes (needed)
 *	int64_t            whole number within `.min` and `.max`; without a
 *	                   `.max` any from `.min` (0) up to INT64_MAX
 *	bool               true or false
 *	int, unsigned      one of the words of `.words` (NULL-terminated): its
 *	                   index; an enum is one of these
 *	struct text_list   array of texts, each of `.max` bytes and `.check`, at
 *	                   most `.max_items` (needed), doubles refused unless
 *	                   `.may_repeat`
 *	struct int_list    array of whole numbers, likewise
 * and FIELD_TIME_AT (int64_t, RFC 3339 in, microseconds out), FIELD_OBJECT_AT
 * (a member that is a struct with a table of its own).
 *
 * What always holds on true: every required field is set; every text is valid
 * UTF-8, has no NUL and no hidden character (utf8_is_hidden; line feeds pass
 * with `.is_multiline`), and went through `.check`; keys that did not come
 * leave their member as it was, so defaults are set before.
 * On false: `e` holds up to ERR_MAX_ITEMS items, with the field's path
 * (`targets[2]`, `filter.domain_id`), reasons `unknown_key`, `duplicate_key`,
 * `required`, `wrong_type`, `too_long`, `too_short`, `out_of_range`,
 * `bad_character`, `bad_utf8`, `not_a_choice`, `null_not_allowed`,
 * `too_many_items`, `too_few_items`, `repeated_item`, and those of the checks.
 */
#ifndef BASE_FORM_H
#define BASE_FORM_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/json.h"

struct text_list {
	const char **items; /* in the arena */
	size_t n;
};

struct int_list {
	int64_t *items; /* in the arena */
	size_t n;
};

/*
 * Which rows of the table came, and which of them as null (bit i: row i).
 * A table has at most 64 rows.
 */
struct form_seen {
	uint64_t present;
	uint64_t null;
};

enum field_type {
	FIELD_TEXT = 1,
	FIELD_ARENA_TEXT,
	FIELD_INT,
	FIELD_BOOL,
	FIELD_WORD,
	FIELD_TEXTS,
	FIELD_INTS,
	FIELD_TIME,
	FIELD_OBJECT
};

/*
 * A rule of one text: the canonical form at `out` (`cap` bytes, `cap` > 0), or
 * false with ERR_INVALID; the form puts its own path in place of the field.
 */
typedef bool field_check(const char *in, char *out, size_t cap, struct err *e);

struct field {
	const char *name; /* the JSON key; NULL ends the table */
	enum field_type type;
	size_t offset;
	size_t size; /* of the member */
	field_check *check;
	int64_t min, max; /* bytes of a text, value of a number */
	size_t min_items, max_items;
	const char *const *words;
	const struct field *sub; /* FIELD_OBJECT */
	size_t seen_offset;      /* FIELD_OBJECT, see FIELD_OBJECT_AT */
	bool required;
	bool nullable;     /* null: text "", number and time as below */
	int64_t when_null; /* number: this; time: TIME_NONE always */
	bool is_multiline;
	bool is_secret; /* never a subject of an error */
	bool may_repeat;
};

#define FIELD_TYPE_OF(T, m)                                                    \
	_Generic(((T *)0)->m,                                                  \
		char *: FIELD_TEXT,                                            \
		const char *: FIELD_ARENA_TEXT,                                \
		int64_t: FIELD_INT,                                            \
		bool: FIELD_BOOL,                                              \
		int: FIELD_WORD,                                               \
		unsigned: FIELD_WORD,                                          \
		struct text_list: FIELD_TEXTS,                                 \
		struct int_list: FIELD_INTS)

/* A member under its own name, or under another key. */
#define FIELD_AT(T, m) FIELD_NAMED(T, m, #m)
#define FIELD_NAMED(T, m, key)                                                 \
	.name = (key), .type = FIELD_TYPE_OF(T, m), .offset = offsetof(T, m),  \
	.size = sizeof(((T *)0)->m)

#define FIELD_TIME_AT(T, m, key)                                               \
	.name = (key), .type = FIELD_TIME, .offset = offsetof(T, m),           \
	.size = sizeof(((T *)0)->m)

/* An object: member `m` is a struct that `table` fills; `seen` is a member of
 * T of type struct form_seen that tells which of its keys came. */
#define FIELD_OBJECT_AT(T, m, table, seen)                                     \
	.name = #m, .type = FIELD_OBJECT, .offset = offsetof(T, m),            \
	.size = sizeof(((T *)0)->m), .sub = (table),                           \
	.seen_offset = offsetof(T, seen)

/*
 * Fill `out` from a JSON object. `seen` may be NULL. Texts and lists are
 * allocated in `a`. ERR_SYNTAX, ERR_TOO_LARGE and ERR_INVALID as said above
 * and in base/json.h.
 */
bool form_read_json(const struct field *table, const char *text, size_t len,
	const struct json_limits *limits, void *out, struct form_seen *seen,
	struct arena *a, struct err *e) MUST_USE;

/* The same from a value that was parsed before. */
bool form_read_value(const struct field *table, const struct json_value *v,
	void *out, struct form_seen *seen, struct arena *a,
	struct err *e) MUST_USE;

/*
 * One field from text (command line, CSV, query): numbers in decimal, bool as
 * true/false/1/0/yes/no, lists separated by commas, `null` for nullable fields
 * other than texts. Objects are refused. Required fields are looked at by
 * form_finish_text, once, after the last.
 */
bool form_set_text(const struct field *table, const char *key,
	const char *value, void *out, struct form_seen *seen, struct arena *a,
	struct err *e) MUST_USE;
bool form_finish_text(const struct field *table, const struct form_seen *seen,
	struct err *e) MUST_USE;

/* What came of a form, as an object that would be read the same way again.
 * Secrets too: for texts that are kept as safely as what they came from. */
struct jsonw;
void form_write(struct jsonw *w, const char *key, const struct field *table,
	const struct form_seen *seen, const void *in);

/* Did the member come (and not as null)? For PATCH. */
#define FORM_HAS(table, seen, T, m) form_has((table), (seen), offsetof(T, m))
#define FORM_IS_NULL(table, seen, T, m)                                        \
	form_is_null((table), (seen), offsetof(T, m))
/* Came at all, null or not. */
#define FORM_CAME(table, seen, T, m) form_came((table), (seen), offsetof(T, m))
bool form_has(
	const struct field *table, const struct form_seen *seen, size_t offset);
bool form_is_null(
	const struct field *table, const struct form_seen *seen, size_t offset);
bool form_came(
	const struct field *table, const struct form_seen *seen, size_t offset);

#endif
