/*
 * Password schemes. The stored texts were made by Dovecot 2.3 (doveadm pw) for
 * one password, so that both agree on every scheme.
 */
#include "base/password.h"
#include "base/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define PASSWORD                                                               \
	"secret-\xc3\xbc"                                                      \
	"1"

static const char *const made_by_dovecot[] = {
	"{CRYPT}$2y$05$bpCE3zlvIoAtzWZ8MqKvAeyc.urrnHqv/"
	"vDtktrnoOAhOuZTW2QIO",
	"{DES-CRYPT}tOZHldqx7KA7U",
	"tOZHldqx7KA7U",
	"{MD5-CRYPT}$1$e.Mj8n0G$XazYbDfP08It9Rvq9nvOZ0",
	"{MD5}$1$e.Mj8n0G$XazYbDfP08It9Rvq9nvOZ0",
	"$1$e.Mj8n0G$XazYbDfP08It9Rvq9nvOZ0",
	"{SHA256-CRYPT}$5$g1KK0Qbq7lzsG/"
	"lr$bkhMPPoWcwMLmLAR4KUN1b5WYLoYWVo0Hb9sJGwUtmB",
	"{SHA512-CRYPT}$6$f5OXuijAdYXP74uO$"
	"HLntDaLJfd9dnJylOOtc1ktYbDIFvvcLsAx2xHRR28qEC1ZiBz09LKGuLh645OhmUaX4K4"
	"Su6CeN7n.lkfdgM.",
	"{BLF-CRYPT}$2y$05$nUTU1S7duQmXki5qeglcROGYTUz5j7E9S2SYujYCc9T9aonwhZj4"
	"q",
	"{ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$/mndZcvwP9sDaIOYxYsr1A$"
	"woO63348oJpFEu1rD75dffdOX/50V64Jrh0q1cbAAvE",
	"{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$pZiAtH1Bmpn/6UjGlWan5Q$"
	"CZisZYHQ58HtLRAfyOiwirGWluu38GLJYghOMc0e6/M",
	"{PBKDF2}$1$yjSWKz0mM9LJE2Ix$5000$"
	"240d7b4ff42206f96e887e50f7721511c2a38ef1",
	"{SHA}zXB2STRJCG+3v1K29ZsMGbqLSXw=",
	"{sha1}zXB2STRJCG+3v1K29ZsMGbqLSXw=",
	"{SHA256}l0EaSjVBuYeHwCnKgdfXpBkbWnEa4ce+ydr3bbuWqw8=",
	"{SHA256.HEX}"
	"97411a4a3541b98787c029ca81d7d7a4191b5a711ae1c7bec9daf76dbb96ab0f",
	"{SHA256}97411a4a3541b98787c029ca81d7d7a4191b5a711ae1c7bec9daf76dbb96ab"
	"0f",
	"{SHA512}GoKZxNqOIGGSfo4H2AdSnsDyMQa4nCJwVS+"
	"dQpu97YgtOEms3ia4JpKtcqn11KA+icXB9uS4bHtP2SH5FOVTPQ==",
	"{SSHA}RpSwKNRUoqcTN7LO6qbFeTk9PbFL+at6",
	"{SSHA.B64}fEqVxZ9fYKZs8FJttPJtCfEQXbNZqn8u",
	"{SSHA256}nxrTS3KBcV/K+jtfZH/4HbvWO4ZysCSd0k9iiabqQcgrEtTE",
	"{SSHA512}aIaFU3JaLNpPNuYsVvZOvKzdj7KegmZS5/"
	"5GBZMBvfTnsXIH5w4dIH4nx3+7KO9GCVwYUIpTNAa6Eoa0z9q3S6RnPUw=",
	"{SSHA512.HEX}"
	"4dfdd5ecc11bae37d86618dcadc5f2ea3531f06d0dea9f739b46f7969a3dadb529ba5b"
	"2dc11e44cdb844fc179df5f6dd3d412c7dca09a523c83b2aca37bd21e75487c4ed",
	"{SMD5}UHdkNQxIZj3OvpnORAhzB0KnqkQ=",
	"{LDAP-MD5}V/w06P2LCx5pSF7svbAlnw==",
	"{PLAIN-MD5}57fc34e8fd8b0b1e69485eecbdb0259f",
	"{MD5}57fc34e8fd8b0b1e69485eecbdb0259f",
	"{PLAIN-MD5.B64}V/w06P2LCx5pSF7svbAlnw==",
	"{PLAIN}" PASSWORD,
	"{CLEARTEXT}" PASSWORD,
	"{PLAIN.B64}c2VjcmV0LcO8MQ==",
	"{CRAM-MD5}"
	"eb225f8045596cade16be3629fdbc1f51817a617495e00c1887ca55906579fe0",
	"{HMAC-MD5}"
	"eb225f8045596cade16be3629fdbc1f51817a617495e00c1887ca55906579fe0",
	"{CRAM-MD5.B64}6yJfgEVZbK3ha+Nin9vB9RgXphdJXgDBiHylWQZXn+A=",
};

static void
verifies_what_dovecot_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(made_by_dovecot); i++) {
		print_message("%.24s\n", made_by_dovecot[i]);
		assert_int_equal(password_verify(made_by_dovecot[i], PASSWORD),
			PASSWORD_RIGHT);
		assert_int_equal(
			password_verify(made_by_dovecot[i], "secret-u1"),
			PASSWORD_WRONG);
	}
}

static void
says_what_only_dovecot_can_verify(void **state)
{
	static const char *const unknown[] = { "{DIGEST-MD5}00", "{NTLM}00",
		"{OTP}sha1 1024 ada219214fa1e957 dc90b2ed916a8b45",
		"{SCRAM-SHA-256}4096,a,b,c", "{SHA256}AAAA", "{SSHA}AAAA",
		"{PBKDF2}$1$salt$0$00", "{CRYPT", "{}x", "{SHA.XYZ}AAAA",
		"{ARGON2ID}$argon2id$v=19$m=99999999,t=3,p=1$pZiA$CZis" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
		print_message("%s\n", unknown[i]);
		assert_int_equal(
			password_verify(unknown[i], "x"), PASSWORD_UNKNOWN);
	}
}

static void
nobody_signs_in_to_a_locked_account(void **state)
{
	static const char *const locked[] = { "{CRYPT}!", "{CRYPT}*", "{CRYPT}",
		"!" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(locked); i++) {
		assert_true(password_is_locked(locked[i]));
		assert_int_equal(
			password_verify(locked[i], "!"), PASSWORD_WRONG);
		assert_int_equal(
			password_verify(locked[i], ""), PASSWORD_WRONG);
	}
	assert_false(password_is_locked("{PLAIN}!"));
	assert_false(password_is_locked(made_by_dovecot[0]));
}

static void
makes_every_scheme(void **state)
{
	static const struct {
		const char *name, *start, *shown;
	} wanted[] = {
		[PASSWORD_CRYPT] = { "CRYPT", "{CRYPT}$y$", "CRYPT/yescrypt" },
		[PASSWORD_SHA512_CRYPT] = { "SHA512-CRYPT", "{SHA512-CRYPT}$6$",
			"SHA512-CRYPT" },
		[PASSWORD_BLF_CRYPT] = { "BLF-CRYPT", "{BLF-CRYPT}$2y$10$",
			"BLF-CRYPT" },
		[PASSWORD_ARGON2ID] = { "ARGON2ID", "{ARGON2ID}$argon2id$",
			"ARGON2ID" },
	};
	struct err e = ERR_EMPTY;

	(void)state;
	for (unsigned i = 0; i < PASSWORD_SCHEMES; i++) {
		char one[PASSWORD_HASH_SIZE], two[PASSWORD_HASH_SIZE];
		char shown[32];
		enum password_scheme scheme;

		assert_true(password_scheme_find(wanted[i].name, &scheme));
		assert_int_equal(scheme, i);
		assert_string_equal(
			password_scheme_name(scheme), wanted[i].name);
		assert_true(password_hash(scheme, PASSWORD, one, &e));
		assert_true(password_hash(scheme, PASSWORD, two, &e));
		assert_string_not_equal(one, two);
		assert_memory_equal(
			one, wanted[i].start, strlen(wanted[i].start));
		assert_int_equal(
			password_verify(one, PASSWORD), PASSWORD_RIGHT);
		assert_int_equal(password_verify(one, "x"), PASSWORD_WRONG);
		password_scheme_of(one, shown, sizeof(shown));
		assert_string_equal(shown, wanted[i].shown);
		assert_false(password_is_weak(one));
		assert_true(
			password_check_ready_hash(one, two, sizeof(two), &e));
		assert_string_equal(one, two);
	}
}

static const struct {
	const char *name, *in, *out, *reason;
} ready[] = {
	{ "a bare MD5 crypt", "$1$e.Mj8n0G$XazYbDfP08It9Rvq9nvOZ0",
		"{CRYPT}$1$e.Mj8n0G$XazYbDfP08It9Rvq9nvOZ0", NULL },
	{ "a bare DES crypt", "tOZHldqx7KA7U", "{CRYPT}tOZHldqx7KA7U", NULL },
	{ "a scheme in small letters stays",
		"{sha}zXB2STRJCG+3v1K29ZsMGbqLSXw=",
		"{sha}zXB2STRJCG+3v1K29ZsMGbqLSXw=", NULL },
	{ "a plain password", "{PLAIN}se cret", "{PLAIN}se cret", NULL },
	{ "a one-time password list", "{OTP}sha1 1 ada219214fa1e957 dc90",
		"{OTP}sha1 1 ada219214fa1e957 dc90", NULL },
	{ "nothing", "", NULL, "required" },
	{ "a colon", "{PLAIN}a:b", NULL, "bad_character" },
	{ "a line feed", "{PLAIN}a\nb", NULL, "bad_character" },
	{ "a carriage return", "{PLAIN}a\rb", NULL, "bad_character" },
	{ "a blank", "{SHA}zXB2STRJ CG+3v1K29ZsMGbqLSXw=", NULL,
		"bad_character" },
	{ "bytes that are not UTF-8", "{PLAIN}\xff", NULL, "bad_character" },
	{ "an unknown scheme", "{ROT13}frperg", NULL, "unknown_scheme" },
	{ "a scheme that fails without a login", "{DIGEST-MD5}00", NULL,
		"unknown_scheme" },
	{ "an unknown encoding", "{SHA.XYZ}AAAA", NULL, "unknown_scheme" },
	{ "an open brace", "{CRYPT", NULL, "unknown_scheme" },
	{ "Apache's own MD5", "$apr1$e.Mj8n0G$XazYbDfP08It9Rvq9nvOZ0", NULL,
		"bad_hash" },
	{ "a plain text without a scheme", "secret", NULL, "bad_hash" },
	{ "an empty hash", "{CRYPT}", NULL, "bad_hash" },
	{ "a locked account", "{CRYPT}!", NULL, "bad_hash" },
	{ "a cut hash", "$1$e.Mj8n0G$XazYbDfP08It9Rvq9nvOZ", NULL, "bad_hash" },
	{ "another form than the scheme", "{MD5-CRYPT}tOZHldqx7KA7U", NULL,
		"bad_hash" },
	{ "a digest of the wrong length", "{SHA}AAAA", NULL, "bad_hash" },
	{ "a salted digest without a salt",
		"{SSHA}zXB2STRJCG+3v1K29ZsMGbqLSXw=", NULL, "bad_hash" },
	{ "half a CRAM-MD5 context",
		"{CRAM-MD5}eb225f8045596cade16be3629fdbc1f5", NULL,
		"bad_hash" },
	{ "a bcrypt of cost 31",
		"$2y$31$bpCE3zlvIoAtzWZ8MqKvAeyc.urrnHqv/vDtktrnoOAhOuZTW2QIO",
		NULL, "too_costly" },
	{ "a billion rounds",
		"$5$rounds=999999999$g1KK0Qbq7lzsG/"
		"lr$bkhMPPoWcwMLmLAR4KUN1b5WYLoYWVo0Hb9sJGwUtmB",
		NULL, "too_costly" },
	{ "a PBKDF2 of a hundred million rounds",
		"{PBKDF2}$1$yjSWKz0mM9LJE2Ix$100000000$"
		"240d7b4ff42206f96e887e50f7721511c2a38ef1",
		NULL, "too_costly" },
	{ "a PBKDF2 without rounds",
		"{PBKDF2}$1$yjSWKz0mM9LJE2Ix$0$"
		"240d7b4ff42206f96e887e50f7721511c2a38ef1",
		NULL, "bad_hash" },
	{ "an Argon2 of 95 GiB",
		"{ARGON2ID}$argon2id$v=19$m=99999999,t=3,p=1$pZiAtH1Bmpn/"
		"6UjGlWan5Q$CZisZYHQ58HtLRAfyOiwirGWluu38GLJYghOMc0e6/M",
		NULL, "too_costly" },
};

static void
takes_ready_hashes_exactly_or_says_why_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ready); i++) {
		struct err e = ERR_EMPTY;
		char out[PASSWORD_HASH_SIZE];
		const bool ok = password_check_ready_hash(
			ready[i].in, out, sizeof(out), &e);

		print_message("%s\n", ready[i].name);
		if (ready[i].out) {
			assert_true(ok);
			assert_string_equal(out, ready[i].out);
		} else {
			assert_false(ok);
			assert_string_equal(e.item[0].reason, ready[i].reason);
			assert_string_equal(e.item[0].field, "password_hash");
			assert_string_equal(e.item[0].subject, "");
			assert_string_equal(out, "");
		}
	}
}

static void
takes_all_that_it_verifies(void **state)
{
	struct err e = ERR_EMPTY;
	char out[PASSWORD_HASH_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(made_by_dovecot); i++) {
		print_message("%.24s\n", made_by_dovecot[i]);
		assert_true(password_check_ready_hash(
			made_by_dovecot[i], out, sizeof(out), &e));
		assert_int_equal(
			password_verify(out, PASSWORD), PASSWORD_RIGHT);
	}
}

static void
a_hash_that_does_not_fit_is_refused(void **state)
{
	struct err e = ERR_EMPTY;
	char out[16];

	(void)state;
	assert_false(password_check_ready_hash(
		"{PLAIN}1234567890", out, sizeof(out), &e));
	assert_string_equal(e.item[0].reason, "too_long");
	assert_string_equal(out, "");
}

static void
knows_weak_forms(void **state)
{
	(void)state;
	assert_true(password_is_weak("{PLAIN}x"));
	assert_true(password_is_weak("$1$e.Mj8n0G$XazYbDfP08It9Rvq9nvOZ0"));
	assert_true(password_is_weak("tOZHldqx7KA7U"));
	assert_true(password_is_weak("{SSHA512}x"));
	assert_true(password_is_weak("{NOSUCH}x"));
	assert_false(password_is_weak("{CRYPT}$6$x$y"));
	assert_false(password_is_weak("{CRYPT}!"));
}

static void
names_schemes_for_people(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "{CRYPT}$y$j9T$a$b", "CRYPT/yescrypt" },
		{ "$6$a$b", "CRYPT/SHA512" },
		{ "tOZHldqx7KA7U", "CRYPT/DES" },
		{ "{ssha512.HEX}00", "SSHA512" },
		{ "{NOSUCH}00", "" },
		{ "", "" },
	};
	char out[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		password_scheme_of(cases[i].in, out, sizeof(out));
		assert_string_equal(out, cases[i].out);
	}
}

static void
checks_what_can_be_set(void **state)
{
	static const struct {
		const char *in, *reason;
	} cases[] = {
		{ "0123456789", NULL },
		{ "ぱすわーどですよね!", NULL },
		{ "with blanks too", NULL },
		{ "012345678", "too_short" },
		{ "", "too_short" },
		{ "01234567\n9", "bad_character" },
		{ "01234567\xff"
		  "9",
			"bad_character" },
	};
	char longest[PASSWORD_MAX + 2];
	struct err e = ERR_EMPTY;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		err_clear(&e);
		assert_int_equal(password_check(cases[i].in, 10, &e),
			cases[i].reason == NULL);
		if (cases[i].reason)
			assert_string_equal(e.item[0].reason, cases[i].reason);
		assert_string_equal(e.item[0].subject, "");
	}
	err_clear(&e);
	memset(longest, 'a', sizeof(longest));
	longest[PASSWORD_MAX + 1] = '\0';
	assert_false(password_check(longest, 10, &e));
	longest[PASSWORD_MAX] = '\0';
	err_clear(&e);
	assert_true(password_check(longest, 10, &e));
}

static void
generates_passwords_that_can_be_typed(void **state)
{
	char one[PASSWORD_GENERATED_SIZE], two[PASSWORD_GENERATED_SIZE];
	struct err e = ERR_EMPTY;

	(void)state;
	password_generate(one);
	password_generate(two);
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), PASSWORD_GENERATED_SIZE - 1);
	assert_int_equal(one[4], '-');
	assert_null(strpbrk(one, "ilo01"));
	assert_true(password_check(one, 10, &e));
}

static void
admins_have_argon2id(void **state)
{
	char hash[ADMIN_HASH_SIZE];
	struct err e = ERR_EMPTY;

	(void)state;
	assert_true(admin_password_hash(PASSWORD, hash, &e));
	assert_memory_equal(hash, "$argon2id$", 10);
	assert_true(admin_password_verify(hash, PASSWORD));
	assert_false(admin_password_verify(hash, "x"));
	assert_false(admin_password_verify("", "x"));
	admin_password_waste("x");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_what_dovecot_made),
		cmocka_unit_test(says_what_only_dovecot_can_verify),
		cmocka_unit_test(nobody_signs_in_to_a_locked_account),
		cmocka_unit_test(makes_every_scheme),
		cmocka_unit_test(takes_ready_hashes_exactly_or_says_why_not),
		cmocka_unit_test(takes_all_that_it_verifies),
		cmocka_unit_test(a_hash_that_does_not_fit_is_refused),
		cmocka_unit_test(knows_weak_forms),
		cmocka_unit_test(names_schemes_for_people),
		cmocka_unit_test(checks_what_can_be_set),
		cmocka_unit_test(generates_passwords_that_can_be_typed),
		cmocka_unit_test(admins_have_argon2id),
	};

	if (!token_start())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
