/*
 * Passkeys, see webauthn.h.
 */
#include "base/webauthn.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <sodium.h>

#include "base/json.h"
#include "base/token.h"

/* authenticatorData: rpIdHash, flags, counter, then the rest. */
#define AUTH_FLAGS_AT 32
#define AUTH_MIN 37
#define FLAG_UP 0x01 /* somebody was there */
#define FLAG_UV 0x04 /* and was recognised */
#define FLAG_BS 0x10 /* and is */
#define FLAG_AT 0x40 /* a new key follows */

static bool
bad(const char *reason, const char *what, struct err *e)
{
	return err_set(e, ERR_INVALID, "passkey", reason, NULL, "%s", what);
}

static bool
bad_form(struct err *e)
{
	return bad("passkey_form", "the browser's answer has a wrong form", e);
}

bool
base64url_decode(const char *text, uint8_t *out, size_t cap, size_t *len_r)
{
	return sodium_base642bin(out, cap, text, strlen(text), NULL, len_r,
		       NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING)
		== 0;
}

bool
base64url_encode(const void *data, size_t len, char *out, size_t cap)
{
	if (sodium_base64_encoded_len(
		    len, sodium_base64_VARIANT_URLSAFE_NO_PADDING)
		> cap)
		return false;
	(void)sodium_bin2base64(
		out, cap, data, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return true;
}

static bool
is_text(const struct json_value *root, const char *key, const char *wanted)
{
	const struct json_value *v = json_get(root, key);

	return json_kind(v) == JSON_STRING
		&& strcmp(json_text(v, NULL), wanted) == 0;
}

static bool
read_parts(const struct webauthn_site *site, const char *type,
	const struct json_value *root, struct webauthn_client *out,
	struct err *e)
{
	const struct json_value *challenge = json_get(root, "challenge");

	if (!is_text(root, "type", type) || json_kind(challenge) != JSON_STRING
		|| !base64url_decode(json_text(challenge, NULL), out->challenge,
			sizeof(out->challenge), &out->challenge_len))
		return bad_form(e);
	if (!is_text(root, "origin", site->origin)
		|| json_is_true(json_get(root, "crossOrigin")))
		return bad("passkey_origin",
			"the passkey was used on another site", e);
	return true;
}

bool
webauthn_read_client(const struct webauthn_site *site, const char *type,
	struct bytes json, struct webauthn_client *out, struct err *e)
{
	const struct json_limits limits = { WEBAUTHN_TEXT_MAX, 4 };
	struct err unused = ERR_EMPTY;
	struct json *doc;
	bool is_good;

	if (!json_parse(
		    (const char *)json.data, json.len, &limits, &doc, &unused))
		return bad_form(e);
	sha256(json.data, json.len, out->hash);
	is_good = read_parts(site, type, json_root(doc), out, e);
	json_free(&doc);
	return is_good;
}

/* --- a reader of the little CBOR (RFC 8949) that is in the answer --- */

struct cbor {
	const uint8_t *at;
	size_t left;
};

/* The head of an item: its major type, and its number in `n_r`. Definite
 * lengths up to 16 bits only. */
static bool
cbor_head(struct cbor *c, unsigned major, size_t *n_r)
{
	unsigned low, more;

	if (c->left == 0 || *c->at >> 5 != major)
		return false;
	low = *c->at & 0x1f;
	more = low < 24 ? 0 : low == 24 ? 1 : low == 25 ? 2 : 3;
	if (more == 3 || c->left < 1 + more)
		return false;
	*n_r = more == 0    ? low
		: more == 1 ? c->at[1]
			    : (size_t)c->at[1] << 8 | c->at[2];
	c->at += 1 + more;
	c->left -= 1 + more;
	return true;
}

/* A byte string (2) or text (3), borrowed. */
static bool
cbor_string(struct cbor *c, unsigned major, struct bytes *out)
{
	size_t n;

	if (!cbor_head(c, major, &n) || n > c->left)
		return false;
	*out = (struct bytes){ c->at, n };
	c->at += n;
	c->left -= n;
	return true;
}

static bool
is_word(struct bytes b, const char *word)
{
	return b.len == strlen(word) && memcmp(b.data, word, b.len) == 0;
}

/* {fmt: "none", attStmt: {}, authData: bytes}, in any order, and no more. */
static bool
cut_auth_data(struct bytes attestation, struct bytes *out)
{
	struct cbor c = { attestation.data, attestation.len };
	bool has_fmt = false, has_stmt = false, has_data = false;
	struct bytes key, value;
	size_t n;

	if (!cbor_head(&c, 5, &n) || n != 3)
		return false;
	while (n-- > 0) {
		if (!cbor_string(&c, 3, &key))
			return false;
		if (is_word(key, "fmt") && !has_fmt) {
			has_fmt = cbor_string(&c, 3, &value)
				&& is_word(value, "none");
			if (!has_fmt)
				return false;
		} else if (is_word(key, "attStmt") && !has_stmt) {
			size_t members;

			has_stmt = cbor_head(&c, 5, &members) && members == 0;
			if (!has_stmt)
				return false;
		} else if (is_word(key, "authData") && !has_data) {
			has_data = cbor_string(&c, 2, out);
			if (!has_data)
				return false;
		} else {
			return false;
		}
	}
	return c.left == 0;
}

/* For this site, by somebody who was there and was recognised. */
static bool
check_auth_data(const struct webauthn_site *site, struct bytes data,
	uint8_t wanted, struct err *e)
{
	uint8_t rp[32];

	if (data.len < AUTH_MIN)
		return bad_form(e);
	sha256(site->rp_id, strlen(site->rp_id), rp);
	if (!equal_in_constant_time(rp, data.data, sizeof(rp)))
		return bad("passkey_origin",
			"the passkey was used on another site", e);
	if ((data.data[AUTH_FLAGS_AT] & wanted) != wanted)
		return bad("passkey_flags",
			"the device did not check who holds it", e);
	return true;
}

/* libfido2 must be told the algorithm first, and refuses any other. */
static bool
read_credential(fido_cred_t *cred, int algorithm, struct bytes data,
	struct webauthn_key *out)
{
	if (fido_cred_set_type(cred, algorithm) != FIDO_OK
		|| fido_cred_set_authdata_raw(cred, data.data, data.len)
			!= FIDO_OK)
		return false;
	out->id_len = fido_cred_id_len(cred);
	out->key_len = fido_cred_pubkey_len(cred);
	if (out->id_len == 0 || out->id_len > sizeof(out->id)
		|| out->key_len == 0 || out->key_len > sizeof(out->key))
		return false;
	memcpy(out->id, fido_cred_id_ptr(cred), out->id_len);
	memcpy(out->key, fido_cred_pubkey_ptr(cred), out->key_len);
	out->count = fido_cred_sigcount(cred);
	out->is_synced = (fido_cred_flags(cred) & FLAG_BS) != 0;
	out->algorithm = algorithm;
	return true;
}

bool
webauthn_read_key(const struct webauthn_site *site, struct bytes attestation,
	struct webauthn_key *out, struct err *e)
{
	static const int algorithms[] = { WEBAUTHN_ES256, WEBAUTHN_EDDSA,
		WEBAUTHN_RS256 };
	struct bytes data;

	if (!cut_auth_data(attestation, &data))
		return bad_form(e);
	if (!check_auth_data(site, data, FLAG_UP | FLAG_UV | FLAG_AT, e))
		return false;
	fido_init(0);
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		fido_cred_t *cred = fido_cred_new();
		bool is_read;

		if (!cred)
			return err_memory(e);
		is_read = read_credential(cred, algorithms[i], data, out);
		fido_cred_free(&cred);
		if (is_read)
			return true;
	}
	return bad_form(e);
}

/* The stored key as the library's own type; verified, and given back. */
static int
verify_with(fido_assert_t *a, int algorithm, struct bytes key)
{
	int rc = FIDO_ERR_INTERNAL;

	if (algorithm == WEBAUTHN_ES256) {
		es256_pk_t *pk = es256_pk_new();

		if (pk && es256_pk_from_ptr(pk, key.data, key.len) == FIDO_OK)
			rc = fido_assert_verify(a, 0, COSE_ES256, pk);
		es256_pk_free(&pk);
	} else if (algorithm == WEBAUTHN_EDDSA) {
		eddsa_pk_t *pk = eddsa_pk_new();

		if (pk && eddsa_pk_from_ptr(pk, key.data, key.len) == FIDO_OK)
			rc = fido_assert_verify(a, 0, COSE_EDDSA, pk);
		eddsa_pk_free(&pk);
	} else if (algorithm == WEBAUTHN_RS256) {
		rs256_pk_t *pk = rs256_pk_new();

		if (pk && rs256_pk_from_ptr(pk, key.data, key.len) == FIDO_OK)
			rc = fido_assert_verify(a, 0, COSE_RS256, pk);
		rs256_pk_free(&pk);
	}
	return rc;
}

static bool
set_up(fido_assert_t *a, const struct webauthn_site *site,
	const struct webauthn_client *client, struct bytes data,
	struct bytes signature)
{
	return fido_assert_set_clientdata_hash(a, client->hash, 32) == FIDO_OK
		&& fido_assert_set_rp(a, site->rp_id) == FIDO_OK
		&& fido_assert_set_count(a, 1) == FIDO_OK
		&& fido_assert_set_authdata_raw(a, 0, data.data, data.len)
		== FIDO_OK
		&& fido_assert_set_sig(a, 0, signature.data, signature.len)
		== FIDO_OK
		&& fido_assert_set_up(a, FIDO_OPT_TRUE) == FIDO_OK
		&& fido_assert_set_uv(a, FIDO_OPT_TRUE) == FIDO_OK;
}

bool
webauthn_verify(const struct webauthn_site *site,
	const struct webauthn_client *client, int algorithm, struct bytes key,
	struct bytes auth_data, struct bytes signature, uint32_t *count_r,
	struct err *e)
{
	fido_assert_t *a;
	bool is_right;

	*count_r = 0;
	if (!check_auth_data(site, auth_data, FLAG_UP | FLAG_UV, e))
		return false;
	if (signature.len == 0)
		return bad_form(e);
	fido_init(0);
	a = fido_assert_new();
	if (!a)
		return err_memory(e);
	is_right = set_up(a, site, client, auth_data, signature)
		&& verify_with(a, algorithm, key) == FIDO_OK;
	if (is_right)
		*count_r = fido_assert_sigcount(a, 0);
	fido_assert_free(&a);
	return is_right
		|| bad("passkey_signature", "the passkey is not the right one",
			e);
}
