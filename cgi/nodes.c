/*
 * Routes of mail nodes and of what they are asked.
 */
#include "cgi/handlers.h"

#include <stdio.h>
#include <string.h>

#include "core/node.h"
#include "core/node_request.h"

const struct form node_in_form = { .table = node_create_form,
	.size = sizeof(struct node_in) };
const struct form node_changes_form = { .table = node_patch_form,
	.size = sizeof(struct node_in) };

const struct form request_add_form = { .table = node_request_form,
	.size = sizeof(struct node_request_in) };

bool
reply_node(struct call *c, int status, const struct node *n, struct err *e)
{
	node_write_json(reply_json(c->reply, status), NULL, n);
	if (status == 201 && !reply_location(c, "/nodes", n->row.id, e))
		return false;
	return reply_etag(c->reply, (int64_t)n->row.version, e);
}

bool
nodes_list(struct call *c, struct err *e)
{
	struct node *items;
	struct jsonw *w;
	size_t n;

	if (!node_list(c->core, c->actor, &items, &n, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	for (size_t i = 0; i < n; i++)
		node_write_json(w, NULL, &items[i]);
	jsonw_end(w);
	jsonw_end(w);
	return true;
}

bool
nodes_create(struct call *c, struct err *e)
{
	struct node n;
	const bool ok = node_create(c->core, c->actor, c->body, &n, e)
		&& reply_node(c, 201, &n, e);

	explicit_bzero(n.token, sizeof(n.token));
	return ok;
}

bool
nodes_get(struct call *c, struct err *e)
{
	struct node n;

	return node_get(c->core, c->actor, c->id, &n, e)
		&& reply_node(c, 200, &n, e);
}

bool
nodes_patch(struct call *c, struct err *e)
{
	struct node n;

	return node_patch(c->core, c->actor, c->id, c->match, c->body,
		       &c->body_seen, &n, e)
		&& reply_node(c, 200, &n, e);
}

bool
nodes_delete(struct call *c, struct err *e)
{
	if (!node_delete(c->core, c->actor, c->id, c->match, e))
		return false;
	reply_init(c->reply, c->arena);
	return true;
}

bool
nodes_token(struct call *c, struct err *e)
{
	struct node n;
	const bool ok = node_make_token(c->core, c->actor, c->id, &n, e)
		&& reply_node(c, 200, &n, e);

	explicit_bzero(n.token, sizeof(n.token));
	return ok;
}

bool
nodes_revoke(struct call *c, struct err *e)
{
	struct node n;

	return node_revoke_token(c->core, c->actor, c->id, &n, e)
		&& reply_node(c, 200, &n, e);
}

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
