/*
 * Reading revisions: one, or pages of them, newest first.
 */
#ifndef DB_REVISION_ROWS_H
#define DB_REVISION_ROWS_H

#include "db/db.h"

struct revision_view {
	uint64_t serial, prov_id;
	const char *action;
	unsigned actor_kind;
	uint64_t admin_id;
	const char *actor_name, *client, *request_id, *note;
	uint64_t undoes, job_id, changes;
	int64_t created_us;
	uint64_t undone_by;
	bool has_first; /* its first change */
	const char *noun;
	uint64_t noun_id, domain_id;
	unsigned op;
	const char *subject;
};

struct revision_filter {
	uint64_t serial; /* this one only */
	bool is_scoped;  /* that changed something in these domains */
	const uint64_t *scope;
	size_t n_scope;
	const char *noun; /* or NULL */
	uint64_t noun_id, admin_id, domain_id;
	int64_t from_us, to_us; /* TIME_NONE: open */
	bool has_cursor;
	bool is_back;
	uint64_t cursor;
};

/* Up to `max`, in the direction of the cursor. */
bool revision_rows(struct db *db, struct arena *a,
	const struct revision_filter *f, size_t max,
	struct revision_view **items_r, size_t *n_r, struct err *e) MUST_USE;

#endif
