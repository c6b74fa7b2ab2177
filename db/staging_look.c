/*
 * The looks at staged rows: set queries that find what is wrong with a range
 * of them and what would become of each. n of an error is fixed for each look,
 * so that a look that runs again says nothing twice.
 */
#include "db/staging_rows.h"

#define RANGE "s.import_id = ? AND s.row_no > ? AND s.row_no <= ?"
#define ERROR(n, field, value, reason, text)                                   \
	"INSERT IGNORE INTO import_error (import_id, row_no, n, line, field, " \
	"value, reason, text) SELECT s.import_id, s.row_no, " #n ", s.line, "  \
	"'" field "', " value ", '" reason "', LEFT(" text ", 300) "
#define SAME_SPACE                                                             \
	"(x.noun = s.noun OR (x.noun IN (3, 4) AND s.noun IN (3, 4)) "         \
	"OR (x.noun IN (1, 2) AND s.noun IN (1, 2)))"
#define TAGLESS                                                                \
	"CONCAT(SUBSTRING_INDEX(SUBSTRING_INDEX(t.target, '@', 1), '+', 1), "  \
	"'@', SUBSTRING_INDEX(t.target, '@', -1))"
#define DOMAIN_OF(alias) "d.name = " alias ".domain AND d.alive = 1"

enum {
	Q_DOMAINS,
	Q_DOUBLES,
	Q_TAKEN_MAILBOX,
	Q_TAKEN_ALIAS,
	Q_NAMES,
	Q_FOREIGN,
	Q_EXISTING_MAILBOX,
	Q_EXISTING_ALIAS,
	Q_EXISTING_DOMAIN,
	Q_EXISTING_WHITELIST,
	Q_THERE,
	Q_NOT_THERE,
	Q_WRONG,
	Q_NEW,
	Q_MAILBOX,
	Q_ALIAS,
	Q_PENDING,
	Q_TARGETS,
	Q_LEVEL,
	Q_CIRCLE,
	Q_CIRCLE_WRONG,
	Q_LIMITS,
	Q_N
};

static const struct sql sql[] = {
	[Q_DOMAINS] = { ERROR(32, "address", "s.domain", "no_such_domain",
				"CONCAT('there is no domain ', s.domain, "
				"' here')") "FROM staging s LEFT JOIN domain d "
					    "ON " DOMAIN_OF(
						    "s") " "
							 "WHERE " RANGE
							 " AND s.outcome = 0 "
							 "AND s.noun IN (3, 4) "
							 "AND d.id IS NULL AND "
							 "NOT EXISTS (SELECT 1 "
							 "FROM staging x WHERE "
							 "x.import_id = "
							 "s.import_id "
							 "AND x.subject = "
							 "s.domain AND x.noun "
							 "= 1 "
							 "AND x.outcome <> 4)",
		"uuu", "" },
	[Q_DOUBLES] = { ERROR(33, "", "s.subject", "said_twice",
				"CONCAT('line ', MIN(x.line), ' has ', "
				"s.subject, ' already')") "FROM staging s "
							  "JOIN staging x "
							  "ON x.import_id = "
							  "s.import_id "
							  "AND x.subject = "
							  "s.subject AND "
							  "x.row_no < s.row_no "
							  "AND x.outcome <> 4 "
							  "AND " SAME_SPACE
							  " WHERE " RANGE
							  " AND s.outcome = 0 "
							  "GROUP BY "
							  "s.import_id, "
							  "s.row_no, s.line, "
							  "s.subject",
		"uuu", "" },
	[Q_TAKEN_MAILBOX] = { ERROR(34, "address", "s.subject", "address_taken",
				      "CONCAT(s.subject, ' is an alias "
				      "already')") "FROM staging s "
						   "JOIN domain d "
						   "ON " DOMAIN_OF(
							   "s") " JOIN alias m "
								"ON "
								"m.domain_id = "
								"d.id "
								"AND m.alive = "
								"1 "
								"AND m.address "
								"= s.subject "
								"WHERE " RANGE
								" AND "
								"s.outcome = 0 "
								"AND s.noun = "
								"3",
		"uuu", "" },
	[Q_TAKEN_ALIAS] = { ERROR(34, "address", "s.subject", "address_taken",
				    "CONCAT(s.subject, ' is a mailbox "
				    "already')") "FROM staging s "
						 "JOIN domain d ON " DOMAIN_OF(
							 "s") " JOIN mailbox m "
							      "ON m.domain_id "
							      "= d.id "
							      "AND m.alive = 1 "
							      "AND m.address = "
							      "s.subject "
							      "WHERE " RANGE
							      " AND s.outcome "
							      "= 0 AND s.noun "
							      "= 4",
		"uuu", "" },
	[Q_NAMES] = { "SELECT DISTINCT s.domain, d.id FROM staging s "
		      "LEFT JOIN domain d ON " DOMAIN_OF(
			      "s") " WHERE " RANGE
				   " AND s.outcome = 0 AND s.domain <> ''",
		"uuu", "su" },
	[Q_FOREIGN] = { "INSERT IGNORE INTO import_error (import_id, row_no, "
			"n, "
			"line, field, value, reason, text) "
			"SELECT s.import_id, s.row_no, 32, s.line, 'address', "
			"s.domain, ?, ? FROM staging s WHERE " RANGE
			" AND s.outcome = 0 AND s.domain = ?",
		"ssuuus", "" },
	[Q_EXISTING_MAILBOX] = { "UPDATE staging s JOIN domain d ON " DOMAIN_OF(
					 "s") " JOIN mailbox m "
					      "ON m.domain_id = d.id AND "
					      "m.alive = 1 "
					      "AND m.address = s.subject "
					      "SET s.noun_id = m.id, "
					      "s.seen_version = m.version "
					      "WHERE " RANGE " AND s.outcome = "
					      "0 AND s.noun = 3",
		"uuu", "" },
	[Q_EXISTING_ALIAS] = { "UPDATE staging s JOIN domain d ON " DOMAIN_OF(
				       "s") " JOIN alias m "
					    "ON m.domain_id = d.id AND m.alive "
					    "= 1 "
					    "AND m.address = s.subject "
					    "SET s.noun_id = m.id, "
					    "s.seen_version = m.version "
					    "WHERE " RANGE
					    " AND s.outcome = 0 AND s.noun = 4",
		"uuu", "" },
	[Q_EXISTING_DOMAIN] = { "UPDATE staging s JOIN domain d "
				"ON d.name = s.subject AND d.alive = 1 "
				"SET s.noun_id = d.id, "
				"s.seen_version = d.version WHERE " RANGE
				" AND s.outcome = 0 AND s.noun IN (1, 2)",
		"uuu", "" },
	[Q_EXISTING_WHITELIST] = { "UPDATE staging s JOIN whitelist w "
				   "ON w.network = s.subject AND w.alive = 1 "
				   "SET s.noun_id = w.id, "
				   "s.seen_version = w.version WHERE " RANGE
				   " AND s.outcome = 0 AND s.noun = 5",
		"uuu", "" },
	[Q_THERE] = { ERROR(35, "", "s.subject", "exists_already",
			      "CONCAT(s.subject, ' exists already')") "FROM "
								      "staging"
								      " s "
								      "WHERE"
								      " " RANGE
								      " AND "
								      "s."
								      "outcome "
								      "= 0 AND "
								      "s.noun_"
								      "id IS "
								      "NOT "
								      "NULL",
		"uuu", "" },
	[Q_NOT_THERE] = { ERROR(36, "", "s.subject", "not_there",
				  "CONCAT('there is no ', s.subject, "
				  "' to be changed')") "FROM staging s "
						       "WHERE " RANGE
						       " AND s.outcome = 0 AND "
						       "s.noun_id IS NULL",
		"uuu", "" },
	[Q_WRONG] = { "UPDATE staging s SET s.outcome = 4 WHERE " RANGE
		      " AND s.outcome <> 4 AND EXISTS (SELECT 1 "
		      "FROM import_error x WHERE x.import_id = s.import_id "
		      "AND x.row_no = s.row_no)",
		"uuu", "" },
	[Q_NEW] = { "UPDATE staging s SET s.outcome = 1, s.step = CASE s.noun "
		    "WHEN 1 THEN 1 WHEN 2 THEN 2 WHEN 3 THEN 3 WHEN 4 THEN 0 "
		    "WHEN 5 THEN 26 ELSE 27 END WHERE " RANGE
		    " AND s.outcome = 0 AND s.noun_id IS NULL",
		"uuu", "" },
	[Q_MAILBOX] = { "UPDATE staging s JOIN mailbox m ON m.id = s.noun_id "
			"LEFT JOIN secret c ON c.id = m.secret_id "
			"SET s.step = 3, s.outcome = IF("
			"(s.came & 1 AND s.name <> BINARY m.name) "
			"OR (s.came & 2 AND s.state <> m.state) "
			"OR (s.came & 4 AND s.quota_bytes >= 0 "
			"AND s.quota_bytes <> m.quota_bytes) "
			"OR (s.came & 8 AND (c.value IS NULL "
			"OR s.password <> c.value)) OR s.came & 16, 2, 3) "
			"WHERE " RANGE " AND s.outcome = 0 AND s.noun = 3 "
			"AND s.noun_id IS NOT NULL",
		"uuu", "" },
	[Q_ALIAS] = { "UPDATE staging s JOIN alias a ON a.id = s.noun_id "
		      "SET s.step = 25, s.outcome = IF("
		      "(s.came & 1 AND s.name <> BINARY a.description) "
		      "OR (s.came & 2 AND s.state <> a.state) "
		      "OR (s.came & 256 AND a.is_catch_all = 0 "
		      "AND (s.came & 512 > 0) <> a.send_as) "
		      "OR (s.came & 32 AND s.targets <> COALESCE((SELECT "
		      "GROUP_CONCAT(t.target ORDER BY t.target SEPARATOR ',') "
		      "FROM alias_target t WHERE t.alias_id = a.id), '')), "
		      "2, 3) WHERE " RANGE " AND s.outcome = 0 AND s.noun = 4 "
		      "AND s.noun_id IS NOT NULL",
		"uuu", "" },
	[Q_PENDING] = { "SELECT s.row_no, s.noun, s.came, s.name, s.state, "
			"s.more, s.noun_id FROM staging s WHERE " RANGE
			" AND s.outcome = 0 AND s.noun_id IS NOT NULL "
			"ORDER BY s.row_no",
		"uuu", "uuususu" },
	[Q_TARGETS] = { ERROR(40, "targets", "t.target", "target_nowhere",
				"CONCAT(t.target, ' is neither a mailbox nor "
				"an alias')") "FROM staging s "
					      "JOIN staging_target t "
					      "ON t.import_id = s.import_id "
					      "AND t.row_no = s.row_no LEFT "
					      "JOIN domain d "
					      "ON d.name = "
					      "SUBSTRING_INDEX(t.target, '@', "
					      "-1) "
					      "AND d.alive = 1 WHERE " RANGE
					      " AND s.noun = 4 AND s.outcome "
					      "IN (1, 2) "
					      "AND (d.id IS NOT NULL OR EXISTS "
					      "(SELECT 1 "
					      "FROM staging x WHERE "
					      "x.import_id = s.import_id "
					      "AND x.subject = "
					      "SUBSTRING_INDEX(t.target, '@', "
					      "-1) "
					      "AND x.noun = 1 AND x.outcome IN "
					      "(1, 2, 3))) "
					      "AND NOT EXISTS (SELECT 1 FROM "
					      "staging x "
					      "WHERE x.import_id = s.import_id "
					      "AND x.subject IN "
					      "(t.target, " TAGLESS ") "
					      "AND x.noun IN (3, 4) AND "
					      "x.outcome IN (1, 2, 3)) "
					      "AND NOT EXISTS (SELECT 1 FROM "
					      "mailbox m "
					      "WHERE m.domain_id = d.id AND "
					      "m.alive = 1 "
					      "AND m.address IN "
					      "(t.target, " TAGLESS ")) "
					      "AND NOT EXISTS (SELECT 1 FROM "
					      "alias m "
					      "WHERE m.domain_id = d.id AND "
					      "m.alive = 1 "
					      "AND m.address IN "
					      "(t.target, " TAGLESS "))",
		"uuu", "" },
	[Q_LEVEL] = { "UPDATE staging s LEFT JOIN (SELECT DISTINCT "
		      "t.row_no FROM staging o JOIN staging_target t "
		      "ON t.import_id = o.import_id AND t.row_no = o.row_no "
		      "JOIN staging x ON x.import_id = o.import_id "
		      "AND x.subject IN (t.target, " TAGLESS ") "
		      "AND x.noun = 4 AND x.outcome = 1 AND x.step = 0 "
		      "WHERE o.import_id = ? AND o.noun = 4 AND o.outcome = 1 "
		      "AND o.step = 0) AS w ON w.row_no = s.row_no "
		      "SET s.step = ? WHERE s.import_id = ? AND s.noun = 4 "
		      "AND s.outcome = 1 AND s.step = 0 AND w.row_no IS NULL",
		"uuu", "" },
	[Q_CIRCLE] = { ERROR(41, "targets", "s.targets", "alias_loop",
			       "CONCAT('the mail for ', s.subject, ' would go "
			       "in a circle')") "FROM staging s "
						"WHERE s.import_id = ? "
						"AND s.noun = 4 "
						"AND s.outcome = 1 AND s.step "
						"= 0",
		"u", "" },
	[Q_CIRCLE_WRONG] = { "UPDATE staging s SET s.outcome = 4 "
			     "WHERE s.import_id = ? AND s.noun = 4 "
			     "AND s.outcome = 1 AND s.step = 0",
		"u", "" },
	[Q_LIMITS] = { "SELECT s.row_no, s.line, d.id, s.noun, s.outcome, "
		       "CAST(COALESCE(m.quota_bytes, 0) AS SIGNED), "
		       "CAST(IF(s.came & 4 AND s.quota_bytes >= 0, "
		       "s.quota_bytes, COALESCE(m.quota_bytes, "
		       "d.default_quota_bytes)) AS SIGNED) FROM staging s "
		       "JOIN domain d ON " DOMAIN_OF(
			       "s") " LEFT JOIN mailbox m "
				    "ON s.noun = 3 AND m.id = s.noun_id "
				    "WHERE s.import_id = ? AND s.outcome IN "
				    "(1, 2) "
				    "AND s.noun IN (3, 4) AND (d.max_mailboxes "
				    "> 0 "
				    "OR d.max_aliases > 0 OR d.max_quota_bytes "
				    "> 0) "
				    "AND s.row_no > ? ORDER BY s.row_no LIMIT "
				    "?",
		"uuu", "uuuuuii" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");
_Static_assert(STEP_MAILBOX == 3 && STEP_ALIAS_CHANGED == 25
		&& STEP_WHITELIST == 26 && STEP_ADMIN == 27,
	"as the statements have them");

const struct sql_table staging_look_sql = { "staging look", sql, Q_N, false };

#define RANGE_ARGS(r)                                                          \
	arg_u64((r)->import_id), arg_u64((r)->from), arg_u64((r)->to)

static bool
run(struct db *db, int q, const struct staged_range *r, struct err *e)
{
	return db_exec(db, &sql[q], ARGS(RANGE_ARGS(r)), NULL, e);
}

bool
staging_look_domains(struct db *db, const struct staged_range *r, struct err *e)
{
	return run(db, Q_DOMAINS, r, e);
}

bool
staging_look_doubles(struct db *db, const struct staged_range *r, struct err *e)
{
	return run(db, Q_DOUBLES, r, e);
}

bool
staging_look_taken(struct db *db, const struct staged_range *r, struct err *e)
{
	return run(db, Q_TAKEN_MAILBOX, r, e) && run(db, Q_TAKEN_ALIAS, r, e);
}

bool
staging_look_names(struct db *db, struct arena *a, const struct staged_range *r,
	const char ***names_r, uint64_t **ids_r, size_t *n_r, struct err *e)
{
	struct rows got;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_NAMES], ARGS(RANGE_ARGS(r)), &got, e))
		return false;
	*names_r = arena_array(a, got.n + 1, sizeof(**names_r));
	*ids_r = arena_array(a, got.n + 1, sizeof(**ids_r));
	ok = *names_r && *ids_r;
	while (ok && rows_next(&got)) {
		(*names_r)[*n_r] = row_dup(&got, 0, a);
		(*ids_r)[*n_r] = row_u64(&got, 1);
		ok = (*names_r)[(*n_r)++] != NULL;
	}
	return rows_done(&got, e) && (ok || err_memory(e));
}

bool
staging_look_foreign(struct db *db, const struct staged_range *r,
	const char *domain, const char *reason, const char *text, struct err *e)
{
	return db_exec(db, &sql[Q_FOREIGN],
		ARGS(arg_text(reason), arg_text(text), RANGE_ARGS(r),
			arg_text(domain)),
		NULL, e);
}

bool
staging_look_existing(
	struct db *db, const struct staged_range *r, struct err *e)
{
	return run(db, Q_EXISTING_MAILBOX, r, e)
		&& run(db, Q_EXISTING_ALIAS, r, e)
		&& run(db, Q_EXISTING_DOMAIN, r, e)
		&& run(db, Q_EXISTING_WHITELIST, r, e);
}

bool
staging_look_mode(struct db *db, const struct staged_range *r, bool may_add,
	bool may_update, struct err *e)
{
	return (may_update || run(db, Q_THERE, r, e))
		&& (may_add || run(db, Q_NOT_THERE, r, e));
}

bool
staging_look_outcome(struct db *db, const struct staged_range *r, struct err *e)
{
	return run(db, Q_WRONG, r, e) && run(db, Q_NEW, r, e)
		&& run(db, Q_MAILBOX, r, e) && run(db, Q_ALIAS, r, e);
}

bool
staging_look_pending(struct db *db, struct arena *a,
	const struct staged_range *r, struct staged **items_r, size_t *n_r,
	struct err *e)
{
	struct rows got;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_PENDING], ARGS(RANGE_ARGS(r)), &got, e))
		return false;
	*items_r = arena_array(a, got.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&got)) {
		struct staged *s = &(*items_r)[(*n_r)++];

		*s = (struct staged){ .row_no = row_u64(&got, 0),
			.noun = (enum staged_noun)row_u64(&got, 1),
			.came = (unsigned)row_u64(&got, 2),
			.name = row_dup(&got, 3, a),
			.state = (unsigned)row_u64(&got, 4),
			.more = row_dup(&got, 5, a),
			.noun_id = row_u64(&got, 6) };
		ok = s->name && s->more;
	}
	return rows_done(&got, e) && (ok || err_memory(e));
}

bool
staging_look_targets(struct db *db, const struct staged_range *r, uint64_t *n_r,
	struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_TARGETS], ARGS(RANGE_ARGS(r)), &done, e))
		return false;
	*n_r = done.affected;
	return done.affected == 0 || run(db, Q_WRONG, r, e);
}

bool
staging_look_level(struct db *db, uint64_t import_id, unsigned step,
	uint64_t *n_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_LEVEL],
		    ARGS(arg_u64(import_id), arg_u64(step), arg_u64(import_id)),
		    &done, e))
		return false;
	*n_r = done.affected;
	return true;
}

bool
staging_look_circle(struct db *db, uint64_t import_id, struct err *e)
{
	return db_exec(db, &sql[Q_CIRCLE], ARGS(arg_u64(import_id)), NULL, e)
		&& db_exec(db, &sql[Q_CIRCLE_WRONG], ARGS(arg_u64(import_id)),
			NULL, e);
}

bool
staging_look_limits(struct db *db, struct arena *a, uint64_t import_id,
	uint64_t from, size_t max, struct staged_load **items_r, size_t *n_r,
	struct err *e)
{
	struct rows r;

	*n_r = 0;
	if (!db_query(db, &sql[Q_LIMITS],
		    ARGS(arg_u64(import_id), arg_u64(from), arg_u64(max)), &r,
		    e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	while (*items_r && rows_next(&r))
		(*items_r)[(*n_r)++] = (struct staged_load){ row_u64(&r, 0),
			row_u64(&r, 1), row_u64(&r, 2),
			row_u64(&r, 3) == STAGED_MAILBOX, row_u64(&r, 4) == 1,
			row_i64(&r, 5), row_i64(&r, 6) };
	return rows_done(&r, e) && (*items_r || err_memory(e));
}
