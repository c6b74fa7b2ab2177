/*
 * Rows of `staging` and `staging_target`, and their SQL: what is written while
 * a source is read, the looks at it by set queries, and the batches that an
 * import takes from it. No rules here: see core/staging.h and core/import.h.
 *
 * A range is the rows of an import behind row `from` up to row `to`.
 */
#ifndef DB_STAGING_ROWS_H
#define DB_STAGING_ROWS_H

#include "db/db.h"

extern const struct sql_table staging_sql, staging_look_sql;

/* As in the column staging.noun. */
enum staged_noun {
	STAGED_DOMAIN = 1,
	STAGED_ALIAS_DOMAIN,
	STAGED_MAILBOX,
	STAGED_ALIAS,
	STAGED_WHITELIST,
	STAGED_ADMIN
};

/* Bits of staging.came: what the row gives, beside its subject. */
enum staged_came {
	CAME_NAME = 1 << 0, /* display name, description or note */
	CAME_STATE = 1 << 1,
	CAME_QUOTA = 1 << 2,
	CAME_HASH = 1 << 3,     /* a ready hash, in `password` */
	CAME_PASSWORD = 1 << 4, /* a password, in `sealed` */
	CAME_TARGETS = 1 << 5,
	CAME_MORE = 1 << 6,     /* further fields, JSON by the noun's form */
	CAME_GENERATE = 1 << 7, /* a password is to be made */
	CAME_SEND_AS = 1 << 8,  /* and whether it is so: */
	CAME_SENDS_AS = 1 << 9
};

/* Order of the import: staging.step. Aliases follow by how many staged ones
 * are behind them. */
enum staged_step {
	STEP_DOMAIN = 1,
	STEP_ALIAS_DOMAIN,
	STEP_MAILBOX,
	STEP_ALIAS,
	STEP_ALIAS_LAST = STEP_ALIAS + 20,
	STEP_ALIAS_CHANGED,
	STEP_WHITELIST,
	STEP_ADMIN,
	STEP_MISSING,
	STEPS
};

struct staged {
	uint64_t row_no;
	uint64_t line; /* 0: a mailbox that the file does not name */
	enum staged_noun noun;
	unsigned came;
	const char *subject, *domain;
	const char *name;
	unsigned state;       /* of the noun */
	int64_t quota_bytes;  /* -1: the domain's */
	const char *password; /* hash, or NULL */
	const void *sealed;   /* or NULL */
	size_t sealed_len;
	const char *targets; /* sorted, a comma between; or NULL */
	const char *more;    /* JSON object, or NULL */
	unsigned outcome, step;
	uint64_t noun_id, seen_version;
	uint64_t domain_id; /* read: of the living domain, or 0 */
};

/* Parameters of one row: import_id, row_no, line, noun, came, subject, domain,
 * name, state, quota_bytes, password, sealed, targets, more, outcome. */
#define STAGED_PARAMS 15
bool staging_row_insert(struct db *db, const struct arg *args, size_t rows,
	struct err *e) MUST_USE;
#define STAGED_TARGET_PARAMS 3
bool staging_row_targets(struct db *db, const struct arg *args, size_t rows,
	struct err *e) MUST_USE;

/* Up to `max` rows of a step (0: any) behind row `from`, in their order, as
 * they are to be imported (new or changed). */
bool staging_row_next(struct db *db, struct arena *a, uint64_t import_id,
	unsigned step, uint64_t from, size_t max, struct staged **items_r,
	size_t *n_r, struct err *e) MUST_USE;
/* Up to `max` rows of an outcome behind row `from`, for people. */
bool staging_row_list(struct db *db, struct arena *a, uint64_t import_id,
	unsigned outcome, uint64_t from, size_t max, struct staged **items_r,
	size_t *n_r, struct err *e) MUST_USE;
/* Up to `max` rows whose password is to be hashed behind row `from`. */
bool staging_row_unhashed(struct db *db, struct arena *a, uint64_t import_id,
	uint64_t from, size_t max, struct staged **items_r, size_t *n_r,
	struct err *e) MUST_USE;
/* Put hashes in: rows of hash, import_id, row_no. */
#define STAGED_HASH_PARAMS 3
bool staging_row_hashed(struct db *db, const struct arg *args, size_t rows,
	struct err *e) MUST_USE;
/* The least step above `step` that has rows, 0 when none has. */
bool staging_row_step_after(struct db *db, uint64_t import_id, unsigned step,
	uint64_t *step_r, struct err *e) MUST_USE;

struct staged_count {
	uint64_t noun, outcome, n, missing;
};
bool staging_row_count(struct db *db, struct arena *a, uint64_t import_id,
	struct staged_count **items_r, size_t *n_r, struct err *e) MUST_USE;
/* Some rows that one write of all of it would take in the database. */
bool staging_row_weight(struct db *db, uint64_t import_id, uint64_t *n_r,
	struct err *e) MUST_USE;

/* A row turned out wrong. */
bool staging_row_wrong(struct db *db, uint64_t import_id, uint64_t row_no,
	struct err *e) MUST_USE;
bool staging_row_outcome(struct db *db, uint64_t import_id, uint64_t row_no,
	unsigned outcome, struct err *e) MUST_USE;
bool staging_row_decide(struct db *db, uint64_t import_id, uint64_t row_no,
	unsigned outcome, unsigned step, struct err *e) MUST_USE;
/* The wrong rows behind `from`, their numbers only. */
bool staging_row_wrong_after(struct db *db, struct arena *a, uint64_t import_id,
	uint64_t from, size_t max, uint64_t **rows_r, size_t *n_r,
	struct err *e) MUST_USE;
/* Delete up to `max` rows with their targets; *n_r went. */
bool staging_row_delete(struct db *db, uint64_t import_id, uint64_t max,
	uint64_t *n_r, struct err *e) MUST_USE;

/* --- looks at a range --- */

struct staged_range {
	uint64_t import_id, from, to;
};
/* Errors of addresses: no such domain, said twice, held by the other kind. */
bool staging_look_domains(
	struct db *db, const struct staged_range *r, struct err *e) MUST_USE;
bool staging_look_doubles(
	struct db *db, const struct staged_range *r, struct err *e) MUST_USE;
bool staging_look_taken(
	struct db *db, const struct staged_range *r, struct err *e) MUST_USE;
/* The domains of the range with their ids, 0 where there is none. */
bool staging_look_names(struct db *db, struct arena *a,
	const struct staged_range *r, const char ***names_r, uint64_t **ids_r,
	size_t *n_r, struct err *e) MUST_USE;
/* The rows of this domain are not the actor's to import. */
bool staging_look_foreign(struct db *db, const struct staged_range *r,
	const char *domain, const char *reason, const char *text,
	struct err *e) MUST_USE;
/* Which nouns are there already. */
bool staging_look_existing(
	struct db *db, const struct staged_range *r, struct err *e) MUST_USE;
/* Errors of the mode: there already, not there. */
bool staging_look_mode(struct db *db, const struct staged_range *r,
	bool may_add, bool may_update, struct err *e) MUST_USE;
/* Rows with errors are wrong; the others new, changed or unchanged, and get
 * their step. Domains and whitelist entries that exist stay without outcome. */
bool staging_look_outcome(
	struct db *db, const struct staged_range *r, struct err *e) MUST_USE;
/* Existing domains and whitelist entries of the range. */
bool staging_look_pending(struct db *db, struct arena *a,
	const struct staged_range *r, struct staged **items_r, size_t *n_r,
	struct err *e) MUST_USE;
/* Targets that are nowhere; *n_r rows became wrong. */
bool staging_look_targets(struct db *db, const struct staged_range *r,
	uint64_t *n_r, struct err *e) MUST_USE;
/* Aliases whose staged targets all have a step get `step`; *n_r did. */
bool staging_look_level(struct db *db, uint64_t import_id, unsigned step,
	uint64_t *n_r, struct err *e) MUST_USE;
/* New aliases that got none name one another in a circle. */
bool staging_look_circle(
	struct db *db, uint64_t import_id, struct err *e) MUST_USE;

/* Up to `max` rows behind row `from` that count towards the limits of their
 * domains. */
struct staged_load {
	uint64_t row_no, line, domain_id;
	bool is_mailbox, is_new;
	int64_t quota_before, quota_after;
};
bool staging_look_limits(struct db *db, struct arena *a, uint64_t import_id,
	uint64_t from, size_t max, struct staged_load **items_r, size_t *n_r,
	struct err *e) MUST_USE;

/* Domains that staged mailboxes are in, behind a name. */
bool staging_row_domains(struct db *db, struct arena *a, uint64_t import_id,
	const char *after, size_t max, const char ***names_r, size_t *n_r,
	struct err *e) MUST_USE;
/* Stage the mailboxes of a domain that are not staged, to be closed, from row
 * `from` + 1 on; *n_r of them. */
bool staging_row_missing(struct db *db, uint64_t import_id, const char *domain,
	uint64_t from, uint64_t *n_r, struct err *e) MUST_USE;

/* --- inside the import --- */

/* The addresses of the range that somebody has now. */
bool staging_row_held(struct db *db, struct arena *a,
	const struct staged_range *r, uint64_t **rows_r, size_t *n_r,
	struct err *e) MUST_USE;
/* Ids of the living mailboxes of the range, in the order of the rows. */
bool staging_row_ids(struct db *db, struct arena *a,
	const struct staged_range *r, uint64_t **rows_r, uint64_t **ids_r,
	size_t *n_r, struct err *e) MUST_USE;
/* Addresses of living aliases that name an address of the range. */
bool staging_row_referring(struct db *db, struct arena *a,
	const struct staged_range *r, size_t max, const char ***items_r,
	size_t *n_r, struct err *e) MUST_USE;

#endif
