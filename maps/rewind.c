/*
 * See rewind.h. A chained hash table by map and key.
 */
#include "maps/rewind.h"

#include <stdlib.h>
#include <string.h>

#include "maps/gate.h"

struct rewind_line {
	struct rewind_line *next;
	char *value; /* NULL: not there */
	enum map_id map;
	bool is_settled; /* something newer than the serial was met */
	char key[];
};

static size_t
hash(enum map_id map, const char *key)
{
	uint64_t h = 14695981039346656037U ^ (uint64_t)map;
	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 1099511628211U;
	return (size_t)(h ^ h >> 32);
}

static struct rewind_line *
find(const struct rewind *r, enum map_id map, const char *key)
{
	if (r->n == 0)
		return NULL;
	struct rewind_line *l = r->slot[hash(map, key) & (r->slots - 1)];
	while (l && (l->map != map || strcmp(l->key, key) != 0))
		l = l->next;
	return l;
}

static bool
grow(struct rewind *r, struct err *e)
{
	const size_t slots = r->slots ? r->slots * 2 : 64;
	struct rewind_line **slot;
	if (r->n < r->slots)
		return true;
	slot = calloc(slots, sizeof(struct rewind_line *));
	if (!slot)
		return err_memory(e);
	for (size_t i = 0; i < r->slots; i++) {
		for (struct rewind_line *l = r->slot[i], *next; l; l = next) {
			struct rewind_line **p =
				&slot[hash(l->map, l->key) & (slots - 1)];
			next = l->next;
			l->next = *p;
			*p = l;
		}
	}
	free(r->slot);
	r->slot = slot;
	r->slots = slots;
	return true;
}

static struct rewind_line *
add(struct rewind *r, enum map_id map, const char *key, struct err *e)
{
	const size_t len = strlen(key) + 1;
	if (!grow(r, e))
		return NULL;
	struct rewind_line *l = calloc(1, sizeof(*l) + len);
	if (!l) {
		(void)err_memory(e);
		return NULL;
	}
	memcpy(l->key, key, len);
	l->map = map;
	struct rewind_line **p = &r->slot[hash(map, key) & (r->slots - 1)];
	l->next = *p;
	*p = l;
	r->n++;
	return l;
}

static bool
set(struct rewind_line *l, const char *value, struct err *e)
{
	free(l->value);
	l->value = value ? strdup(value) : NULL;
	return !value || l->value || err_memory(e);
}

bool
rewind_take(struct rewind *r, enum map_id map, const char *key,
	const char *before, const char *after, uint64_t serial, struct err *e)
{
	if (map == MAP_ACCOUNTS
		|| (r->serial != REWIND_LAST && !gate_is_routing(map, true)))
		return true;
	struct rewind_line *l = find(r, map, key);
	const bool is_new = !l;
	if (is_new)
		l = add(r, map, key, e);
	if (!l)
		return false;
	if (l->is_settled)
		return true;
	if (serial <= r->serial)
		return set(l, after, e);
	l->is_settled = true;
	return !is_new || set(l, before, e);
}

bool
rewind_find(const struct rewind *r, enum map_id map, const char *key,
	const char **value_r)
{
	const struct rewind_line *l = find(r, map, key);
	*value_r = l ? l->value : NULL;
	return l != NULL;
}

bool
rewind_walk(const struct rewind *r, rewind_each *each, void *ctx, struct err *e)
{
	for (size_t i = 0; i < r->slots; i++)
		for (struct rewind_line *l = r->slot[i]; l; l = l->next)
			if (!each(ctx, l->map, l->key, l->value, e))
				return false;
	return true;
}

void
rewind_clear(struct rewind *r)
{
	for (size_t i = 0; i < r->slots; i++) {
		for (struct rewind_line *l = r->slot[i], *next; l; l = next) {
			next = l->next;
			free(l->value);
			free(l);
		}
		r->slot[i] = NULL;
	}
	r->n = 0;
}

void
rewind_free(struct rewind *r)
{
	rewind_clear(r);
	free(r->slot);
	r->slot = NULL;
	r->slots = 0;
}
