/*
 * SQL of API tokens.
 */
#include "db/token_rows.h"

enum {
	Q_FIND,
	Q_GET,
	Q_LIST,
	Q_COUNT,
	Q_INSERT,
	Q_DELETE,
	Q_USED,
	Q_ADD_DOMAIN,
	Q_DOMAINS,
	Q_N
};

#define TOKEN                                                                  \
	"SELECT t.id, t.admin_id, a.login, t.name, t.scopes, t.networks, "     \
	"t.is_limited, t.created, t.expires, t.used, t.used_client "           \
	"FROM api_token t JOIN admin a ON a.id = t.admin_id WHERE "
#define TOKEN_OUT "uussssuttts"

static const struct sql sql[] = {
	[Q_FIND] = { TOKEN "t.token_hash = ?", "b", TOKEN_OUT },
	[Q_GET] = { TOKEN "t.id = ?", "u", TOKEN_OUT },
	[Q_LIST] = { TOKEN "t.admin_id = ? ORDER BY t.id DESC LIMIT ?", "uu",
		TOKEN_OUT },
	[Q_COUNT] = { "SELECT (SELECT CAST(COUNT(*) AS UNSIGNED) "
		      "FROM api_token t WHERE t.admin_id = a.id) "
		      "FROM admin a WHERE a.id = ? FOR UPDATE",
		"u", "u" },
	[Q_INSERT] = { "INSERT INTO api_token (admin_id, name, token_hash, "
		       "scopes, networks, is_limited, created, expires) "
		       "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		"usbssutt", "" },
	[Q_DELETE] = { "DELETE FROM api_token WHERE id = ?", "u", "" },
	[Q_USED] = { "UPDATE api_token SET used = ?, used_client = ? "
		     "WHERE id = ?",
		"tsu", "" },
	[Q_ADD_DOMAIN] = { "INSERT INTO api_token_domain (token_id, domain_id) "
			   "VALUES (?, ?)",
		"uu", "" },
	[Q_DOMAINS] = { "SELECT d.id, d.name FROM api_token_domain x "
			"JOIN domain d ON d.id = x.domain_id "
			"WHERE x.token_id = ? ORDER BY d.id",
		"u", "us" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table token_sql = { "token", sql, Q_N, false };

static bool
load(const struct rows *r, struct arena *a, struct token_row *out)
{
	*out = (struct token_row){ .id = row_u64(r, 0),
		.admin_id = row_u64(r, 1),
		.login = row_dup(r, 2, a),
		.name = row_dup(r, 3, a),
		.scopes = row_dup(r, 4, a),
		.networks = row_dup(r, 5, a),
		.is_limited = row_u64(r, 6) == 1,
		.created_us = row_time(r, 7),
		.expires_us = row_time(r, 8),
		.used_us = row_time(r, 9),
		.used_client = row_dup(r, 10, a) };
	return out->login && out->name && out->scopes && out->networks
		&& out->used_client;
}

static bool
one(struct db *db, struct arena *a, const struct sql *q, struct arg key,
	struct token_row *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, q, &key, 1, &r, e))
		return false;
	if (rows_next(&r)) {
		*found_r = true;
		ok = load(&r, a, out);
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
token_row_find(struct db *db, struct arena *a, const uint8_t digest[static 32],
	struct token_row *out, bool *found_r, struct err *e)
{
	return one(db, a, &sql[Q_FIND], arg_bytes(digest, 32), out, found_r, e);
}

bool
token_row_get(struct db *db, struct arena *a, uint64_t id,
	struct token_row *out, bool *found_r, struct err *e)
{
	return one(db, a, &sql[Q_GET], arg_u64(id), out, found_r, e);
}

bool
token_row_list(struct db *db, struct arena *a, uint64_t admin_id, size_t max,
	struct token_row **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_LIST], ARGS(arg_u64(admin_id), arg_u64(max)),
		    &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
token_row_count(struct db *db, uint64_t admin_id, uint64_t *n_r, struct err *e)
{
	return db_query_u64(
		db, &sql[Q_COUNT], ARGS(arg_u64(admin_id)), n_r, NULL, e);
}

bool
token_row_insert(struct db *db, struct token_row *t,
	const uint8_t digest[static 32], struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_INSERT],
		    ARGS(arg_u64(t->admin_id), arg_text(t->name),
			    arg_bytes(digest, 32), arg_text(t->scopes),
			    arg_text(t->networks), arg_u64(t->is_limited),
			    arg_time(t->created_us), arg_time(t->expires_us)),
		    &done, e))
		return false;
	t->id = done.insert_id;
	return true;
}

bool
token_row_delete(struct db *db, uint64_t id, bool *was_there_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_DELETE], ARGS(arg_u64(id)), &done, e))
		return false;
	*was_there_r = done.affected == 1;
	return true;
}

bool
token_row_used(struct db *db, uint64_t id, int64_t at_us, const char *client,
	struct err *e)
{
	return db_exec(db, &sql[Q_USED],
		ARGS(arg_time(at_us), arg_text(client), arg_u64(id)), NULL, e);
}

bool
token_row_add_domain(
	struct db *db, uint64_t id, uint64_t domain_id, struct err *e)
{
	return db_exec(db, &sql[Q_ADD_DOMAIN],
		ARGS(arg_u64(id), arg_u64(domain_id)), NULL, e);
}

bool
token_row_domains(struct db *db, struct arena *a, uint64_t id,
	struct token_domain **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_DOMAINS], ARGS(arg_u64(id)), &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		struct token_domain *d = &(*items_r)[(*n_r)++];

		*d = (struct token_domain){ row_u64(&r, 0), row_dup(&r, 1, a) };
		ok = d->name != NULL;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}
