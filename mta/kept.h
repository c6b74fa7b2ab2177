/*
 * The lines of a map as they were left, where that can still be read: from the
 * file; or from its text copy, brought up to date by the journal, which knows
 * of no hand that changed the file.
 */
#ifndef MTA_KEPT_H
#define MTA_KEPT_H

#include "db/strset.h"
#include "mta/node.h"

/* From the file, else as kept_text. In a child: the file may be damaged. */
bool kept_lines(const struct conf_node *c, enum map_id map,
	struct map_lines *out, struct err *e) MUST_USE;

/*
 * Those of these keys (NULL: all). ERR_UNAVAILABLE: there is no copy. Never for
 * the accounts.
 */
bool kept_text(const struct conf_node *c, enum map_id map,
	const struct strset *keys, struct map_lines *out,
	struct err *e) MUST_USE;

#endif
