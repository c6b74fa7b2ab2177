/*
 * Proving again before something dangerous, see sign_in.h.
 */
#include "core/sign_in_ops.h"

#include "base/password.h"
#include "base/timeutil.h"
#include "core/slots.h"

bool
proof_is_fresh(const struct core *c, const struct session *s)
{
	return c->now() - s->proved_us < PROOF_S * US_PER_S;
}

static bool
proved(struct core *c, struct session *s, const char *token, struct err *e)
{
	uint8_t digest[32];

	s->proved_us = c->now();
	token_digest(token, digest);
	return session_row_proved(c->db, digest, s->proved_us, e);
}

static bool
is_password(struct core *c, const struct session *s,
	const struct person_now *now, const char *password, bool *right_r,
	struct err *e)
{
	unsigned slot;

	if (!password_slot_take(c, &slot, e))
		return false;
	*right_r = *now->password
		&& (s->person.admin_id
				? admin_password_verify(now->password, password)
				: password_verify(now->password, password)
					== PASSWORD_RIGHT);
	slots_give(c->slots_fd, slot);
	return true;
}

static bool
failed(struct core *c, const struct session *s, const struct throttle_key *key,
	enum sign_in_outcome outcome, enum sign_in_method method,
	const struct session_from *from, struct err *e)
{
	if (!throttle_failed(c, key, e)
		|| !history_note(c, s->person, outcome, method, from, e))
		return false;
	return outcome == WRONG_CODE
		? err_set(e, ERR_INVALID, "code", "wrong_code", NULL,
			"the code is wrong, was used, or has run out")
		: err_set(e, ERR_INVALID, "password", "wrong_password", NULL,
			"the password is wrong");
}

bool
proof_password(struct core *c, struct session *s, const char *token,
	const char *password, const struct session_from *from, struct err *e)
{
	struct throttle_key key;
	struct person_now now;
	struct session unused;
	bool is_right;

	if (!person_find(c, s->person, &now, &unused, e)
		|| !throttle_key_make(
			c, &key, "account", now.login, &s->person, from, e)
		|| !throttle_check(c, &key, e)
		|| !is_password(c, s, &now, password, &is_right, e))
		return false;
	return is_right
		? throttle_passed(c, &key, e) && proved(c, s, token, e)
		: failed(c, s, &key, WRONG_PASSWORD, BY_PASSWORD, from, e);
}

bool
proof_code(struct core *c, struct session *s, const char *token,
	const char *code, const struct session_from *from, struct err *e)
{
	enum sign_in_method method;
	struct throttle_key key;
	struct person_now now;
	struct session unused;
	bool is_right;

	if (!person_find(c, s->person, &now, &unused, e)
		|| !throttle_key_make(
			c, &key, "code", now.login, &s->person, from, e)
		|| !throttle_check(c, &key, e)
		|| !factor_check_code(
			c, s->person, code, &is_right, &method, e))
		return false;
	return is_right ? throttle_passed(c, &key, e) && proved(c, s, token, e)
			: failed(c, s, &key, WRONG_CODE, method, from, e);
}

bool
proof_passkey(struct core *c, struct session *s, const char *token,
	const struct passkey_answer *in, const struct session_from *from,
	struct err *e)
{
	struct err unused = ERR_EMPTY;
	struct person who;

	if (passkey_check(c, CHALLENGE_PROOF, s->person, in, &who, e))
		return proved(c, s, token, e);
	/* 401 would say that the session is over. */
	if (e->code != ERR_AUTH)
		return false;
	if (!history_note(
		    c, s->person, WRONG_PASSKEY, BY_PASSKEY, from, &unused))
		return false;
	err_clear(e);
	return err_set(e, ERR_INVALID, "passkey", "bad_passkey", NULL,
		"the passkey was not accepted");
}
