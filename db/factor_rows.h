/*
 * Rows of second factors: TOTP seeds, recovery codes, passkeys, and challenges
 * that were answered.
 */
#ifndef DB_FACTOR_ROWS_H
#define DB_FACTOR_ROWS_H

#include "db/session_rows.h"

extern const struct sql_table factor_sql;

struct totp_row {
	const uint8_t *seed; /* sealed */
	size_t seed_len;
	uint64_t last_step;
	bool is_confirmed;
};
bool totp_row_get(struct db *db, struct arena *a, struct person p,
	struct totp_row *out, bool *found_r, struct err *e) MUST_USE;
/* A new seed in the place of one that was not confirmed. */
bool totp_row_put(struct db *db, struct person p, const uint8_t *seed,
	size_t len, int64_t at_us, struct err *e) MUST_USE;
/* Take a step, once: *won_r. */
bool totp_row_step(struct db *db, struct person p, uint64_t step, bool *won_r,
	struct err *e) MUST_USE;
bool totp_row_confirm(
	struct db *db, struct person p, int64_t at_us, struct err *e) MUST_USE;
bool totp_row_delete(struct db *db, struct person p, struct err *e) MUST_USE;

bool recovery_row_insert(struct db *db, struct person p,
	const uint8_t digest[static 32], int64_t at_us, struct err *e) MUST_USE;
bool recovery_row_delete_of(
	struct db *db, struct person p, struct err *e) MUST_USE;
bool recovery_row_use(struct db *db, struct person p,
	const uint8_t digest[static 32], int64_t at_us, bool *won_r,
	struct err *e) MUST_USE;
/* How many are left. */
bool recovery_row_count(
	struct db *db, struct person p, uint64_t *n_r, struct err *e) MUST_USE;

struct passkey_row {
	uint64_t id;
	struct person person;
	const char *name;
	const uint8_t *credential, *key;
	size_t credential_len, key_len;
	int64_t algorithm;
	uint64_t sign_count;
	bool is_synced;
	int64_t created_us, last_used_us; /* TIME_NONE: never */
};
/* Duplicate key: `passkey_credential`. Sets p->id. */
bool passkey_row_insert(struct db *db, struct passkey_row *p,
	const uint8_t digest[static 32], struct err *e) MUST_USE;
bool passkey_row_find(struct db *db, struct arena *a,
	const uint8_t digest[static 32], struct passkey_row *out, bool *found_r,
	struct err *e) MUST_USE;
bool passkey_row_list(struct db *db, struct arena *a, struct person p,
	size_t max, struct passkey_row **items_r, size_t *n_r,
	struct err *e) MUST_USE;
/* Used now; only while its counter is `was`: *won_r. */
bool passkey_row_used(struct db *db, const struct passkey_row *p, uint64_t was,
	int64_t at_us, bool *won_r, struct err *e) MUST_USE;
bool passkey_row_rename(struct db *db, struct person p, uint64_t id,
	const char *name, bool *found_r, struct err *e) MUST_USE;
bool passkey_row_delete(struct db *db, struct person p, uint64_t id,
	bool *found_r, struct err *e) MUST_USE;
bool passkey_row_delete_of(
	struct db *db, struct person p, struct err *e) MUST_USE;

/* Duplicate key: `PRIMARY`. */
bool challenge_row_use(struct db *db, const uint8_t digest[static 32],
	int64_t expires_us, bool *won_r, struct err *e) MUST_USE;
bool challenge_row_purge(
	struct db *db, int64_t at_us, uint64_t *n_r, struct err *e) MUST_USE;

#endif
