/*
 * Routes of requests for an entry in the relay whitelist.
 */
#include "cgi/handlers.h"

#include "core/relay_request.h"

#define LIMIT_DEFAULT 50

struct requests_in {
	int64_t limit;
	int64_t before;
	unsigned state;
};

static const struct field query_rows[] = {
	{ FIELD_AT(struct requests_in, limit), .min = 1, .max = 200 },
	{ FIELD_AT(struct requests_in, before), .min = 1, .max = ROUTE_ID_MAX },
	{ FIELD_AT(struct requests_in, state), .words = relay_request_words },
	{ 0 },
};

const struct form relay_query_form = { .table = query_rows,
	.size = sizeof(struct requests_in) };
const struct form relay_in_form = { .table = relay_request_form,
	.size = sizeof(struct relay_request_in) };

static void
init(void *in)
{
	relay_answer_defaults(in);
}

const struct form relay_yes_form = { .table = relay_approve_form,
	.size = sizeof(struct relay_answer_in),
	.init = init };
const struct form relay_no_form = { .table = relay_decline_form,
	.size = sizeof(struct relay_answer_in),
	.init = init };

static bool
reply_request(struct call *c, int status, const struct relay_request *r,
	struct err *e)
{
	relay_request_write_json(reply_json(c->reply, status), NULL, r);
	if (status == 201 && !reply_location(c, "/relay-requests", r->id, e))
		return false;
	return reply_etag(c->reply, (int64_t)r->version, e);
}

bool
relay_requests_list(struct call *c, struct err *e)
{
	const struct requests_in *in = c->query;
	const size_t limit = in->limit ? (size_t)in->limit : LIMIT_DEFAULT;
	struct relay_request *items;
	struct jsonw *w;
	size_t n;

	if (!relay_request_list(c->core, c->actor, in->state,
		    (uint64_t)in->before, limit + 1, &items, &n, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	for (size_t i = 0; i < n && i < limit; i++)
		relay_request_write_json(w, NULL, &items[i]);
	jsonw_end(w);
	if (n > limit)
		jsonw_uint(w, "next", items[limit - 1].id);
	else
		jsonw_null(w, "next");
	jsonw_end(w);
	return true;
}

bool
relay_requests_create(struct call *c, struct err *e)
{
	struct relay_request r;

	return relay_request_create(c->core, c->actor, c->body, &r, e)
		&& reply_request(c, 201, &r, e);
}

bool
relay_requests_get(struct call *c, struct err *e)
{
	struct relay_request r;

	return relay_request_get(c->core, c->actor, c->id, &r, e)
		&& reply_request(c, 200, &r, e);
}

bool
relay_requests_approve(struct call *c, struct err *e)
{
	struct relay_request r;

	return relay_request_approve(
		       c->core, c->actor, c->id, c->match, c->body, &r, e)
		&& reply_request(c, 200, &r, e);
}

bool
relay_requests_decline(struct call *c, struct err *e)
{
	struct relay_request r;

	return relay_request_decline(
		       c->core, c->actor, c->id, c->match, c->body, &r, e)
		&& reply_request(c, 200, &r, e);
}

bool
relay_requests_withdraw(struct call *c, struct err *e)
{
	struct relay_request r;

	return relay_request_withdraw(c->core, c->actor, c->id, c->match, &r, e)
		&& reply_request(c, 200, &r, e);
}
