/*
 * The page of a mailbox owner, and what admins do for owners and for one
 * another: links that set a password, lost second factors.
 */
#include "cgi/handlers.h"

#include <string.h>

#include "core/admin_manage.h"
#include "core/factor.h"
#include "core/first_use.h"
#include "core/owner.h"

/* One way in: "tls" from the first byte, or "starttls". */
static void
write_server(struct jsonw *w, const char *host, const char *protocol,
	const char *security, int64_t port)
{
	if (port == 0)
		return;
	jsonw_object(w, NULL);
	jsonw_str(w, "protocol", protocol);
	jsonw_str(w, "host", host);
	jsonw_int(w, "port", port);
	jsonw_str(w, "security", security);
	jsonw_end(w);
}

/* The mail servers' own name, or the panel's where none is set. */
static void
write_setup(struct jsonw *w, const struct conf *conf)
{
	const struct conf_mail *m = &conf->mail;
	const char *origin = strstr(conf->web.origin, "://");
	char host[256] = "";

	origin = origin ? origin + 3 : "";
	if (!*m->host
		&& !str_copy_n(
			host, sizeof host, origin, strcspn(origin, ":/")))
		host[0] = '\0';
	if (*m->host && !str_copy(host, sizeof host, m->host))
		host[0] = '\0';
	jsonw_array(w, "servers");
	write_server(w, host, "imap", "tls", m->imaps_port);
	write_server(w, host, "imap", "starttls", m->imap_port);
	write_server(w, host, "pop3", "tls", m->pop3s_port);
	write_server(w, host, "pop3", "starttls", m->pop3_port);
	write_server(w, host, "smtp", "tls", m->submissions_port);
	write_server(w, host, "smtp", "starttls", m->submission_port);
	jsonw_end(w);
}

bool
me_mailbox(struct call *c, struct err *e)
{
	struct mailbox m;
	struct jsonw *w;

	if (!owner_mailbox(c->core, &c->session, &m, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_str(w, "address", m.address);
	jsonw_str(w, "name", m.name);
	jsonw_int(w, "quota_bytes", m.quota_bytes);
	write_setup(w, &c->app->conf);
	jsonw_end(w);
	return true;
}

bool
mailboxes_link(struct call *c, struct err *e)
{
	char token[TOKEN_SESSION_LEN + 1];
	const char *address;
	int64_t until_us;
	struct jsonw *w;

	if (!first_use_make_mailbox(
		    c->core, c->actor, c->id, token, &address, &until_us, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_str(w, "address", address);
	jsonw_str(w, "token", token);
	jsonw_time(w, "expires_at", until_us);
	jsonw_end(w);
	explicit_bzero(token, sizeof token);
	return true;
}

bool
mailboxes_reset_factors(struct call *c, struct err *e)
{
	return factor_reset_mailbox(c->core, c->actor, c->id, e);
}

bool
admins_reset_factors(struct call *c, struct err *e)
{
	struct admin_view v;

	return admin_get(c->core, c->actor, c->id, &v, e)
		&& factor_reset_admin(
			c->core, c->actor, v.row.login, v.row.id, e);
}
