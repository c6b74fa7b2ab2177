/*
 * SQL of `staging`: rows in and out. The looks are in db/staging_look.c.
 */
#include "db/staging_rows.h"

#define COLUMNS                                                                \
	"s.row_no, s.line, s.noun, s.came, s.subject, s.domain, s.name, "      \
	"s.state, s.quota_bytes, s.password, s.sealed, s.targets, s.more, "    \
	"s.outcome, s.step, s.noun_id, s.seen_version, d.id"
#define OUT "uuuusssuibbssuuuuu"
#define FROM                                                                   \
	" FROM staging s LEFT JOIN domain d ON d.name = s.domain "             \
	"AND d.alive = 1 "
#define RANGE "s.import_id = ? AND s.row_no > ? AND s.row_no <= ?"

enum {
	Q_INSERT,
	Q_TARGETS,
	Q_NEXT,
	Q_LIST,
	Q_UNHASHED,
	Q_HASHED,
	Q_STEP_AFTER,
	Q_COUNT,
	Q_WEIGHT,
	Q_OUTCOME,
	Q_DECIDE,
	Q_WRONG_AFTER,
	Q_TARGET_DELETE,
	Q_DELETE,
	Q_DOMAINS,
	Q_MISSING,
	Q_HELD,
	Q_IDS,
	Q_REFERRING,
	Q_REFERRING_TAG,
	Q_N
};

static const struct sql sql[] = {
	[Q_INSERT] = { "INSERT INTO staging (import_id, row_no, line, noun, "
		       "came, subject, domain, name, state, quota_bytes, "
		       "password, sealed, targets, more, outcome) VALUES "
		       "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"uuuuusssuibbssu", "" },
	[Q_TARGETS] = { "INSERT INTO staging_target (import_id, row_no, "
			"target) VALUES (?, ?, ?)",
		"uus", "" },
	[Q_NEXT] = { "SELECT " COLUMNS FROM
		     "WHERE s.import_id = ? AND s.row_no > ? AND s.step = ? "
		     "AND s.outcome IN (1, 2) ORDER BY s.row_no LIMIT ?",
		"uuuu", OUT },
	[Q_LIST] = { "SELECT " COLUMNS FROM
		     "WHERE s.import_id = ? AND s.row_no > ? "
		     "AND s.outcome = ? ORDER BY s.row_no LIMIT ?",
		"uuuu", OUT },
	[Q_UNHASHED] = { "SELECT " COLUMNS FROM
			 "WHERE s.import_id = ? AND s.row_no > ? "
			 "AND (s.outcome = 1 AND s.came & 144 "
			 "OR s.outcome = 2 AND s.came & 16) "
			 "AND s.password IS NULL ORDER BY s.row_no LIMIT ?",
		"uuu", OUT },
	[Q_HASHED] = { "UPDATE staging SET password = ?, sealed = NULL "
		       "WHERE import_id = ? AND row_no = ?",
		"buu", "" },
	[Q_STEP_AFTER] = { "SELECT CAST(COALESCE(MIN(step), 0) AS UNSIGNED) "
			   "FROM staging WHERE import_id = ? AND step > ? "
			   "AND outcome IN (1, 2)",
		"uu", "u" },
	[Q_COUNT] = { "SELECT noun, outcome, COUNT(*), "
		      "CAST(SUM(line = 0) AS UNSIGNED) FROM staging "
		      "WHERE import_id = ? GROUP BY noun, outcome",
		"u", "uuuu" },
	[Q_WEIGHT] = { "SELECT CAST(COALESCE(SUM(4 + LEAST(64, "
		       "CHAR_LENGTH(name)) + IF(targets IS NULL, 0, 1 + "
		       "LENGTH(targets) - LENGTH(REPLACE(targets, ',', '')))"
		       "), 0) AS UNSIGNED) FROM staging WHERE import_id = ? "
		       "AND outcome IN (1, 2)",
		"u", "u" },
	[Q_OUTCOME] = { "UPDATE staging SET outcome = ? WHERE import_id = ? "
			"AND row_no = ?",
		"uuu", "" },
	[Q_DECIDE] = { "UPDATE staging SET outcome = ?, step = ? "
		       "WHERE import_id = ? AND row_no = ?",
		"uuuu", "" },
	[Q_WRONG_AFTER] = { "SELECT row_no FROM staging WHERE import_id = ? "
			    "AND row_no > ? AND outcome = 4 AND line > 0 "
			    "ORDER BY row_no LIMIT ?",
		"uuu", "u" },
	[Q_TARGET_DELETE] = { "DELETE FROM staging_target WHERE import_id = ? "
			      "LIMIT ?",
		"uu", "" },
	[Q_DELETE] = { "DELETE FROM staging WHERE import_id = ? LIMIT ?", "uu",
		"" },
	[Q_DOMAINS] = { "SELECT DISTINCT domain FROM staging "
			"WHERE import_id = ? AND noun = 3 AND domain > ? "
			"ORDER BY domain LIMIT ?",
		"usu", "s" },
	[Q_MISSING] = { "INSERT INTO staging (import_id, row_no, line, noun, "
			"came, subject, domain, name, state, outcome, step, "
			"noun_id, seen_version) "
			"SELECT ?, ? + ROW_NUMBER() OVER (ORDER BY m.address), "
			"0, 3, 2, m.address, d.name, m.name, 3, 2, ?, m.id, "
			"m.version FROM domain d JOIN mailbox m "
			"ON m.domain_id = d.id AND m.alive = 1 "
			"WHERE d.name = ? AND d.alive = 1 AND m.state < 3 "
			"AND NOT EXISTS (SELECT 1 FROM staging s "
			"WHERE s.import_id = ? AND s.subject = m.address)",
		"uuusu", "" },
	[Q_HELD] = { "SELECT s.row_no FROM staging s JOIN domain d "
		     "ON d.name = s.domain AND d.alive = 1 JOIN mailbox m "
		     "ON m.domain_id = d.id AND m.alive = 1 "
		     "AND m.address = s.subject WHERE " RANGE
		     " AND s.outcome = 1 UNION "
		     "SELECT s.row_no FROM staging s JOIN domain d "
		     "ON d.name = s.domain AND d.alive = 1 JOIN alias m "
		     "ON m.domain_id = d.id AND m.alive = 1 "
		     "AND m.address = s.subject WHERE " RANGE
		     " AND s.outcome = 1",
		"uuuuuu", "u" },
	[Q_IDS] = { "SELECT s.row_no, m.id FROM staging s JOIN domain d "
		    "ON d.name = s.domain AND d.alive = 1 JOIN mailbox m "
		    "ON m.domain_id = d.id AND m.alive = 1 "
		    "AND m.address = s.subject WHERE " RANGE
		    " ORDER BY s.row_no",
		"uuu", "uu" },
	[Q_REFERRING] = { "SELECT DISTINCT a.address FROM staging s "
			  "JOIN alias_target t ON t.target = s.subject "
			  "AND t.alive = 1 JOIN alias a ON a.id = t.alias_id "
			  "AND a.alive = 1 JOIN domain d ON d.id = a.domain_id "
			  "AND d.alive = 1 WHERE " RANGE " LIMIT ?",
		"uuuu", "s" },
	[Q_REFERRING_TAG] = { "SELECT DISTINCT a.address FROM "
			      "(SELECT DISTINCT s.domain FROM staging s "
			      "WHERE " RANGE ") AS n JOIN alias_target t "
			      "ON t.target_domain = n.domain AND t.alive = 1 "
			      "AND t.target LIKE '%+%' JOIN alias a "
			      "ON a.id = t.alias_id AND a.alive = 1 "
			      "JOIN domain d ON d.id = a.domain_id "
			      "AND d.alive = 1 JOIN staging s "
			      "ON s.import_id = ? AND s.subject = CONCAT("
			      "SUBSTRING_INDEX(t.target, '+', 1), '@', "
			      "t.target_domain) AND s.row_no > ? "
			      "AND s.row_no <= ? LIMIT ?",
		"uuuuuuu", "s" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table staging_sql = { "staging", sql, Q_N, false };

static bool
load(const struct rows *r, struct arena *a, struct staged *s)
{
	*s = (struct staged){ .row_no = row_u64(r, 0),
		.line = row_u64(r, 1),
		.noun = (enum staged_noun)row_u64(r, 2),
		.came = (unsigned)row_u64(r, 3),
		.subject = row_dup(r, 4, a),
		.domain = row_dup(r, 5, a),
		.name = row_dup(r, 6, a),
		.state = (unsigned)row_u64(r, 7),
		.quota_bytes = row_i64(r, 8),
		.outcome = (unsigned)row_u64(r, 13),
		.step = (unsigned)row_u64(r, 14),
		.noun_id = row_u64(r, 15),
		.seen_version = row_u64(r, 16),
		.domain_id = row_u64(r, 17) };
	if (!row_is_null(r, 9) && !(s->password = row_dup(r, 9, a)))
		return false;
	if (!row_is_null(r, 10)) {
		const void *data = row_bytes(r, 10, &s->sealed_len);

		s->sealed = arena_memdup(a, data, s->sealed_len);
		if (!s->sealed)
			return false;
	}
	if (!row_is_null(r, 11) && !(s->targets = row_dup(r, 11, a)))
		return false;
	if (!row_is_null(r, 12) && !(s->more = row_dup(r, 12, a)))
		return false;
	return s->subject && s->domain && s->name;
}

static bool
many(struct db *db, struct arena *a, const struct sql *q,
	const struct arg *args, size_t n, struct staged **items_r, size_t *n_r,
	struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, q, args, n, &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
staging_row_insert(
	struct db *db, const struct arg *args, size_t rows, struct err *e)
{
	return rows == 0
		|| db_exec_rows(
			db, &sql[Q_INSERT], args, STAGED_PARAMS, rows, NULL, e);
}

bool
staging_row_targets(
	struct db *db, const struct arg *args, size_t rows, struct err *e)
{
	return rows == 0
		|| db_exec_rows(db, &sql[Q_TARGETS], args, STAGED_TARGET_PARAMS,
			rows, NULL, e);
}

bool
staging_row_next(struct db *db, struct arena *a, uint64_t import_id,
	unsigned step, uint64_t from, size_t max, struct staged **items_r,
	size_t *n_r, struct err *e)
{
	return many(db, a, &sql[Q_NEXT],
		ARGS(arg_u64(import_id), arg_u64(from), arg_u64(step),
			arg_u64(max)),
		items_r, n_r, e);
}

bool
staging_row_list(struct db *db, struct arena *a, uint64_t import_id,
	unsigned outcome, uint64_t from, size_t max, struct staged **items_r,
	size_t *n_r, struct err *e)
{
	return many(db, a, &sql[Q_LIST],
		ARGS(arg_u64(import_id), arg_u64(from), arg_u64(outcome),
			arg_u64(max)),
		items_r, n_r, e);
}

bool
staging_row_unhashed(struct db *db, struct arena *a, uint64_t import_id,
	uint64_t from, size_t max, struct staged **items_r, size_t *n_r,
	struct err *e)
{
	return many(db, a, &sql[Q_UNHASHED],
		ARGS(arg_u64(import_id), arg_u64(from), arg_u64(max)), items_r,
		n_r, e);
}

bool
staging_row_hashed(
	struct db *db, const struct arg *args, size_t rows, struct err *e)
{
	return rows == 0
		|| db_exec_rows(db, &sql[Q_HASHED], args, STAGED_HASH_PARAMS,
			rows, NULL, e);
}

bool
staging_row_step_after(struct db *db, uint64_t import_id, unsigned step,
	uint64_t *step_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_STEP_AFTER],
		ARGS(arg_u64(import_id), arg_u64(step)), step_r, NULL, e);
}

bool
staging_row_count(struct db *db, struct arena *a, uint64_t import_id,
	struct staged_count **items_r, size_t *n_r, struct err *e)
{
	struct rows r;

	*n_r = 0;
	if (!db_query(db, &sql[Q_COUNT], ARGS(arg_u64(import_id)), &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	while (*items_r && rows_next(&r))
		(*items_r)[(*n_r)++] = (struct staged_count){ row_u64(&r, 0),
			row_u64(&r, 1), row_u64(&r, 2), row_u64(&r, 3) };
	return rows_done(&r, e) && (*items_r || err_memory(e));
}

bool
staging_row_weight(
	struct db *db, uint64_t import_id, uint64_t *n_r, struct err *e)
{
	return db_query_u64(
		db, &sql[Q_WEIGHT], ARGS(arg_u64(import_id)), n_r, NULL, e);
}

bool
staging_row_outcome(struct db *db, uint64_t import_id, uint64_t row_no,
	unsigned outcome, struct err *e)
{
	return db_exec(db, &sql[Q_OUTCOME],
		ARGS(arg_u64(outcome), arg_u64(import_id), arg_u64(row_no)),
		NULL, e);
}

bool
staging_row_decide(struct db *db, uint64_t import_id, uint64_t row_no,
	unsigned outcome, unsigned step, struct err *e)
{
	return db_exec(db, &sql[Q_DECIDE],
		ARGS(arg_u64(outcome), arg_u64(step), arg_u64(import_id),
			arg_u64(row_no)),
		NULL, e);
}

bool
staging_row_wrong(
	struct db *db, uint64_t import_id, uint64_t row_no, struct err *e)
{
	return staging_row_outcome(db, import_id, row_no, 4, e);
}

static bool
numbers(struct db *db, struct arena *a, const struct sql *q,
	const struct arg *args, size_t n, uint64_t **items_r, size_t *n_r,
	struct err *e)
{
	struct rows r;

	*n_r = 0;
	if (!db_query(db, q, args, n, &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	while (*items_r && rows_next(&r))
		(*items_r)[(*n_r)++] = row_u64(&r, 0);
	return rows_done(&r, e) && (*items_r || err_memory(e));
}

bool
staging_row_wrong_after(struct db *db, struct arena *a, uint64_t import_id,
	uint64_t from, size_t max, uint64_t **rows_r, size_t *n_r,
	struct err *e)
{
	return numbers(db, a, &sql[Q_WRONG_AFTER],
		ARGS(arg_u64(import_id), arg_u64(from), arg_u64(max)), rows_r,
		n_r, e);
}

bool
staging_row_delete(struct db *db, uint64_t import_id, uint64_t max,
	uint64_t *n_r, struct err *e)
{
	struct db_done targets, rows;

	if (!db_exec(db, &sql[Q_TARGET_DELETE],
		    ARGS(arg_u64(import_id), arg_u64(max)), &targets, e)
		|| !db_exec(db, &sql[Q_DELETE],
			ARGS(arg_u64(import_id), arg_u64(max)), &rows, e))
		return false;
	*n_r = targets.affected + rows.affected;
	return true;
}

static bool
texts(struct db *db, struct arena *a, const struct sql *q,
	const struct arg *args, size_t n, const char ***items_r, size_t *n_r,
	struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, q, args, n, &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		(*items_r)[*n_r] = row_dup(&r, 0, a);
		ok = (*items_r)[(*n_r)++] != NULL;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
staging_row_domains(struct db *db, struct arena *a, uint64_t import_id,
	const char *after, size_t max, const char ***names_r, size_t *n_r,
	struct err *e)
{
	return texts(db, a, &sql[Q_DOMAINS],
		ARGS(arg_u64(import_id), arg_text(after), arg_u64(max)),
		names_r, n_r, e);
}

bool
staging_row_missing(struct db *db, uint64_t import_id, const char *domain,
	uint64_t from, uint64_t *n_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_MISSING],
		    ARGS(arg_u64(import_id), arg_u64(from),
			    arg_u64(STEP_MISSING), arg_text(domain),
			    arg_u64(import_id)),
		    &done, e))
		return false;
	*n_r = done.affected;
	return true;
}

#define RANGE_ARGS(r)                                                          \
	arg_u64((r)->import_id), arg_u64((r)->from), arg_u64((r)->to)

bool
staging_row_held(struct db *db, struct arena *a, const struct staged_range *r,
	uint64_t **rows_r, size_t *n_r, struct err *e)
{
	return numbers(db, a, &sql[Q_HELD], ARGS(RANGE_ARGS(r), RANGE_ARGS(r)),
		rows_r, n_r, e);
}

bool
staging_row_ids(struct db *db, struct arena *a, const struct staged_range *r,
	uint64_t **rows_r, uint64_t **ids_r, size_t *n_r, struct err *e)
{
	struct rows got;

	*n_r = 0;
	if (!db_query(db, &sql[Q_IDS], ARGS(RANGE_ARGS(r)), &got, e))
		return false;
	*rows_r = arena_array(a, got.n + 1, sizeof(**rows_r));
	*ids_r = arena_array(a, got.n + 1, sizeof(**ids_r));
	while (*rows_r && *ids_r && rows_next(&got)) {
		(*rows_r)[*n_r] = row_u64(&got, 0);
		(*ids_r)[(*n_r)++] = row_u64(&got, 1);
	}
	return rows_done(&got, e) && ((*rows_r && *ids_r) || err_memory(e));
}

bool
staging_row_referring(struct db *db, struct arena *a,
	const struct staged_range *r, size_t max, const char ***items_r,
	size_t *n_r, struct err *e)
{
	const char **exact, **tagged;
	size_t n, n_tagged;

	if (!texts(db, a, &sql[Q_REFERRING], ARGS(RANGE_ARGS(r), arg_u64(max)),
		    &exact, &n, e)
		|| !texts(db, a, &sql[Q_REFERRING_TAG],
			ARGS(RANGE_ARGS(r), RANGE_ARGS(r), arg_u64(max)),
			&tagged, &n_tagged, e))
		return false;
	*items_r = arena_array(a, n + n_tagged + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		(*items_r)[i] = exact[i];
	for (size_t i = 0; i < n_tagged; i++)
		(*items_r)[n + i] = tagged[i];
	*n_r = n + n_tagged;
	return true;
}
