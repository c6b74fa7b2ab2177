/*
 * From rows to map lines: pure, no input or output.
 *
 * The lines of a key depend only on the rows, so rendering one key, one
 * domain or everything gives the same lines. What cannot be written safely is
 * a fault of its domain: it is noted with a reason, and the caller leaves all
 * lines of that domain as they are. Functions return false only when memory
 * ran out.
 *
 * Which line stands where:
 *   domains       every domain that is not deleted
 *   transport     a domain with a transport of its own
 *   refuse        a disabled or retiring domain: `450 4.2.1 text`; beside a
 *                 catch-all, an address that is closed or disabled
 *   mailboxes     mailboxes that receive (active, nologin)
 *   aliases       an active alias with the targets that can be delivered;
 *                 beside a catch-all, every mailbox with itself as target
 *   sender_login  who may send as an address
 *   accounts      Dovecot's users, also those whose mail is only kept
 */
#ifndef MAPS_RENDER_H
#define MAPS_RENDER_H

#include "maps/delta.h"
#include "maps/holds.h"
#include "maps/lines.h"
#include "maps/rows.h"

struct render {
	const struct map_rows *rows; /* indexed (rows_index) */
	const char *mail_root;
	int64_t mail_uid, mail_gid;
	struct hold_list *faults;
};

/* Append all lines whose key is that address (or `@domain`). */
bool render_address(const struct render *r, const char *address,
	struct map_set *out, struct err *e) MUST_USE;

/* Append the lines whose key is the domain itself. */
bool render_domain(const struct render *r, const char *name,
	struct map_set *out, struct err *e) MUST_USE;

/* Append everything there are rows for: all domains, mailboxes, aliases. */
bool render_everything(
	const struct render *r, struct map_set *out, struct err *e) MUST_USE;

/*
 * Sort all lists; a key that has two different lines is a fault of its
 * domain. Then drop the lines of domains that have a fault, but their
 * accounts: credentials are never held back.
 */
bool render_finish(
	const struct render *r, struct map_set *out, struct err *e) MUST_USE;

#endif
