/*
 * Reading back what a journal tells, from one serial on. Files whose records
 * are all older are not opened.
 */
#ifndef MTA_JOURNAL_READ_H
#define MTA_JOURNAL_READ_H

#include "mta/journal.h"

/* One changed line. Texts live until the function returns; accounts have no
 * values. */
struct journal_line {
	enum map_id map;
	const char *key;
	const char *before, *after; /* NULL: not there */
	uint64_t to;                /* of its record */
	uint64_t tag;               /* see journal_tag */
	int64_t at_us;
	bool is_back; /* of a rollback, or of its end */
};

/* One record that was applied. */
struct journal_record {
	uint64_t to;
	int64_t at_us;
	size_t added, changed, removed;
	struct journal_hold hold;
};

/* What a reader takes; a NULL function takes nothing. False ends the reading. */
struct journal_reader {
	bool (*line)(void *ctx, const struct journal_line *l, struct err *e);
	bool (*record)(
		void *ctx, const struct journal_record *r, struct err *e);
	/* Everything was made anew: what was read before counts no more. */
	bool (*anew)(void *ctx, uint64_t serial, struct err *e);
	/* Some maps were about to be made anew then. */
	bool (*remaking)(void *ctx, int64_t at_us, struct err *e);
	void *ctx;
};

/*
 * All that was recorded after the journal stood at `from`, and perhaps some
 * before it, in order. Bad lines are left out.
 */
bool journal_read(const char *folder, uint64_t from,
	const struct journal_reader *reader, struct err *e) MUST_USE;

#endif
