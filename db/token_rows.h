/*
 * Rows of API tokens.
 */
#ifndef DB_TOKEN_ROWS_H
#define DB_TOKEN_ROWS_H

#include "db/db.h"

extern const struct sql_table token_sql;

struct token_row {
	uint64_t id, admin_id;
	const char *login; /* of the admin */
	const char *name, *scopes, *networks;
	bool is_limited; /* to the domains of token_row_domains */
	int64_t created_us, expires_us, used_us;
	const char *used_client;
};

bool token_row_find(struct db *db, struct arena *a,
	const uint8_t digest[static 32], struct token_row *out, bool *found_r,
	struct err *e) MUST_USE;
bool token_row_get(struct db *db, struct arena *a, uint64_t id,
	struct token_row *out, bool *found_r, struct err *e) MUST_USE;
/* Of an admin, the newest first, at most `max`. */
bool token_row_list(struct db *db, struct arena *a, uint64_t admin_id,
	size_t max, struct token_row **items_r, size_t *n_r,
	struct err *e) MUST_USE;
/* Under the lock of the admin's row, so that two do not count the same. */
bool token_row_count(struct db *db, uint64_t admin_id, uint64_t *n_r,
	struct err *e) MUST_USE;

/* Sets t->id. */
bool token_row_insert(struct db *db, struct token_row *t,
	const uint8_t digest[static 32], struct err *e) MUST_USE;
bool token_row_delete(
	struct db *db, uint64_t id, bool *was_there_r, struct err *e) MUST_USE;
bool token_row_used(struct db *db, uint64_t id, int64_t at_us,
	const char *client, struct err *e) MUST_USE;

bool token_row_add_domain(
	struct db *db, uint64_t id, uint64_t domain_id, struct err *e) MUST_USE;
/* Ascending ids, with the names. */
struct token_domain {
	uint64_t id;
	const char *name;
};
bool token_row_domains(struct db *db, struct arena *a, uint64_t id,
	struct token_domain **items_r, size_t *n_r, struct err *e) MUST_USE;

#endif
