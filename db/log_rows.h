/*
 * Rows of the revision log: head, revision, change, change_key, secret. No
 * rules here: see core/revision.h.
 */
#ifndef DB_LOG_ROWS_H
#define DB_LOG_ROWS_H

#include "db/db.h"

extern const struct sql_table log_sql;

/* Parameters of one row each, as log_row_changes and log_row_keys take them. */
#define CHANGE_PARAMS 10
#define KEY_PARAMS 4
/* prov_id, seq, noun, noun_id, domain_id, op, subject, version, before,
 * after */
bool log_row_changes(struct db *db, const struct arg *args, size_t rows,
	struct err *e) MUST_USE;
/* prov_id, seq, kind, key */
bool log_row_keys(struct db *db, const struct arg *args, size_t rows,
	struct err *e) MUST_USE;

/* Take the next serial: from here to the commit nothing else happens. */
bool log_row_serial(struct db *db, uint64_t *serial_r, struct err *e) MUST_USE;
bool log_row_head(struct db *db, uint64_t *serial_r, struct err *e) MUST_USE;

struct revision_row {
	uint64_t serial, prov_id;
	const char *action;
	unsigned actor_kind;
	uint64_t admin_id;
	const char *actor_name, *client, *request_id, *note;
	uint64_t undoes, job_id, changes;
	int64_t created_us;
};
bool log_row_revision(
	struct db *db, const struct revision_row *r, struct err *e) MUST_USE;

/* Append a secret; its id. */
bool secret_row_insert(struct db *db, const char *kind, const char *value,
	int64_t created_us, uint64_t *id_r, struct err *e) MUST_USE;
/* Values by id, "" for those that are not there; in the order of `ids`. */
bool secret_row_values(struct db *db, struct arena *a, const uint64_t *ids,
	size_t n, const char ***out, struct err *e) MUST_USE;
/* Many in one statement; their ids in the same order. ERR_RETRY when another
 * write of the very same microsecond makes them hard to tell apart. */
bool secret_row_insert_many(struct db *db, struct arena *a, const char *kind,
	const char *const *value, size_t n, int64_t created_us, uint64_t *ids_r,
	struct err *e) MUST_USE;
bool secret_row_exists(
	struct db *db, uint64_t id, bool *found_r, struct err *e) MUST_USE;

#endif
