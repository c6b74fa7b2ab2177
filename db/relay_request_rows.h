/*
 * Rows of requests for an entry in the relay whitelist.
 */
#ifndef DB_RELAY_REQUEST_ROWS_H
#define DB_RELAY_REQUEST_ROWS_H

#include "db/db.h"

extern const struct sql_table relay_request_sql;

struct relay_request {
	uint64_t id, admin_id; /* 0: the admin is gone */
	const char *admin_name;
	const char *network, *reason;
	const char *domains; /* names with blanks between */
	unsigned state;      /* enum relay_request_state */
	const char *answer, *answered_by;
	int64_t answered_us;
	uint64_t whitelist_id; /* 0: none was made */
	int64_t created_us;
	uint64_t version;
};

bool relay_request_row_get(struct db *db, struct arena *a, uint64_t id,
	bool lock, struct relay_request *out, bool *found_r,
	struct err *e) MUST_USE;
/* The newest first, behind `before` (0: from the newest); of an admin (0: of
 * all), of a state (0: any). */
bool relay_request_row_list(struct db *db, struct arena *a, uint64_t admin_id,
	unsigned state, uint64_t before, size_t max,
	struct relay_request **items_r, size_t *n_r, struct err *e) MUST_USE;
/* How many of an admin are open, under the lock of his row. */
bool relay_request_row_open(struct db *db, uint64_t admin_id, uint64_t *n_r,
	struct err *e) MUST_USE;
/* The oldest that is open; *n_r 0: none. */
bool relay_request_row_waiting(struct db *db, struct arena *a, uint64_t *n_r,
	struct relay_request *oldest_r, struct err *e) MUST_USE;
/* Sets r->id. */
bool relay_request_row_insert(
	struct db *db, struct relay_request *r, struct err *e) MUST_USE;
bool relay_request_row_answer(
	struct db *db, const struct relay_request *r, struct err *e) MUST_USE;

#endif
