/*
 * Routes of mail nodes and of what they are asked.
 */
#include "cgi/handlers.h"

#include <stdio.h>

#include "core/node_request.h"

const struct form request_add_form = { .table = node_request_form,
	.size = sizeof(struct node_request_in) };

bool
node_requests_create(struct call *c, struct err *e)
{
	struct node_request q;
	struct jsonw *w;
	char path[64];

	if (!node_request_add(c->core, c->actor, c->id, c->body, &q, e))
		return false;
	w = reply_json(c->reply, 202);
	jsonw_object(w, NULL);
	jsonw_uint(w, "id", q.id);
	jsonw_time(w, "expires_at", q.expires_us);
	jsonw_end(w);
	snprintf(path, sizeof(path), "/nodes/%llu/requests",
		(unsigned long long)c->id);
	return reply_location(c, path, q.id, e);
}

bool
node_requests_get(struct call *c, struct err *e)
{
	struct node_request q;
	struct jsonw *w;

	if (!node_request_get(c->core, c->actor, c->id, c->sub_id, &q, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_uint(w, "id", q.id);
	jsonw_str(w, "verb", q.verb);
	jsonw_str(w, "state", q.state);
	jsonw_raw(w, "body", q.body);
	jsonw_time(w, "created_at", q.created_us);
	jsonw_time(w, "expires_at", q.expires_us);
	jsonw_time(w, "replied_at", q.replied_us);
	jsonw_end(w);
	return true;
}
