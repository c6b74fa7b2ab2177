/*
 * One write under way: what it locked, what it changed, which keys of the maps
 * may differ. Used inside core only.
 *
 * Lock order: domain rows by id (tx_lock_domain is called in that order), then
 * nouns, then the log; the serial is taken last, when core_run ends the write.
 * Changes and keys are collected in memory and written in one statement each.
 */
#ifndef CORE_TX_H
#define CORE_TX_H

#include "core/core.h"
#include "core/revision.h"
#include "db/alias_rows.h"
#include "db/domain_rows.h"
#include "db/mailbox_rows.h"
#include "db/whitelist_rows.h"

#define TX_DOMAINS_MAX 1024

struct tx_domain {
	struct domain d; /* counters and flags are written back at the end */
	bool is_exclusive;
	bool is_touched;
};

struct tx {
	struct core *c;
	struct db *db;
	struct arena *arena;
	const struct actor *a;
	const char *action;
	int64_t now_us;
	uint64_t prov_id;
	uint64_t undoes;
	uint64_t job_id;
	uint64_t serial; /* set once taken, for `at_end` */

	struct tx_domain **domain;
	size_t n_domains;
	struct arg *change;
	size_t n_changes, cap_changes;
	struct arg *key;
	size_t n_keys, cap_keys;
	size_t *key_slot; /* which keys are there, by their hash */
	size_t key_slots;

	/* Of a mailbox whose password changes: nobody's session ends, since it
	 * is the same password in another form; or all but this one's end. */
	bool keeps_sessions;
	uint64_t but_session;

	const struct text_list *given; /* targets in the order of the input */
	struct mailbox *home;  /* a new mailbox, whose home is stamped */
	struct mailbox *homes; /* many of them */
	size_t n_homes;
	uint64_t *mailbox_ids, *alias_ids, *whitelist_ids;
	size_t n_mailbox_ids, n_alias_ids, n_whitelist_ids;
};

/*
 * Lock a living or deleted domain and read it (once; a second call gives the
 * same one, and a shared lock may not become exclusive). ERR_NOT_FOUND when
 * it is not there or the actor may not see it.
 */
bool tx_lock_domain(struct tx *t, uint64_t id, bool is_exclusive,
	struct tx_domain **out, struct err *e) MUST_USE;
/* Exclusively, a living one by name, when no other is locked before. */
bool tx_lock_domain_name(struct tx *t, const char *name, struct tx_domain **out,
	struct err *e) MUST_USE;
/* Exclusively, several ids in their order; duplicates are fine. */
bool tx_lock_domains(
	struct tx *t, const uint64_t *ids, size_t n, struct err *e) MUST_USE;
/* A domain that was locked, or NULL. */
struct tx_domain *tx_domain_of(struct tx *t, uint64_t id);
/* Its counters or flags changed, or the serial shall be stamped. */
static inline void
tx_touch(struct tx_domain *td)
{
	td->is_touched = true;
}

/* Record a change; images are JSON texts in the arena, or NULL. */
struct change_in {
	const char *noun;
	uint64_t noun_id;
	uint64_t domain_id;
	enum change_op op;
	const char *subject;
	uint64_t version;
	const char *before, *after;
};
bool tx_change(
	struct tx *t, const struct change_in *in, struct err *e) MUST_USE;

/* A key of the last recorded change: kind 'a', 'd', 'w' or 's'. */
bool tx_key(struct tx *t, char kind, const char *key, struct err *e) MUST_USE;

/* 'a' keys of an address and of every alias that reaches it. */
bool tx_key_reaching(struct tx *t, const char *address, struct err *e) MUST_USE;
/* 'a' keys of the aliases elsewhere that point into a domain, and of what
 * reaches those. */
bool tx_key_into_domain(
	struct tx *t, const struct domain *d, struct err *e) MUST_USE;

/* 'a' keys of these aliases and of what reaches them. */
bool tx_key_aliases(struct tx *t, const char *const *address, size_t n,
	struct err *e) MUST_USE;

/* Stamp these rows with the serial. */
bool tx_stamp_mailbox(struct tx *t, uint64_t id, struct err *e) MUST_USE;
bool tx_stamp_alias(struct tx *t, uint64_t id, struct err *e) MUST_USE;
bool tx_stamp_whitelist(struct tx *t, uint64_t id, struct err *e) MUST_USE;

/* Set by core_run before and after `fn`; not for others. */
bool tx_finish(struct tx *t, struct err *e) MUST_USE;

/* What it changed and touched, for the report on a dry run. */
bool tx_report(
	const struct tx *t, struct core_trial *trial, struct err *e) MUST_USE;

/* When a row that is deleted now shall go for good. */
int64_t tx_purge_us(const struct tx *t);

/* Is `e` a duplicate of this key? Then it is cleared, to be said in words. */
bool err_take_duplicate(struct err *e, const char *key) MUST_USE;

#endif
