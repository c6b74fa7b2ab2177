/*
 * Key files and sealed blobs: a key file that was read seals and opens, and no
 * blob of a stranger's making opens.
 */
#include "tests/fuzz/fuzz.h"

#include "base/seal.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char good[] = "9 00112233445566778899aabbccddeeff"
				   "00112233445566778899aabbccddeeff\n";
	struct arena *a = fuzz_arena();
	struct err e = ERR_EMPTY;
	struct seal_ring ring;
	uint8_t *out = arena_alloc(a, size + 128);
	uint8_t blob[128];
	size_t n, m;

	MUST(out != NULL);
	if (!seal_parse(&ring, fuzz_text(a, data, size), &e)) {
		fuzz_error(&e);
		MUST(ring.n == 0);
	} else {
		MUST(ring.n >= 1 && ring.n <= SEAL_KEYS_MAX);
		MUST(seal_close(&ring, "c", "text", 4, blob, 128, &n, &e));
		MUST(seal_open(&ring, "c", blob, n, out, 128, &m, &e));
		MUST(m == 4 && memcmp(out, "text", 4) == 0);
	}
	err_clear(&e);
	MUST(seal_parse(&ring, good, &e));
	MUST(!seal_open(&ring, "c", data, size, out, size + 128, &m, &e));
	MUST(e.code == ERR_INTERNAL && m == 0);
	return 0;
}
