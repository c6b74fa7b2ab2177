/*
 * A reply, built whole in memory and then sent, so that an error after the
 * first byte can still change the status.
 */
#ifndef CGI_REPLY_H
#define CGI_REPLY_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "cgi/gateway.h"
#include "core/flow.h"

struct reply {
	int status;
	const char *content_type; /* NULL: no body */
	struct str head;          /* further header lines */
	struct str body;
	struct jsonw json; /* over body */
	struct flow flow;  /* a body that is sent piece by piece */
};

/* An empty reply of status 204. Made again when a handler is run again. */
void reply_init(struct reply *r, struct arena *a);

/* Begin a JSON body; the caller writes one value with r->json. */
struct jsonw *reply_json(struct reply *r, int status);

/* Begin a body of plain text, to be added to what is returned. */
struct str *reply_text(struct reply *r, int status, const char *type);

/*
 * A body of unknown length: its pieces are made and sent one by one, behind
 * the head of a reply of status 200 that is offered as a file. Whoever sends it
 * closes the flow. Once the head is out nothing can be taken back: a piece that
 * cannot be made breaks the reply off, so that nobody takes it for whole.
 */
bool reply_flow(struct reply *r, const struct flow *flow, bool is_download,
	struct err *e) MUST_USE;

/*
 * A further header. Values are our own texts; one with a control character is
 * a bug and refused (ERR_INTERNAL).
 */
bool reply_header(struct reply *r, const char *name, const char *value,
	struct err *e) MUST_USE;

/* ETag of a row's version. */
bool reply_etag(struct reply *r, int64_t version, struct err *e) MUST_USE;

/* Everything so far is dropped; a problem document takes its place. */
void reply_problem(
	struct reply *r, struct arena *a, const struct err *e, const char *rid);

/*
 * Send it with the headers that every reply has. `is_head`: without the body.
 * False when the peer did not take it.
 */
bool reply_send(const struct reply *r, struct gateway *gw, const char *rid,
	bool is_head) MUST_USE;

/* The same for a flow. `beat` is called before each piece. On false the reply
 * was broken off; `e` tells why it was ours, or is empty. */
bool reply_send_flow(struct reply *r, struct gateway *gw, const char *rid,
	bool is_head, void (*beat)(void), struct err *e) MUST_USE;

#endif
