/*
 * What the log and the tables say about how things were: the keys that changed
 * between two serials, the rows of addresses and domains as they are now
 * (deleted ones too, while they are kept), and what was changed in them after
 * a serial. maps/past.h makes rows of any serial out of it.
 *
 * Reads only. Use one DB_SNAPSHOT transaction for all that belongs together.
 * Items live in the arena; where a function has `max`, one more row says that
 * there are more.
 */
#ifndef DB_PAST_ROWS_H
#define DB_PAST_ROWS_H

#include "db/alias_rows.h"
#include "db/db.h"
#include "db/domain_rows.h"
#include "db/mailbox_rows.h"
#include "db/whitelist_rows.h"

extern const struct sql_table past_sql;

/* Who did what, of a serial. */
struct past_act {
	uint64_t serial;
	const char *action, *actor_name;
	int64_t at_us;
};

/* A key of the maps and the revision that touched it. */
struct past_key {
	char kind; /* a, d, w: as in change_key */
	const char *key;
	struct past_act by;
};

/* Of serials in (after, upto], in their order; only keys of `domain` unless it
 * is NULL. */
bool past_keys(struct db *db, struct arena *a, uint64_t after, uint64_t upto,
	const char *domain, size_t max, struct past_key **items_r, size_t *n_r,
	struct err *e) MUST_USE;

enum past_noun { PAST_DOMAIN, PAST_MAILBOX, PAST_ALIAS, PAST_WHITELIST };
#define PAST_NOUNS 4
/* PAST_NOUNS when it is none of these. */
enum past_noun past_noun_find(const char *name);

/* What a revision changed in one row. op: as in `change`. */
struct past_change {
	enum past_noun noun;
	uint64_t noun_id, domain_id;
	unsigned op;
	const char *subject;
	const char *before, *after; /* images, or NULL */
	struct past_act by;
};

/* All changes of these rows after a serial, in order. */
bool past_changes(struct db *db, struct arena *a, enum past_noun noun,
	const uint64_t *ids, size_t n, uint64_t after,
	struct past_change **items_r, size_t *n_r, struct err *e) MUST_USE;

/* The changes of the whitelist in (after, upto], without images. */
bool past_whitelist_changes(struct db *db, struct arena *a, uint64_t after,
	uint64_t upto, size_t max, struct past_change **items_r, size_t *n_r,
	struct err *e) MUST_USE;

/* Rows as they are, deleted ones too. Aliases come with their targets. */
bool past_domains(struct db *db, struct arena *a, const char *const *name,
	size_t n, struct domain **items_r, size_t *n_r, struct err *e) MUST_USE;
bool past_mailboxes(struct db *db, struct arena *a, const char *const *address,
	size_t n, struct mailbox **items_r, size_t *n_r,
	struct err *e) MUST_USE;
bool past_aliases(struct db *db, struct arena *a, const char *const *address,
	size_t n, struct alias **items_r, size_t *n_r, struct err *e) MUST_USE;
bool past_whitelist(struct db *db, struct arena *a, const uint64_t *ids,
	size_t n, struct whitelist **items_r, size_t *n_r,
	struct err *e) MUST_USE;
/* Rows of these addresses (kind 'a') or domains ('d') that were purged after a
 * serial: nothing but the log knows them any more. */
struct past_gone {
	enum past_noun noun;
	uint64_t id, domain_id;
	const char *subject;
};
bool past_gone(struct db *db, struct arena *a, char kind,
	const char *const *key, size_t n, uint64_t after,
	struct past_gone **items_r, size_t *n_r, struct err *e) MUST_USE;

/* The addresses of a domain, each once, of mailboxes and aliases that stand in
 * it now or did when they were purged after `after`. */
bool past_addresses(struct db *db, struct arena *a, uint64_t domain_id,
	uint64_t after, size_t max, const char ***items_r, size_t *n_r,
	struct err *e) MUST_USE;

/* How much was changed in (after, upto], by noun and domain, largest first. */
struct past_count {
	const char *noun;
	uint64_t domain_id; /* 0: none */
	const char *domain; /* "" */
	uint64_t n;
};
bool past_counts(struct db *db, struct arena *a, uint64_t after, uint64_t upto,
	size_t max, struct past_count **items_r, size_t *n_r,
	struct err *e) MUST_USE;

/* Names of domains by id, deleted ones too. */
bool past_domain_names(struct db *db, struct arena *a, const uint64_t *ids,
	size_t n, const char ***items_r, size_t *n_r, struct err *e) MUST_USE;

/* How far publishing is: of all nodes that have reported the one that is
 * furthest behind. */
struct past_live {
	uint64_t n_nodes;
	uint64_t serial; /* applied */
	bool is_held;    /* somewhere routing stands at hold_serial */
	uint64_t hold_serial;
	bool is_reviewed;
	uint64_t approved; /* of everything */
};
bool past_live(struct db *db, struct past_live *out, struct err *e) MUST_USE;
/* Domains that were approved further than everything, and domains that a node
 * holds back, each with its serial; sorted by name. */
struct past_domain {
	const char *name;
	uint64_t serial;
};
bool past_approved(struct db *db, struct arena *a, uint64_t after, size_t max,
	struct past_domain **items_r, size_t *n_r, struct err *e) MUST_USE;
bool past_held(struct db *db, struct arena *a, size_t max,
	struct past_domain **items_r, size_t *n_r, struct err *e) MUST_USE;

/* The oldest serial that the log still has, 0 when it is empty. */
bool past_oldest(struct db *db, uint64_t *serial_r, struct err *e) MUST_USE;

/* The fingerprint of a secret; "" when it was purged. */
struct past_secret {
	uint64_t id;
	const char *fingerprint;
};
bool past_secrets(struct db *db, struct arena *a, const uint64_t *ids, size_t n,
	struct past_secret **items_r, size_t *n_r, struct err *e) MUST_USE;

#endif
