/*
 * Reading the revision log. Undo is in core/undo.c.
 */
#include "core/revision.h"

#include <string.h>

#include "core/lists.h"
#include "core/ops.h"
#include "db/revision_rows.h"
#include "db/view_rows.h"

static const char *const op_words[] = {
	[CHANGE_CREATE] = "create",
	[CHANGE_UPDATE] = "update",
	[CHANGE_DELETE] = "delete",
	[CHANGE_RESTORE] = "restore",
};
_Static_assert(ARRAY_LEN(op_words) == CHANGE_RESTORE + 1, "one word each");

const char *
change_op_name(enum change_op op)
{
	return (unsigned)op < ARRAY_LEN(op_words) ? op_words[op] : NULL;
}

/* A change of something else than his domains is not told to an admin. */
static bool
may_see(const struct actor *a, uint64_t domain_id)
{
	return actor_sees_all(a)
		|| (domain_id && actor_has_domain(a, domain_id));
}

static void
from_view(const struct actor *a, struct revision *r,
	const struct revision_view *v)
{
	*r = (struct revision){ .serial = v->serial,
		.prov_id = v->prov_id,
		.action = v->action,
		.actor_kind = (enum actor_kind)v->actor_kind,
		.admin_id = v->admin_id,
		.actor_name = v->actor_name,
		.client = v->client,
		.request_id = v->request_id,
		.note = v->note,
		.undoes = v->undoes,
		.undone_by = v->undone_by,
		.job_id = v->job_id,
		.change_count = (int64_t)v->changes,
		.has_first = v->has_first && may_see(a, v->domain_id),
		.first = { .noun = v->noun,
			.noun_id = v->noun_id,
			.domain_id = v->domain_id,
			.op = (enum change_op)v->op,
			.subject = v->subject },
		.created_us = v->created_us };
}

static bool
to_array(struct core *c, const struct actor *a, const struct revision_view *v,
	size_t n, bool is_back, struct revision **items_r, struct err *e)
{
	*items_r = arena_array(c->arena, n + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		from_view(a, &(*items_r)[i], &v[is_back ? n - 1 - i : i]);
	return true;
}

static bool
read_cursor(struct core *c, const struct list_query *q,
	struct revision_filter *f, struct err *e)
{
	const char *cursor = q->after ? q->after : q->before, *value;

	f->is_back = !q->after && q->before;
	if (!cursor)
		return true;
	f->has_cursor = cursor_read(c->arena, cursor, 0, &f->cursor, &value);
	return f->has_cursor
		|| err_set(e, ERR_INVALID, q->after ? "after" : "before",
			"bad_cursor", NULL,
			"the cursor does not belong to this list");
}

bool
revision_filter_of(struct core *c, const struct actor *a,
	const struct revision_query *q, struct revision_filter *f,
	struct err *e)
{
	*f = (struct revision_filter){ .is_scoped = !actor_sees_all(a),
		.scope = a->domain_ids,
		.n_scope = a->n_domains,
		.noun = q->noun,
		.noun_id = q->noun_id,
		.domain_id = q->domain_id,
		.range = q->range,
		.action = q->action,
		.prefix = q->prefix };
	if (f->domain_id && !actor_has_domain(a, f->domain_id))
		return no_such("domain", e);
	return read_cursor(c, &q->list, f, e);
}

bool
revision_list(struct core *c, const struct actor *a,
	const struct revision_query *q, struct revision **items_r,
	struct list_page *page_r, struct err *e)
{
	size_t limit = q->list.limit ? q->list.limit : LIST_LIMIT_DEFAULT, n;
	struct revision_filter f;
	struct revision_view *v;
	bool has_more, ok = true;

	*page_r = (struct list_page){ 0 };
	if (!revision_filter_of(c, a, q, &f, e)
		|| !revision_rows(c->db, c->arena, &f, limit + 1, &v, &n, e))
		return false;
	has_more = n > limit;
	n = has_more ? limit : n;
	page_r->n = n;
	if (!to_array(c, a, v, n, f.is_back, items_r, e) || n == 0)
		return !err_is_set(e);
	if (f.is_back || has_more) {
		page_r->next =
			cursor_make(c->arena, 0, (*items_r)[n - 1].serial, "");
		ok = page_r->next != NULL;
	}
	if (f.is_back ? has_more : f.has_cursor) {
		page_r->prev =
			cursor_make(c->arena, 0, (*items_r)[0].serial, "");
		ok = ok && page_r->prev;
	}
	return ok || err_memory(e);
}

bool
revision_get(struct core *c, const struct actor *a, uint64_t serial,
	struct revision *out, struct err *e)
{
	const struct revision_filter f = { .serial = serial,
		.is_scoped = !actor_sees_all(a),
		.scope = a->domain_ids,
		.n_scope = a->n_domains,
		.range = { .from_us = TIME_NONE, .to_us = TIME_NONE } };
	struct revision_view *v;
	size_t n;

	if (serial == 0)
		return no_such("revision", e);
	if (!revision_rows(c->db, c->arena, &f, 1, &v, &n, e))
		return false;
	if (n == 0)
		return no_such("revision", e);
	from_view(a, out, v);
	return true;
}

bool
revision_changes(struct core *c, const struct actor *a, uint64_t serial,
	uint64_t from, size_t max, struct change **items_r, size_t *n_r,
	uint64_t *next_r, struct err *e)
{
	struct revision r;
	struct change_row *rows;
	size_t n;

	*n_r = 0;
	*next_r = 0;
	if (!revision_get(c, a, serial, &r, e)
		|| !view_row_changes(c->db, c->arena, r.prov_id, from, max + 1,
			&rows, &n, e))
		return false;
	*items_r = arena_array(c->arena, n + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	if (n > max) {
		*next_r = rows[max].seq;
		n = max;
	}
	for (size_t i = 0; i < n; i++) {
		if (!may_see(a, rows[i].domain_id))
			continue;
		(*items_r)[(*n_r)++] = (struct change){ rows[i].seq,
			rows[i].noun, rows[i].noun_id, rows[i].domain_id,
			(enum change_op)rows[i].op, rows[i].subject,
			rows[i].before, rows[i].after };
	}
	return true;
}
