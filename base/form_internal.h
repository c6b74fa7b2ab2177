/*
 * Between the two halves of forms: form.c walks tables and reads JSON or text,
 * form_store.c puts one value into its member, by the rules of its row.
 */
#ifndef BASE_FORM_INTERNAL_H
#define BASE_FORM_INTERNAL_H

#include "base/form.h"

#define FORM_PATH_SIZE 64

/* Where a value goes, and how its errors are called. */
struct place {
	const struct field *f;
	char *member;
	const char *path;
	struct arena *a;
	struct err *e;
};

/* Add an item to the errors. The subject is left out for a secret. */
bool place_refuse(const struct place *p, const char *reason,
	const char *subject, const char *text);
bool place_wrong_type(const struct place *p, const char *wanted);

/* Check one value and put it into the member; false with an item in p->e. A
 * text of `len` bytes has a NUL behind it (and may hold others, which are
 * refused). */
bool place_text(const struct place *p, const char *in, size_t len) MUST_USE;
bool place_int(const struct place *p, int64_t value) MUST_USE;
bool place_bool(const struct place *p, bool value) MUST_USE;
bool place_word(const struct place *p, const char *in) MUST_USE;
bool place_time(const struct place *p, const char *in) MUST_USE;
void place_null(const struct place *p);

/*
 * Lists: place_list looks at the number of items and makes room; the items
 * follow in order, item i under the path `targets[i]`; place_list_done puts
 * the list into the member.
 */
struct list_place {
	const struct place *p;
	struct text_list texts;
	struct int_list ints;
};
bool place_list(
	const struct place *p, size_t n, struct list_place *list) MUST_USE;
bool place_item_text(
	struct list_place *list, size_t i, const char *in, size_t len) MUST_USE;
bool place_item_int(struct list_place *list, size_t i, int64_t value) MUST_USE;
bool place_item_wrong(
	const struct list_place *list, size_t i, const char *wanted);
void place_list_done(const struct list_place *list);

#endif
