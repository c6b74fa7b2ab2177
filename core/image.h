/*
 * A noun's fields as a table: written once, used for the API's objects, for
 * the images of the revision log, and for setting fields back in an undo.
 */
#ifndef CORE_IMAGE_H
#define CORE_IMAGE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/json.h"
#include "base/jsonw.h"

enum image_kind {
	IMAGE_END,
	IMAGE_TEXT,         /* const char * */
	IMAGE_TEXT_OR_NULL, /* "" is null */
	IMAGE_INT,          /* int64_t */
	IMAGE_UINT,         /* uint64_t */
	IMAGE_ID,           /* uint64_t, 0 is null */
	IMAGE_BOOL,
	IMAGE_TIME, /* int64_t */
	IMAGE_WORD, /* enum: index of `words`, which may have gaps */
	IMAGE_TEXTS /* const char **, as many as the int64_t at `n_at` */
};

enum { IN_API = 1, IN_IMAGE = 2 };

struct image_field {
	const char *name;
	enum image_kind kind;
	unsigned where;
	size_t at;
	size_t n_at;
	const char *const *words;
	size_t n_words;
};

/* Of struct domain, mailbox, alias and whitelist (db/NOUN_rows.h). */
extern const struct image_field domain_fields[];
extern const struct image_field mailbox_fields[];
extern const struct image_field alias_fields[];
extern const struct image_field whitelist_fields[];

/* The API's object under `key` (NULL: at the root or in an array). The caller
 * may add members with image_api_open and jsonw_end instead. */
void image_api(struct jsonw *w, const char *key,
	const struct image_field *table, const void *row);
void image_api_open(struct jsonw *w, const char *key,
	const struct image_field *table, const void *row);

/* The whole row as an image, in the arena. */
bool image_full(const struct image_field *table, const void *row,
	struct arena *a, const char **text_r, struct err *e) MUST_USE;

/* The fields that differ, as they were and as they are; *same_r when none. */
bool image_diff(const struct image_field *table, const void *before,
	const void *after, struct arena *a, const char **before_r,
	const char **after_r, bool *same_r, struct err *e) MUST_USE;

/* Does the row have the values of the image (in the fields that it names)?
 * *field_r is the first that does not. */
bool image_matches(const struct image_field *table, const void *row,
	const struct json_value *image, const char **field_r);

/* Set the row's fields from the image; texts are copied. Unknown names are
 * left alone. */
bool image_apply(const struct image_field *table, void *row,
	const struct json_value *image, struct arena *a,
	struct err *e) MUST_USE;

#endif
