/*
 * Times: what is read can be written and read again.
 */
#include "tests/fuzz/fuzz.h"

#include "base/timeutil.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = fuzz_text(fuzz_arena(), data, size);
	char out[TIME_TEXT_SIZE];
	struct err e = ERR_EMPTY;
	int64_t us, again;

	if (time_parse(text, &us, &e)) {
		MUST(us >= 0 && us <= TIME_MAX_US);
		time_rfc3339(us, out);
		MUST(time_parse(out, &again, &e) && us == again);
		time_sql(us, out);
		MUST(time_from_sql(out) == us);
	} else {
		fuzz_error(&e);
		MUST(us == TIME_NONE);
	}
	us = time_from_sql(text);
	if (us != TIME_NONE) {
		time_sql(us, out);
		MUST(time_from_sql(out) == us);
	}
	return 0;
}
