/*
 * Stored passwords taken apart: the schemes that Dovecot 2.3 knows (its
 * src/auth/password-scheme.c) and the encodings of their hashes.
 */
#include "base/password_internal.h"

#include "base/str.h"

#include <openssl/evp.h>
#include <sodium.h>

static const struct scheme schemes[] = {
	{ "CRYPT", FORM_CRYPT, "", false, false },
	{ "DES-CRYPT", FORM_CRYPT, "", false, true },
	{ "MD5-CRYPT", FORM_CRYPT, "$1$", false, true },
	{ "SHA256-CRYPT", FORM_CRYPT, "$5$", false, false },
	{ "SHA512-CRYPT", FORM_CRYPT, "$6$", false, false },
	{ "BLF-CRYPT", FORM_CRYPT, "$2", false, false },
	{ "ARGON2I", FORM_ARGON2, "$argon2i$", false, false },
	{ "ARGON2ID", FORM_ARGON2, "$argon2id$", false, false },
	{ "PBKDF2", FORM_PBKDF2, "", false, false },
	{ "SHA", FORM_DIGEST, "SHA1", false, true },
	{ "SHA1", FORM_DIGEST, "SHA1", false, true },
	{ "SHA256", FORM_DIGEST, "SHA256", false, true },
	{ "SHA512", FORM_DIGEST, "SHA512", false, true },
	{ "SSHA", FORM_DIGEST, "SHA1", true, true },
	{ "SSHA256", FORM_DIGEST, "SHA256", true, true },
	{ "SSHA512", FORM_DIGEST, "SHA512", true, true },
	{ "SMD5", FORM_DIGEST, "MD5", true, true },
	{ "LDAP-MD5", FORM_DIGEST, "MD5", false, true },
	{ "PLAIN-MD5", FORM_DIGEST, "MD5", false, true },
	{ "MD5", FORM_MD5, "MD5", false, true },
	{ "PLAIN", FORM_PLAIN, "", false, true },
	{ "CLEARTEXT", FORM_PLAIN, "", false, true },
	{ "CLEAR", FORM_PLAIN, "", false, true },
	{ "CRAM-MD5", FORM_CRAM_MD5, "", false, true },
	{ "HMAC-MD5", FORM_CRAM_MD5, "", false, true },
	{ "SCRAM-SHA-1", FORM_SCRAM, "", false, false },
	{ "SCRAM-SHA-256", FORM_SCRAM, "", false, false },
	{ "OTP", FORM_OTP, "", false, true },
};

static enum encoding
encoding_of(const char *suffix, size_t len)
{
	if (len == 0)
		return ENCODING_GUESS;
	if (len == 4 && strncasecmp(suffix, ".HEX", 4) == 0)
		return ENCODING_HEX;
	if ((len == 4 && strncasecmp(suffix, ".B64", 4) == 0)
		|| (len == 7 && strncasecmp(suffix, ".BASE64", 7) == 0))
		return ENCODING_B64;
	return ENCODING_BAD;
}

struct stored
stored_take_apart(const char *text)
{
	struct stored s = { .scheme = &schemes[0], .hash = text };
	const char *end = text[0] == '{' ? strchr(text, '}') : NULL;
	size_t name_len, len;

	if (text[0] != '{') {
		s.is_bare = true;
		return s;
	}
	s.scheme = NULL;
	if (!end)
		return s;
	s.hash = end + 1;
	len = (size_t)(end - text - 1);
	name_len = strcspn(text + 1, ".}");
	s.encoding = encoding_of(text + 1 + name_len, len - name_len);
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (strlen(schemes[i].name) == name_len
			&& strncasecmp(schemes[i].name, text + 1, name_len)
				== 0)
			s.scheme = &schemes[i];
	}
	if (s.encoding == ENCODING_BAD)
		s.scheme = NULL;
	return s;
}

long
stored_number(const char *s)
{
	const size_t digits = strspn(s, "0123456789");

	return digits == 0 || digits > 9 ? -1 : strtol(s, NULL, 10);
}

size_t
stored_decode(const char *in, enum encoding encoding, size_t wanted,
	uint8_t out[static RAW_MAX])
{
	const size_t len = strlen(in);
	const char *end = NULL;
	size_t n = 0;
	int rc;

	if (encoding == ENCODING_GUESS)
		encoding = wanted && len == 2 * wanted && !strchr(in, '=')
			? ENCODING_HEX
			: ENCODING_B64;
	if (encoding == ENCODING_HEX)
		rc = sodium_hex2bin(out, RAW_MAX, in, len, NULL, &n, &end);
	else
		rc = sodium_base642bin(out, RAW_MAX, in, len, NULL, &n, &end,
			strchr(in, '=')
				? sodium_base64_VARIANT_ORIGINAL
				: sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	return rc == 0 && end == in + len ? n : 0;
}

size_t
stored_digest_len(const struct scheme *scheme)
{
	const EVP_MD *md = EVP_get_digestbyname(scheme->detail);
	const int len = md ? EVP_MD_size(md) : 0;

	return len > 0 ? (size_t)len : 0;
}

size_t
stored_digest(const struct stored *s, uint8_t out[static RAW_MAX])
{
	const size_t len = stored_digest_len(s->scheme);
	const size_t n = stored_decode(
		s->hash, s->encoding, s->scheme->is_salted ? 0 : len, out);

	if (len == 0 || n < len)
		return 0;
	return s->scheme->is_salted == (n > len) ? n : 0;
}

/* Letters of crypt(3)'s own base64. */
static bool
is_crypt_text(const char *s, size_t len)
{
	return strlen(s) == len
		&& strspn(s,
			   "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "abcdefghijklmnopqrstuvwxyz")
		== len;
}

/* The crypt forms and the length of what stands behind the last dollar. */
static const struct {
	const char *prefix;
	size_t hash_len;
	const char *shown;
} crypt_forms[] = {
	{ "$1$", 22, "MD5" },
	{ "$5$", 43, "SHA256" },
	{ "$6$", 86, "SHA512" },
	{ "$2a$", 53, "bcrypt" },
	{ "$2b$", 53, "bcrypt" },
	{ "$2y$", 53, "bcrypt" },
	{ "$y$", 43, "yescrypt" },
	{ "$gy$", 43, "gost-yescrypt" },
	{ "$7$", 43, "scrypt" },
};

int
crypt_form_of(const char *hash)
{
	for (size_t i = 0; i < ARRAY_LEN(crypt_forms); i++) {
		const char *prefix = crypt_forms[i].prefix;

		if (strncmp(hash, prefix, strlen(prefix)) == 0)
			return (int)i;
	}
	return -1;
}

const char *
crypt_form_name(int form)
{
	return form < 0 ? "DES" : crypt_forms[form].shown;
}

bool
crypt_form_is_whole(int form, const char *hash)
{
	if (form < 0)
		return is_crypt_text(hash, 13);
	return is_crypt_text(
		strrchr(hash, '$') + 1, crypt_forms[form].hash_len);
}

void
password_scheme_of(const char *stored, char *out, size_t size)
{
	const struct stored s = stored_take_apart(stored);
	struct str text = str_over(out, size);
	int form;

	if (!s.scheme || !s.hash[0])
		return;
	str_add(&text, s.scheme->name);
	if (s.scheme->form != FORM_CRYPT || s.scheme->detail[0])
		return;
	form = crypt_form_of(s.hash);
	if (form >= 0 || crypt_form_is_whole(form, s.hash))
		str_addf(&text, "/%s", crypt_form_name(form));
}

bool
password_is_locked(const char *stored)
{
	const struct stored s = stored_take_apart(stored);

	return s.scheme && s.scheme->form == FORM_CRYPT
		&& (!s.hash[0] || s.hash[0] == '!' || s.hash[0] == '*');
}

bool
password_is_weak(const char *stored)
{
	const struct stored s = stored_take_apart(stored);

	if (!s.scheme || s.scheme->is_weak)
		return true;
	if (s.scheme->form != FORM_CRYPT || password_is_locked(stored))
		return false;
	return crypt_form_of(s.hash) <= 0;
}

bool
password_is_weaker(const char *stored, enum password_scheme scheme)
{
	const struct stored s = stored_take_apart(stored);

	if (password_is_weak(stored))
		return true;
	if (scheme == PASSWORD_SHA512_CRYPT || !s.scheme)
		return false;
	return s.scheme->form == FORM_PBKDF2
		|| (s.scheme->form == FORM_CRYPT
			&& (strncmp(s.hash, "$5$", 3) == 0
				|| strncmp(s.hash, "$6$", 3) == 0));
}
