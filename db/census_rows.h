/*
 * How the passwords of all living mailboxes are stored.
 */
#ifndef DB_CENSUS_ROWS_H
#define DB_CENSUS_ROWS_H

#include "db/db.h"

extern const struct sql_table census_sql;

struct census_row {
	const char *scheme; /* mailbox.password_scheme; "" without one */
	uint64_t mailboxes;
};
bool census_rows(struct db *db, struct arena *a, struct census_row **rows_r,
	size_t *n_r, struct err *e) MUST_USE;

#endif
