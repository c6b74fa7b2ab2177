/*
 * What the mail servers do with a message: what is saved answers at once,
 * what is live by a request to a node.
 */
#include "cgi/handlers.h"

#include "core/node_request.h"
#include "core/publishing.h"
#include "maps/explain_saved.h"

struct explain_ask {
	struct explain_in ask;
	int64_t node; /* 0: the first that has mailboxes */
};

static const struct field explain_rows[] = {
	EXPLAIN_ROWS(struct explain_ask),
	{ FIELD_AT(struct explain_ask, node), .max = ROUTE_ID_MAX },
	{ 0 },
};

const struct form explain_form = { .table = explain_rows,
	.size = sizeof(struct explain_ask) };

/* 0 when there is none. */
static bool
choose_node(struct call *c, int64_t wanted, uint64_t *id_r, struct err *e)
{
	struct publishing p;

	*id_r = (uint64_t)wanted;
	if (wanted != 0)
		return true;
	if (!publishing_get(c->core, c->actor, &p, e))
		return false;
	for (size_t i = 0; i < p.n_nodes && *id_r == 0; i++)
		if (strcmp(p.nodes[i].role, "mailbox") == 0)
			*id_r = p.nodes[i].id;
	return true;
}

/* The same question as a node takes it. */
static bool
ask_node(struct call *c, uint64_t node_id, const struct explain_in *in,
	struct node_request *out, struct err *e)
{
	char buf[2048];
	struct str text = STR_FIXED(buf);
	struct jsonw w = jsonw_over(&text);
	struct node_request_in q = { .verb = VERB_EXPLAIN };

	jsonw_object(&w, NULL);
	explain_write_in(&w, in);
	jsonw_end(&w);
	return jsonw_done(&w, e)
		&& form_read_json(node_args_form, buf, text.len,
			&json_limits_request, &q.args, &q.args_seen, c->arena,
			e)
		&& node_request_add(c->core, c->actor, node_id, &q, out, e);
}

static void
write_request(struct jsonw *w, uint64_t node_id, const struct node_request *q)
{
	if (node_id == 0) {
		jsonw_null(w, "request");
		return;
	}
	jsonw_object(w, "request");
	jsonw_uint(w, "node", node_id);
	jsonw_uint(w, "id", q->id);
	jsonw_time(w, "expires_at", q->expires_us);
	jsonw_end(w);
}

bool
explain_show(struct call *c, struct err *e)
{
	const struct explain_ask *in = c->query;
	struct explain_saved saved;
	struct node_request q;
	uint64_t node_id;
	struct jsonw *w;
	bool is_ok;

	if (!choose_node(c, in->node, &node_id, e)
		|| (node_id != 0 && !ask_node(c, node_id, &in->ask, &q, e)))
		return false;
	is_ok = explain_saved(c->core->db, &c->core->conf->node, &in->ask, "",
		c->arena, &saved, e);
	if (is_ok) {
		w = reply_json(c->reply, 200);
		jsonw_object(w, NULL);
		explain_saved_json(w, "pending", &saved);
		write_request(w, node_id, &q);
		jsonw_end(w);
	}
	explain_saved_free(&saved);
	return is_ok;
}
