/*
 * The arena: a chain of blocks, newest first. The first block is kept by a
 * reset, so that a worker that serves small requests never calls malloc.
 */
#include "base/arena.h"

#include <stdalign.h>

#define BLOCK_BYTES ((size_t)16384)

struct block {
	struct block *older;
	size_t used;
	size_t size;
	alignas(max_align_t) char data[];
};

struct arena {
	size_t ceiling;
	size_t held; /* bytes of all blocks, headers included */
	struct block *newest;
};

static size_t
aligned(size_t size)
{
	const size_t mask = alignof(max_align_t) - 1;

	return (size + mask) & ~mask;
}

/* A new newest block with room for `size` bytes, within the ceiling. */
static struct block *
add_block(struct arena *a, size_t size)
{
	const size_t left = a->ceiling - a->held;
	size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct block *b;

	if (left < sizeof(*b) || size > left - sizeof(*b))
		return NULL;
	if (room > left - sizeof(*b))
		room = left - sizeof(*b);
	b = malloc(sizeof(*b) + room);
	if (!b)
		return NULL;
	b->older = a->newest;
	b->used = 0;
	b->size = room;
	a->newest = b;
	a->held += sizeof(*b) + room;
	return b;
}

struct arena *
arena_new(size_t ceiling_bytes)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->ceiling = ceiling_bytes;
	return a;
}

void
arena_free(struct arena **a)
{
	if (!a || !*a)
		return;
	while ((*a)->newest) {
		struct block *b = (*a)->newest;

		(*a)->newest = b->older;
		free(b);
	}
	free(*a);
	*a = NULL;
}

void
arena_reset(struct arena *a)
{
	while (a->newest && a->newest->older) {
		struct block *b = a->newest;

		a->newest = b->older;
		a->held -= sizeof(*b) + b->size;
		free(b);
	}
	if (!a->newest)
		return;
	a->newest->used = 0;
	if (a->newest->size > BLOCK_BYTES) {
		free(a->newest);
		a->newest = NULL;
		a->held = 0;
	}
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct block *b = a->newest;
	void *piece;

	if (size == 0)
		size = 1;
	if (size > SIZE_MAX / 2)
		return NULL;
	size = aligned(size);
	if (!b || size > b->size - b->used)
		b = add_block(a, size);
	if (!b)
		return NULL;
	piece = b->data + b->used;
	b->used += size;
	memset(piece, 0, size);
	return piece;
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		return NULL;
	return arena_alloc(a, total);
}

void *
arena_grow(struct arena *a, void *old, size_t old_size, size_t size)
{
	struct block *b = a->newest;
	char *start = old;
	void *piece;

	if (old && b && size >= old_size && size <= SIZE_MAX / 2
		&& start + aligned(old_size ? old_size : 1)
			== b->data + b->used) {
		const size_t at = (size_t)(start - b->data);

		if (aligned(size ? size : 1) <= b->size - at) {
			memset(start + old_size, 0, size - old_size);
			b->used = at + aligned(size ? size : 1);
			return old;
		}
	}
	piece = arena_alloc(a, size);
	if (piece && old && old_size > 0)
		memcpy(piece, old, old_size < size ? old_size : size);
	return piece;
}

void *
arena_memdup(struct arena *a, const void *data, size_t len)
{
	void *copy = arena_alloc(a, len);

	if (copy && len > 0)
		memcpy(copy, data, len);
	return copy;
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy;

	if (len >= SIZE_MAX / 2)
		return NULL;
	copy = arena_alloc(a, len + 1);
	if (copy && len > 0)
		memcpy(copy, s, len);
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_vprintf(struct arena *a, const char *fmt, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		return NULL;
	text = arena_alloc(a, (size_t)len + 1);
	if (text && vsnprintf(text, (size_t)len + 1, fmt, args) != len)
		return NULL;
	return text;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_vprintf(a, fmt, args);
	va_end(args);
	return text;
}

size_t
arena_used(const struct arena *a)
{
	size_t used = 0;

	for (const struct block *b = a->newest; b; b = b->older)
		used += sizeof(*b) + b->used;
	return used;
}
