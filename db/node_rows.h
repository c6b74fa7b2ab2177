/*
 * Rows of `node` that the operator makes. What a node has live is read in
 * core/overview.h. No rules here: see core/node.h.
 */
#ifndef DB_NODE_ROWS_H
#define DB_NODE_ROWS_H

#include "db/db.h"

extern const struct sql_table node_sql;

/* By name; *id_r is 0 when there is none. `role_r` is copied (size bytes). */
bool node_row_find(struct db *db, const char *name, uint64_t *id_r,
	char *role_r, size_t size, struct err *e) MUST_USE;

/* A node that is there already is left as it is. */
bool node_row_insert(struct db *db, const char *name, const char *role,
	int64_t created_us, bool *is_new_r, struct err *e) MUST_USE;

#endif
