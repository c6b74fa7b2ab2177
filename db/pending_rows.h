/*
 * Which saved changes wait. No rules here: see core/publishing.h.
 *
 * A change waits by its keys: those of addresses and domains (kinds a, d), of
 * the whitelist (w, domain ''), not those that only end sessions. What goes
 * live at once in every mode (passwords and quota of a mailbox, the end of a
 * whitelist entry) never waits.
 */
#ifndef DB_PENDING_ROWS_H
#define DB_PENDING_ROWS_H

#include "db/scope.h"

extern const struct sql_table pending_sql;

/*
 * Which changes wait: those after `review` that no approval of their domain
 * reaches, and all after `hold`. UINT64_MAX where there is no such bound.
 * `upto` is the newest serial looked at. Scoped, only those of its domains.
 */
struct pending_bounds {
	uint64_t review, hold, upto;
	bool is_scoped; /* false: all */
	struct scope_ids scope;
};

#define PENDING_COUNT_MAX 10000

struct pending_count {
	uint64_t revisions, domains;
	bool is_exact; /* false: there are more */
	int64_t first_us;
};
/* Looks at PENDING_COUNT_MAX keys and no more. */
bool pending_row_count(struct db *db, const struct pending_bounds *b,
	struct pending_count *out, struct err *e) MUST_USE;

/* The oldest serial that waits, 0 when none does. */
bool pending_row_first(struct db *db, const struct pending_bounds *b,
	uint64_t *serial_r, struct err *e) MUST_USE;

/* Domains with something that waits after `serial`, up to `max`. */
bool pending_row_domains_after(struct db *db, struct arena *a,
	const struct pending_bounds *b, uint64_t serial, size_t max,
	const char ***names_r, size_t *n_r, struct err *e) MUST_USE;

/* What waits of a domain. */
struct pending_row {
	const char *domain;
	uint64_t domain_id; /* 0: none of that name lives */
	uint64_t revisions, first_serial, last_serial;
	int64_t first_us, last_us;
	const char *actors; /* names, a line feed between them */
	bool is_for_review; /* else behind a hold only */
};
/* By domain, up to `max` behind `after` (NULL: from the first). */
bool pending_row_list(struct db *db, struct arena *a,
	const struct pending_bounds *b, const char *after, size_t max,
	struct pending_row **items_r, size_t *n_r, struct err *e) MUST_USE;

/* Domains that some node holds back, likewise. */
struct pending_held_row {
	const char *domain, *reason;
	uint64_t live_serial; /* of the domain there */
};
bool pending_row_held(struct db *db, struct arena *a,
	const struct pending_bounds *b, const char *after, size_t max,
	struct pending_held_row **items_r, size_t *n_r, struct err *e) MUST_USE;

/* What changed in a domain after `serial`, or last; *found_r tells. */
bool pending_row_of(struct db *db, struct arena *a, const char *domain,
	uint64_t serial, struct pending_row *out, bool *found_r,
	struct err *e) MUST_USE;

#endif
