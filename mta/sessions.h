/*
 * Ends the mail sessions of people who may no longer sign in, through
 * postroom-rootd.
 *
 * What is owed is in the state folder before the change counts as made, so a
 * killed publisher's successor still does it. It is done a few at a time,
 * beside all other work: a thousand ended sessions keep no relay open. What
 * fails is tried again for some minutes; the account is barred meanwhile.
 */
#ifndef MTA_SESSIONS_H
#define MTA_SESSIONS_H

#include "maps/delta.h"
#include "mta/node.h"

/* Take over what the last process owed. A file that cannot be read is logged:
 * who had to go is not known then, and is barred all the same. */
void sessions_load(struct node *n);

/*
 * End the sessions of these logins (`@domain`: of all its users), and of the
 * accounts that this delta bars. False when that cannot be put on record.
 */
bool sessions_end(struct node *n, const char *const *login, size_t logins,
	const struct delta *d, struct err *e) MUST_USE;

/* End some of what is owed. */
void sessions_run(struct node *n);

/* When sessions_run should run next (monotonic), or INT64_MAX. */
int64_t sessions_next_us(const struct node *n);

#endif
