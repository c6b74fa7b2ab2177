/*
 * Keys with the serial of their last change: a table that is added to, taken
 * from, and looked up without growing dearer with what is in it.
 */
#ifndef MAPS_WAITING_H
#define MAPS_WAITING_H

#include "base/base.h"
#include "base/err.h"

/* More changes than this are not read to find which of them wait. */
#define WAITING_MOST ((size_t)4000000)

struct waiting_key {
	struct waiting_key *next;
	uint64_t serial;
	size_t lines; /* routing lines that stay behind */
	char kind;    /* as of map_change: a, d, w */
	bool is_confirmed;
	char key[];
};

/* {0} is empty. */
struct waiting {
	struct waiting_key **slot;
	size_t slots, n;
	size_t lines;  /* of all keys */
	uint64_t from; /* no key has a serial up to this one, while n > 0 */
};

/*
 * Add a key, or note a later change of it: the greater serial stays, a
 * confirmation stays. *key_r (may be NULL) is the entry, which the table owns.
 */
bool waiting_put(struct waiting *w, char kind, const char *key, uint64_t serial,
	bool is_confirmed, struct waiting_key **key_r, struct err *e) MUST_USE;

struct waiting_key *waiting_find(const struct waiting *w, const char *key);
void waiting_set_lines(struct waiting *w, struct waiting_key *k, size_t lines);
void waiting_remove(struct waiting *w, const char *key);

/* Walk: start with {0}; NULL at the end. Nothing may be added meanwhile. */
struct waiting_step {
	size_t slot;
	struct waiting_key *key;
};
struct waiting_key *waiting_next(
	const struct waiting *w, struct waiting_step *s);

/* Make `from` exact by looking at every key. */
void waiting_settle(struct waiting *w);

void waiting_free(struct waiting *w);

/* There were more than WAITING_MOST: what waits is not known. Returns false. */
bool waiting_too_many(struct err *e);

#endif
