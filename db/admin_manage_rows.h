/*
 * Rows of admins as those who manage them see them, and what they may do in
 * which domains.
 */
#ifndef DB_ADMIN_MANAGE_ROWS_H
#define DB_ADMIN_MANAGE_ROWS_H

#include "db/scope.h"

extern const struct sql_table admin_manage_sql;

struct admin_full {
	uint64_t id;
	const char *login, *name;
	unsigned role, state;
	bool has_password;
	const char *language;
	uint64_t named_by;          /* 0: superadmins */
	const char *named_by_login; /* "" */
	int64_t created_us, updated_us;
	uint64_t version;
	uint64_t n_domains; /* living ones, of the scope */
	uint64_t n_others;  /* living ones outside of it */
};

struct admin_grant {
	uint64_t domain_id;
	const char *name, *name_unicode; /* of the domain */
	unsigned rights;
	bool is_alive; /* the domain */
};

struct admin_page {
	struct scope_ids scope; /* admins of these domains */
	uint64_t domain_id;     /* of this domain, 0: any */
	const char *q;          /* part of login or name, "" */
	const char *login;      /* of the cursor, "" */
	bool is_back;           /* rows before the cursor, in reverse */
	size_t limit;
};
bool admin_full_page(struct db *db, struct arena *a, const struct admin_page *p,
	struct admin_full **items_r, size_t *n_r, struct err *e) MUST_USE;
/* `lock`: FOR UPDATE. The scope decides what is counted only. */
bool admin_full_get(struct db *db, struct arena *a, uint64_t id,
	const struct scope_ids *scope, bool lock, struct admin_full *out,
	bool *found_r, struct err *e) MUST_USE;

/* By name, at most `max`; deleted domains too when `is_all`. */
bool admin_grant_rows(struct db *db, struct arena *a, uint64_t id,
	const struct scope_ids *scope, bool is_all, size_t max,
	struct admin_grant **items_r, size_t *n_r, struct err *e) MUST_USE;
/* *rights_r and whether there is such a row. */
bool admin_grant_get(struct db *db, uint64_t id, uint64_t domain_id,
	unsigned *rights_r, bool *found_r, struct err *e) MUST_USE;
bool admin_grant_put(struct db *db, uint64_t id, uint64_t domain_id,
	unsigned rights, struct err *e) MUST_USE;
bool admin_grant_delete(
	struct db *db, uint64_t id, uint64_t domain_id, struct err *e) MUST_USE;

/* Sets row->id. Duplicate key: `admin_login`. */
bool admin_full_insert(
	struct db *db, struct admin_full *row, struct err *e) MUST_USE;
bool admin_full_update(
	struct db *db, const struct admin_full *row, struct err *e) MUST_USE;
bool admin_full_delete(struct db *db, uint64_t id, struct err *e) MUST_USE;
/* Superadmins who may sign in, but for this one; their rows are locked. */
bool admin_other_supers(
	struct db *db, uint64_t id, uint64_t *n_r, struct err *e) MUST_USE;

#endif
