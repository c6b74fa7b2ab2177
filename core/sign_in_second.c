/*
 * The second step of signing in, and passkeys, see sign_in.h.
 */
#include "core/sign_in_ops.h"

#include <string.h>

#include "base/seal.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "base/webauthn.h"

#define CONTEXT "ticket"

/* Inside a ticket. */
struct ticket {
	uint64_t admin_id, mailbox_id;
	int64_t until_us;
	char fingerprint[16]; /* of the stored password */
};

bool
person_find(struct core *c, struct person p, struct person_now *out,
	struct session *s, struct err *e)
{
	bool found;

	*out = (struct person_now){ 0 };
	*s = (struct session){ .person = p };
	if (p.mailbox_id) {
		if (!owner_row_get(c->db, c->arena, p.mailbox_id, &out->owner,
			    &found, e))
			return false;
		found = found && owner_may_sign_in(&out->owner);
		s->owner = owner_of_row(&out->owner);
		out->password = out->owner.password;
		out->login = out->owner.address;
	} else {
		if (!admin_row_by_id(c->db, c->arena, p.admin_id, &out->admin,
			    &found, e))
			return false;
		found = found && out->admin.state == 1;
		out->password = out->admin.password;
		out->login = out->admin.login;
		if (found && !admin_of_row(c, &out->admin, &s->admin, e))
			return false;
	}
	return found
		|| err_set(e, ERR_AUTH, NULL, "no_session", NULL,
			"this account may not sign in");
}

bool
sign_in_finish(struct core *c, enum sign_in_method method,
	const struct session_from *from, struct signed_in *out, struct err *e)
{
	const struct person p = out->session.person;

	out->needs_second = false;
	return history_note(c, p, SIGNED_IN, method, from, e)
		&& history_remember(c, p, from, out->device, e)
		&& session_start(c, &out->session, method, from, out->token, e);
}

/* --- tickets --- */

static void
fingerprint_of(const char *stored, char out[static 16])
{
	char text[17];

	fingerprint(stored, strlen(stored), text);
	memcpy(out, text, 16);
}

bool
ticket_make(struct core *c, struct person p, const char *stored,
	char out[static TICKET_TEXT_SIZE], struct err *e)
{
	uint8_t blob[sizeof(struct ticket) + SEAL_OVERHEAD];
	struct ticket t = { p.admin_id, p.mailbox_id,
		c->now() + TICKET_S * US_PER_S, { 0 } };
	size_t n;

	fingerprint_of(stored, t.fingerprint);
	return seal_close(&c->seal, CONTEXT, &t, sizeof(t), blob, sizeof(blob),
		       &n, e)
		&& (base64url_encode(blob, n, out, TICKET_TEXT_SIZE)
			|| err_memory(e));
}

static bool
ticket_over(struct err *e)
{
	err_clear(e);
	return err_set(e, ERR_AUTH, NULL, "ticket_over", NULL,
		"this took too long: begin with the password again");
}

bool
ticket_read(struct core *c, const char *ticket, struct person_now *now,
	struct session *s, struct err *e)
{
	uint8_t blob[sizeof(struct ticket) + SEAL_OVERHEAD];
	struct err unused = ERR_EMPTY;
	char is_now[16];
	struct ticket t;
	size_t n, len;

	if (!base64url_decode(ticket, blob, sizeof(blob), &n)
		|| !seal_open(&c->seal, CONTEXT, blob, n, (uint8_t *)&t,
			sizeof(t), &len, &unused)
		|| len != sizeof(t) || t.until_us < c->now())
		return ticket_over(e);
	if (!person_find(
		    c, (struct person){ t.admin_id, t.mailbox_id }, now, s, e))
		return e->code == ERR_AUTH ? ticket_over(e) : false;
	fingerprint_of(now->password, is_now);
	return equal_in_constant_time(is_now, t.fingerprint, sizeof(is_now))
		|| ticket_over(e);
}

/* --- the second step --- */

bool
sign_in_code(struct core *c, const char *ticket, const char *code,
	const struct session_from *from, struct signed_in *out, struct err *e)
{
	enum sign_in_method method;
	struct throttle_key key;
	struct person_now now;
	bool is_right;

	*out = (struct signed_in){ 0 };
	if (!ticket_read(c, ticket, &now, &out->session, e)
		|| !throttle_key_make(c, &key, "code", now.login,
			&out->session.person, from, e)
		|| !throttle_check(c, &key, e)
		|| !factor_check_code(
			c, out->session.person, code, &is_right, &method, e))
		return false;
	if (is_right)
		return throttle_passed(c, &key, e)
			&& sign_in_finish(c, method, from, out, e);
	if (!throttle_failed(c, &key, e)
		|| !history_note(
			c, out->session.person, WRONG_CODE, method, from, e))
		return false;
	return err_set(e, ERR_AUTH, "code", "wrong_code", NULL,
		"the code is wrong, was used, or has run out");
}

bool
sign_in_challenge(struct core *c, const char *ticket,
	char out[static CHALLENGE_TEXT_SIZE], struct passkey_row **keys_r,
	size_t *n_r, struct err *e)
{
	struct person_now now;
	struct session s;

	*n_r = 0;
	if (!*ticket)
		return passkey_challenge(
			c, CHALLENGE_SIGN_IN, (struct person){ 0 }, out, e);
	return ticket_read(c, ticket, &now, &s, e)
		&& passkey_list(c, s.person, keys_r, n_r, e)
		&& passkey_challenge(c, CHALLENGE_SECOND, s.person, out, e);
}

static bool
check_passkey(struct core *c, enum challenge_for what, struct person p,
	const struct passkey_answer *in, const struct session_from *from,
	struct person *who_r, struct err *e)
{
	struct err unused = ERR_EMPTY;

	if (passkey_check(c, what, p, in, who_r, e))
		return true;
	if (e->code == ERR_AUTH && (who_r->admin_id || who_r->mailbox_id)
		&& !history_note(c, *who_r, WRONG_PASSKEY,
			what == CHALLENGE_SIGN_IN ? BY_PASSKEY : BY_SECOND_KEY,
			from, &unused))
		return false;
	return false;
}

bool
sign_in_passkey(struct core *c, const char *ticket,
	const struct passkey_answer *in, const struct session_from *from,
	struct signed_in *out, struct err *e)
{
	struct person_now now;
	struct person who;

	*out = (struct signed_in){ 0 };
	if (*ticket)
		return ticket_read(c, ticket, &now, &out->session, e)
			&& check_passkey(c, CHALLENGE_SECOND,
				out->session.person, in, from, &who, e)
			&& sign_in_finish(c, BY_SECOND_KEY, from, out, e);
	return check_passkey(c, CHALLENGE_SIGN_IN, (struct person){ 0 }, in,
		       from, &who, e)
		&& person_find(c, who, &now, &out->session, e)
		&& sign_in_finish(c, BY_PASSKEY, from, out, e);
}
