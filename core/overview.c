/*
 * See overview.h. Everything here is put together from the lists of the nouns
 * and from the reads of db/view_rows.h.
 */
#include "core/overview.h"

#include <string.h>

#include "base/timeutil.h"
#include "core/attention.h"
#include "db/view_rows.h"

#define ATTENTION_EACH 10
#define HOME_QUOTA 10
#define HOME_REVISIONS 10
#define EXPIRES_SOON_US (7 * US_PER_DAY)
#define FAILED_RECENTLY_US (7 * US_PER_DAY)

bool
quota_list(struct core *c, const struct actor *a, const struct list_query *q,
	struct domain **items_r, struct list_page *page_r, struct err *e)
{
	struct domain_query of = { .list = *q };

	if (!q->sort || strcmp(q->sort, "-allotted") == 0)
		of.list.sort = "-quota_allotted";
	else if (strcmp(q->sort, "allotted") == 0)
		of.list.sort = "quota_allotted";
	else if (strcmp(q->sort, "name") != 0 && strcmp(q->sort, "-name") != 0)
		return err_set(e, ERR_INVALID, "sort", "not_a_choice", q->sort,
			"sort by allotted or name, with - before it for "
			"downward");
	return domain_list(c, a, &of, items_r, page_r, e);
}

/* --- search --- */

bool
search_all(struct core *c, const struct actor *a, const char *q, unsigned limit,
	struct search_result *out, struct err *e)
{
	const struct list_query list = { .limit = limit, .q = q };
	const struct domain_query domains = { .list = list };
	const struct mailbox_query mailboxes = { .list = list };
	const struct alias_query aliases = { .list = list };
	const struct whitelist_query whitelist = { .list = list };
	struct list_page d, m, al, w = { 0 };

	*out = (struct search_result){ 0 };
	if (!domain_list(c, a, &domains, &out->domains, &d, e)
		|| !mailbox_list(c, a, &mailboxes, &out->mailboxes, &m, e)
		|| !alias_list(c, a, &aliases, &out->aliases, &al, e)
		|| (actor_sees_all(a)
			&& !whitelist_list(
				c, a, &whitelist, &out->whitelist, &w, e)))
		return false;
	out->n_domains = d.n;
	out->n_mailboxes = m.n;
	out->n_aliases = al.n;
	out->n_whitelist = w.n;
	return true;
}

/* --- home --- */

static const struct {
	const char *kind, *severity, *noun;
} row_kinds[] = {
	[1] = { "job_failed", "error", "job" },
	[2] = { "domain_full", "warning", "domain" },
	[3] = { "whitelist_expiring", "warning", "whitelist" },
	[4] = { "domain_retiring", "warning", "domain" },
};

static bool
may_see(const struct actor *a, const struct attention_row *row)
{
	return row->domain_id ? actor_has_domain(a, row->domain_id)
			      : actor_sees_all(a);
}

static bool
attend(struct core *c, const struct actor *a, struct home *out, struct err *e)
{
	int64_t now = c->now();
	struct attention_row *rows;
	size_t n;

	if (!view_row_attention(c->db, c->arena, now + EXPIRES_SOON_US,
		    now - FAILED_RECENTLY_US, ATTENTION_EACH, &rows, &n, e))
		return false;
	out->attention = arena_array(c->arena,
		n + ATTENTION_PER_NODE * out->publishing.n_nodes
			+ ATTENTION_BESIDE,
		sizeof(*out->attention));
	if (!out->attention)
		return err_memory(e);
	if (!attend_publishing(c, a, out, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (rows[i].kind < ARRAY_LEN(row_kinds) && may_see(a, &rows[i]))
			out->attention[out->n_attention++] = (struct attention){
				.kind = row_kinds[rows[i].kind].kind,
				.severity = row_kinds[rows[i].kind].severity,
				.subject = rows[i].subject,
				.noun = row_kinds[rows[i].kind].noun,
				.noun_id = rows[i].id,
				.at_us = rows[i].at_us,
				.text = rows[i].text
			};
	return true;
}

static bool
count(struct core *c, const struct actor *a, struct counts *out, struct err *e)
{
	struct count_row row;

	if (actor_sees_all(a) ? !view_row_counts(c->db, &row, e)
			      : !view_row_counts_of(c->db, a->domain_ids,
				      a->n_domains, &row, e))
		return false;
	*out = (struct counts){ .domains = row.domains,
		.mailboxes = row.mailboxes,
		.aliases = row.aliases,
		.whitelist = row.whitelist,
		.quota_allotted_bytes = row.quota_bytes,
		.jobs_running = row.jobs };
	return true;
}

bool
home_get(struct core *c, const struct actor *a, struct home *out, struct err *e)
{
	const struct list_query quota = { .limit = HOME_QUOTA };
	const struct revision_query newest = {
		.list = { .limit = HOME_REVISIONS },
		.range = { .from_us = TIME_NONE, .to_us = TIME_NONE }
	};
	struct list_page q, r;

	*out = (struct home){ 0 };
	if (!publishing_get(c, a, &out->publishing, e) || !attend(c, a, out, e)
		|| !count(c, a, &out->counts, e)
		|| !quota_list(c, a, &quota, &out->quota, &q, e)
		|| !revision_list(c, a, &newest, &out->revisions, &r, e))
		return false;
	out->n_quota = q.n;
	out->n_revisions = r.n;
	return true;
}
