/*
 * What postconf and doveconf print, and the configuration of Postfix, of any
 * content: a place is a line of the text, and judging ends.
 *
 * fuzz-links: mta maps core db
 */
#include "tests/fuzz/fuzz.h"

#include "base/str.h"
#include "mta/settings.h"

static void
check_places(const char *text)
{
	unsigned lines = 1;
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	for (size_t i = 0; i < setting_count; i++) {
		MUST(setting_main_line(text, settings[i].name) <= lines);
		MUST(setting_master_line(
			     text, "submission/inet", settings[i].name)
			<= lines);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	struct arena *a = arena_new((size_t)64 << 20);
	char *text = a ? arena_strndup(a, (const char *)data, size) : NULL;
	struct setting_list l;
	struct err e = ERR_EMPTY;
	conf_init(&conf);
	/* No file of this machine. */
	MUST(str_copy(conf.rootd.postfix_config,
		sizeof(conf.rootd.postfix_config), "/nowhere"));
	MUST(str_copy(conf.rootd.dovecot_config,
		sizeof(conf.rootd.dovecot_config), "/nowhere"));
	if (text) {
		const struct setting_texts t = {
			.main = text, .master = text, .dovecot = text
		};
		check_places(text);
		if (settings_judge(&conf, &t, a, &l, &e))
			MUST(l.n >= 1 && l.differing <= l.n);
		else
			fuzz_error(&e);
	}
	arena_free(&a);
	return 0;
}
