/*
 * Rows of `whitelist`, and their SQL. No rules here: see core/whitelist.h.
 */
#ifndef DB_WHITELIST_ROWS_H
#define DB_WHITELIST_ROWS_H

#include "db/db.h"

/* As in the column whitelist.state; only the first two are alive. */
enum whitelist_state {
	WHITELIST_ACTIVE = 1,
	WHITELIST_DISABLED,
	WHITELIST_EXPIRED,
	WHITELIST_DELETED
};

struct whitelist_overlap {
	uint64_t id;
	const char *network;
};

struct whitelist {
	uint64_t id;
	const char *network; /* canonical */
	uint8_t from[16], to[16];
	const char *note;
	const char *owner;
	enum whitelist_state state;
	bool is_alive;
	int64_t expires_us; /* TIME_NONE: never */
	int64_t expired_us;
	int64_t deleted_us;
	int64_t purge_us;
	int64_t created_us;
	int64_t updated_us;
	uint64_t version;
	uint64_t changed_serial;
	size_t n_overlaps; /* up to 10 */
	struct whitelist_overlap *overlaps;
};

#define WHITELIST_COLUMNS                                                      \
	"w.id, w.network, w.net_from, w.net_to, w.note, w.owner, w.state, "    \
	"w.alive, w.expires, w.expired_at, w.deleted_at, w.purge_at, "         \
	"w.created, w.updated, w.version, w.changed_serial"
#define WHITELIST_OUT "usbbssuuttttttuu"

extern const struct sql_table whitelist_sql;

/* A row of WHITELIST_COLUMNS, without overlaps. False: the arena is full. */
bool whitelist_load(const struct rows *r, struct arena *a, void *item) MUST_USE;

bool whitelist_row_get(struct db *db, struct arena *a, uint64_t id,
	bool is_locked, struct whitelist *out, bool *found_r,
	struct err *e) MUST_USE;
/* Sets w->id. Duplicate key: `whitelist_network`. */
bool whitelist_row_insert(
	struct db *db, struct whitelist *w, struct err *e) MUST_USE;
/* Everything but the serial. Duplicate key as above. */
bool whitelist_row_update(
	struct db *db, const struct whitelist *w, struct err *e) MUST_USE;
bool whitelist_row_stamp_ids(struct db *db, const uint64_t *ids, size_t n,
	uint64_t serial, struct err *e) MUST_USE;

/* Other living entries that share addresses with it: up to `max`. */
bool whitelist_row_overlaps(struct db *db, struct arena *a,
	const struct whitelist *w, size_t max,
	struct whitelist_overlap **items_r, size_t *n_r,
	struct err *e) MUST_USE;

/* Active ones whose expiry has come, oldest first. */
bool whitelist_row_due(struct db *db, struct arena *a, int64_t at_us,
	size_t max, struct whitelist **items_r, size_t *n_r,
	struct err *e) MUST_USE;

#endif
