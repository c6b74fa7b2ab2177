/*
 * Signing in and out. The cookie is the only thing that a browser holds.
 */
#include "cgi/signing.h"

#include <string.h>

#include "base/log.h"
#include "core/admin_manage.h"

#define LOGIN_MAX 320
#define FIRST_USE_TOKEN_MAX 64
#define DEVICE_AGE_S (365 * 86400)

struct session_in {
	char login[LOGIN_MAX + 1];
	char password[PASSWORD_MAX + 1];
};

static const struct field session_rows[] = {
	{ FIELD_AT(struct session_in, login), .min = 1, .required = true },
	{ FIELD_AT(struct session_in, password), .min = 1, .required = true,
		.is_secret = true },
	{ 0 },
};

const struct form session_form = { .table = session_rows,
	.size = sizeof(struct session_in) };

struct first_use_in {
	char token[FIRST_USE_TOKEN_MAX + 1];
	char password[PASSWORD_MAX + 1];
};

static const struct field first_use_rows[] = {
	{ FIELD_AT(struct first_use_in, token), .min = 1, .required = true,
		.is_secret = true },
	{ FIELD_AT(struct first_use_in, password), .min = 1, .required = true,
		.is_secret = true },
	{ 0 },
};

const struct form first_use_form = { .table = first_use_rows,
	.size = sizeof(struct first_use_in) };

static void
write_domains(struct jsonw *w, const struct admin *a)
{
	jsonw_array(w, "domains");
	for (size_t i = 0; i < a->n_domains; i++) {
		jsonw_object(w, NULL);
		jsonw_uint(w, "id", a->domain_ids[i]);
		rights_write_json(w, "rights", a->rights[i]);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_admin(struct jsonw *w, const struct admin *a)
{
	jsonw_object(w, "admin");
	jsonw_uint(w, "id", a->id);
	jsonw_str(w, "login", a->login);
	jsonw_str(w, "name", a->name);
	jsonw_str(w, "role", role_name(a->role));
	if (a->role == ROLE_SUPERADMIN)
		jsonw_null(w, "domains");
	else
		write_domains(w, a);
	jsonw_end(w);
}

static void
write_owner(struct jsonw *w, const struct owner *o)
{
	jsonw_object(w, "mailbox");
	jsonw_uint(w, "id", o->id);
	jsonw_str(w, "address", o->address);
	jsonw_str(w, "name", o->name);
	if (o->language[0] == '\0')
		jsonw_null(w, "language");
	else
		jsonw_str(w, "language", o->language);
	jsonw_end(w);
}

/* What forms of the panel must know before they are sent. */
static void
write_settings(struct jsonw *w, const struct conf *conf)
{
	jsonw_object(w, "settings");
	jsonw_int(w, "password_min_length", conf->password.min_length);
	jsonw_str(w, "password_scheme",
		password_scheme_name(conf->password.scheme));
	jsonw_int(
		w, "whitelist_min_prefix4", conf->limits.whitelist_min_prefix4);
	jsonw_int(
		w, "whitelist_min_prefix6", conf->limits.whitelist_min_prefix6);
	jsonw_int(w, "deleted_days", conf->retention.deleted_days);
	jsonw_end(w);
}

void
session_write_json(struct call *c, const struct session *s)
{
	struct jsonw *w = reply_json(c->reply, 200);

	jsonw_object(w, NULL);
	if (s->person.mailbox_id) {
		jsonw_null(w, "admin");
		write_owner(w, &s->owner);
	} else {
		write_admin(w, &s->admin);
		jsonw_null(w, "mailbox");
	}
	jsonw_str(w, "method", sign_in_method_name(s->method));
	jsonw_time(w, "proved_at", s->proved_us);
	jsonw_time(w, "expires_at", s->expires_us);
	write_settings(w, &c->app->conf);
	jsonw_end(w);
}

/* The cookie of a session has no age: it goes with the browser. */
static bool
set_cookie(struct call *c, const char *name, const char *token, int64_t age_s,
	struct err *e)
{
	char text[192];
	struct str s = STR_FIXED(text);
	bool is_set;

	str_addf(&s, "%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict", name,
		token);
	if (age_s >= 0)
		str_addf(&s, "; Max-Age=%lld", (long long)age_s);
	is_set = str_is_ok(&s) ? reply_header(c->reply, "Set-Cookie", text, e)
			       : err_memory(e);
	explicit_bzero(text, sizeof text);
	return is_set;
}

bool
session_get(struct call *c, struct err *e)
{
	(void)e;
	session_write_json(c, &c->session);
	return true;
}

/* A sign-in replaces the session that the browser had. */
static void
end_former(struct call *c)
{
	struct err e = ERR_EMPTY;

	if (c->req->token && !session_end(c->core, c->req->token, &e))
		log_warn("a former session stays: %s", err_text(&e));
}

struct session_from
from_of(const struct call *c)
{
	return (struct session_from){ .client = c->req->client,
		.user_agent = c->req->user_agent ? c->req->user_agent : "",
		.device = c->req->device };
}

static void
write_next(struct call *c, const struct signed_in *in)
{
	struct jsonw *w = reply_json(c->reply, 202);

	jsonw_object(w, NULL);
	jsonw_str(w, "ticket", in->ticket);
	jsonw_bool(w, "totp", in->factors.has_totp);
	jsonw_bool(w, "recovery", in->factors.recovery_left > 0);
	jsonw_bool(w, "passkey", in->factors.n_passkeys > 0);
	jsonw_end(w);
}

/* The browser gets its new cookies; the session that it had before ends. */
bool
reply_signed_in(struct call *c, struct signed_in *in, struct err *e)
{
	bool is_set = true;

	if (in->needs_second) {
		write_next(c, in);
	} else {
		end_former(c);
		is_set = set_cookie(c, SESSION_COOKIE, in->token, -1, e)
			&& (in->device[0] == '\0'
				|| set_cookie(c, DEVICE_COOKIE, in->device,
					DEVICE_AGE_S, e));
		session_write_json(c, &in->session);
	}
	explicit_bzero(in, sizeof *in);
	return is_set;
}

bool
session_create(struct call *c, struct err *e)
{
	const struct session_in *in = c->body;
	const struct session_from from = from_of(c);
	struct signed_in done;

	return sign_in_password(
		       c->core, in->login, in->password, &from, &done, e)
		&& reply_signed_in(c, &done, e);
}

bool
session_delete(struct call *c, struct err *e)
{
	return session_end(c->core, c->req->token, e)
		&& set_cookie(c, SESSION_COOKIE, "", 0, e);
}

bool
first_use_create(struct call *c, struct err *e)
{
	const struct first_use_in *in = c->body;
	const struct session_from from = from_of(c);
	struct signed_in done;

	return first_use_take(c->core, in->token, in->password, &from, &done, e)
		&& reply_signed_in(c, &done, e);
}
