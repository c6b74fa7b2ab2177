/*
 * What everybody who is signed in does for himself: password, second factors,
 * sessions, the history of his sign-ins, language.
 */
#include "cgi/signing.h"

#include <string.h>

#include "core/history.h"
#include "core/owner.h"

#define CODE_MAX 64
#define NAME_MAX_BYTES 100
#define PART_MAX 12000
#define PAGE 25

/* --- second factors --- */

static void
write_passkey(struct jsonw *w, const char *key, const struct passkey_row *p)
{
	jsonw_object(w, key);
	jsonw_uint(w, "id", p->id);
	jsonw_str(w, "name", p->name);
	jsonw_bool(w, "synced", p->is_synced);
	jsonw_time(w, "created_at", p->created_us);
	jsonw_time(w, "last_used_at", p->last_used_us);
	jsonw_end(w);
}

void
codes_write_json(struct jsonw *w, const struct recovery_codes *codes)
{
	jsonw_array(w, "recovery_codes");
	for (size_t i = 0; i < codes->n; i++)
		jsonw_str(w, NULL, codes->code[i]);
	jsonw_end(w);
}

bool
me_factors(struct call *c, struct err *e)
{
	struct factor_state state;
	struct passkey_row *keys;
	struct jsonw *w;
	size_t n;

	if (!factor_state(c->core, c->session.person, &state, e)
		|| !passkey_list(c->core, c->session.person, &keys, &n, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_bool(w, "totp", state.has_totp);
	jsonw_uint(w, "recovery_codes_left", state.recovery_left);
	jsonw_array(w, "passkeys");
	for (size_t i = 0; i < n; i++)
		write_passkey(w, NULL, &keys[i]);
	jsonw_end(w);
	jsonw_end(w);
	return true;
}

struct code_in {
	char code[CODE_MAX + 1];
};
static const struct field code_rows[] = {
	{ FIELD_AT(struct code_in, code), .min = 1, .required = true,
		.is_secret = true },
	{ 0 },
};
const struct form me_code_form = { .table = code_rows,
	.size = sizeof(struct code_in) };

bool
me_totp_offer(struct call *c, struct err *e)
{
	struct totp_offer offer;
	struct jsonw *w;

	if (!factor_totp_offer(c->core, &c->session, &offer, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_str(w, "secret", offer.secret);
	jsonw_str(w, "uri", offer.uri);
	jsonw_end(w);
	explicit_bzero(&offer, sizeof offer);
	return true;
}

static void
reply_codes(struct call *c, struct recovery_codes *codes)
{
	struct jsonw *w = reply_json(c->reply, 200);

	jsonw_object(w, NULL);
	codes_write_json(w, codes);
	jsonw_end(w);
	explicit_bzero(codes, sizeof *codes);
}

bool
me_totp_confirm(struct call *c, struct err *e)
{
	const struct code_in *in = c->body;
	struct recovery_codes codes = { 0 };

	if (!factor_totp_confirm(
		    c->core, c->actor, &c->session, in->code, &codes, e))
		return false;
	reply_codes(c, &codes);
	return true;
}

bool
me_totp_remove(struct call *c, struct err *e)
{
	return factor_totp_remove(c->core, c->actor, &c->session, e);
}

bool
me_recovery_make(struct call *c, struct err *e)
{
	struct recovery_codes codes = { 0 };

	if (!factor_recovery_make(c->core, c->actor, &c->session, &codes, e))
		return false;
	reply_codes(c, &codes);
	return true;
}

/* --- passkeys --- */

struct passkey_add_in {
	char name[NAME_MAX_BYTES + 1];
	const char *client_data, *attestation;
};
static const struct field passkey_add_rows[] = {
	{ FIELD_AT(struct passkey_add_in, name), .min = 1, .required = true },
	{ FIELD_AT(struct passkey_add_in, client_data), .min = 1,
		.max = PART_MAX, .required = true, .is_secret = true },
	{ FIELD_AT(struct passkey_add_in, attestation), .min = 1,
		.max = PART_MAX, .required = true, .is_secret = true },
	{ 0 },
};
const struct form me_passkey_form = { .table = passkey_add_rows,
	.size = sizeof(struct passkey_add_in) };

struct name_in {
	char name[NAME_MAX_BYTES + 1];
};
static const struct field name_rows[] = {
	{ FIELD_AT(struct name_in, name), .min = 1, .required = true },
	{ 0 },
};
const struct form me_name_form = { .table = name_rows,
	.size = sizeof(struct name_in) };

bool
me_passkey_challenge(struct call *c, struct err *e)
{
	char challenge[CHALLENGE_TEXT_SIZE];
	struct passkey_row *keys;
	size_t n;

	return passkey_list(c->core, c->session.person, &keys, &n, e)
		&& passkey_challenge(
			c->core, CHALLENGE_ADD, c->session.person, challenge, e)
		&& reply_challenge(c, challenge, keys, n, e);
}

bool
me_passkey_add(struct call *c, struct err *e)
{
	const struct passkey_add_in *in = c->body;
	const struct passkey_new made = { in->name, in->client_data,
		in->attestation };
	struct recovery_codes codes = { 0 };
	struct passkey_row row;
	struct jsonw *w;

	if (!passkey_add(
		    c->core, c->actor, &c->session, &made, &row, &codes, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	write_passkey(w, "passkey", &row);
	codes_write_json(w, &codes);
	jsonw_end(w);
	explicit_bzero(&codes, sizeof codes);
	return true;
}

bool
me_passkey_rename(struct call *c, struct err *e)
{
	const struct name_in *in = c->body;
	struct passkey_row row;

	if (!passkey_rename(
		    c->core, c->actor, &c->session, c->id, in->name, &row, e))
		return false;
	write_passkey(reply_json(c->reply, 200), NULL, &row);
	return true;
}

bool
me_passkey_remove(struct call *c, struct err *e)
{
	return passkey_remove(c->core, c->actor, &c->session, c->id, e);
}

/* --- sessions --- */

bool
me_sessions(struct call *c, struct err *e)
{
	struct session_row *items;
	struct jsonw *w;
	size_t n;

	if (!session_list(c->core, c->session.person, &items, &n, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(w, NULL);
		jsonw_uint(w, "id", items[i].id);
		jsonw_bool(w, "current", items[i].id == c->session.id);
		jsonw_str(w, "method",
			sign_in_method_name(
				(enum sign_in_method)items[i].method));
		jsonw_str(w, "client", items[i].client);
		jsonw_str(w, "user_agent", items[i].user_agent);
		jsonw_time(w, "created_at", items[i].created_us);
		jsonw_time(w, "last_seen_at", items[i].last_seen_us);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
	return true;
}

bool
me_sessions_end(struct call *c, struct err *e)
{
	return session_end_others(c->core, c->session.person, c->session.id, e);
}

bool
me_session_end(struct call *c, struct err *e)
{
	return session_end_one(c->core, c->session.person, c->id, e);
}

/* --- the history of sign-ins --- */

struct history_in {
	int64_t before;
};
static const struct field history_rows[] = {
	{ FIELD_AT(struct history_in, before), .min = 1, .max = ROUTE_ID_MAX },
	{ 0 },
};
const struct form me_history_form = { .table = history_rows,
	.size = sizeof(struct history_in) };

struct seen_in {
	int64_t up_to;
};
static const struct field seen_rows[] = {
	{ FIELD_AT(struct seen_in, up_to), .min = 1, .max = ROUTE_ID_MAX,
		.required = true },
	{ 0 },
};
const struct form me_seen_form = { .table = seen_rows,
	.size = sizeof(struct seen_in) };

static void
write_sign_in(struct jsonw *w, const struct sign_in_row *s)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "id", s->id);
	jsonw_time(w, "at", s->created_us);
	jsonw_str(w, "outcome",
		sign_in_outcome_name((enum sign_in_outcome)s->outcome));
	jsonw_str(w, "method",
		sign_in_method_name((enum sign_in_method)s->method));
	jsonw_str(w, "client", s->client);
	jsonw_str(w, "user_agent", s->user_agent);
	jsonw_bool(w, "new_network", s->is_new_network);
	jsonw_end(w);
}

bool
me_history(struct call *c, struct err *e)
{
	const struct history_in *in = c->query;
	struct sign_in_row *items;
	struct jsonw *w;
	size_t n;

	if (!history_list(c->core, c->session.person, (uint64_t)in->before,
		    PAGE + 1, &items, &n, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	for (size_t i = 0; i < n && i < PAGE; i++)
		write_sign_in(w, &items[i]);
	jsonw_end(w);
	if (n > PAGE)
		jsonw_uint(w, "next", items[PAGE - 1].id);
	else
		jsonw_null(w, "next");
	jsonw_end(w);
	return true;
}

bool
me_notices(struct call *c, struct err *e)
{
	struct sign_in_row *items;
	struct jsonw *w;
	size_t n;

	if (!history_notices(c->core, c->session.person, &items, &n, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	for (size_t i = 0; i < n; i++)
		write_sign_in(w, &items[i]);
	jsonw_end(w);
	jsonw_end(w);
	return true;
}

bool
me_notices_seen(struct call *c, struct err *e)
{
	const struct seen_in *in = c->body;

	return history_seen(c->core, c->session.person, (uint64_t)in->up_to, e);
}

/* --- password, language --- */

struct own_password_in {
	char password[PASSWORD_MAX + 1];
};
static const struct field own_password_rows[] = {
	{ FIELD_AT(struct own_password_in, password), .min = 1,
		.required = true, .is_secret = true },
	{ 0 },
};
const struct form me_password_form = { .table = own_password_rows,
	.size = sizeof(struct own_password_in) };

bool
me_password(struct call *c, struct err *e)
{
	const struct own_password_in *in = c->body;

	return c->session.person.mailbox_id
		? owner_set_password(
			c->core, c->actor, &c->session, in->password, e)
		: admin_set_own_password(
			c->core, c->actor, c->session.id, in->password, e);
}

struct language_in {
	unsigned language;
};
static const char *const languages[] = { "", "en", "ja", NULL };
static const struct field language_rows[] = {
	{ FIELD_AT(struct language_in, language), .words = languages,
		.required = true },
	{ 0 },
};
const struct form me_language_form = { .table = language_rows,
	.size = sizeof(struct language_in) };

bool
me_language(struct call *c, struct err *e)
{
	const struct language_in *in = c->body;

	return owner_set_language(
		c->core, &c->session, languages[in->language], e);
}
