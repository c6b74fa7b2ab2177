/*
 * What a bulk change does to rows of one noun, inside the batch's transaction.
 * Used by core/bulk.c only.
 */
#ifndef CORE_BULK_ROWS_H
#define CORE_BULK_ROWS_H

#include "core/bulk.h"
#include "core/tx.h"
#include "db/list_rows.h"

struct bulk_kind {
	const char *noun; /* of images and errors */
	const char *job;  /* kind of the job, and action of its revisions */
	enum list_noun list;
	/* Lock every domain that the rows touch, in order, before any row. */
	bool (*lock)(struct tx *t, const struct bulk_in *in,
		const uint64_t *ids, size_t n, struct err *e);
	/* One row; *subject_r is its name, as far as it is known. */
	bool (*change)(struct tx *t, const struct bulk_in *in, uint64_t id,
		const char **subject_r, struct err *e);
};

extern const struct bulk_kind bulk_kinds[BULK_NOUNS];

/* Did this key of the action come? */
#define BULK_HAS(noun, in, m)                                                  \
	FORM_CAME(bulk_action_form(noun), &(in)->action_seen,                  \
		struct bulk_action, m)

/* Does this refuse a row, and not the whole change? */
static inline bool
bulk_is_rule(enum err_code code)
{
	return code == ERR_INVALID || code == ERR_LIMIT || code == ERR_CONFLICT
		|| code == ERR_REFERENCED || code == ERR_NOT_FOUND
		|| code == ERR_FORBIDDEN;
}

/* How many rows may stand in one transaction. */
unsigned bulk_batch_max(
	enum bulk_noun noun, const struct bulk_in *in, unsigned max);

/*
 * Several rows at once become targets of one alias: what the rules allow is
 * added in one change, refused(ctx, id, subject, e) is told of the others.
 */
typedef bool bulk_refused(
	void *ctx, const char *subject, const struct err *why, struct err *e);
bool bulk_add_to_alias(struct tx *t, enum bulk_noun noun,
	const struct bulk_in *in, const uint64_t *ids, size_t n,
	bulk_refused *refused, void *ctx, struct err *e) MUST_USE;

#endif
