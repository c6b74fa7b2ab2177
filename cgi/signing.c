/*
 * The second step of signing in, passkeys, and proving again.
 */
#include "cgi/signing.h"

#include <string.h>

#include "base/webauthn.h"

#define CODE_MAX 64
#define PART_MAX 12000
#define HANDLE_MAX 128

struct code_in {
	char ticket[TICKET_TEXT_SIZE + 1];
	char code[CODE_MAX + 1];
};

static const struct field code_rows[] = {
	{ FIELD_AT(struct code_in, ticket), .min = 1, .required = true,
		.is_secret = true },
	{ FIELD_AT(struct code_in, code), .min = 1, .required = true,
		.is_secret = true },
	{ 0 },
};
const struct form session_code_form = { .table = code_rows,
	.size = sizeof(struct code_in) };

struct ticket_in {
	char ticket[TICKET_TEXT_SIZE + 1];
};

static const struct field ticket_rows[] = {
	{ FIELD_AT(struct ticket_in, ticket), .is_secret = true },
	{ 0 },
};
const struct form session_ticket_form = { .table = ticket_rows,
	.size = sizeof(struct ticket_in) };

static void
init_passkey(void *in)
{
	*(struct passkey_in *)in = (struct passkey_in){ .user_handle = "" };
}

/* clang-format off */
#define PASSKEY_ROWS                                                           \
	{ FIELD_AT(struct passkey_in, id), .min = 1, .max = PART_MAX,          \
		.required = true, .is_secret = true },                         \
	{ FIELD_AT(struct passkey_in, client_data), .min = 1,                  \
		.max = PART_MAX, .required = true, .is_secret = true },        \
	{ FIELD_AT(struct passkey_in, auth_data), .min = 1, .max = PART_MAX,   \
		.required = true, .is_secret = true },                         \
	{ FIELD_AT(struct passkey_in, signature), .min = 1, .max = PART_MAX,   \
		.required = true, .is_secret = true },                         \
	{ FIELD_AT(struct passkey_in, user_handle), .max = HANDLE_MAX,         \
		.nullable = true, .is_secret = true }
static const struct field passkey_rows[] = {
	{ FIELD_AT(struct passkey_in, ticket), .is_secret = true },
	PASSKEY_ROWS,
	{ 0 }
};
static const struct field passkey_proof_rows[] = { PASSKEY_ROWS, { 0 } };
/* clang-format on */
const struct form session_passkey_form = { .table = passkey_rows,
	.size = sizeof(struct passkey_in),
	.init = init_passkey };
const struct form proof_passkey_form = { .table = passkey_proof_rows,
	.size = sizeof(struct passkey_in),
	.init = init_passkey };

struct proof_in {
	char password[PASSWORD_MAX + 1];
	char code[CODE_MAX + 1];
};

static const struct field proof_rows[] = {
	{ FIELD_AT(struct proof_in, password), .is_secret = true },
	{ FIELD_AT(struct proof_in, code), .is_secret = true },
	{ 0 },
};
const struct form proof_form = { .table = proof_rows,
	.size = sizeof(struct proof_in) };

struct passkey_answer
answer_of(const struct passkey_in *in)
{
	return (struct passkey_answer){ .id = in->id,
		.client_data = in->client_data,
		.auth_data = in->auth_data,
		.signature = in->signature,
		.user_handle = in->user_handle ? in->user_handle : "" };
}

static bool
write_id(struct jsonw *w, const struct passkey_row *key, struct err *e)
{
	char text[2048];

	if (!base64url_encode(
		    key->credential, key->credential_len, text, sizeof text))
		return err_memory(e);
	jsonw_str(w, NULL, text);
	return true;
}

bool
reply_challenge(struct call *c, const char *challenge,
	const struct passkey_row *keys, size_t n, struct err *e)
{
	struct jsonw *w = reply_json(c->reply, 200);
	char rp_id[RP_ID_SIZE];

	if (!passkey_rp_id(c->core, rp_id, e))
		return false;
	jsonw_object(w, NULL);
	jsonw_str(w, "challenge", challenge);
	jsonw_str(w, "rp_id", rp_id);
	jsonw_int(w, "timeout_s", CHALLENGE_S);
	jsonw_array(w, "keys");
	for (size_t i = 0; i < n; i++)
		if (!write_id(w, &keys[i], e))
			return false;
	jsonw_end(w);
	jsonw_end(w);
	return true;
}

bool
session_code(struct call *c, struct err *e)
{
	const struct code_in *in = c->body;
	const struct session_from from = from_of(c);
	struct signed_in done;

	return sign_in_code(c->core, in->ticket, in->code, &from, &done, e)
		&& reply_signed_in(c, &done, e);
}

bool
session_challenge(struct call *c, struct err *e)
{
	const struct ticket_in *in = c->body;
	char challenge[CHALLENGE_TEXT_SIZE];
	struct passkey_row *keys = NULL;
	size_t n;

	return sign_in_challenge(c->core, in->ticket, challenge, &keys, &n, e)
		&& reply_challenge(c, challenge, keys, n, e);
}

bool
session_passkey(struct call *c, struct err *e)
{
	const struct passkey_in *in = c->body;
	const struct passkey_answer answer = answer_of(in);
	const struct session_from from = from_of(c);
	struct signed_in done;

	return sign_in_passkey(c->core, in->ticket, &answer, &from, &done, e)
		&& reply_signed_in(c, &done, e);
}

bool
proof_create(struct call *c, struct err *e)
{
	const struct proof_in *in = c->body;
	const struct session_from from = from_of(c);
	const bool has_password = in->password[0] != '\0';

	if (has_password == (in->code[0] != '\0'))
		return err_set(e, ERR_INVALID, "password", "one_of_two", "",
			"give the password or a code");
	if (has_password ? !proof_password(
		    c->core, &c->session, c->req->token, in->password, &from, e)
			 : !proof_code(c->core, &c->session, c->req->token,
				 in->code, &from, e))
		return false;
	session_write_json(c, &c->session);
	return true;
}

bool
proof_challenge(struct call *c, struct err *e)
{
	char challenge[CHALLENGE_TEXT_SIZE];
	struct passkey_row *keys;
	size_t n;

	return passkey_list(c->core, c->session.person, &keys, &n, e)
		&& passkey_challenge(c->core, CHALLENGE_PROOF,
			c->session.person, challenge, e)
		&& reply_challenge(c, challenge, keys, n, e);
}

bool
proof_by_passkey(struct call *c, struct err *e)
{
	const struct passkey_answer answer = answer_of(c->body);
	const struct session_from from = from_of(c);

	if (!proof_passkey(
		    c->core, &c->session, c->req->token, &answer, &from, e))
		return false;
	session_write_json(c, &c->session);
	return true;
}
