/*
 * What people ask of a node (node_request) and what it answers (node_reply),
 * as the node's own publisher reads and writes them. No rules here: see
 * mta/requests.h.
 */
#ifndef DB_REQUEST_ROWS_H
#define DB_REQUEST_ROWS_H

#include "base/arena.h"
#include "db/db.h"

/* For db_open. */
extern const struct sql_table request_sql;

struct request_row {
	uint64_t id;
	const char *verb;
	const char *args; /* a JSON object */
};

/* The first `most` requests of a node that wait and have not expired, oldest
 * first; fewer when there are fewer. Texts live in the arena. */
bool request_rows_open(struct db *db, uint64_t node_id, size_t most,
	struct arena *a, struct request_row *list, size_t *n_r,
	struct err *e) MUST_USE;

/* code: ok, failed, refused. A request that is answered, or gone, stays so. */
bool request_row_reply(struct db *db, uint64_t id, const char *code,
	const char *body, struct err *e) MUST_USE;

#endif
