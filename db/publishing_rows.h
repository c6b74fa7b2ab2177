/*
 * Rows of publishing as people steer it: the setting of the mode, approvals,
 * acts, and which saved changes wait. No rules here: see core/publishing.h.
 *
 * A change waits by its keys: those of addresses and domains (kinds a, d), of
 * the whitelist (w, domain ''), not those that only end sessions. What goes
 * live at once in every mode (passwords and quota of a mailbox, the end of a
 * whitelist entry) never waits.
 */
#ifndef DB_PUBLISHING_ROWS_H
#define DB_PUBLISHING_ROWS_H

#include "db/db.h"

extern const struct sql_table publishing_sql;

/* "" when it is not set. */
bool setting_row_get(struct db *db, struct arena *a, const char *name,
	const char **value_r, struct err *e) MUST_USE;
bool setting_row_set(struct db *db, const char *name, const char *value,
	struct err *e) MUST_USE;

/* Of everything (domain ''), and of a domain; they only grow. */
bool approval_row_floor(
	struct db *db, uint64_t *serial_r, struct err *e) MUST_USE;
bool approval_row_raise(struct db *db, const char *domain, uint64_t serial,
	int64_t at_us, struct err *e) MUST_USE;
bool approval_row_raise_guard(struct db *db, const char *domain,
	uint64_t serial, int64_t at_us, struct err *e) MUST_USE;

/* The newest serial, locked until the end of the transaction: nobody takes
 * the next one meanwhile. */
bool head_row_lock(struct db *db, uint64_t *serial_r, struct err *e) MUST_USE;

struct publication_row {
	uint64_t id;
	const char *act;  /* publish, confirm, rollback, resume, mode */
	uint64_t node_id; /* 0: every node */
	uint64_t serial;
	const char *domains; /* a line feed after each name; "": everything */
	const char *value;
	unsigned actor_kind;
	uint64_t admin_id;
	const char *actor_name, *client, *request_id, *note;
	int64_t created_us;
};
bool publication_row_insert(
	struct db *db, const struct publication_row *p, struct err *e) MUST_USE;

/*
 * Which changes wait: those after `review` that no approval of their domain
 * reaches, and all after `hold`. UINT64_MAX where there is no such bound.
 * `upto` is the newest serial looked at. With an admin only those of the
 * domains that he has.
 */
struct pending_bounds {
	uint64_t review, hold, upto;
	uint64_t admin_id; /* 0: all */
};

#define PENDING_COUNT_MAX 10000

struct pending_count {
	uint64_t revisions, domains;
	bool is_exact; /* false: there are more */
	int64_t first_us;
};
/* Looks at PENDING_COUNT_MAX keys and no more. */
bool pending_row_count(struct db *db, const struct pending_bounds *b,
	struct pending_count *out, struct err *e) MUST_USE;

/* The oldest serial that waits, 0 when none does. */
bool pending_row_first(struct db *db, const struct pending_bounds *b,
	uint64_t *serial_r, struct err *e) MUST_USE;

/* Domains with something that waits after `serial`, up to `max`. */
bool pending_row_domains_after(struct db *db, struct arena *a,
	const struct pending_bounds *b, uint64_t serial, size_t max,
	const char ***names_r, size_t *n_r, struct err *e) MUST_USE;

#endif
