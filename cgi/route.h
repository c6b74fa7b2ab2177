/*
 * Routes are data. A row says who may call, which query and body are read by
 * which form tables, and what the dispatcher does around the handler; a
 * handler cannot forget any of it.
 *
 * The table is in routes.c. `postroom-web --routes` prints it.
 */
#ifndef CGI_ROUTE_H
#define CGI_ROUTE_H

#include "base/base.h"
#include "base/err.h"
#include "base/form.h"
#include "base/str.h"
#include "cgi/request.h"
#include "core/actor.h"

struct call;

/* The coarse gate; the fine one is the actor in every function of core. */
enum gate {
	GATE_PUBLIC, /* no session needed */
	GATE_PERSON, /* whoever is signed in, owners of mailboxes too */
	GATE_OWNER,  /* the owner of a mailbox, and nobody else */
	GATE_ADMIN,  /* any administrator */
	GATE_SUPERADMIN,
	GATE_LOOPBACK, /* whoever asks from this host; no session */
	GATE_NODE,     /* a node elsewhere, by its token; no session */
};

enum route_flags {
	/* If-Match is required and handed over as call->match. */
	ROUTE_MATCH = 1 << 0,
	/* Takes Idempotency-Key. */
	ROUTE_ONCE = 1 << 1,
	/* The body may be absent; the form then keeps its defaults. */
	ROUTE_BODY_OPTIONAL = 1 << 2,
	/* Replies carry an ETag of their bytes and If-None-Match is looked at:
	 * for what is polled. */
	ROUTE_POLLED = 1 << 3,
	/* Takes ?dry_run=true: the handler writes through core_run and nothing
	 * else, so all of it rolls back. Where this is missing the query is
	 * refused. */
	ROUTE_DRY = 1 << 4,
	/* The reply shows a token: it is not kept for a repeated key, which is
	 * answered with what was made, without it. */
	ROUTE_SHOWN_ONCE = 1 << 5,
	/* The body is bytes (application/octet-stream), up to the ceiling of
	 * bodies, and handed over as req->body. */
	ROUTE_BYTES = 1 << 6,
	/* A person who signed in: no API token does. */
	ROUTE_NO_TOKEN = 1 << 7,
	/* Dangerous: a session that gave no password or factor for a while
	 * must do it again first (core/sign_in.h): 403 `proof_needed`. */
	ROUTE_PROOF = 1 << 8,
};

/* The right that a domain admin needs, in some domain at least; in which one,
 * core asks. Added to the flags. */
#define ROUTE_NEEDS(right) ((unsigned)(right) << 16)
#define ROUTE_RIGHT(flags) ((enum right)((flags) >> 16))

/* A form table with the struct that it fills. */
struct form {
	const struct field *table;
	size_t size;
	void (*init)(void *in); /* sets the defaults; NULL: zeros */
};

typedef bool route_handler(struct call *c, struct err *e);

struct route {
	enum method method;
	const char *path; /* whole; `{id}` is a number, up to ROUTE_IDS */
	enum gate gate;
	const struct form *query;
	const struct form *body;
	unsigned flags;
	route_handler *handler;
	const char *action; /* NOUN.VERB: for the log, and scopes of tokens */
};

#define ROUTE_PREFIX "/api/v1"
#define ROUTE_ID_MAX INT64_C(9007199254740991) /* 2^53 - 1, JSON's own */

/* Rows end with a NULL path. */
extern const struct route routes[];

/* Numbers in a path, in its order; 0 where it has none. */
#define ROUTE_IDS 2
struct route_ids {
	int64_t id[ROUTE_IDS];
};

/*
 * The row for a request, and the numbers in its path. HEAD
 * finds GET. ERR_NOT_FOUND, or ERR_METHOD when the path has other methods;
 * these are then put in `allow` (an Allow header).
 */
const struct route *route_find(const struct route *table, enum method method,
	const char *path, struct route_ids *ids_r, struct str *allow,
	struct err *e) MUST_USE;

/* May an API token with the right scope call it? */
bool route_takes_tokens(const struct route *r);

/* Does `path` fit `pattern`? */
bool route_fits(const char *pattern, const char *path,
	struct route_ids *ids_r) MUST_USE;

/* One line a route: method, path, gate, action and flags, separated by tabs;
 * the right that it needs is `right=...`. */
bool route_print(const struct route *table, struct str *out);

#endif
