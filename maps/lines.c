/*
 * Lists of map lines: memory in chunks, because a list can hold a million
 * lines; sorting skips lists that arrive sorted, which rebuilds do.
 */
#include "maps/lines.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES (256 * 1024)

struct line_chunk {
	struct line_chunk *next;
	size_t used, size;
	char data[];
};

static const char *const names[MAP_COUNT] = {
	[MAP_ACCOUNTS] = "accounts",
	[MAP_MAILBOXES] = "mailboxes",
	[MAP_ALIASES] = "aliases",
	[MAP_SENDER_LOGIN] = "sender_login",
	[MAP_TRANSPORT] = "transport",
	[MAP_REFUSE] = "refuse",
	[MAP_DOMAINS] = "domains",
};

const char *
map_name(enum map_id id)
{
	return names[id];
}

enum map_id
map_by_name(const char *name)
{
	for (int i = 0; i < MAP_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			return (enum map_id)i;
	return MAP_COUNT;
}

bool
map_wants_reload(enum map_id id)
{
	return id == MAP_DOMAINS || id == MAP_TRANSPORT || id == MAP_REFUSE;
}

static bool
no_memory(struct err *e)
{
	return err_set(e, ERR_INTERNAL, "", "no_memory", "",
		"out of memory while collecting map lines");
}

static char *
take(struct map_lines *l, size_t size)
{
	struct line_chunk *c = l->chunk;
	if (!c || c->size - c->used < size) {
		/* The first chunk is small: most lists hold a line or two. */
		size_t want = c ? CHUNK_BYTES : 4096;
		if (want < size)
			want = size;
		c = malloc(sizeof(*c) + want);
		if (!c)
			return NULL;
		c->next = l->chunk;
		c->used = 0;
		c->size = want;
		l->chunk = c;
	}
	char *p = c->data + c->used;
	c->used += size;
	return p;
}

bool
lines_add_ref(
	struct map_lines *l, const char *key, const char *value, struct err *e)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		struct map_line *p = reallocarray(l->line, cap, sizeof(*p));
		if (!p)
			return no_memory(e);
		l->line = p;
		l->cap = cap;
	}
	l->line[l->n++] = (struct map_line){ key, value };
	return true;
}

bool
lines_add(
	struct map_lines *l, const char *key, const char *value, struct err *e)
{
	size_t k = strlen(key) + 1, v = strlen(value) + 1;
	char *p = take(l, k + v);
	if (!p)
		return no_memory(e);
	memcpy(p, key, k);
	memcpy(p + k, value, v);
	return lines_add_ref(l, p, p + k, e);
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct map_line *)a)->key,
		((const struct map_line *)b)->key);
}

static bool
is_sorted(const struct map_lines *l)
{
	for (size_t i = 1; i < l->n; i++)
		if (strcmp(l->line[i - 1].key, l->line[i].key) > 0)
			return false;
	return true;
}

bool
lines_sort(struct map_lines *l, struct err *e)
{
	if (!is_sorted(l))
		qsort(l->line, l->n, sizeof(l->line[0]), by_key);
	size_t out = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct map_line *x = &l->line[i];
		if (out > 0 && strcmp(l->line[out - 1].key, x->key) == 0) {
			if (strcmp(l->line[out - 1].value, x->value) != 0)
				return err_set(e, ERR_INVALID, "",
					"duplicate_line", x->key,
					"%s has two different lines", x->key);
			continue;
		}
		l->line[out++] = *x;
	}
	l->n = out;
	return true;
}

const char *
lines_find(const struct map_lines *l, const char *key)
{
	const struct map_line want = { key, NULL };
	if (l->n == 0)
		return NULL;
	const struct map_line *x =
		bsearch(&want, l->line, l->n, sizeof(want), by_key);
	return x ? x->value : NULL;
}

void
lines_free(struct map_lines *l)
{
	for (struct line_chunk *c = l->chunk, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(l->line);
	*l = (struct map_lines){ 0 };
}

void
map_set_free(struct map_set *s)
{
	for (int i = 0; i < MAP_COUNT; i++)
		lines_free(&s->map[i]);
}
