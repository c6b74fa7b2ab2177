/*
 * SQL of `domain`.
 */
#include "db/domain_rows.h"

enum {
	Q_GET,
	Q_GET_SHARED,
	Q_GET_EXCLUSIVE,
	Q_FIND,
	Q_FIND_SHARED,
	Q_FIND_EXCLUSIVE,
	Q_ID,
	Q_INSERT,
	Q_UPDATE,
	Q_STAMP,
	Q_DUE_RETIRE,
	Q_N
};

#define GET "SELECT " DOMAIN_COLUMNS " FROM domain d WHERE d.id = ?"
#define FIND                                                                   \
	"SELECT " DOMAIN_COLUMNS " FROM domain d "                             \
	"WHERE d.name = ? AND d.alive = 1"
#define SHARED " LOCK IN SHARE MODE"
#define EXCLUSIVE " FOR UPDATE"

static const struct sql sql[] = {
	[Q_GET] = { GET, "u", DOMAIN_OUT },
	[Q_GET_SHARED] = { GET SHARED, "u", DOMAIN_OUT },
	[Q_GET_EXCLUSIVE] = { GET EXCLUSIVE, "u", DOMAIN_OUT },
	[Q_FIND] = { FIND, "s", DOMAIN_OUT },
	[Q_FIND_SHARED] = { FIND SHARED, "s", DOMAIN_OUT },
	[Q_FIND_EXCLUSIVE] = { FIND EXCLUSIVE, "s", DOMAIN_OUT },
	[Q_ID] = { "SELECT id FROM domain WHERE name = ? AND alive = 1", "s",
		"u" },
	[Q_INSERT] = { "INSERT INTO domain (name, name_unicode, description, "
		       "state, max_mailboxes, max_aliases, max_quota_bytes, "
		       "default_quota_bytes, transport, refuse_code, "
		       "refuse_text, retire_at, protects_roles, created, "
		       "updated) "
		       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"sssuiiiisistutt", "" },
	[Q_UPDATE] = { "UPDATE domain SET description = ?, state = ?, "
		       "former_state = ?, alive = ?, max_mailboxes = ?, "
		       "max_aliases = ?, max_quota_bytes = ?, "
		       "default_quota_bytes = ?, transport = ?, "
		       "refuse_code = ?, refuse_text = ?, retire_at = ?, "
		       "protects_roles = ?, deleted_at = ?, purge_at = ?, "
		       "updated = ?, version = ? "
		       "WHERE id = ?",
		"suuuiiiisistutttuu", "" },
	[Q_STAMP] = { "UPDATE domain SET mailbox_count = ?, alias_count = ?, "
		      "quota_allotted_bytes = ?, has_catch_all = ?, "
		      "has_postmaster = ?, has_abuse = ?, "
		      "changed_serial = GREATEST(changed_serial, ?) "
		      "WHERE id = ?",
		"iiiuuuuu", "" },
	[Q_DUE_RETIRE] = { "SELECT id FROM domain WHERE retire_at <= ? "
			   "AND state = 4 ORDER BY retire_at LIMIT 1",
		"t", "u" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table domain_sql = { "domain", sql, Q_N, false };

bool
domain_load(const struct rows *r, struct arena *a, void *item)
{
	struct domain *d = item;

	d->id = row_u64(r, 0);
	d->name = row_dup(r, 1, a);
	d->name_unicode = row_dup(r, 2, a);
	d->description = row_dup(r, 3, a);
	d->state = (enum domain_state)row_u64(r, 4);
	d->former_state = (enum domain_state)row_u64(r, 5);
	d->is_alive = row_u64(r, 6) == 1;
	d->max_mailboxes = row_i64(r, 7);
	d->max_aliases = row_i64(r, 8);
	d->max_quota_bytes = row_i64(r, 9);
	d->default_quota_bytes = row_i64(r, 10);
	d->transport = row_dup(r, 11, a);
	d->refuse_code = row_i64(r, 12);
	d->refuse_text = row_dup(r, 13, a);
	d->retire_us = row_time(r, 14);
	d->deleted_us = row_time(r, 15);
	d->purge_us = row_time(r, 16);
	d->mailbox_count = row_i64(r, 17);
	d->alias_count = row_i64(r, 18);
	d->quota_allotted_bytes = row_i64(r, 19);
	d->has_catch_all = row_u64(r, 20);
	d->has_postmaster = row_u64(r, 21);
	d->has_abuse = row_u64(r, 22);
	d->created_us = row_time(r, 23);
	d->updated_us = row_time(r, 24);
	d->version = row_u64(r, 25);
	d->changed_serial = row_u64(r, 26);
	d->protects_roles = row_u64(r, 27) == 1;
	return d->name && d->name_unicode && d->description && d->transport
		&& d->refuse_text;
}

static bool
one(struct db *db, struct arena *a, const struct sql *q, struct arg key,
	struct domain *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, q, &key, 1, &r, e))
		return false;
	if (rows_next(&r)) {
		ok = domain_load(&r, a, out) || err_memory(e);
		*found_r = ok;
	}
	return rows_done(&r, e) && ok;
}

bool
domain_row_get(struct db *db, struct arena *a, uint64_t id, enum row_lock lock,
	struct domain *out, bool *found_r, struct err *e)
{
	return one(
		db, a, &sql[Q_GET + (int)lock], arg_u64(id), out, found_r, e);
}

bool
domain_row_find(struct db *db, struct arena *a, const char *name,
	enum row_lock lock, struct domain *out, bool *found_r, struct err *e)
{
	return one(db, a, &sql[Q_FIND + (int)lock], arg_text(name), out,
		found_r, e);
}

bool
domain_row_id(struct db *db, const char *name, uint64_t *id_r, struct err *e)
{
	return db_query_u64(
		db, &sql[Q_ID], ARGS(arg_text(name)), id_r, NULL, e);
}

bool
domain_row_insert(struct db *db, struct domain *d, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_INSERT],
		    ARGS(arg_text(d->name), arg_text(d->name_unicode),
			    arg_text(d->description), arg_u64(d->state),
			    arg_i64(d->max_mailboxes), arg_i64(d->max_aliases),
			    arg_i64(d->max_quota_bytes),
			    arg_i64(d->default_quota_bytes),
			    arg_text(d->transport), arg_i64(d->refuse_code),
			    arg_text(d->refuse_text), arg_time(d->retire_us),
			    arg_u64(d->protects_roles), arg_time(d->created_us),
			    arg_time(d->updated_us)),
		    &done, e))
		return false;
	d->id = done.insert_id;
	return true;
}

bool
domain_row_update(struct db *db, const struct domain *d, struct err *e)
{
	return db_exec(db, &sql[Q_UPDATE],
		ARGS(arg_text(d->description), arg_u64(d->state),
			arg_u64(d->former_state), arg_id(d->is_alive),
			arg_i64(d->max_mailboxes), arg_i64(d->max_aliases),
			arg_i64(d->max_quota_bytes),
			arg_i64(d->default_quota_bytes), arg_text(d->transport),
			arg_i64(d->refuse_code), arg_text(d->refuse_text),
			arg_time(d->retire_us), arg_u64(d->protects_roles),
			arg_time(d->deleted_us), arg_time(d->purge_us),
			arg_time(d->updated_us), arg_u64(d->version),
			arg_u64(d->id)),
		NULL, e);
}

bool
domain_row_stamp(
	struct db *db, const struct domain *d, uint64_t serial, struct err *e)
{
	return db_exec(db, &sql[Q_STAMP],
		ARGS(arg_i64(d->mailbox_count), arg_i64(d->alias_count),
			arg_i64(d->quota_allotted_bytes),
			arg_u64(d->has_catch_all), arg_u64(d->has_postmaster),
			arg_u64(d->has_abuse), arg_u64(serial), arg_u64(d->id)),
		NULL, e);
}

bool
domain_row_due_retire(
	struct db *db, int64_t at_us, uint64_t *id_r, struct err *e)
{
	return db_query_u64(
		db, &sql[Q_DUE_RETIRE], ARGS(arg_time(at_us)), id_r, NULL, e);
}
