/*
 * What every fuzz target uses. A target is one file here, NAME.c, with a
 * folder corpus/NAME of inputs to start from; scripts/fuzz builds and runs it.
 * A line `fuzz-links: FOLDER...` in its head names the libraries that it needs
 * beside base.
 *
 * A target states what must hold for any input with MUST(); AddressSanitizer
 * and UndefinedBehaviorSanitizer watch the rest.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition)) {                                            \
			(void)fprintf(stderr, "%s:%d: must hold: %s\n",        \
				__FILE__, __LINE__, #condition);               \
			abort();                                               \
		}                                                              \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The arena of this process, emptied. */
static inline struct arena *
fuzz_arena(void)
{
	static struct arena *a;

	if (!a)
		a = arena_new(64 << 20);
	MUST(a != NULL);
	arena_reset(a);
	return a;
}

/* The input as a text, cut at the first NUL. */
static inline char *
fuzz_text(struct arena *a, const uint8_t *data, size_t size)
{
	char *text = arena_strndup(a, (const char *)data, size);

	MUST(text != NULL);
	return text;
}

/* What must hold for any error that a parser reports. */
static inline void
fuzz_error(const struct err *e)
{
	MUST(e->code != ERR_NONE);
	MUST(e->code != ERR_INTERNAL);
	MUST(e->n >= 1 && e->n <= ERR_MAX_ITEMS);
	MUST(e->item[0].reason[0] != '\0');
	MUST(e->item[0].text[0] != '\0');
}

#endif
