/*
 * Bulk import: a file is uploaded in pieces, checked as a whole (a job), shown,
 * and imported (a job). Readers of other systems feed the same rows
 * (core/staging.h) and go the same way from there on.
 *
 *	uploading -> checking -> ready -> importing -> done
 *	                            ^  (checked again with other options)
 *
 * What always holds:
 * - until the import no noun is touched; every count and error of the preview
 *   comes from looks at the staged rows beside the nouns as they are;
 * - a job keeps its place in the transaction of what it did, so a kill loses
 *   nothing and repeats nothing; each batch of the import is one revision that
 *   names the job, so an undo of the job takes all of it back;
 * - a row that changed after the preview is left alone and reported
 *   (`changed_meanwhile`), and so is one that another write made meanwhile;
 * - the uploaded file, generated passwords and the rows that were not imported
 *   rest sealed and are gone after 24 hours, passwords when they were taken.
 *
 * A superadmin sees all imports, an admin his own. Rows of domains that are not
 * his, or in which he may not import, are wrong rows. Domains, the whitelist and
 * admins are for superadmins.
 */
#ifndef CORE_IMPORT_H
#define CORE_IMPORT_H

#include "base/charset.h"
#include "core/core.h"
#include "core/job.h"
#include "core/staging.h"
#include "db/import_rows.h"

#define IMPORT_PIECE_MAX ((size_t)512 << 10)
#define IMPORT_FILE_MAX ((uint64_t)1 << 30)
#define IMPORT_ROW_BYTES ((size_t)64 << 10)
/* All or nothing: what one transaction carries. */
#define IMPORT_ALL_ROWS 4000

const char *import_state_name(enum import_state state);
const char *import_outcome_name(enum import_outcome outcome);

struct import_in {
	unsigned noun; /* index of the words: mailbox, alias, domain,
	                  whitelist */
	char file_name[801];
};
extern const struct field import_create_form[];
bool import_create(struct core *c, const struct actor *a,
	const struct import_in *in, struct import *out, struct err *e) MUST_USE;

/* An import of another reader than CSV (core/import_reader.h). */
bool import_create_of(struct core *c, const struct actor *a, const char *source,
	enum staged_noun noun, const char *file_name, struct import *out,
	struct err *e) MUST_USE;

bool import_get(struct core *c, const struct actor *a, uint64_t id,
	struct import *out, struct err *e) MUST_USE;
/* Newest first, behind id `before` (0: from the newest). */
bool import_list(struct core *c, const struct actor *a, uint64_t before,
	size_t max, struct import **items_r, size_t *n_r,
	struct err *e) MUST_USE;

/*
 * Piece `seq` (from 0, in order) of the file. A piece that came before is
 * taken as sent again. ERR_CONFLICT `out_of_order`, `not_uploading`;
 * ERR_TOO_LARGE `file_too_large`; those of charset_check_text for the first.
 */
bool import_piece(struct core *c, const struct actor *a, uint64_t id,
	uint64_t seq, const void *data, size_t len, struct import *out,
	struct err *e) MUST_USE;

/* How a CSV file is read, and what is done with it. */
enum import_mode { MODE_ADD, MODE_ADD_OR_UPDATE, MODE_UPDATE };
enum import_passwords { PASSWORDS_GENERATE, PASSWORDS_NONE };
#define IMPORT_COLUMNS_MAX 64
struct import_options {
	unsigned encoding;  /* enum charset */
	unsigned separator; /* auto, comma, semicolon, tab */
	bool has_header;
	struct text_list columns; /* staging_column_name or "", cell by cell;
	                             none: as guessed from the header */
	unsigned mode;            /* enum import_mode */
	bool disable_missing;
	unsigned passwords; /* enum import_passwords */
};
extern const struct field import_options_form[];
void import_options_defaults(struct import_options *o);
bool import_options_read(const char *json, struct import_options *out,
	struct arena *a, struct err *e) MUST_USE;
char import_separator(unsigned separator);
struct jsonw;
void import_options_json(
	struct jsonw *w, const char *key, const struct import_options *o);

/* What the first piece looks like, by `o` where that says something. */
struct import_guess {
	struct import_options options; /* nothing of it is `auto` */
	const char **header;
	size_t n_header;
};
bool import_guess(struct core *c, const struct actor *a, uint64_t id,
	const struct import_options *o, struct import_guess *out,
	struct err *e) MUST_USE;

/* Check the file whole: a job of kind `import.check`. What was staged before
 * is forgotten. ERR_CONFLICT `is_running`, `no_file`, `spool_gone`. */
bool import_check(struct core *c, const struct actor *a, uint64_t id,
	const struct import_options *o, struct job *job_r,
	struct err *e) MUST_USE;

struct import_run_in {
	bool is_all; /* JSON key `all_or_nothing` */
	int64_t expected_new, expected_changed, expected_missing;
};
extern const struct field import_run_form[];
/*
 * Import it: a job of kind `import.run`. The counts are those that were shown:
 * ERR_CONFLICT `count_moved` when they are others. All or nothing:
 * ERR_INVALID `has_wrong_rows`, `too_many_rows`.
 */
bool import_run(struct core *c, const struct actor *a, uint64_t id,
	const struct import_run_in *in, struct job *job_r,
	struct err *e) MUST_USE;

/* One batch of the jobs. */
bool import_check_batch(struct core *c, const struct actor *a, struct job *j,
	unsigned max, bool *is_last_r, struct err *e) MUST_USE;
bool import_run_batch(struct core *c, const struct actor *a, struct job *j,
	unsigned max, bool *is_last_r, struct err *e) MUST_USE;
/* Staged rows of an outcome with what would change, behind row `after`. */
struct import_row {
	uint64_t row_no, line;
	enum staged_noun noun;
	const char *subject;
	const char *before, *after; /* JSON images of what differs, or NULL */
};
bool import_rows(struct core *c, const struct actor *a, uint64_t id,
	enum import_outcome outcome, uint64_t after, size_t max,
	struct import_row **items_r, size_t *n_r, struct err *e) MUST_USE;

/* Errors behind (row, n). `fix` says what to do about a reason, in English. */
bool import_errors(struct core *c, const struct actor *a, uint64_t id,
	uint64_t after_row, uint64_t after_n, size_t max,
	struct import_error **items_r, size_t *n_r, struct err *e) MUST_USE;
const char *import_fix(const char *reason);

/* Dry run of up to TRIAL_ROWS_MAX of its rows into c->trial: the caller has
 * set c->is_dry_run. */
bool import_try(struct core *c, const struct actor *a, uint64_t id,
	struct err *e) MUST_USE;

/*
 * CSV text of the generated passwords, piece by piece: each piece is gone when
 * this returns it. *text_r is NULL behind the last. ERR_NOT_FOUND
 * `passwords_gone`.
 */
bool import_take_passwords(struct core *c, const struct actor *a, uint64_t id,
	const char **text_r, struct err *e) MUST_USE;
/* CSV text of the rows that were not imported, with the file's own header:
 * piece `seq` from 0; NULL behind the last. */
bool import_failed_rows(struct core *c, const struct actor *a, uint64_t id,
	uint64_t seq, const char **text_r, struct err *e) MUST_USE;

/* Forget it: the spool and what is staged go, the report stays. */
bool import_discard(struct core *c, const struct actor *a, uint64_t id,
	struct import *out, struct err *e) MUST_USE;

/* The clock's duty. */
bool due_imports(struct core *c, uint64_t *done_r, struct err *e) MUST_USE;

struct jsonw;
void import_write_json(
	struct jsonw *w, const char *key, const struct import *i);

#endif
