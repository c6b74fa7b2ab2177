/*
 * Does a password belong to a stored text? One function a form.
 */
#include "base/password_internal.h"

/* The state of MD5 after one block is what CRAM-MD5 stores; only the old
 * interface gives it. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <sodium.h>

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
	const size_t len = stored_digest_len(s->scheme);
	uint8_t raw[RAW_MAX], made[EVP_MAX_MD_SIZE];
	const size_t n = stored_digest(s, raw);
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

bool
pbkdf2_take_apart(const char *hash, struct pbkdf2 *out)
{
	uint8_t raw[RAW_MAX];
	const char *rounds, *hex;

	if (strncmp(hash, "$1$", 3) != 0)
		return false;
	out->salt = hash + 3;
	rounds = strchr(out->salt, '$');
	hex = rounds ? strchr(rounds + 1, '$') : NULL;
	if (!hex
		|| stored_decode(hex + 1, ENCODING_HEX, 20, raw)
			!= sizeof(out->digest))
		return false;
	out->salt_len = (size_t)(rounds - out->salt);
	out->rounds = stored_number(rounds + 1);
	memcpy(out->digest, raw, sizeof(out->digest));
	return out->rounds > 0;
}

static enum password_result
verify_pbkdf2(const char *hash, const char *password)
{
	struct pbkdf2 p;
	uint8_t made[20];

	if (!pbkdf2_take_apart(hash, &p) || p.rounds > MAX_ROUNDS
		|| !PKCS5_PBKDF2_HMAC_SHA1(password, (int)strlen(password),
			(const unsigned char *)p.salt, (int)p.salt_len,
			(int)p.rounds, sizeof(made), made))
		return PASSWORD_UNKNOWN;
	return verdict(sodium_memcmp(made, p.digest, sizeof(made)) == 0);
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

	if (stored_decode(s->hash, s->encoding, 32, stored) != sizeof(made))
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
		n = stored_decode(s->hash, s->encoding, 0, raw);
	return n == 0
		? PASSWORD_UNKNOWN
		: verdict(n == len && sodium_memcmp(raw, password, n) == 0);
}

bool
argon2_is_cheap(const char *hash)
{
	const char *memory = strstr(hash, "$m="), *passes = strstr(hash, ",t=");
	const long kib = memory ? stored_number(memory + 3) : -1;
	const long count = passes ? stored_number(passes + 3) : -1;

	return kib > 0 && kib <= ARGON2_MAX_KIB && count > 0
		&& count <= ARGON2_MAX_PASSES;
}

static enum password_result
verify_argon2(const char *hash, const char *password)
{
	if (strlen(hash) >= crypto_pwhash_STRBYTES || !argon2_is_cheap(hash))
		return PASSWORD_UNKNOWN;
	return verdict(
		crypto_pwhash_str_verify(hash, password, strlen(password))
		== 0);
}

enum password_result
password_verify(const char *stored, const char *password)
{
	const struct stored s = stored_take_apart(stored);

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
