/*
 * Readers of other systems' accounts. Each hands over rows (domains, mailboxes
 * with their ready hash and quota, aliases, admins) as cells in the words of
 * an import, so that preview, errors, job, report and undo are those of every
 * import. No reader writes anything anywhere.
 *
 * What cannot be kept is a row of its own that says so (importer_lost): it is
 * counted and listed, and nothing is dropped silently. What a rule of ours
 * refuses (an address, a hash) is handed over as it is: the rule names it.
 *
 * `line` is the line of the file, or the number of the row in its table.
 */
#ifndef CORE_IMPORTER_H
#define CORE_IMPORTER_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "db/db.h"

#define IMPORTER_CELLS 12

/* Nouns and columns by the names of core/staging.h. */
struct importer_row {
	const char *noun;
	uint64_t line;
	struct {
		const char *column, *value;
	} cell[IMPORTER_CELLS];
	size_t n;
	/* NULL, or why it is not taken; `at` is the column at fault. */
	const char *reason, *at, *value, *text;
};

typedef bool importer_sink(
	void *ctx, const struct importer_row *row, struct err *e);

struct importer {
	importer_sink *sink;
	void *ctx;
	struct arena *arena; /* of the row; emptied by importer_end */
	const char *domain;  /* of names without one; "" none */
	/* What a stored password without a scheme is: a scheme of Dovecot, ""
	 * to guess by its form. */
	const char *scheme;
	uint64_t n_rows, n_lost;
	struct importer_row row;
};

/* Values are borrowed until importer_end; NULL and "" are no cell. */
void importer_row(struct importer *im, const char *noun, uint64_t line);
void importer_cell(struct importer *im, const char *column, const char *value);
void importer_active(struct importer *im, bool is_active);
/* Bytes; 0 is no limit. */
void importer_quota(struct importer *im, const char *column, uint64_t bytes);
/*
 * A stored password: `{SCHEME}hash` as it is, the forms of crypt(5) and 32 hex
 * digits (PLAIN-MD5) with their scheme, locked ones (`!`, `*`) none, and the
 * mailbox then has no sign-in. Anything else is refused (`unknown_hash`).
 */
void importer_password(struct importer *im, const char *stored);
void importer_refuse(struct importer *im, const char *column, const char *value,
	const char *reason, const char *text);
bool importer_end(struct importer *im, struct err *e) MUST_USE;

/* A whole row that says what is not kept of `value`. */
bool importer_lost(struct importer *im, const char *noun, uint64_t line,
	const char *column, const char *value, const char *reason,
	const char *text, struct err *e) MUST_USE;

/* `name@domain`: a name that has a domain as it is. In the row's arena. */
const char *importer_address(
	struct importer *im, const char *name, const char *domain);

/*
 * Targets of an alias from `in`, separated as in alias files: quoted ones are
 * unquoted, `|command`, `/file`, `:include:` are named as lost. The rest, one
 * comma between, in the row's arena; names without a domain get `domain`.
 * `skip` (may be NULL) is left out.
 */
struct importer_targets {
	const char *text; /* "" when none is left */
	const char *lost; /* the first that is not kept, or NULL */
	const char *reason, *why;
	bool has_skipped;
};
bool importer_targets(struct importer *im, const char *in, const char *domain,
	const char *skip, struct importer_targets *out, struct err *e) MUST_USE;

/* --- systems with a database: `db` is opened by foreign_open --- */

/* `prefix`: of PostfixAdmin's tables, mostly "". */
bool importer_postfixadmin(struct importer *im, struct db *db,
	const char *prefix, struct err *e) MUST_USE;
bool importer_iredmail(
	struct importer *im, struct db *db, struct err *e) MUST_USE;
bool importer_vpopmail(
	struct importer *im, struct db *db, struct err *e) MUST_USE;

/* --- files, as text --- */

struct importer_text {
	const char *data; /* a NUL behind it; NULL: was not given */
	size_t len;
};

/* vpopmail's vpasswd of im->domain. */
bool importer_vpasswd(struct importer *im, const struct importer_text *vpasswd,
	struct err *e) MUST_USE;

/* Plain Postfix and Dovecot. */
struct importer_files {
	struct importer_text mailboxes;  /* virtual_mailbox_maps */
	struct importer_text aliases;    /* virtual_alias_maps */
	struct importer_text recipients; /* relay_recipient_maps */
	struct importer_text passwd;     /* Dovecot's passwd-file */
};
bool importer_files(struct importer *im, const struct importer_files *f,
	struct err *e) MUST_USE;

/* A machine's own accounts, into im->domain. */
struct importer_system {
	struct importer_text passwd, shadow, aliases;
	uint64_t uid_min, uid_max; /* of people; 0: 1000 and 59999 */
};
bool importer_system(struct importer *im, const struct importer_system *f,
	struct err *e) MUST_USE;

/* --- for the readers: lines of a text --- */

struct importer_line {
	struct importer_text left;
	uint64_t line;    /* of the one at hand, from 1 */
	const char *next; /* NULL at the end */
	uint64_t next_line;
	bool is_cut; /* an entry was too long: reading has ended there */
};
struct importer_line importer_lines(const struct importer_text *t);
/* The next physical line in the row's arena, without its end; NULL behind the
 * last. A NUL in it becomes a question mark, so that a rule refuses it. */
char *importer_next_line(struct importer *im, struct importer_line *l);
/* The next logical line of an alias or map file: comments and blank lines are
 * skipped, a line that starts with a blank goes on from the one before. */
char *importer_next_entry(struct importer *im, struct importer_line *l);
/* Behind the last line: was everything read? ERR_TOO_LARGE `line_too_long`. */
bool importer_lines_done(const struct importer_line *l, struct err *e) MUST_USE;
/* Cut `line` at `separator` into up to `max` fields; the last has the rest. */
size_t importer_split(char *line, char separator, char **field, size_t max);

#endif
