/*
 * Statements with `IN (?, ?, ...)`: a few lengths are prepared, and the list is
 * padded with its last value.
 */
#ifndef DB_IN_LIST_H
#define DB_IN_LIST_H

#include "db/db.h"

#define IN_LIST_MAX 64

/*
 * Run `head` (?, ...) `tail` with the 1 to IN_LIST_MAX values `args`, all of
 * type `kind`. `head` and `tail` are constants.
 */
bool db_query_in(struct db *db, const char *head, const char *tail, char kind,
	const char *out, const struct arg *args, size_t n, struct rows *rows_r,
	struct err *e) MUST_USE;

/* The same with `n_more` parameters of the types `more_in` in `tail`. */
#define IN_LIST_MORE 4
bool db_query_in_more(struct db *db, const char *head, const char *tail,
	char kind, const char *out, const struct arg *args, size_t n,
	const char *more_in, const struct arg *more, size_t n_more,
	struct rows *rows_r, struct err *e) MUST_USE;

#endif
