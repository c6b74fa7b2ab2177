/*
 * An archive: records of cells, in one encrypted file (base/vault.h). Members
 * follow one another; a manifest behind them names each with its number of
 * records and the SHA-256 of its bytes.
 *
 *	archive_begin(&a, path, passphrase, e)
 *	archive_member(a, "table/domain")
 *	archive_put(a, 'R', cells, n)  ...
 *	archive_commit(&a, e)
 *
 * Reading gives the same records; the manifest is looked at when the end is
 * reached, so a reader that came to ARCHIVE_END has read what was written.
 * Memory is the largest record.
 */
#ifndef BASE_ARCHIVE_H
#define BASE_ARCHIVE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"

#define ARCHIVE_CELLS 256
/* Most bytes of one record: MariaDB's largest packet by default, twice. */
#define ARCHIVE_RECORD_MAX ((size_t)64 << 20)

/* Bytes, or NULL (not there). */
struct archive_cell {
	const char *data;
	size_t len;
};

static inline struct archive_cell
archive_text(const char *text)
{
	return (struct archive_cell){ text, text ? __builtin_strlen(text) : 0 };
}

struct archive_out;
bool archive_begin(struct archive_out **out_r, const char *path,
	const char *passphrase, struct err *e) MUST_USE;
/* What is put from now on belongs to this member. */
bool archive_member(
	struct archive_out *a, const char *name, struct err *e) MUST_USE;
/* `kind` is a capital letter but M, X and Z. */
bool archive_put(struct archive_out *a, char kind,
	const struct archive_cell *cells, size_t n, struct err *e) MUST_USE;
bool archive_commit(struct archive_out **a, struct err *e) MUST_USE;
void archive_abort(struct archive_out **a);

enum archive_event { ARCHIVE_MEMBER, ARCHIVE_RECORD, ARCHIVE_END, ARCHIVE_BAD };

struct archive_record {
	char kind;
	size_t n;
	/* Each has a NUL behind it; valid until the next call. */
	struct archive_cell cell[ARCHIVE_CELLS];
};

struct archive_in;
bool archive_open(struct archive_in **in_r, const char *path,
	const char *passphrase, struct err *e) MUST_USE;
/* The next thing. ARCHIVE_MEMBER: `cell[0]` is its name. ARCHIVE_BAD: `e` is
 * set, as by vault_open, or `damaged`. */
enum archive_event archive_next(
	struct archive_in *a, struct archive_record *r, struct err *e) MUST_USE;
void archive_close(struct archive_in **a);

/* A number in a cell; false when it is none. */
bool archive_number(
	const struct archive_cell *cell, uint64_t *value_r) MUST_USE;

#endif
