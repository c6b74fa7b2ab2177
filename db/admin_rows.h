/*
 * Rows of admins, their domains, first-use links and throttles.
 */
#ifndef DB_ADMIN_ROWS_H
#define DB_ADMIN_ROWS_H

#include "db/person.h"

extern const struct sql_table admin_sql;

struct admin_row {
	uint64_t id;
	const char *login, *name;
	unsigned role, state;
	const char *password; /* "" when there is none */
};
bool admin_row_by_login(struct db *db, struct arena *a, const char *login,
	struct admin_row *out, bool *found_r, struct err *e) MUST_USE;
bool admin_row_by_id(struct db *db, struct arena *a, uint64_t id,
	struct admin_row *out, bool *found_r, struct err *e) MUST_USE;
/* Ascending, with the rights in each. */
bool admin_row_domains(struct db *db, struct arena *a, uint64_t id,
	uint64_t **ids_r, unsigned **rights_r, size_t *n_r,
	struct err *e) MUST_USE;
bool admin_row_count(struct db *db, uint64_t *n_r, struct err *e) MUST_USE;
bool admin_row_password(struct db *db, uint64_t id, const char *hash,
	int64_t at_us, struct err *e) MUST_USE;

bool first_use_row_insert(struct db *db, const uint8_t digest[static 32],
	struct person p, int64_t at_us, int64_t expires_us,
	struct err *e) MUST_USE;
/* End the unused ones of a person. */
bool first_use_row_end(
	struct db *db, struct person p, int64_t at_us, struct err *e) MUST_USE;
/* Whose link it is; nobody's when it was used, ran out or never was. */
bool first_use_row_person(struct db *db, const uint8_t digest[static 32],
	int64_t at_us, struct person *p_r, struct err *e) MUST_USE;
/* Use it, once: *won_r. */
bool first_use_row_use(struct db *db, const uint8_t digest[static 32],
	int64_t at_us, bool *won_r, struct err *e) MUST_USE;

struct throttle_row {
	uint64_t failures;
	int64_t last_us, blocked_us;
};
bool throttle_row_get(struct db *db, const uint8_t subject[static 32],
	struct throttle_row *out, bool *found_r, struct err *e) MUST_USE;
bool throttle_row_put(struct db *db, const uint8_t subject[static 32],
	const struct throttle_row *t, struct err *e) MUST_USE;
bool throttle_row_clear(struct db *db, const uint8_t subject[static 32],
	struct err *e) MUST_USE;

bool throttle_row_count(struct db *db, uint64_t *n_r, struct err *e) MUST_USE;
/* The `n` oldest of those that nobody waits for. */
bool throttle_row_trim(
	struct db *db, int64_t at_us, uint64_t n, struct err *e) MUST_USE;

/* Old rows of sessions, links and throttles. */
bool admin_row_purge(struct db *db, int64_t at_us, int64_t seen_before_us,
	int64_t failed_before_us, uint64_t *n_r, struct err *e) MUST_USE;

#endif
