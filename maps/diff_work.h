/*
 * A difference under way: what its steps share. Used by maps/diff*.c only.
 */
#ifndef MAPS_DIFF_WORK_H
#define MAPS_DIFF_WORK_H

#include "db/strset.h"
#include "maps/diff.h"
#include "maps/past.h"

/* Addresses that are read at most, with all that they reach. */
#define DIFF_READ_MAX 20000

struct diff_work {
	struct core *c;
	const struct diff_query *q;
	struct arena *arena;
	struct past past;
	uint64_t lowest;      /* of all spans */
	struct past_key *key; /* by text, kind and serial */
	size_t n_keys;
	struct strset address; /* loaded up to at_address */
	struct strset domain;
	size_t at_address, at_domain;
	struct strset whole; /* domains that are rendered whole */
	bool is_too_much;
	struct diff *out;
	size_t cap_lines;
};

/* The span of routing of a domain. */
const struct diff_span *diff_routing(
	const struct diff_query *q, const char *domain);

/* The last touch of a key inside the span, or NULL. */
const struct past_act *diff_touched(const struct diff_work *w, char kind,
	const char *key, const struct diff_span *s);

/* Ask for an address with all that its lines depend on. */
bool diff_want(
	struct diff_work *w, const char *address, struct err *e) MUST_USE;
/* And for all addresses of a domain that was loaded. */
bool diff_want_whole(
	struct diff_work *w, const char *domain, struct err *e) MUST_USE;
/* Read what was asked for, and what that reaches. */
bool diff_load(struct diff_work *w, struct err *e) MUST_USE;
/* Read the entries of the whitelist that changed. */
bool diff_load_relays(struct diff_work *w, const struct past_change *items,
	size_t n, struct err *e) MUST_USE;

/* Render both sides of a span and append the lines that differ. */
bool diff_span_lines(
	struct diff_work *w, const struct diff_span *s, struct err *e) MUST_USE;
/* The same for the whitelist, for everything and for routing. */
bool diff_relay_lines(struct diff_work *w, struct err *e) MUST_USE;
/* Append one; texts are copied. */
bool diff_put(struct diff_work *w, const struct diff_line *line,
	struct err *e) MUST_USE;

/* The keys and changes of the trial; what it would change, by noun and domain,
 * as db/past_rows.h has it from the log. */
bool diff_take_trial(
	struct diff_work *w, const struct actor *a, struct err *e) MUST_USE;
bool diff_count_trial(struct diff_work *w, struct err *e) MUST_USE;

/* Accounts in words instead of Dovecot's columns. */
bool diff_show_accounts(struct diff_work *w, struct err *e) MUST_USE;

/* Sort the lines, count them, and show accounts as people read them. */
bool diff_finish(struct diff_work *w, struct err *e) MUST_USE;

#endif
