/*
 * SQL of nodes elsewhere.
 */
#include "db/peer_rows.h"

#include <string.h>

enum { Q_FIND, Q_USED, Q_REQUEST, Q_N };

static const struct sql sql[] = {
	[Q_FIND] = { "SELECT id, name, role, network, next_hop, token_hash,"
		     " token_used FROM node WHERE token_hash = ?",
		"b", "ussssbt" },
	[Q_USED] = { "UPDATE node SET token_used = ? WHERE id = ?", "tu", "" },
	[Q_REQUEST] = { "SELECT id FROM map_node_request"
			" WHERE node_id = ? AND id = ?",
		"uu", "u" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table peer_sql = { "peer", sql, Q_N, true };

bool
peer_row_find(struct db *db, const uint8_t token_hash[static 32],
	struct arena *a, struct peer_row *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*out = (struct peer_row){ .used_us = TIME_NONE };
	*found_r = false;
	if (!db_query(db, &sql[Q_FIND], ARGS(arg_bytes(token_hash, 32)), &r, e))
		return false;
	while (ok && rows_next(&r)) {
		size_t len = 0;
		const void *hash = row_bytes(&r, 5, &len);
		out->id = row_u64(&r, 0);
		out->name = row_dup(&r, 1, a);
		out->role = row_dup(&r, 2, a);
		out->network = row_dup(&r, 3, a);
		out->next_hop = row_dup(&r, 4, a);
		out->used_us = row_time(&r, 6);
		if (hash && len == sizeof(out->token_hash))
			memcpy(out->token_hash, hash, len);
		*found_r = true;
		ok = out->name && out->role && out->network && out->next_hop;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
peer_row_used(struct db *db, uint64_t id, int64_t at_us, struct err *e)
{
	return db_exec(
		db, &sql[Q_USED], ARGS(arg_time(at_us), arg_u64(id)), NULL, e);
}

bool
peer_row_has_request(struct db *db, uint64_t id, uint64_t request_id,
	bool *has_r, struct err *e)
{
	uint64_t found;
	return db_query_u64(db, &sql[Q_REQUEST],
		ARGS(arg_u64(id), arg_u64(request_id)), &found, has_r, e);
}
