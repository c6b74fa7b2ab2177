/*
 * SQL of `alias` and `alias_target`, and what addresses are.
 */
#include "db/alias_rows.h"

#include <string.h>

#include "base/addr.h"
#include "db/in_list.h"

enum {
	Q_GET,
	Q_FIND,
	Q_INSERT,
	Q_UPDATE,
	Q_STAMP,
	Q_TARGET,
	Q_TARGET_DELETE,
	Q_TARGETS_ALIVE,
	Q_REFERRING,
	Q_INTO_DOMAIN,
	Q_COUNT_INTO_DOMAIN,
	Q_LIVING,
	Q_DELETED_AT,
	Q_DELETE_RANGE,
	Q_RESTORE_RANGE,
	Q_RANGE_TARGETS,
	Q_N
};

#define INTO_DOMAIN                                                            \
	" FROM alias_target t JOIN alias a ON a.id = t.alias_id "              \
	"AND a.alive = 1 JOIN domain d ON d.id = a.domain_id "                 \
	"AND d.alive = 1 WHERE t.target_domain = ? AND t.alive = 1 "           \
	"AND a.domain_id <> ?"

static const struct sql sql[] = {
	[Q_GET] = { "SELECT " ALIAS_COLUMNS " FROM alias a WHERE a.id = ?", "u",
		ALIAS_OUT },
	[Q_FIND] = { "SELECT " ALIAS_COLUMNS " FROM alias a "
		     "JOIN domain d ON d.id = a.domain_id AND d.alive = 1 "
		     "WHERE a.alive = 1 AND a.address = ?",
		"s", ALIAS_OUT },
	[Q_INSERT] = { "INSERT INTO alias (domain_id, address, description, "
		       "state, is_catch_all, send_as, target_count, created, "
		       "updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"ussuuuitt", "" },
	[Q_UPDATE] = { "UPDATE alias SET description = ?, state = ?, "
		       "former_state = ?, alive = ?, send_as = ?, "
		       "target_count = ?, deleted_at = ?, purge_at = ?, "
		       "updated = ?, version = ? WHERE id = ?",
		"suuuuitttuu", "" },
	[Q_STAMP] = { "UPDATE alias SET changed_serial = ? WHERE id = ?", "uu",
		"" },
	[Q_TARGET] = { "INSERT INTO alias_target (alias_id, target) "
		       "VALUES (?, ?)",
		"us", "" },
	[Q_TARGET_DELETE] = { "DELETE FROM alias_target WHERE alias_id = ? "
			      "AND target = ?",
		"us", "" },
	[Q_TARGETS_ALIVE] = { "UPDATE alias_target SET alive = ? "
			      "WHERE alias_id = ?",
		"uu", "" },
	[Q_REFERRING] = { "SELECT DISTINCT " ALIAS_COLUMNS
			  " FROM alias_target t JOIN alias a "
			  "ON a.id = t.alias_id AND a.alive = 1 "
			  "JOIN domain d ON d.id = a.domain_id AND d.alive = 1 "
			  "WHERE (t.target = ? OR (t.target > ? "
			  "AND t.target < ? AND t.target_domain = ?)) "
			  "AND t.alive = 1 ORDER BY a.address LIMIT ?",
		"ssssu", ALIAS_OUT },
	[Q_INTO_DOMAIN] = { "SELECT DISTINCT " ALIAS_COLUMNS INTO_DOMAIN
			    " ORDER BY a.address LIMIT ?",
		"suu", ALIAS_OUT },
	[Q_COUNT_INTO_DOMAIN] = { "SELECT COUNT(DISTINCT a.id)" INTO_DOMAIN,
		"su", "u" },
	[Q_LIVING] = { "SELECT " ALIAS_COLUMNS " FROM alias a "
		       "WHERE a.domain_id = ? AND a.alive = 1 "
		       "ORDER BY a.address LIMIT ?",
		"uu", ALIAS_OUT },
	[Q_DELETED_AT] = { "SELECT " ALIAS_COLUMNS " FROM alias a "
			   "WHERE a.domain_id = ? AND a.alive IS NULL "
			   "AND a.deleted_at = ? ORDER BY a.address LIMIT ?",
		"utu", ALIAS_OUT },
	[Q_DELETE_RANGE] = { "UPDATE alias SET former_state = state, "
			     "state = 4, alive = NULL, deleted_at = ?, "
			     "purge_at = ?, updated = ?, "
			     "version = version + 1 WHERE domain_id = ? "
			     "AND alive = 1 AND address <= ?",
		"tttus", "" },
	[Q_RESTORE_RANGE] = { "UPDATE alias SET state = former_state, "
			      "former_state = 0, alive = 1, purge_at = NULL, "
			      "updated = ?, version = version + 1, "
			      "deleted_at = NULL WHERE domain_id = ? "
			      "AND alive IS NULL AND deleted_at = ? "
			      "AND address <= ?",
		"tuts", "" },
	/* Before their aliases change, so that both see the same ones. */
	[Q_RANGE_TARGETS] = { "UPDATE alias a JOIN alias_target t "
			      "ON t.alias_id = a.id SET t.alive = ? "
			      "WHERE a.domain_id = ? AND a.alive <=> ? "
			      "AND a.deleted_at <=> ? AND a.address <= ?",
		"uuuts", "" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table alias_sql = { "alias", sql, Q_N, false };

bool
alias_load(const struct rows *r, struct arena *a, void *item)
{
	struct alias *al = item;

	al->id = row_u64(r, 0);
	al->domain_id = row_u64(r, 1);
	al->address = row_dup(r, 2, a);
	al->description = row_dup(r, 3, a);
	al->state = (enum alias_state)row_u64(r, 4);
	al->former_state = (enum alias_state)row_u64(r, 5);
	al->is_alive = row_u64(r, 6) == 1;
	al->is_catch_all = row_u64(r, 7);
	al->send_as = row_u64(r, 8);
	al->target_count = row_i64(r, 9);
	al->deleted_us = row_time(r, 10);
	al->purge_us = row_time(r, 11);
	al->created_us = row_time(r, 12);
	al->updated_us = row_time(r, 13);
	al->version = row_u64(r, 14);
	al->changed_serial = row_u64(r, 15);
	al->targets = NULL;
	return al->address && al->description;
}

/* One target of one of the `n` aliases. */
static bool
take_target(const struct rows *r, struct arena *a, struct alias *items,
	size_t n, int64_t *have)
{
	uint64_t id = row_u64(r, 0);

	for (size_t i = 0; i < n; i++) {
		if (items[i].id != id || have[i] >= items[i].target_count)
			continue;
		items[i].targets[have[i]] = row_dup(r, 1, a);
		return items[i].targets[have[i]++] != NULL;
	}
	return true;
}

static bool
load_targets(struct db *db, struct arena *a, struct alias *items, size_t n,
	struct err *e)
{
	struct arg ids[IN_LIST_MAX];
	int64_t have[IN_LIST_MAX] = { 0 };
	struct rows r;
	bool ok = true;

	for (size_t i = 0; i < n; i++) {
		ids[i] = arg_u64(items[i].id);
		items[i].targets =
			arena_array(a, (size_t)items[i].target_count + 1,
				sizeof(*items[i].targets));
		if (!items[i].targets)
			return err_memory(e);
	}
	if (!db_query_in(db,
		    "SELECT alias_id, target FROM alias_target "
		    "WHERE alias_id IN",
		    "ORDER BY alias_id, target", 'u', "us", ids, n, &r, e))
		return false;
	while (ok && rows_next(&r))
		ok = take_target(&r, a, items, n, have) || err_memory(e);
	for (size_t i = 0; i < n; i++)
		items[i].target_count = have[i];
	return rows_done(&r, e) && ok;
}

bool
alias_load_targets(struct db *db, struct arena *a, struct alias *items,
	size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i += IN_LIST_MAX)
		if (!load_targets(db, a, items + i,
			    n - i < IN_LIST_MAX ? n - i : IN_LIST_MAX, e))
			return false;
	return true;
}

static bool
one(struct db *db, struct arena *a, const struct sql *q, struct arg key,
	struct alias *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, q, &key, 1, &r, e))
		return false;
	if (rows_next(&r)) {
		ok = alias_load(&r, a, out) || err_memory(e);
		*found_r = ok;
	}
	return rows_done(&r, e) && ok
		&& (!*found_r || alias_load_targets(db, a, out, 1, e));
}

bool
alias_row_get(struct db *db, struct arena *a, uint64_t id, struct alias *out,
	bool *found_r, struct err *e)
{
	return one(db, a, &sql[Q_GET], arg_u64(id), out, found_r, e);
}

bool
alias_row_find(struct db *db, struct arena *a, const char *address,
	struct alias *out, bool *found_r, struct err *e)
{
	return one(db, a, &sql[Q_FIND], arg_text(address), out, found_r, e);
}

bool
alias_row_insert(struct db *db, struct alias *al, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_INSERT],
		    ARGS(arg_u64(al->domain_id), arg_text(al->address),
			    arg_text(al->description), arg_u64(al->state),
			    arg_u64(al->is_catch_all), arg_u64(al->send_as),
			    arg_i64(al->target_count), arg_time(al->created_us),
			    arg_time(al->updated_us)),
		    &done, e))
		return false;
	al->id = done.insert_id;
	return true;
}

bool
alias_row_update(struct db *db, const struct alias *al, struct err *e)
{
	return db_exec(db, &sql[Q_UPDATE],
		ARGS(arg_text(al->description), arg_u64(al->state),
			arg_u64(al->former_state), arg_id(al->is_alive),
			arg_u64(al->send_as), arg_i64(al->target_count),
			arg_time(al->deleted_us), arg_time(al->purge_us),
			arg_time(al->updated_us), arg_u64(al->version),
			arg_u64(al->id)),
		NULL, e);
}

/* The same statement for pairs of parameters. */
static bool
pairs(struct db *db, const struct sql *q, const struct arg *args, size_t rows,
	struct err *e)
{
	if (rows == 0)
		return true;
	return rows == 1 ? db_exec(db, q, args, 2, NULL, e)
			 : db_exec_rows(db, q, args, 2, rows, NULL, e);
}

bool
alias_row_stamp_ids(struct db *db, const uint64_t *ids, size_t n,
	uint64_t serial, struct err *e)
{
	for (size_t done = 0; done < n;) {
		struct arg args[128];
		size_t rows = 0;

		for (; rows < 64 && done < n; rows++, done++) {
			args[2 * rows] = arg_u64(serial);
			args[2 * rows + 1] = arg_u64(ids[done]);
		}
		if (!pairs(db, &sql[Q_STAMP], args, rows, e))
			return false;
	}
	return true;
}

/* Those of `from` that are not in `other` (both sorted). */
static size_t
missing(uint64_t id, const char *const *from, size_t n_from,
	const char *const *other, size_t n_other, struct arg *args)
{
	size_t rows = 0, j = 0;

	for (size_t i = 0; i < n_from; i++) {
		while (j < n_other && strcmp(other[j], from[i]) < 0)
			j++;
		if (j < n_other && strcmp(other[j], from[i]) == 0)
			continue;
		args[2 * rows] = arg_u64(id);
		args[2 * rows + 1] = arg_text(from[i]);
		rows++;
	}
	return rows;
}

bool
alias_row_set_targets(struct db *db, struct arena *a, uint64_t id,
	const char *const *old, size_t n_old, const char *const *new_,
	size_t n_new, struct err *e)
{
	size_t most = n_old > n_new ? n_old : n_new;
	struct arg *args = arena_array(a, 2 * most + 1, sizeof(*args));
	size_t rows;

	if (!args)
		return err_memory(e);
	rows = missing(id, old, n_old, new_, n_new, args);
	if (!pairs(db, &sql[Q_TARGET_DELETE], args, rows, e))
		return false;
	rows = missing(id, new_, n_new, old, n_old, args);
	return pairs(db, &sql[Q_TARGET], args, rows, e);
}

bool
alias_row_targets_alive(
	struct db *db, uint64_t id, bool is_alive, struct err *e)
{
	return db_exec(db, &sql[Q_TARGETS_ALIVE],
		ARGS(arg_id(is_alive), arg_u64(id)), NULL, e);
}

static bool
resolve_some(struct db *db, struct arena *a, const char *head, bool is_alias,
	const struct arg *args, size_t n, struct resolved *items, size_t *n_r,
	struct err *e)
{
	struct rows r;
	bool ok = true;

	if (!db_query_in(db, head, "", 's', "suu", args, n, &r, e))
		return false;
	while (ok && rows_next(&r)) {
		struct resolved *x = &items[(*n_r)++];

		x->address = row_dup(&r, 0, a);
		x->id = row_u64(&r, 1);
		x->domain_id = row_u64(&r, 2);
		x->is_alias = is_alias;
		ok = x->address || err_memory(e);
	}
	return rows_done(&r, e) && ok;
}

bool
alias_row_resolve(struct db *db, struct arena *a, const char *const *address,
	size_t n, struct resolved **items_r, size_t *n_r, struct err *e)
{
	*n_r = 0;
	*items_r = arena_array(a, 2 * n + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	for (size_t i = 0; i < n; i += IN_LIST_MAX) {
		struct arg args[IN_LIST_MAX];
		size_t k = n - i < IN_LIST_MAX ? n - i : IN_LIST_MAX;

		for (size_t j = 0; j < k; j++)
			args[j] = arg_text(address[i + j]);
		if (!resolve_some(db, a,
			    "SELECT m.address, m.id, m.domain_id FROM mailbox "
			    "m "
			    "JOIN domain d ON d.id = m.domain_id "
			    "AND d.alive = 1 WHERE m.alive = 1 "
			    "AND m.address IN",
			    false, args, k, *items_r, n_r, e)
			|| !resolve_some(db, a,
				"SELECT a.address, a.id, a.domain_id "
				"FROM alias a JOIN domain d "
				"ON d.id = a.domain_id AND d.alive = 1 "
				"WHERE a.alive = 1 AND a.address IN",
				true, args, k, *items_r, n_r, e))
			return false;
	}
	return true;
}

static bool
own_some(struct db *db, const char *const *name, size_t n, uint64_t *ids,
	struct err *e)
{
	struct arg args[IN_LIST_MAX];
	struct rows r;

	for (size_t i = 0; i < n; i++)
		args[i] = arg_text(name[i]);
	if (!db_query_in(db,
		    "SELECT id, name FROM domain WHERE alive = 1 AND name IN",
		    "", 's', "us", args, n, &r, e))
		return false;
	while (rows_next(&r))
		for (size_t i = 0; i < n; i++)
			if (strcmp(name[i], row_text(&r, 1)) == 0)
				ids[i] = row_u64(&r, 0);
	return rows_done(&r, e);
}

bool
alias_row_own_domains(struct db *db, struct arena *a, const char *const *name,
	size_t n, uint64_t **ids_r, struct err *e)
{
	*ids_r = arena_array(a, n + 1, sizeof(**ids_r));
	if (!*ids_r)
		return err_memory(e);
	for (size_t i = 0; i < n; i += IN_LIST_MAX)
		if (!own_some(db, name + i,
			    n - i < IN_LIST_MAX ? n - i : IN_LIST_MAX,
			    *ids_r + i, e))
			return false;
	return true;
}

/* Rows of a query into an array. */
static bool
many(struct db *db, struct arena *a, const struct sql *q,
	const struct arg *args, size_t n, struct alias **items_r, size_t *n_r,
	struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	*items_r = NULL;
	if (!db_query(db, q, args, n, &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = alias_load(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
alias_row_referring(struct db *db, struct arena *a, const char *address,
	size_t max, struct alias **items_r, size_t *n_r, struct err *e)
{
	size_t len = addr_local_len(address);
	char *from = arena_printf(a, "%.*s+", (int)len, address);
	/* the character behind '+' */
	char *to = arena_printf(a, "%.*s,", (int)len, address);

	if (!from || !to)
		return err_memory(e);
	return many(db, a, &sql[Q_REFERRING],
		ARGS(arg_text(address), arg_text(from), arg_text(to),
			arg_text(addr_domain(address)), arg_u64(max)),
		items_r, n_r, e);
}

bool
alias_row_into_domain(struct db *db, struct arena *a, const char *name,
	uint64_t domain_id, size_t max, struct alias **items_r, size_t *n_r,
	struct err *e)
{
	return many(db, a, &sql[Q_INTO_DOMAIN],
		ARGS(arg_text(name), arg_u64(domain_id), arg_u64(max)), items_r,
		n_r, e);
}

bool
alias_row_count_into_domain(struct db *db, const char *name, uint64_t domain_id,
	uint64_t *n_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_COUNT_INTO_DOMAIN],
		ARGS(arg_text(name), arg_u64(domain_id)), n_r, NULL, e);
}

bool
alias_row_of_domain(struct db *db, struct arena *a, uint64_t domain_id,
	int64_t deleted_us, size_t max, struct alias **items_r, size_t *n_r,
	struct err *e)
{
	if (deleted_us == TIME_NONE)
		return many(db, a, &sql[Q_LIVING],
			ARGS(arg_u64(domain_id), arg_u64(max)), items_r, n_r,
			e);
	return many(db, a, &sql[Q_DELETED_AT],
		ARGS(arg_u64(domain_id), arg_time(deleted_us), arg_u64(max)),
		items_r, n_r, e);
}

bool
alias_row_delete_range(struct db *db, uint64_t domain_id, const char *last,
	int64_t deleted_us, int64_t purge_us, struct err *e)
{
	return db_exec(db, &sql[Q_RANGE_TARGETS],
		       ARGS(arg_null(), arg_u64(domain_id), arg_u64(1),
			       arg_null(), arg_text(last)),
		       NULL, e)
		&& db_exec(db, &sql[Q_DELETE_RANGE],
			ARGS(arg_time(deleted_us), arg_time(purge_us),
				arg_time(deleted_us), arg_u64(domain_id),
				arg_text(last)),
			NULL, e);
}

bool
alias_row_restore_range(struct db *db, uint64_t domain_id, const char *last,
	int64_t deleted_us, int64_t at_us, struct err *e)
{
	return db_exec(db, &sql[Q_RANGE_TARGETS],
		       ARGS(arg_u64(1), arg_u64(domain_id), arg_null(),
			       arg_time(deleted_us), arg_text(last)),
		       NULL, e)
		&& db_exec(db, &sql[Q_RESTORE_RANGE],
			ARGS(arg_time(at_us), arg_u64(domain_id),
				arg_time(deleted_us), arg_text(last)),
			NULL, e);
}
