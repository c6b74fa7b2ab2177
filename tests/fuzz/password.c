/*
 * Ready hashes: what is taken is taken again as it is, and is verified or
 * known to be for Dovecot only. Forms that are costly by design are not
 * verified here.
 */
#include "tests/fuzz/fuzz.h"

#include "base/password.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = fuzz_text(fuzz_arena(), data, size);
	char out[PASSWORD_HASH_SIZE], again[PASSWORD_HASH_SIZE], shown[32];
	struct err e = ERR_EMPTY;

	password_scheme_of(text, shown, sizeof(shown));
	(void)password_is_locked(text);
	if (text[0] == '{' && !strchr(text, '$') && strncmp(text, "{CRYPT", 6))
		(void)!password_verify(text, "secret");
	if (password_check(text, 10, &e))
		MUST(strlen(text) >= 10 && strlen(text) <= PASSWORD_MAX);
	else
		fuzz_error(&e);
	err_clear(&e);
	if (!password_check_ready_hash(text, out, sizeof(out), &e)) {
		fuzz_error(&e);
		MUST(out[0] == '\0');
		return 0;
	}
	MUST(out[0] == '{' && !strpbrk(out, ":\r\n"));
	MUST(password_check_ready_hash(out, again, sizeof(again), &e));
	MUST(strcmp(out, again) == 0);
	MUST(!password_is_locked(out));
	password_scheme_of(out, shown, sizeof(shown));
	MUST(shown[0]);
	return 0;
}
