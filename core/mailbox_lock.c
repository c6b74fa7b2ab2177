/*
 * Lock now, see mailbox_lock.h: one revision that ends the sign-in, one that
 * asks the nodes, so that the first can be undone like any other.
 */
#include "core/mailbox_lock.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/node_ops.h"
#include "core/node_request.h"
#include "core/ops.h"
#include "db/lock_rows.h"
#include "db/node_rows.h"
#include "db/session_rows.h"

/* clang-format off */
const struct field mailbox_lock_form[] = {
	{ FIELD_AT(struct mailbox_lock_in, note), .check = check_note },
	{ 0 }
};
/* clang-format on */

struct act {
	uint64_t id;
	struct mailbox m;
	struct lock_row lock;
	bool is_release;
};

static bool
end_panel_sessions(struct tx *t, struct act *p, struct err *e)
{
	return lock_row_count_sessions(t->db, p->id, &p->lock.sessions, e)
		&& session_row_delete_of(
			t->db, (struct person){ .mailbox_id = p->id }, 0, e);
}

static bool
end_in(struct tx *t, void *ctx, struct err *e)
{
	struct act *p = ctx;
	struct tx_domain *td;
	struct mailbox after;

	if (!mailbox_locked(t, p->id, &p->m, &td, e)
		|| !actor_need_right(t->a, p->m.domain_id, RIGHT_MAILBOXES, e))
		return false;
	if (!p->m.is_alive)
		return err_set(e, ERR_CONFLICT, NULL, "deleted", p->m.address,
			"the mailbox is deleted");
	after = p->m;
	if (after.state == MAILBOX_ACTIVE)
		after.state = MAILBOX_NOLOGIN;
	p->lock = (struct lock_row){ .mailbox_id = p->id,
		.actor_name = t->a->name ? t->a->name : "",
		.note = t->a->note ? t->a->note : "",
		.created_us = t->now_us };
	return mailbox_apply(t, td, &p->m, &after, e)
		&& end_panel_sessions(t, p, e)
		&& lock_row_insert(t->db, &p->lock, e);
}

static bool
ask_node(struct tx *t, const struct act *p, const struct node_row *n,
	struct err *e)
{
	struct node_request_in in = { .verb = p->is_release
			? VERB_QUEUE_RELEASE_FROM
			: VERB_QUEUE_HOLD_FROM };
	struct form_seen seen = { 0 };
	struct lock_request_row q = { .lock_id = p->lock.id,
		.node_id = n->id,
		.node = n->name,
		.verb = node_verb_name((enum node_verb)in.verb) };

	if (!form_set_text(node_args_form, "sender", p->m.address, &in.args,
		    &seen, t->arena, e))
		return false;
	in.args_seen = seen;
	return node_request_in_tx(t, n->id, &in, &q.request_id, e)
		&& lock_request_row_insert(t->db, &q, e);
}

static bool
ask_in(struct tx *t, void *ctx, struct err *e)
{
	const struct act *p = ctx;
	struct node_row *nodes;
	size_t n;

	if (!node_row_status(t->db, t->arena, &nodes, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!ask_node(t, p, &nodes[i], e))
			return false;
	return true;
}

bool
mailbox_lock(struct core *c, const struct actor *a, uint64_t id,
	const struct mailbox_lock_in *in, struct mailbox_lock *out,
	struct err *e)
{
	struct actor with_note = *a;
	struct act p = { .id = id };
	struct core_done done;

	with_note.note = in->note;
	if (!mailbox_get(c, a, id, &p.m, e)
		|| !core_run(
			c, &with_note, "mailbox.lock", end_in, &p, &done, e))
		return false;
	if (done.serial && !lock_row_serial(c->db, p.lock.id, done.serial, e))
		return false;
	if (!core_run(c, &with_note, "mailbox.lock.queue", ask_in, &p, NULL, e))
		return false;
	core_wake(c);
	return mailbox_lock_get(c, a, id, out, e);
}

bool
mailbox_lock_queue(struct core *c, const struct actor *a, uint64_t id,
	bool is_release, struct mailbox_lock *out, struct err *e)
{
	struct act p = { .id = id, .is_release = is_release };
	bool found;

	if (!mailbox_get(c, a, id, &p.m, e)
		|| !actor_need_right(a, p.m.domain_id, RIGHT_MAILBOXES, e)
		|| !lock_row_last(c->db, c->arena, id, &p.lock, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_CONFLICT, NULL, "not_locked", p.m.address,
			"%s was not locked", p.m.address);
	if (!core_run(c, a, "mailbox.lock.queue", ask_in, &p, NULL, e))
		return false;
	core_wake(c);
	return mailbox_lock_get(c, a, id, out, e);
}

/* --- how far it is --- */

static bool
read_node(struct core *c, const struct lock_request_row *q,
	struct lock_node *out, struct err *e)
{
	struct node_request r;
	bool found;

	*out = (struct lock_node){ .node_id = q->node_id,
		.node = q->node,
		.is_release = strcmp(q->verb, "queue_release_from") == 0,
		.state = "gone" };
	if (!node_request_read(c, q->node_id, q->request_id, &r, &found, e))
		return false;
	if (found) {
		out->state = r.state;
		out->body = r.body;
	}
	return true;
}

static bool
read_nodes(struct core *c, const struct lock_row *l, struct mailbox_lock *out,
	struct err *e)
{
	struct lock_request_row *q;
	struct node_row *nodes;
	size_t n, n_nodes;

	if (!lock_request_row_list(c->db, c->arena, l->id, &q, &n, e)
		|| !node_row_status(c->db, c->arena, &nodes, &n_nodes, e))
		return false;
	out->node = arena_array(c->arena, n + 1, sizeof(*out->node));
	if (!out->node)
		return err_memory(e);
	for (; out->n_nodes < n; out->n_nodes++)
		if (!read_node(
			    c, &q[out->n_nodes], &out->node[out->n_nodes], e))
			return false;
	out->is_live = n_nodes > 0;
	for (size_t i = 0; i < n_nodes; i++)
		out->is_live = out->is_live && nodes[i].serial >= l->serial;
	return true;
}

static bool
read_forwards(struct core *c, struct mailbox_lock *out, struct err *e)
{
	const int64_t since = c->now() - LOCK_FORWARD_DAYS * US_PER_DAY;
	struct forward_row *f;
	size_t n;

	if (!forward_row_list(c->db, c->arena, out->m.domain_id, out->m.address,
		    since, LOCK_FORWARDS_MAX, &f, &n, e))
		return false;
	out->forward = arena_array(c->arena, n + 1, sizeof(*out->forward));
	if (!out->forward)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		out->forward[i] = (struct lock_forward){ f[i].alias_id,
			f[i].address, f[i].target, f[i].updated_us,
			f[i].version, f[i].serial, f[i].names_it };
	out->n_forwards = n;
	return true;
}

bool
mailbox_lock_get(struct core *c, const struct actor *a, uint64_t id,
	struct mailbox_lock *out, struct err *e)
{
	struct lock_row l;

	*out = (struct mailbox_lock){
		.at_us = TIME_NONE, .by = "", .note = ""
	};
	if (!mailbox_get(c, a, id, &out->m, e)
		|| !lock_row_last(c->db, c->arena, id, &l, &out->has_lock, e)
		|| !read_forwards(c, out, e))
		return false;
	if (!out->has_lock)
		return true;
	out->at_us = l.created_us;
	out->by = l.actor_name;
	out->note = l.note;
	out->serial = l.serial;
	out->sessions = l.sessions;
	return read_nodes(c, &l, out, e);
}

static void
write_nodes(struct jsonw *w, const struct mailbox_lock *l)
{
	jsonw_array(w, "queue");
	for (size_t i = 0; i < l->n_nodes; i++) {
		const struct lock_node *n = &l->node[i];

		jsonw_object(w, NULL);
		jsonw_uint(w, "node_id", n->node_id);
		jsonw_str(w, "node", n->node);
		jsonw_str(w, "act", n->is_release ? "release" : "hold");
		jsonw_str(w, "state", n->state);
		jsonw_raw(w, "reply", n->body);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_forwards(struct jsonw *w, const struct mailbox_lock *l)
{
	jsonw_array(w, "forwards");
	for (size_t i = 0; i < l->n_forwards; i++) {
		const struct lock_forward *f = &l->forward[i];

		jsonw_object(w, NULL);
		jsonw_uint(w, "alias_id", f->alias_id);
		jsonw_str(w, "address", f->address);
		jsonw_str(w, "target", f->target);
		jsonw_time(w, "changed_at", f->changed_us);
		jsonw_uint(w, "serial", f->serial);
		jsonw_bool(w, "of_this_mailbox", f->names_it);
		jsonw_end(w);
	}
	jsonw_end(w);
}

void
mailbox_lock_write_json(struct jsonw *w, const struct mailbox_lock *l)
{
	jsonw_object(w, NULL);
	mailbox_write_json(w, "mailbox", &l->m);
	jsonw_time(w, "locked_at", l->at_us);
	jsonw_str(w, "locked_by", l->by);
	jsonw_str(w, "note", l->note);
	if (l->serial)
		jsonw_uint(w, "serial", l->serial);
	else
		jsonw_null(w, "serial");
	jsonw_bool(w, "live", l->is_live);
	jsonw_uint(w, "panel_sessions", l->sessions);
	write_nodes(w, l);
	write_forwards(w, l);
	jsonw_end(w);
}
