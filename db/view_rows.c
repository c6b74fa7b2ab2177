/*
 * SQL of the pages that look at many tables.
 */
#include "db/view_rows.h"

#include "db/in_list.h"

enum {
	Q_CHANGES,
	Q_CHANGE_DOMAINS,
	Q_LATER,
	Q_LATER_IN_DOMAIN,
	Q_COUNTS,
	Q_ATTENTION,
	Q_N
};

#define COUNT_OTHERS                                                           \
	"(SELECT COUNT(*) FROM whitelist WHERE alive = 1), "                   \
	"(SELECT COUNT(*) FROM job WHERE state IN (1, 2))"
#define COUNT_DOMAINS                                                          \
	"COUNT(*), CAST(COALESCE(SUM(mailbox_count), 0) AS UNSIGNED), "        \
	"CAST(COALESCE(SUM(alias_count), 0) AS UNSIGNED), "                    \
	"CAST(COALESCE(SUM(quota_allotted_bytes), 0) AS UNSIGNED)"

/* Neither undone since, nor the undo of what came later than ? itself: two
 * such revisions left everything as it was. */
#define STANDS                                                                 \
	" AND (SELECT u.serial FROM revision u WHERE u.undoes = r.serial "     \
	"AND (SELECT v.serial FROM revision v WHERE v.undoes = u.serial "      \
	"LIMIT 1) IS NULL LIMIT 1) IS NULL AND (SELECT y.serial "              \
	"FROM revision y WHERE y.serial = r.undoes AND y.prov_id > ? "         \
	"LIMIT 1) IS NULL "

static const struct sql sql[] = {
	[Q_CHANGES] = { "SELECT seq, noun, noun_id, domain_id, op, subject, "
			"version, before_image, after_image FROM `change` "
			"WHERE prov_id = ? AND seq >= ? ORDER BY seq LIMIT ?",
		"uuu", "usuuususs" },
	[Q_CHANGE_DOMAINS] = { "SELECT DISTINCT "
			       "CAST(COALESCE(domain_id, 0) AS UNSIGNED) "
			       "FROM `change` WHERE prov_id = ? LIMIT 1000",
		"u", "u" },
	[Q_LATER] = { "SELECT r.serial FROM `change` c JOIN revision r "
		      "ON r.prov_id = c.prov_id WHERE c.noun = ? "
		      "AND c.noun_id = ? AND c.prov_id > ?" STANDS
		      "ORDER BY c.prov_id LIMIT 1",
		"suuu", "u" },
	[Q_LATER_IN_DOMAIN] = { "SELECT r.serial FROM `change` c "
				"JOIN revision r ON r.prov_id = c.prov_id "
				"WHERE c.domain_id = ? AND c.prov_id > ?" STANDS
				"ORDER BY c.prov_id LIMIT 1",
		"uuu", "u" },
	[Q_COUNTS] = { "SELECT " COUNT_DOMAINS ", " COUNT_OTHERS
		       " FROM domain WHERE alive = 1",
		"", "iiiiii" },
	[Q_ATTENTION] = { "SELECT kind, subject, id, "
			  "CAST(domain_id AS UNSIGNED), at, text FROM ("
			  "(SELECT 1 AS kind, subject, id, domain_id, "
			  "finished AS at, message AS text FROM job "
			  "WHERE state = 4 AND finished > ? "
			  "ORDER BY finished DESC LIMIT ?) UNION ALL "
			  "(SELECT 2, name, id, id, NULL, '' FROM domain "
			  "WHERE alive = 1 AND max_mailboxes > 0 "
			  "AND mailbox_count >= max_mailboxes LIMIT ?) "
			  "UNION ALL (SELECT 3, network, id, CAST(0 AS "
			  "UNSIGNED), "
			  "expires, "
			  "note FROM whitelist WHERE alive = 1 AND state = 1 "
			  "AND expires <= ? ORDER BY expires LIMIT ?) "
			  "UNION ALL (SELECT 4, name, id, id, retire_at, '' "
			  "FROM domain WHERE alive = 1 AND state = 4 "
			  "AND retire_at <= ? ORDER BY retire_at LIMIT ?)) x",
		"tuututu", "usuuts" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table view_sql = { "view", sql, Q_N, false };

static const char *
dup_or_null(const struct rows *r, unsigned col, struct arena *a, bool *ok)
{
	const char *s;

	if (row_is_null(r, col))
		return NULL;
	s = row_dup(r, col, a);
	*ok = *ok && s;
	return s;
}

bool
view_row_changes(struct db *db, struct arena *a, uint64_t prov_id,
	uint64_t from, size_t max, struct change_row **items_r, size_t *n_r,
	struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_CHANGES],
		    ARGS(arg_u64(prov_id), arg_u64(from), arg_u64(max)), &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		struct change_row *c = &(*items_r)[(*n_r)++];

		c->seq = row_u64(&r, 0);
		c->noun = row_dup(&r, 1, a);
		c->noun_id = row_u64(&r, 2);
		c->domain_id = row_u64(&r, 3);
		c->op = (unsigned)row_u64(&r, 4);
		c->subject = row_dup(&r, 5, a);
		c->version = row_u64(&r, 6);
		ok = c->noun && c->subject;
		c->before = dup_or_null(&r, 7, a, &ok);
		c->after = dup_or_null(&r, 8, a, &ok);
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
view_row_change_domains(struct db *db, struct arena *a, uint64_t prov_id,
	uint64_t **ids_r, size_t *n_r, struct err *e)
{
	struct rows r;

	*n_r = 0;
	if (!db_query(
		    db, &sql[Q_CHANGE_DOMAINS], ARGS(arg_u64(prov_id)), &r, e))
		return false;
	*ids_r = arena_array(a, r.n + 1, sizeof(**ids_r));
	while (*ids_r && rows_next(&r))
		(*ids_r)[(*n_r)++] = row_u64(&r, 0);
	return rows_done(&r, e) && (*ids_r || err_memory(e));
}

bool
view_row_later_change(struct db *db, const char *noun, uint64_t noun_id,
	uint64_t prov_id, uint64_t *serial_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_LATER],
		ARGS(arg_text(noun), arg_u64(noun_id), arg_u64(prov_id),
			arg_u64(prov_id)),
		serial_r, NULL, e);
}

bool
view_row_later_in_domain(struct db *db, uint64_t domain_id, uint64_t prov_id,
	uint64_t *serial_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_LATER_IN_DOMAIN],
		ARGS(arg_u64(domain_id), arg_u64(prov_id), arg_u64(prov_id)),
		serial_r, NULL, e);
}

static void
add_counts(struct count_row *out, const struct rows *r)
{
	out->domains += row_i64(r, 0);
	out->mailboxes += row_i64(r, 1);
	out->aliases += row_i64(r, 2);
	out->quota_bytes += row_i64(r, 3);
	out->whitelist = row_i64(r, 4);
	out->jobs = row_i64(r, 5);
}

bool
view_row_counts(struct db *db, struct count_row *out, struct err *e)
{
	struct rows r;

	*out = (struct count_row){ 0 };
	if (!db_query(db, &sql[Q_COUNTS], NO_ARGS, &r, e))
		return false;
	while (rows_next(&r))
		add_counts(out, &r);
	return rows_done(&r, e);
}

bool
view_row_counts_of(struct db *db, const uint64_t *ids, size_t n,
	struct count_row *out, struct err *e)
{
	*out = (struct count_row){ 0 };
	for (size_t i = 0; i < n; i += IN_LIST_MAX) {
		struct arg args[IN_LIST_MAX];
		size_t k = n - i < IN_LIST_MAX ? n - i : IN_LIST_MAX;
		struct rows r;

		for (size_t j = 0; j < k; j++)
			args[j] = arg_u64(ids[i + j]);
		if (!db_query_in(db,
			    "SELECT " COUNT_DOMAINS ", 0, 0 FROM domain "
			    "WHERE alive = 1 AND id IN",
			    "", 'u', "iiiiii", args, k, &r, e))
			return false;
		while (rows_next(&r))
			add_counts(out, &r);
		if (!rows_done(&r, e))
			return false;
	}
	return true;
}

bool
view_row_attention(struct db *db, struct arena *a, int64_t soon_us,
	int64_t recent_us, size_t max, struct attention_row **items_r,
	size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_ATTENTION],
		    ARGS(arg_time(recent_us), arg_u64(max), arg_u64(max),
			    arg_time(soon_us), arg_u64(max), arg_time(soon_us),
			    arg_u64(max)),
		    &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		struct attention_row *x = &(*items_r)[(*n_r)++];

		x->kind = (unsigned)row_u64(&r, 0);
		x->subject = row_dup(&r, 1, a);
		x->id = row_u64(&r, 2);
		x->domain_id = row_u64(&r, 3);
		x->at_us = row_time(&r, 4);
		x->text = row_dup(&r, 5, a);
		ok = x->subject && x->text;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}
