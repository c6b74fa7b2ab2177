/*
 * Reads for pages that look at many tables: revisions, counts, what needs
 * attention.
 */
#ifndef DB_VIEW_ROWS_H
#define DB_VIEW_ROWS_H

#include "db/db.h"

extern const struct sql_table view_sql;

struct change_row {
	uint64_t seq;
	const char *noun;
	uint64_t noun_id, domain_id;
	unsigned op;
	const char *subject;
	uint64_t version;
	const char *before, *after; /* or NULL */
};
/* Changes of a provisional id from seq `from` on. */
bool view_row_changes(struct db *db, struct arena *a, uint64_t prov_id,
	uint64_t from, size_t max, struct change_row **items_r, size_t *n_r,
	struct err *e) MUST_USE;
/* Serial of the first revision after `prov_id` that changed the noun and still
 * counts (neither undone nor the undo of one after it), or 0. */
bool view_row_later_change(struct db *db, const char *noun, uint64_t noun_id,
	uint64_t prov_id, uint64_t *serial_r, struct err *e) MUST_USE;
/* The same for a domain with all that is in it. */
bool view_row_later_in_domain(struct db *db, uint64_t domain_id,
	uint64_t prov_id, uint64_t *serial_r, struct err *e) MUST_USE;
/* The domains that its changes are in; 0 stands for none. */
bool view_row_change_domains(struct db *db, struct arena *a, uint64_t prov_id,
	uint64_t **ids_r, size_t *n_r, struct err *e) MUST_USE;

struct count_row {
	int64_t domains, mailboxes, aliases, quota_bytes;
	int64_t whitelist, jobs;
};
bool view_row_counts(
	struct db *db, struct count_row *out, struct err *e) MUST_USE;
/* Of some domains only. */
bool view_row_counts_of(struct db *db, const uint64_t *ids, size_t n,
	struct count_row *out, struct err *e) MUST_USE;

/* kind: as in the API's attention; up to `max` of each. */
struct attention_row {
	unsigned kind; /* 1 job failed, 2 domain full, 3 whitelist expires,
	                  4 domain retires */
	const char *subject;
	uint64_t id;
	uint64_t domain_id;
	int64_t at_us;
	const char *text;
};
bool view_row_attention(struct db *db, struct arena *a, int64_t soon_us,
	int64_t recent_us, size_t max, struct attention_row **items_r,
	size_t *n_r, struct err *e) MUST_USE;

#endif
