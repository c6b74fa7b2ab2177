/*
 * Backup and restore: the whole installation as one file, encrypted with a
 * passphrase (base/archive.h): its data in one consistent snapshot, the version
 * of its schema, and its key files. It is run on the host by its operator; no
 * actor takes part, because no rule of the nouns is asked.
 *
 * What a backup holds:
 *	info     one record: format, program, schema version, when, serial
 *	schema   one record a migration: its name and SHA-256
 *	key/...  one record: the key file's owner and bytes
 *	table/.. one record a row (db/dump.h)
 *
 * A restore reads the file to its end, with all checksums, before it touches
 * anything. It goes onto an empty host only: no database (or one without
 * tables, or one that a restore left half-way). A key file that is there and
 * differs sealed nothing yet; it stays as PATH.before-restore. What a restore
 * made is removed again when it fails.
 */
#ifndef CORE_BACKUP_H
#define CORE_BACKUP_H

#include "base/conf.h"
#include "core/core.h"

/* What a backup says of itself. Texts live in the arena that was given. */
struct backup_info {
	const char *program; /* its version */
	unsigned schema;
	const char *created;
	uint64_t serial;
	uint64_t tables, rows, key_files;
	uint64_t bytes; /* of the file */
};

/* Told of each table when it is through; may be NULL. */
typedef void backup_step(void *ctx, const char *table, uint64_t rows);
struct backup_watch {
	backup_step *step;
	void *ctx;
};

/* Longest passphrase; shortest in characters. */
#define BACKUP_PASSPHRASE_MAX 256
#define BACKUP_PASSPHRASE_MIN 10

/* Write it; FILE appears when it is whole. */
bool backup_write(const struct conf *conf, struct arena *a, const char *path,
	const char *passphrase, struct backup_watch watch,
	struct backup_info *info_r, struct err *e) MUST_USE;

/* Read it to its end. ERR_INVALID `wrong_passphrase`, `not_a_backup`,
 * `damaged`. */
bool backup_verify(struct arena *a, const char *path, const char *passphrase,
	struct backup_info *info_r, struct err *e) MUST_USE;

/*
 * Onto an empty host. Beside what backup_verify refuses: ERR_CONFLICT
 * `not_empty` (the database has tables), `other_key` (a key file would have to
 * move aside and another one lies there already), `schema_newer` (made by a
 * newer program), `migration_changed`.
 */
bool backup_restore(const struct conf *conf, struct arena *a, const char *path,
	const char *passphrase, const char *schema_folder, bool skip_grants,
	struct backup_watch watch, struct backup_info *info_r,
	struct err *e) MUST_USE;

/* --- between backup.c and restore.c --- */

#define BACKUP_FORMAT "1"

/* The key files of an installation: their name in a backup, and their place. */
struct backup_key {
	const char *name;
	const char *path;
};
#define BACKUP_KEYS 1
void backup_keys(const struct conf *conf, struct backup_key out[BACKUP_KEYS]);

#endif
