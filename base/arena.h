/*
 * Memory that lives as long as a request: allocated in pieces, given back all
 * at once. Nobody frees a piece.
 *
 * What always holds:
 * - memory from an arena is zeroed and aligned for any type;
 * - an arena never holds more than its ceiling: over it every function returns
 *   NULL, and the caller answers err_memory() (base/err.h);
 * - arena_reset gives all blocks but the first back to the system, so that a
 *   worker keeps its size after one large request.
 *
 * Not for secrets (use fixed buffers and explicit_bzero) and not thread-safe.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"

#include <stdarg.h>

struct arena;

/*
 * A new arena that holds at most `ceiling_bytes`. NULL when there is no
 * memory. The caller owns it: arena_free.
 */
struct arena *arena_new(size_t ceiling_bytes) MUST_USE;

/* Free the arena and all its memory and clear the pointer. NULL is fine. */
void arena_free(struct arena **a);

/* Everything that was allocated is gone; the arena can be used again. */
void arena_reset(struct arena *a);

/* `size` zeroed bytes (0 counts as 1), or NULL over the ceiling. */
void *arena_alloc(struct arena *a, size_t size) MUST_USE;

/* `n` zeroed elements of `size` bytes, or NULL (also when n * size is not
 * representable). */
void *arena_array(struct arena *a, size_t n, size_t size) MUST_USE;

/*
 * A piece of `size` bytes that starts with the `old_size` bytes of `old`. It
 * grows in place when `old` was the last piece, else it is copied. NULL over
 * the ceiling (`old` stays as it is). `old` may be NULL when old_size is 0.
 */
void *arena_grow(
	struct arena *a, void *old, size_t old_size, size_t size) MUST_USE;

/* Copies, with a terminating NUL; NULL over the ceiling. */
char *arena_strdup(struct arena *a, const char *s) MUST_USE;
char *arena_strndup(struct arena *a, const char *s, size_t len) MUST_USE;
void *arena_memdup(struct arena *a, const void *data, size_t len) MUST_USE;

/* The formatted text; NULL over the ceiling. */
char *arena_printf(struct arena *a, const char *fmt, ...) MUST_USE
	PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list args) MUST_USE
	PRINTF_LIKE(2, 0);

/* Bytes that are handed out now, alignment and block headers included. */
size_t arena_used(const struct arena *a);

#endif
