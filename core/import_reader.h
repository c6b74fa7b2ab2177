/*
 * Readers of sources other than CSV. A reader turns what was uploaded (the
 * import's spool, import_rows_next for text in lines is CSV's own) or what it
 * reads elsewhere into staged rows (core/staging.h); from there on the import
 * is checked, shown and done like any other.
 *
 * A reader keeps its place in im->at.at_byte, at_line and place, as it
 * likes; it is saved with the rows that a call staged. A call stages some
 * thousand rows and takes well under a second.
 */
#ifndef CORE_IMPORT_READER_H
#define CORE_IMPORT_READER_H

#include "core/import.h"

struct import_reader {
	const char *name; /* import.source */
	bool (*read)(struct staging *s, struct import *im,
		const struct import_options *o, bool *is_last_r, struct err *e);
};

/* NULL for `csv`, and for what no reader is there for. */
const struct import_reader *import_reader_find(const char *name);

/* The piece `seq` of the uploaded file, opened; NULL behind the last. */
bool import_reader_piece(struct staging *s, const struct import *im,
	uint64_t seq, const char **text_r, size_t *len_r,
	struct err *e) MUST_USE;

#endif
