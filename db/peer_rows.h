/*
 * Rows of `node` as the feed looks them up by a token, and what nodes
 * elsewhere say through it. No rules here: see core/peer.h.
 */
#ifndef DB_PEER_ROWS_H
#define DB_PEER_ROWS_H

#include "base/arena.h"
#include "db/db.h"

extern const struct sql_table peer_sql;

struct peer_row {
	uint64_t id;
	const char *name, *role;
	const char *network; /* separated by blanks */
	const char *next_hop;
	uint8_t token_hash[32];
	int64_t used_us;
};

/* *found_r says whether there is one. */
bool peer_row_find(struct db *db, const uint8_t token_hash[static 32],
	struct arena *a, struct peer_row *out, bool *found_r,
	struct err *e) MUST_USE;

bool peer_row_used(
	struct db *db, uint64_t id, int64_t at_us, struct err *e) MUST_USE;

/* Is the request one of this node? */
bool peer_row_has_request(struct db *db, uint64_t id, uint64_t request_id,
	bool *has_r, struct err *e) MUST_USE;

#endif
