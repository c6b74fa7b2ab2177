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

#define REVISION_PREFIX_MAX 320

/* Revisions that are undone as one. Members that are 0, NULL or TIME_NONE
 * choose nothing. */
struct revision_range {
	uint64_t job_id;
	uint64_t from_serial, to_serial; /* both inclusive */
	uint64_t admin_id;
	const char *actor; /* name of the author */
	int64_t from_us, to_us;
};

struct revision_filter {
	uint64_t serial; /* this one only */
	bool is_scoped;  /* that changed something in these domains */
	const uint64_t *scope;
	size_t n_scope;
	const char *noun; /* or NULL */
	uint64_t noun_id, domain_id;
	struct revision_range range;
	const char *action; /* or NULL */
	const char *prefix; /* of a subject, or NULL */
	/* Those alone that an undo of the range takes back: not undone, no undo
	 * of another one of the range, no rows that follow their domain. */
	bool is_undoable;
	bool has_cursor;
	bool is_back;
	uint64_t cursor;
};

/* Up to `max`, in the direction of the cursor. */
bool revision_rows(struct db *db, struct arena *a,
	const struct revision_filter *f, size_t max,
	struct revision_view **items_r, size_t *n_r, struct err *e) MUST_USE;

/* How many revisions and changes match; no cursor. */
bool revision_row_count(struct db *db, const struct revision_filter *f,
	uint64_t *revisions_r, uint64_t *changes_r, struct err *e) MUST_USE;

/*
 * Nouns of an undoable range that were changed after it by what is not in it,
 * with the serial of that change; up to `max`, newest first.
 */
struct revision_obstacle {
	uint64_t serial; /* of the revision in the range */
	const char *noun;
	uint64_t noun_id, domain_id;
	const char *subject;
	uint64_t later; /* serial */
};
bool revision_row_obstacles(struct db *db, struct arena *a,
	const struct revision_filter *f, size_t max,
	struct revision_obstacle **items_r, size_t *n_r,
	struct err *e) MUST_USE;

#endif
