/*
 * Writing JSON straight into a struct str: no tree, no copies.
 *
 *	struct jsonw w = jsonw_over(&reply);
 *	jsonw_object(&w, NULL);
 *	jsonw_int(&w, "id", m->id);
 *	jsonw_str(&w, "address", m->address);
 *	jsonw_array(&w, "targets");
 *	for (...)
 *		jsonw_str(&w, NULL, target);
 *	jsonw_end(&w);
 *	jsonw_end(&w);
 *	if (!jsonw_done(&w, e))
 *		return false;
 *
 * `key` is NULL inside an array and at the root, else the member's name, which
 * is our own constant and written as it is. The writer puts the commas and
 * knows what jsonw_end closes. A failure (overflow, text that is not UTF-8,
 * more than JSONW_DEPTH levels) stays: check once with jsonw_done.
 */
#ifndef BASE_JSONW_H
#define BASE_JSONW_H

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

#define JSONW_DEPTH 16

struct jsonw {
	struct str *out;
	unsigned depth;
	bool has_failed;
	bool is_bad_text; /* a text was not UTF-8 */
	bool needs_comma[JSONW_DEPTH + 1];
	char closer[JSONW_DEPTH + 1];
};

struct jsonw jsonw_over(struct str *out);

void jsonw_object(struct jsonw *w, const char *key);
void jsonw_array(struct jsonw *w, const char *key);
void jsonw_end(struct jsonw *w);

/* NULL as value is null. */
void jsonw_str(struct jsonw *w, const char *key, const char *value);
void jsonw_str_n(
	struct jsonw *w, const char *key, const char *value, size_t len);
void jsonw_int(struct jsonw *w, const char *key, int64_t value);
void jsonw_uint(struct jsonw *w, const char *key, uint64_t value);
void jsonw_bool(struct jsonw *w, const char *key, bool value);
void jsonw_null(struct jsonw *w, const char *key);

/* RFC 3339; TIME_NONE is null. */
void jsonw_time(struct jsonw *w, const char *key, int64_t us);

/* Text that is JSON already (a stored image), as it is; NULL is null. */
void jsonw_raw(struct jsonw *w, const char *key, const char *json);

/*
 * True when everything was written and closed; else ERR_LIMIT (the reply is
 * too large) or ERR_INTERNAL (a text that is no UTF-8, or not closed).
 */
bool jsonw_done(const struct jsonw *w, struct err *e) MUST_USE;

/* The members of a problem document (RFC 9457) for `e`, as one object. Texts
 * of private codes are replaced by their titles. */
void jsonw_problem(
	struct jsonw *w, const struct err *e, const char *request_id);

#endif
