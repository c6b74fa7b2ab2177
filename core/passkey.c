/*
 * Passkeys, see passkey.h.
 */
#include "core/passkey.h"

#include <stdio.h>
#include <string.h>

#include "base/cidr.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/seal.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "base/webauthn.h"
#include "core/factor_ops.h"

#define CONTEXT "challenge"
#define PLAIN_SIZE 25 /* what for, admin, mailbox, until when */
#define NOTE_MAX 512
#define SIGNATURE_MAX 1024
#define AUTH_DATA_MAX 2048

bool
passkey_rp_id(const struct core *c, char out[static RP_ID_SIZE], struct err *e)
{
	const char *host = strstr(c->conf->web.origin, "://");
	uint8_t ip[16];

	host = host ? host + 3 : "";
	if (*host == '['
		|| !str_copy_n(out, RP_ID_SIZE, host, strcspn(host, ":/"))
		|| !*out || ip_parse(out, ip))
		return err_set(e, ERR_UNAVAILABLE, "passkey",
			"no_passkeys_here", NULL,
			"passkeys need a panel whose address is a name");
	return true;
}

/* --- challenges --- */

static void
put_u64(uint8_t *out, uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		out[i] = (uint8_t)v;
}

static uint64_t
get_u64(const uint8_t *in)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | in[i];
	return v;
}

bool
passkey_challenge(struct core *c, enum challenge_for what, struct person p,
	char out[static CHALLENGE_TEXT_SIZE], struct err *e)
{
	uint8_t plain[PLAIN_SIZE], blob[PLAIN_SIZE + SEAL_OVERHEAD];
	size_t n;

	plain[0] = (uint8_t)what;
	put_u64(plain + 1, p.admin_id);
	put_u64(plain + 9, p.mailbox_id);
	put_u64(plain + 17, (uint64_t)(c->now() + CHALLENGE_S * US_PER_S));
	return seal_close(&c->seal, CONTEXT, plain, sizeof(plain), blob,
		       sizeof(blob), &n, e)
		&& (base64url_encode(blob, n, out, CHALLENGE_TEXT_SIZE)
			|| err_memory(e));
}

static bool
bad_challenge(struct err *e)
{
	return err_set(e, ERR_INVALID, "passkey", "passkey_challenge", NULL,
		"this took too long: try again");
}

/* Ours, for this, of this person, in time, and not answered before. */
static bool
take_challenge(struct core *c, enum challenge_for what, struct person p,
	const struct webauthn_client *client, struct err *e)
{
	uint8_t plain[PLAIN_SIZE], digest[32];
	struct err unused = ERR_EMPTY;
	struct person whose;
	int64_t until;
	bool is_first;
	size_t n;

	if (!seal_open(&c->seal, CONTEXT, client->challenge,
		    client->challenge_len, plain, sizeof(plain), &n, &unused)
		|| n != PLAIN_SIZE)
		return bad_challenge(e);
	whose = (struct person){ get_u64(plain + 1), get_u64(plain + 9) };
	until = (int64_t)get_u64(plain + 17);
	if (plain[0] != (uint8_t)what || until < c->now()
		|| !person_is_same(whose, p))
		return bad_challenge(e);
	sha256(client->challenge, client->challenge_len, digest);
	if (!challenge_row_use(c->db, digest, until, &is_first, e))
		return false;
	return is_first || bad_challenge(e);
}

/* base64url into the request's memory. */
static bool
decode(struct core *c, const char *text, size_t max, struct bytes *out,
	struct err *e)
{
	uint8_t *data = arena_alloc(c->arena, max + 1);

	if (!data)
		return err_memory(e);
	*out = (struct bytes){ data, 0 };
	return base64url_decode(text, data, max, &out->len)
		|| err_set(e, ERR_INVALID, "passkey", "passkey_form", NULL,
			"the browser's answer has a wrong form");
}

bool
passkey_list(struct core *c, struct person p, struct passkey_row **items_r,
	size_t *n_r, struct err *e)
{
	return passkey_row_list(
		c->db, c->arena, p, PASSKEYS_EACH, items_r, n_r, e);
}

/* --- adding, naming, removing --- */

struct key_write {
	const struct session *s;
	struct passkey_row row;
	uint8_t digest[32];
	const char *name;
	struct recovery_codes *codes;
};

/* {"passkey": NAME}: names are people's own words. */
static const char *
name_image(struct arena *a, const char *name)
{
	struct str s = str_in(a, NOTE_MAX);
	struct jsonw w = jsonw_over(&s);
	struct err e = ERR_EMPTY;

	jsonw_object(&w, NULL);
	if (name)
		jsonw_str(&w, "passkey", name);
	else
		jsonw_null(&w, "passkey");
	jsonw_end(&w);
	return jsonw_done(&w, &e) ? str_text(&s) : "{}";
}

static bool
note_names(struct tx *t, const struct key_write *w, const char *before,
	const char *after, struct err *e)
{
	struct factor_note note = factor_note_of(w->s);

	note.before = name_image(t->arena, before);
	note.after = name_image(t->arena, after);
	return factor_note(t, &note, e);
}

static bool
add_in(struct tx *t, void *ctx, struct err *e)
{
	struct key_write *w = ctx;

	w->row.created_us = t->now_us;
	w->row.last_used_us = TIME_NONE;
	if (!passkey_row_insert(t->db, &w->row, w->digest, e)) {
		if (!err_take_duplicate(e, "passkey_credential"))
			return false;
		return err_set(e, ERR_CONFLICT, "passkey", "passkey_known",
			NULL, "this passkey was added before");
	}
	return factor_codes_in(t, w->s->person, false, w->codes, e)
		&& note_names(t, w, NULL, w->row.name, e);
}

static bool
read_new(struct core *c, const struct session *s, const struct passkey_new *in,
	struct webauthn_key *key, struct err *e)
{
	struct webauthn_client client;
	char rp_id[RP_ID_SIZE];
	const struct webauthn_site site = { c->conf->web.origin, rp_id };
	struct bytes json, attestation;

	return passkey_rp_id(c, rp_id, e)
		&& decode(c, in->client_data, WEBAUTHN_TEXT_MAX, &json, e)
		&& decode(
			c, in->attestation, WEBAUTHN_TEXT_MAX, &attestation, e)
		&& webauthn_read_client(
			&site, "webauthn.create", json, &client, e)
		&& webauthn_read_key(&site, attestation, key, e)
		&& take_challenge(c, CHALLENGE_ADD, s->person, &client, e);
}

bool
passkey_add(struct core *c, const struct actor *a, const struct session *s,
	const struct passkey_new *in, struct passkey_row *out,
	struct recovery_codes *codes_r, struct err *e)
{
	struct webauthn_key *key = arena_alloc(c->arena, sizeof(*key));
	struct key_write w = { .s = s, .codes = codes_r };
	struct passkey_row *old;
	size_t n;

	if (!key)
		return err_memory(e);
	if (!passkey_list(c, s->person, &old, &n, e))
		return false;
	if (n >= PASSKEYS_EACH)
		return err_set(e, ERR_LIMIT, "passkey", "too_many_passkeys",
			NULL, "at most %d passkeys: remove one first",
			PASSKEYS_EACH);
	if (!read_new(c, s, in, key, e))
		return false;
	sha256(key->id, key->id_len, w.digest);
	w.row = (struct passkey_row){ .person = s->person,
		.name = in->name,
		.credential = key->id,
		.credential_len = key->id_len,
		.key = key->key,
		.key_len = key->key_len,
		.algorithm = key->algorithm,
		.sign_count = key->count,
		.is_synced = key->is_synced };
	if (!core_run(c, a, "factor.passkey.add", add_in, &w, NULL, e))
		return false;
	*out = w.row;
	return true;
}

static bool
find_own(struct core *c, struct person p, uint64_t id, struct passkey_row *out,
	struct err *e)
{
	struct passkey_row *items;
	size_t n;

	if (!passkey_list(c, p, &items, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (items[i].id == id) {
			*out = items[i];
			return true;
		}
	return err_set(e, ERR_NOT_FOUND, NULL, "no_such_passkey", NULL,
		"there is no such passkey");
}

static bool
rename_in(struct tx *t, void *ctx, struct err *e)
{
	const struct key_write *w = ctx;
	bool found;

	return passkey_row_rename(
		       t->db, w->s->person, w->row.id, w->name, &found, e)
		&& (!found || note_names(t, w, w->row.name, w->name, e));
}

bool
passkey_rename(struct core *c, const struct actor *a, const struct session *s,
	uint64_t id, const char *name, struct passkey_row *out, struct err *e)
{
	struct key_write w = { .s = s, .name = name };

	if (!find_own(c, s->person, id, &w.row, e)
		|| !core_run(
			c, a, "factor.passkey.rename", rename_in, &w, NULL, e))
		return false;
	*out = w.row;
	out->name = name;
	return true;
}

static bool
remove_in(struct tx *t, void *ctx, struct err *e)
{
	const struct key_write *w = ctx;
	bool found;

	return passkey_row_delete(t->db, w->s->person, w->row.id, &found, e)
		&& factor_last_in(t, w->s->person, e)
		&& (!found || note_names(t, w, w->row.name, NULL, e));
}

bool
passkey_remove(struct core *c, const struct actor *a, const struct session *s,
	uint64_t id, struct err *e)
{
	struct key_write w = { .s = s };

	return find_own(c, s->person, id, &w.row, e)
		&& core_run(
			c, a, "factor.passkey.remove", remove_in, &w, NULL, e);
}

/* --- using one --- */

/* The handle that a device gives with a discoverable key. */
static bool
check_handle(struct core *c, struct person p, const char *handle, struct err *e)
{
	char wanted[PERSON_TEXT_SIZE];
	struct bytes got;

	if (!*handle)
		return true;
	person_text(p, wanted);
	if (!decode(c, handle, 64, &got, e))
		return false;
	return (got.len == strlen(wanted)
		       && memcmp(got.data, wanted, got.len) == 0)
		|| err_set(e, ERR_INVALID, "passkey", "passkey_form", NULL,
			"the passkey is somebody else's");
}

static bool
find_key(struct core *c, struct person p, const struct passkey_answer *in,
	struct passkey_row *key, struct err *e)
{
	uint8_t digest[32];
	struct bytes id;
	bool found;

	if (!decode(c, in->id, WEBAUTHN_ID_MAX, &id, e))
		return false;
	sha256(id.data, id.len, digest);
	if (!passkey_row_find(c->db, c->arena, digest, key, &found, e))
		return false;
	if (!found || (!person_is_nobody(p) && !person_is_same(p, key->person)))
		return err_set(e, ERR_INVALID, "passkey", "passkey_unknown",
			NULL, "the passkey is not known");
	return check_handle(c, key->person, in->user_handle, e);
}

/* A counter that does not grow says that there is a copy. */
static bool
use_key(struct core *c, struct passkey_row *key, uint32_t count, struct err *e)
{
	const uint64_t was = key->sign_count;
	bool won;

	if ((count != 0 || was != 0) && count <= was)
		return err_set(e, ERR_INVALID, "passkey", "passkey_copied",
			NULL, "the passkey's counter went back");
	key->sign_count = count;
	if (!passkey_row_used(c->db, key, was, c->now(), &won, e))
		return false;
	return won
		|| err_set(e, ERR_INVALID, "passkey", "passkey_copied", NULL,
			"the passkey was used twice at once");
}

static bool
check_answer(struct core *c, enum challenge_for what, struct person p,
	const struct passkey_answer *in, struct person *who_r, struct err *e)
{
	struct webauthn_client client;
	char rp_id[RP_ID_SIZE];
	const struct webauthn_site site = { c->conf->web.origin, rp_id };
	struct bytes json, auth, signature;
	struct passkey_row key;
	uint32_t count;

	if (!passkey_rp_id(c, rp_id, e) || !find_key(c, p, in, &key, e))
		return false;
	*who_r = key.person;
	return decode(c, in->client_data, WEBAUTHN_TEXT_MAX, &json, e)
		&& decode(c, in->auth_data, AUTH_DATA_MAX, &auth, e)
		&& decode(c, in->signature, SIGNATURE_MAX, &signature, e)
		&& webauthn_read_client(&site, "webauthn.get", json, &client, e)
		&& webauthn_verify(&site, &client, (int)key.algorithm,
			(struct bytes){ key.key, key.key_len }, auth, signature,
			&count, e)
		&& take_challenge(c, what, p, &client, e)
		&& use_key(c, &key, count, e);
}

bool
passkey_check(struct core *c, enum challenge_for what, struct person p,
	const struct passkey_answer *in, struct person *who_r, struct err *e)
{
	*who_r = (struct person){ 0 };
	if (check_answer(c, what, p, in, who_r, e))
		return true;
	if (e->code != ERR_INVALID)
		return false;
	log_info("a passkey was refused: %s", e->item[0].reason);
	err_clear(e);
	return err_set(e, ERR_AUTH, "passkey", "bad_passkey", NULL,
		"the passkey was not accepted: try again or sign in another "
		"way");
}
