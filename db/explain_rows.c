/*
 * SQL of explain_rows.h. Both statements use the key change_key_text.
 */
#include "db/explain_rows.h"

#define LAST " ORDER BY serial DESC LIMIT 1"

static const struct sql by_view[] = {
	{ "SELECT serial, action, actor_name, created FROM map_key_revision"
	  " WHERE key_text = ? AND kind = ? AND serial <= ?" LAST,
		"ssu", "usst" },
};
static const struct sql by_log[] = {
	{ "SELECT r.serial, r.action, r.actor_name, r.created"
	  " FROM change_key k JOIN revision r ON r.prov_id = k.prov_id"
	  " WHERE k.key_text = ? AND k.kind = ? AND r.serial <= ?" LAST,
		"ssu", "usst" },
};

const struct sql_table key_view_sql = {
	.name = "key_view", .sql = by_view, .n = ARRAY_LEN(by_view)
};
const struct sql_table key_log_sql = {
	.name = "key_log", .sql = by_log, .n = ARRAY_LEN(by_log)
};

bool
key_revision_find(struct db *db, enum key_source source, char kind,
	const char *key, uint64_t upto, struct arena *a,
	struct key_revision *out, struct err *e)
{
	const char text[2] = { kind, '\0' };
	const struct sql *q = source == KEY_VIEW ? by_view : by_log;
	struct rows r;
	bool ok = true;
	*out = (struct key_revision){ .at_us = TIME_NONE };
	if (!db_query(db, q, ARGS(arg_text(key), arg_text(text), arg_u64(upto)),
		    &r, e))
		return false;
	if (rows_next(&r)) {
		*out = (struct key_revision){ .serial = row_u64(&r, 0),
			.action = row_dup(&r, 1, a),
			.actor_name = row_dup(&r, 2, a),
			.at_us = row_time(&r, 3) };
		ok = out->action && out->actor_name;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}
