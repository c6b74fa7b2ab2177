/*
 * How the results of db/past_rows.h are taken. Used by db/past_*.c only.
 */
#ifndef DB_PAST_QUERY_H
#define DB_PAST_QUERY_H

#include "db/past_rows.h"

#define PAST_CHANGE_COLUMNS                                                    \
	"SELECT c.noun, c.noun_id, c.domain_id, c.op, c.subject, "             \
	"c.before_image, c.after_image, r.serial, r.action, r.actor_name, "    \
	"r.created FROM `change` c JOIN revision r ON r.prov_id = c.prov_id "
#define PAST_CHANGE_OUT "suuusssusst"

/* One row of a result into an item. */
typedef bool past_take_fn(const struct rows *r, struct arena *a, void *item);

/* Append all rows of a result to a list of items of `size` bytes. */
bool past_take_all(struct rows *r, struct arena *a, past_take_fn *take,
	size_t size, void *items, size_t *n_r, struct err *e) MUST_USE;
#define PAST_TAKE_ALL(r, a, take, items, n_r, e)                               \
	past_take_all((r), (a), (take), sizeof(**(items)), (items), (n_r), (e))

/* A row of PAST_CHANGE_COLUMNS into a struct past_change; a text. */
past_take_fn past_take_change, past_take_text;

#endif
