/*
 * Lines of the home page about publishing, see attention.h.
 */
#include "core/attention.h"

#include <string.h>

#include "base/timeutil.h"
#include "db/relay_request_rows.h"

/* A node that works on a change is behind for a moment. */
#define BEHIND_US (30 * US_PER_S)
#define WAITING_US US_PER_DAY

static void
add(struct home *out, const struct node_view *n, const char *kind,
	const char *severity, int64_t at_us, const char *text)
{
	out->attention[out->n_attention++] = (struct attention){ .kind = kind,
		.severity = severity,
		.subject = n->name,
		.noun = "node",
		.noun_id = n->id,
		.at_us = at_us,
		.text = text };
}

static void
attend_node(struct core *c, struct home *out, const struct node_view *n)
{
	if (n->is_holding)
		add(out, n, "node_holding", "warning", n->seen_us,
			arena_printf(c->arena, "%llu",
				(unsigned long long)n->hold_serial));
	if (n->drift > 0)
		add(out, n, "node_drift", "error", n->checked_us,
			arena_printf(c->arena, "%llu",
				(unsigned long long)n->drift));
	if (n->n_held > 0)
		add(out, n, "node_held", "warning", n->seen_us,
			arena_printf(c->arena, "%s: %s", n->held[0].domain,
				n->held[0].reason));
	if (strcmp(n->state, "unreachable") == 0)
		add(out, n, "node_unreachable", "error", n->seen_us,
			n->message);
	else if (strcmp(n->state, "error") == 0)
		add(out, n, "node_error", "error", n->seen_us, n->message);
	else if (n->behind_us != TIME_NONE
		&& c->now() - n->behind_us > BEHIND_US)
		add(out, n, "node_behind", "error", n->behind_us, n->message);
}

static bool
attend_waiting(struct core *c, struct home *out)
{
	const struct publishing *p = &out->publishing;
	const char *count;

	if (p->mode != PUBLISH_REVIEWED || p->pending.first_us == TIME_NONE
		|| c->now() - p->pending.first_us < WAITING_US)
		return true;
	count = arena_printf(c->arena, "%llu%s",
		(unsigned long long)p->pending.revisions,
		p->pending.is_exact ? "" : "+");
	out->attention[out->n_attention++] =
		(struct attention){ .kind = "changes_waiting",
			.severity = "warning",
			.subject = count,
			.noun = "publishing",
			.at_us = p->pending.first_us,
			.text = "" };
	return count != NULL;
}

/* Domain admins who wait for an answer about the whitelist. */
static bool
attend_requests(struct core *c, struct home *out, struct err *e)
{
	struct relay_request oldest;
	uint64_t n;

	if (!relay_request_row_waiting(c->db, c->arena, &n, &oldest, e))
		return false;
	if (n == 0)
		return true;
	out->attention[out->n_attention++] =
		(struct attention){ .kind = "relay_requests",
			.severity = "warning",
			.subject = arena_printf(
				c->arena, "%llu", (unsigned long long)n),
			.noun = "relay_request",
			.noun_id = oldest.id,
			.at_us = oldest.created_us,
			.text = oldest.admin_name };
	return true;
}

bool
attend_publishing(
	struct core *c, const struct actor *a, struct home *out, struct err *e)
{
	if (!attend_waiting(c, out))
		return err_memory(e);
	if (!actor_sees_all(a))
		return true;
	if (!attend_requests(c, out, e))
		return false;
	for (size_t i = 0; i < out->publishing.n_nodes; i++)
		attend_node(c, out, &out->publishing.nodes[i]);
	return true;
}
