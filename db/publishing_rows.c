/*
 * SQL of settings, approvals, acts and of what waits.
 */
#include "db/publishing_rows.h"

enum {
	Q_SETTING,
	Q_SETTING_SET,
	Q_FLOOR,
	Q_RAISE,
	Q_RAISE_GUARD,
	Q_HEAD_LOCK,
	Q_ACT,
	Q_COUNT,
	Q_FIRST,
	Q_DOMAINS_AFTER,
	Q_N
};

#define KEY_DOMAIN "IF(k.kind = 'w', '', SUBSTRING_INDEX(k.key_text, '@', -1))"

/* Parameters: WAITS_IN, see bounds(). */
#define WAITS                                                                  \
	" FROM revision r JOIN change_key k ON k.prov_id = r.prov_id "         \
	"AND k.kind IN ('a', 'd', 'w') JOIN `change` c "                       \
	"ON c.prov_id = k.prov_id AND c.seq = k.seq "                          \
	"LEFT JOIN approval p ON p.domain = " KEY_DOMAIN                       \
	" WHERE r.serial > ? AND r.serial <= ? "                               \
	"AND (r.serial > ? OR (r.serial > ? "                                  \
	"AND r.serial > COALESCE(p.serial, CAST(0 AS UNSIGNED)))) "            \
	"AND NOT (c.noun = 'mailbox' AND c.op = 2 "                            \
	"AND c.after_image NOT LIKE '%\"state\":%') "                          \
	"AND NOT (k.kind = 'w' AND c.op = 3) "                                 \
	"AND (? = 0 OR EXISTS (SELECT 1 FROM domain s JOIN admin_domain o "    \
	"ON o.domain_id = s.id WHERE o.admin_id = ? "                          \
	"AND s.name = " KEY_DOMAIN "))"
#define WAITS_IN "uuuuuu"
enum { WAITS_ARGS = 6 };

static const struct sql sql[] = {
	[Q_SETTING] = { "SELECT value FROM setting WHERE name = ?", "s", "s" },
	[Q_SETTING_SET] = { "INSERT INTO setting (name, value) VALUES (?, ?) "
			    "ON DUPLICATE KEY UPDATE value = VALUES(value)",
		"ss", "" },
	[Q_FLOOR] = { "SELECT serial FROM approval WHERE domain = ''", "",
		"u" },
	[Q_RAISE] = { "INSERT INTO approval (domain, serial, updated) "
		      "VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE "
		      "serial = GREATEST(serial, VALUES(serial)), "
		      "updated = VALUES(updated)",
		"sut", "" },
	[Q_RAISE_GUARD] = { "INSERT INTO approval (domain, guard_serial, "
			    "updated) VALUES (?, ?, ?) "
			    "ON DUPLICATE KEY UPDATE guard_serial = "
			    "GREATEST(guard_serial, VALUES(guard_serial)), "
			    "updated = VALUES(updated)",
		"sut", "" },
	[Q_HEAD_LOCK] = { "SELECT serial FROM head WHERE id = 1 FOR UPDATE", "",
		"u" },
	[Q_ACT] = { "INSERT INTO publication (act, node_id, serial, domains, "
		    "value, actor_kind, admin_id, actor_name, client, "
		    "request_id, note, created) "
		    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"suussuusssst", "" },
	[Q_COUNT] = { "SELECT COUNT(DISTINCT x.serial), "
		      "COUNT(DISTINCT x.domain), COUNT(*), MIN(x.created) "
		      "FROM (SELECT STRAIGHT_JOIN r.serial AS serial, "
		      "r.created AS created, " KEY_DOMAIN " AS domain" WAITS
		      " ORDER BY r.serial LIMIT ?) x",
		WAITS_IN "u", "uuut" },
	[Q_FIRST] = { "SELECT STRAIGHT_JOIN r.serial" WAITS
		      " ORDER BY r.serial LIMIT 1",
		WAITS_IN, "u" },
	[Q_DOMAINS_AFTER] = { "SELECT STRAIGHT_JOIN DISTINCT " KEY_DOMAIN
			      " AS domain" WAITS " AND r.serial > ? LIMIT ?",
		WAITS_IN "uu", "s" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table publishing_sql = { "publishing", sql, Q_N, false };

bool
setting_row_get(struct db *db, struct arena *a, const char *name,
	const char **value_r, struct err *e)
{
	struct rows r;

	*value_r = "";
	if (!db_query(db, &sql[Q_SETTING], ARGS(arg_text(name)), &r, e))
		return false;
	if (rows_next(&r))
		*value_r = row_dup(&r, 0, a);
	return rows_done(&r, e) && (*value_r || err_memory(e));
}

bool
setting_row_set(
	struct db *db, const char *name, const char *value, struct err *e)
{
	return db_exec(db, &sql[Q_SETTING_SET],
		ARGS(arg_text(name), arg_text(value)), NULL, e);
}

bool
approval_row_floor(struct db *db, uint64_t *serial_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_FLOOR], NO_ARGS, serial_r, NULL, e);
}

bool
approval_row_raise(struct db *db, const char *domain, uint64_t serial,
	int64_t at_us, struct err *e)
{
	return db_exec(db, &sql[Q_RAISE],
		ARGS(arg_text(domain), arg_u64(serial), arg_time(at_us)), NULL,
		e);
}

bool
approval_row_raise_guard(struct db *db, const char *domain, uint64_t serial,
	int64_t at_us, struct err *e)
{
	return db_exec(db, &sql[Q_RAISE_GUARD],
		ARGS(arg_text(domain), arg_u64(serial), arg_time(at_us)), NULL,
		e);
}

bool
head_row_lock(struct db *db, uint64_t *serial_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_HEAD_LOCK], NO_ARGS, serial_r, NULL, e);
}

bool
publication_row_insert(
	struct db *db, const struct publication_row *p, struct err *e)
{
	return db_exec(db, &sql[Q_ACT],
		ARGS(arg_text(p->act), arg_id(p->node_id), arg_u64(p->serial),
			arg_text(p->domains), arg_text(p->value),
			arg_u64(p->actor_kind), arg_id(p->admin_id),
			arg_text(p->actor_name), arg_text(p->client),
			arg_text(p->request_id), arg_text(p->note),
			arg_time(p->created_us)),
		NULL, e);
}

/* The parameters of WAITS, in its order. */
static void
bounds(const struct pending_bounds *b, struct arg out[static WAITS_ARGS])
{
	out[0] = arg_u64(b->review < b->hold ? b->review : b->hold);
	out[1] = arg_u64(b->upto);
	out[2] = arg_u64(b->hold);
	out[3] = arg_u64(b->review);
	out[4] = arg_u64(b->admin_id);
	out[5] = arg_u64(b->admin_id);
}

bool
pending_row_count(struct db *db, const struct pending_bounds *b,
	struct pending_count *out, struct err *e)
{
	struct arg args[WAITS_ARGS + 1];
	struct rows r;

	*out = (struct pending_count){ .is_exact = true,
		.first_us = TIME_NONE };
	bounds(b, args);
	args[WAITS_ARGS] = arg_u64(PENDING_COUNT_MAX + 1);
	if (!db_query(db, &sql[Q_COUNT], args, ARRAY_LEN(args), &r, e))
		return false;
	if (rows_next(&r)) {
		out->revisions = row_u64(&r, 0);
		out->domains = row_u64(&r, 1);
		out->is_exact = row_u64(&r, 2) <= PENDING_COUNT_MAX;
		out->first_us = row_time(&r, 3);
	}
	return rows_done(&r, e);
}

bool
pending_row_first(struct db *db, const struct pending_bounds *b,
	uint64_t *serial_r, struct err *e)
{
	struct arg args[WAITS_ARGS];

	bounds(b, args);
	return db_query_u64(
		db, &sql[Q_FIRST], args, ARRAY_LEN(args), serial_r, NULL, e);
}

bool
pending_row_domains_after(struct db *db, struct arena *a,
	const struct pending_bounds *b, uint64_t serial, size_t max,
	const char ***names_r, size_t *n_r, struct err *e)
{
	struct arg args[WAITS_ARGS + 2];
	struct rows r;
	bool ok;

	*n_r = 0;
	bounds(b, args);
	args[WAITS_ARGS] = arg_u64(serial);
	args[WAITS_ARGS + 1] = arg_u64(max);
	if (!db_query(db, &sql[Q_DOMAINS_AFTER], args, ARRAY_LEN(args), &r, e))
		return false;
	*names_r = arena_array(a, r.n + 1, sizeof(**names_r));
	ok = *names_r != NULL;
	while (ok && rows_next(&r)) {
		(*names_r)[*n_r] = row_dup(&r, 0, a);
		ok = (*names_r)[(*n_r)++] != NULL;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}
