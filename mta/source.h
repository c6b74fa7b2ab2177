/*
 * Where a node's lines come from, behind one list of operations: the database
 * of the same host, through the socket (source_db.c), or the feed of a
 * Postroom elsewhere, over HTTPS (source_feed.c).
 *
 * The publisher asks in its own words (the newest serial, what changed, the
 * lines that these keys must have) and never sees rows or statements. A
 * failure of ERR_UNAVAILABLE means that the other end is away: close the
 * source and open it anew. One source belongs to one process: a child opens
 * its own.
 */
#ifndef MTA_SOURCE_H
#define MTA_SOURCE_H

#include "base/base.h"
#include "base/conf.h"
#include "base/err.h"
#include "db/gate_rows.h"
#include "db/map_rows.h"
#include "db/request_rows.h"
#include "db/strset.h"
#include "maps/holds.h"
#include "maps/lines.h"
#include "maps/whitelist.h"

struct source;

/* The lines that some keys must have. */
struct source_want {
	const struct strset *keys;    /* addresses */
	const struct strset *domains; /* all of these */
	struct arena *arena;          /* keeps texts that are added to a set */
};

/* All lines. Faults that are there before keep their domains' lines out. */
struct source_all {
	uint64_t serial;
	struct map_set wanted;
	struct hold_list faults;
	struct relay_list relays;
};

/* What a node says of itself; held: NULL when the list did not change. */
struct source_report {
	struct map_status status;
	const struct hold_list *held;
};

struct source_ops {
	void (*close)(struct source *s);
	bool (*gate)(struct source *s, struct gate_row *row_r, struct err *e);
	bool (*approvals)(struct source *s, gate_row_each *each, void *ctx,
		struct err *e);
	bool (*changed)(struct source *s, const char *domain,
		uint64_t *serial_r, struct err *e);
	bool (*begin)(struct source *s, uint64_t *serial_r, struct err *e);
	void (*end)(struct source *s);
	bool (*changes)(struct source *s, uint64_t after, uint64_t upto,
		size_t most, struct arena *a, struct map_changes *out,
		struct err *e);
	bool (*lines)(struct source *s, const struct source_want *w,
		struct map_set *out, struct hold_list *faults, struct err *e);
	bool (*relays)(struct source *s, struct relay_list *out, struct err *e);
	bool (*all)(struct source *s, struct source_all *out, struct err *e);
	bool (*report)(
		struct source *s, const struct source_report *r, struct err *e);
	bool (*requests)(struct source *s, size_t most, struct arena *a,
		struct request_row *list, size_t *n_r, struct err *e);
	bool (*reply)(struct source *s, uint64_t id, const char *code,
		const char *body, struct err *e);
};

/* What every source begins with. */
struct source {
	const struct source_ops *ops;
	size_t round_keys; /* more are dearer one by one than everything */
	char next_hop[CONF_PATH_SIZE]; /* of a secondary, after source_begin */
};

/* The caller owns *s_r: source_close. ERR_UNAVAILABLE: away. */
bool source_open(
	const struct conf *conf, struct source **s_r, struct err *e) MUST_USE;
void source_close(struct source **s);

/* The database of this host, or a feed; source_open chooses. */
bool source_db_open(
	const struct conf *conf, struct source **s_r, struct err *e) MUST_USE;
bool source_feed_open(
	const struct conf *conf, struct source **s_r, struct err *e) MUST_USE;

/* The newest serial, and whether people steered; cheap, for polling. */
static inline bool MUST_USE
source_gate(struct source *s, struct gate_row *row_r, struct err *e)
{
	return s->ops->gate(s, row_r, e);
}

/* Each approval of a domain, "" for everything. */
static inline bool MUST_USE
source_approvals(
	struct source *s, gate_row_each *each, void *ctx, struct err *e)
{
	return s->ops->approvals(s, each, ctx, e);
}

/* The serial of the last change of a domain; 0: there is none. */
static inline bool MUST_USE
source_changed(
	struct source *s, const char *domain, uint64_t *serial_r, struct err *e)
{
	return s->ops->changed(s, domain, serial_r, e);
}

/* From here to source_end all answers belong to this serial. */
static inline bool MUST_USE
source_begin(struct source *s, uint64_t *serial_r, struct err *e)
{
	return s->ops->begin(s, serial_r, e);
}

/* Harmless without a beginning. */
static inline void
source_end(struct source *s)
{
	s->ops->end(s);
}

/* The keys of all serials after `after` up to `upto`. out->is_cut: there are
 * more than `most`, and what was read says nothing about the others. */
static inline bool MUST_USE
source_changes(struct source *s, uint64_t after, uint64_t upto, size_t most,
	struct arena *a, struct map_changes *out, struct err *e)
{
	return s->ops->changes(s, after, upto, most, a, out, e);
}

/* Append the wanted lines, sorted, and the faults of their domains. */
static inline bool MUST_USE
source_lines(struct source *s, const struct source_want *w, struct map_set *out,
	struct hold_list *faults, struct err *e)
{
	return s->ops->lines(s, w, out, faults, e);
}

/* The whitelist; what cannot be read is logged and left out. */
static inline bool MUST_USE
source_relays(struct source *s, struct relay_list *out, struct err *e)
{
	return s->ops->relays(s, out, e);
}

/* Everything, held in memory. Neither before source_begin nor after. */
static inline bool MUST_USE
source_all(struct source *s, struct source_all *out, struct err *e)
{
	return s->ops->all(s, out, e);
}

static inline bool MUST_USE
source_report(struct source *s, const struct source_report *r, struct err *e)
{
	return s->ops->report(s, r, e);
}

/* What people ask of this node, and the answer; see db/request_rows.h. */
static inline bool MUST_USE
source_requests(struct source *s, size_t most, struct arena *a,
	struct request_row *list, size_t *n_r, struct err *e)
{
	return s->ops->requests(s, most, a, list, n_r, e);
}

static inline bool MUST_USE
source_reply(struct source *s, uint64_t id, const char *code, const char *body,
	struct err *e)
{
	return s->ops->reply(s, id, code, body, e);
}

#endif
