/*
 * The list of what waits, by domain: for a review, behind a hold, by the guard
 * or a fault of some node. Two sorted lists become one.
 */
#include "core/publishing.h"

#include <string.h>

#include "base/jsonw.h"
#include "core/list.h"
#include "core/lists.h"
#include "core/publishing_rows.h"
#include "db/log_rows.h"
#include "db/node_rows.h"
#include "db/publishing_rows.h"

static const char *const kind_words[] = {
	[PENDING_REVIEW] = "review",
	[PENDING_HOLD] = "hold",
	[PENDING_GUARD] = "guard",
	[PENDING_FAULT] = "fault",
};

bool
lines_split(struct arena *a, const char *lines, size_t max,
	const char ***items_r, size_t *n_r)
{
	const char **items = arena_array(a, max, sizeof(*items));
	size_t n = 0;

	while (items && *lines != '\0' && n < max) {
		const size_t len = strcspn(lines, "\n");
		char *copy = arena_alloc(a, len + 1);

		if (!copy)
			return false;
		memcpy(copy, lines, len);
		copy[len] = '\0';
		items[n++] = copy;
		lines += len + (lines[len] == '\n');
	}
	*items_r = items;
	*n_r = n;
	return items != NULL;
}

static bool
of_row(struct core *c, const struct pending_row *row, struct pending *out,
	struct err *e)
{
	*out = (struct pending){ .domain = row->domain,
		.domain_id = row->domain_id,
		.revisions = row->revisions,
		.first_serial = row->first_serial,
		.last_serial = row->last_serial,
		.first_us = row->first_us,
		.last_us = row->last_us,
		.kind = row->is_for_review ? PENDING_REVIEW : PENDING_HOLD };
	return lines_split(c->arena, row->actors, PENDING_ACTORS, &out->actors,
		       &out->n_actors)
		|| err_memory(e);
}

static void
set_held(struct pending *out, const struct pending_held_row *h)
{
	out->held_reason = h->reason;
	out->kind = is_guard(h->reason) ? PENDING_GUARD : PENDING_FAULT;
}

/* A domain that waits for nothing else than what holds it. */
static bool
of_held(struct core *c, const struct pending_held_row *h, struct pending *out,
	struct err *e)
{
	struct pending_row row;
	bool found;

	*out = (struct pending){ .domain = h->domain,
		.first_serial = h->live_serial,
		.last_serial = h->live_serial,
		.first_us = TIME_NONE,
		.last_us = TIME_NONE };
	if (!pending_row_of(
		    c->db, c->arena, h->domain, h->live_serial, &row, &found, e)
		|| (found && !of_row(c, &row, out, e)))
		return false;
	set_held(out, h);
	return true;
}

struct lists {
	struct pending_row *row;
	struct pending_held_row *held;
	size_t rows, helds;
};

/* Which comes first: below 0 the row, above 0 what is held, 0 both are one. */
static int
order(const struct lists *x, size_t i, size_t k)
{
	if (i == x->rows)
		return 1;
	if (k == x->helds)
		return -1;
	return strcmp(x->row[i].domain, x->held[k].domain);
}

static bool
merge(struct core *c, const struct lists *x, size_t max, struct pending *items,
	size_t *n_r, struct err *e)
{
	size_t i = 0, k = 0, n = 0;

	for (; n < max && (i < x->rows || k < x->helds); n++) {
		const int at = order(x, i, k);

		if (at <= 0 ? !of_row(c, &x->row[i], &items[n], e)
			    : !of_held(c, &x->held[k], &items[n], e))
			return false;
		if (at == 0)
			set_held(&items[n], &x->held[k]);
		i += at <= 0;
		k += at >= 0;
	}
	*n_r = n;
	return true;
}

static bool
read_bounds(struct core *c, const struct actor *a, struct pending_bounds *b,
	struct err *e)
{
	enum publish_mode mode;
	struct node_row *nodes;
	size_t n;

	if (!log_row_head(c->db, &b->upto, e) || !mode_read(c, &mode, e)
		|| !approval_row_floor(c->db, &b->review, e)
		|| !node_row_status(c->db, c->arena, &nodes, &n, e))
		return false;
	if (mode == PUBLISH_AUTOMATIC)
		b->review = UINT64_MAX;
	b->hold = hold_bound(nodes, n);
	b->is_scoped = !actor_sees_all(a);
	b->scope = actor_scope(a);
	return true;
}

static bool
read_cursor(struct core *c, const struct page_in *in, const char **after_r,
	struct err *e)
{
	uint64_t id;

	*after_r = NULL;
	if (!in->after || cursor_read(c->arena, in->after, 0, &id, after_r))
		return true;
	return err_set(e, ERR_INVALID, "after", "bad_cursor", NULL,
		"the cursor does not belong to this list");
}

bool
pending_list(struct core *c, const struct actor *a, const struct page_in *in,
	struct pending **items_r, size_t *n_r, const char **next_r,
	struct err *e)
{
	const size_t limit = in->limit ? (size_t)in->limit : LIST_LIMIT_DEFAULT;
	struct pending_bounds b;
	struct lists x = { 0 };
	const char *after;

	*next_r = NULL;
	if (!read_cursor(c, in, &after, e) || !read_bounds(c, a, &b, e))
		return false;
	if ((b.review < b.upto || b.hold < b.upto)
		&& !pending_row_list(c->db, c->arena, &b, after, limit + 1,
			&x.row, &x.rows, e))
		return false;
	*items_r = arena_array(c->arena, limit + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	if (!pending_row_held(
		    c->db, c->arena, &b, after, limit + 1, &x.held, &x.helds, e)
		|| !merge(c, &x, limit + 1, *items_r, n_r, e))
		return false;
	if (*n_r <= limit)
		return true;
	*n_r = limit;
	*next_r = cursor_make(c->arena, 0, 0, (*items_r)[limit - 1].domain);
	return *next_r || err_memory(e);
}

void
pending_write_json(struct jsonw *w, const struct pending *p)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "domain", p->domain);
	if (p->domain_id)
		jsonw_uint(w, "domain_id", p->domain_id);
	else
		jsonw_null(w, "domain_id");
	jsonw_uint(w, "revisions", p->revisions);
	jsonw_uint(w, "first_serial", p->first_serial);
	jsonw_uint(w, "last_serial", p->last_serial);
	jsonw_time(w, "first_at", p->first_us);
	jsonw_time(w, "last_at", p->last_us);
	jsonw_array(w, "actors");
	for (size_t i = 0; i < p->n_actors; i++)
		jsonw_str(w, NULL, p->actors[i]);
	jsonw_end(w);
	jsonw_str(w, "held_reason", p->held_reason);
	jsonw_str(w, "kind", kind_words[p->kind]);
	jsonw_end(w);
}
