/*
 * Routes of publishing: what is live, what waits, and the acts.
 */
#include "cgi/handlers.h"

#include "core/publishing.h"

const struct form publish_mode_form = { .table = mode_form,
	.size = sizeof(struct mode_in) };
const struct form publish_all_form = { .table = publish_form,
	.size = sizeof(struct publish_in) };

void
publishing_write_json(
	struct jsonw *w, const char *key, const struct publishing *p)
{
	jsonw_object(w, key);
	publishing_write_members(w, p);
	jsonw_array(w, "nodes");
	for (size_t i = 0; i < p->n_nodes; i++)
		node_view_write_json(w, &p->nodes[i]);
	jsonw_end(w);
	jsonw_end(w);
}

bool
publishing_show(struct call *c, struct err *e)
{
	struct publishing p;

	if (!publishing_get(c->core, c->actor, &p, e))
		return false;
	publishing_write_json(reply_json(c->reply, 200), NULL, &p);
	return true;
}

bool
publishing_mode(struct call *c, struct err *e)
{
	return publishing_set_mode(c->core, c->actor, c->body, e)
		&& publishing_show(c, e);
}

bool
publishing_publish_all(struct call *c, struct err *e)
{
	struct jsonw *w;
	uint64_t approved;

	if (!publishing_publish(c->core, c->actor, c->body, &approved, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_uint(w, "approved_serial", approved);
	jsonw_end(w);
	return true;
}
