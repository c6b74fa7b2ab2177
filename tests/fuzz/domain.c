/*
 * Domain names: what is taken is canonical, and its Unicode form leads back.
 */
#include "tests/fuzz/fuzz.h"

#include "base/domain.h"
#include "base/utf8.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = fuzz_text(fuzz_arena(), data, size);
	char out[DOMAIN_SIZE], again[DOMAIN_SIZE];
	char unicode[DOMAIN_UNICODE_SIZE];
	struct err e = ERR_EMPTY;

	if (!domain_check(text, out, sizeof(out), &e)) {
		fuzz_error(&e);
		MUST(out[0] == '\0');
		return 0;
	}
	MUST(strlen(out) <= DOMAIN_MAX && strchr(out, '.'));
	MUST(out[strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789.-")]
		== '\0');
	MUST(domain_check(out, again, sizeof(again), &e));
	MUST(strcmp(out, again) == 0);
	domain_to_unicode(out, unicode, sizeof(unicode));
	MUST(unicode[0] && utf8_is_valid(unicode, strlen(unicode)));
	MUST(domain_check(unicode, again, sizeof(again), &e));
	MUST(strcmp(out, again) == 0);
	return 0;
}
