/*
 * Sealed secrets: what was sealed opens, by the old keys too, and nothing that
 * was changed, cut or moved does.
 */
#include "base/file.h"
#include "base/seal.h"
#include "base/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define KEY_A                                                                  \
	"00112233445566778899aabbccddeeff"                                     \
	"00112233445566778899aabbccddeeff"
#define KEY_B                                                                  \
	"ffeeddccbbaa99887766554433221100"                                     \
	"ffeeddccbbaa99887766554433221100"

static const char text[] = "a seed";

static void
seal_text(const struct seal_ring *ring, uint8_t blob[static 64], size_t *len)
{
	struct err e = ERR_EMPTY;

	assert_true(seal_close(
		ring, "totp/1", text, sizeof(text), blob, 64, len, &e));
	assert_int_equal(*len, sizeof(text) + SEAL_OVERHEAD);
}

static bool
opens(const struct seal_ring *ring, const char *context, const uint8_t *blob,
	size_t len)
{
	struct err e = ERR_EMPTY;
	uint8_t out[64];
	size_t n;

	return seal_open(ring, context, blob, len, out, sizeof(out), &n, &e)
		&& n == sizeof(text) && memcmp(out, text, n) == 0;
}

static void
opens_in_its_context_only(void **state)
{
	struct err e = ERR_EMPTY;
	struct seal_ring ring;
	uint8_t blob[64];
	size_t len;

	(void)state;
	assert_true(seal_parse(&ring, "1 " KEY_A "\n", &e));
	seal_text(&ring, blob, &len);
	assert_true(opens(&ring, "totp/1", blob, len));
	assert_false(opens(&ring, "totp/2", blob, len));
	assert_false(opens(&ring, "", blob, len));
}

static void
refuses_every_changed_byte_and_every_cut(void **state)
{
	struct err e = ERR_EMPTY;
	struct seal_ring ring;
	uint8_t blob[64];
	size_t len;

	(void)state;
	assert_true(seal_parse(&ring, "1 " KEY_A "\n2 " KEY_B "\n", &e));
	seal_text(&ring, blob, &len);
	for (size_t i = 0; i < len; i++) {
		blob[i] ^= 1;
		assert_false(opens(&ring, "totp/1", blob, len));
		blob[i] ^= 1;
		assert_false(opens(&ring, "totp/1", blob, i));
	}
	assert_true(opens(&ring, "totp/1", blob, len));
}

static void
the_newest_key_seals_and_all_open(void **state)
{
	struct err e = ERR_EMPTY;
	struct seal_ring first, both, second;
	uint8_t old[64], fresh[64];
	size_t n_old, n_fresh;
	uint32_t id;

	(void)state;
	assert_true(seal_parse(&first, "7 " KEY_A "\n", &e));
	assert_true(seal_parse(&both, "7 " KEY_A "\n8 " KEY_B "\n", &e));
	assert_true(seal_parse(&second, "8 " KEY_B "\n", &e));
	seal_text(&first, old, &n_old);
	seal_text(&both, fresh, &n_fresh);
	assert_true(seal_key_of(old, n_old, &id));
	assert_int_equal(id, 7);
	assert_true(seal_key_of(fresh, n_fresh, &id));
	assert_int_equal(id, 8);
	assert_true(opens(&both, "totp/1", old, n_old));
	assert_true(opens(&second, "totp/1", fresh, n_fresh));
	assert_false(opens(&second, "totp/1", old, n_old));
}

static void
two_seals_of_one_text_differ(void **state)
{
	struct err e = ERR_EMPTY;
	struct seal_ring ring;
	uint8_t a[64], b[64];
	size_t n;

	(void)state;
	assert_true(seal_parse(&ring, "1 " KEY_A, &e));
	seal_text(&ring, a, &n);
	seal_text(&ring, b, &n);
	assert_memory_not_equal(a, b, n);
}

static void
says_when_there_is_no_key_or_no_room(void **state)
{
	struct seal_ring none = { 0 }, ring;
	struct err e = ERR_EMPTY;
	uint8_t out[64];
	size_t n;

	(void)state;
	assert_false(seal_close(&none, "x", "y", 1, out, 64, &n, &e));
	assert_string_equal(e.item[0].reason, "no_seal_key");
	err_clear(&e);
	assert_true(seal_parse(&ring, "1 " KEY_A, &e));
	assert_false(
		seal_close(&ring, "x", "y", 1, out, SEAL_OVERHEAD, &n, &e));
	assert_string_equal(e.item[0].reason, "too_long");
}

static const struct {
	const char *name, *in;
	size_t n; /* keys; 0: refused */
} cases[] = {
	{ "one key", "1 " KEY_A "\n", 1 },
	{ "comments and empty lines", "# x\n\n1 " KEY_A "\n#\n2 " KEY_B, 2 },
	{ "nothing", "", 0 },
	{ "comments alone", "# x\n", 0 },
	{ "a number twice", "1 " KEY_A "\n1 " KEY_B "\n", 0 },
	{ "number zero", "0 " KEY_A "\n", 0 },
	{ "a number over 32 bits", "4294967296 " KEY_A "\n", 0 },
	{ "a short key", "1 0011\n", 0 },
	{ "a long key", "1 " KEY_A "00\n", 0 },
	{ "no hex",
		"1 " KEY_A "\n2 zz112233445566778899aabbccddeeff"
		"00112233445566778899aabbccddeeff\n",
		0 },
	{ "no number", KEY_A "\n", 0 },
	{ "a carriage return", "1 " KEY_A "\r\n", 0 },
};

static void
key_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_EMPTY;
		struct seal_ring ring;

		if (seal_parse(&ring, cases[i].in, &e) != (cases[i].n > 0)
			|| ring.n != cases[i].n)
			fail_msg("%s", cases[i].name);
	}
}

static void
a_file_is_made_grows_and_must_be_closed_to_others(void **state)
{
	char folder[] = "/tmp/postroom-seal-XXXXXX", path[64];
	struct err e = ERR_EMPTY;
	struct seal_ring ring;
	struct stat st;
	uint32_t id;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/seal.key", folder);
	assert_false(seal_load(&ring, path, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	err_clear(&e);
	for (uint32_t i = 1; i <= SEAL_KEYS_MAX; i++) {
		assert_true(seal_add_key(path, &id, &e));
		assert_int_equal(id, i);
	}
	assert_false(seal_add_key(path, &id, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	err_clear(&e);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(seal_load(&ring, path, &e));
	assert_int_equal(ring.n, SEAL_KEYS_MAX);
	assert_int_equal(chmod(path, 0644), 0);
	assert_false(seal_load(&ring, path, &e));
	assert_string_equal(e.item[0].reason, "open_to_others");
	err_clear(&e);
	assert_int_equal(chmod(path, 0600), 0);
	/* A service's own copy is read before the file of the configuration. */
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
	assert_true(seal_load(&ring, "/nonexistent", &e));
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	assert_false(seal_load(&ring, "/nonexistent", &e));
	(void)unlink(path);
	(void)rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_in_its_context_only),
		cmocka_unit_test(refuses_every_changed_byte_and_every_cut),
		cmocka_unit_test(the_newest_key_seals_and_all_open),
		cmocka_unit_test(two_seals_of_one_text_differ),
		cmocka_unit_test(says_when_there_is_no_key_or_no_room),
		cmocka_unit_test(key_files),
		cmocka_unit_test(
			a_file_is_made_grows_and_must_be_closed_to_others),
	};

	return token_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
