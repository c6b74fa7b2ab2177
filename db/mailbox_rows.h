/*
 * Rows of `mailbox`, and their SQL. No rules here: see core/mailbox.h.
 */
#ifndef DB_MAILBOX_ROWS_H
#define DB_MAILBOX_ROWS_H

#include "db/db.h"

/* As in the column mailbox.state. */
enum mailbox_state {
	MAILBOX_ACTIVE = 1,
	MAILBOX_NOLOGIN,
	MAILBOX_CLOSED,
	MAILBOX_DELETED
};

struct mailbox {
	uint64_t id;
	uint64_t domain_id;
	const char *address;
	const char *name;
	enum mailbox_state state;
	enum mailbox_state former_state; /* of a deleted one */
	bool is_alive;
	int64_t quota_bytes;         /* 0: no limit */
	uint64_t secret_id;          /* 0: no password */
	const char *password_scheme; /* "" without a password */
	const char *home;
	int64_t deleted_us;
	int64_t purge_us;
	int64_t created_us;
	int64_t updated_us;
	uint64_t version;
	uint64_t changed_serial;
};

#define MAILBOX_COLUMNS                                                        \
	"m.id, m.domain_id, m.address, m.name, m.state, m.former_state, "      \
	"m.alive, m.quota_bytes, m.secret_id, m.password_scheme, m.home, "     \
	"m.deleted_at, m.purge_at, m.created, m.updated, m.version, "          \
	"m.changed_serial"
#define MAILBOX_OUT "uussuuuiussttttuu"

extern const struct sql_table mailbox_sql;

/* A row of MAILBOX_COLUMNS; texts are copied. False: the arena is full. */
bool mailbox_load(const struct rows *r, struct arena *a, void *item) MUST_USE;

bool mailbox_row_get(struct db *db, struct arena *a, uint64_t id,
	struct mailbox *out, bool *found_r, struct err *e) MUST_USE;
/* A living one of a living domain. */
bool mailbox_row_find(struct db *db, struct arena *a, const char *address,
	struct mailbox *out, bool *found_r, struct err *e) MUST_USE;

/* Who has this address in the domain now: bit 0 a mailbox, bit 1 an alias. */
bool mailbox_row_holders(struct db *db, uint64_t domain_id, const char *address,
	unsigned *bits_r, struct err *e) MUST_USE;

/* Sets m->id. Duplicate key: `mailbox_domain_address`. */
bool mailbox_row_insert(
	struct db *db, struct mailbox *m, struct err *e) MUST_USE;
/* Many in one statement, without ids. Duplicate key as above. */
bool mailbox_row_insert_many(struct db *db, struct arena *a,
	const struct mailbox *m, size_t n, struct err *e) MUST_USE;
/* Everything but address, domain, home and serial. */
bool mailbox_row_update(
	struct db *db, const struct mailbox *m, struct err *e) MUST_USE;
/* Home and serial (0: as it is), for `n` rows in one go. */
bool mailbox_row_stamp(struct db *db, const struct mailbox *m, uint64_t serial,
	struct err *e) MUST_USE;
bool mailbox_row_stamp_ids(struct db *db, const uint64_t *ids, size_t n,
	uint64_t serial, struct err *e) MUST_USE;

bool mailbox_row_stamp_many(struct db *db, const struct mailbox *m, size_t n,
	uint64_t serial, struct err *e) MUST_USE;
/* The searchable parts of the names of new ones. */
bool mailbox_row_parts_many(struct db *db, struct arena *a,
	const struct mailbox *m, size_t n, struct err *e) MUST_USE;

/* The searchable parts of its name, anew. */
bool mailbox_row_parts(struct db *db, uint64_t id, const char *name,
	bool is_new, struct err *e) MUST_USE;

/* Of a domain, in order of address: living ones, or those that were deleted at
 * that very time. */
bool mailbox_row_of_domain(struct db *db, struct arena *a, uint64_t domain_id,
	int64_t deleted_us, size_t max, struct mailbox **items_r, size_t *n_r,
	struct err *e) MUST_USE;
/* Delete (or bring back) those of them up to and with the address `last`. */
bool mailbox_row_delete_range(struct db *db, uint64_t domain_id,
	const char *last, int64_t deleted_us, int64_t purge_us,
	struct err *e) MUST_USE;
bool mailbox_row_restore_range(struct db *db, uint64_t domain_id,
	const char *last, int64_t deleted_us, int64_t at_us,
	struct err *e) MUST_USE;

#endif
