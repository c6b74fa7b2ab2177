/*
 * Addresses: what is taken is canonical and can stand in a map.
 */
#include "tests/fuzz/fuzz.h"

#include "base/addr.h"
#include "base/form.h"
#include "base/str.h"
#include "base/text.h"

static void
check_address(field_check *check, const char *text, bool is_key)
{
	char out[ADDR_SIZE], again[ADDR_SIZE], line[512];
	struct str s = STR_FIXED(line);
	struct err e = ERR_EMPTY;

	if (!check(text, out, sizeof(out), &e)) {
		fuzz_error(&e);
		MUST(out[0] == '\0');
		return;
	}
	MUST(!err_is_set(&e));
	MUST(strlen(out) <= ADDR_MAX);
	MUST(str_is_ascii(out));
	MUST(strchr(out, '@') && strchr(out, '@') == strrchr(out, '@'));
	MUST(check(out, again, sizeof(again), &e));
	MUST(strcmp(out, again) == 0);
	MUST(text_map_value(&s, out));
	MUST(!strpbrk(out, " ,\"\\\n\r\t/:;<>()[]"));
	str_reset(&s);
	if (is_key)
		MUST(text_map_key(&s, out));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = fuzz_text(fuzz_arena(), data, size);
	char out[ADDR_LOCAL_SIZE], folded[256];
	struct err e = ERR_EMPTY;

	check_address(addr_check_mailbox, text, true);
	check_address(addr_check_alias, text, true);
	check_address(addr_check_target, text, false);
	if (addr_check_alias_local(text, out, sizeof(out), &e))
		MUST(!strpbrk(out, "@/%* \"\\") && out[0]);
	else
		fuzz_error(&e);
	if (addr_fold(text, folded, sizeof(folded)))
		MUST(strlen(folded) <= strlen(text));
	return 0;
}
