/*
 * The relay whitelist: networks that may send without signing in, each with
 * the time at which it ends by itself.
 *
 * A list has two texts. The state text keeps networks and expiries for the
 * publisher; the table is what Postfix reads as a cidr_table(5) at a given
 * moment, without what has expired by then. Only `network/length OK` is ever
 * written: a `!`, `if` or `endif` would turn the table's meaning round.
 *
 * The table's last line names an address that no client has. Postfix relays
 * nothing for strangers either way, but only where that line is there does it
 * refuse them for good: of a table that was cut off it cannot be told who
 * stood in it, so its clients are asked to come again (main.cf).
 */
#ifndef MAPS_WHITELIST_H
#define MAPS_WHITELIST_H

#include "base/arena.h"
#include "base/base.h"
#include "base/cidr.h"
#include "base/err.h"
#include "base/str.h"

struct relay_entry {
	struct cidr net;
	int64_t expires_us; /* TIME_NONE: never */
};

/*
 * Sorted by network, each network once. {0} is empty. past_us: the latest end
 * that an entry has come to; what ends no later has ended, also for a clock
 * that was set back.
 */
struct relay_list {
	struct relay_entry *entry;
	size_t n, cap;
	int64_t past_us;
};

/*
 * Add a network as its row has it. Refused (ERR_INVALID, as cidr_parse): what
 * is no network, has host bits or is /0.
 */
bool relay_add(struct relay_list *l, const char *network, int64_t expires_us,
	struct err *e) MUST_USE;

/* Sort, and keep of equal networks the one that lasts longest. */
void relay_sort(struct relay_list *l);

/* Move past_us on to `now`'s latest end; false: nothing more has ended. */
bool relay_end(struct relay_list *l, int64_t now);

/* The table for Postfix as of `now`. False: does not fit `out`. */
bool relay_table(
	const struct relay_list *l, int64_t now, struct str *out) MUST_USE;

/* The state text, and back. Reading refuses (ERR_INVALID) any other text. */
bool relay_state(const struct relay_list *l, struct str *out) MUST_USE;
bool relay_parse(
	const char *text, struct relay_list *l, struct err *e) MUST_USE;

/*
 * What can be read of a table: each line that names a network, with the end
 * that the line before it tells. False: no memory.
 */
bool relay_read_table(
	const char *text, struct relay_list *l, struct err *e) MUST_USE;

/* The first expiry after `now`, or TIME_NONE. */
int64_t relay_next_expiry(const struct relay_list *l, int64_t now);

/*
 * Does `after` (sorted) at `now` lack anything that the table text `live`
 * lets in? So does what is no line of ours.
 */
bool relay_closes(
	const char *live, const struct relay_list *after, int64_t now);

/* Does the table text have a network with this address in it? Its text. */
bool relay_table_find(const char *table, const uint8_t ip[static 16],
	char network_r[static CIDR_TEXT_SIZE]);

bool relay_equal(const struct relay_list *a, const struct relay_list *b);
void relay_free(struct relay_list *l);

#endif
