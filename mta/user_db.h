/*
 * Dovecot's users: one SQLite file in WAL mode that Dovecot's auth-workers
 * read under the publisher's own user id.
 *
 * The lines are those of MAP_ACCOUNTS (maps/account.h). A change is one
 * transaction, synced at its commit and seen at once by running workers. The
 * writer keeps its connection open, so that the -wal and -shm files stay.
 * A file is replaced only when it is missing or damaged: running workers go
 * on with the old one, so user_db_build wants a reload of Dovecot after it.
 *
 * Unlike LMDB, SQLite reports damage as an error, so lookups and changes run
 * in the publisher itself; whole-file checks run in a child for their time.
 */
#ifndef MTA_USER_DB_H
#define MTA_USER_DB_H

#include "maps/delta.h"
#include "maps/lines.h"

struct user_db;

/*
 * Open an existing file with its table. ERR_NOT_FOUND reason `missing`: no
 * file or no table (a worker makes an empty file where it finds none);
 * ERR_INTERNAL reason `damaged` or `io`.
 */
bool user_db_open(
	const char *path, struct user_db **db_r, struct err *e) MUST_USE;
void user_db_close(struct user_db **db);

/* Are the path and its -wal and -shm still the files that are open here? */
bool user_db_is_current(const struct user_db *db);

/* Apply the puts, or else the removals, among d[0..n) in one transaction. */
bool user_db_apply(struct user_db *db, const struct delta_line *d, size_t n,
	bool puts, struct err *e) MUST_USE;

/* Append the lines of those addresses that are there. */
bool user_db_lookup(struct user_db *db, const char *const *key, size_t n,
	struct map_lines *out, struct err *e) MUST_USE;

/* Is this address wanted? */
typedef bool user_db_want(void *ctx, const char *address);

/* Append the wanted lines (NULL: all) in key order, read in one snapshot. */
bool user_db_scan(struct user_db *db, user_db_want *want, void *ctx,
	struct map_lines *out, struct err *e) MUST_USE;

/* SQLite's quick_check on a connection of its own. */
bool user_db_verify(const char *path, struct err *e) MUST_USE;

/*
 * Write a whole new file from sorted lines and put it in place. Close the
 * connection of this process first. Dovecot must be reloaded afterwards.
 */
bool user_db_build(const char *path, const struct map_lines *sorted,
	struct err *e) MUST_USE;

#endif
