/*
 * What a worker has, passed explicitly, and what a handler is given.
 */
#ifndef CGI_APP_H
#define CGI_APP_H

#include "base/arena.h"
#include "base/conf.h"
#include "cgi/gateway.h"
#include "cgi/reply.h"
#include "cgi/request.h"
#include "cgi/route.h"
#include "cgi/scoreboard.h"
#include "core/core.h"
#include "core/peer.h"
#include "core/session.h"

struct app {
	struct conf conf;
	enum core_face face;
	bool is_sandboxed;
	struct arena *arena; /* of the request */
	struct core core;
	bool is_connected; /* core is open */
	struct scoreboard board;
};

/*
 * One call of a handler. Everything was checked before: the handler reads,
 * calls core and replies.
 */
struct call {
	struct app *app;
	struct core *core;
	struct arena *arena;
	const struct request *req;
	const struct route *route;
	struct session session;    /* not on a public route */
	const struct actor *actor; /* NULL on a public route */
	struct peer peer;          /* on a route of nodes */
	uint64_t id;               /* from the path, or 0 */
	uint64_t sub_id;           /* the second one of the path, or 0 */
	uint64_t match;            /* version from If-Match, or 0 */
	void *query;               /* as the route's forms say */
	void *body;
	struct form_seen body_seen;
	bool is_dry_run; /* ?dry_run=true: nothing is to happen */
	struct reply *reply;
	const char *location; /* of what was made */
};

/*
 * Take one request from the gateway through everything and send the reply.
 * Never fails: what goes wrong is a reply and a log line.
 */
void dispatch(struct app *app, struct gateway *gw);

#endif
