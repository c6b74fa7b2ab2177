/*
 * From the lines of a mailbox host to those of its secondary MX. Pure.
 *
 *	relay_recipients (mailboxes)  every address that the host takes mail
 *	                  for, by itself or as an alias; `@domain` for a
 *	                  catch-all; postmaster and mailer-daemon of every
 *	                  domain
 *	relay_domains (domains)       every domain of the host
 *	transport         `slow:NEXT_HOP` for each of them
 *	refuse            what the host refuses though a domain or a catch-all
 *	                  is there, with the same reply, so that the secondary
 *	                  never bounces what the host would not take
 *
 * No account, password, quota, sender or target gets into them.
 */
#ifndef MAPS_SECONDARY_H
#define MAPS_SECONDARY_H

#include "maps/render.h"

struct secondary {
	const struct map_rows *rows; /* those that `host` was rendered from */
	const char *next_hop;        /* `smtp:[host]:port`; "": by the MX */
};

/* Append what follows from rendered lines. */
bool secondary_lines(const struct secondary *s, const struct map_set *host,
	struct map_set *out, struct err *e) MUST_USE;

/*
 * Append the line of an address that is always there: postmaster or
 * mailer-daemon of a domain that exists. Of any other address nothing.
 */
bool secondary_reserved(const struct secondary *s, const char *address,
	struct map_set *out, struct err *e) MUST_USE;

#endif
