/*
 * What reading single keys (map_rows.c) and reading everything (map_all.c)
 * have in common. Nobody else includes this.
 */
#ifndef DB_MAP_TAKE_H
#define DB_MAP_TAKE_H

#include "db/map_rows.h"

#define MAP_DOMAIN_SELECT                                                      \
	"SELECT id, name, transport, refuse_text, state, refuse_code,"         \
	" has_catch_all FROM map_domain WHERE alive = 1 AND kind = 1"
#define MAP_ALIAS_SELECT                                                       \
	"SELECT a.id, a.domain_id, a.address, a.state, a.is_catch_all,"        \
	" a.send_as, t.target FROM map_alias a"                                \
	" LEFT JOIN map_alias_target t ON t.alias_id = a.id"                   \
	" WHERE a.alive = 1"
#define MAP_DOMAIN_OUT "usssuuu"
#define MAP_ALIAS_OUT "uusuuus"

/* Room for one more element of *array; NULL when there is no memory. */
void *map_push(void *array, size_t *n, size_t *cap, size_t size);

#define MAP_PUSH(array, n, cap)                                                \
	map_push(&(array), &(n), &(cap), sizeof((array)[0]))

/* Append the row at hand. Rows of one alias follow one another, one a
 * target. False: out of memory. */
bool map_take_domain(
	struct rows *r, struct arena *a, struct map_rows *out) MUST_USE;
bool map_take_alias(
	struct rows *r, struct arena *a, struct map_rows *out) MUST_USE;

#endif
