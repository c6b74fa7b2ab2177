/*
 * Rows of `import`, `import_spool` and `import_error`, and their SQL. No rules
 * here: see core/import.h.
 */
#ifndef DB_IMPORT_ROWS_H
#define DB_IMPORT_ROWS_H

#include "db/db.h"

extern const struct sql_table import_sql;

/* As in the columns import.state, staging.outcome and import_spool.kind. */
enum import_state {
	IMPORT_UPLOADING = 1,
	IMPORT_CHECKING,
	IMPORT_READY,
	IMPORT_RUNNING,
	IMPORT_DONE,
	IMPORT_FAILED,
	IMPORT_CANCELLED
};
enum import_outcome {
	OUTCOME_NONE,
	OUTCOME_NEW,
	OUTCOME_CHANGED,
	OUTCOME_UNCHANGED,
	OUTCOME_WRONG
};
enum import_spool { SPOOL_FILE = 1, SPOOL_PASSWORDS, SPOOL_FAILED };

/* What the jobs have counted so far. */
struct import_counts {
	uint64_t rows, new_, changed, unchanged, wrong;
	uint64_t missing; /* mailboxes that the file does not name */
	uint64_t failed;  /* rows that turned out wrong while importing */
	uint64_t made;    /* rows that are nouns now */
	uint64_t passwords;
};

/* The place that a job got to: a phase, and what that phase counts. */
struct import_place {
	uint64_t phase;
	uint64_t at_byte, at_line; /* of the file */
	uint64_t at_row;
	uint64_t place;
};

struct import {
	uint64_t id;
	enum import_state state;
	const char *source; /* `csv`, or the name of a reader */
	unsigned noun;      /* enum staged_noun */
	const char *file_name;
	uint64_t file_bytes, pieces;
	const char *options; /* JSON */
	const char *notices; /* JSON array */
	struct import_place at;
	struct import_counts n;
	uint64_t check_job, run_job; /* 0: none yet */
	const char *message;
	unsigned actor_kind;
	uint64_t admin_id; /* 0: none */
	const char *actor_name;
	int64_t created_us, finished_us, spool_us;
	int64_t purge_us; /* of a new one */
};

bool import_row_insert(
	struct db *db, struct import *in, struct err *e) MUST_USE;
bool import_row_get(struct db *db, struct arena *a, uint64_t id, bool is_locked,
	struct import *out, bool *found_r, struct err *e) MUST_USE;
/* The newest behind id `before` (0: from the newest); of one admin unless 0. */
bool import_row_list(struct db *db, struct arena *a, uint64_t before,
	uint64_t admin_id, size_t max, struct import **items_r, size_t *n_r,
	struct err *e) MUST_USE;
/* Everything that changes. */
bool import_row_update(
	struct db *db, const struct import *in, struct err *e) MUST_USE;
bool import_row_delete(struct db *db, uint64_t id, struct err *e) MUST_USE;
/* The oldest whose spool, or which itself, is over: its id, or 0. */
bool import_row_due_spool(
	struct db *db, int64_t at_us, uint64_t *id_r, struct err *e) MUST_USE;
bool import_row_due(
	struct db *db, int64_t at_us, uint64_t *id_r, struct err *e) MUST_USE;
bool import_row_next_due(struct db *db, int64_t *us_r, struct err *e) MUST_USE;

struct spool_row {
	uint64_t seq, at_byte, n_bytes;
	const void *data; /* sealed, in the arena */
	size_t len;
};
/* Duplicate key: `PRIMARY`. */
bool spool_row_insert(struct db *db, uint64_t import_id, unsigned kind,
	const struct spool_row *in, struct err *e) MUST_USE;
bool spool_row_get(struct db *db, struct arena *a, uint64_t import_id,
	unsigned kind, uint64_t seq, struct spool_row *out, bool *found_r,
	struct err *e) MUST_USE;
/* The first that there is. */
bool spool_row_first(struct db *db, struct arena *a, uint64_t import_id,
	unsigned kind, struct spool_row *out, bool *found_r,
	struct err *e) MUST_USE;
/* The piece that byte `at` is in. */
bool spool_row_at(struct db *db, struct arena *a, uint64_t import_id,
	unsigned kind, uint64_t at, struct spool_row *out, bool *found_r,
	struct err *e) MUST_USE;
/* How many pieces, and how many bytes in all. */
bool spool_row_size(struct db *db, uint64_t import_id, unsigned kind,
	uint64_t *pieces_r, uint64_t *bytes_r, struct err *e) MUST_USE;
bool spool_row_delete(struct db *db, uint64_t import_id, unsigned kind,
	struct err *e) MUST_USE;
bool spool_row_delete_one(struct db *db, uint64_t import_id, unsigned kind,
	uint64_t seq, struct err *e) MUST_USE;

struct import_error {
	uint64_t row_no, n, line, col;
	const char *field, *value, *reason, *text;
};
#define IMPORT_ERROR_PARAMS 9
/* Rows of import_id, row_no, n, line, col, field, value, reason, text. One
 * that is there already stays. */
bool import_error_insert(struct db *db, const struct arg *args, size_t rows,
	struct err *e) MUST_USE;
/* Behind row `after_row`, error `after_n`. */
bool import_error_list(struct db *db, struct arena *a, uint64_t import_id,
	uint64_t after_row, uint64_t after_n, size_t max,
	struct import_error **items_r, size_t *n_r, struct err *e) MUST_USE;
bool import_error_delete(
	struct db *db, uint64_t import_id, struct err *e) MUST_USE;

#endif
