/*
 * Rows as the publisher reads them, through the views of its role, and the
 * rows that it writes about its node.
 *
 * The texts of a set of rows live in an arena that the caller gives. Reading
 * appends to a set: fill one set by one call, or rows stand in it twice. Sort it
 * by rows_index (maps/rows.h). Reading happens inside one
 * DB_SNAPSHOT transaction, so that all rows belong to one serial.
 */
#ifndef DB_MAP_ROWS_H
#define DB_MAP_ROWS_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/conf.h"
#include "db/db.h"

/* For db_open. map_all_sql is what map_rows_load_all needs. */
extern const struct sql_table map_sql, map_all_sql;
/* The same for core's faces, which only read rows: prepared on use. */
extern const struct sql_table map_saved_sql;

enum map_domain_state {
	MAP_DOMAIN_ACTIVE = 1,
	MAP_DOMAIN_PREPARED = 2,
	MAP_DOMAIN_DISABLED = 3,
	MAP_DOMAIN_RETIRING = 4,
	MAP_DOMAIN_DELETED = 5
};

enum map_mailbox_state {
	MAP_MAILBOX_ACTIVE = 1,
	MAP_MAILBOX_NOLOGIN = 2,
	MAP_MAILBOX_CLOSED = 3,
	MAP_MAILBOX_DELETED = 4
};

enum map_alias_state { MAP_ALIAS_ACTIVE = 1, MAP_ALIAS_DISABLED = 2 };

struct map_domain_row {
	uint64_t id;
	const char *name;
	const char *transport;
	const char *refuse_text;
	unsigned state;
	unsigned refuse_code;
	bool has_catch_all;
};

struct map_mailbox_row {
	uint64_t id, domain_id;
	const char *address;
	const char *home;
	const char *password; /* "" where there is none */
	uint64_t quota_bytes;
	unsigned state;
	bool is_alive;
};

struct map_alias_row {
	uint64_t id, domain_id;
	const char *address;
	const char **target;
	size_t targets;
	unsigned state;
	bool is_catch_all, send_as;
};

struct map_rows {
	bool without_passwords; /* set before reading: they are left "" */
	struct map_domain_row *domain;
	size_t domains, domain_cap;
	struct map_mailbox_row *mailbox;
	size_t mailboxes, mailbox_cap;
	struct map_alias_row *alias;
	size_t aliases, alias_cap;
};

void map_rows_free(struct map_rows *r);

/* The serial of this snapshot. */
bool map_head(struct db *db, uint64_t *serial_r, struct err *e) MUST_USE;

/* One key that changed, in serial order. */
struct map_change {
	char kind; /* a address, d domain, w whitelist, s end sessions */
	bool is_confirmed; /* a person confirmed what goes with it */
	uint64_t serial;
	const char *key;
};

struct map_changes {
	struct map_change *change;
	size_t n, cap;
	bool is_cut; /* there are more than `most` */
};

/* The keys of all serials after `after` up to `upto`. */
bool map_changes(struct db *db, uint64_t after, uint64_t upto, size_t most,
	struct arena *a, struct map_changes *out, struct err *e) MUST_USE;
/* Append one; its key stays the caller's. */
bool map_changes_add(struct map_changes *c, const struct map_change *change,
	struct err *e) MUST_USE;
/* The same from a row of kind, key, action and serial; false: no memory. */
bool map_changes_take(
	struct rows *r, struct arena *a, struct map_changes *out) MUST_USE;
void map_changes_free(struct map_changes *c);

/* Whose lines are wanted: those of addresses, and all of domains, by name. */
struct map_rows_want {
	const char *const *address;
	size_t addresses;
	const char *const *domain;
	size_t domains;
};

/*
 * The rows that these lines depend on: those of the addresses and of their
 * domains, and all that aliases reach. Each row once.
 */
bool map_rows_load(struct db *db, const struct map_rows_want *w,
	struct arena *a, struct map_rows *out, struct err *e) MUST_USE;

/* All rows. */
bool map_rows_load_all(struct db *db, struct arena *a, struct map_rows *out,
	struct err *e) MUST_USE;

/* Each active whitelist entry, and each network of a node that hands mail to
 * one of this role: to the mailbox hosts the others, to an outbound relay all
 * (map_node_network). In any order. */
typedef bool map_relay_each(
	void *ctx, const char *network, int64_t expires_us, struct err *e);
bool map_relays(struct db *db, enum node_role role, map_relay_each *each,
	void *ctx, struct err *e) MUST_USE;

/* What a node says of itself. */
struct map_status {
	uint64_t serial;
	const char *state;   /* starting, ok, held, error */
	const char *message; /* "" */
	int64_t applied_us, seen_us;
	uint64_t took_us, added, removed;
	uint64_t pending; /* routing lines that wait */
	bool is_held;
	uint64_t hold_serial;
	const char *hold_by; /* "", target, local */
	uint64_t journal_from;
	uint64_t drift;
	int64_t checked_us; /* TIME_NONE: never */
	const char *facts;  /* a JSON object */
};

/* The id of a node; its row is made when there is none. */
bool map_node_id(struct db *db, const char *name, uint64_t *id_r,
	struct err *e) MUST_USE;
bool map_status_write(struct db *db, uint64_t node_id,
	const struct map_status *s, struct err *e) MUST_USE;

/* Replace the list of held domains of a node: one call to begin, then one for
 * each domain, then map_status_write. Inside a transaction of the caller. A
 * domain keeps the serial that the node had live before it was held; one that
 * is held no more stays with the reason '' until the next list. */
bool map_held_clear(struct db *db, uint64_t node_id, struct err *e) MUST_USE;
bool map_held_add(struct db *db, uint64_t node_id, const char *domain,
	const char *reason, struct err *e) MUST_USE;

#endif
