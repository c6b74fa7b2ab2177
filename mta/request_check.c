/*
 * The verb `check`: everything compared with the database now. Answers
 * {serial, lines, differences, items: [{map, key, live, wanted}], truncated,
 * whitelist_differs, held: [{domain, reason}], repaired: what the publisher's
 * own comparison found and put right last (drift.h)}; accounts are named
 * without their values.
 */
#include "mta/requests.h"

#include "mta/check.h"
#include "mta/drift.h"

#define ITEMS_MAX 200

struct list_job {
	struct jsonw *out;
	size_t n;
};

static void
list_difference(void *ctx, enum map_id map, const char *key, const char *live,
	const char *wanted)
{
	struct list_job *j = ctx;
	const bool is_secret = map == MAP_ACCOUNTS;
	if (j->n++ >= ITEMS_MAX)
		return;
	jsonw_object(j->out, NULL);
	jsonw_str(j->out, "map", map_name(map));
	jsonw_str(j->out, "key", key);
	jsonw_str(j->out, "live", live && is_secret ? "" : live);
	jsonw_str(j->out, "wanted", wanted && is_secret ? "" : wanted);
	jsonw_end(j->out);
}

bool
request_check(struct request *q, struct err *e)
{
	struct check_result r;
	struct list_job j = { q->out, 0 };

	jsonw_array(q->out, "items");
	const bool ok = check_all(q->node->conf, &r, list_difference, &j, e);
	jsonw_end(q->out);
	jsonw_uint(q->out, "serial", r.serial);
	jsonw_uint(q->out, "lines", r.lines);
	jsonw_uint(q->out, "differences", r.differences);
	jsonw_bool(q->out, "truncated", j.n > ITEMS_MAX);
	jsonw_bool(q->out, "whitelist_differs", r.relays_differ);
	jsonw_array(q->out, "held");
	for (size_t i = 0; i < r.held.n; i++) {
		jsonw_object(q->out, NULL);
		jsonw_str(q->out, "domain", r.held.hold[i].domain);
		jsonw_str(q->out, "reason", r.held.hold[i].reason);
		jsonw_end(q->out);
	}
	jsonw_end(q->out);
	holds_free(&r.held);
	drift_write_json(q->node, q->arena, q->out, "repaired");
	return ok;
}
