/*
 * What list routes have in common: the query keys and the page around the
 * items.
 */
#ifndef CGI_LISTS_H
#define CGI_LISTS_H

#include "base/form.h"
#include "base/jsonw.h"
#include "core/list.h"

struct list_in {
	int64_t limit;
	const char *after;
	const char *before;
	const char *sort;
	const char *q;
	unsigned count; /* enum count_mode */
};

extern const char *const count_words[];

/* Rows of a form table whose struct T has a member `list`. */
#define LIST_PAGE_ROWS(T)                                                      \
	{ FIELD_NAMED(T, list.limit, "limit"), .min = 1,                       \
		.max = LIST_LIMIT_MAX },                                       \
		{ FIELD_NAMED(T, list.after, "after"), .max = 2048 },          \
	{                                                                      \
		FIELD_NAMED(T, list.before, "before"), .max = 2048             \
	}
#define LIST_SORT_ROW(T)                                                       \
	{                                                                      \
		FIELD_NAMED(T, list.sort, "sort"), .max = 32                   \
	}
#define LIST_ROWS(T)                                                           \
	LIST_PAGE_ROWS(T), LIST_SORT_ROW(T),                                   \
		{ FIELD_NAMED(T, list.q, "q"), .max = 200 },                   \
	{                                                                      \
		FIELD_NAMED(T, list.count, "count"), .words = count_words      \
	}

struct list_query list_query_of(const struct list_in *in);

/* NULL for an empty or missing text. */
const char *text_or_null(const char *s);

/* Begin `{"items":[`, and end it with the rest of the page. */
void page_begin(struct jsonw *w);
void page_end(struct jsonw *w, const struct list_page *page);

#endif
