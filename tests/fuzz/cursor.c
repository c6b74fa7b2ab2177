/*
 * Cursors of lists: what is read back is a value that a cursor can carry, and
 * leads to the same cursor.
 *
 * fuzz-links: core db
 */
#include "tests/fuzz/fuzz.h"

#include "core/lists.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	const char *text = fuzz_text(a, data, size);
	const char *value, *again, *made;
	uint64_t id, id_again;

	for (unsigned sort = 0; sort < 4; sort++) {
		if (!cursor_read(a, text, sort, &id, &value))
			continue;
		made = cursor_make(a, sort, id, value);
		MUST(made != NULL);
		MUST(cursor_read(a, made, sort, &id_again, &again));
		MUST(id == id_again && strcmp(value, again) == 0);
		MUST(!cursor_read(a, made, sort + 1, &id_again, &again));
	}
	made = cursor_make(a, 2, 7, text);
	MUST(made != NULL || strlen(text) > 1000);
	if (made && cursor_read(a, made, 2, &id, &value))
		MUST(id == 7 && strcmp(value, text) == 0);
	return 0;
}
