/*
 * What happened, newest first: revisions and acts in one list, and which of
 * them routing can be put back to.
 */
#include "core/publishing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "core/list.h"
#include "core/lists.h"
#include "core/publishing_rows.h"
#include "db/node_rows.h"
#include "db/publishing_rows.h"

/* The last moment that a row can have. */
#define LAST_US (INT64_C(253402300799) * US_PER_S)
#define DOMAINS_SHOWN 100

/* Serials that every node can be put back to: from, up to but not with to. */
struct window {
	uint64_t from, to;
};

static bool
read_window(struct core *c, struct window *w, struct err *e)
{
	struct node_row *rows;
	size_t n;

	*w = (struct window){ 0, 0 };
	if (!node_row_status(c->db, c->arena, &rows, &n, e))
		return false;
	for (size_t i = 0, seen = 0; i < n; i++) {
		if (rows[i].seen_us == TIME_NONE)
			continue;
		if (rows[i].journal_from > w->from)
			w->from = rows[i].journal_from;
		if (seen++ == 0 || rows[i].serial < w->to)
			w->to = rows[i].serial;
	}
	return true;
}

static bool
read_cursor(struct core *c, const struct page_in *in, struct version_key *k,
	struct err *e)
{
	const char *at;
	int64_t value;
	uint64_t id;

	*k = (struct version_key){ LAST_US, true, INT64_MAX };
	if (!in->after)
		return true;
	if (!cursor_read(c->arena, in->after, 0, &id, &at)
		|| !str_to_i64(at, 0, 2 * LAST_US + 1, &value))
		return err_set(e, ERR_INVALID, "after", "bad_cursor", NULL,
			"the cursor does not belong to this list");
	*k = (struct version_key){ value / 2, value % 2 != 0, id };
	return true;
}

static const char *
make_cursor(struct core *c, const struct version_row *v)
{
	char at[24];

	snprintf(at, sizeof(at), "%lld",
		(long long)(2 * v->created_us + v->is_act));
	return cursor_make(c->arena, 0, v->id, at);
}

static bool
of_row(struct core *c, const struct version_row *row, const struct window *w,
	struct version *out, struct err *e)
{
	const bool is_state =
		!row->is_act || strcmp(row->action, "publish") == 0;

	*out = (struct version){ .kind = row->is_act ? row->action : "revision",
		.serial = row->serial,
		.created_us = row->created_us,
		.actor_name = row->actor_name,
		.note = row->note,
		.action = row->is_act ? "" : row->action,
		.subject = row->is_act ? row->value : row->subject,
		.node = *row->node ? row->node : NULL,
		.changes = row->changes,
		.can_roll_back = is_state && row->serial >= w->from
			&& row->serial < w->to };
	return lines_split(c->arena, row->domains, DOMAINS_SHOWN, &out->domains,
		       &out->n_domains)
		|| err_memory(e);
}

bool
version_list(struct core *c, const struct actor *a, const struct page_in *in,
	struct version **items_r, size_t *n_r, const char **next_r,
	struct err *e)
{
	const size_t limit = in->limit ? (size_t)in->limit : LIST_LIMIT_DEFAULT;
	struct version_row *rows;
	struct version_key k;
	struct window w;
	size_t n;

	*next_r = NULL;
	if (!actor_need_superadmin(a, e) || !read_cursor(c, in, &k, e)
		|| !read_window(c, &w, e)
		|| !version_rows(c->db, c->arena, &k, limit + 1, &rows, &n, e))
		return false;
	*n_r = n > limit ? limit : n;
	*items_r = arena_array(c->arena, *n_r + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	for (size_t i = 0; i < *n_r; i++)
		if (!of_row(c, &rows[i], &w, &(*items_r)[i], e))
			return false;
	if (n <= limit)
		return true;
	*next_r = make_cursor(c, &rows[limit - 1]);
	return *next_r || err_memory(e);
}

void
version_write_json(struct jsonw *w, const struct version *v)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "serial", v->serial);
	jsonw_time(w, "at", v->created_us);
	jsonw_str(w, "kind", v->kind);
	jsonw_str(w, "actor_name", v->actor_name);
	jsonw_str(w, "note", v->note);
	jsonw_str(w, "action", v->action);
	jsonw_str(w, "subject", v->subject);
	jsonw_str(w, "node", v->node);
	jsonw_array(w, "domains");
	for (size_t i = 0; i < v->n_domains; i++)
		jsonw_str(w, NULL, v->domains[i]);
	jsonw_end(w);
	jsonw_uint(w, "changes", v->changes);
	jsonw_bool(w, "can_roll_back", v->can_roll_back);
	jsonw_end(w);
}
