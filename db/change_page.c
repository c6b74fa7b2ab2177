/*
 * See change_page.h. The log is read in windows of serials that grow while they
 * hold little: a page costs what it has, wherever it is in the log.
 */
#include "db/change_page.h"

#include <string.h>

#define WINDOW_FIRST 64
#define WINDOW_MOST 65536

static const struct sql page_sql[] = {
	{ "SELECT DISTINCT c.kind, c.key_text, r.action, c.serial"
	  " FROM map_change c JOIN map_revision r ON r.serial = c.serial"
	  " WHERE c.serial > ? AND c.serial <= ? AND (c.serial > ?"
	  " OR c.kind > ? OR (c.kind = ? AND c.key_text > ?))"
	  " ORDER BY c.serial, c.kind, c.key_text LIMIT ?",
		"uuusssu", "sssu" },
};

const struct sql_table change_page_sql = { .name = "change_page",
	.sql = page_sql,
	.n = ARRAY_LEN(page_sql),
	.is_lazy = true };

/* Serials after `after` up to `last`, into the room that is left. */
static bool
read_window(struct db *db, const struct change_place *from, uint64_t after,
	uint64_t last, size_t room, struct arena *a, struct map_changes *out,
	struct err *e)
{
	const char kind[2] = { from->kind, '\0' };
	const char *key = from->kind ? from->key : "";
	struct rows r;
	bool ok = true;
	if (!db_query(db, page_sql,
		    ARGS(arg_u64(after), arg_u64(last),
			    arg_u64(from->after + 1), arg_text(kind),
			    arg_text(kind), arg_text(key), arg_u64(room)),
		    &r, e))
		return false;
	while (ok && rows_next(&r))
		ok = map_changes_take(&r, a, out);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
change_page(struct db *db, const struct change_place *from, uint64_t upto,
	size_t most, struct arena *a, struct map_changes *out, struct err *e)
{
	uint64_t window = WINDOW_FIRST;
	for (uint64_t at = from->after; at < upto && out->n <= most;) {
		const uint64_t last = upto - at < window ? upto : at + window;
		if (!read_window(
			    db, from, at, last, most + 1 - out->n, a, out, e))
			return false;
		at = last;
		if (out->n < most / 4 && window < WINDOW_MOST)
			window *= 4;
	}
	out->is_cut = out->n > most;
	if (out->is_cut)
		out->n = most;
	return true;
}
