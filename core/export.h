/*
 * A list as CSV: with its filter and its sort, whole, in constant memory.
 *
 * The columns are those that an import reads, so a list that was exported and
 * is imported again changes nothing. Cells that a spreadsheet would take for
 * formulas have an apostrophe before them. There are no passwords; hashes of
 * mailboxes come on demand only, for superadmins, and it is logged.
 */
#ifndef CORE_EXPORT_H
#define CORE_EXPORT_H

#include "core/core.h"
#include "core/flow.h"

enum export_noun {
	EXPORT_DOMAINS,
	EXPORT_MAILBOXES,
	EXPORT_ALIASES,
	EXPORT_WHITELIST,
	EXPORT_NOUNS
};
/* "domains", ... */
const char *export_noun_name(enum export_noun noun);
bool export_noun_find(const char *name, enum export_noun *noun_r) MUST_USE;

enum export_encoding {
	EXPORT_UTF8,
	EXPORT_UTF8_BOM, /* what Excel takes for UTF-8 */
	EXPORT_SHIFT_JIS /* as Windows writes it */
};
/* "utf-8", "utf-8-bom", "shift_jis", NULL */
extern const char *const export_encodings[];

/* As the list's own query. */
struct export_in {
	uint64_t domain_id;
	unsigned state;
	const char *q;
	const char *target;
	const char *sort;
	unsigned encoding; /* enum export_encoding */
	bool has_hashes;
};

/*
 * Open it. ERR_INVALID `not_encodable` with the cell at fault when the
 * encoding lacks a character: all rows are looked at before the first is
 * given out. ERR_THROTTLED `busy`: two run on this host already.
 */
bool export_open(struct core *c, const struct actor *a, enum export_noun noun,
	const struct export_in *in, struct flow *out, struct err *e) MUST_USE;

#endif
