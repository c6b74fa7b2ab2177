/*
 * The steps of writes, inside a transaction: what the public operations are
 * made of, and what undo and the jobs use too. Used inside core only.
 */
#ifndef CORE_OPS_H
#define CORE_OPS_H

#include "core/alias.h"
#include "core/domain.h"
#include "core/image.h"
#include "core/job.h"
#include "core/mailbox.h"
#include "core/tx.h"
#include "core/whitelist.h"
#include "db/misc_rows.h"

/* ERR_STALE when `version` (If-Match; 0: any) is not the row's. */
bool check_version(uint64_t version, uint64_t is, struct err *e) MUST_USE;
/* ERR_NOT_FOUND: what the actor may not see does not exist. */
bool check_scope(const struct actor *a, uint64_t domain_id, const char *noun,
	struct err *e) MUST_USE;
/* ERR_FORBIDDEN `role_address_protected` when the domain keeps this address from
 * its admins. */
bool check_role_address(const struct tx *t, const struct domain *d,
	const char *address, struct err *e) MUST_USE;
bool no_such(const char *noun, struct err *e);

/* A `.check` of one-line texts: at most 200 characters, as the columns have. */
bool check_line(const char *in, char *out, size_t cap, struct err *e) MUST_USE;
/* Of notes that are kept with an act: at most 500. */
bool check_note(const char *in, char *out, size_t cap, struct err *e) MUST_USE;

/* The right side of a Postfix transport, or "". */
bool check_transport(
	const char *in, char *out, size_t cap, struct err *e) MUST_USE;

/* The flags of a domain for its special addresses. */
void domain_note_address(struct domain *d, const char *address, bool is_there);

/* The writes of one noun inside a larger one; rules as in the noun's header. */
bool domain_create_in_tx(struct tx *t, const struct domain_in *in,
	struct domain *out, struct err *e) MUST_USE;
bool domain_patch_in_tx(struct tx *t, uint64_t id, uint64_t version,
	const struct domain_in *in, const struct form_seen *seen,
	struct domain *out, struct err *e) MUST_USE;
bool alias_create_in_tx(struct tx *t, const struct alias_in *in,
	struct alias *out, struct err *e) MUST_USE;
bool whitelist_create_in_tx(struct tx *t, const struct whitelist_in *in,
	struct whitelist *out, struct err *e) MUST_USE;
bool whitelist_patch_in_tx(struct tx *t, uint64_t id, uint64_t version,
	const struct whitelist_in *in, const struct form_seen *seen,
	struct whitelist *out, struct err *e) MUST_USE;

/* The row with what came set; no rule is looked at. */
void domain_patched(const struct domain_in *in, const struct form_seen *seen,
	struct domain *d);
void whitelist_patched(const struct whitelist_in *in,
	const struct form_seen *seen, struct whitelist *w);

/* Where the mail of a mailbox is; NULL when the arena is full. */
const char *mailbox_home(
	struct arena *a, const struct conf *conf, uint64_t id) MUST_USE;

/*
 * Many new mailboxes at once: the rows of secrets, mailboxes, name parts,
 * changes and keys each by one statement. The domains are locked, the addresses
 * looked at, `m` filled but for home, with the number of
 * the staged row as id; `stored` are the hashes (NULL:
 * none). `range` are the staged rows that they come from, one each, in order.
 */
struct staged_range;
bool mailbox_insert_many(struct tx *t, const struct staged_range *range,
	struct mailbox *m, const char *const *stored, size_t n,
	struct err *e) MUST_USE;

/* From the locked row to `after` (rules, row, change, keys). Nothing happens
 * when they are the same. */
bool domain_apply(struct tx *t, struct tx_domain *td, struct domain *after,
	struct err *e) MUST_USE;
bool domain_delete_in(struct tx *t, struct tx_domain *td, struct job_row *job_r,
	struct err *e) MUST_USE;
bool domain_restore_in(struct tx *t, struct tx_domain *td,
	struct job_row *job_r, struct err *e) MUST_USE;

/* Read it again under the lock of its domain. */
bool mailbox_locked(struct tx *t, uint64_t id, struct mailbox *out,
	struct tx_domain **td_r, struct err *e) MUST_USE;
bool mailbox_apply(struct tx *t, struct tx_domain *td,
	const struct mailbox *before, struct mailbox *after,
	struct err *e) MUST_USE;
bool mailbox_delete_in_tx(struct tx *t, uint64_t id, uint64_t version,
	const struct mailbox_delete_in *in, struct mailbox *out,
	struct err *e) MUST_USE;
bool mailbox_restore_in_tx(
	struct tx *t, uint64_t id, struct mailbox *out, struct err *e) MUST_USE;

/* Limits of the domain for one mailbox more (`add` 1 or 0) and a quota that
 * goes from `old` to `new_`. */
bool domain_check_limits(const struct domain *d, int add, int64_t old,
	int64_t new_, struct err *e) MUST_USE;

bool alias_apply(struct tx *t, struct tx_domain *td, const struct alias *before,
	struct alias *after, struct err *e) MUST_USE;
/* Read it again under the lock of its domain; the domains of ours that
 * `targets` are in are locked too (shared), all in order. */
bool alias_locked(struct tx *t, uint64_t id, const char *const *targets,
	size_t n_targets, struct alias *out, struct tx_domain **td_r,
	struct err *e) MUST_USE;
bool alias_delete_in_tx(struct tx *t, uint64_t id, uint64_t version,
	bool remove_targets, struct alias *out, struct err *e) MUST_USE;
bool alias_restore_in_tx(
	struct tx *t, uint64_t id, struct alias *out, struct err *e) MUST_USE;

/*
 * What happens to the aliases that name `address` when it goes: refused with
 * their names, or the target removed, or another put in its place. Their
 * domains are locked by the caller (alias_lock_referring).
 */
bool alias_lock_referring(struct tx *t, uint64_t own_domain_id,
	const char *address, struct err *e) MUST_USE;
bool alias_release(struct tx *t, const char *address,
	enum targets_answer answer, const char *forward_to,
	struct err *e) MUST_USE;

bool whitelist_apply(struct tx *t, const struct whitelist *before,
	struct whitelist *after, struct err *e) MUST_USE;

/* Delete or expire a locked, living entry; and back again. */
bool whitelist_end(struct tx *t, struct whitelist *w,
	enum whitelist_state state, struct err *e) MUST_USE;
bool whitelist_revive(struct tx *t, uint64_t id, enum whitelist_state state,
	struct err *e) MUST_USE;

/* A job of this write; its author is the actor. */
bool job_make(struct tx *t, struct job_row *j, struct err *e) MUST_USE;
void job_of_row(struct job *j, const struct job_row *row);

#endif
