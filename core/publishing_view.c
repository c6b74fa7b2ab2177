/*
 * What is live and what waits, as the panel and the command line show it.
 */
#include "core/publishing.h"

#include <string.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "base/timeutil.h"
#include "core/publishing_rows.h"
#include "db/log_rows.h"
#include "db/node_rows.h"
#include "db/publishing_rows.h"

#define HELD_MAX 100
#define FACTS_MAX 65535

const char *
object_or_null(const char *text, size_t max)
{
	const struct json_limits limits = { .bytes = max, .depth = 8 };
	struct err unused = ERR_EMPTY;

	if (!text || text[0] != '{'
		|| !json_scan(text, strlen(text), &limits, &unused))
		return NULL;
	return text;
}

static const char *
state_of(const struct node_row *row, uint64_t head, size_t n_held, int64_t now)
{
	if (row->seen_us == TIME_NONE
		|| now - row->seen_us > NODE_SILENT_S * US_PER_S)
		return "unreachable";
	if (strcmp(row->state, "error") == 0)
		return "error";
	if (n_held > 0)
		return "held";
	return row->serial < head ? "behind" : "ok";
}

static bool
add_held(struct core *c, uint64_t node_id, struct node_view *out, struct err *e)
{
	struct held_row *rows;
	size_t n;

	if (!node_row_held(c->db, c->arena, node_id, HELD_MAX, &rows, &n, e))
		return false;
	out->held = arena_array(c->arena, n + 1, sizeof(*out->held));
	if (!out->held)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		out->held[i] =
			(struct node_held){ rows[i].domain, rows[i].held };
	out->n_held = n;
	return true;
}

/* What a node says of others' domains and of its host is not for everybody. */
static bool
view_of(struct core *c, const struct actor *a, const struct node_row *row,
	uint64_t head, struct node_view *out, struct err *e)
{
	const bool sees_all = actor_sees_all(a);

	*out = (struct node_view){ .id = row->id,
		.name = row->name,
		.role = row->role,
		.serial = row->serial,
		.applied_us = row->applied_us,
		.seen_us = row->seen_us,
		.message = sees_all ? row->message : "",
		.held_total = row->held,
		.pending = row->pending,
		.is_holding = row->is_holding,
		.hold_serial = row->hold_serial,
		.hold_by = row->hold_by,
		.journal_from = row->journal_from,
		.drift = row->drift,
		.checked_us = row->checked_us,
		.facts = sees_all ? object_or_null(row->facts, FACTS_MAX)
				  : NULL };
	if (sees_all && !add_held(c, row->id, out, e))
		return false;
	out->state = state_of(row, head, out->n_held, c->now());
	out->behind_us = TIME_NONE;
	return row->seen_us == TIME_NONE || row->serial >= head
		|| revision_row_created(
			c->db, row->serial + 1, &out->behind_us, e);
}

uint64_t
hold_bound(const struct node_row *rows, size_t n)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < n; i++) {
		if (rows[i].is_holding && rows[i].hold_serial < least)
			least = rows[i].hold_serial;
		if (rows[i].is_told_to_hold && rows[i].target_serial < least)
			least = rows[i].target_serial;
	}
	return least;
}

/* A node that was added and never reported has nothing live to wait for. */
static uint64_t
least_serial(const struct node_row *rows, size_t n)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < n; i++)
		if (rows[i].seen_us != TIME_NONE && rows[i].serial < least)
			least = rows[i].serial;
	return least == UINT64_MAX ? 0 : least;
}

static bool
count_pending(struct core *c, const struct actor *a, struct publishing *out,
	uint64_t hold, struct err *e)
{
	const struct pending_bounds b = {
		.review = out->mode == PUBLISH_REVIEWED ? out->approved_serial
							: UINT64_MAX,
		.hold = hold,
		.upto = out->head_serial,
		.is_scoped = !actor_sees_all(a),
		.scope = actor_scope(a)
	};

	out->pending = (struct pending_count){ .is_exact = true,
		.first_us = TIME_NONE };
	if (b.review >= b.upto && b.hold >= b.upto)
		return true;
	return pending_row_count(c->db, &b, &out->pending, e);
}

bool
publishing_get(struct core *c, const struct actor *a, struct publishing *out,
	struct err *e)
{
	struct node_row *rows;

	*out = (struct publishing){ 0 };
	if (!log_row_head(c->db, &out->head_serial, e)
		|| !mode_read(c, &out->mode, e)
		|| !approval_row_floor(c->db, &out->approved_serial, e)
		|| !node_row_status(c->db, c->arena, &rows, &out->n_nodes, e)
		|| !count_pending(c, a, out, hold_bound(rows, out->n_nodes), e))
		return false;
	if (out->mode == PUBLISH_AUTOMATIC)
		out->approved_serial = out->head_serial;
	out->nodes =
		arena_array(c->arena, out->n_nodes + 1, sizeof(*out->nodes));
	if (!out->nodes)
		return err_memory(e);
	for (size_t i = 0; i < out->n_nodes; i++)
		if (!view_of(c, a, &rows[i], out->head_serial, &out->nodes[i],
			    e))
			return false;
	out->live_serial = least_serial(rows, out->n_nodes);
	return true;
}

static void
write_held(struct jsonw *w, const struct node_view *n)
{
	jsonw_array(w, "held");
	for (size_t i = 0; i < n->n_held; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "domain", n->held[i].domain);
		jsonw_str(w, "reason", n->held[i].reason);
		jsonw_end(w);
	}
	jsonw_end(w);
}

void
node_view_write_json(struct jsonw *w, const struct node_view *n)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "id", n->id);
	jsonw_str(w, "name", n->name);
	jsonw_str(w, "role", n->role);
	jsonw_uint(w, "serial", n->serial);
	jsonw_time(w, "applied_at", n->applied_us);
	jsonw_time(w, "seen_at", n->seen_us);
	jsonw_time(w, "behind_since", n->behind_us);
	jsonw_str(w, "state", n->state);
	jsonw_str(w, "message", n->message);
	write_held(w, n);
	jsonw_uint(w, "pending", n->pending);
	if (n->is_holding)
		jsonw_uint(w, "hold_serial", n->hold_serial);
	else
		jsonw_null(w, "hold_serial");
	jsonw_str(w, "hold_by", n->hold_by);
	jsonw_uint(w, "journal_from", n->journal_from);
	jsonw_uint(w, "drift", n->drift);
	jsonw_time(w, "checked_at", n->checked_us);
	jsonw_raw(w, "facts", n->facts);
	jsonw_end(w);
}

void
publishing_write_members(struct jsonw *w, const struct publishing *p)
{
	jsonw_uint(w, "head_serial", p->head_serial);
	if (p->n_nodes > 0)
		jsonw_uint(w, "live_serial", p->live_serial);
	else
		jsonw_null(w, "live_serial");
	jsonw_str(w, "mode", publish_mode_name(p->mode));
	jsonw_uint(w, "approved_serial", p->approved_serial);
	jsonw_object(w, "pending");
	jsonw_uint(w, "revisions", p->pending.revisions);
	jsonw_uint(w, "domains", p->pending.domains);
	jsonw_bool(w, "exact", p->pending.is_exact);
	jsonw_time(w, "first_at", p->pending.first_us);
	jsonw_end(w);
}
