/*
 * The columns of exported lists. Used by core/export.c only.
 */
#ifndef CORE_EXPORT_ROWS_H
#define CORE_EXPORT_ROWS_H

#include "core/export.h"
#include "db/list_rows.h"

struct export_kind {
	const char *name;
	enum list_noun list;
	size_t size;        /* of an item */
	const char *header; /* with commas between */
	bool has_hashes;    /* a column `password` on demand */
	bool (*write)(const void *item, struct str *out, struct err *e);
	/* What a page needs beside its rows, or NULL. */
	bool (*load)(struct db *db, struct arena *a, void *items, size_t n,
		struct err *e);
};
extern const struct export_kind export_kinds[EXPORT_NOUNS];

void export_write_header(
	const struct export_kind *kind, bool has_hashes, struct str *out);
bool export_write_rows(const struct export_kind *kind, struct db *db,
	struct arena *a, const void *items, size_t n, bool has_hashes,
	struct str *out, struct err *e) MUST_USE;

/* The text behind `from`, UTF-8 until now, as CP932. ERR_INVALID, field
 * `encoding`, `not_encodable`, subject the line at fault. */
bool export_to_shift_jis(
	struct arena *a, size_t from, struct str *out, struct err *e) MUST_USE;

#endif
