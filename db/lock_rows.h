/*
 * Rows of locked mailboxes, and what was asked of nodes for them. No rules
 * here: see core/mailbox_lock.h.
 */
#ifndef DB_LOCK_ROWS_H
#define DB_LOCK_ROWS_H

#include "db/db.h"

extern const struct sql_table lock_sql;

struct lock_row {
	uint64_t id, mailbox_id, serial, sessions;
	const char *actor_name, *note;
	int64_t created_us;
};
/* Sets l->id. */
bool lock_row_insert(struct db *db, struct lock_row *l, struct err *e) MUST_USE;
bool lock_row_serial(
	struct db *db, uint64_t id, uint64_t serial, struct err *e) MUST_USE;
/* The newest of the mailbox. */
bool lock_row_last(struct db *db, struct arena *a, uint64_t mailbox_id,
	struct lock_row *out, bool *found_r, struct err *e) MUST_USE;

struct lock_request_row {
	uint64_t lock_id, request_id, node_id;
	const char *node, *verb;
};
bool lock_request_row_insert(struct db *db, const struct lock_request_row *q,
	struct err *e) MUST_USE;
/* The newest of each node. */
bool lock_request_row_list(struct db *db, struct arena *a, uint64_t lock_id,
	struct lock_request_row **items_r, size_t *n_r, struct err *e) MUST_USE;

bool lock_row_count_sessions(struct db *db, uint64_t mailbox_id, uint64_t *n_r,
	struct err *e) MUST_USE;

/* A target outside of all domains here, of an alias that changed lately. */
struct forward_row {
	uint64_t alias_id;
	const char *address, *target;
	int64_t updated_us;
	uint64_t version, serial;
	bool names_it; /* the alias has the mailbox's address, or it as target */
};
/* Of the mailbox's domain; those that name it first, then the newest. */
bool forward_row_list(struct db *db, struct arena *a, uint64_t domain_id,
	const char *address, int64_t since_us, size_t max,
	struct forward_row **items_r, size_t *n_r, struct err *e) MUST_USE;

#endif
