/*
 * Rows of sessions, of admins and of mailbox owners.
 */
#ifndef DB_SESSION_ROWS_H
#define DB_SESSION_ROWS_H

#include "db/admin_rows.h"
#include "db/mailbox_rows.h"

extern const struct sql_table session_sql;

/* A mailbox as far as its owner's sign-in needs it. */
struct owner_row {
	uint64_t id, domain_id, secret_id;
	const char *address, *name;
	const char *language; /* "" */
	enum mailbox_state state;
	unsigned domain_state; /* enum domain_state */
	bool is_alive;         /* it and its domain */
	const char *password;  /* stored form; "" where it was not asked for */
};

struct session_row {
	uint64_t id;
	struct person person;
	int64_t created_us, last_seen_us, expires_us;
	int64_t proved_us; /* when a password or factor was last given */
	unsigned method;
	const char *client, *user_agent; /* of lists and inserts only */
};
bool session_row_insert(struct db *db, const uint8_t digest[static 32],
	const struct session_row *s, uint64_t *id_r, struct err *e) MUST_USE;
/* The session and whose it is, which every request asks: one statement. Which
 * of the two is filled, out->person says. */
bool session_row_get(struct db *db, struct arena *a,
	const uint8_t digest[static 32], struct session_row *out,
	struct admin_row *admin, struct owner_row *owner, bool *found_r,
	struct err *e) MUST_USE;
bool session_row_seen(struct db *db, const uint8_t digest[static 32],
	int64_t at_us, struct err *e) MUST_USE;
bool session_row_proved(struct db *db, const uint8_t digest[static 32],
	int64_t at_us, struct err *e) MUST_USE;
bool session_row_delete(
	struct db *db, const uint8_t digest[static 32], struct err *e) MUST_USE;
/* All of a person's but the one with this id (0: all). */
bool session_row_delete_of(struct db *db, struct person p, uint64_t but_id,
	struct err *e) MUST_USE;
/* One of a person's, by its id. */
bool session_row_delete_id(struct db *db, struct person p, uint64_t id,
	bool *found_r, struct err *e) MUST_USE;
/* Those that are not over, newest first. */
bool session_row_list(struct db *db, struct arena *a, struct person p,
	int64_t at_us, int64_t seen_after_us, size_t max,
	struct session_row **items_r, size_t *n_r, struct err *e) MUST_USE;

/* The living mailbox of a living domain with this address, and its stored
 * password. */
bool owner_row_find(struct db *db, struct arena *a, const char *address,
	struct owner_row *out, bool *found_r, struct err *e) MUST_USE;
bool owner_row_get(struct db *db, struct arena *a, uint64_t id,
	struct owner_row *out, bool *found_r, struct err *e) MUST_USE;
bool owner_row_language(struct db *db, uint64_t id, const char *language,
	struct err *e) MUST_USE;

#endif
