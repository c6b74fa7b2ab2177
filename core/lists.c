/*
 * The lists of all nouns: cursors, limits, totals; the rows come from
 * db/list_rows.h.
 */
#include "core/lists.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "core/alias.h"
#include "core/domain.h"
#include "core/job.h"
#include "core/mailbox.h"
#include "core/ops.h"
#include "core/whitelist.h"

#define VALUE_MAX 1024

/* A cursor is SORT.ID.VALUE in hex, SORT the number of the sort key. */
const char *
cursor_make(struct arena *a, unsigned sort, uint64_t id, const char *value)
{
	struct str s = str_in(a, 2 * VALUE_MAX + 64);

	str_addf(&s, "%u.%llu.", sort, (unsigned long long)id);
	for (const char *p = value; p && *p; p++)
		str_addf(&s, "%02x", (unsigned char)*p);
	return str_is_ok(&s) ? str_text(&s) : NULL;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
read_hex(struct arena *a, const char *in, const char **out)
{
	size_t n = strlen(in);
	char *p = arena_alloc(a, n / 2 + 1);

	if (!p || n % 2 != 0)
		return false;
	for (size_t i = 0; i < n; i += 2) {
		int high = hex(in[i]), low = hex(in[i + 1]);

		if (high < 0 || low < 0 || (high == 0 && low == 0))
			return false;
		p[i / 2] = (char)(high * 16 + low);
	}
	*out = p;
	return true;
}

bool
cursor_read(struct arena *a, const char *in, unsigned sort, uint64_t *id_r,
	const char **value_r)
{
	char number[24];
	const char *id = strchr(in, '.'),
		   *value = id ? strchr(id + 1, '.') : NULL;
	int64_t n;

	if (!value || strlen(in) > 2 * VALUE_MAX
		|| !str_copy_n(number, sizeof(number), in, (size_t)(id - in))
		|| !str_to_i64(number, 0, 1000, &n) || (unsigned)n != sort
		|| !str_copy_n(number, sizeof(number), id + 1,
			(size_t)(value - id - 1))
		|| !str_to_i64(number, 0, INT64_MAX, &n))
		return false;
	*id_r = (uint64_t)n;
	return read_hex(a, value + 1, value_r);
}

static bool
bad_cursor(const char *field, struct err *e)
{
	return err_set(e, ERR_INVALID, field, "bad_cursor", NULL,
		"the cursor does not belong to this list");
}

bool
list_sort_read(enum list_noun noun, const char *sort, struct list_key *k,
	struct err *e)
{
	if (!sort || !*sort)
		return true;
	k->is_down = *sort == '-';
	if (list_sort_find(noun, sort + k->is_down, &k->sort))
		return true;
	return err_set(e, ERR_INVALID, "sort", "not_a_choice", sort,
		"this list cannot be sorted by that");
}

static bool
read_key(struct core *c, enum list_noun noun, const struct list_query *q,
	struct list_key *k, struct err *e)
{
	const char *cursor = q->after ? q->after : q->before;
	const char *field = q->after ? "after" : "before";

	*k = (struct list_key){ .is_down = noun == LIST_JOBS,
		.is_back = !q->after && q->before,
		.limit = q->limit ? q->limit : LIST_LIMIT_DEFAULT };
	if (k->limit > LIST_LIMIT_MAX)
		return err_set(e, ERR_INVALID, "limit", "out_of_range", NULL,
			"a page has at most %d rows", LIST_LIMIT_MAX);
	if (q->after && q->before)
		return err_set(e, ERR_INVALID, "before", "one_of_two", NULL,
			"after or before, not both");
	if (!list_sort_read(noun, q->sort, k, e))
		return false;
	if (!cursor)
		return true;
	k->has_cursor =
		cursor_read(c->arena, cursor, k->sort, &k->id, &k->value);
	if (!k->has_cursor || !list_value_is_valid(noun, k->sort, k->value))
		return bad_cursor(field, e);
	return true;
}

bool
list_search_text(
	struct arena *a, const char *q, const char **out, struct err *e)
{
	char *p;

	*out = NULL;
	while (q && *q == ' ')
		q++;
	if (!q || !*q)
		return true;
	if (strlen(q) > 200)
		return err_set(e, ERR_INVALID, "q", "too_long", NULL,
			"the search text is too long");
	p = arena_strdup(a, q);
	if (!p)
		return err_memory(e);
	for (size_t n = strlen(p); n > 0 && p[n - 1] == ' '; n--)
		p[n - 1] = '\0';
	str_lower(p);
	*out = p;
	return true;
}

void
list_scope(const struct actor *a, struct list_filter *f)
{
	f->is_scoped = !actor_sees_all(a);
	f->scope = a->domain_ids;
	f->n_scope = a->n_domains;
	f->ids = actor_scope(a);
	f->admin_id = f->ids.token_id ? 0 : a->admin_id;
}

static void
reverse(char *items, size_t n, size_t size)
{
	char swap[512];

	for (size_t i = 0, k = n; k > 0 && i < --k; i++) {
		memcpy(swap, items + i * size, size);
		memcpy(items + i * size, items + k * size, size);
		memcpy(items + k * size, swap, size);
	}
}

static bool
set_cursors(struct core *c, enum list_noun noun, const struct list_key *k,
	const char *items, size_t size, bool has_more, struct list_page *p,
	struct err *e)
{
	const char *first = items, *last = items + (p->n - 1) * size;
	bool has_next = k->is_back || has_more;
	bool has_prev = k->is_back ? has_more : k->has_cursor;

	if (p->n == 0)
		return true;
	if (has_next)
		p->next = cursor_make(c->arena, k->sort, list_id(noun, last),
			list_value(noun, k->sort, last, c->arena));
	if (has_prev)
		p->prev = cursor_make(c->arena, k->sort, list_id(noun, first),
			list_value(noun, k->sort, first, c->arena));
	return ((!has_next || p->next) && (!has_prev || p->prev))
		|| err_memory(e);
}

static bool
count(struct core *c, enum list_noun noun, const struct list_filter *f,
	enum count_mode mode, struct list_page *p, struct err *e)
{
	uint64_t cap = mode == COUNT_CAPPED ? LIST_COUNT_CAP + 1 : 0, n;

	if (mode == COUNT_NONE || p->has_total)
		return true;
	if (!list_count(c->db, noun, f, cap, &n, e))
		return false;
	p->has_total = true;
	p->is_total_exact = !cap || n < cap;
	p->total = (int64_t)(p->is_total_exact ? n : LIST_COUNT_CAP);
	return true;
}

static bool
page(struct core *c, enum list_noun noun, const struct list_query *q,
	const struct list_filter *f, size_t size, void **items_r,
	struct list_page *p, struct err *e)
{
	struct list_key k;
	bool has_more;

	if (!read_key(c, noun, q, &k, e)
		|| !list_rows(c->db, c->arena, noun, &k, f, items_r, &p->n, e))
		return false;
	has_more = p->n > k.limit;
	if (has_more)
		p->n = k.limit;
	if (k.is_back)
		reverse(*items_r, p->n, size);
	return set_cursors(c, noun, &k, *items_r, size, has_more, p, e)
		&& count(c, noun, f, q->count, p, e);
}

/* A counter of the domain is the total when nothing else narrows the list. */
static bool
total_of_domain(struct core *c, const struct list_filter *f, bool is_mailboxes,
	struct list_page *p, struct err *e)
{
	struct domain d;
	bool found;

	if (!f->domain_id || f->state || f->is_deleted || f->q || f->target)
		return true;
	if (!domain_row_get(
		    c->db, c->arena, f->domain_id, ROW_PLAIN, &d, &found, e))
		return false;
	if (found && d.is_alive) {
		p->has_total = p->is_total_exact = true;
		p->total = is_mailboxes ? d.mailbox_count : d.alias_count;
	}
	return true;
}

/* Rows in this state and those behind it are not alive. */
static unsigned
first_dead_state(enum list_noun noun)
{
	switch (noun) {
	case LIST_DOMAINS:
		return DOMAIN_DELETED;
	case LIST_MAILBOXES:
		return MAILBOX_DELETED;
	case LIST_ALIASES:
		return ALIAS_DELETED;
	default:
		return WHITELIST_EXPIRED;
	}
}

bool
list_filter_of(struct core *c, const struct actor *a, enum list_noun noun,
	const struct list_want *in, struct list_filter *f, struct err *e)
{
	*f = (struct list_filter){ .domain_id = in->domain_id,
		.state = in->state,
		.is_deleted =
			in->state != 0 && in->state >= first_dead_state(noun),
		.target = in->target };
	if (noun == LIST_WHITELIST && !actor_need_superadmin(a, e))
		return false;
	list_scope(a, f);
	if (f->domain_id && !actor_has_domain(a, f->domain_id))
		return no_such("domain", e);
	if (f->domain_id)
		f->is_scoped = false;
	return list_search_text(c->arena, in->q, &f->q, e);
}

bool
domain_list(struct core *c, const struct actor *a, const struct domain_query *q,
	struct domain **items_r, struct list_page *page_r, struct err *e)
{
	const struct list_want want = { .state = q->state, .q = q->list.q };
	struct list_filter f;

	*page_r = (struct list_page){ 0 };
	return list_filter_of(c, a, LIST_DOMAINS, &want, &f, e)
		&& page(c, LIST_DOMAINS, &q->list, &f, sizeof(**items_r),
			(void **)items_r, page_r, e);
}

bool
mailbox_list(struct core *c, const struct actor *a,
	const struct mailbox_query *q, struct mailbox **items_r,
	struct list_page *page_r, struct err *e)
{
	const struct list_want want = {
		.domain_id = (uint64_t)q->filter.domain_id,
		.state = q->filter.state,
		.q = q->list.q,
	};
	struct list_filter f;

	*page_r = (struct list_page){ 0 };
	return list_filter_of(c, a, LIST_MAILBOXES, &want, &f, e)
		&& total_of_domain(c, &f, true, page_r, e)
		&& page(c, LIST_MAILBOXES, &q->list, &f, sizeof(**items_r),
			(void **)items_r, page_r, e);
}

bool
alias_list(struct core *c, const struct actor *a, const struct alias_query *q,
	struct alias **items_r, struct list_page *page_r, struct err *e)
{
	const struct list_want want = { .domain_id = q->domain_id,
		.state = q->state,
		.q = q->list.q,
		.target = q->target };
	struct list_filter f;

	*page_r = (struct list_page){ 0 };
	if (!list_filter_of(c, a, LIST_ALIASES, &want, &f, e))
		return false;
	if (q->target && !str_is_ascii(q->target)) {
		*items_r = NULL;
		return true;
	}
	return total_of_domain(c, &f, false, page_r, e)
		&& page(c, LIST_ALIASES, &q->list, &f, sizeof(**items_r),
			(void **)items_r, page_r, e)
		&& alias_load_targets(c->db, c->arena, *items_r, page_r->n, e);
}

bool
whitelist_list(struct core *c, const struct actor *a,
	const struct whitelist_query *q, struct whitelist **items_r,
	struct list_page *page_r, struct err *e)
{
	const struct list_want want = { .state = q->state, .q = q->list.q };
	struct list_filter f;

	*page_r = (struct list_page){ 0 };
	if (!list_filter_of(c, a, LIST_WHITELIST, &want, &f, e)
		|| !page(c, LIST_WHITELIST, &q->list, &f, sizeof(**items_r),
			(void **)items_r, page_r, e))
		return false;
	for (size_t i = 0; i < page_r->n; i++) {
		struct whitelist *w = &(*items_r)[i];

		if (w->is_alive
			&& !whitelist_row_overlaps(c->db, c->arena, w, 10,
				&w->overlaps, &w->n_overlaps, e))
			return false;
	}
	return true;
}

bool
job_list(struct core *c, const struct actor *a, const struct job_query *q,
	struct job **items_r, struct list_page *page_r, struct err *e)
{
	struct list_filter f = { .state = q->state };
	struct list_query list = q->list;
	void *rows;

	list.sort = NULL;
	*page_r = (struct list_page){ 0 };
	list_scope(a, &f);
	if (!page(c, LIST_JOBS, &list, &f, sizeof(struct job_row), &rows,
		    page_r, e))
		return false;
	*items_r = arena_array(c->arena, page_r->n + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	for (size_t i = 0; i < page_r->n; i++)
		job_of_row(&(*items_r)[i], (struct job_row *)rows + i);
	return true;
}
