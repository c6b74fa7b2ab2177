/*
 * Lines of maps: what a mail server looks up, as sorted `key value` pairs.
 *
 * Each map is one list of lines. The lists of all maps together are a
 * `map_set`. What always holds after lines_sort: keys are in strcmp order and
 * no key stands twice. This module neither renders nor writes: render.h makes
 * lines from rows, delta.h compares two lists, mta/ reads and writes files.
 *
 * The order of `enum map_id` is the safe order of additions: Dovecot's users
 * first, the list of domains last. Removals run the other way.
 */
#ifndef MAPS_LINES_H
#define MAPS_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum map_id {
	MAP_ACCOUNTS,
	MAP_MAILBOXES,
	MAP_ALIASES,
	MAP_SENDER_LOGIN,
	MAP_TRANSPORT,
	MAP_REFUSE,
	MAP_DOMAINS,
	MAP_COUNT
};

/* Longest key in bytes, without its NUL. LMDB would take 510. */
#define MAP_KEY_MAX 318

struct map_line {
	const char *key;
	const char *value;
};

struct line_chunk;

/* A list of lines; {0} is an empty one. Texts live as long as the list. */
struct map_lines {
	struct map_line *line;
	size_t n, cap;
	struct line_chunk *chunk;
};

struct map_set {
	struct map_lines map[MAP_COUNT];
};

/* Name of the map, as in the file name: "mailboxes". */
const char *map_name(enum map_id id);

/* Map of that name, or MAP_COUNT. */
enum map_id map_by_name(const char *name);

/* Is a Postfix reload needed before a change of this map counts as live? */
bool map_wants_reload(enum map_id id);

/* Append a copy of key and value. False: out of memory. */
bool lines_add(struct map_lines *l, const char *key, const char *value,
	struct err *e) __attribute__((warn_unused_result));

/* Append without copying; the caller keeps the texts alive. */
bool lines_add_ref(struct map_lines *l, const char *key, const char *value,
	struct err *e) __attribute__((warn_unused_result));

/*
 * Sort by key. Equal lines become one; a key with two different values is
 * ERR_INVALID, reason `duplicate_line`, subject the key.
 */
bool lines_sort(struct map_lines *l, struct err *e)
	__attribute__((warn_unused_result));

/* The value of key in a sorted list, or NULL. */
const char *lines_find(const struct map_lines *l, const char *key);

/* Give memory back and empty the list. */
void lines_free(struct map_lines *l);
void map_set_free(struct map_set *s);

#endif
