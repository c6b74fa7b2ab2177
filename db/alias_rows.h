/*
 * Rows of `alias` and `alias_target`, and their SQL. No rules here: see
 * core/alias.h.
 */
#ifndef DB_ALIAS_ROWS_H
#define DB_ALIAS_ROWS_H

#include "db/db.h"

/* As in the column alias.state. */
enum alias_state { ALIAS_ACTIVE = 1, ALIAS_DISABLED = 2, ALIAS_DELETED = 4 };

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

#define ALIAS_COLUMNS                                                          \
	"a.id, a.domain_id, a.address, a.description, a.state, "               \
	"a.former_state, a.alive, a.is_catch_all, a.send_as, "                 \
	"a.target_count, a.deleted_at, a.purge_at, a.created, a.updated, "     \
	"a.version, a.changed_serial"
#define ALIAS_OUT "uussuuuuuittttuu"

extern const struct sql_table alias_sql;

/* A row of ALIAS_COLUMNS, without targets. False: the arena is full. */
bool alias_load(const struct rows *r, struct arena *a, void *item) MUST_USE;
/* The targets of `n` aliases that were loaded. */
bool alias_load_targets(struct db *db, struct arena *a, struct alias *items,
	size_t n, struct err *e) MUST_USE;

bool alias_row_get(struct db *db, struct arena *a, uint64_t id,
	struct alias *out, bool *found_r, struct err *e) MUST_USE;
/* A living one of a living domain. */
bool alias_row_find(struct db *db, struct arena *a, const char *address,
	struct alias *out, bool *found_r, struct err *e) MUST_USE;

/* Sets al->id; no targets. Duplicate key: `alias_domain_address`. */
bool alias_row_insert(struct db *db, struct alias *al, struct err *e) MUST_USE;
/* Everything but address, domain, targets and serial. */
bool alias_row_update(
	struct db *db, const struct alias *al, struct err *e) MUST_USE;
bool alias_row_stamp_ids(struct db *db, const uint64_t *ids, size_t n,
	uint64_t serial, struct err *e) MUST_USE;

/* From the targets `old` to `new` (sorted lists). */
bool alias_row_set_targets(struct db *db, struct arena *a, uint64_t id,
	const char *const *old, size_t n_old, const char *const *new_,
	size_t n_new, struct err *e) MUST_USE;
/* Whether its targets count as living. */
bool alias_row_targets_alive(
	struct db *db, uint64_t id, bool is_alive, struct err *e) MUST_USE;

/* What an address is: living mailbox or alias of a living domain. */
struct resolved {
	const char *address;
	bool is_alias;
	uint64_t id;
	uint64_t domain_id;
};
/* Those of the `n` addresses that exist. */
bool alias_row_resolve(struct db *db, struct arena *a,
	const char *const *address, size_t n, struct resolved **items_r,
	size_t *n_r, struct err *e) MUST_USE;

/* Living domains among the `n` names; ids_r[i] is 0 where it is none. */
bool alias_row_own_domains(struct db *db, struct arena *a,
	const char *const *name, size_t n, uint64_t **ids_r,
	struct err *e) MUST_USE;

/* Living aliases of living domains that have `address` (or it with a +tag) as
 * a target; without targets. */
bool alias_row_referring(struct db *db, struct arena *a, const char *address,
	size_t max, struct alias **items_r, size_t *n_r,
	struct err *e) MUST_USE;
/* Living aliases of other domains with a target in the domain `name`. */
bool alias_row_into_domain(struct db *db, struct arena *a, const char *name,
	uint64_t domain_id, size_t max, struct alias **items_r, size_t *n_r,
	struct err *e) MUST_USE;
bool alias_row_count_into_domain(struct db *db, const char *name,
	uint64_t domain_id, uint64_t *n_r, struct err *e) MUST_USE;

/* As the functions of mailboxes. */
bool alias_row_of_domain(struct db *db, struct arena *a, uint64_t domain_id,
	int64_t deleted_us, size_t max, struct alias **items_r, size_t *n_r,
	struct err *e) MUST_USE;
bool alias_row_delete_range(struct db *db, uint64_t domain_id, const char *last,
	int64_t deleted_us, int64_t purge_us, struct err *e) MUST_USE;
bool alias_row_restore_range(struct db *db, uint64_t domain_id,
	const char *last, int64_t deleted_us, int64_t at_us,
	struct err *e) MUST_USE;

#endif
