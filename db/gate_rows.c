/*
 * SQL of what steers a publisher.
 */
#include "db/gate_rows.h"

#include <string.h>

enum { Q_ROW, Q_APPROVALS, Q_CHANGED, Q_N };

static const struct sql sql[] = {
	[Q_ROW] = { "SELECT h.serial, (SELECT MAX(id) FROM publication),"
		    " s.value, t.mode, t.serial, t.updated FROM map_head h"
		    " LEFT JOIN map_setting s ON s.name = 'publish.mode'"
		    " LEFT JOIN map_node_target t ON t.node_id = ?",
		"u", "uussut" },
	[Q_APPROVALS] = { "SELECT domain, serial, guard_serial"
			  " FROM map_approval",
		"", "suu" },
	[Q_CHANGED] = { "SELECT changed_serial FROM map_domain"
			" WHERE name = ? AND alive = 1",
		"s", "u" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table gate_sql = { "gate", sql, Q_N, false };

static enum gate_target
target_of(const char *mode)
{
	if (mode[0] == '\0')
		return GATE_TARGET_NONE;
	return strcmp(mode, "hold") == 0 ? GATE_TARGET_HOLD
					 : GATE_TARGET_FOLLOW;
}

bool
gate_row_read(
	struct db *db, uint64_t node_id, struct gate_row *out, struct err *e)
{
	struct rows r;
	*out = (struct gate_row){ .target_us = TIME_NONE };
	if (!db_query(db, &sql[Q_ROW], ARGS(arg_u64(node_id)), &r, e))
		return false;
	while (rows_next(&r))
		*out = (struct gate_row){ .head = row_u64(&r, 0),
			.acts = row_u64(&r, 1),
			.is_reviewed = strcmp(row_text(&r, 2), "reviewed") == 0,
			.target = target_of(row_text(&r, 3)),
			.target_serial = row_u64(&r, 4),
			.target_us = row_time(&r, 5) };
	return rows_done(&r, e);
}

bool
gate_row_approvals(struct db *db, gate_row_each *each, void *ctx, struct err *e)
{
	struct rows r;
	bool ok = true;
	if (!db_query(db, &sql[Q_APPROVALS], NO_ARGS, &r, e))
		return false;
	while (ok && rows_next(&r))
		ok = each(ctx, row_text(&r, 0), row_u64(&r, 1), row_u64(&r, 2),
			e);
	return rows_done(&r, e) && ok;
}

bool
gate_row_changed(
	struct db *db, const char *domain, uint64_t *serial_r, struct err *e)
{
	bool found;
	*serial_r = 0;
	return db_query_u64(db, &sql[Q_CHANGED], ARGS(arg_text(domain)),
		serial_r, &found, e);
}
