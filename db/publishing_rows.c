/*
 * SQL of settings, approvals and acts.
 */
#include "db/publishing_rows.h"

enum {
	Q_SETTING,
	Q_SETTING_SET,
	Q_FLOOR,
	Q_RAISE,
	Q_RAISE_GUARD,
	Q_HEAD_LOCK,
	Q_CREATED,
	Q_ACT,
	Q_VERSIONS,
	Q_N
};

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
	[Q_CREATED] = { "SELECT created FROM revision WHERE serial = ?", "u",
		"t" },
	[Q_ACT] = { "INSERT INTO publication (act, node_id, serial, domains, "
		    "value, actor_kind, admin_id, actor_name, client, "
		    "request_id, note, created) "
		    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"suussuusssst", "" },
	[Q_VERSIONS] = { "(SELECT r.created AS created, "
			 "CAST(0 AS UNSIGNED) AS is_act, r.serial AS id, "
			 "r.serial AS serial, r.action AS action, r.actor_name "
			 "AS actor_name, r.note AS note, "
			 "COALESCE(c.subject, '') AS subject, '' AS domains, "
			 "'' AS value, '' AS node, "
			 "CAST(r.changes AS UNSIGNED) AS changes "
			 "FROM revision r LEFT JOIN `change` c "
			 "ON c.prov_id = r.prov_id AND c.seq = 0 "
			 "WHERE r.action <> 'setting.update' "
			 "AND r.created <= ? AND (r.created < ? OR ? = 1 "
			 "OR r.serial < ?) "
			 "ORDER BY r.created DESC, r.serial DESC LIMIT ?) "
			 "UNION ALL (SELECT p.created, CAST(1 AS UNSIGNED), "
			 "p.id, p.serial, p.act, p.actor_name, p.note, '', "
			 "p.domains, p.value, COALESCE(n.name, ''), "
			 "CAST(0 AS UNSIGNED) FROM publication p "
			 "LEFT JOIN node n ON n.id = p.node_id "
			 "WHERE p.created <= ? AND (p.created < ? "
			 "OR (? = 1 AND p.id < ?)) "
			 "ORDER BY p.created DESC, p.id DESC LIMIT ?) "
			 "ORDER BY created DESC, is_act DESC, id DESC LIMIT ?",
		"ttuuuttuuuu", "tuuusssssssu" },
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
revision_row_created(
	struct db *db, uint64_t serial, int64_t *us_r, struct err *e)
{
	struct rows r;

	*us_r = TIME_NONE;
	if (!db_query(db, &sql[Q_CREATED], ARGS(arg_u64(serial)), &r, e))
		return false;
	if (rows_next(&r))
		*us_r = row_time(&r, 0);
	return rows_done(&r, e);
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

static bool
load_version(const struct rows *r, struct arena *a, struct version_row *v)
{
	*v = (struct version_row){ .created_us = row_time(r, 0),
		.is_act = row_u64(r, 1) != 0,
		.id = row_u64(r, 2),
		.serial = row_u64(r, 3),
		.action = row_dup(r, 4, a),
		.actor_name = row_dup(r, 5, a),
		.note = row_dup(r, 6, a),
		.subject = row_dup(r, 7, a),
		.domains = row_dup(r, 8, a),
		.value = row_dup(r, 9, a),
		.node = row_dup(r, 10, a),
		.changes = row_u64(r, 11) };
	return v->action && v->actor_name && v->note && v->subject && v->domains
		&& v->value && v->node;
}

bool
version_rows(struct db *db, struct arena *a, const struct version_key *k,
	size_t max, struct version_row **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_VERSIONS],
		    ARGS(arg_time(k->created_us), arg_time(k->created_us),
			    arg_u64(k->is_act), arg_u64(k->id), arg_u64(max),
			    arg_time(k->created_us), arg_time(k->created_us),
			    arg_u64(k->is_act), arg_u64(k->id), arg_u64(max),
			    arg_u64(max)),
		    &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load_version(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}
