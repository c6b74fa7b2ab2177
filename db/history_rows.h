/*
 * Rows of sign-ins that were tried, and of browsers that are known.
 */
#ifndef DB_HISTORY_ROWS_H
#define DB_HISTORY_ROWS_H

#include "db/session_rows.h"

extern const struct sql_table history_sql;

struct sign_in_row {
	uint64_t id;
	struct person person;
	bool is_good;
	unsigned outcome, method;
	const char *client, *network, *user_agent;
	bool is_new_network, is_seen;
	int64_t created_us;
};
bool sign_in_row_insert(
	struct db *db, struct sign_in_row *s, struct err *e) MUST_USE;
/* Newest first; before_id 0: from the newest. */
bool sign_in_row_list(struct db *db, struct arena *a, struct person p,
	uint64_t before_id, size_t max, struct sign_in_row **items_r,
	size_t *n_r, struct err *e) MUST_USE;
/* Those that went well and that nobody has seen yet. */
bool sign_in_row_unseen(struct db *db, struct arena *a, struct person p,
	size_t max, struct sign_in_row **items_r, size_t *n_r,
	struct err *e) MUST_USE;
bool sign_in_row_seen(struct db *db, struct person p, uint64_t up_to_id,
	struct err *e) MUST_USE;
/* Has he signed in from this network before; and from anywhere? */
bool sign_in_row_knows(struct db *db, struct person p, const char *network,
	bool *network_r, bool *any_r, struct err *e) MUST_USE;
/* Keep the newest `keep` of this outcome. */
bool sign_in_row_trim(struct db *db, struct person p, bool is_good,
	unsigned keep, struct err *e) MUST_USE;
bool sign_in_row_purge(struct db *db, int64_t before_us, uint64_t *n_r,
	struct err *e) MUST_USE;

bool device_row_find(struct db *db, struct person p,
	const uint8_t digest[static 32], bool *found_r, struct err *e) MUST_USE;
bool device_row_insert(struct db *db, struct person p,
	const uint8_t digest[static 32], int64_t at_us, struct err *e) MUST_USE;
bool device_row_used(struct db *db, struct person p,
	const uint8_t digest[static 32], int64_t at_us, struct err *e) MUST_USE;
bool device_row_trim(
	struct db *db, struct person p, unsigned keep, struct err *e) MUST_USE;
bool device_row_delete_of(
	struct db *db, struct person p, struct err *e) MUST_USE;
bool device_row_purge(struct db *db, int64_t before_us, uint64_t *n_r,
	struct err *e) MUST_USE;

#endif
