/*
 * The map lines that go and come between two serials, between what is live and
 * what is saved, or by a write that was only tried: per map, per domain, each
 * line with the revision and the person behind it.
 *
 * Both sides are rendered from the rows as they were (maps/past.h), for the
 * keys that changed in between and no more, so the cost does not grow with the
 * installation. Passwords are shown by their fingerprints; hashes are not
 * read. What the relay whitelist lets send is shown as the map `whitelist`.
 *
 * Routing (maps/gate.h: domains, mailboxes, aliases, transport, refuse, accounts
 * that go, and what the whitelist adds) can be live at another serial than the
 * rest, for each domain at another one; the rest always moves forward.
 *
 * Past DIFF_KEYS_MAX keys or TRIAL_ROWS_MAX changed rows of a trial there are
 * no lines but counts of changes, and is_truncated.
 */
#ifndef MAPS_DIFF_H
#define MAPS_DIFF_H

#include "base/jsonw.h"
#include "core/core.h"
#include "core/publishing.h"
#include "db/past_rows.h"
#include "maps/lines.h"

#define DIFF_KEYS_MAX 4000
#define DIFF_COUNTS_MAX 200

/* Maps of enum map_id, and the whitelist behind them. */
#define DIFF_WHITELIST ((unsigned)MAP_COUNT)
#define DIFF_MAPS (DIFF_WHITELIST + 1)
const char *diff_map_name(unsigned map);
/* DIFF_MAPS when there is none of that name. */
unsigned diff_map_find(const char *name);

struct diff_span {
	const char *domain; /* "": all that have no span of their own */
	uint64_t from, to;  /* from may be the later one */
};

struct diff_query {
	struct diff_span all;     /* what only moves forward */
	struct diff_span routing; /* of domains without their own */
	const struct diff_span *own;
	size_t n_own;                   /* sorted by domain */
	const char *domain;             /* only this one, or NULL */
	bool is_routing_only;           /* and nothing of the whitelist */
	const struct core_trial *trial; /* from the head to that, or NULL */
};

struct diff_line {
	unsigned map;
	const char *key;
	const char *before; /* NULL: the line comes */
	const char *after;  /* NULL: the line goes */
	struct past_act by; /* serial 0: of a trial */
};

struct diff_count {
	const char *name;
	size_t added, changed, removed;
};

/* What would be held back, with the reason; its lines are left out. */
struct diff_fault {
	const char *domain, *reason;
};

struct diff {
	uint64_t from, to;
	struct diff_line *line; /* by map, then by key */
	size_t n_lines;
	struct diff_count file[DIFF_MAPS];
	struct diff_count *domain; /* by name; the whitelist is "" */
	size_t n_domains;
	struct diff_fault *fault;
	size_t n_faults;
	bool is_truncated;
	struct past_count *count; /* only when truncated */
	size_t n_counts;
};

/*
 * Everything of it lives in c->arena. An admin sees the lines of own domains
 * and never the whitelist. ERR_INVALID: `no_such_serial`, or `too_old` where
 * the log does not go back to.
 */
bool diff_run(struct core *c, const struct actor *a, const struct diff_query *q,
	struct diff *out, struct err *e) MUST_USE;

/* Between two serials; `domain` may be NULL. */
bool diff_between(struct core *c, const struct actor *a, uint64_t from,
	uint64_t to, const char *domain, struct diff *out,
	struct err *e) MUST_USE;

/*
 * From what is live to what is saved. In automatic mode that is the serial
 * that every node has; in reviewed mode the routing of a domain is live as it
 * was approved, while a node holds as it was at that serial, and a domain that
 * is held back as the node says. Without a
 * node that has reported nothing is told.
 */
bool diff_pending(struct core *c, const struct actor *a, const char *domain,
	struct diff *out, struct err *e) MUST_USE;

/*
 * Whoever makes many lines go says why: ERR_INVALID `note_needed` where
 * publishing these domains (none: everything) takes more than
 * NOTE_FREE_REMOVALS lines away, or more than can be counted, and the note is
 * empty.
 */
#define NOTE_FREE_REMOVALS 100
bool diff_check_note(struct core *c, const struct actor *a,
	const struct publish_in *in, struct err *e) MUST_USE;

/* By a write that was only tried, from the head on. */
bool diff_of_trial(struct core *c, const struct actor *a,
	const struct core_trial *trial, struct diff *out,
	struct err *e) MUST_USE;

/* What a rollback does not take back. */
struct diff_kept {
	const char *kind; /* sign_in_ended, password, relay_closed,
	                     sender_login */
	const char *subject;
	uint64_t serial;
};

/* Routing from what is live back to a serial, and what is kept. For
 * superadmins. */
bool diff_rollback(struct core *c, const struct actor *a, uint64_t serial,
	struct diff *out, struct diff_kept **kept_r, size_t *n_kept_r,
	struct err *e) MUST_USE;

/*
 * The members from, to, files, domains, lines, faults, counts, truncated and
 * next of an open object: up to `max` lines, of one map only unless `map` is
 * DIFF_MAPS, those behind the line that `after` names (a cursor, or NULL).
 * ERR_INVALID `bad_cursor`.
 */
bool diff_write_json(struct jsonw *w, struct arena *a, const struct diff *d,
	unsigned map, const char *after, size_t max, struct err *e) MUST_USE;

/*
 * What a trial would change and the lines of it, as a whole object: changes
 * (of the actor's domains, the first TRIAL_ROWS_MAX), change_count, refused,
 * and the members of above with up to `max` lines.
 */
bool diff_write_trial(struct jsonw *w, struct arena *a,
	const struct actor *actor, const struct core_trial *trial,
	const struct diff *d, size_t max, struct err *e) MUST_USE;

/* As `diff -u` of one file a map, for people. False: does not fit. */
bool diff_write_text(const struct diff *d, struct str *out) MUST_USE;

#endif
