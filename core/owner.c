/*
 * Self-service of a mailbox owner, see owner.h.
 */
#include "core/owner.h"

#include <string.h>

#include "base/password.h"
#include "base/timeutil.h"
#include "core/ops.h"
#include "core/policy.h"
#include "db/log_rows.h"

#define SCHEME_SIZE 25

/*
 * The rules of core ask for rights in the domain. An owner has none; what he
 * may do is decided here, for his own mailbox, and then done with all of them,
 * in his name.
 */
static struct actor
inside(const struct actor *a)
{
	struct actor out = *a;

	out.role = ROLE_SUPERADMIN;
	return out;
}

struct password_write {
	uint64_t mailbox_id;
	uint64_t but_session;
	uint64_t was_secret_id; /* 0: whatever it is */
	char stored[PASSWORD_HASH_SIZE];
	char scheme[SCHEME_SIZE];
	bool is_renewal;
	const uint8_t *link; /* to be used up, or NULL */
	bool is_lost;        /* somebody else used it first */
};

static bool
password_in(struct tx *t, void *ctx, struct err *e)
{
	struct password_write *w = ctx;
	struct mailbox before, after;
	struct tx_domain *td;

	if (!mailbox_locked(t, w->mailbox_id, &before, &td, e))
		return false;
	w->is_lost = false;
	if (w->link) {
		bool won;

		if (!first_use_row_use(t->db, w->link, t->now_us, &won, e))
			return false;
		w->is_lost = !won;
	}
	if (w->is_lost || !before.is_alive
		|| (w->was_secret_id && before.secret_id != w->was_secret_id))
		return true;
	after = before;
	after.password_scheme = w->scheme;
	t->keeps_sessions = w->is_renewal;
	t->but_session = w->but_session;
	return secret_row_insert(t->db, "mailbox", w->stored, t->now_us,
		       &after.secret_id, e)
		&& mailbox_apply(t, td, &before, &after, e);
}

static bool
write_password(struct core *c, const struct actor *a, const char *action,
	struct password_write *w, const char *password, struct err *e)
{
	const struct actor who = inside(a);
	bool ok =
		password_hash(c->conf->password.scheme, password, w->stored, e);

	if (ok) {
		password_scheme_of(w->stored, w->scheme, sizeof(w->scheme));
		ok = core_run(c, &who, action, password_in, w, NULL, e);
	}
	explicit_bzero(w->stored, sizeof(w->stored));
	return ok;
}

bool
owner_mailbox(struct core *c, const struct session *s, struct mailbox *out,
	struct err *e)
{
	bool found;

	if (!mailbox_row_get(
		    c->db, c->arena, s->person.mailbox_id, out, &found, e))
		return false;
	return found || no_such("mailbox", e);
}

bool
owner_set_password(struct core *c, const struct actor *a,
	const struct session *s, const char *password, struct err *e)
{
	struct password_write w = { .mailbox_id = s->person.mailbox_id,
		.but_session = s->id };

	return actor_need_owner(a, e)
		&& password_policy(c, password, s->owner.address,
			(unsigned)c->conf->password.min_length, e)
		&& write_password(c, a, "mailbox.password", &w, password, e);
}

bool
owner_password_by_link(struct core *c, const struct session *s,
	const struct actor *a, const uint8_t link[static 32],
	const char *password, bool *won_r, struct err *e)
{
	struct password_write w = { .mailbox_id = s->person.mailbox_id,
		.link = link };

	*won_r = false;
	if (!password_policy(c, password, s->owner.address,
		    (unsigned)c->conf->password.min_length, e)
		|| !write_password(c, a, "mailbox.password", &w, password, e))
		return false;
	*won_r = !w.is_lost;
	return true;
}

bool
owner_set_language(struct core *c, const struct session *s,
	const char *language, struct err *e)
{
	return owner_row_language(c->db, s->person.mailbox_id, language, e);
}

bool
owner_renew_hash(struct core *c, const struct session *s,
	const struct owner_row *row, const char *password,
	const struct session_from *from, struct err *e)
{
	struct password_write w = { .mailbox_id = row->id,
		.was_secret_id = row->secret_id,
		.is_renewal = true };
	const struct actor a = session_actor(s, from->client, "");

	if (!password_is_weaker(row->password, c->conf->password.scheme))
		return true;
	return write_password(c, &a, "mailbox.rehash", &w, password, e);
}
