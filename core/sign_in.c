/*
 * The password step of signing in, see sign_in.h.
 */
#include "core/sign_in_ops.h"

#include <string.h>

#include "base/addr.h"
#include "base/log.h"
#include "base/password.h"
#include "core/owner.h"
#include "core/slots.h"

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
	struct err unused = ERR_EMPTY;

	if (!addr_check_mailbox(
		    login, acc->address, sizeof(acc->address), &unused))
		acc->address[0] = '\0';
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

bool
password_slot_take(struct core *c, unsigned *slot_r, struct err *e)
{
	unsigned workers = (unsigned)c->conf->web.workers;

	return slots_take(c->slots_fd, workers > 5 ? workers / 2 - 2 : 1,
		SLOT_WAIT_MS, slot_r, e);
}

/* What a login costs depends on how it is written, and on nothing else. */
static bool
verify(struct core *c, const struct account *acc, const char *password,
	struct person *who_r, struct err *e)
{
	unsigned slot;

	*who_r = (struct person){ 0 };
	if (!password_slot_take(c, &slot, e))
		return false;
	if (is_admin_password(acc, password))
		who_r->admin_id = acc->admin.id;
	else if (*acc->address && is_owner_password(c->conf, acc, password))
		who_r->mailbox_id = acc->owner.id;
	slots_give(c->slots_fd, slot);
	return true;
}

/* Whose failures they are: an admin's before a mailbox's. */
static struct person
person_of(const struct account *acc)
{
	return (struct person){ .admin_id = acc->has_admin ? acc->admin.id : 0,
		.mailbox_id =
			!acc->has_admin && acc->has_owner ? acc->owner.id : 0 };
}

static bool
refuse(struct core *c, const struct account *acc,
	const struct throttle_key *key, const struct session_from *from,
	struct err *e)
{
	const struct person p = person_of(acc);

	if (!throttle_failed(c, key, e)
		|| ((p.admin_id || p.mailbox_id)
			&& !history_note(
				c, p, WRONG_PASSWORD, BY_PASSWORD, from, e)))
		return false;
	return err_set(e, ERR_AUTH, NULL, "bad_credentials", NULL,
		"the login or the password is wrong");
}

static bool
go_on(struct core *c, const struct account *acc, const char *password,
	const struct session_from *from, struct signed_in *out, struct err *e)
{
	const struct person p = out->session.person;
	const char *stored =
		p.admin_id ? acc->admin.password : acc->owner.password;
	struct err unused = ERR_EMPTY;

	if (p.mailbox_id)
		out->session.owner = owner_of_row(&acc->owner);
	else if (!admin_of_row(c, &acc->admin, &out->session.admin, e))
		return false;
	if (!factor_state(c, p, &out->factors, e))
		return false;
	out->needs_second = factor_is_needed(&out->factors);
	if (out->needs_second)
		return ticket_make(c, p, stored, out->ticket, e);
	/* It is the right password: a better form of it may fail. */
	if (p.mailbox_id
		&& !owner_renew_hash(
			c, &out->session, &acc->owner, password, from, &unused))
		log_warn("a stored password stays as it is: %s",
			err_text(&unused));
	return sign_in_finish(c, BY_PASSWORD, from, out, e);
}

bool
sign_in_password(struct core *c, const char *login, const char *password,
	const struct session_from *from, struct signed_in *out, struct err *e)
{
	struct throttle_key key;
	struct account acc = { 0 };
	struct person p;

	*out = (struct signed_in){ 0 };
	if (!find_account(c, login, &acc, e))
		return false;
	p = person_of(&acc);
	if (!throttle_key_make(c, &key, "account",
		    *acc.address ? acc.address : login,
		    p.admin_id || p.mailbox_id ? &p : NULL, from, e)
		|| !throttle_check(c, &key, e))
		return false;
	if (strlen(password) > PASSWORD_MAX)
		acc.has_admin = acc.has_owner = false;
	if (!verify(c, &acc, password, &out->session.person, e))
		return false;
	if (!out->session.person.admin_id && !out->session.person.mailbox_id)
		return refuse(c, &acc, &key, from, e);
	return throttle_passed(c, &key, e)
		&& go_on(c, &acc, password, from, out, e);
}
