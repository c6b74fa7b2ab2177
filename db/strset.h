/*
 * A set of texts that its user keeps alive: open addressing, grows, never
 * forgets one of them.
 */
#ifndef DB_STRSET_H
#define DB_STRSET_H

#include "base/base.h"
#include "base/err.h"

/* {0} is empty. `list` holds the members in the order they came. */
struct strset {
	const char **list;
	size_t n, cap;
	size_t *slot; /* 1 + index into list; 0: free */
	size_t slots;
};

/* Add; *is_new_r (may be NULL) says whether it was not there. */
bool strset_add(struct strset *s, const char *text, bool *is_new_r,
	struct err *e) MUST_USE;
bool strset_has(const struct strset *s, const char *text);
void strset_free(struct strset *s);

#endif
