/*
 * Names in their order, page by page, and what one row of `node` says: for
 * rendering a role's lines a part at a time.
 */
#ifndef DB_NAME_ROWS_H
#define DB_NAME_ROWS_H

#include "base/arena.h"
#include "db/db.h"
#include "db/strset.h"

/* For db_open; prepared when it is used. */
extern const struct sql_table name_sql;

/*
 * The first `most` addresses and domains after `from` in their order, of one
 * domain (NULL: of all), each once, appended to `out`; deleted ones may be
 * among them. Texts are put into the arena.
 */
bool name_rows_after(struct db *db, const char *domain, const char *from,
	size_t most, struct arena *a, struct strset *out,
	struct err *e) MUST_USE;

/* Where a secondary delivers to; "" when there is no such node. */
bool name_row_next_hop(struct db *db, uint64_t node_id, char *out, size_t size,
	struct err *e) MUST_USE;

#endif
