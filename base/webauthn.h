/*
 * Passkeys: what a browser answers to a challenge (W3C Web Authentication,
 * level 2, sections 7.1 and 7.2), verified.
 *
 * libfido2 reads the authenticator's data and verifies the signature of an
 * assertion; for attestation `none`, which is all that is asked for, it
 * verifies nothing. Type, challenge, origin, rp id, flags and the exact form
 * are looked at here. The challenge itself (ours, not answered before, for
 * this person) is the caller's to judge.
 *
 * Errors are ERR_INVALID, field `passkey`, reason `passkey_form`,
 * `passkey_origin`, `passkey_flags` or `passkey_signature`.
 */
#ifndef BASE_WEBAUTHN_H
#define BASE_WEBAUTHN_H

#include "base/base.h"
#include "base/err.h"

#define WEBAUTHN_ID_MAX 1023
#define WEBAUTHN_KEY_MAX 1024
#define WEBAUTHN_CHALLENGE_MAX 256
#define WEBAUTHN_TEXT_MAX ((size_t)8192)

/* COSE algorithms that are taken. */
#define WEBAUTHN_ES256 (-7)
#define WEBAUTHN_EDDSA (-8)
#define WEBAUTHN_RS256 (-257)

struct bytes {
	const uint8_t *data;
	size_t len;
};

struct webauthn_site {
	const char *origin; /* https://panel.example:8443 */
	const char *rp_id;  /* panel.example */
};

/*
 * What a browser signs beside the authenticator's data: the challenge is put
 * into `challenge` and the digest of the whole into `hash`. `type` is
 * "webauthn.create" or "webauthn.get".
 */
struct webauthn_client {
	uint8_t challenge[WEBAUTHN_CHALLENGE_MAX];
	size_t challenge_len;
	uint8_t hash[32];
};
bool webauthn_read_client(const struct webauthn_site *site, const char *type,
	struct bytes json, struct webauthn_client *out, struct err *e) MUST_USE;

struct webauthn_key {
	uint8_t id[WEBAUTHN_ID_MAX];
	size_t id_len;
	int algorithm;
	uint8_t key[WEBAUTHN_KEY_MAX]; /* as libfido2 takes it */
	size_t key_len;
	uint32_t count;
	bool is_synced; /* kept by a service, on several devices */
};

/* A new key from an attestationObject. */
bool webauthn_read_key(const struct webauthn_site *site,
	struct bytes attestation, struct webauthn_key *out,
	struct err *e) MUST_USE;

/* Did the holder of that key sign? *count_r is the authenticator's counter. */
bool webauthn_verify(const struct webauthn_site *site,
	const struct webauthn_client *client, int algorithm, struct bytes key,
	struct bytes auth_data, struct bytes signature, uint32_t *count_r,
	struct err *e) MUST_USE;

/* base64url without padding: into `out` (cap bytes), *len_r; false when it is
 * something else or does not fit. */
bool base64url_decode(
	const char *text, uint8_t *out, size_t cap, size_t *len_r) MUST_USE;
/* With a NUL; cap at least len * 4 / 3 + 4. */
bool base64url_encode(
	const void *data, size_t len, char *out, size_t cap) MUST_USE;

#endif
