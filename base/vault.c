/*
 * Encrypted files as a stream.
 */
#include "base/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <sodium.h>

#include "base/file.h"

#define MAGIC "POSTROOM-VAULT1\n"
#define MAGIC_LEN (sizeof(MAGIC) - 1)
#define PIECE ((size_t)65536)
#define SEALED (PIECE + crypto_secretstream_xchacha20poly1305_ABYTES)
#define STREAM_HEAD crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define CHECK_LEN 16

enum { PASSES = 3, PASSES_MAX = 16 };
#define MEMORY_KIB ((uint32_t)128 * 1024)
#define MEMORY_KIB_MAX ((uint32_t)1024 * 1024)

/* The head as it stands in the file; numbers are little-endian. */
struct head {
	uint8_t magic[MAGIC_LEN];
	uint8_t passes[4], memory_kib[4];
	uint8_t salt[crypto_pwhash_SALTBYTES];
	uint8_t check[CHECK_LEN];
};
_Static_assert(sizeof(struct head) == 56, "the head has no padding");

struct vault_out {
	struct file_out *file;
	struct head head;
	crypto_secretstream_xchacha20poly1305_state stream;
	uint8_t plain[PIECE], sealed[SEALED];
	size_t len;
};

struct vault_in {
	int fd;
	struct head head;
	crypto_secretstream_xchacha20poly1305_state stream;
	uint8_t plain[PIECE], sealed[SEALED];
	size_t at, len;
	bool is_last;
};

static void
put_u32(uint8_t out[static 4], uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t
get_u32(const uint8_t in[static 4])
{
	return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16
		| (uint32_t)in[3] << 24;
}

static bool
make_key(const struct head *h, const char *passphrase,
	uint8_t key[static crypto_secretstream_xchacha20poly1305_KEYBYTES],
	struct err *e)
{
	if (crypto_pwhash(key, crypto_secretstream_xchacha20poly1305_KEYBYTES,
		    passphrase, strlen(passphrase), h->salt, get_u32(h->passes),
		    (size_t)get_u32(h->memory_kib) * 1024,
		    crypto_pwhash_ALG_ARGON2ID13)
		== 0)
		return true;
	return err_set(e, ERR_UNAVAILABLE, "passphrase", "no_memory", NULL,
		"the key needs %u MiB of memory",
		(unsigned)(get_u32(h->memory_kib) / 1024));
}

static void
make_check(const uint8_t *key, uint8_t out[static CHECK_LEN])
{
	static const uint8_t what[] = "postroom vault: passphrase";

	crypto_generichash(out, CHECK_LEN, what, sizeof(what) - 1, key,
		crypto_secretstream_xchacha20poly1305_KEYBYTES);
}

static bool
write_head(struct vault_out *v, const char *passphrase, struct err *e)
{
	uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
	uint8_t start[STREAM_HEAD];
	bool is_ok;

	memcpy(v->head.magic, MAGIC, MAGIC_LEN);
	put_u32(v->head.passes, PASSES);
	put_u32(v->head.memory_kib, MEMORY_KIB);
	randombytes_buf(v->head.salt, sizeof(v->head.salt));
	is_ok = make_key(&v->head, passphrase, key, e);
	if (is_ok) {
		make_check(key, v->head.check);
		crypto_secretstream_xchacha20poly1305_init_push(
			&v->stream, start, key);
		file_put(v->file, &v->head, sizeof(v->head));
		file_put(v->file, start, sizeof(start));
	}
	explicit_bzero(key, sizeof(key));
	return is_ok;
}

bool
vault_create(struct vault_out **out_r, const char *path, const char *passphrase,
	struct err *e)
{
	struct vault_out *v = calloc(1, sizeof(*v));

	*out_r = NULL;
	if (!v)
		return err_memory(e);
	if (!file_begin(&v->file, path, 0600, e)
		|| !write_head(v, passphrase, e)) {
		vault_abort(&v);
		return false;
	}
	*out_r = v;
	return true;
}

static void
seal(struct vault_out *v, uint8_t tag)
{
	unsigned long long len = 0;

	crypto_secretstream_xchacha20poly1305_push(&v->stream, v->sealed, &len,
		v->plain, v->len, (const uint8_t *)&v->head, sizeof(v->head),
		tag);
	file_put(v->file, v->sealed, (size_t)len);
	v->len = 0;
}

void
vault_put(struct vault_out *v, const void *data, size_t len)
{
	const uint8_t *from = data;

	while (len > 0) {
		const size_t room = PIECE - v->len;
		const size_t n = len < room ? len : room;

		if (n == 0) {
			seal(v, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
			continue;
		}
		memcpy(v->plain + v->len, from, n);
		v->len += n;
		from += n;
		len -= n;
	}
}

static void
out_free(struct vault_out **vp)
{
	explicit_bzero(*vp, sizeof(**vp));
	free(*vp);
	*vp = NULL;
}

bool
vault_commit(struct vault_out **vp, struct err *e)
{
	bool is_ok;

	seal(*vp, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
	is_ok = file_commit(&(*vp)->file, e);
	out_free(vp);
	return is_ok;
}

void
vault_abort(struct vault_out **vp)
{
	if (!*vp)
		return;
	if ((*vp)->file)
		file_abort(&(*vp)->file);
	out_free(vp);
}

/* As much as there is, up to `len`; -1 when reading fails. */
static ssize_t
read_up_to(int fd, uint8_t *out, size_t len)
{
	size_t at = 0;

	while (at < len) {
		const ssize_t n = read(fd, out + at, len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		at += (size_t)n;
	}
	return (ssize_t)at;
}

static bool
fail(struct err *e, const char *reason, const char *text)
{
	return err_set(e, ERR_INVALID, "file", reason, NULL, "%s", text);
}

static bool
read_head(struct vault_in *v, const char *passphrase, struct err *e)
{
	uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
	uint8_t check[CHECK_LEN], start[STREAM_HEAD];
	uint32_t passes, memory_kib;
	bool is_ok;

	if (read_up_to(v->fd, (uint8_t *)&v->head, sizeof(v->head))
			!= (ssize_t)sizeof(v->head)
		|| memcmp(v->head.magic, MAGIC, MAGIC_LEN) != 0
		|| read_up_to(v->fd, start, sizeof(start))
			!= (ssize_t)sizeof(start))
		return fail(e, "not_a_backup",
			"this is not a file that postroom encrypted");
	passes = get_u32(v->head.passes);
	memory_kib = get_u32(v->head.memory_kib);
	if (passes < 1 || passes > PASSES_MAX || memory_kib < 8
		|| memory_kib > MEMORY_KIB_MAX)
		return fail(e, "damaged",
			"the file asks for more work than any that postroom "
			"writes: it is damaged");
	if (!make_key(&v->head, passphrase, key, e))
		return false;
	make_check(key, check);
	is_ok = sodium_memcmp(check, v->head.check, CHECK_LEN) == 0
		&& crypto_secretstream_xchacha20poly1305_init_pull(
			   &v->stream, start, key)
			== 0;
	explicit_bzero(key, sizeof(key));
	return is_ok
		|| fail(e, "wrong_passphrase",
			"the passphrase is not the one of this file");
}

bool
vault_open(struct vault_in **in_r, const char *path, const char *passphrase,
	struct err *e)
{
	struct vault_in *v = calloc(1, sizeof(*v));

	*in_r = NULL;
	if (!v)
		return err_memory(e);
	v->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (v->fd < 0) {
		err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INVALID,
			"file", "cannot_read", path, "%s: %s", path,
			strerror(errno));
		vault_close(&v);
		return false;
	}
	if (!read_head(v, passphrase, e)) {
		vault_close(&v);
		return false;
	}
	*in_r = v;
	return true;
}

static bool
next_piece(struct vault_in *v, struct err *e)
{
	const ssize_t n = read_up_to(v->fd, v->sealed, SEALED);
	unsigned long long len = 0;
	uint8_t tag = 0, more;

	if (v->is_last || n < 0
		|| (size_t)n < crypto_secretstream_xchacha20poly1305_ABYTES
		|| crypto_secretstream_xchacha20poly1305_pull(&v->stream,
			   v->plain, &len, &tag, v->sealed,
			   (unsigned long long)n, (const uint8_t *)&v->head,
			   sizeof(v->head))
			!= 0)
		return fail(e, "damaged",
			"the file is damaged or cut short; take another one");
	v->is_last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	v->at = 0;
	v->len = (size_t)len;
	if (v->is_last ? read_up_to(v->fd, &more, 1) != 0 : (size_t)n != SEALED)
		return fail(e, "damaged", "something follows the file's end");
	return true;
}

bool
vault_get(struct vault_in *v, void *out, size_t len, struct err *e)
{
	uint8_t *to = out;

	while (len > 0) {
		const size_t left = v->len - v->at;
		const size_t n = len < left ? len : left;

		if (n == 0) {
			if (!next_piece(v, e))
				return false;
			continue;
		}
		memcpy(to, v->plain + v->at, n);
		v->at += n;
		to += n;
		len -= n;
	}
	return true;
}

bool
vault_is_at_end(struct vault_in *v, struct err *e)
{
	while (v->at == v->len && !v->is_last)
		if (!next_piece(v, e))
			return false;
	return v->at == v->len;
}

void
vault_close(struct vault_in **vp)
{
	if (!*vp)
		return;
	fd_close(&(*vp)->fd);
	explicit_bzero(*vp, sizeof(**vp));
	free(*vp);
	*vp = NULL;
}
