/*
 * Sealing, see seal.h.
 */
#include "base/seal.h"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

#define VERSION 1
#define ID_AT 1
#define NONCE_AT 5
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define HEAD_BYTES (NONCE_AT + NONCE_BYTES)
#define HEX_DIGITS ((size_t)2 * SEAL_KEY_BYTES)
#define FILE_MAX ((size_t)8192)
#define LINE_SIZE 96

_Static_assert(HEAD_BYTES + TAG_BYTES == SEAL_OVERHEAD, "as the header says");
_Static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	"the library's own size");

static bool
bad_line(unsigned line, const char *what, struct err *e)
{
	return err_set(e, ERR_INVALID, NULL, "bad_key_file", NULL,
		"line %u of the key file: %s", line, what);
}

static const struct seal_key *
find_key(const struct seal_ring *ring, uint32_t id)
{
	for (size_t i = 0; i < ring->n; i++)
		if (ring->item[i].id == id)
			return &ring->item[i];
	return NULL;
}

/* `ID KEY` without its line feed. */
static bool
parse_line(struct seal_ring *out, char *text, unsigned line, struct err *e)
{
	char *hex = strchr(text, ' ');
	struct seal_key *k = &out->item[out->n];
	int64_t id;
	size_t len;

	if (!hex)
		return bad_line(line, "it must be a number and a key", e);
	*hex++ = '\0';
	if (!str_to_i64(text, 1, UINT32_MAX, &id))
		return bad_line(line, "the number is out of range", e);
	if (find_key(out, (uint32_t)id))
		return bad_line(line, "the number stands there twice", e);
	if (out->n == SEAL_KEYS_MAX)
		return bad_line(line, "there are too many keys", e);
	if (strlen(hex) != HEX_DIGITS
		|| sodium_hex2bin(k->key, sizeof(k->key), hex, HEX_DIGITS, NULL,
			   &len, NULL)
			!= 0
		|| len != sizeof(k->key))
		return bad_line(line, "a key is 64 hex digits", e);
	k->id = (uint32_t)id;
	out->n++;
	return true;
}

bool
seal_parse(struct seal_ring *out, const char *text, struct err *e)
{
	unsigned line = 1;
	char one[LINE_SIZE];
	bool is_good = true;

	*out = (struct seal_ring){ 0 };
	for (; is_good && *text; line++) {
		size_t len = strcspn(text, "\n");

		if (len > 0 && text[0] != '#') {
			is_good = str_copy_n(one, sizeof(one), text, len)
				? parse_line(out, one, line, e)
				: bad_line(line, "it is too long", e);
		}
		text += len + (text[len] == '\n' ? 1 : 0);
	}
	explicit_bzero(one, sizeof(one));
	if (is_good && out->n == 0)
		is_good = bad_line(line, "there is no key", e);
	if (!is_good)
		seal_forget(out);
	return is_good;
}

const char *
seal_place(const char *path, char *buf, size_t size)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	int n;

	if (!folder || !folder[0])
		return path;
	n = snprintf(buf, size, "%s/%s", folder, SEAL_CREDENTIAL);
	if (n < 0 || (size_t)n >= size || access(buf, F_OK) != 0)
		return path;
	return buf;
}

/* systemd's own credentials are 0400 or, with an access list, 0440 of root. */
static bool
check_mode(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set(e, ERR_NOT_FOUND, NULL, "no_key_file", path,
			"%s: there is no key file", path);
	if (!S_ISREG(st.st_mode) || (st.st_mode & (S_IRWXO | S_IWGRP)) != 0
		|| ((st.st_mode & S_IRGRP) != 0 && st.st_uid != 0))
		return err_set(e, ERR_INVALID, NULL, "open_to_others", path,
			"%s: the key file must be a file of mode 0600", path);
	return true;
}

bool
seal_load(struct seal_ring *out, const char *path, struct err *e)
{
	char buf[512];
	const char *place = seal_place(path, buf, sizeof(buf));
	struct arena *a;
	bool is_good;
	size_t len;
	char *text;

	*out = (struct seal_ring){ 0 };
	if (!check_mode(place, e))
		return false;
	a = arena_new(FILE_MAX + 65536);
	if (!a)
		return err_memory(e);
	is_good = file_read(place, FILE_MAX, a, &text, &len, e);
	if (is_good) {
		is_good = seal_parse(out, text, e);
		explicit_bzero(text, len);
	}
	arena_free(&a);
	return is_good;
}

static void
add_line(struct str *s, const struct seal_key *k)
{
	char hex[HEX_DIGITS + 1];

	sodium_bin2hex(hex, sizeof(hex), k->key, sizeof(k->key));
	str_addf(s, "%u %s\n", k->id, hex);
	explicit_bzero(hex, sizeof(hex));
}

bool
seal_add_key(const char *path, uint32_t *id_r, struct err *e)
{
	struct seal_ring ring = { 0 };
	char text[FILE_MAX];
	struct str s = STR_FIXED(text);
	struct seal_key *new_key;
	bool is_good;

	*id_r = 1;
	if (access(path, F_OK) == 0) {
		struct arena *a = arena_new(FILE_MAX + 65536);
		char *old;
		size_t len;

		if (!a)
			return err_memory(e);
		is_good = check_mode(path, e)
			&& file_read(path, FILE_MAX, a, &old, &len, e)
			&& seal_parse(&ring, old, e);
		arena_free(&a);
		if (!is_good)
			return false;
	}
	if (ring.n == SEAL_KEYS_MAX)
		return err_set(e, ERR_LIMIT, NULL, "too_many_keys", path,
			"%s has its %d keys: take out one that seals nothing",
			path, SEAL_KEYS_MAX);
	for (size_t i = 0; i < ring.n; i++)
		if (ring.item[i].id >= *id_r)
			*id_r = ring.item[i].id + 1;
	new_key = &ring.item[ring.n++];
	new_key->id = *id_r;
	randombytes_buf(new_key->key, sizeof(new_key->key));
	str_add(&s,
		"# Keys of Postroom's sealed secrets; the last one seals. "
		"Without them the\n# secrets are lost: keep a copy in a "
		"safe place, apart from the database's.\n");
	for (size_t i = 0; i < ring.n; i++)
		add_line(&s, &ring.item[i]);
	is_good = str_is_ok(&s) ? file_write(path, text, s.len, 0600, e)
				: err_memory(e);
	explicit_bzero(text, sizeof(text));
	seal_forget(&ring);
	return is_good;
}

bool
seal_close(const struct seal_ring *ring, const char *context, const void *data,
	size_t len, uint8_t *out, size_t cap, size_t *len_r, struct err *e)
{
	const struct seal_key *k;
	unsigned long long n;

	*len_r = 0;
	if (ring->n == 0)
		return err_set(e, ERR_UNAVAILABLE, NULL, "no_seal_key", NULL,
			"there is no key to seal secrets with: "
			"run `postroom seal init`");
	if (cap < SEAL_OVERHEAD || cap - SEAL_OVERHEAD < len)
		return err_set(e, ERR_INTERNAL, NULL, "too_long", NULL,
			"no room for a sealed secret");
	k = &ring->item[ring->n - 1];
	out[0] = VERSION;
	out[ID_AT] = (uint8_t)(k->id >> 24);
	out[ID_AT + 1] = (uint8_t)(k->id >> 16);
	out[ID_AT + 2] = (uint8_t)(k->id >> 8);
	out[ID_AT + 3] = (uint8_t)k->id;
	randombytes_buf(out + NONCE_AT, NONCE_BYTES);
	if (crypto_aead_xchacha20poly1305_ietf_encrypt(out + HEAD_BYTES, &n,
		    data, len, (const unsigned char *)context, strlen(context),
		    NULL, out + NONCE_AT, k->key)
		!= 0)
		return err_set(e, ERR_INTERNAL, NULL, "seal_failed", NULL,
			"a secret could not be sealed");
	*len_r = HEAD_BYTES + (size_t)n;
	return true;
}

bool
seal_key_of(const uint8_t *blob, size_t len, uint32_t *id_r)
{
	if (len < SEAL_OVERHEAD || blob[0] != VERSION)
		return false;
	*id_r = (uint32_t)blob[ID_AT] << 24 | (uint32_t)blob[ID_AT + 1] << 16
		| (uint32_t)blob[ID_AT + 2] << 8 | blob[ID_AT + 3];
	return true;
}

bool
seal_open(const struct seal_ring *ring, const char *context,
	const uint8_t *blob, size_t len, uint8_t *out, size_t cap,
	size_t *len_r, struct err *e)
{
	const struct seal_key *k;
	unsigned long long n;
	uint32_t id;

	*len_r = 0;
	if (!seal_key_of(blob, len, &id) || cap < len - SEAL_OVERHEAD)
		return err_set(e, ERR_INTERNAL, NULL, "seal_broken", context,
			"a sealed secret has a wrong form");
	k = find_key(ring, id);
	if (!k)
		return err_set(e, ERR_INTERNAL, NULL, "unknown_seal_key",
			context, "the key %u that sealed a secret is not here",
			id);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &n, NULL,
		    blob + HEAD_BYTES, len - HEAD_BYTES,
		    (const unsigned char *)context, strlen(context),
		    blob + NONCE_AT, k->key)
		!= 0) {
		explicit_bzero(out, cap);
		return err_set(e, ERR_INTERNAL, NULL, "seal_broken", context,
			"a sealed secret does not open");
	}
	*len_r = (size_t)n;
	return true;
}

void
seal_forget(struct seal_ring *ring)
{
	explicit_bzero(ring, sizeof(*ring));
}
