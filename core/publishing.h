/*
 * Publishing as people steer it: what is live, what waits, and the acts that
 * move the one to the other. The mail servers' postroom-mapd reads what is
 * written here and acts by itself (docs/ARCHITECTURE.md).
 *
 * Modes: automatic (every saved change goes live at once), and reviewed
 * (changes wait until somebody publishes all of them or those of chosen
 * domains). In both a domain that would lose too many lines at once waits for
 * a confirmation, and a node may be held at an earlier serial (rollback) until
 * somebody resumes it. Passwords, ended sign-ins and closed relays never wait.
 *
 * Every act is a row of `publication` with its author and note; a change of
 * the mode is a revision too (noun `setting`). Acts are the superadmins'; an
 * administrator of domains sees what of his domains waits. After each act the
 * host's postroom-mapd is woken.
 */
#ifndef CORE_PUBLISHING_H
#define CORE_PUBLISHING_H

#include "base/domain.h"
#include "core/core.h"
#include "db/pending_rows.h"

#define NOTE_SIZE 2001

enum publish_mode { PUBLISH_AUTOMATIC, PUBLISH_REVIEWED };
const char *publish_mode_name(enum publish_mode mode);

/* --- what is live --- */

/* A node that has not been seen for so long is unreachable. */
#define NODE_SILENT_S 15

struct node_held {
	const char *domain, *reason;
};

struct node_view {
	uint64_t id;
	const char *name, *role;
	uint64_t serial; /* all changes up to it are processed */
	int64_t applied_us, seen_us;
	int64_t behind_us; /* its oldest change to come was saved, or TIME_NONE */
	const char *state; /* ok, behind, held, error, unreachable */
	const char *message;
	struct node_held *held;
	size_t n_held; /* up to 100 */
	uint64_t held_total;
	uint64_t pending; /* lines that wait */
	bool is_holding;
	uint64_t hold_serial;  /* routing stands there while is_holding */
	const char *hold_by;   /* target, local, or "" */
	uint64_t journal_from; /* the oldest serial for a rollback */
	uint64_t drift; /* lines that the last comparison found to differ */
	int64_t checked_us;
	const char *facts; /* JSON object, or NULL */
};

struct publishing {
	uint64_t head_serial;
	uint64_t live_serial; /* least of the nodes that ever reported, or 0 */
	enum publish_mode mode;
	uint64_t approved_serial;     /* everything up to it may go live */
	struct pending_count pending; /* for review and behind a hold */
	struct node_view *nodes;
	size_t n_nodes;
};

bool publishing_get(struct core *c, const struct actor *a,
	struct publishing *out, struct err *e) MUST_USE;

struct jsonw;
void node_view_write_json(struct jsonw *w, const struct node_view *n);
/* The members of `p` but its nodes, into an open object. */
void publishing_write_members(struct jsonw *w, const struct publishing *p);

/* --- acts --- */

struct mode_in {
	unsigned mode; /* enum publish_mode */
	char note[NOTE_SIZE];
};
extern const struct field mode_form[];

/* From reviewed to automatic: all that waits goes live. Setting the mode that
 * is set already does nothing. */
bool publishing_set_mode(struct core *c, const struct actor *a,
	const struct mode_in *in, struct err *e) MUST_USE;

struct publish_in {
	int64_t serial;           /* what the person saw */
	struct text_list domains; /* none: everything */
	char note[NOTE_SIZE];
};
extern const struct field publish_form[];

/*
 * Approve all changes up to in->serial, of everything or of some domains.
 * *approved_r is what everything is approved up to afterwards.
 * ERR_CONFLICT `not_reviewed` in automatic mode; `changed_since`, an item for
 * each domain (subject) with changes after in->serial. ERR_INVALID, field
 * serial, `out_of_range` when there is no such serial yet. Whether it takes a
 * note is asked before (diff_check_note in maps/diff.h).
 */
bool publishing_publish(struct core *c, const struct actor *a,
	const struct publish_in *in, uint64_t *approved_r,
	struct err *e) MUST_USE;

struct confirm_in {
	char domain[DOMAIN_SIZE];
	int64_t serial;       /* what the person saw */
	char note[NOTE_SIZE]; /* required */
};
extern const struct field confirm_form[];

/*
 * Let the changes of a domain pass that the guard of some node holds.
 * ERR_CONFLICT `not_held` when none does, `faulty` when what holds it is a
 * fault that nobody can confirm, `changed_since` when it changed after
 * in->serial.
 */
bool publishing_confirm(struct core *c, const struct actor *a,
	const struct confirm_in *in, struct err *e) MUST_USE;

struct rollback_in {
	int64_t serial;
	struct int_list nodes; /* none: every node that ever reported */
	char note[NOTE_SIZE];
};
extern const struct field rollback_form[];
struct resume_in {
	struct int_list nodes; /* none: every node */
	char note[NOTE_SIZE];
};
extern const struct field resume_form[];

/*
 * Put routing of nodes back to what was live at a serial, and hold it there.
 * ERR_INVALID, field serial, `out_of_range` when there is no such serial yet;
 * field nodes[i], `no_such_node`. ERR_CONFLICT, subject a node:
 * `journal_too_young` when its journal begins later, `not_live_yet` when it
 * has not got so far, `never_seen`. What a rollback never takes back: see
 * docs/ARCHITECTURE.md.
 */
bool publishing_rollback(struct core *c, const struct actor *a,
	const struct rollback_in *in, struct err *e) MUST_USE;

/* Nodes follow again, also those that were held on their own host.
 * ERR_CONFLICT `not_holding` when none is held. */
bool publishing_resume(struct core *c, const struct actor *a,
	const struct resume_in *in, struct err *e) MUST_USE;

/* --- lists --- */

enum pending_kind {
	PENDING_REVIEW,
	PENDING_HOLD,
	PENDING_GUARD,
	PENDING_FAULT
};

/* A domain of which something waits; "" for the whitelist. */
struct pending {
	const char *domain;
	uint64_t domain_id; /* 0: none of that name lives */
	uint64_t revisions, first_serial, last_serial;
	int64_t first_us, last_us;
	const char **actors; /* up to PENDING_ACTORS */
	size_t n_actors;
	const char *held_reason; /* or NULL */
	enum pending_kind kind;
};
#define PENDING_ACTORS 10

struct page_in {
	int64_t limit;
	const char *after; /* cursor, or NULL */
};

/* By name; *next_r is a cursor or NULL. */
bool pending_list(struct core *c, const struct actor *a,
	const struct page_in *in, struct pending **items_r, size_t *n_r,
	const char **next_r, struct err *e) MUST_USE;
void pending_write_json(struct jsonw *w, const struct pending *p);

/* Revisions and acts, newest first. */
struct version {
	const char
		*kind; /* revision, publish, rollback, resume, confirm, mode */
	uint64_t serial;
	int64_t created_us;
	const char *actor_name, *note;
	const char *action, *subject; /* of a revision; the value of a mode */
	const char *node;             /* of an act for one node, or NULL */
	const char **domains;         /* of an act for some */
	size_t n_domains;
	uint64_t changes;
	bool can_roll_back;
};
bool version_list(struct core *c, const struct actor *a,
	const struct page_in *in, struct version **items_r, size_t *n_r,
	const char **next_r, struct err *e) MUST_USE;
void version_write_json(struct jsonw *w, const struct version *v);

#endif
