/*
 * One Postfix map in an LMDB file, as lmdb_table(5) of Postfix reads it: keys
 * and values end in a NUL, no lock table, fcntl locks on the file itself.
 *
 * A change is made in place in one transaction, so a reader sees the old or
 * the new map and a killed writer leaves the old one. The write lock is taken
 * first and turned into a read lock before the transaction begins: no reader
 * is then on an old snapshot, readers go on, other writers wait.
 *
 * Every function here may abort or die of SIGBUS on a damaged file: run them
 * in a child (mta/child.h). Never have two of them open on the same file in
 * one process: closing any descriptor of a file drops its fcntl locks.
 * postmap(1) must never write these files.
 */
#ifndef MTA_LMDB_MAP_H
#define MTA_LMDB_MAP_H

#include "maps/delta.h"
#include "maps/lines.h"

enum lmdb_part { LMDB_PUTS, LMDB_REMOVALS, LMDB_BOTH };

/*
 * Apply the lines of `d[0..n)`, all of one map, that belong to `part`, in one
 * transaction. Waits at most lock_ms for the lock. ERR_UNAVAILABLE: locked;
 * ERR_NOT_FOUND: no such file; ERR_INTERNAL reason `damaged` or `io`.
 */
bool lmdb_apply(const char *path, const struct delta_line *d, size_t n,
	enum lmdb_part part, int lock_ms, struct err *e)
	__attribute__((warn_unused_result));

/*
 * Write a whole new file from sorted lines, sync it and rename it into place.
 * Processes that have the old file open keep it until Postfix is reloaded.
 */
bool lmdb_build(const char *path, const struct map_lines *sorted, struct err *e)
	__attribute__((warn_unused_result));

/* One line of a scan; the texts live until the function returns. */
typedef bool lmdb_each(
	void *ctx, const char *key, const char *value, struct err *e);

/*
 * All lines in key order, under a read lock held throughout. Fails as
 * `damaged` where a key or value lacks its NUL, keys are out of order or the
 * count is not the one on record. Without `each` the list of free pages, which
 * only a writer meets, is read too.
 */
bool lmdb_scan(const char *path, lmdb_each *each, void *ctx, struct err *e)
	__attribute__((warn_unused_result));

/* Append to `out` the lines of those keys that are there, in one snapshot. */
bool lmdb_lookup(const char *path, const char *const *key, size_t n,
	struct map_lines *out, struct err *e)
	__attribute__((warn_unused_result));

/*
 * Keys one by one in one snapshot, under a read lock until it is closed: be
 * quick. Values live as long. *value_r is NULL where there is no such key.
 */
struct lmdb_reader;
bool lmdb_reader_open(struct lmdb_reader **r_r, const char *path, struct err *e)
	__attribute__((warn_unused_result));
bool lmdb_reader_get(struct lmdb_reader *r, const char *key,
	const char **value_r, struct err *e)
	__attribute__((warn_unused_result));
void lmdb_reader_close(struct lmdb_reader **r);

#endif
