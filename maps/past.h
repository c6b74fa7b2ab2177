/*
 * Rows as they were at a serial: pure, from rows as they are and from what the
 * log says was changed in them.
 *
 * What is given: the rows of some addresses and domains as they are at the
 * head, what was changed in them after the oldest serial that will be asked
 * for, and, of rows that were purged, all that the log has. A write that did
 * not happen (a dry run) is given as changes of the serial behind the head.
 *
 * State of a row at a serial: the row as it is, with the changes after that
 * serial taken back, newest first. An image of an update holds only the fields
 * that differ, so all of them are taken back, one after the other. A row that
 * was purged begins from nothing instead, with the changes up to the serial.
 *
 * Passwords are told by the id of their secret, `secret:ID`; hashes are not
 * read.
 */
#ifndef MAPS_PAST_H
#define MAPS_PAST_H

#include "db/map_rows.h"
#include "db/past_rows.h"
#include "db/strset.h"

#define PAST_SECRET "secret:"

struct past_row;

/* Texts and items are borrowed and live as long as the arena. */
struct past {
	struct arena *arena;
	const char *mail_root; /* where the homes of new mailboxes are */
	uint64_t head;
	struct past_row *row;
	size_t n, cap;
	struct past_change *change;
	size_t n_changes, cap_changes;
	bool is_indexed;
};

/* Rows as they are. Each noun and id once. */
bool past_add_domain(
	struct past *p, const struct domain *d, struct err *e) MUST_USE;
bool past_add_mailbox(
	struct past *p, const struct mailbox *m, struct err *e) MUST_USE;
bool past_add_alias(
	struct past *p, const struct alias *al, struct err *e) MUST_USE;
bool past_add_whitelist(
	struct past *p, const struct whitelist *w, struct err *e) MUST_USE;
/* A row that is there no more. */
bool past_add_gone(struct past *p, enum past_noun noun, uint64_t id,
	uint64_t domain_id, const char *subject, struct err *e) MUST_USE;
/* A row that would be new; which id and home it gets is not known yet. */
bool past_add_new(struct past *p, enum past_noun noun, uint64_t id,
	uint64_t domain_id, const char *subject, struct err *e) MUST_USE;

/* Changes of rows that were added. */
bool past_add_changes(struct past *p, const struct past_change *items, size_t n,
	struct err *e) MUST_USE;

/* The rows at a serial (at most the head's, or the one behind it), for
 * maps/rows.h; the caller indexes and frees them. */
bool past_at(struct past *p, uint64_t serial, struct map_rows *out,
	struct err *e) MUST_USE;

/* Every address that any version of the alias rows from `from` on names as a
 * target. */
bool past_targets(struct past *p, size_t from, struct strset *out,
	struct err *e) MUST_USE;

/* The ids of all rows of domains with that name. */
bool past_domain_ids(const struct past *p, const char *name, uint64_t **ids_r,
	size_t *n_r, struct err *e) MUST_USE;

/* A line of the whitelist at a serial: `each` gets network and expiry. */
typedef bool past_relay_each(
	void *ctx, const char *network, int64_t expires_us, struct err *e);
bool past_relays(struct past *p, uint64_t serial, past_relay_each *each,
	void *ctx, struct err *e) MUST_USE;

#endif
