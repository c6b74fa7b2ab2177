/*
 * The system as documented: one page of HTML that needs nothing else, to be
 * kept, printed or handed over. What there is: domains with their limits, how
 * many mailboxes, aliases with their targets, the relay whitelist, the mail
 * servers with their map files and the settings that Postroom depends on with
 * the files that set them, and the versions of all programs.
 *
 * What always holds: it is of one moment; it holds no password, no hash, no
 * key and no token; every text is escaped. Mailboxes are counted, not named.
 * For superadmins. Settings of a node are its last answer to a request of the
 * verb `settings`; a node that was not asked in the last day has none.
 */
#ifndef MAPS_DOCUMENT_H
#define MAPS_DOCUMENT_H

#include "core/core.h"
#include "core/flow.h"

enum document_language { DOCUMENT_EN, DOCUMENT_JA };
/* "en", "ja", NULL */
extern const char *const document_languages[];

bool document_open(struct core *c, const struct actor *a,
	enum document_language language, struct flow *out,
	struct err *e) MUST_USE;

#endif
