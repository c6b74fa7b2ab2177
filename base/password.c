/*
 * Making passwords and hashes. What is verified, and which ready hashes are
 * taken, is in password_verify.c.
 */
#include "base/password.h"

#include "base/str.h"
#include "base/utf8.h"

#include <crypt.h>
#include <sodium.h>

static const struct {
	const char *name;
	const char *crypt_prefix; /* NULL: libsodium */
	unsigned long cost;       /* 0: the library's own */
} schemes[] = {
	[PASSWORD_CRYPT] = { "CRYPT", "$y$", 0 },
	[PASSWORD_SHA512_CRYPT] = { "SHA512-CRYPT", "$6$", 0 },
	[PASSWORD_BLF_CRYPT] = { "BLF-CRYPT", "$2y$", 10 },
	[PASSWORD_ARGON2ID] = { "ARGON2ID", NULL, 0 },
};
_Static_assert(
	ARRAY_LEN(schemes) == PASSWORD_SCHEMES, "a row for every scheme");
_Static_assert(ADMIN_HASH_SIZE >= crypto_pwhash_STRBYTES, "a hash fits");

const char *
password_scheme_name(enum password_scheme scheme)
{
	return schemes[scheme].name;
}

bool
password_scheme_find(const char *name, enum password_scheme *scheme_r)
{
	for (unsigned i = 0; i < ARRAY_LEN(schemes); i++) {
		if (strcasecmp(schemes[i].name, name) == 0) {
			*scheme_r = (enum password_scheme)i;
			return true;
		}
	}
	return false;
}

bool
password_check(const char *password, unsigned min_length, struct err *e)
{
	const size_t len = strlen(password);
	size_t characters = 0;
	uint32_t code;

	for (size_t i = 0, n; i < len; i += n, characters++) {
		n = utf8_next(password + i, len - i, &code);
		if (n == 0 || code < 0x20 || code == 0x7f)
			return err_set(e, ERR_INVALID, "password",
				"bad_character", NULL,
				"a password is UTF-8 text without control "
				"characters");
	}
	if (len > PASSWORD_MAX)
		return err_set(e, ERR_INVALID, "password", "too_long", NULL,
			"a password has at most %d bytes", PASSWORD_MAX);
	if (characters < min_length || len == 0)
		return err_set(e, ERR_INVALID, "password", "too_short", NULL,
			"a password has at least %u characters", min_length);
	return true;
}

static bool
fail(struct err *e)
{
	return err_set(e, ERR_INTERNAL, "password", "hash", NULL,
		"the password could not be hashed");
}

static bool
hash_by_crypt(unsigned row, const char *password, struct str *out)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *data;
	const char *hash;
	bool is_good;

	if (!crypt_gensalt_rn(schemes[row].crypt_prefix, schemes[row].cost,
		    NULL, 0, setting, sizeof(setting)))
		return false;
	data = calloc(1, sizeof(*data));
	if (!data)
		return false;
	hash = crypt_r(password, setting, data);
	is_good = hash && hash[0] != '*' && str_add(out, hash);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return is_good;
}

static bool
hash_by_sodium(const char *password, struct str *out)
{
	char hash[crypto_pwhash_STRBYTES];

	return crypto_pwhash_str_alg(hash, password, strlen(password),
		       crypto_pwhash_OPSLIMIT_INTERACTIVE,
		       crypto_pwhash_MEMLIMIT_INTERACTIVE,
		       crypto_pwhash_ALG_ARGON2ID13)
		== 0
		&& str_add(out, hash);
}

bool
password_hash(enum password_scheme scheme, const char *password,
	char out[static PASSWORD_HASH_SIZE], struct err *e)
{
	struct str s = str_over(out, PASSWORD_HASH_SIZE);
	bool is_good;

	str_addf(&s, "{%s}", schemes[scheme].name);
	is_good = schemes[scheme].crypt_prefix
		? hash_by_crypt(scheme, password, &s)
		: hash_by_sodium(password, &s);
	if (is_good)
		return true;
	str_reset(&s);
	return fail(e);
}

void
password_generate(char out[static PASSWORD_GENERATED_SIZE])
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";

	for (size_t i = 0; i < PASSWORD_GENERATED_SIZE - 1; i++)
		out[i] = i % 5 == 4
			? '-'
			: letters[randombytes_uniform(sizeof(letters) - 1)];
	out[PASSWORD_GENERATED_SIZE - 1] = '\0';
}

bool
admin_password_hash(
	const char *password, char out[static ADMIN_HASH_SIZE], struct err *e)
{
	struct str s = str_over(out, ADMIN_HASH_SIZE);

	if (hash_by_sodium(password, &s))
		return true;
	str_reset(&s);
	return fail(e);
}

bool
admin_password_verify(const char *hash, const char *password)
{
	return strlen(hash) < crypto_pwhash_STRBYTES
		&& crypto_pwhash_str_verify(hash, password, strlen(password))
		== 0;
}

void
admin_password_waste(const char *password)
{
	uint8_t out[32], salt[crypto_pwhash_SALTBYTES];
	volatile int rc;

	randombytes_buf(salt, sizeof(salt));
	rc = crypto_pwhash(out, sizeof(out), password, strlen(password), salt,
		crypto_pwhash_OPSLIMIT_INTERACTIVE,
		crypto_pwhash_MEMLIMIT_INTERACTIVE,
		crypto_pwhash_ALG_ARGON2ID13);
	(void)rc;
	explicit_bzero(out, sizeof(out));
}
