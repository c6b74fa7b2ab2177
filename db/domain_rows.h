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

#endif
