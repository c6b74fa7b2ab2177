/*
 * One-time links, see first_use.h.
 */
#include "core/first_use.h"

#include <string.h>

#include "base/timeutil.h"
#include "core/factor_ops.h"
#include "core/mailbox.h"
#include "core/owner.h"
#include "core/sign_in_ops.h"

static bool
link_over(struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "token", "link_used_or_expired", NULL,
		"this link was used, replaced or has run out: ask for a new "
		"one");
}

struct link {
	struct factor_note note;
	uint8_t digest[32];
	int64_t until_us;
};

static bool
make_in(struct tx *t, void *ctx, struct err *e)
{
	struct link *l = ctx;

	l->until_us = t->now_us + FIRST_USE_TTL_S * US_PER_S;
	return first_use_row_end(t->db, l->note.person, t->now_us, e)
		&& first_use_row_insert(t->db, l->digest, l->note.person,
			t->now_us, l->until_us, e)
		&& factor_note(t, &l->note, e);
}

bool
first_use_make_mailbox(struct core *c, const struct actor *a,
	uint64_t mailbox_id, char token[static TOKEN_SESSION_LEN + 1],
	const char **address_r, int64_t *until_us_r, struct err *e)
{
	struct link l = { 0 };
	struct mailbox m;

	if (!mailbox_get(c, a, mailbox_id, &m, e)
		|| !actor_need_right(a, m.domain_id, RIGHT_PASSWORDS, e))
		return false;
	if (!m.is_alive || m.state != MAILBOX_ACTIVE)
		return err_set(e, ERR_CONFLICT, NULL, "not_active", m.address,
			"nobody may sign in to %s", m.address);
	token_make(token, TOKEN_SESSION_LEN);
	token_digest(token, l.digest);
	l.note = (struct factor_note){ .person = { .mailbox_id = m.id },
		.domain_id = m.domain_id,
		.subject = m.address,
		.before = "{}",
		.after = "{\"first_use_link\":\"made\"}" };
	if (!core_run(c, a, "mailbox.link", make_in, &l, NULL, e))
		return false;
	*address_r = m.address;
	*until_us_r = l.until_us;
	return true;
}

/* The link is used up and the password set, or neither. */
static bool
set_password(struct core *c, const struct session *s, const char *client,
	const uint8_t digest[static 32], const char *password, struct err *e)
{
	const struct actor a = session_actor(s, client, "");
	bool won;

	if (s->person.mailbox_id ? !owner_password_by_link(
		    c, s, &a, digest, password, &won, e)
				 : !admin_password_by_link(
					 c, &a, digest, password, &won, e))
		return false;
	return won || link_over(e);
}

bool
first_use_take(struct core *c, const char *token, const char *password,
	const struct session_from *from, struct signed_in *out, struct err *e)
{
	struct person_now now;
	struct person p;
	uint8_t digest[32];

	*out = (struct signed_in){ 0 };
	if (!token_is_plausible(token, TOKEN_LEN, TOKEN_SESSION_LEN))
		return link_over(e);
	token_digest(token, digest);
	if (!first_use_row_person(c->db, digest, c->now(), &p, e))
		return false;
	if (person_is_nobody(p))
		return link_over(e);
	if (!person_find(c, p, &now, &out->session, e))
		return false;
	if (!set_password(c, &out->session, from->client, digest, password, e)
		|| !factor_state(c, p, &out->factors, e)
		|| !person_find(c, p, &now, &out->session, e))
		return false;
	out->needs_second = factor_is_needed(&out->factors);
	return out->needs_second
		? ticket_make(c, p, now.password, out->ticket, e)
		: sign_in_finish(c, BY_LINK, from, out, e);
}
