/*
 * Pages of the lists, and their counts. Statements are put together from
 * constant fragments (sort key, filter, scope); text from outside only binds.
 *
 * How a page is found:
 * - by the index of its sort key, from the cursor on (no OFFSET anywhere);
 * - of an admin's domains: along the same index, which holds domain_id, while
 *   that finds enough rows soon; else the domains' own indexes, merged;
 * - a search is three ranges, merged: addresses that begin with the text, the
 *   mailboxes of domains whose name does, and names of which any part begins
 *   with it (the table mailbox_part). Where a range is too large to sort, the
 *   index of the sort key is walked instead, because then hits are dense.
 *   Aliases have targets that begin with the text as the third one. Domains
 *   and the whitelist are small: any part of their texts.
 */
#ifndef DB_LIST_ROWS_H
#define DB_LIST_ROWS_H

#include "db/scope.h"

enum list_noun {
	LIST_DOMAINS,
	LIST_MAILBOXES,
	LIST_ALIASES,
	LIST_WHITELIST,
	LIST_JOBS,
	LIST_NOUNS
};

struct list_key {
	unsigned sort; /* as list_sort_find says */
	bool is_down;
	bool is_back; /* the page before the cursor; rows come in reverse */
	bool has_cursor;
	const char *value; /* of the cursor: the sort value as text */
	uint64_t id;
	size_t limit; /* rows wanted; one more may come, to tell there is more */
};

struct list_filter {
	bool is_scoped; /* only these domains, ascending */
	const uint64_t *scope;
	size_t n_scope;
	struct scope_ids ids; /* the same for SQL */
	uint64_t admin_id;    /* jobs: his own too, 0: not */
	uint64_t domain_id;   /* 0: all */
	unsigned state;       /* 0: all that are alive */
	bool is_deleted;      /* rows that are not alive */
	const char *q;        /* NULL: none; lower case where it is ASCII */
	const char *target;   /* aliases */
};

/* The number of a sort key by its name; false when there is none. */
bool list_sort_find(
	enum list_noun noun, const char *name, unsigned *sort_r) MUST_USE;
/* Is a cursor's text a possible value of this sort key? */
bool list_value_is_valid(
	enum list_noun noun, unsigned sort, const char *value) MUST_USE;
/* The sort value of a row, as text in the arena. */
const char *list_value(
	enum list_noun noun, unsigned sort, const void *item, struct arena *a);
uint64_t list_id(enum list_noun noun, const void *item);

/* Rows in the direction of the key; *n_r up to limit + 1. Items are structs of
 * the noun. */
bool list_rows(struct db *db, struct arena *a, enum list_noun noun,
	const struct list_key *k, const struct list_filter *f, void **items_r,
	size_t *n_r, struct err *e) MUST_USE;

/* How many, at most `cap` (0: all). */
bool list_count(struct db *db, enum list_noun noun, const struct list_filter *f,
	uint64_t cap, uint64_t *n_r, struct err *e) MUST_USE;

/* Rows of a filter in the order of ids, for bulk work. */
struct list_ids {
	const int64_t *id; /* only these, n = 0: all */
	size_t n;
	uint64_t after; /* ids behind it, */
	uint64_t until; /* and up to it; 0: no end */
	size_t max;
};
#define LIST_IDS_MAX 256
bool list_ids(struct db *db, struct arena *a, enum list_noun noun,
	const struct list_filter *f, const struct list_ids *want,
	uint64_t **ids_r, size_t *n_r, struct err *e) MUST_USE;

/* The greatest id that a row of this noun has, 0 for none. */
bool list_last_id(struct db *db, enum list_noun noun, uint64_t *id_r,
	struct err *e) MUST_USE;

#endif
