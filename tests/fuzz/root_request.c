/*
 * What postroom-rootd reads from others: a verb of the table, and an argument
 * that no command line can take for anything else.
 *
 * fuzz-links: mta
 */
#include "tests/fuzz/fuzz.h"

#include "mta/root_verbs.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_EMPTY;
	struct root_request r;
	struct root_command c;
	static struct conf conf;
	size_t n = 0;

	if (!conf.rootd.listen[0])
		conf_init(&conf);
	if (!root_request_parse(data, size, &r, &e)) {
		fuzz_error(&e);
		return 0;
	}
	MUST((unsigned)r.verb < ROOT_VERBS);
	MUST(strlen(root_verb_name(r.verb)) <= size);
	root_request_command(&r, &conf.rootd, &c);
	MUST(c.argv[0][0] == '/' && c.timeout_ms > 0);
	while (n < ROOT_ARGV_MAX && c.argv[n])
		n++;
	MUST(n >= 4 && n < ROOT_ARGV_MAX);
	if (r.arg) {
		MUST(c.argv[n - 1] == r.arg && r.arg[0]);
		MUST(r.verb != ROOT_END_SESSIONS || strchr(r.arg, '@'));
		MUST(r.arg[0] != '-');
		MUST(!strpbrk(r.arg, " \t\r\n\"'\\$`;&|<>()?[]{}!%/"));
		MUST(strchr(r.arg + 1, '*') == NULL);
	}
	return 0;
}
