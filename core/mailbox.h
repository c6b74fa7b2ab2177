/*
 * Mailboxes.
 *
 * States: active; nologin (receives, nobody signs in, sessions end); closed
 * (refused, nobody signs in: what "disable" means); deleted (kept for
 * [retention] deleted_days, restorable, the address free at once).
 *
 * The address cannot change. The home is `<mail_root>/<xx>/<id>`, so that an
 * address made anew shows an empty box. Passwords are rows of `secret`; a
 * mailbox holds the row's id and the scheme's name. A password that is set
 * anew ends the account's sessions.
 *
 * An address is either a mailbox or an alias, never both. Limits of the
 * domain: ERR_LIMIT, field `domain_id`, reason `max_mailboxes` or `max_quota`
 * with the number in the text; with max_quota_bytes set, a mailbox without a
 * limit is refused (`quota_needed`).
 */
#ifndef CORE_MAILBOX_H
#define CORE_MAILBOX_H

#include "base/addr.h"
#include "base/password.h"
#include "core/core.h"
#include "core/job.h"
#include "core/list.h"
#include "db/alias_rows.h"
#include "db/mailbox_rows.h"

const char *mailbox_state_name(enum mailbox_state state);
bool mailbox_state_find(const char *name, enum mailbox_state *state_r) MUST_USE;

#define MAILBOX_QUOTA_DEFAULT (-1)

struct mailbox_in {
	char address[ADDR_SIZE]; /* or local_part and domain_id */
	char local_part[ADDR_LOCAL_SIZE];
	int64_t domain_id;
	char name[801];
	int64_t quota_bytes; /* MAILBOX_QUOTA_DEFAULT (null): the domain's */
	unsigned state;      /* index of the words: enum mailbox_state - 1 */
	char password[PASSWORD_MAX + 1];
	char password_hash[PASSWORD_HASH_SIZE];
};
extern const struct field mailbox_create_form[];
extern const struct field mailbox_patch_form[]; /* name, quota_bytes, state */
extern const struct field mailbox_password_form[];

void mailbox_in_defaults(struct mailbox_in *in);

/* Hashes before the transaction. Wipe `in` after use: it may hold a password. */
bool mailbox_create(struct core *c, const struct actor *a,
	const struct mailbox_in *in, struct mailbox *out,
	struct err *e) MUST_USE;

bool mailbox_patch(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct mailbox_in *in,
	const struct form_seen *seen, struct mailbox *out,
	struct err *e) MUST_USE;

/* From `password` or `password_hash` of `in`, exactly one of them. */
bool mailbox_set_password(struct core *c, const struct actor *a, uint64_t id,
	const struct mailbox_in *in, struct mailbox *out,
	struct err *e) MUST_USE;

/* Deleted ones are found too while they are kept. */
bool mailbox_get(struct core *c, const struct actor *a, uint64_t id,
	struct mailbox *out, struct err *e) MUST_USE;
bool mailbox_find(struct core *c, const struct actor *a, const char *address,
	struct mailbox *out, struct err *e) MUST_USE;

struct mailbox_filter {
	int64_t domain_id; /* 0: all */
	unsigned state;    /* enum mailbox_state; 0: all but deleted */
};
struct mailbox_query {
	struct list_query list; /* sort: address, name, created_at, quota */
	struct mailbox_filter filter;
};
bool mailbox_list(struct core *c, const struct actor *a,
	const struct mailbox_query *q, struct mailbox **items_r,
	struct list_page *page_r, struct err *e) MUST_USE;

struct alias_ref {
	uint64_t id;
	uint64_t domain_id;
	const char *address;
	enum alias_state state;
	int64_t target_count;
};
/* The aliases that name it as a target: up to `max` of those that the actor may
 * see, and how many in all. */
bool mailbox_references(struct core *c, const struct actor *a, uint64_t id,
	size_t max, struct alias_ref **items_r, size_t *n_r, int64_t *total_r,
	struct err *e) MUST_USE;

/*
 * What happens to aliases that name a deleted mailbox. Without an answer
 * (TARGETS_ASK): ERR_REFERENCED, one item an alias (reason `referenced`,
 * subject the alias). An alias left without targets is disabled.
 */
enum targets_answer { TARGETS_ASK, TARGETS_REMOVE, TARGETS_FORWARD };
struct mailbox_delete_in {
	unsigned targets; /* enum targets_answer */
	char forward_to[ADDR_SIZE];
};
extern const struct field mailbox_delete_form[];

bool mailbox_delete(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct mailbox_delete_in *in,
	struct mailbox *out, struct err *e) MUST_USE;

/* Refused: `not_deleted`, `address_taken`, `domain_deleted`, a limit. */
bool mailbox_restore(struct core *c, const struct actor *a, uint64_t id,
	struct mailbox *out, struct err *e) MUST_USE;

struct jsonw;
void mailbox_write_json(
	struct jsonw *w, const char *key, const struct mailbox *m);

#endif
