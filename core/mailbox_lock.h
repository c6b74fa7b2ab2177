/*
 * Lock now: what is done about a hacked mailbox, in one act. Its sign-in ends
 * (live at once in every publishing mode), its IMAP and panel sessions too;
 * every node is asked to hold its queued mail; and the forwards to addresses
 * outside that were changed in the last seven days are shown.
 *
 * Each piece is taken back by itself: the revision (or the mailbox's state)
 * gives the sign-in back, lock_queue releases the mail, forwards are removed and
 * restored like any alias. The mailbox goes on receiving.
 *
 * Who may change mailboxes of the domain may do this.
 */
#ifndef CORE_MAILBOX_LOCK_H
#define CORE_MAILBOX_LOCK_H

#include "core/core.h"
#include "core/mailbox.h"

#define LOCK_FORWARD_DAYS 7
#define LOCK_FORWARDS_MAX 200

struct lock_node {
	uint64_t node_id;
	const char *node;
	bool is_release; /* the last act was to release, not to hold */
	/* waiting, ok, failed, refused, expired; gone: kept no longer */
	const char *state;
	const char *body; /* JSON object {done, failed, left}, or NULL */
};

struct lock_forward {
	uint64_t alias_id;
	const char *address, *target;
	int64_t changed_us;
	uint64_t version, serial;
	bool names_it; /* it forwards this mailbox's own mail */
};

struct mailbox_lock {
	struct mailbox m;
	bool has_lock; /* it was locked by this act at some time */
	int64_t at_us;
	const char *by, *note;
	uint64_t serial;   /* of the end of the sign-in, or 0 */
	uint64_t sessions; /* of the panel that were ended */
	bool is_live;      /* every node has the end of the sign-in */
	struct lock_node *node;
	size_t n_nodes;
	struct lock_forward *forward;
	size_t n_forwards;
};

struct mailbox_lock_in {
	char note[801];
};
extern const struct field mailbox_lock_form[];

/* ERR_CONFLICT `deleted`. Again is fine: the queue is looked through anew. */
bool mailbox_lock(struct core *c, const struct actor *a, uint64_t id,
	const struct mailbox_lock_in *in, struct mailbox_lock *out,
	struct err *e) MUST_USE;

/* How far it is. */
bool mailbox_lock_get(struct core *c, const struct actor *a, uint64_t id,
	struct mailbox_lock *out, struct err *e) MUST_USE;

/* Hold or release its mail on every node. ERR_CONFLICT `not_locked` when it
 * was never locked. */
bool mailbox_lock_queue(struct core *c, const struct actor *a, uint64_t id,
	bool is_release, struct mailbox_lock *out, struct err *e) MUST_USE;

struct jsonw;
void mailbox_lock_write_json(struct jsonw *w, const struct mailbox_lock *l);

#endif
