/*
 * See name_rows.h.
 */
#include "db/name_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "db/map_take.h"

#define NAMES_AFTER " WHERE alive = 1 AND address > ? ORDER BY address LIMIT ?"
#define NAMES_OF                                                               \
	" WHERE domain_id = (SELECT id FROM map_domain WHERE name = ?"         \
	" AND alive = 1) AND alive = 1 AND address > ? ORDER BY address"       \
	" LIMIT ?"

enum {
	Q_NAMES,                  /* mailboxes, aliases, domains */
	Q_NAMES_OF = Q_NAMES + 3, /* the same of one domain */
	Q_NEXT_HOP = Q_NAMES_OF + 3,
	Q_COUNT
};

static const struct sql sql[Q_COUNT] = {
	[Q_NAMES] = { "SELECT address FROM map_mailbox_row" NAMES_AFTER, "su",
		"s" },
	[Q_NAMES + 1] = { "SELECT address FROM map_alias" NAMES_AFTER, "su",
		"s" },
	[Q_NAMES + 2] = { "SELECT name FROM map_domain WHERE alive = 1"
			  " AND kind = 1 AND name > ? ORDER BY name LIMIT ?",
		"su", "s" },
	[Q_NAMES_OF] = { "SELECT address FROM map_mailbox_row" NAMES_OF, "ssu",
		"s" },
	[Q_NAMES_OF + 1] = { "SELECT address FROM map_alias" NAMES_OF, "ssu",
		"s" },
	[Q_NAMES_OF + 2] = { "SELECT name FROM map_domain WHERE alive = 1"
			     " AND kind = 1 AND name = ? AND name > ? LIMIT ?",
		"ssu", "s" },
	[Q_NEXT_HOP] = { "SELECT next_hop FROM node WHERE id = ?", "u", "s" },
};

const struct sql_table name_sql = { "name", sql, Q_COUNT, true };

struct names {
	const char **list;
	size_t n, cap;
};

static bool
read_names(struct db *db, int q, const struct arg *args, size_t n,
	struct arena *a, struct names *out, struct err *e)
{
	struct rows r;
	bool ok = true;
	if (!db_query(db, &sql[q], args, n, &r, e))
		return false;
	while (ok && rows_next(&r)) {
		const char **name = MAP_PUSH(out->list, out->n, out->cap);
		ok = name && (*name = row_dup(&r, 0, a)) != NULL;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

static int
by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

bool
name_rows_after(struct db *db, const char *domain, const char *from,
	size_t most, struct arena *a, struct strset *out, struct err *e)
{
	const struct arg args[] = { arg_text(domain), arg_text(from),
		arg_u64(most) };
	const size_t skip = domain ? 0 : 1;
	const int first = domain ? Q_NAMES_OF : Q_NAMES;
	struct names all = { 0 };
	bool ok = true;
	for (int q = first; ok && q < first + 3; q++)
		ok = read_names(
			db, q, args + skip, ARRAY_LEN(args) - skip, a, &all, e);
	if (ok && all.n > 0)
		qsort(all.list, all.n, sizeof(all.list[0]), by_text);
	for (size_t i = 0; ok && i < all.n && out->n < most; i++)
		ok = strset_add(out, all.list[i], NULL, e);
	free(all.list);
	return ok;
}

bool
name_row_next_hop(
	struct db *db, uint64_t node_id, char *out, size_t size, struct err *e)
{
	struct rows r;
	bool fits = true;
	out[0] = '\0';
	if (!db_query(db, &sql[Q_NEXT_HOP], ARGS(arg_u64(node_id)), &r, e))
		return false;
	while (rows_next(&r))
		fits = str_copy(out, size, row_text(&r, 0));
	return rows_done(&r, e) && (fits || err_memory(e));
}
