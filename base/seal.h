/*
 * Secrets that must be read again (TOTP seeds, the spool of a job) rest sealed
 * with a key that is not in the database: XChaCha20-Poly1305 of libsodium
 * (crypto_aead_xchacha20poly1305_ietf), a random nonce each.
 *
 * The keys are lines of one file, `ID KEY`: a number and 64 hex digits, `#`
 * begins a comment. The last line seals; all of them open, so that a new key
 * can be added at any time and an old one goes when nothing is left that it
 * sealed. A sealed blob is
 *
 *	1 byte version | 4 bytes key id, big endian | 24 bytes nonce | text, tag
 *
 * A context (what it is and whose: "totp/admin/17") is bound as additional
 * data: a blob that was moved to another row does not open.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/base.h"
#include "base/err.h"

#define SEAL_KEY_BYTES 32
#define SEAL_KEYS_MAX 16
#define SEAL_OVERHEAD 45
#define SEAL_CREDENTIAL "seal.key"

struct seal_key {
	uint32_t id;
	uint8_t key[SEAL_KEY_BYTES];
};

struct seal_ring {
	size_t n; /* 0: there are no keys */
	struct seal_key item[SEAL_KEYS_MAX];
};

/* The text of a key file. ERR_INVALID, `bad_key_file`, with the line. */
bool seal_parse(
	struct seal_ring *out, const char *text, struct err *e) MUST_USE;

/*
 * From $CREDENTIALS_DIRECTORY/seal.key when that is there, else from `path`.
 * ERR_NOT_FOUND when there is neither; ERR_INVALID, `open_to_others`, when a
 * file can be read or written by anybody but its owner.
 */
bool seal_load(struct seal_ring *out, const char *path, struct err *e) MUST_USE;

/* Where seal_load reads: `path`, or the credential put into `buf`. */
const char *seal_place(const char *path, char *buf, size_t size);

/*
 * A fresh key as the last line of the file at `path`, which is made (0600)
 * where it is missing. *id_r is the new key's id. ERR_LIMIT when it is full.
 */
bool seal_add_key(const char *path, uint32_t *id_r, struct err *e) MUST_USE;

/*
 * Seal `len` bytes into `out` (`cap` bytes, at least len + SEAL_OVERHEAD).
 * ERR_UNAVAILABLE, `no_seal_key`, when the ring is empty.
 */
bool seal_close(const struct seal_ring *ring, const char *context,
	const void *data, size_t len, uint8_t *out, size_t cap, size_t *len_r,
	struct err *e) MUST_USE;

/*
 * Open a blob into `out` (`cap` bytes, at least len - SEAL_OVERHEAD).
 * ERR_INTERNAL: `unknown_seal_key`, or `seal_broken` when it was changed, cut
 * or belongs to another context; nothing is in `out` then.
 */
bool seal_open(const struct seal_ring *ring, const char *context,
	const uint8_t *blob, size_t len, uint8_t *out, size_t cap,
	size_t *len_r, struct err *e) MUST_USE;

/* Which key sealed it; false when it is no blob. */
bool seal_key_of(const uint8_t *blob, size_t len, uint32_t *id_r) MUST_USE;

void seal_forget(struct seal_ring *ring);

#endif
