/*
 * Whole tables, as they are, for backup and restore: every value as the bytes
 * that MariaDB shows it in, which it takes back unchanged.
 *
 * Left out is what belongs to a running installation and not to its data:
 * sessions, throttling, repeated requests, leases, and what nodes reported.
 */
#ifndef DB_DUMP_H
#define DB_DUMP_H

#include "base/arena.h"
#include "base/archive.h"
#include "db/db.h"

#define DUMP_TABLES_MAX 256
#define DUMP_COLUMNS_MAX 64

struct dump_table {
	const char *name;
	const char *column[DUMP_COLUMNS_MAX]; /* none that are generated */
	size_t n;
	const char *order; /* for ORDER BY: the primary key, or a column */
	uint64_t next_id;  /* AUTO_INCREMENT; 0: has none */
};

/* The tables of the connection's database, by name. */
bool dump_tables(struct db *db, struct arena *a, struct dump_table **tables_r,
	size_t *n_r, struct err *e) MUST_USE;

/* Is a table of this name part of a backup? */
bool dump_has(const char *name);

/* Every row in the order of the key, one at a time. Call it in a snapshot. */
typedef bool dump_row(
	void *ctx, const struct archive_cell *cells, size_t n, struct err *e);
bool dump_read(struct db *db, struct arena *a, const struct dump_table *t,
	dump_row *row, void *ctx, struct err *e) MUST_USE;

/*
 * Put rows back, in batches of their own transactions. dump_load_begin
 * empties the table first (rows that a migration put there). Foreign keys are
 * not looked at: the rows came from where they held.
 */
struct dump_load;
bool dump_load_begin(struct db *db, struct arena *a, const struct dump_table *t,
	struct dump_load **load_r, struct err *e) MUST_USE;
bool dump_load_row(struct dump_load *l, const struct archive_cell *cells,
	size_t n, struct err *e) MUST_USE;
/* Either of them ends it: with the rows that are left, or without. */
bool dump_load_end(struct dump_load *l, struct err *e) MUST_USE;
void dump_load_drop(struct dump_load *l);

/* How many tables and views the database has; 0 when there is no database. */
bool dump_is_empty(struct db *db, const char *database, bool *is_empty_r,
	struct err *e) MUST_USE;
/* Remove the database. `name` is the configuration's. */
bool dump_drop(struct db *db, const char *database, struct err *e) MUST_USE;

/*
 * A table that stands in a database while it is being restored: what has it
 * is no installation yet and may be removed and made anew.
 */
bool dump_mark(struct db *db, bool is_begun, struct err *e) MUST_USE;
bool dump_is_marked(struct db *db, const char *database, bool *is_marked_r,
	struct err *e) MUST_USE;

#endif
