/*
 * The journal of a node: what was published, and what is under way.
 *
 * Append-only text files (0600): `journal`, and older ones that it was set
 * aside as, `journal.000001` and up. Lines:
 *	S applied reloads floor hold at       the state at the head of a file
 *	X applied reloads floor hold at       all was made anew: no way back
 *	I to at reloads [back SERIAL|- | anew]  about to apply what follows
 *	+ - ~ map TAB key TAB before TAB after [TAB tag]
 *	A to at added changed removed floor hold    applied
 *	R at                                  what was owed is done
 * Accounts stand there without values. `hold` is the serial at which routing
 * stands, or `-`; `floor` the serial after which the changes must be read
 * again after a restart, because some may wait.
 *
 * What is live after a rollback is computed from the lines (journal_read.h):
 * so a record that changes lines is on disk before the files are changed. Its
 * A line need not be: after a kill the publisher does again all that changed
 * after the last A, which is harmless. A process that is killed leaves at most
 * a torn last line, which is cut off. Reloads of an I, S or X with no R after
 * it are still owed. A `back` record without an A is a rollback that was not
 * finished.
 *
 * `anew`: a damaged map is made anew, perhaps with changes that no round has
 * brought yet. The round that brings them finds them live and records no lines
 * of that map, so there is no way back past it.
 */
#ifndef MTA_JOURNAL_H
#define MTA_JOURNAL_H

#include "base/base.h"
#include "base/conf.h"
#include "base/err.h"
#include "maps/delta.h"

struct journal;

enum journal_reload { RELOAD_NONE = 0, RELOAD_POSTFIX = 1, RELOAD_DOVECOT = 2 };

/* Routing that stands at a serial, or follows. */
struct journal_hold {
	bool is_held;
	uint64_t serial;
};

struct journal_state {
	uint64_t applied;
	uint64_t floor;
	unsigned reloads; /* what is owed, bits of enum journal_reload */
	struct journal_hold hold;
	bool is_ahead;  /* a map may hold more than what is applied */
	bool is_moving; /* a rollback or its end was begun... */
	struct journal_hold moving; /* ...to there */
	uint64_t from;    /* the oldest serial that there is a way back to */
	int64_t began_us; /* the head of the newest file */
};

/* What a record of applied changes says beside its lines. */
struct journal_mark {
	uint64_t to;
	uint64_t floor;
	struct journal_hold hold;
};

/* Open or make the journal of a node and read where it stands. */
bool journal_open(const struct conf_node *c, struct journal **j_r,
	struct journal_state *state_r, struct err *e) MUST_USE;
void journal_close(struct journal **j);

/* Read the state of another process's journal, without touching it. */
bool journal_peek(const char *folder, struct journal_state *state_r,
	struct err *e) MUST_USE;

/* The oldest serial that there is a way back to. */
uint64_t journal_from(const struct journal *j);

/*
 * Which serial a line goes back with: the line of a domain whose changes were
 * approved up to a serial goes back with that; what a rollback did counts from
 * the next serial on. 0: the line was only put right, and never goes back.
 */
typedef uint64_t journal_tag(void *ctx, const struct delta_line *d);

/* Before applying; on disk where there are lines or a reload is owed. `d` and
 * `tag` may be NULL. */
bool journal_intend(struct journal *j, uint64_t to, unsigned reloads,
	const struct delta *d, journal_tag *tag, void *ctx,
	struct err *e) MUST_USE;

/* Before maps are made anew. */
bool journal_intend_anew(struct journal *j, uint64_t to, unsigned reloads,
	struct err *e) MUST_USE;

/* They were made, and hold nothing newer than what is applied. */
void journal_is_level(struct journal *j);

/* The same for a rollback, or for the end of one. */
bool journal_intend_back(struct journal *j, uint64_t to,
	struct journal_hold hold, unsigned reloads, const struct delta *d,
	journal_tag *tag, void *ctx, struct err *e) MUST_USE;

/* After applying. */
bool journal_applied(struct journal *j, const struct journal_mark *m,
	const struct delta *d, struct err *e) MUST_USE;

/* All files were made anew from that serial. */
bool journal_anew(struct journal *j, const struct journal_mark *m,
	struct err *e) MUST_USE;

/* After the reload. A lost one costs a reload too many. */
bool journal_reloaded(struct journal *j, struct err *e) MUST_USE;

#endif
