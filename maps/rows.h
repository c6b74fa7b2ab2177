/*
 * The rows that lines are rendered from, found by address and by name.
 *
 * A set of rows is complete for some keys (then everything that their lines
 * depend on is in it: the domain, what aliases reach, the catch-all) or for
 * all keys. Texts are borrowed; db/map_rows.h fills a set from the database
 * and keeps them in an arena.
 */
#ifndef MAPS_ROWS_H
#define MAPS_ROWS_H

#include "db/map_rows.h"

/* Sort for the functions below. Call it after rows were added. */
void rows_index(struct map_rows *r);

/* The domain of that name that exists and is not deleted, or NULL. */
const struct map_domain_row *rows_domain(
	const struct map_rows *r, const char *name);

/* The mailbox of that address that exists, in a domain that does, or NULL. */
const struct map_mailbox_row *rows_mailbox(
	const struct map_rows *r, const char *address);

/* Whose account stands under that address: the mailbox that exists, else the
 * newest deleted one that is kept, or NULL. */
const struct map_mailbox_row *rows_account(
	const struct map_rows *r, const char *address);

/* The alias of that address (`@domain` too) that exists, or NULL. */
const struct map_alias_row *rows_alias(
	const struct map_rows *r, const char *address);

#endif
