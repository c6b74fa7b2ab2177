/*
 * What the files of core/import*.c share. Nobody else includes it.
 */
#ifndef CORE_IMPORT_INTERNAL_H
#define CORE_IMPORT_INTERNAL_H

#include "base/csv.h"
#include "core/import.h"
#include "core/ops.h"

/* import.phase: what its jobs are at. */
enum import_phase {
	PHASE_CLEAR,
	PHASE_READ,
	PHASE_LOOK,
	PHASE_TARGETS,
	PHASE_LEVELS,
	PHASE_LIMITS,
	PHASE_MISSING,
	PHASE_COUNT,
	PHASE_FAILED,
	PHASE_READY,
	PHASE_HASH,
	PHASE_APPLY,
	PHASE_LEFT, /* the rows that failed meanwhile */
	PHASE_SWEEP,
	PHASE_DONE
};

/* Fixed numbers of errors that are found later than the cells', see
 * db/staging_look.c. */
enum { ERROR_LIMIT = 45, ERROR_RUN = 50 };

/* Rows in the database that one transaction for all may write. */
#define IMPORT_ALL_WEIGHT 20000

/* Is all there that the noun needs? And the options, and what is not used of
 * the file, as JSON. */
bool import_options_check(
	const struct import_guess *g, unsigned noun, struct err *e) MUST_USE;
bool import_options_write(const struct import_guess *g, unsigned noun,
	struct arena *a, const char **options_r, const char **notices_r,
	struct err *e) MUST_USE;

bool import_locked(
	struct tx *t, uint64_t id, struct import *out, struct err *e) MUST_USE;
bool import_owned(const struct actor *a, const struct import *i);

/* A piece of the spool, opened; NULL in *text_r when there is none. */
bool import_spool_open(struct tx *t, uint64_t id, unsigned kind,
	const struct spool_row *row, const char **text_r, size_t *len_r,
	struct err *e) MUST_USE;
bool import_spool_put(struct tx *t, uint64_t id, unsigned kind, uint64_t seq,
	uint64_t at_byte, const void *data, size_t len, struct err *e) MUST_USE;

/* Rows of the file, one by one, from the import's place on. */
struct import_rows {
	struct tx *t;
	struct import *im;
	struct csv *csv;
	const char *data, *start;
	size_t len;
	struct spool_row piece;
	bool is_last;
};
bool import_rows_open(struct import_rows *r, struct tx *t, struct import *im,
	const struct import_options *o, struct err *e) MUST_USE;
/* *found_r is false behind the last row. Moves the place in `im` on. */
bool import_rows_next(struct import_rows *r, struct csv_row *row_r,
	bool *found_r, struct err *e) MUST_USE;

/* One step of reading; *is_last_r when the file is read. */
bool import_read_step(struct tx *t, struct import *im, bool *is_last_r,
	struct err *e) MUST_USE;
/* Write the wrong rows of the file to the spool, a step at a time. */
bool import_failed_step(struct tx *t, struct import *im, bool *is_last_r,
	struct err *e) MUST_USE;

/* Note an error of a staged row and make it wrong. */
bool import_row_error(struct tx *t, const struct import *im,
	const struct staged *row, unsigned n, const struct err *why,
	struct err *e) MUST_USE;

/* What the row would make of a noun that exists: images of what differs, both
 * NULL where nothing does. */
bool import_difference(struct core *c, const struct staged *row,
	const char **before_r, const char **after_r, struct err *e) MUST_USE;

/* The target texts of a staged row, in the arena. */
bool import_targets(struct arena *a, const struct staged *row,
	struct text_list *out, struct err *e) MUST_USE;
/* The fields of a domain or whitelist entry that came. */
bool import_domain_in(struct arena *a, const struct staged *row,
	struct domain_in *in, struct form_seen *seen, struct err *e) MUST_USE;
bool import_whitelist_in(struct arena *a, const struct staged *row,
	struct whitelist_in *in, struct form_seen *seen,
	struct err *e) MUST_USE;
/* A mailbox or alias with what came set, but for its password. */
void import_mailbox_patched(const struct staged *row, struct mailbox *m);
bool import_alias_patched(struct arena *a, const struct staged *row,
	struct alias *al, struct err *e) MUST_USE;

/* Import a step's rows (a batch of them); rows that a rule refuses are noted
 * and counted in im->n.failed, or with `is_all` fail the whole. */
bool import_apply(struct tx *t, struct import *im, struct staged *rows,
	size_t n, bool is_all, struct err *e) MUST_USE;

bool import_of_job(const struct job *j, uint64_t *id_r, bool *is_all_r);

#endif
