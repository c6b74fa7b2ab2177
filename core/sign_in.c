/*
 * The first step of signing in, see sign_in.h.
 */
#include "core/sign_in.h"

#include <string.h>

#include "base/addr.h"
#include "base/password.h"
#include "core/admin_rows.h"
#include "core/slots.h"
#include "core/throttle.h"

#define LOGIN_MAX 400
#define SLOT_WAIT_MS 5000

/* Who a login may mean: an administrator, a mailbox, or both. */
struct account {
	struct admin_row admin;
	struct owner_row owner;
	bool has_admin, has_owner;
	/* As an address is stored; "" when the login is none. */
	char address[ADDR_SIZE];
};

static bool
find_account(
	struct core *c, const char *login, struct account *acc, struct err *e)
{
	if (strlen(login) <= LOGIN_MAX
		&& !admin_row_by_login(c->db, c->arena, login, &acc->admin,
			&acc->has_admin, e))
		return false;
	/* The database ignores blanks at the end; the throttle does not. */
	if (acc->has_admin
		&& (strcmp(acc->admin.login, login) != 0
			|| !*acc->admin.password || acc->admin.state != 1))
		acc->has_admin = false;
	if (*acc->address
		&& !owner_row_find(c->db, c->arena, acc->address, &acc->owner,
			&acc->has_owner, e))
		return false;
	if (acc->has_owner
		&& (!*acc->owner.password || !owner_may_sign_in(&acc->owner)))
		acc->has_owner = false;
	return true;
}

static bool
is_admin_password(const struct account *acc, const char *password)
{
	if (acc->has_admin)
		return admin_password_verify(acc->admin.password, password);
	admin_password_waste(password);
	return false;
}

/* Hashing costs what verifying does. */
static bool
is_owner_password(const struct conf *conf, const struct account *acc,
	const char *password)
{
	char unused[PASSWORD_HASH_SIZE];
	struct err e = ERR_EMPTY;

	if (acc->has_owner)
		return password_verify(acc->owner.password, password)
			== PASSWORD_RIGHT;
	if (!password_hash(conf->password.scheme, password, unused, &e))
		return false;
	explicit_bzero(unused, sizeof(unused));
	return false;
}

/* What a login costs depends on how it is written, and on nothing else. */
static bool
verify(struct core *c, const struct account *acc, const char *password,
	struct session *out, struct err *e)
{
	unsigned workers = (unsigned)c->conf->web.workers;
	unsigned slot;

	*out = (struct session){ 0 };
	if (!slots_take(c->slots_fd, workers > 5 ? workers / 2 - 2 : 1,
		    SLOT_WAIT_MS, &slot, e))
		return false;
	if (is_admin_password(acc, password))
		out->person.admin_id = acc->admin.id;
	else if (*acc->address && is_owner_password(c->conf, acc, password))
		out->person.mailbox_id = acc->owner.id;
	slots_give(c->slots_fd, slot);
	return true;
}

static bool
refuse(struct core *c, const struct throttle_key *key, struct err *e)
{
	if (!throttle_failed(c, key, e))
		return false;
	return err_set(e, ERR_AUTH, NULL, "bad_credentials", NULL,
		"the login or the password is wrong");
}

bool
sign_in_password(struct core *c, const char *login, const char *password,
	const struct session_from *from,
	char token[static TOKEN_SESSION_LEN + 1], struct session *out,
	struct err *e)
{
	struct err unused = ERR_EMPTY;
	struct throttle_key key;
	struct account acc = { 0 };

	if (!addr_check_mailbox(
		    login, acc.address, sizeof(acc.address), &unused))
		acc.address[0] = '\0';
	throttle_key_make(
		&key, *acc.address ? acc.address : login, from->client);
	if (!throttle_check(c, &key, e) || !find_account(c, login, &acc, e))
		return false;
	if (strlen(password) > PASSWORD_MAX)
		acc.has_admin = acc.has_owner = false;
	if (!verify(c, &acc, password, out, e))
		return false;
	if (!out->person.admin_id && !out->person.mailbox_id)
		return refuse(c, &key, e);
	if (out->person.mailbox_id)
		out->owner = owner_of_row(&acc.owner);
	else if (!admin_of_row(c, &acc.admin, &out->admin, e))
		return false;
	return throttle_passed(c, &key, e)
		&& session_start(c, out, BY_PASSWORD, from, token, e);
}
