/*
 * Rows of idempotency claims, jobs, and leases.
 */
#ifndef DB_MISC_ROWS_H
#define DB_MISC_ROWS_H

#include "db/db.h"

extern const struct sql_table misc_sql;

/* --- idempotency --- */

/* Duplicate key: `PRIMARY`, turned into ERR_RETRY: the first one is at work. */
bool claim_row_insert(struct db *db, const uint8_t key[static 32],
	const uint8_t request[static 32], uint64_t prov_id, int64_t at_us,
	struct err *e) MUST_USE;
struct claim_row {
	uint8_t request[32];
	unsigned status; /* 0: the reply is not kept */
	const char *location;
	const char *reply; /* or NULL */
};
bool claim_row_get(struct db *db, struct arena *a, const uint8_t key[static 32],
	struct claim_row *out, bool *found_r, struct err *e) MUST_USE;
/* The first noun that the write of a claim made; `prov:ID` is its location. */
bool claim_row_made(struct db *db, struct arena *a, uint64_t prov_id,
	const char **noun_r, uint64_t *id_r, struct err *e) MUST_USE;
bool claim_row_keep(struct db *db, const uint8_t key[static 32],
	unsigned status, const char *location, const char *reply,
	struct err *e) MUST_USE;
bool claim_row_purge(struct db *db, int64_t before_us, uint64_t *n_r,
	struct err *e) MUST_USE;

/* --- jobs --- */

struct job_row {
	uint64_t id;
	const char *kind;
	unsigned state;
	const char *subject;
	uint64_t domain_id;
	const char *args;
	const char *phase;
	uint64_t done, total, failed, seq;
	bool is_cancel_requested;
	const char *message;
	unsigned actor_kind;
	uint64_t admin_id;
	const char *actor_name;
	int64_t created_us, started_us, finished_us;
	uint64_t undoes_job; /* 0: it undoes no job */
	uint64_t undone_by;  /* the job that undoes it, 0: none */
	bool has_revisions;  /* in the log; read only */
	uint64_t token_id;   /* of some domains; 0: none */
};
#define JOB_COLUMNS                                                            \
	"j.id, j.kind, j.state, j.subject, j.domain_id, j.args, j.phase, "     \
	"j.done, j.total, j.failed, j.seq, j.cancel, j.message, "              \
	"j.actor_kind, j.admin_id, j.actor_name, j.created, j.started, "       \
	"j.finished, j.undoes_job, (SELECT MAX(u.id) FROM job u "              \
	"WHERE u.undoes_job = j.id AND u.state NOT IN (4, 5) "                 \
	"AND (SELECT w.id FROM job w WHERE w.undoes_job = u.id "               \
	"AND w.state NOT IN (4, 5) LIMIT 1) IS NULL), "                        \
	"CAST((SELECT r.serial FROM revision r WHERE r.job_id = j.id "         \
	"LIMIT 1) IS NOT NULL AS UNSIGNED), j.token_id"
#define JOB_OUT                                                                \
	"usususs"                                                              \
	"uuuuu"                                                                \
	"suustttuuuu"

bool job_load(const struct rows *r, struct arena *a, void *item) MUST_USE;
bool job_row_insert(struct db *db, struct job_row *j, struct err *e) MUST_USE;
bool job_row_get(struct db *db, struct arena *a, uint64_t id,
	struct job_row *out, bool *found_r, struct err *e) MUST_USE;
/* An unfinished job of this domain: its id, or 0. */
bool job_row_of_domain(struct db *db, uint64_t domain_id, uint64_t *id_r,
	struct err *e) MUST_USE;
/* The oldest that may be taken: its id, or 0. */
bool job_row_next(
	struct db *db, int64_t at_us, uint64_t *id_r, struct err *e) MUST_USE;
/* Compare and set; *won_r tells. */
bool job_row_take(struct db *db, uint64_t id, const char *holder,
	int64_t until_us, int64_t at_us, bool *won_r, struct err *e) MUST_USE;
bool job_row_progress(struct db *db, const struct job_row *j,
	const char *holder, int64_t until_us, bool *won_r,
	struct err *e) MUST_USE;
bool job_row_finish(struct db *db, const struct job_row *j, const char *holder,
	int64_t at_us, bool *won_r, struct err *e) MUST_USE;
/* Args and figures, inside the transaction of a batch. */
bool job_row_batch(
	struct db *db, const struct job_row *j, struct err *e) MUST_USE;
/* Queued: cancelled; running: asked. *n_r rows changed. */
bool job_row_cancel(struct db *db, uint64_t id, int64_t at_us, uint64_t *n_r,
	struct err *e) MUST_USE;
bool job_row_error(struct db *db, uint64_t id, const char *subject,
	const char *reason, const char *text, struct err *e) MUST_USE;
struct job_error_row {
	uint64_t seq;
	const char *subject, *reason, *text;
};
bool job_row_errors(struct db *db, struct arena *a, uint64_t id, uint64_t after,
	size_t max, struct job_error_row **items_r, size_t *n_r,
	struct err *e) MUST_USE;
/* How many there are of each state below n. */
bool job_row_count(
	struct db *db, uint64_t *n_r, size_t n, struct err *e) MUST_USE;
bool job_row_purge(struct db *db, int64_t before_us, size_t max, uint64_t *n_r,
	struct err *e) MUST_USE;

/* --- leases --- */
bool lease_row_hold(struct db *db, const char *name, const char *holder,
	int64_t at_us, int64_t until_us, bool *held_r, struct err *e) MUST_USE;

#endif
