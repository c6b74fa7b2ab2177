/*
 * What all lists have in common: cursors, sort, limits, totals.
 *
 * Paging is by key: a cursor holds the sort value and the id of the row at
 * the page's end, so the 1,000th page costs what the first one does and rows
 * that come and go move nothing. A cursor belongs to its sort; with another
 * one it is refused (ERR_INVALID, field `after` or `before`, `bad_cursor`).
 */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include "base/base.h"
#include "base/err.h"

enum count_mode {
	COUNT_NONE,   /* a total only where a counter gives it for nothing */
	COUNT_CAPPED, /* exact up to 10,000 */
	COUNT_EXACT
};

#define LIST_LIMIT_DEFAULT 50
#define LIST_LIMIT_MAX 200
#define LIST_COUNT_CAP 10000

struct list_query {
	unsigned limit;     /* 0: LIST_LIMIT_DEFAULT */
	const char *after;  /* cursor, or NULL */
	const char *before; /* cursor, or NULL; not both */
	const char *sort;   /* key, with `-` before it for downward; NULL */
	const char *q;      /* search text, or NULL */
	enum count_mode count;
};

struct list_page {
	size_t n;         /* items */
	const char *next; /* cursor, or NULL */
	const char *prev;
	bool has_total;
	bool is_total_exact;
	int64_t total;
};

#endif
