/*
 * Signing in and out. The cookie is the only thing that a browser holds.
 */
#include "cgi/handlers.h"

#include <string.h>

#include "base/log.h"
#include "core/admin.h"

#define LOGIN_MAX 100
#define FIRST_USE_TOKEN_MAX 64

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
		jsonw_array(w, "rights");
		for (unsigned bit = 0; bit < RIGHTS_N; bit++)
			if (a->rights[i] & 1U << bit)
				jsonw_str(w, NULL, right_words[bit]);
		jsonw_end(w);
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

static void
write_session(struct call *c, const struct session *s)
{
	struct jsonw *w = reply_json(c->reply, 200);

	jsonw_object(w, NULL);
	write_admin(w, &s->admin);
	jsonw_time(w, "expires_at", s->expires_us);
	write_settings(w, &c->app->conf);
	jsonw_end(w);
}

/* An empty token takes the cookie away. */
static bool
set_cookie(struct call *c, const char *token, struct err *e)
{
	char text[160];
	struct str s = STR_FIXED(text);
	bool is_set;

	str_addf(&s, "%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s",
		SESSION_COOKIE, token, token[0] == '\0' ? "; Max-Age=0" : "");
	is_set = str_is_ok(&s) ? reply_header(c->reply, "Set-Cookie", text, e)
			       : err_memory(e);
	explicit_bzero(text, sizeof text);
	return is_set;
}

bool
session_get(struct call *c, struct err *e)
{
	(void)e;
	write_session(c, &c->session);
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

bool
session_create(struct call *c, struct err *e)
{
	const struct session_in *in = c->body;
	char token[TOKEN_SESSION_LEN + 1];
	struct session s;
	bool is_set;

	if (!session_sign_in(c->core, in->login, in->password, c->req->client,
		    c->req->user_agent ? c->req->user_agent : "", token, &s, e))
		return false;
	end_former(c);
	is_set = set_cookie(c, token, e);
	explicit_bzero(token, sizeof token);
	write_session(c, &s);
	return is_set;
}

bool
session_delete(struct call *c, struct err *e)
{
	return session_end(c->core, c->req->token, e) && set_cookie(c, "", e);
}

bool
first_use_create(struct call *c, struct err *e)
{
	const struct first_use_in *in = c->body;
	char token[TOKEN_SESSION_LEN + 1];
	struct session s;
	bool is_set;

	if (!first_use_take(c->core, in->token, in->password, c->req->client,
		    c->req->user_agent ? c->req->user_agent : "", token, &s, e))
		return false;
	is_set = set_cookie(c, token, e);
	explicit_bzero(token, sizeof token);
	write_session(c, &s);
	return is_set;
}
