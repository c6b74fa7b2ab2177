/*
 * Rows of `domain`, and their SQL. No rules here: see core/domain.h.
 */
#ifndef DB_DOMAIN_ROWS_H
#define DB_DOMAIN_ROWS_H

#include "db/db.h"

/* As in the column domain.state. */
enum domain_state {
	DOMAIN_ACTIVE = 1,
	DOMAIN_PREPARED,
	DOMAIN_DISABLED,
	DOMAIN_RETIRING,
	DOMAIN_DELETED
};

struct domain {
	uint64_t id;
	const char *name; /* A-labels */
	const char *name_unicode;
	const char *description;
	enum domain_state state;
	enum domain_state former_state; /* of a deleted one */
	bool is_alive;
	int64_t max_mailboxes; /* limits: 0 is none */
	int64_t max_aliases;
	int64_t max_quota_bytes;
	int64_t default_quota_bytes;
	const char *transport;
	int64_t refuse_code; /* 0: default of the state */
	const char *refuse_text;
	int64_t retire_us;
	bool protects_roles; /* postmaster, abuse, hostmaster */
	int64_t deleted_us;
	int64_t purge_us;
	int64_t mailbox_count;
	int64_t alias_count;
	int64_t quota_allotted_bytes;
	bool has_catch_all;
	bool has_postmaster;
	bool has_abuse;
	int64_t created_us;
	int64_t updated_us;
	uint64_t version;
	uint64_t changed_serial;
};

/* How a row is read inside a write. */
enum row_lock { ROW_PLAIN, ROW_SHARED, ROW_EXCLUSIVE };

/* The columns of `domain d` in the order of domain_load, and their types. */
#define DOMAIN_COLUMNS                                                         \
	"d.id, d.name, d.name_unicode, d.description, d.state, "               \
	"d.former_state, d.alive, d.max_mailboxes, d.max_aliases, "            \
	"d.max_quota_bytes, d.default_quota_bytes, d.transport, "              \
	"d.refuse_code, d.refuse_text, d.retire_at, d.deleted_at, "            \
	"d.purge_at, d.mailbox_count, d.alias_count, "                         \
	"d.quota_allotted_bytes, d.has_catch_all, d.has_postmaster, "          \
	"d.has_abuse, d.created, d.updated, d.version, d.changed_serial, "     \
	"d.protects_roles"
#define DOMAIN_OUT "usssuuuiiiisistttiiiuuuttuuu"

extern const struct sql_table domain_sql;

/* A row of DOMAIN_COLUMNS; texts are copied. False: the arena is full. */
bool domain_load(const struct rows *r, struct arena *a, void *item) MUST_USE;

/* *found_r is false when there is no such row. */
bool domain_row_get(struct db *db, struct arena *a, uint64_t id,
	enum row_lock lock, struct domain *out, bool *found_r,
	struct err *e) MUST_USE;
/* A living one. */
bool domain_row_find(struct db *db, struct arena *a, const char *name,
	enum row_lock lock, struct domain *out, bool *found_r,
	struct err *e) MUST_USE;
/* The id of a living one, 0 when there is none. */
bool domain_row_id(struct db *db, const char *name, uint64_t *id_r,
	struct err *e) MUST_USE;

/* Sets d->id. Duplicate key: `domain_name`. */
bool domain_row_insert(struct db *db, struct domain *d, struct err *e) MUST_USE;
/* Everything but name, counters and serial. */
bool domain_row_update(
	struct db *db, const struct domain *d, struct err *e) MUST_USE;
/* Counters, the flags of special addresses, and the serial (0: as it is). */
bool domain_row_stamp(struct db *db, const struct domain *d, uint64_t serial,
	struct err *e) MUST_USE;
/* The retiring domain whose date came first, 0 when none has. */
bool domain_row_due_retire(
	struct db *db, int64_t at_us, uint64_t *id_r, struct err *e) MUST_USE;

#endif
