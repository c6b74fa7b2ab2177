/*
 * Percent-encoding: what is decoded can be encoded and decoded again.
 */
#include "tests/fuzz/fuzz.h"

#include "base/str.h"
#include "base/text.h"
#include "base/url.h"
#include "base/utf8.h"

static void
check_part(const char *data, size_t size, bool plus_is_blank)
{
	char out[256], again[256], encoded[1024];
	struct str s = STR_FIXED(encoded);
	struct err e = ERR_EMPTY;

	if (!url_decode(data, size, plus_is_blank, out, sizeof(out), &e)) {
		fuzz_error(&e);
		return;
	}
	MUST(strlen(out) <= size && utf8_is_valid(out, strlen(out)));
	MUST(text_url(&s, out));
	MUST(url_decode(
		encoded, s.len, plus_is_blank, again, sizeof(again), &e));
	MUST(strcmp(out, again) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	const char *at = fuzz_text(a, data, size);
	struct err e = ERR_EMPTY;
	struct url_pair pair;
	bool has_pair = true;

	check_part((const char *)data, size, true);
	check_part((const char *)data, size, false);
	while (has_pair) {
		if (!url_query_next(&at, &pair, &has_pair, &e)) {
			fuzz_error(&e);
			break;
		}
	}
	return 0;
}
