/*
 * Migrations: schema/NNNN_name.sql, applied in order, each once, forward only.
 *
 * The table schema_version keeps version, name, SHA-256 of the file and when
 * it was applied. Two migrations at once are kept apart by GET_LOCK. A
 * database that is newer than the files, and a file that changed after it was
 * applied, are refused (ERR_CONFLICT, reasons `schema_newer` and
 * `migration_changed`). MariaDB commits each DDL statement by itself; a file
 * that failed half-way stays recorded as begun and is refused with
 * `migration_half_done` until an operator has looked.
 *
 * grants.sql, in the same folder, is applied after the migrations each time.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include "base/base.h"
#include "base/err.h"
#include "base/token.h"
#include "db/db.h"

/* Version of the newest file that this program was made for. */
#define DB_SCHEMA_VERSION 8

/* $POSTROOM_SCHEMA, else the folder given at build time. */
const char *db_schema_folder(void);

struct db_migrated {
	unsigned from, to; /* versions before and after; 0: an empty database */
};

/*
 * Create the database when it is missing, apply what is due, apply the grants
 * (unless `skip_grants`). `o` names an account that may do so.
 */
bool db_migrate(const struct db_options *o, const char *folder,
	bool skip_grants, struct db_migrated *done_r, struct err *e) MUST_USE;

/* The same up to `version` and no further, without the grants. */
bool db_migrate_to(const struct db_options *o, const char *folder,
	unsigned version, struct err *e) MUST_USE;

/* Name and SHA-256 of a migration in the folder; ERR_NOT_FOUND without it. */
bool db_migration_digest(const char *folder, unsigned version,
	char name[static 101], char sha256[static SHA256_HEX_SIZE],
	struct err *e) MUST_USE;

/* Version of the database; 0 when it is empty. */
bool db_schema_version(
	struct db *db, unsigned *version_r, struct err *e) MUST_USE;

#endif
