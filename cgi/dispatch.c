/*
 * The one way through which every request goes: head, route, origin and CSRF,
 * database, session and role, query, body, If-Match, dry run or
 * Idempotency-Key, handler, reply. Handlers rely on all of it.
 */
#include "cgi/app.h"

#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "base/token.h"
#include "base/url.h"
#include "cgi/dry_run.h"
#include "cgi/once.h"
#include "cgi/worker.h"
#include "core/api_token.h"
#include "core/sign_in.h"

static bool
is_reading(enum method m)
{
	return m == METHOD_GET || m == METHOD_HEAD;
}

/*
 * Programs show an API token in place of a session. No browser sends it by
 * itself, so it needs no other proof; with it, cookies count for nothing.
 */
static bool
shows_token(const struct call *c)
{
	return c->req->bearer && c->route->gate != GATE_PUBLIC
		&& c->route->gate != GATE_LOOPBACK
		&& c->route->gate != GATE_NODE;
}

/*
 * A page of another site can neither set X-Postroom nor hide its Origin. Both
 * are looked at for every request that is not a plain read.
 */
static bool
check_origin(const struct call *c, struct err *e)
{
	const struct request *r = c->req;

	if (is_reading(r->method) || c->route->gate == GATE_NODE
		|| shows_token(c))
		return true;
	if (r->origin && strcmp(r->origin, c->app->conf.web.origin) != 0)
		return err_set(e, ERR_FORBIDDEN, "", "foreign_origin",
			r->origin, "the request comes from another site");
	if (r->fetch_site && strcmp(r->fetch_site, "cross-site") == 0)
		return err_set(e, ERR_FORBIDDEN, "", "foreign_origin", "",
			"the request comes from another site");
	if (!r->csrf || strcmp(r->csrf, "1") != 0)
		return err_set(e, ERR_FORBIDDEN, "", "csrf_header_missing", "",
			"the header X-Postroom: 1 is missing");
	return true;
}

static bool
connect_database(struct call *c, struct err *e)
{
	struct app *app = c->app;

	c->core = &app->core;
	if (app->is_connected)
		return true;
	app->is_connected =
		core_open(&app->core, &app->conf, app->face, app->arena, e);
	return app->is_connected;
}

static bool
check_loopback(const struct call *c, struct err *e)
{
	struct cidr v4, v6;
	uint8_t ip[16];

	if (ip_parse(c->req->client, ip) && cidr_parse("127.0.0.0/8", &v4, e)
		&& cidr_parse("::1", &v6, e)
		&& (cidr_has_ip(&v4, ip) || cidr_has_ip(&v6, ip)))
		return true;
	return err_set(e, ERR_FORBIDDEN, "", "loopback_only", "",
		"this is told to programs on this host only");
}

static bool
check_gate(const struct route *r, const struct actor *actor, struct err *e)
{
	const enum right right = ROUTE_RIGHT(r->flags);

	switch (r->gate) {
	case GATE_SUPERADMIN:
		return actor_need_superadmin(actor, e);
	case GATE_ADMIN:
		return actor_need_admin(actor, e)
			&& (right == 0
				|| actor_need_right_somewhere(actor, right, e));
	case GATE_OWNER:
		return actor_need_owner(actor, e);
	case GATE_PERSON:
		return true;
	case GATE_PUBLIC:
	case GATE_LOOPBACK:
	case GATE_NODE:
		break;
	}
	return err_set(e, ERR_INTERNAL, "", "bad_gate", "",
		"a gate that sessions do not open");
}

/* Of a session; a program with a token has nothing more to give. */
static bool
check_proof(const struct call *c, struct err *e)
{
	if (!(c->route->flags & ROUTE_PROOF) || c->session.id == 0
		|| proof_is_fresh(c->core, &c->session))
		return true;
	return err_set(e, ERR_FORBIDDEN, "", "proof_needed", "",
		"prove again that it is you, then repeat this");
}

static bool
check_token(struct call *c, struct actor *actor, struct err *e)
{
	const struct route *r = c->route;
	const char *scopes;

	if (!api_token_actor(c->core, c->req->bearer, c->req->client,
		    c->req->id, actor, &scopes, e))
		return false;
	c->actor = actor;
	if (!route_takes_tokens(r))
		return err_set(e, ERR_FORBIDDEN, "", "not_with_a_token", "",
			"this takes a person who signed in");
	if (!scope_allows(scopes, r->action, r->method == METHOD_GET))
		return err_set(e, ERR_FORBIDDEN, "", "no_scope", r->action,
			"the token is not good for %s", r->action);
	return check_gate(r, actor, e);
}

static bool
check_session(struct call *c, struct actor *actor, struct err *e)
{
	if (c->route->gate == GATE_PUBLIC)
		return true;
	if (c->route->gate == GATE_LOOPBACK)
		return check_loopback(c, e);
	if (c->route->gate == GATE_NODE)
		return peer_find(
			c->core, c->req->bearer, c->req->client, &c->peer, e);
	if (shows_token(c))
		return check_token(c, actor, e);
	if (!c->req->token)
		return err_set(
			e, ERR_AUTH, "", "no_session", "", "sign in first");
	if (!session_find(c->core, c->req->token, &c->session, e))
		return false;
	*actor = session_actor(&c->session, c->req->client, c->req->id);
	c->actor = actor;
	return check_gate(c->route, actor, e) && check_proof(c, e);
}

static bool
form_prepare(
	const struct form *form, void **in_r, struct arena *a, struct err *e)
{
	*in_r = arena_alloc(a, form->size);
	if (!*in_r)
		return err_memory(e);
	if (form->init)
		form->init(*in_r);
	return true;
}

static bool
read_query(struct call *c, struct err *e)
{
	const struct form *form = c->route->query;
	const char *at = c->req->query;
	struct form_seen seen = { 0, 0 };
	struct url_pair pair;
	bool has_pair, has_dry_run = false;

	if (form && !form_prepare(form, &c->query, c->arena, e))
		return false;
	while (at) {
		if (!url_query_next(&at, &pair, &has_pair, e))
			return false;
		if (!has_pair)
			break;
		if (!is_reading(c->req->method)
			&& strcmp(pair.key, "dry_run") == 0) {
			if (!dry_run_read(c, pair.value, &has_dry_run, e))
				return false;
			continue;
		}
		if (!form) {
			return err_set(e, ERR_INVALID, pair.key, "unknown_key",
				"", "this path takes no query");
		}
		if (!form_set_text(form->table, pair.key, pair.value, c->query,
			    &seen, c->arena, e))
			return false;
	}
	return !form || form_finish_text(form->table, &seen, e);
}

static bool
read_body(struct call *c, struct request *r, struct gateway *gw, struct err *e)
{
	const struct form *form = c->route->body;
	const size_t max = (size_t)c->app->conf.web.max_body_bytes;
	const struct json_limits limits = { .bytes = max,
		.depth = json_limits_request.depth };

	if (c->route->flags & ROUTE_BYTES)
		return request_read_body(
			r, gw, max, "application/octet-stream", c->arena, e);
	if (!form) {
		if (r->content_length > 0)
			return err_set(e, ERR_INVALID, "", "body_not_wanted",
				"", "this request takes no body");
		return true;
	}
	if (!form_prepare(form, &c->body, c->arena, e))
		return false;
	if (r->content_length == 0 && c->route->flags & ROUTE_BODY_OPTIONAL)
		return true;
	return request_read_body(r, gw, max, JSON_TYPE, c->arena, e)
		&& form_read_json(form->table, r->body ? r->body : "",
			r->body_len, &limits, c->body, &c->body_seen, c->arena,
			e);
}

static bool
read_match(struct call *c, struct err *e)
{
	int64_t version;

	if (!(c->route->flags & ROUTE_MATCH))
		return true;
	if (!c->req->if_match)
		return err_set(e, ERR_NEEDS_MATCH, "If-Match", "required", "",
			"send the version that was read as If-Match");
	if (!etag_version(c->req->if_match, &version))
		return err_set(e, ERR_SYNTAX, "If-Match", "bad_etag",
			c->req->if_match,
			"If-Match is one version in double quotes");
	c->match = (uint64_t)version;
	return true;
}

/* What is polled answers 304 while its bytes stay the same. */
static bool
mark_polled(struct call *c, struct err *e)
{
	struct reply *r = c->reply;
	char digest[17], etag[20];
	struct str s = STR_FIXED(etag);

	if (!(c->route->flags & ROUTE_POLLED) || r->status != 200)
		return true;
	fingerprint(str_text(&r->body), r->body.len, digest);
	str_add_char(&s, '"');
	str_add(&s, digest);
	str_add_char(&s, '"');
	if (!reply_header(r, "ETag", etag, e))
		return false;
	if (c->req->if_none_match
		&& etag_matches(c->req->if_none_match, etag)) {
		r->status = 304;
		r->content_type = NULL;
	}
	return true;
}

static bool
run_handler(struct call *c, struct err *e)
{
	bool is_done;

	reply_init(c->reply, c->arena);
	if (c->is_dry_run)
		return dry_run_handle(c, e);
	if (!once_before(c, &is_done, e))
		return false;
	if (is_done)
		return true;
	if (!c->route->handler(c, e))
		return once_failed(c, e);
	if (c->reply->json.out && !jsonw_done(&c->reply->json, e))
		return false;
	once_keep(c);
	return mark_polled(c, e);
}

static bool
handle(struct call *c, struct request *r, struct gateway *gw,
	struct actor *actor, struct str *allow, struct err *e)
{
	struct route_ids ids;

	if (!request_read_head(r, gw, &c->app->conf.web, c->arena, e))
		return false;
	log_set_rid(r->id);
	c->route = route_find(routes, r->method, r->path, &ids, allow, e);
	if (!c->route)
		return false;
	c->id = (uint64_t)ids.id[0];
	c->sub_id = (uint64_t)ids.id[1];
	return check_origin(c, e) && connect_database(c, e)
		&& check_session(c, actor, e) && read_query(c, e)
		&& read_match(c, e) && read_body(c, r, gw, e)
		&& run_handler(c, e);
}

/* Reads that went well are not worth a line each. */
static void
log_request(const struct call *c, const struct err *e, int64_t took_us)
{
	char status[16], took[32], id[32];
	struct str s = STR_FIXED(status), t = STR_FIXED(took),
		   i = STR_FIXED(id);
	const bool is_bad = c->reply->status >= 500;

	str_add_i64(&s, c->reply->status);
	str_add_i64(&t, took_us);
	str_add_u64(&i, c->id);
	log_kv(is_bad ? LOG_LEVEL_ERROR
			: !e->code && is_reading(c->req->method)
			? LOG_LEVEL_DEBUG
			: LOG_LEVEL_INFO,
		"request", "method", method_name(c->req->method), "action",
		c->route ? c->route->action : "none", "id", id, "status",
		status, "us", took, "client", c->req->client, "actor",
		c->actor               ? c->actor->name
			: c->peer.name ? c->peer.name
				       : "",
		"reason", e->n > 0 ? e->item[0].reason : "", "text",
		is_bad && e->n > 0 ? e->item[0].text : "", NULL);
}

/* Passwords pass through the body and the struct that it was read into. */
static void
wipe(struct call *c, struct request *r)
{
	if (r->body)
		explicit_bzero(r->body, r->body_len);
	if (c->body && c->route->body)
		explicit_bzero(c->body, c->route->body->size);
}

/* A problem document, also when the request used up its memory. */
static void
reply_failure(struct call *c, struct request *r, struct err *e)
{
	if (!err_is_set(e))
		err_set(e, ERR_INTERNAL, "", "no_reason", "",
			"a failure without a reason");
	reply_problem(c->reply, c->arena, e, r->id);
	if (str_is_ok(&c->reply->body))
		return;
	arena_reset(c->arena);
	c->actor = NULL;
	c->body = NULL;
	r->body = NULL;
	reply_problem(c->reply, c->arena, e, r->id);
}

/* A long body; what fails in it can only be logged any more. */
static bool
send_flow(struct call *c, struct gateway *gw)
{
	struct err e = ERR_EMPTY;
	const bool is_sent = reply_send_flow(c->reply, gw, c->req->id,
		c->req->method == METHOD_HEAD, worker_beat, &e);

	if (err_is_set(&e))
		log_error("the reply is broken off: %s", err_text(&e));
	flow_close(&c->reply->flow);
	return is_sent;
}

void
dispatch(struct app *app, struct gateway *gw)
{
	const int64_t start_us = monotonic_us();
	char allow_text[64];
	struct str allow = STR_FIXED(allow_text);
	struct err e = ERR_EMPTY, unused = ERR_EMPTY;
	struct request req = { 0 };
	struct reply reply = { 0 };
	struct actor actor = { 0 };
	struct call c = {
		.app = app, .arena = app->arena, .req = &req, .reply = &reply
	};
	bool is_sent;

	if (!handle(&c, &req, gw, &actor, &allow, &e)) {
		wipe(&c, &req);
		reply_failure(&c, &req, &e);
		if (allow.len > 0
			&& !reply_header(&reply, "Allow", allow_text, &unused))
			log_warn("no room for Allow");
	}
	wipe(&c, &req);
	request_drain(&req, gw);
	is_sent = reply.flow.ctx
		? send_flow(&c, gw)
		: reply_send(&reply, gw, req.id, req.method == METHOD_HEAD);
	is_sent = gateway_finish(gw) && is_sent;
	log_request(&c, &e, monotonic_us() - start_us);
	if (!is_sent)
		log_info("the web server did not take the reply");
	log_set_rid(NULL);
	arena_reset(app->arena);
}
