/*
 * Codes against the vectors of RFC 6238, appendix B (SHA-1), one step of drift
 * either way, and no code twice.
 */
#include "base/totp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const uint8_t seed[TOTP_SEED_BYTES + 1] = "12345678901234567890";

static const struct {
	int64_t at_s;
	const char *code;
} vectors[] = {
	{ 59, "94287082" },
	{ 1111111109, "07081804" },
	{ 1111111111, "14050471" },
	{ 1234567890, "89005924" },
	{ 2000000000, "69279037" },
	{ 20000000000, "65353130" },
};

static void
codes_are_those_of_rfc_6238(void **state)
{
	char code[9];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		assert_true(totp_code(
			seed, TOTP_SEED_BYTES, vectors[i].at_s, 8, code));
		assert_string_equal(code, vectors[i].code);
	}
}

static void
the_last_six_digits_of_the_vectors_are_taken(void **state)
{
	uint64_t step;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		assert_true(totp_check(seed, TOTP_SEED_BYTES,
			vectors[i].code + 2, vectors[i].at_s, 0, &step));
		assert_int_equal(step, vectors[i].at_s / 30);
	}
}

static void
one_step_of_drift_and_no_more(void **state)
{
	const int64_t at = 1700000010; /* the start of a step */
	uint64_t step;
	char code[9];

	(void)state;
	for (int64_t shift = -3; shift <= 3; shift++) {
		assert_true(totp_code(
			seed, TOTP_SEED_BYTES, at + shift * 30, 6, code));
		assert_int_equal(
			totp_check(seed, TOTP_SEED_BYTES, code, at, 0, &step),
			shift >= -1 && shift <= 1);
		/* The whole step counts, its last second too. */
		assert_int_equal(totp_check(seed, TOTP_SEED_BYTES, code,
					 at + 29, 0, &step),
			shift >= -1 && shift <= 1);
	}
}

static void
no_code_is_taken_twice_nor_an_older_one(void **state)
{
	const int64_t at = 1700000010;
	uint64_t last, step;
	char now[9], before[9], next[9];

	(void)state;
	assert_true(totp_code(seed, TOTP_SEED_BYTES, at, 6, now));
	assert_true(totp_code(seed, TOTP_SEED_BYTES, at - 30, 6, before));
	assert_true(totp_code(seed, TOTP_SEED_BYTES, at + 30, 6, next));
	assert_true(totp_check(seed, TOTP_SEED_BYTES, now, at, 0, &last));
	assert_false(totp_check(seed, TOTP_SEED_BYTES, now, at, last, &step));
	assert_false(
		totp_check(seed, TOTP_SEED_BYTES, now, at + 30, last, &step));
	assert_false(
		totp_check(seed, TOTP_SEED_BYTES, before, at, last, &step));
	assert_true(totp_check(seed, TOTP_SEED_BYTES, next, at, last, &step));
	assert_int_equal(step, last + 1);
}

static void
what_is_no_code_is_refused(void **state)
{
	static const char *const wrong[] = { "", "0", "00000", "0000000",
		"94287082", "28708 ", "２８７０８２" };
	uint64_t step;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(totp_check(
			seed, TOTP_SEED_BYTES, wrong[i], 59, 0, &step));
}

static void
a_uri_of_a_seed(void **state)
{
	char text[256], base32[TOTP_BASE32_SIZE];
	struct str s = STR_FIXED(text);

	(void)state;
	assert_true(totp_base32(seed, base32));
	assert_string_equal(base32, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_true(totp_uri(&s, "Postroom", "taro@例.jp &x=y", base32));
	assert_string_equal(text,
		"otpauth://totp/Postroom:taro%40%E4%BE%8B.jp%20%26x%3Dy"
		"?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Postroom"
		"&algorithm=SHA1&digits=6&period=30");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_those_of_rfc_6238),
		cmocka_unit_test(the_last_six_digits_of_the_vectors_are_taken),
		cmocka_unit_test(one_step_of_drift_and_no_more),
		cmocka_unit_test(no_code_is_taken_twice_nor_an_older_one),
		cmocka_unit_test(what_is_no_code_is_refused),
		cmocka_unit_test(a_uri_of_a_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
