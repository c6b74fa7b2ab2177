/*
 * Routes of background jobs. Polled, so they answer 304 while nothing moved.
 */
#include "cgi/handlers.h"

#include "cgi/lists.h"
#include "core/job.h"

#define ERRORS_DEFAULT 100
#define ERRORS_MAX 200

struct jobs_in {
	struct list_in list;
	unsigned state; /* enum job_state, 0: any */
};

static const char *const state_words[] = { "", "queued", "running", "done",
	"failed", "cancelled", NULL };

static const struct field query_rows[] = {
	LIST_PAGE_ROWS(struct jobs_in),
	{ FIELD_AT(struct jobs_in, state), .words = state_words },
	{ 0 },
};

const struct form job_query_form = { .table = query_rows,
	.size = sizeof(struct jobs_in) };

struct errors_in {
	int64_t after;
	int64_t limit;
};

static const struct field errors_rows[] = {
	{ FIELD_AT(struct errors_in, after), .max = ROUTE_ID_MAX },
	{ FIELD_AT(struct errors_in, limit), .min = 1, .max = ERRORS_MAX },
	{ 0 },
};

static void
init_errors(void *in)
{
	((struct errors_in *)in)->limit = ERRORS_DEFAULT;
}

const struct form job_errors_form = { .table = errors_rows,
	.size = sizeof(struct errors_in),
	.init = init_errors };

bool
reply_job(struct call *c, const struct job *j, struct err *e)
{
	struct jsonw *w = reply_json(c->reply, 202);

	jsonw_object(w, NULL);
	job_write_json(w, "job", j);
	jsonw_end(w);
	return reply_location(c, "/jobs", j->id, e);
}

bool
jobs_list(struct call *c, struct err *e)
{
	const struct jobs_in *in = c->query;
	const struct job_query q = { .list = list_query_of(&in->list),
		.state = (enum job_state)in->state };
	struct list_page page;
	struct job *items;
	struct jsonw *w;

	if (!job_list(c->core, c->actor, &q, &items, &page, e))
		return false;
	w = reply_json(c->reply, 200);
	page_begin(w);
	for (size_t i = 0; i < page.n; i++)
		job_write_json(w, NULL, &items[i]);
	page_end(w, &page);
	return true;
}

bool
jobs_get(struct call *c, struct err *e)
{
	struct job j;

	if (!job_get(c->core, c->actor, c->id, &j, e))
		return false;
	job_write_json(reply_json(c->reply, 200), NULL, &j);
	return true;
}

bool
jobs_errors(struct call *c, struct err *e)
{
	const struct errors_in *in = c->query;
	struct job_error *items;
	struct jsonw *w;
	uint64_t next;
	size_t n;

	if (!job_errors(c->core, c->actor, c->id, (uint64_t)in->after,
		    (size_t)in->limit, &items, &n, &next, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(w, NULL);
		jsonw_uint(w, "seq", items[i].seq);
		jsonw_str(w, "subject", items[i].subject);
		jsonw_str(w, "reason", items[i].reason);
		jsonw_str(w, "text", items[i].text);
		jsonw_end(w);
	}
	jsonw_end(w);
	if (next != 0)
		jsonw_uint(w, "next_seq", next);
	else
		jsonw_null(w, "next_seq");
	jsonw_end(w);
	return true;
}

bool
jobs_cancel(struct call *c, struct err *e)
{
	struct job j;

	if (!job_cancel(c->core, c->actor, c->id, &j, e))
		return false;
	job_write_json(reply_json(c->reply, 200), NULL, &j);
	return true;
}
