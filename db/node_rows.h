/*
 * Rows of `node` that the operator makes, and what nodes report of themselves.
 * No rules here: see core/node.h and core/publishing.h.
 */
#ifndef DB_NODE_ROWS_H
#define DB_NODE_ROWS_H

#include "db/db.h"

extern const struct sql_table node_sql;

struct node_def_row {
	uint64_t id;
	const char *name;
	unsigned role; /* see core/node.h */
	const char *network, *next_hop, *note;
	bool has_token;
	uint8_t token_hash[32];
	int64_t token_created_us, token_used_us, created_us;
	uint64_t version;
};
/* By its id or name; *found_r tells. `is_locked` for a row that changes in
 * this transaction. */
bool node_row_get(struct db *db, struct arena *a, uint64_t id, bool is_locked,
	struct node_def_row *out, bool *found_r, struct err *e) MUST_USE;
bool node_row_find(struct db *db, struct arena *a, const char *name,
	struct node_def_row *out, bool *found_r, struct err *e) MUST_USE;
bool node_row_list(struct db *db, struct arena *a,
	struct node_def_row **items_r, size_t *n_r, struct err *e) MUST_USE;
/* Sets n->id. Duplicate key: `node_name`. */
bool node_row_insert(
	struct db *db, struct node_def_row *n, struct err *e) MUST_USE;
/* Everything but name, role and use. */
bool node_row_update(
	struct db *db, const struct node_def_row *n, struct err *e) MUST_USE;
/* With all that nodes report and are asked. */
bool node_row_delete(struct db *db, uint64_t id, struct err *e) MUST_USE;

struct node_row {
	uint64_t id;
	const char *name, *role;
	uint64_t serial;
	const char *state, *message;
	int64_t applied_us, seen_us;
	uint64_t pending;
	bool is_holding;
	uint64_t hold_serial;
	const char *hold_by;
	uint64_t journal_from, drift;
	int64_t checked_us;
	const char *facts;    /* NULL: none */
	uint64_t held;        /* domains */
	bool is_told_to_hold; /* its target */
	uint64_t target_serial;
};
/* All nodes by name, with their status. */
bool node_row_status(struct db *db, struct arena *a, struct node_row **items_r,
	size_t *n_r, struct err *e) MUST_USE;

struct held_row {
	const char *domain, *held;
};
/* Domains that a node holds back, by name. */
bool node_row_held(struct db *db, struct arena *a, uint64_t node_id, size_t max,
	struct held_row **items_r, size_t *n_r, struct err *e) MUST_USE;

/* Why some node holds the domain back; NULL when none does. A fault comes
 * before the guard. */
bool held_row_reason(struct db *db, struct arena *a, const char *domain,
	const char **reason_r, struct err *e) MUST_USE;

/* What a node is to have live. */
bool node_target_row_set(struct db *db, uint64_t node_id, bool is_hold,
	uint64_t serial, int64_t at_us, struct err *e) MUST_USE;

/* NULL when there is no such node. */
bool node_row_name(struct db *db, struct arena *a, uint64_t id,
	const char **name_r, struct err *e) MUST_USE;

/* --- requests --- */

struct node_request_row {
	uint64_t id, node_id;
	const char *verb, *args;
	unsigned actor_kind;
	uint64_t admin_id;
	const char *actor_name;
	int64_t created_us, expires_us;
};
/* Sets q->id. */
bool node_request_row_insert(
	struct db *db, struct node_request_row *q, struct err *e) MUST_USE;
/* Requests that the node may still take. */
bool node_request_row_open(struct db *db, uint64_t node_id, int64_t at_us,
	uint64_t *n_r, struct err *e) MUST_USE;

struct node_reply_row {
	const char *verb;
	int64_t created_us, expires_us;
	const char *code, *body; /* NULL: no reply yet */
	int64_t replied_us;
};
bool node_request_row_get(struct db *db, struct arena *a, uint64_t node_id,
	uint64_t id, struct node_reply_row *out, bool *found_r,
	struct err *e) MUST_USE;
/* The newest good reply of a node to this verb. */
bool node_reply_row_last(struct db *db, struct arena *a, uint64_t node_id,
	const char *verb, struct node_reply_row *out, bool *found_r,
	struct err *e) MUST_USE;
/* With their replies. */
bool node_request_row_purge(struct db *db, int64_t before_us, uint64_t *n_r,
	struct err *e) MUST_USE;

#endif
