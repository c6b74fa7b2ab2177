/*
 * A file that is encrypted with a passphrase and written or read as a stream,
 * in constant memory: Argon2id makes the key, libsodium's secretstream
 * (XChaCha20-Poly1305) encrypts pieces of 64 KiB. A piece that is changed,
 * moved, missing or added is found out, and so is a missing end.
 *
 * The head holds what the key needs (costs and salt) and a value that tells a
 * wrong passphrase from a damaged file; it is authenticated with every piece.
 *
 * The key takes 128 MiB for about half a second. What a file asks for is
 * bounded, so that a hostile one costs no more than 1 GiB and some seconds.
 */
#ifndef BASE_VAULT_H
#define BASE_VAULT_H

#include "base/base.h"
#include "base/err.h"

/* Written beside its place and renamed, mode 0600 (base/file.h). */
struct vault_out;
bool vault_create(struct vault_out **out_r, const char *path,
	const char *passphrase, struct err *e) MUST_USE;
/* A failed write is reported by vault_commit. */
void vault_put(struct vault_out *v, const void *data, size_t len);
bool vault_commit(struct vault_out **v, struct err *e) MUST_USE;
void vault_abort(struct vault_out **v);

/*
 * ERR_NOT_FOUND without the file; ERR_INVALID, field `file`, reasons
 * `not_a_backup`, `wrong_passphrase` and, while reading, `damaged`.
 */
struct vault_in;
bool vault_open(struct vault_in **in_r, const char *path,
	const char *passphrase, struct err *e) MUST_USE;
/* Exactly `len` bytes; `damaged` when the file ends before them. */
bool vault_get(
	struct vault_in *v, void *out, size_t len, struct err *e) MUST_USE;
/* True at the end that the writer made. False with `e` set when the file is
 * damaged there. */
bool vault_is_at_end(struct vault_in *v, struct err *e) MUST_USE;
void vault_close(struct vault_in **v);

#endif
