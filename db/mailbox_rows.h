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
	int64_t quota_bytes; /* 0: no limit */
	uint64_t secret_id;  /* 0: no password */
	const char *password_scheme; /* "" without a password */
	const char *home;
	int64_t deleted_us;
	int64_t purge_us;
	int64_t created_us;
	int64_t updated_us;
	uint64_t version;
	uint64_t changed_serial;
};

#endif
