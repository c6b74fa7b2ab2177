/*
 * Staging: rows of a source on their way to being nouns. Whoever reads a CSV
 * file or another system's data hands over each row as cells, text by text, in
 * the words of the source; the rules of the nouns' own forms apply to each
 * cell, and what a rule refuses is noted with line, column, value and reason.
 * Nothing here looks at the nouns that exist: that is core/import.h, which
 * checks all staged rows together and imports them, whatever the source.
 *
 *	static bool
 *	read_some(struct staging *s, struct source *src, struct err *e)
 *	{
 *		while (next(src)) {
 *			staging_row(s, STAGED_MAILBOX, src->line);
 *			staging_cell(s, COLUMN_ADDRESS, src->user, 1);
 *			staging_cell(s, COLUMN_PASSWORD, src->hash, 2);
 *			if (!staging_end(s, e))
 *				return false;
 *		}
 *		return true;
 *	}
 *
 * What always holds: rows are written in the caller's transaction, up to a
 * thousand in one statement; a row is staged whole, also a wrong one, so that
 * the report counts it; a password is sealed before it is written anywhere; a
 * cell that is empty did not come (what is there stays, what is new gets the
 * default).
 */
#ifndef CORE_STAGING_H
#define CORE_STAGING_H

#include "base/seal.h"
#include "core/domain.h"
#include "core/mailbox.h"
#include "core/tx.h"
#include "core/whitelist.h"
#include "db/import_rows.h"
#include "db/staging_rows.h"

/* What a cell may be. Each noun takes some of them (staging_column_of). */
enum staging_column {
	COLUMN_NONE, /* the cell is not used */
	COLUMN_ADDRESS,
	COLUMN_LOCAL_PART, /* with COLUMN_DOMAIN, in place of an address */
	COLUMN_DOMAIN,
	COLUMN_NAME,     /* display name */
	COLUMN_PASSWORD, /* plain, or a hash with its {SCHEME} or $id$ */
	COLUMN_QUOTA,    /* with a unit; a bare number is bytes */
	COLUMN_ACTIVE,   /* yes, no, nologin, closed, ... */
	COLUMN_TARGETS,  /* blanks, commas or semicolons between */
	COLUMN_SEND_AS,
	COLUMN_FORWARDS,
	COLUMN_SERVICES,
	COLUMN_LANGUAGE,
	COLUMN_NOTE,
	COLUMN_MAX_MAILBOXES,
	COLUMN_MAX_ALIASES,
	COLUMN_MAX_QUOTA,
	COLUMN_DEFAULT_QUOTA,
	COLUMN_TRANSPORT,
	COLUMN_NETWORK,
	COLUMN_OWNER,
	COLUMN_EXPIRES,
	COLUMN_LOGIN,   /* of an admin */
	COLUMN_DOMAINS, /* of an admin */
	STAGING_COLUMNS
};

/* `address`, `local_part`, ... as templates, exports and options write them. */
const char *staging_column_name(enum staging_column column);
bool staging_column_find(
	const char *name, enum staging_column *column_r) MUST_USE;
/* The column that a heading of a file means for this noun, in English or
 * Japanese; COLUMN_NONE when it is not known. */
enum staging_column staging_column_guess(
	const char *heading, enum staged_noun noun);
/* Does the noun have this column? */
bool staging_column_of(enum staging_column column, enum staged_noun noun);
/* It is known, but there is nothing yet that it could set. */
bool staging_column_is_unused(
	enum staging_column column, enum staged_noun noun);

/* "mailbox", "alias", ... */
const char *staged_noun_name(enum staged_noun noun);
bool staged_noun_find(const char *name, enum staged_noun *noun_r) MUST_USE;

#define STAGING_BATCH 1000

/* One row under way and those that wait to be written. Zeroed and set by
 * staging_begin; members are staging.c's own. */
struct staging {
	struct tx *t;
	const struct seal_ring *ring;
	uint64_t import_id;
	uint64_t row_no;   /* of the row under way */
	bool may_generate; /* a mailbox without a password gets one */
	uint64_t n_wrong;  /* of this call */

	struct staged row;
	bool is_wrong;
	unsigned n_errors; /* of the row */
	char local_part[ADDR_LOCAL_SIZE];
	struct mailbox_in mailbox;
	struct domain_in domain;
	struct form_seen domain_seen;
	struct whitelist_in whitelist;
	struct form_seen whitelist_seen;
	const char **targets;
	size_t n_targets;

	struct arg *args;
	size_t n_rows;
	struct arg *error_args;
	size_t n_error_args, cap_error_args; /* in rows */
	struct arg *target_args;
	size_t n_target_args, cap_target_args;
};

/* The next rows are those behind `row_no`. */
bool staging_begin(struct staging *s, struct tx *t, uint64_t import_id,
	uint64_t row_no, const struct seal_ring *ring, struct err *e) MUST_USE;

/* A row begins; `line` is the source's, from 1. */
void staging_row(struct staging *s, enum staged_noun noun, uint64_t line);

/*
 * One cell. `at` is its place in the line, from 1 (0: none): errors name it. A
 * refusal makes the row wrong and is noted; it is no error of this call. The
 * text is copied where it is kept.
 */
void staging_cell(struct staging *s, enum staging_column column,
	const char *text, unsigned at);

/* Something of the row's source is wrong that no cell shows. */
void staging_refuse(struct staging *s, enum staging_column column, unsigned at,
	const char *value, const char *reason, const char *text);

/* The row is whole: what it must have is looked at. */
bool staging_end(struct staging *s, struct err *e) MUST_USE;

/* Write what waits. */
bool staging_flush(struct staging *s, struct err *e) MUST_USE;

#endif
