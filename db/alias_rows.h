/*
 * Rows of `alias` and `alias_target`, and their SQL. No rules here: see
 * core/alias.h.
 */
#ifndef DB_ALIAS_ROWS_H
#define DB_ALIAS_ROWS_H

#include "db/db.h"

/* As in the column alias.state. */
enum alias_state {
	ALIAS_ACTIVE = 1,
	ALIAS_DISABLED = 2,
	ALIAS_DELETED = 4
};

struct alias {
	uint64_t id;
	uint64_t domain_id;
	const char *address; /* `@domain` is the catch-all */
	const char *description;
	enum alias_state state;
	enum alias_state former_state; /* of a deleted one */
	bool is_alive;
	bool is_catch_all;
	bool send_as;
	int64_t target_count;
	const char **targets; /* target_count of them, sorted */
	int64_t deleted_us;
	int64_t purge_us;
	int64_t created_us;
	int64_t updated_us;
	uint64_t version;
	uint64_t changed_serial;
};

#endif
