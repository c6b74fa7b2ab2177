/*
 * The forms of stored passwords that Dovecot 2.3 knows (its
 * src/auth/password-scheme.c), as a table: which are taken as they are, and
 * how each is verified.
 */
#include "base/password.h"

#include "base/str.h"
#include "base/utf8.h"

/* The state of MD5 after one block is what CRAM-MD5 stores; only the old
 * interface gives it. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <sodium.h>

#define RAW_MAX ((size_t)384)
#define ARGON2_MAX_KIB 1048576
#define ARGON2_MAX_PASSES 64
#define CRYPT_MAX_ROUNDS 10000000
#define BLF_MAX_COST 16

enum form {
	FORM_CRYPT,
	FORM_ARGON2,
	FORM_PBKDF2,
	FORM_DIGEST, /* digest, then the salt, hex or base64 */
	FORM_MD5,    /* $1$ or a digest */
	FORM_PLAIN,
	FORM_CRAM_MD5,
	FORM_SCRAM,
	FORM_OTP
};

struct scheme {
	const char *name;
	enum form form;
	const char *detail; /* crypt or argon2 prefix; digest of OpenSSL */
	bool is_salted;
	bool is_weak;
};

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

enum encoding { ENCODING_GUESS, ENCODING_HEX, ENCODING_B64, ENCODING_BAD };

/* A stored text taken apart. */
struct stored {
	const struct scheme *scheme; /* NULL: unknown */
	enum encoding encoding;
	const char *hash;
	bool is_bare; /* had no {SCHEME} */
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

static struct stored
take_apart(const char *text)
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

/* A number in a text, up to what is no digit; -1 over nine digits. */
static long
number_at(const char *s)
{
	const size_t digits = strspn(s, "0123456789");

	return digits == 0 || digits > 9 ? -1 : strtol(s, NULL, 10);
}

/* Hex or base64 to bytes; 0 when it is neither. */
static size_t
decode(const char *in, enum encoding encoding, size_t wanted,
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

static size_t
digest_len(const struct scheme *scheme)
{
	const EVP_MD *md = EVP_get_digestbyname(scheme->detail);
	const int len = md ? EVP_MD_size(md) : 0;

	return len > 0 ? (size_t)len : 0;
}

/* The bytes of a digest scheme; 0 when their number is wrong. */
static size_t
decode_digest(const struct stored *s, uint8_t out[static RAW_MAX])
{
	const size_t len = digest_len(s->scheme);
	const size_t n = decode(
		s->hash, s->encoding, s->scheme->is_salted ? 0 : len, out);

	if (len == 0 || n < len)
		return 0;
	return s->scheme->is_salted == (n > len) ? n : 0;
}

static enum password_result
verdict(bool is_right)
{
	return is_right ? PASSWORD_RIGHT : PASSWORD_WRONG;
}

static enum password_result
verify_crypt(const char *hash, const char *password)
{
	struct crypt_data *data;
	const char *made;
	enum password_result result = PASSWORD_UNKNOWN;

	if (hash[0] == '!' || hash[0] == '*' || !hash[0])
		return PASSWORD_WRONG;
	data = calloc(1, sizeof(*data));
	if (!data)
		return PASSWORD_UNKNOWN;
	made = crypt_r(password, hash, data);
	if (made && made[0] != '*')
		result = verdict(strlen(made) == strlen(hash)
			&& sodium_memcmp(made, hash, strlen(made)) == 0);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return result;
}

static enum password_result
verify_digest(const struct stored *s, const char *password)
{
	const size_t len = digest_len(s->scheme);
	uint8_t raw[RAW_MAX], made[EVP_MAX_MD_SIZE];
	const size_t n = decode_digest(s, raw);
	enum password_result result = PASSWORD_UNKNOWN;
	EVP_MD_CTX *ctx = NULL;

	if (n == 0)
		return PASSWORD_UNKNOWN;
	ctx = EVP_MD_CTX_new();
	if (ctx
		&& EVP_DigestInit_ex(
			ctx, EVP_get_digestbyname(s->scheme->detail), NULL)
		&& EVP_DigestUpdate(ctx, password, strlen(password))
		&& EVP_DigestUpdate(ctx, raw + len, n - len)
		&& EVP_DigestFinal_ex(ctx, made, NULL))
		result = verdict(sodium_memcmp(made, raw, len) == 0);
	EVP_MD_CTX_free(ctx);
	explicit_bzero(made, sizeof(made));
	return result;
}

/* $1$salt$rounds$hex, HMAC-SHA1, 20 bytes (Dovecot's password-scheme-pbkdf2).
 */
static enum password_result
verify_pbkdf2(const char *hash, const char *password)
{
	uint8_t stored[RAW_MAX], made[20];
	const char *salt, *rounds, *hex;
	long count;

	if (strncmp(hash, "$1$", 3) != 0)
		return PASSWORD_UNKNOWN;
	salt = hash + 3;
	rounds = strchr(salt, '$');
	hex = rounds ? strchr(rounds + 1, '$') : NULL;
	count = rounds ? number_at(rounds + 1) : -1;
	if (!hex || count < 1 || count > CRYPT_MAX_ROUNDS
		|| decode(hex + 1, ENCODING_HEX, 20, stored) != sizeof(made))
		return PASSWORD_UNKNOWN;
	if (!PKCS5_PBKDF2_HMAC_SHA1(password, (int)strlen(password),
		    (const unsigned char *)salt, (int)(rounds - salt),
		    (int)count, sizeof(made), made))
		return PASSWORD_UNKNOWN;
	return verdict(sodium_memcmp(made, stored, sizeof(made)) == 0);
}

/* The state of MD5 after one block of the key XOR `pad`, little-endian. */
static bool
md5_state(const uint8_t key[static 64], uint8_t pad, uint8_t out[static 16])
{
	uint8_t block[64];
	uint32_t words[4];
	MD5_CTX ctx;

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	if (!MD5_Init(&ctx) || !MD5_Update(&ctx, block, sizeof(block)))
		return false;
	words[0] = ctx.A;
	words[1] = ctx.B;
	words[2] = ctx.C;
	words[3] = ctx.D;
	for (size_t i = 0; i < 16; i++)
		out[i] = (uint8_t)(words[i / 4] >> 8 * (i % 4));
	explicit_bzero(&ctx, sizeof(ctx));
	explicit_bzero(block, sizeof(block));
	return true;
}

/* Outer state, then inner state (Dovecot's hmac_md5_get_cram_context). */
static enum password_result
verify_cram_md5(const struct stored *s, const char *password)
{
	uint8_t stored[RAW_MAX], made[32], key[64] = { 0 };
	const size_t len = strlen(password);

	if (decode(s->hash, s->encoding, 32, stored) != sizeof(made))
		return PASSWORD_UNKNOWN;
	if (len <= sizeof(key))
		memcpy(key, password, len);
	else
		MD5((const unsigned char *)password, len, key);
	if (!md5_state(key, 0x5c, made) || !md5_state(key, 0x36, made + 16))
		return PASSWORD_UNKNOWN;
	explicit_bzero(key, sizeof(key));
	return verdict(sodium_memcmp(made, stored, sizeof(made)) == 0);
}

static enum password_result
verify_plain(const struct stored *s, const char *password)
{
	const size_t len = strlen(password);
	uint8_t raw[RAW_MAX];
	size_t n = strlen(s->hash);

	if (n == 0 || n >= RAW_MAX)
		return PASSWORD_UNKNOWN;
	memcpy(raw, s->hash, n);
	if (s->encoding != ENCODING_GUESS)
		n = decode(s->hash, s->encoding, 0, raw);
	return n == 0
		? PASSWORD_UNKNOWN
		: verdict(n == len && sodium_memcmp(raw, password, n) == 0);
}

/* Is what `hash` costs to verify within reason? */
static bool
is_argon2_cheap(const char *hash)
{
	const char *memory = strstr(hash, "$m="), *passes = strstr(hash, ",t=");
	const long kib = memory ? number_at(memory + 3) : -1;
	const long count = passes ? number_at(passes + 3) : -1;

	return kib > 0 && kib <= ARGON2_MAX_KIB && count > 0
		&& count <= ARGON2_MAX_PASSES;
}

static enum password_result
verify_argon2(const char *hash, const char *password)
{
	if (strlen(hash) >= crypto_pwhash_STRBYTES || !is_argon2_cheap(hash))
		return PASSWORD_UNKNOWN;
	return verdict(
		crypto_pwhash_str_verify(hash, password, strlen(password))
		== 0);
}

enum password_result
password_verify(const char *stored, const char *password)
{
	const struct stored s = take_apart(stored);

	if (!s.scheme || strlen(password) > PASSWORD_MAX)
		return s.scheme ? PASSWORD_WRONG : PASSWORD_UNKNOWN;
	switch (s.scheme->form) {
	case FORM_CRYPT:
		return verify_crypt(s.hash, password);
	case FORM_ARGON2:
		return verify_argon2(s.hash, password);
	case FORM_PBKDF2:
		return verify_pbkdf2(s.hash, password);
	case FORM_MD5:
		if (strncmp(s.hash, "$1$", 3) == 0)
			return verify_crypt(s.hash, password);
		return verify_digest(&s, password);
	case FORM_DIGEST:
		return verify_digest(&s, password);
	case FORM_PLAIN:
		return verify_plain(&s, password);
	case FORM_CRAM_MD5:
		return verify_cram_md5(&s, password);
	case FORM_SCRAM:
	case FORM_OTP:
		break;
	}
	return PASSWORD_UNKNOWN;
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

/* Index of the crypt form, or -1 (DES has none). */
static int
crypt_form_of(const char *hash)
{
	for (size_t i = 0; i < ARRAY_LEN(crypt_forms); i++) {
		const char *prefix = crypt_forms[i].prefix;

		if (strncmp(hash, prefix, strlen(prefix)) == 0)
			return (int)i;
	}
	return -1;
}

static bool
is_crypt_hash(const char *hash, const char *prefix)
{
	const int form = crypt_form_of(hash);

	if (strncmp(hash, prefix, strlen(prefix)) != 0)
		return false;
	if (form < 0)
		return is_crypt_text(hash, 13);
	return is_crypt_text(
		strrchr(hash, '$') + 1, crypt_forms[form].hash_len);
}

static bool
is_crypt_cheap(const char *hash)
{
	const char *rounds = strstr(hash, "$rounds=");

	if (rounds) {
		const long n = number_at(rounds + 8);

		return n > 0 && n <= CRYPT_MAX_ROUNDS;
	}
	if (strncmp(hash, "$2", 2) == 0)
		return number_at(hash + 4) <= BLF_MAX_COST;
	return true;
}

/* Is the hash of the form that its scheme asks for? */
static bool
is_well_formed(const struct stored *s)
{
	uint8_t raw[RAW_MAX];

	switch (s->scheme->form) {
	case FORM_CRYPT:
		return s->encoding == ENCODING_GUESS
			&& is_crypt_hash(s->hash, s->scheme->detail);
	case FORM_ARGON2:
		return strncmp(s->hash, s->scheme->detail,
			       strlen(s->scheme->detail))
			== 0
			&& strlen(s->hash) < crypto_pwhash_STRBYTES;
	case FORM_PBKDF2:
		return verify_pbkdf2(s->hash, "") != PASSWORD_UNKNOWN;
	case FORM_MD5:
		if (strncmp(s->hash, "$1$", 3) == 0)
			return is_crypt_hash(s->hash, "$1$");
		return decode_digest(s, raw) > 0;
	case FORM_DIGEST:
		return decode_digest(s, raw) > 0;
	case FORM_CRAM_MD5:
		return decode(s->hash, s->encoding, 32, raw) == 32;
	case FORM_PLAIN:
		return s->encoding == ENCODING_GUESS
			|| decode(s->hash, s->encoding, 0, raw) > 0;
	case FORM_SCRAM:
	case FORM_OTP:
		break;
	}
	return strchr(s->hash, ',') != NULL || s->scheme->form == FORM_OTP;
}

static bool
is_cheap(const struct stored *s)
{
	if (s->scheme->form == FORM_CRYPT)
		return is_crypt_cheap(s->hash);
	return s->scheme->form != FORM_ARGON2 || is_argon2_cheap(s->hash);
}

static bool
refuse(struct err *e, const char *reason, const char *text)
{
	return err_set(
		e, ERR_INVALID, "password_hash", reason, NULL, "%s", text);
}

/* Printable ASCII without blanks and colons. OTP has blanks between its parts;
 * a plain password may hold any text. */
static bool
has_only_safe_bytes(const struct stored *s, const char *in)
{
	const bool is_plain = s->scheme && s->scheme->form == FORM_PLAIN;
	const bool is_otp = s->scheme && s->scheme->form == FORM_OTP;
	const size_t len = strlen(in);
	uint32_t code;

	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_next(in + i, len - i, &code);
		if (n == 0 || utf8_is_hidden(code) || code == ':')
			return false;
		if ((code == ' ' && !is_otp && !is_plain)
			|| (code >= 0x80 && !is_plain))
			return false;
	}
	return true;
}

bool
password_check_ready_hash(const char *in, char *out, size_t cap, struct err *e)
{
	const struct stored s = take_apart(in);
	struct str result;

	if (cap > 0)
		out[0] = '\0';
	if (!in[0])
		return refuse(e, "required", "the hash is missing");
	if (!has_only_safe_bytes(&s, in))
		return refuse(e, "bad_character",
			"a hash is printable ASCII without blanks and colons");
	if (!s.scheme)
		return refuse(e, "unknown_scheme",
			"Dovecot has no scheme of this name that can sign "
			"somebody in");
	if (!s.hash[0] || !is_well_formed(&s))
		return refuse(e, "bad_hash",
			s.is_bare ? "a hash starts with its scheme in braces, "
				    "or is of a form of crypt(5)"
				  : "the hash is not of the form of its "
				    "scheme");
	if (!is_cheap(&s))
		return refuse(e, "too_costly",
			"verifying this hash would take too much time or "
			"memory");
	if (cap == 0)
		return refuse(e, "too_long", "the hash is too long");
	result = str_over(out, cap);
	if (s.is_bare)
		str_add(&result, "{CRYPT}");
	if (str_add(&result, in))
		return true;
	out[0] = '\0';
	return refuse(e, "too_long", "the hash is too long");
}

void
password_scheme_of(const char *stored, char *out, size_t size)
{
	const struct stored s = take_apart(stored);
	struct str text = str_over(out, size);
	int form;

	if (!s.scheme || !s.hash[0])
		return;
	str_add(&text, s.scheme->name);
	if (s.scheme->form != FORM_CRYPT || s.scheme->detail[0])
		return;
	form = crypt_form_of(s.hash);
	if (form >= 0)
		str_addf(&text, "/%s", crypt_forms[form].shown);
	else if (is_crypt_text(s.hash, 13))
		str_add(&text, "/DES");
}

bool
password_is_locked(const char *stored)
{
	const struct stored s = take_apart(stored);

	return s.scheme && s.scheme->form == FORM_CRYPT
		&& (!s.hash[0] || s.hash[0] == '!' || s.hash[0] == '*');
}

bool
password_is_weak(const char *stored)
{
	const struct stored s = take_apart(stored);

	if (!s.scheme || s.scheme->is_weak)
		return true;
	if (s.scheme->form != FORM_CRYPT || password_is_locked(stored))
		return false;
	return crypt_form_of(s.hash) <= 0;
}
