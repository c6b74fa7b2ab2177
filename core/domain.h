/*
 * Domains: names, limits, states, and what goes with a domain when it goes.
 *
 * States: active; prepared (set up in full, mail goes to `transport`, which it
 * needs); disabled (refuses mail with refuse_code and refuse_text, 450 by
 * default; nobody signs in); retiring (refuses, 550 by default; people still
 * read; may have retire_at, when the clock deletes it); deleted.
 * A deleted domain leaves all maps at once and its name is free at once. Its
 * rows are kept for [retention] deleted_days and can be restored until then,
 * unless the name was taken again. Up to DOMAIN_SMALL mailboxes and aliases
 * follow in the same transaction, more by a job in batches.
 *
 * Aliases of other domains that point into a domain stay as they are when it
 * is deleted: from then on their targets are addresses elsewhere, as the mail
 * of a domain that moves away needs. The preview names them.
 *
 * Only superadmins create, delete and restore domains and set limits,
 * transport and state.
 */
#ifndef CORE_DOMAIN_H
#define CORE_DOMAIN_H

#include "base/domain.h"
#include "core/core.h"
#include "core/job.h"
#include "core/list.h"
#include "db/domain_rows.h"

#define DOMAIN_SMALL 500
#define QUOTA_MAX_BYTES INT64_C(1125899906842624)

/* "active", ..., "deleted"; the form's words are the first four. */
const char *domain_state_name(enum domain_state state);
bool domain_state_find(const char *name, enum domain_state *state_r) MUST_USE;

struct domain_in {
	char name[DOMAIN_SIZE];
	char description[801];
	unsigned state; /* index of the words: enum domain_state - 1 */
	int64_t max_mailboxes;
	int64_t max_aliases;
	int64_t max_quota_bytes;
	int64_t default_quota_bytes;
	char transport[256];
	int64_t refuse_code;
	char refuse_text[201];
	int64_t retire_us;
	bool protects_roles; /* its admins keep off postmaster, abuse, hostmaster */
};
extern const struct field domain_create_form[];
extern const struct field domain_patch_form[]; /* without name */

/* Set before a form is read. */
void domain_in_defaults(struct domain_in *in);

bool domain_create(struct core *c, const struct actor *a,
	const struct domain_in *in, struct domain *out, struct err *e) MUST_USE;

/* What `seen` (of domain_patch_form) says came is set. `version` is If-Match;
 * 0 matches any. ERR_STALE names the version that is. */
bool domain_patch(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct domain_in *in,
	const struct form_seen *seen, struct domain *out,
	struct err *e) MUST_USE;

/* Deleted ones are found too while they are kept. */
bool domain_get(struct core *c, const struct actor *a, uint64_t id,
	struct domain *out, struct err *e) MUST_USE;
/* A living one by its stored name. */
bool domain_find(struct core *c, const struct actor *a, const char *name,
	struct domain *out, struct err *e) MUST_USE;

struct domain_query {
	struct list_query list;  /* sort: name, created_at, mailbox_count,
	                           quota_allotted */
	enum domain_state state; /* 0: all but deleted */
};
bool domain_list(struct core *c, const struct actor *a,
	const struct domain_query *q, struct domain **items_r,
	struct list_page *page_r, struct err *e) MUST_USE;

struct alias_ref;
struct domain_preview {
	int64_t mailbox_count, alias_count, quota_allotted_bytes;
	size_t n_mailboxes, n_aliases; /* of the first names, up to 10 */
	const char **first_mailboxes, **first_aliases;
	int64_t elsewhere_count; /* aliases of others that point into it */
	size_t n_elsewhere;      /* up to 10 */
	struct alias_ref *elsewhere;
	int64_t restore_days;
};
bool domain_delete_preview(struct core *c, const struct actor *a, uint64_t id,
	struct domain_preview *out, struct err *e) MUST_USE;

/*
 * Delete: `confirm` is the name, in A-labels or Unicode (ERR_INVALID, field
 * `confirm`, `not_the_name`); NULL where nobody has to confirm (the clock).
 * The domain is gone when this returns. `job_r` is the job for the rows: done
 * already for a small domain, else queued (kind `domain.delete`).
 */
bool domain_delete(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const char *confirm, struct job *job_r,
	struct err *e) MUST_USE;

/* One batch of the job: up to `max` rows follow their domain. *left_r is 0
 * when all are done. Safe to run again after a kill. */
bool domain_delete_batch(struct core *c, const struct actor *a, uint64_t id,
	unsigned max, uint64_t *done_r, bool *is_last_r,
	struct err *e) MUST_USE;

/*
 * Restore a deleted domain with all that was deleted with it. Refused:
 * `name_taken` (ERR_CONFLICT), `not_deleted`, `job_running` while its delete
 * job is at work. Up to DOMAIN_SMALL rows at once: `out` is the living domain
 * and job_r->id is 0; more by a job (kind `domain.restore`), whose last batch
 * brings the domain back.
 */
bool domain_restore(struct core *c, const struct actor *a, uint64_t id,
	struct domain *out, struct job *job_r, struct err *e) MUST_USE;
bool domain_restore_batch(struct core *c, const struct actor *a, uint64_t id,
	unsigned max, uint64_t *done_r, bool *is_last_r,
	struct err *e) MUST_USE;

/* The row as JSON, in the shape of the API and of the images. */
struct jsonw;
void domain_write_json(
	struct jsonw *w, const char *key, const struct domain *d);

#endif
