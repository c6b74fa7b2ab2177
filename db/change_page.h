/*
 * The keys that changed, page by page: for a reader elsewhere, who takes any
 * number of them in replies of a bounded size. Revisions never change, so the
 * pages up to one serial belong together, however long the reading takes.
 */
#ifndef DB_CHANGE_PAGE_H
#define DB_CHANGE_PAGE_H

#include "db/map_rows.h"

extern const struct sql_table change_page_sql;

/* Behind a serial or, with a kind, behind this key of the serial after it. */
struct change_place {
	uint64_t after;
	char kind; /* '\0': none */
	const char *key;
};

/*
 * Append up to `most` keys behind `from`, of serials up to `upto`, by serial,
 * kind and key. out->is_cut: there are more, behind the last of them.
 */
bool change_page(struct db *db, const struct change_place *from, uint64_t upto,
	size_t most, struct arena *a, struct map_changes *out,
	struct err *e) MUST_USE;

#endif
