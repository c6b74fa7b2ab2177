/*
 * What the lists share inside core: cursors and filters.
 */
#ifndef CORE_LISTS_H
#define CORE_LISTS_H

#include "core/list.h"
#include "core/core.h"
#include "db/list_rows.h"

/* The text of a cursor, in the arena; NULL when that is full. */
const char *cursor_make(
	struct arena *a, unsigned sort, uint64_t id, const char *value);
/* False when it is none of this sort. */
bool cursor_read(struct arena *a, const char *in, unsigned sort, uint64_t *id_r,
	const char **value_r) MUST_USE;

/* The search text without blanks around it, ASCII lower-case; NULL for an
 * empty one. */
bool list_search_text(struct arena *a, const char *q, const char **out,
	struct err *e) MUST_USE;

/* The sort key and direction; NULL and "" leave the list's own. */
bool list_sort_read(enum list_noun noun, const char *sort, struct list_key *k,
	struct err *e) MUST_USE;

/* What the actor may see. */
void list_scope(const struct actor *a, struct list_filter *f);

/* A filter as it comes from outside; NULL and 0: not narrowed by that. */
struct list_want {
	uint64_t domain_id;
	unsigned state;
	const char *q;
	const char *target;
};
/* With the actor's scope. ERR_NOT_FOUND for a domain that he has not,
 * ERR_FORBIDDEN for a list that is not his. */
bool list_filter_of(struct core *c, const struct actor *a, enum list_noun noun,
	const struct list_want *in, struct list_filter *f,
	struct err *e) MUST_USE;

#endif
