/*
 * Administrators and their one-time links, see admin.h.
 */
#include "core/admin.h"

#include <string.h>

#include "base/password.h"
#include "base/timeutil.h"
#include "core/admin_manage.h"
#include "core/admin_rows.h"
#include "core/policy.h"
#include "core/tx.h"

const char *
role_name(enum role role)
{
	return role == ROLE_SUPERADMIN ? "superadmin"
		: role == ROLE_ADMIN   ? "admin"
				       : "none";
}

bool
admin_of_row(struct core *c, const struct admin_row *row, struct admin *out,
	struct err *e)
{
	uint64_t *ids = NULL;
	unsigned *rights = NULL;

	*out = (struct admin){ .id = row->id,
		.login = row->login,
		.name = row->name,
		.role = row->role == ROLE_SUPERADMIN ? ROLE_SUPERADMIN
						     : ROLE_ADMIN,
		.is_active = row->state == 1,
		.has_password = *row->password != '\0' };
	if (out->role == ROLE_SUPERADMIN)
		return true;
	if (!admin_row_domains(c->db, c->arena, row->id, &ids, &rights,
		    &out->n_domains, e))
		return false;
	out->domain_ids = ids;
	out->rights = rights;
	return true;
}

bool
admin_find(struct core *c, const char *login, struct admin *out, struct err *e)
{
	struct admin_row row;
	bool found;

	if (!admin_row_by_login(c->db, c->arena, login, &row, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "login", "no_such_admin",
			login, "there is no administrator %s", login);
	return admin_of_row(c, &row, out, e);
}

bool
admin_count(struct core *c, uint64_t *n_r, struct err *e)
{
	return admin_row_count(c->db, n_r, e);
}

/* --- passwords and links --- */

struct secret_change {
	uint64_t admin_id;
	const char *login;
	const char *hash;    /* or NULL: no new password */
	const uint8_t *link; /* digest of a link to use, or NULL */
	const uint8_t *new_link;
	bool is_lost;         /* somebody else used the link first */
	uint64_t but_session; /* 0: all sessions end */
};

static bool
note_change(struct tx *t, const struct secret_change *in, const char *after,
	struct err *e)
{
	return tx_change(t,
		&(struct change_in){ .noun = "admin",
			.noun_id = in->admin_id,
			.op = CHANGE_UPDATE,
			.subject = in->login,
			.version = 1,
			.before = "{}",
			.after = after },
		e);
}

/* A new password ends every session of its owner. */
static bool
password_in_tx(struct tx *t, void *ctx, struct err *e)
{
	struct secret_change *in = ctx;
	bool won = true;

	if (in->link && !first_use_row_use(t->db, in->link, t->now_us, &won, e))
		return false;
	in->is_lost = !won;
	if (!won)
		return true;
	return admin_row_password(t->db, in->admin_id, in->hash, t->now_us, e)
		&& session_row_delete_of(t->db,
			(struct person){ .admin_id = in->admin_id },
			in->but_session, e)
		&& note_change(t, in, "{\"password\":\"set\"}", e);
}

static bool
link_in_tx(struct tx *t, void *ctx, struct err *e)
{
	struct secret_change *in = ctx;

	const struct person p = { .admin_id = in->admin_id };

	return first_use_row_end(t->db, p, t->now_us, e)
		&& first_use_row_insert(t->db, in->new_link, p, t->now_us,
			t->now_us + FIRST_USE_TTL_S * US_PER_S, e)
		&& note_change(t, in, "{\"first_use_link\":\"made\"}", e);
}

static bool
admin_by_id(struct core *c, uint64_t id, struct admin_row *row, struct err *e)
{
	bool found;

	if (!admin_row_by_id(c->db, c->arena, id, row, &found, e))
		return false;
	return found
		|| err_set(e, ERR_NOT_FOUND, NULL, "no_such_admin", NULL,
			"there is no such administrator");
}

bool
first_use_make(struct core *c, const struct actor *a, uint64_t admin_id,
	char token[static TOKEN_LEN + 1], struct err *e)
{
	struct secret_change in = { .admin_id = admin_id };
	struct admin_full row;
	uint8_t digest[32];

	if (!admin_need_manage(c, a, admin_id, &row, e))
		return false;
	if (row.state != ADMIN_ACTIVE)
		return err_set(e, ERR_CONFLICT, NULL, "disabled", row.login,
			"%s is switched off", row.login);
	token_make(token, TOKEN_LEN);
	token_digest(token, digest);
	in.login = row.login;
	in.new_link = digest;
	return core_run(c, a, "admin.link", link_in_tx, &in, NULL, e);
}

static bool
set_password(struct core *c, const struct actor *a, struct secret_change *in,
	const char *password, struct err *e)
{
	char hash[ADMIN_HASH_SIZE];
	bool ok;

	if (!password_policy(c, password, in->login, ADMIN_PASSWORD_MIN, e)
		|| !admin_password_hash(password, hash, e))
		return false;
	in->hash = hash;
	ok = core_run(c, a, "admin.password", password_in_tx, in, NULL, e);
	explicit_bzero(hash, sizeof(hash));
	return ok;
}

bool
admin_set_password(struct core *c, const struct actor *a, uint64_t admin_id,
	const char *password, struct err *e)
{
	struct secret_change in = { .admin_id = admin_id };
	struct admin_row row;

	if (!actor_need_superadmin(a, e) || !admin_by_id(c, admin_id, &row, e))
		return false;
	in.login = row.login;
	return set_password(c, a, &in, password, e);
}

bool
admin_set_own_password(struct core *c, const struct actor *a,
	uint64_t but_session, const char *password, struct err *e)
{
	struct secret_change in = { .admin_id = a->admin_id,
		.login = a->name,
		.but_session = but_session };

	return actor_need_admin(a, e)
		&& (a->admin_id
			|| err_set(e, ERR_FORBIDDEN, NULL, "admins_only", NULL,
				"only an administrator may do this"))
		&& set_password(c, a, &in, password, e);
}

bool
admin_password_by_link(struct core *c, const struct actor *a,
	const uint8_t link[static 32], const char *password, bool *won_r,
	struct err *e)
{
	struct secret_change in = {
		.admin_id = a->admin_id, .login = a->name, .link = link
	};

	*won_r = false;
	if (!set_password(c, a, &in, password, e))
		return false;
	*won_r = !in.is_lost;
	return true;
}
