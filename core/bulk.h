/*
 * One change to many rows of a list, as a job in batches: to a selection of
 * ids, or to all that a filter matches.
 *
 * The same for every noun; what differs is one row of a table: the keys of
 * its filter and action, and what is done to one row (core/bulk_rows.h).
 *
 * What always holds:
 * - the filter is counted first; another count than expected is ERR_CONFLICT
 *   `count_moved` with the number in the text. Rows that are made later are
 *   not touched by the job;
 * - each batch is one transaction with one revision that belongs to the job.
 *   The place that the job got to moves on in that transaction, so that a job
 *   that was killed does nothing twice;
 * - a row that a rule refuses becomes an error of the job, with the reason,
 *   and the others go on;
 * - the author's rights are those of the moment: they are looked at for every
 *   row, so a row of others is never touched;
 * - an action says exactly one thing.
 */
#ifndef CORE_BULK_H
#define CORE_BULK_H

#include "base/addr.h"
#include "core/core.h"
#include "core/job.h"

enum bulk_noun {
	BULK_DOMAINS,
	BULK_MAILBOXES,
	BULK_ALIASES,
	BULK_WHITELIST,
	BULK_NOUNS
};

#define BULK_IDS_MAX 200

/* As the list's own filter; not every noun has all of it. */
struct bulk_filter {
	int64_t domain_id; /* 0: all */
	unsigned state;    /* of the noun; 0: all that are not deleted */
	const char *q;     /* NULL: no search */
	char target[ADDR_SIZE];
	struct int_list ids; /* exactly these; n = 0: all */
};

struct bulk_action {
	unsigned state;      /* index of the noun's words: its state - 1 */
	int64_t quota_bytes; /* of a mailbox */
	bool is_delete;      /* JSON key `delete` */
	bool is_restore;     /* JSON key `restore` */
	unsigned targets;    /* with delete: enum targets_answer, ask or
	                        remove */
	char add_to_alias[ADDR_SIZE];
	int64_t max_mailboxes, max_aliases; /* of a domain, together one */
	int64_t max_quota_bytes, default_quota_bytes; /* thing to say */
	int64_t expires_us; /* of a whitelist entry; TIME_NONE: never */
};

struct bulk_in {
	struct bulk_filter filter;
	struct form_seen filter_seen;
	int64_t expected_count;
	struct bulk_action action;
	struct form_seen action_seen;
};

/* The form of a noun, for struct bulk_in; and of its parts, for the command
 * line. */
extern const struct field bulk_domain_form[];
extern const struct field bulk_mailbox_form[];
extern const struct field bulk_alias_form[];
extern const struct field bulk_whitelist_form[];
const struct field *bulk_form(enum bulk_noun noun);
const struct field *bulk_filter_form(enum bulk_noun noun);
const struct field *bulk_action_form(enum bulk_noun noun);
void bulk_in_defaults(struct bulk_in *in);

/* The rows that match now. */
bool bulk_count(struct core *c, const struct actor *a, enum bulk_noun noun,
	const struct bulk_filter *filter, uint64_t *n_r,
	struct err *e) MUST_USE;

/*
 * Make the job (kind `mailbox.bulk`, ...). ERR_INVALID, field `action`,
 * `one_of_these` when the action says nothing or more than one thing. In a dry
 * run with a trial there is no job (*job_r is empty): what it would do is
 * tried at once, up to TRIAL_ROWS_MAX rows.
 */
bool bulk_start(struct core *c, const struct actor *a, enum bulk_noun noun,
	const struct bulk_in *in, struct job *job_r, struct err *e) MUST_USE;

/* One batch of the job, up to `max` rows; `j` is brought up to date. */
bool bulk_batch(struct core *c, const struct actor *a, struct job *j,
	unsigned max, bool *is_last_r, struct err *e) MUST_USE;

#endif
