/*
 * The mail node that this process publishes to: its files, its connections
 * and what is known of its state. One per process, passed to everything.
 *
 * The parts: live.h reads and changes the files, gate.h says what may go live,
 * publish.h brings changes live, hold.h puts routing back, relay.h keeps the
 * whitelist, reload.h reloads the servers, sessions.h ends sessions,
 * rebuild.h makes whole files and compares all, health.h finds damage,
 * requests.h answers what people ask, report.h tells the database, source.h is
 * where all of it comes from.
 */
#ifndef MTA_NODE_H
#define MTA_NODE_H

#include "base/base.h"
#include "base/conf.h"
#include "base/err.h"
#include "maps/gate.h"
#include "maps/holds.h"
#include "maps/lines.h"
#include "maps/role.h"
#include "maps/whitelist.h"
#include "mta/child.h"
#include "mta/facts.h"
#include "mta/files.h"
#include "mta/journal.h"
#include "mta/source.h"
#include "mta/user_db.h"
#include "mta/worker.h"

#define NODE_PATH_SIZE 512

/* A list of texts: keys of a drift that the next publish renders once more,
 * logins whose sessions are to end. */
struct node_recheck {
	char **key;
	size_t n, cap;
};

/* Logins and `@domain`s whose sessions are to end (sessions.h). */
struct node_sessions {
	struct node_recheck due, failed;
	size_t next;      /* of due */
	int64_t retry_us; /* monotonic: failed */
	unsigned tries;
};

/* What the operator ordered on this host (hold.h). */
struct node_order {
	bool is_set;
	struct journal_hold hold;
	int64_t at_us;    /* by this host's clock */
	int64_t after_us; /* of the target that it came after, by the
			   * database's clock; 0: that is not known yet */
};

/* What the last comparison of everything found (drift.h). */
struct node_drift {
	size_t lines;
	int64_t checked_us; /* TIME_NONE: never */
	bool is_settling;   /* what differed is rendered by the next round */
};

/* The request that runs in a child (requests.h), and when to look next. */
struct node_asked {
	uint64_t id; /* 0: none */
	struct child child;
	int64_t due_us; /* monotonic */
};

struct node {
	const struct conf *conf;
	unsigned own_maps;             /* of its role, bit per map */
	struct source *source;         /* NULL: away */
	char next_hop[CONF_PATH_SIZE]; /* that a secondary's lines have */
	struct user_db *users;         /* opened on use: node_users */
	struct worker maps;            /* opens the map files: live.h */
	struct journal *journal;
	struct hold_list held;
	struct relay_list relays;
	bool relay_state_due; /* the state file is behind */
	struct node_recheck recheck;

	/* What may go live (gate.h). The hold is the one that files stand at. */
	struct gate gate;
	uint64_t gate_acts;   /* of people, when it was read */
	int64_t gate_read_us; /* monotonic; 0: not yet */
	bool sweep_due;       /* something that waits may pass now */
	struct waiting waiting;
	uint64_t read_from; /* changes after it are read by the next round */
	uint64_t rendered;  /* up to here a rebuild has rendered what passes */

	struct node_order order;
	int64_t target_us; /* of the target read last; 0: none was read */
	bool is_moving;    /* a rollback, or its end, was cut off */
	struct journal_hold moving;
	char hold_problem[300]; /* why a target cannot be had, or "" */

	uint64_t applied; /* in the files */
	uint64_t live;    /* and Postfix has reloaded where it must */
	bool reload_due, reload_urgent;
	bool dovecot_reload_due;
	bool is_rebuilding; /* files are about to be replaced */
	bool is_overrun;    /* by more changes than a round reads */
	int64_t reloads_paid_us, reload_retry_us; /* monotonic */
	struct node_sessions sessions;

	struct file_mark mark[MAP_COUNT]; /* as we left them */
	struct file_mark cidr_mark;
	unsigned damaged;               /* bit per map that must be rebuilt */
	bool check_due;                 /* compare everything soon */
	int64_t text_due_us[MAP_COUNT]; /* monotonic; 0: none */

	struct node_asked asked;
	struct node_drift drift;
	const struct facts *facts; /* of the host */

	/* Reported to the database. */
	int64_t applied_at_us;
	uint64_t took_us, added, removed;
	char message[300]; /* "" when all is well */
	bool report_due;
	bool held_reported;  /* the database has a list of held domains */
	int64_t reported_us; /* monotonic */
};

/* File of a map: MAPS/NAME.lmdb, or Dovecot's file for the accounts. */
void node_map_path(const struct conf_node *c, enum map_id map,
	char out[static NODE_PATH_SIZE]);
void node_text_path(const struct conf_node *c, enum map_id map,
	char out[static NODE_PATH_SIZE]);
void node_cidr_path(const struct conf_node *c, char out[static NODE_PATH_SIZE]);
void node_state_path(const struct conf_node *c, const char *name,
	char out[static NODE_PATH_SIZE]);

/* Read the state that the last process left. */
bool node_open(struct node *n, const struct conf *conf, struct err *e) MUST_USE;
void node_close(struct node *n);

/* Open the source when there is none. */
bool node_connect(struct node *n, struct err *e) MUST_USE;
/* A connection of one's own to the database, where there is one. */
bool node_db_open(
	const struct conf *conf, struct db **db_r, struct err *e) MUST_USE;
void node_disconnect(struct node *n);

/* Dovecot's users, open and current. */
bool node_users(struct node *n, struct err *e) MUST_USE;

/*
 * Start a child that may open the users' file: SQLite must not cross a fork,
 * so this process closes its connection first and opens it again on use.
 */
bool node_fork(struct node *n, struct child *c, child_fn *fn, void *ctx,
	int deadline_ms, struct err *e) MUST_USE;

/* Keep the list of held domains on disk. */
bool node_save_holds(struct node *n, struct err *e) MUST_USE;

/* Remember how a file looks now that this process has changed it. */
void node_mark(struct node *n, enum map_id map);

/* Something is wrong or well again; logged once, reported. */
void node_set_message(struct node *n, const char *text);

bool node_recheck_add(
	struct node_recheck *r, const char *key, struct err *e) MUST_USE;
void node_recheck_clear(struct node_recheck *r);

#endif
