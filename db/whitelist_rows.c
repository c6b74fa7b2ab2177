/*
 * SQL of `whitelist`.
 */
#include "db/whitelist_rows.h"

#include <string.h>

enum {
	Q_GET,
	Q_GET_LOCKED,
	Q_INSERT,
	Q_UPDATE,
	Q_STAMP,
	Q_OVERLAPS,
	Q_DUE,
	Q_N
};

static const struct sql sql[] = {
	[Q_GET] = { "SELECT " WHITELIST_COLUMNS " FROM whitelist w "
		    "WHERE w.id = ?",
		"u", WHITELIST_OUT },
	[Q_GET_LOCKED] = { "SELECT " WHITELIST_COLUMNS " FROM whitelist w "
			   "WHERE w.id = ? FOR UPDATE",
		"u", WHITELIST_OUT },
	[Q_INSERT] = { "INSERT INTO whitelist (network, net_from, net_to, "
		       "note, owner, state, expires, created, updated) "
		       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"sbbssuttt", "" },
	[Q_UPDATE] = { "UPDATE whitelist SET network = ?, net_from = ?, "
		       "net_to = ?, note = ?, owner = ?, state = ?, alive = ?, "
		       "expires = ?, expired_at = ?, deleted_at = ?, "
		       "purge_at = ?, updated = ?, version = ? WHERE id = ?",
		"sbbssuutttttuu", "" },
	[Q_STAMP] = { "UPDATE whitelist SET changed_serial = ? WHERE id = ?",
		"uu", "" },
	[Q_OVERLAPS] = { "SELECT w.id, w.network FROM whitelist w "
			 "WHERE w.alive = 1 AND w.net_from <= ? "
			 "AND w.net_to >= ? AND w.id <> ? "
			 "ORDER BY w.net_from, w.id LIMIT ?",
		"bbuu", "us" },
	[Q_DUE] = { "SELECT " WHITELIST_COLUMNS " FROM whitelist w "
		    "WHERE w.state IN (1, 2) AND w.expires <= ? "
		    "ORDER BY w.expires LIMIT ?",
		"tu", WHITELIST_OUT },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table whitelist_sql = { "whitelist", sql, Q_N, false };

static void
take_ip(const struct rows *r, unsigned col, uint8_t out[static 16])
{
	size_t len;
	const void *p = row_bytes(r, col, &len);

	memcpy(out, p, len < 16 ? len : 16);
}

bool
whitelist_load(const struct rows *r, struct arena *a, void *item)
{
	struct whitelist *w = item;

	w->id = row_u64(r, 0);
	w->network = row_dup(r, 1, a);
	take_ip(r, 2, w->from);
	take_ip(r, 3, w->to);
	w->note = row_dup(r, 4, a);
	w->owner = row_dup(r, 5, a);
	w->state = (enum whitelist_state)row_u64(r, 6);
	w->is_alive = row_u64(r, 7) == 1;
	w->expires_us = row_time(r, 8);
	w->expired_us = row_time(r, 9);
	w->deleted_us = row_time(r, 10);
	w->purge_us = row_time(r, 11);
	w->created_us = row_time(r, 12);
	w->updated_us = row_time(r, 13);
	w->version = row_u64(r, 14);
	w->changed_serial = row_u64(r, 15);
	return w->network && w->note && w->owner;
}

bool
whitelist_row_get(struct db *db, struct arena *a, uint64_t id, bool is_locked,
	struct whitelist *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, &sql[is_locked ? Q_GET_LOCKED : Q_GET],
		    ARGS(arg_u64(id)), &r, e))
		return false;
	if (rows_next(&r)) {
		ok = whitelist_load(&r, a, out) || err_memory(e);
		*found_r = ok;
	}
	return rows_done(&r, e) && ok;
}

bool
whitelist_row_insert(struct db *db, struct whitelist *w, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_INSERT],
		    ARGS(arg_text(w->network), arg_bytes(w->from, 16),
			    arg_bytes(w->to, 16), arg_text(w->note),
			    arg_text(w->owner), arg_u64(w->state),
			    arg_time(w->expires_us), arg_time(w->created_us),
			    arg_time(w->updated_us)),
		    &done, e))
		return false;
	w->id = done.insert_id;
	return true;
}

bool
whitelist_row_update(struct db *db, const struct whitelist *w, struct err *e)
{
	return db_exec(db, &sql[Q_UPDATE],
		ARGS(arg_text(w->network), arg_bytes(w->from, 16),
			arg_bytes(w->to, 16), arg_text(w->note),
			arg_text(w->owner), arg_u64(w->state),
			arg_id(w->is_alive), arg_time(w->expires_us),
			arg_time(w->expired_us), arg_time(w->deleted_us),
			arg_time(w->purge_us), arg_time(w->updated_us),
			arg_u64(w->version), arg_u64(w->id)),
		NULL, e);
}

bool
whitelist_row_stamp_ids(struct db *db, const uint64_t *ids, size_t n,
	uint64_t serial, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (!db_exec(db, &sql[Q_STAMP],
			    ARGS(arg_u64(serial), arg_u64(ids[i])), NULL, e))
			return false;
	return true;
}

bool
whitelist_row_overlaps(struct db *db, struct arena *a,
	const struct whitelist *w, size_t max,
	struct whitelist_overlap **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_OVERLAPS],
		    ARGS(arg_bytes(w->to, 16), arg_bytes(w->from, 16),
			    arg_u64(w->id), arg_u64(max)),
		    &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		struct whitelist_overlap *o = &(*items_r)[(*n_r)++];

		o->id = row_u64(&r, 0);
		o->network = row_dup(&r, 1, a);
		ok = o->network != NULL;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
whitelist_row_due(struct db *db, struct arena *a, int64_t at_us, size_t max,
	struct whitelist **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_DUE], ARGS(arg_time(at_us), arg_u64(max)), &r,
		    e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = whitelist_load(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}
