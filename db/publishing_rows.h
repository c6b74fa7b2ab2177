/*
 * Rows of publishing as people steer it: the setting of the mode, approvals,
 * acts. No rules here: see core/publishing.h.
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

/* When a revision was saved; TIME_NONE when there is none of that serial. */
bool revision_row_created(
	struct db *db, uint64_t serial, int64_t *us_r, struct err *e) MUST_USE;

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
 * What happened, newest first: revisions (but those of the mode, which is an
 * act) and acts in one list, by time; in one moment acts first, then by id.
 */
struct version_row {
	bool is_act;
	uint64_t id; /* serial of a revision, id of an act */
	uint64_t serial;
	const char *action; /* of the revision, or the act */
	const char *actor_name, *note;
	const char *subject;         /* of the first change */
	const char *domains, *value; /* of an act */
	const char *node;            /* "": every node */
	uint64_t changes;
	int64_t created_us;
};

/* Where a page begins: behind this row. */
struct version_key {
	int64_t created_us;
	bool is_act;
	uint64_t id;
};

bool version_rows(struct db *db, struct arena *a, const struct version_key *k,
	size_t max, struct version_row **items_r, size_t *n_r,
	struct err *e) MUST_USE;

#endif
