/*
 * A chained hash table (FNV-1a), doubled when it is full.
 */
#include "maps/waiting.h"

#include <stdlib.h>
#include <string.h>

static size_t
hash(const char *key)
{
	uint64_t h = 14695981039346656037U;
	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 1099511628211U;
	return (size_t)(h ^ h >> 32);
}

static struct waiting_key **
place(const struct waiting *w, const char *key)
{
	struct waiting_key **p = &w->slot[hash(key) & (w->slots - 1)];
	while (*p && strcmp((*p)->key, key) != 0)
		p = &(*p)->next;
	return p;
}

static bool
grow(struct waiting *w, struct err *e)
{
	const size_t slots = w->slots ? w->slots * 2 : 64;
	struct waiting_key **slot;
	if (w->n < w->slots)
		return true;
	slot = calloc(slots, sizeof(struct waiting_key *));
	if (!slot)
		return err_memory(e);
	for (size_t i = 0; i < w->slots; i++) {
		for (struct waiting_key *k = w->slot[i], *next; k; k = next) {
			struct waiting_key **p =
				&slot[hash(k->key) & (slots - 1)];
			next = k->next;
			k->next = *p;
			*p = k;
		}
	}
	free(w->slot);
	w->slot = slot;
	w->slots = slots;
	return true;
}

static struct waiting_key *
add(struct waiting *w, const char *key, struct err *e)
{
	const size_t len = strlen(key) + 1;
	if (!grow(w, e))
		return NULL;
	struct waiting_key *k = calloc(1, sizeof(*k) + len);
	if (!k) {
		(void)err_memory(e);
		return NULL;
	}
	memcpy(k->key, key, len);
	struct waiting_key **p = place(w, key);
	k->next = *p;
	*p = k;
	w->n++;
	return k;
}

bool
waiting_put(struct waiting *w, char kind, const char *key, uint64_t serial,
	bool is_confirmed, struct waiting_key **key_r, struct err *e)
{
	struct waiting_key *k = waiting_find(w, key);
	if (!k)
		k = add(w, key, e);
	if (!k)
		return false;
	k->kind = kind;
	if (serial > k->serial)
		k->serial = serial;
	k->is_confirmed = k->is_confirmed || is_confirmed;
	if (w->n == 1 || k->serial <= w->from)
		w->from = k->serial - 1;
	if (key_r)
		*key_r = k;
	return true;
}

struct waiting_key *
waiting_find(const struct waiting *w, const char *key)
{
	return w->n > 0 ? *place(w, key) : NULL;
}

void
waiting_set_lines(struct waiting *w, struct waiting_key *k, size_t lines)
{
	w->lines += lines - k->lines;
	k->lines = lines;
}

void
waiting_remove(struct waiting *w, const char *key)
{
	if (w->n == 0)
		return;
	struct waiting_key **p = place(w, key), *k = *p;
	if (!k)
		return;
	*p = k->next;
	w->lines -= k->lines;
	w->n--;
	free(k);
}

struct waiting_key *
waiting_next(const struct waiting *w, struct waiting_step *s)
{
	s->key = s->key ? s->key->next : NULL;
	while (!s->key && s->slot < w->slots)
		s->key = w->slot[s->slot++];
	return s->key;
}

void
waiting_settle(struct waiting *w)
{
	struct waiting_step s = { 0 };
	w->from = UINT64_MAX;
	for (struct waiting_key *k; (k = waiting_next(w, &s));)
		if (k->serial <= w->from)
			w->from = k->serial - 1;
}

void
waiting_free(struct waiting *w)
{
	for (size_t i = 0; i < w->slots; i++) {
		for (struct waiting_key *k = w->slot[i], *next; k; k = next) {
			next = k->next;
			free(k);
		}
	}
	free(w->slot);
	*w = (struct waiting){ 0 };
}

bool
waiting_too_many(struct err *e)
{
	return err_set(e, ERR_LIMIT, "", "too_many_waiting", "",
		"more than %zu changes may wait: publish or resume, then the "
		"maps follow again",
		WAITING_MOST);
}
