/*
 * Reloads of Postfix and Dovecot, through postroom-rootd.
 *
 * A reload of Postfix that is due runs at once; after a few in a row, one in
 * five seconds. One that closes a relay or mends a file is urgent and never
 * waits. A serial counts as live only after its
 * reload. What is due is in the journal before the files change, so a killed
 * publisher's successor still does it.
 */
#ifndef MTA_RELOAD_H
#define MTA_RELOAD_H

#include "mta/node.h"

/* Ask for a reload of Postfix. */
void reload_want(struct node *n, bool is_urgent);

/* Do what is due and may run now. Failures are kept and tried again. */
void reload_run(struct node *n);

/* When reload_run should run next (monotonic), or INT64_MAX. */
int64_t reload_next_us(const struct node *n);

#endif
