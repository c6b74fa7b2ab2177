/*
 * SQL of the management of admins.
 */
#include "db/admin_manage_rows.h"

#include "base/str.h"

enum {
	Q_PAGE,
	Q_PAGE_BACK,
	Q_GET,
	Q_GET_LOCK,
	Q_GRANTS,
	Q_GRANT_GET,
	Q_GRANT_PUT,
	Q_GRANT_DELETE,
	Q_INSERT,
	Q_UPDATE,
	Q_DELETE,
	Q_OTHER_SUPERS,
	Q_N
};

#define OWN                                                                    \
	"FROM admin_domain o JOIN domain d ON d.id = o.domain_id "             \
	"AND d.alive = 1 WHERE o.admin_id = a.id"
#define SELECT_FULL                                                            \
	"SELECT a.id, a.login, a.name, a.role, a.state, "                      \
	"CAST(a.password IS NOT NULL AS UNSIGNED), a.language, a.named_by, "   \
	"(SELECT n.login FROM admin n WHERE n.id = a.named_by), a.created, "   \
	"a.updated, a.version, "                                               \
	"(SELECT CAST(COUNT(*) AS UNSIGNED) " OWN                              \
	" AND " SCOPE("o.domain_id") "), "                                     \
				     "(SELECT CAST(COUNT(*) AS UNSIGNED) " OWN \
				     ") FROM admin a WHERE "
#define FULL_OUT "ussuuususttuuu"

#define IN_SCOPE                                                               \
	"((? = 0 AND ? = 0 AND ? = 0) OR EXISTS (SELECT 1 FROM admin_domain "  \
	"o WHERE o.admin_id = a.id AND (? = 0 OR o.domain_id = ?) "            \
	"AND " SCOPE("o.domain_id") ")) "                                      \
				    "AND (? = '' OR a.login LIKE ? OR "        \
				    "a.name LIKE ?)"
#define IN_SCOPE_IN "uuuuu" SCOPE_IN "sss"

static const struct sql sql[] = {
	[Q_PAGE] = { SELECT_FULL IN_SCOPE
		" AND a.login > ? ORDER BY a.login LIMIT ?",
		SCOPE_IN IN_SCOPE_IN "su", FULL_OUT },
	[Q_PAGE_BACK] = { SELECT_FULL IN_SCOPE
		" AND a.login < ? ORDER BY a.login DESC LIMIT ?",
		SCOPE_IN IN_SCOPE_IN "su", FULL_OUT },
	[Q_GET] = { SELECT_FULL "a.id = ?", SCOPE_IN "u", FULL_OUT },
	[Q_GET_LOCK] = { SELECT_FULL "a.id = ? FOR UPDATE", SCOPE_IN "u",
		FULL_OUT },
	[Q_GRANTS] = { "SELECT o.domain_id, d.name, d.name_unicode, o.rights, "
		       "d.alive FROM admin_domain o JOIN domain d "
		       "ON d.id = o.domain_id WHERE o.admin_id = ? "
		       "AND (? = 1 OR d.alive = 1) AND " SCOPE(
			       "o.domain_id") " ORDER BY d.name, d.id LIMIT ?",
		"uu" SCOPE_IN "u", "ussuu" },
	[Q_GRANT_GET] = { "SELECT rights FROM admin_domain "
			  "WHERE admin_id = ? AND domain_id = ?",
		"uu", "u" },
	[Q_GRANT_PUT] = { "INSERT INTO admin_domain (admin_id, domain_id, "
			  "rights) VALUES (?, ?, ?) "
			  "ON DUPLICATE KEY UPDATE rights = VALUES(rights)",
		"uuu", "" },
	[Q_GRANT_DELETE] = { "DELETE FROM admin_domain "
			     "WHERE admin_id = ? AND domain_id = ?",
		"uu", "" },
	[Q_INSERT] = { "INSERT INTO admin (login, name, role, state, language, "
		       "named_by, created, updated) "
		       "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		"ssuusutt", "" },
	[Q_UPDATE] = { "UPDATE admin SET name = ?, state = ?, language = ?, "
		       "updated = ?, version = ? WHERE id = ?",
		"sustuu", "" },
	[Q_DELETE] = { "DELETE FROM admin WHERE id = ?", "u", "" },
	[Q_OTHER_SUPERS] = { "SELECT id FROM admin WHERE role = 1 "
			     "AND state = 1 AND id <> ? FOR UPDATE",
		"u", "u" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table admin_manage_sql = { "admin_manage", sql, Q_N, false };

static bool
load(const struct rows *r, struct arena *a, struct admin_full *out)
{
	*out = (struct admin_full){ .id = row_u64(r, 0),
		.login = row_dup(r, 1, a),
		.name = row_dup(r, 2, a),
		.role = (unsigned)row_u64(r, 3),
		.state = (unsigned)row_u64(r, 4),
		.has_password = row_u64(r, 5) == 1,
		.language = row_dup(r, 6, a),
		.named_by = row_u64(r, 7),
		.named_by_login = row_dup(r, 8, a),
		.created_us = row_time(r, 9),
		.updated_us = row_time(r, 10),
		.version = row_u64(r, 11),
		.n_domains = row_u64(r, 12),
		.n_others = row_u64(r, 13) - row_u64(r, 12) };
	return out->login && out->name && out->language && out->named_by_login;
}

/* A LIKE pattern for any part of a text. */
static const char *
any_part(struct arena *a, const char *q)
{
	struct str s = str_in(a, 1024);

	str_add_char(&s, '%');
	for (; *q; q++) {
		if (*q == '%' || *q == '_' || *q == '\\')
			str_add_char(&s, '\\');
		str_add_char(&s, *q);
	}
	str_add_char(&s, '%');
	return str_is_ok(&s) ? str_text(&s) : NULL;
}

bool
admin_full_page(struct db *db, struct arena *a, const struct admin_page *p,
	struct admin_full **items_r, size_t *n_r, struct err *e)
{
	const char *like = any_part(a, p->q);
	struct arg arg[20];
	size_t n = scope_args(&p->scope, arg);
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!like)
		return err_memory(e);
	arg[n++] = arg_u64(p->scope.admin_id);
	arg[n++] = arg_u64(p->scope.token_id);
	arg[n++] = arg_u64(p->domain_id);
	arg[n++] = arg_u64(p->domain_id);
	arg[n++] = arg_u64(p->domain_id);
	n += scope_args(&p->scope, arg + n);
	arg[n++] = arg_text(p->q);
	arg[n++] = arg_text(like);
	arg[n++] = arg_text(like);
	arg[n++] = arg_text(p->login);
	arg[n++] = arg_u64(p->limit);
	if (!db_query(
		    db, &sql[p->is_back ? Q_PAGE_BACK : Q_PAGE], arg, n, &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
admin_full_get(struct db *db, struct arena *a, uint64_t id,
	const struct scope_ids *scope, bool lock, struct admin_full *out,
	bool *found_r, struct err *e)
{
	struct arg arg[5];
	size_t n = scope_args(scope, arg);
	struct rows r;
	bool ok = true;

	arg[n++] = arg_u64(id);
	*found_r = false;
	if (!db_query(db, &sql[lock ? Q_GET_LOCK : Q_GET], arg, n, &r, e))
		return false;
	if (rows_next(&r)) {
		*found_r = true;
		ok = load(&r, a, out);
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
admin_grant_rows(struct db *db, struct arena *a, uint64_t id,
	const struct scope_ids *scope, bool is_all, size_t max,
	struct admin_grant **items_r, size_t *n_r, struct err *e)
{
	struct arg arg[7] = { arg_u64(id), arg_u64(is_all) };
	size_t n = 2 + scope_args(scope, arg + 2);
	struct rows r;
	bool ok;

	arg[n++] = arg_u64(max);
	*n_r = 0;
	if (!db_query(db, &sql[Q_GRANTS], arg, n, &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		struct admin_grant *g = &(*items_r)[(*n_r)++];

		*g = (struct admin_grant){ .domain_id = row_u64(&r, 0),
			.name = row_dup(&r, 1, a),
			.name_unicode = row_dup(&r, 2, a),
			.rights = (unsigned)row_u64(&r, 3),
			.is_alive = row_u64(&r, 4) == 1 };
		ok = g->name && g->name_unicode;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
admin_grant_get(struct db *db, uint64_t id, uint64_t domain_id,
	unsigned *rights_r, bool *found_r, struct err *e)
{
	uint64_t rights = 0;

	if (!db_query_u64(db, &sql[Q_GRANT_GET],
		    ARGS(arg_u64(id), arg_u64(domain_id)), &rights, found_r, e))
		return false;
	*rights_r = (unsigned)rights;
	return true;
}

bool
admin_grant_put(struct db *db, uint64_t id, uint64_t domain_id, unsigned rights,
	struct err *e)
{
	return db_exec(db, &sql[Q_GRANT_PUT],
		ARGS(arg_u64(id), arg_u64(domain_id), arg_u64(rights)), NULL,
		e);
}

bool
admin_grant_delete(
	struct db *db, uint64_t id, uint64_t domain_id, struct err *e)
{
	return db_exec(db, &sql[Q_GRANT_DELETE],
		ARGS(arg_u64(id), arg_u64(domain_id)), NULL, e);
}

bool
admin_full_insert(struct db *db, struct admin_full *row, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_INSERT],
		    ARGS(arg_text(row->login), arg_text(row->name),
			    arg_u64(row->role), arg_u64(row->state),
			    arg_text(row->language), arg_id(row->named_by),
			    arg_time(row->created_us),
			    arg_time(row->created_us)),
		    &done, e))
		return false;
	row->id = done.insert_id;
	return true;
}

bool
admin_full_update(struct db *db, const struct admin_full *row, struct err *e)
{
	return db_exec(db, &sql[Q_UPDATE],
		ARGS(arg_text(row->name), arg_u64(row->state),
			arg_text(row->language), arg_time(row->updated_us),
			arg_u64(row->version), arg_u64(row->id)),
		NULL, e);
}

bool
admin_full_delete(struct db *db, uint64_t id, struct err *e)
{
	return db_exec(db, &sql[Q_DELETE], ARGS(arg_u64(id)), NULL, e);
}

bool
admin_other_supers(struct db *db, uint64_t id, uint64_t *n_r, struct err *e)
{
	struct rows r;

	if (!db_query(db, &sql[Q_OTHER_SUPERS], ARGS(arg_u64(id)), &r, e))
		return false;
	*n_r = r.n;
	return rows_done(&r, e);
}
