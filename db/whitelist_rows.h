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

#endif
