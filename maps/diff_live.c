/*
 * Differences from what is live: where each domain's routing stands.
 */
#include <stdlib.h>
#include <string.h>

#include "db/log_rows.h"
#include "maps/diff_work.h"

#define DOMAINS_MAX 100000

/* What the positions of routing are made of. */
struct live {
	struct past_live at;
	uint64_t head;
	struct past_domain *approved, *held;
	size_t n_approved, n_held;
	struct diff_span *own;
	size_t n_own;
};

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Where it would stand if no node held. */
static uint64_t
passed_at(const struct live *l, uint64_t approved)
{
	return l->at.is_reviewed ? least(l->at.serial, approved) : l->at.serial;
}

static uint64_t
routing_at(const struct live *l, uint64_t approved)
{
	uint64_t serial = passed_at(l, approved);

	return l->at.is_held ? least(serial, l->at.hold_serial) : serial;
}

static bool
read_live(struct core *c, struct live *l, struct err *e)
{
	if (!db_begin(c->db, DB_SNAPSHOT, e))
		return false;
	if (!log_row_head(c->db, &l->head, e) || !past_live(c->db, &l->at, e)
		|| !past_held(
			c->db, c->arena, DOMAINS_MAX, &l->held, &l->n_held, e)
		|| (l->at.is_reviewed
			&& !past_approved(c->db, c->arena, l->at.approved,
				DOMAINS_MAX, &l->approved, &l->n_approved,
				e))) {
		db_rollback(c->db);
		return false;
	}
	db_rollback(c->db);
	if (l->at.n_nodes == 0)
		l->at = (struct past_live){ .serial = l->head };
	return true;
}

/* Both lists are sorted: merge them. `to` is where every span ends; a
 * rollback brings nothing live that was not. */
static bool
own_spans(struct core *c, struct live *l, uint64_t to, bool is_rollback,
	struct err *e)
{
	size_t i = 0, k = 0;

	l->own = arena_array(
		c->arena, l->n_approved + l->n_held + 1, sizeof(*l->own));
	if (!l->own)
		return err_memory(e);
	while (i < l->n_approved || k < l->n_held) {
		const struct past_domain *a = &l->approved[i], *h = &l->held[k];
		int order = i == l->n_approved ? 1
			: k == l->n_held       ? -1
					       : strcmp(a->name, h->name);
		uint64_t approved = order <= 0 ? a->serial : l->at.approved;
		uint64_t most = order >= 0 ? h->serial : UINT64_MAX;

		l->own[l->n_own++] = (struct diff_span){ order <= 0 ? a->name
								    : h->name,
			least(routing_at(l, approved), most),
			is_rollback
				? least(to, least(passed_at(l, approved), most))
				: to };
		i += order <= 0;
		k += order >= 0;
	}
	return true;
}

bool
diff_pending(struct core *c, const struct actor *a, const char *domain,
	struct diff *out, struct err *e)
{
	struct live l = { 0 };
	struct diff_query q = { .domain = domain };

	if (!read_live(c, &l, e) || !own_spans(c, &l, l.head, false, e))
		return false;
	q.all = (struct diff_span){ "", l.at.serial, l.head };
	q.routing =
		(struct diff_span){ "", routing_at(&l, l.at.approved), l.head };
	q.own = l.own;
	q.n_own = l.n_own;
	return diff_run(c, a, &q, out, e);
}

static bool
is_chosen(const struct text_list *domains, const char *name)
{
	for (size_t i = 0; i < domains->n; i++)
		if (strcmp(domains->items[i], name) == 0)
			return true;
	return domains->n == 0;
}

bool
diff_check_note(struct core *c, const struct actor *a,
	const struct publish_in *in, struct err *e)
{
	struct diff d;
	size_t removed = 0;

	if (in->note[strspn(in->note, " \t")] != '\0')
		return true;
	if (!diff_pending(c, a, NULL, &d, e))
		return false;
	for (size_t i = 0; i < d.n_domains; i++)
		if (is_chosen(&in->domains, d.domain[i].name))
			removed += d.domain[i].removed;
	if (!d.is_truncated && removed <= NOTE_FREE_REMOVALS)
		return true;
	return err_set(e, ERR_INVALID, "note", "note_needed", NULL,
		d.is_truncated ? "more lines change than are shown: say why"
			       : "%zu lines go: say why",
		removed);
}

static bool
is_locked(const char *words)
{
	return !words || strstr(words, " nologin=Y") != NULL;
}

static const char *
kept_kind(const struct diff_line *x)
{
	size_t len;

	if (x->map == DIFF_WHITELIST)
		return x->after ? NULL : "relay_closed";
	if (x->map == MAP_SENDER_LOGIN)
		return x->before ? "sender_login" : NULL;
	if (x->map != MAP_ACCOUNTS || is_locked(x->before))
		return NULL;
	if (is_locked(x->after))
		return "sign_in_ended";
	len = strcspn(x->before, " ");
	return strncmp(x->before, x->after, len + 1) != 0 ? "password" : NULL;
}

static bool
list_kept(struct core *c, const struct actor *a, uint64_t serial, uint64_t head,
	struct diff_kept **kept_r, size_t *n_r, struct err *e)
{
	struct diff d;

	*n_r = 0;
	if (!diff_between(c, a, serial, head, NULL, &d, e))
		return false;
	*kept_r = arena_array(c->arena, d.n_lines + 1, sizeof(**kept_r));
	if (!*kept_r)
		return err_memory(e);
	for (size_t i = 0; i < d.n_lines; i++) {
		const char *kind = kept_kind(&d.line[i]);

		if (kind)
			(*kept_r)[(*n_r)++] = (struct diff_kept){ kind,
				d.line[i].key, d.line[i].by.serial };
	}
	return true;
}

bool
diff_rollback(struct core *c, const struct actor *a, uint64_t serial,
	struct diff *out, struct diff_kept **kept_r, size_t *n_kept_r,
	struct err *e)
{
	struct diff_query q = { .all = { "", serial, serial },
		.is_routing_only = true };
	struct live l = { 0 };

	if (!actor_need_superadmin(a, e) || !read_live(c, &l, e)
		|| !own_spans(c, &l, serial, true, e))
		return false;
	q.routing = (struct diff_span){ "", routing_at(&l, l.at.approved),
		least(serial, passed_at(&l, l.at.approved)) };
	q.own = l.own;
	q.n_own = l.n_own;
	return diff_run(c, a, &q, out, e)
		&& list_kept(c, a, serial, l.head, kept_r, n_kept_r, e);
}
