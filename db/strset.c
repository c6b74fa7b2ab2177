/*
 * See strset.h. FNV-1a, at most half full.
 */
#include "db/strset.h"

#include <stdlib.h>
#include <string.h>

static size_t
hash(const char *s)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return (size_t)(h ^ (h >> 32));
}

static size_t *
find(const struct strset *s, const char *text)
{
	size_t i = hash(text) & (s->slots - 1);
	while (s->slot[i] && strcmp(s->list[s->slot[i] - 1], text) != 0)
		i = (i + 1) & (s->slots - 1);
	return &s->slot[i];
}

static bool
grow(struct strset *s)
{
	const size_t slots = s->slots ? s->slots * 2 : 64;
	size_t *slot = calloc(slots, sizeof(*slot));
	const char **list = reallocarray(s->list, slots / 2 + 1, sizeof(*list));
	if (list)
		s->list = list;
	if (!slot || !list) {
		free(slot);
		return false;
	}
	free(s->slot);
	s->slot = slot;
	s->slots = slots;
	s->cap = slots / 2;
	for (size_t i = 0; i < s->n; i++)
		*find(s, s->list[i]) = i + 1;
	return true;
}

bool
strset_add(struct strset *s, const char *text, bool *is_new_r, struct err *e)
{
	if (s->n == s->cap && !grow(s))
		return err_memory(e);
	size_t *slot = find(s, text);
	if (is_new_r)
		*is_new_r = *slot == 0;
	if (*slot)
		return true;
	s->list[s->n++] = text;
	*slot = s->n;
	return true;
}

bool
strset_has(const struct strset *s, const char *text)
{
	return s->slots && *find(s, text) != 0;
}

void
strset_free(struct strset *s)
{
	free(s->list);
	free(s->slot);
	*s = (struct strset){ 0 };
}
