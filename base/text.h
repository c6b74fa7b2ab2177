/*
 * Writers named for the place that a text goes to. Each returns false and adds
 * nothing when the text cannot stand there safely (or does not fit, see
 * base/str.h): a writer refuses, it never repairs. The one exception is the
 * log, which must take anything and escapes it.
 *
 * After a refusal `has_overflowed` of the str is not set: str_is_ok() does not
 * see it, so the result must be looked at.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/base.h"
#include "base/str.h"

/*
 * A JSON string with its quotes (RFC 8259). Refuses invalid UTF-8. Escapes
 * what must be, and U+2028, U+2029 and `<` besides, so that the text is safe
 * inside a script element too.
 */
bool text_json(struct str *out, const char *s) MUST_USE;
bool text_json_n(struct str *out, const char *s, size_t len) MUST_USE;

/*
 * The key of a Postfix table, in the indexed map and in its text copy: 1 to
 * TEXT_MAP_KEY_MAX bytes of printable ASCII without blanks. Refuses double
 * quotes (postmap(1) reads a quoted key), backslashes, a leading `#` (comment)
 * and asterisks at the start (transport(5)).
 */
#define TEXT_MAP_KEY_MAX 320
bool text_map_key(struct str *out, const char *key) MUST_USE;

/*
 * The value of a Postfix table: 1 to TEXT_MAP_VALUE_MAX bytes of printable
 * ASCII, blanks inside only. No line feeds: a line that starts with a blank
 * continues the one before (postmap(1)).
 */
#define TEXT_MAP_VALUE_MAX 262144
bool text_map_value(struct str *out, const char *value) MUST_USE;

/* One line of a text map, `key value LF`; all of it or nothing. */
bool text_map_line(
	struct str *out, const char *key, const char *value) MUST_USE;

/*
 * A value in a logfmt line: as it is when it is plain, else in double quotes
 * with \" \\ \n \r \t and \xNN for controls and bytes that are not UTF-8.
 * Fails on overflow only.
 */
bool text_log(struct str *out, const char *s);
bool text_log_n(struct str *out, const char *s, size_t len);

/*
 * One cell of a CSV file (RFC 4180), quoted when it holds a comma, a quote, a
 * line break or blanks at an end. Refuses NUL-free text that is not UTF-8 and
 * other control characters. A cell whose first character is one of = + - @ TAB
 * CR is a formula to spreadsheet programs:
 *	text_csv          refuses it;
 *	text_csv_guarded  writes an apostrophe before it (and before a cell
 *	                  that starts with an apostrophe and such a character),
 *	                  which csv_unguard (base/csv.h) takes off again.
 */
bool text_csv(struct str *out, const char *cell) MUST_USE;
bool text_csv_guarded(struct str *out, const char *cell) MUST_USE;

/* Does a spreadsheet take this cell for a formula? */
bool text_is_formula(const char *cell) MUST_USE;

/*
 * Text of an HTML page, also inside of an attribute in double quotes: `<`, `>`,
 * `&` and both quotes as references. Refuses invalid UTF-8 and control
 * characters other than tab and line feed.
 */
bool text_html(struct str *out, const char *s) MUST_USE;

/* `s` percent-encoded for a path segment or query value (RFC 3986, unreserved
 * characters stay). Fails on overflow only. */
bool text_url(struct str *out, const char *s);

#endif
