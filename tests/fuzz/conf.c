/*
 * The configuration: any text gives a whole configuration or an error.
 */
#include "tests/fuzz/fuzz.h"

#include "base/conf.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = fuzz_text(fuzz_arena(), data, size);
	struct err e = ERR_EMPTY;
	static struct conf c;

	if (!conf_parse(&c, "fuzz", text, &e)) {
		fuzz_error(&e);
		return 0;
	}
	MUST(c.database.socket[0] == '/');
	MUST(c.web.workers >= 1 && c.web.workers <= 64);
	MUST(c.web.trusted_proxies.n <= CIDR_LIST_MAX);
	MUST(c.node.state[0] == '/');
	MUST((unsigned)c.password.scheme < PASSWORD_SCHEMES);
	MUST(c.retention.revisions_days >= 30);
	return 0;
}
