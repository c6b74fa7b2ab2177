/*
 * All statements that core uses, for db_open.
 */
#ifndef DB_TABLES_H
#define DB_TABLES_H

#include "db/db.h"

extern const struct sql_table *const db_tables[]; /* NULL-terminated */

#endif
