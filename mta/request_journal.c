/*
 * The verb `journal` {from, to}: the lines that this node changed after serial
 * `from` up to `to`, in order. Answers {journal_from, items: [{serial, at,
 * map, key, before, after, rollback}], truncated}; accounts have no values.
 */
#include "mta/requests.h"

#include "mta/journal_read.h"

#define ITEMS_MAX 500

struct list_job {
	struct jsonw *out;
	uint64_t from, to;
	size_t n;
};

static bool
list_line(void *ctx, const struct journal_line *l, struct err *e)
{
	struct list_job *j = ctx;
	(void)e;
	if (l->to <= j->from || l->to > j->to || j->n++ >= ITEMS_MAX)
		return true;
	jsonw_object(j->out, NULL);
	jsonw_uint(j->out, "serial", l->to);
	jsonw_time(j->out, "at", l->at_us);
	jsonw_str(j->out, "map", map_name(l->map));
	jsonw_str(j->out, "key", l->key);
	jsonw_str(j->out, "before", l->before);
	jsonw_str(j->out, "after", l->after);
	jsonw_bool(j->out, "rollback", l->is_back);
	jsonw_end(j->out);
	return true;
}

bool
request_journal(struct request *q, struct err *e)
{
	struct list_job j = { .out = q->out };
	const struct journal_reader reader = { .line = list_line, .ctx = &j };
	if (!request_u64(q, "from", &j.from, e)
		|| !request_u64(q, "to", &j.to, e))
		return false;
	jsonw_uint(q->out, "journal_from", journal_from(q->node->journal));
	jsonw_array(q->out, "items");
	const bool ok =
		journal_read(q->node->conf->node.state, j.from, &reader, e);
	jsonw_end(q->out);
	jsonw_bool(q->out, "truncated", j.n > ITEMS_MAX);
	return ok;
}
