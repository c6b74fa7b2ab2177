/*
 * Between a reader (core/importer.h), which runs where the other system can be
 * reached, and the check of an import, which is a job: the rows rest in the
 * import's sealed spool as CSV, a row with its noun, its line and then each
 * cell with its column before it. A row that is not taken has `!reason`, the
 * column at fault, the value and the text instead of cells. Admins go another
 * way (`also`): an import has no admins in it.
 */
#ifndef CORE_IMPORTER_SPOOL_H
#define CORE_IMPORTER_SPOOL_H

#include "base/str.h"
#include "core/import_reader.h"
#include "core/importer.h"

/* Counted while rows go by, for people to look at before anything happens. */
#define IMPORTER_SCHEMES 32
struct importer_census {
	struct {
		char scheme[32]; /* as password_scheme_of says */
		bool is_weak;
		uint64_t n;
	} item[IMPORTER_SCHEMES];
	size_t n;
	uint64_t without; /* mailboxes without a password that is kept */
};

/* Rows on their way into the spool of an import. */
struct importer_spool {
	struct core *c;
	const struct actor *actor;
	struct import import;
	uint64_t seq;
	struct str text;      /* the piece at hand */
	struct arena *arena;  /* its memory; emptied with each piece */
	struct arena *memory; /* of core's calls, emptied too */
	struct importer_census census;
	importer_sink *also; /* sees every row first; may be NULL */
	void *also_ctx;
};

/* An import of this source (a name below), and where its rows go. */
bool importer_spool_begin(struct importer_spool *s, struct core *c,
	const struct actor *a, const char *source, const char *label,
	struct err *e) MUST_USE;
bool importer_spool_row(
	void *spool, const struct importer_row *row, struct err *e) MUST_USE;
/* The last piece is in; the import can be checked. */
bool importer_spool_end(struct importer_spool *s, struct err *e) MUST_USE;
void importer_spool_free(struct importer_spool *s);

/* One row as text, and a row of text as cells for staging; for tests too. */
bool importer_row_write(struct str *out, const struct importer_row *row);
bool importer_row_stage(struct staging *s, const char *const *cell, size_t n,
	struct err *e) MUST_USE;

/* Same rows, other names. */
extern const struct import_reader importer_reader_postfixadmin,
	importer_reader_vpopmail, importer_reader_iredmail,
	importer_reader_files, importer_reader_system;

#endif
