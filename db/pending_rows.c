/*
 * SQL of what waits.
 */
#include "db/pending_rows.h"

enum { Q_COUNT, Q_FIRST, Q_DOMAINS_AFTER, Q_LIST, Q_HELD, Q_OF, Q_N };

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
	"AND (? = 0 OR EXISTS (SELECT 1 FROM domain s WHERE s.name "           \
	"= " KEY_DOMAIN " AND " SCOPE("s.id") "))"
#define WAITS_IN "uuuuu" SCOPE_IN
enum { WAITS_ARGS = 5 + SCOPE_ARGS };

#define ACTORS(t)                                                              \
	"GROUP_CONCAT(DISTINCT " t ".actor_name ORDER BY " t ".actor_name "    \
	"SEPARATOR '\n')"

static const struct sql sql[] = {
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
	[Q_LIST] = { "SELECT y.domain, (SELECT MAX(d.id) FROM domain d "
		     "WHERE d.name = y.domain AND d.alive = 1), y.revisions, "
		     "y.first_serial, y.last_serial, y.first_at, y.last_at, "
		     "y.actors, y.is_review FROM (SELECT x.domain AS domain, "
		     "COUNT(DISTINCT x.serial) AS revisions, "
		     "MIN(x.serial) AS first_serial, "
		     "MAX(x.serial) AS last_serial, "
		     "MIN(x.created) AS first_at, MAX(x.created) AS "
		     "last_at, " ACTORS(
			     "x") " AS actors, MAX(x.is_review) AS is_review "
				  "FROM (SELECT STRAIGHT_JOIN " KEY_DOMAIN
				  " AS domain, r.serial AS serial, "
				  "r.created AS created, r.actor_name AS "
				  "actor_name, "
				  "CAST(r.serial > ? AND r.serial > "
				  "COALESCE(p.serial, CAST(0 AS UNSIGNED)) AS "
				  "UNSIGNED) "
				  "AS is_review" WAITS
				  " AND (? = 0 OR " KEY_DOMAIN
				  " > ?)) x GROUP BY x.domain ORDER BY "
				  "x.domain LIMIT ?) y "
				  "ORDER BY y.domain",
		"u" WAITS_IN "usu", "suuuuttsu" },
	[Q_HELD] = { "SELECT h.domain, MIN(h.held), MIN(h.serial) "
		     "FROM node_domain h WHERE h.held <> '' "
		     "AND (? = 0 OR h.domain > ?) AND (? = 0 OR EXISTS "
		     "(SELECT 1 FROM domain s WHERE s.name = h.domain "
		     "AND " SCOPE("s.id") ")) "
					  "GROUP BY h.domain ORDER BY h.domain "
					  "LIMIT ?",
		"usu" SCOPE_IN "u", "ssu" },
	[Q_OF] = { "SELECT MAX(d.id), COUNT(DISTINCT r.serial), "
		   "MIN(r.serial), MAX(r.serial), MIN(r.created), "
		   "MAX(r.created), " ACTORS(
			   "r") " FROM domain d JOIN `change` c "
				"ON c.domain_id = d.id JOIN revision r "
				"ON r.prov_id = c.prov_id WHERE d.name = ? AND "
				"d.alive = 1 "
				"AND (r.serial > ? OR r.serial = "
				"d.changed_serial)",
		"su", "uuuutts" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table pending_sql = { "pending", sql, Q_N, false };

/* The parameters of WAITS, in its order. */
static void
bounds(const struct pending_bounds *b, struct arg out[static WAITS_ARGS])
{
	out[0] = arg_u64(b->review < b->hold ? b->review : b->hold);
	out[1] = arg_u64(b->upto);
	out[2] = arg_u64(b->hold);
	out[3] = arg_u64(b->review);
	out[4] = arg_u64(b->is_scoped);
	scope_args(&b->scope, out + 5);
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

static bool
load_pending(const struct rows *r, struct arena *a, struct pending_row *x)
{
	*x = (struct pending_row){ .domain = row_dup(r, 0, a),
		.domain_id = row_u64(r, 1),
		.revisions = row_u64(r, 2),
		.first_serial = row_u64(r, 3),
		.last_serial = row_u64(r, 4),
		.first_us = row_time(r, 5),
		.last_us = row_time(r, 6),
		.actors = row_dup(r, 7, a),
		.is_for_review = row_u64(r, 8) != 0 };
	return x->domain && x->actors;
}

bool
pending_row_list(struct db *db, struct arena *a, const struct pending_bounds *b,
	const char *after, size_t max, struct pending_row **items_r,
	size_t *n_r, struct err *e)
{
	struct arg args[1 + WAITS_ARGS + 3];
	struct rows r;
	bool ok;

	*n_r = 0;
	args[0] = arg_u64(b->review);
	bounds(b, args + 1);
	args[1 + WAITS_ARGS] = arg_u64(after != NULL);
	args[2 + WAITS_ARGS] = arg_text(after ? after : "");
	args[3 + WAITS_ARGS] = arg_u64(max);
	if (!db_query(db, &sql[Q_LIST], args, ARRAY_LEN(args), &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load_pending(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
pending_row_held(struct db *db, struct arena *a, const struct pending_bounds *b,
	const char *after, size_t max, struct pending_held_row **items_r,
	size_t *n_r, struct err *e)
{
	struct arg args[3 + SCOPE_ARGS + 1] = { arg_u64(after != NULL),
		arg_text(after ? after : ""), arg_u64(b->is_scoped) };
	struct rows r;
	bool ok;

	*n_r = 0;
	scope_args(&b->scope, args + 3);
	args[3 + SCOPE_ARGS] = arg_u64(max);
	if (!db_query(db, &sql[Q_HELD], args, ARRAY_LEN(args), &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		struct pending_held_row *x = &(*items_r)[(*n_r)++];

		x->domain = row_dup(&r, 0, a);
		x->reason = row_dup(&r, 1, a);
		x->live_serial = row_u64(&r, 2);
		ok = x->domain && x->reason;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
pending_row_of(struct db *db, struct arena *a, const char *domain,
	uint64_t serial, struct pending_row *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, &sql[Q_OF], ARGS(arg_text(domain), arg_u64(serial)),
		    &r, e))
		return false;
	if (rows_next(&r) && !row_is_null(&r, 0)) {
		*found_r = true;
		*out = (struct pending_row){ .domain = domain,
			.domain_id = row_u64(&r, 0),
			.revisions = row_u64(&r, 1),
			.first_serial = row_u64(&r, 2),
			.last_serial = row_u64(&r, 3),
			.first_us = row_time(&r, 4),
			.last_us = row_time(&r, 5),
			.actors = row_dup(&r, 6, a) };
		ok = out->actors != NULL;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}
