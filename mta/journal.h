/*
 * The journal of a node: what was published, and what is under way.
 *
 * One append-only text file (0600) of lines:
 *	S applied reloads      the state at the head of a file
 *	I to time reloads      about to apply the lines that follow
 *	+ - ~ map TAB key TAB before TAB after    (no values for accounts)
 *	A to time added changed removed           applied
 *	R time                                    what was owed is done
 * A process that is killed leaves at most a torn last line, which is cut off.
 * After a kill the publisher renders all that changed after the last A again;
 * applying twice is harmless. Reloads of an I or S with no R after it are
 * still owed.
 */
#ifndef MTA_JOURNAL_H
#define MTA_JOURNAL_H

#include "base/base.h"
#include "base/err.h"
#include "maps/delta.h"

struct journal;

enum journal_reload { RELOAD_NONE = 0, RELOAD_POSTFIX = 1, RELOAD_DOVECOT = 2 };

struct journal_state {
	uint64_t applied;
	unsigned reloads; /* what is owed, bits of enum journal_reload */
};

/* Open or make the journal in `folder` and read where it stands. */
bool journal_open(const char *folder, struct journal **j_r,
	struct journal_state *state_r, struct err *e) MUST_USE;
void journal_close(struct journal **j);

/* Read the state of another process's journal, without touching it. */
bool journal_peek(const char *folder, struct journal_state *state_r,
	struct err *e) MUST_USE;

/* Before applying; on disk when a reload is owed. `d` may be NULL. */
bool journal_intend(struct journal *j, uint64_t to, unsigned reloads,
	const struct delta *d, struct err *e) MUST_USE;

/* After applying; on disk when there was something to apply. */
bool journal_applied(struct journal *j, uint64_t to, const struct delta *d,
	struct err *e) MUST_USE;

/* After the reload. A lost one costs a reload too many. */
bool journal_reloaded(struct journal *j, struct err *e) MUST_USE;

#endif
