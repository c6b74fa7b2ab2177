/*
 * The other half of the feed: what a node elsewhere says of itself, what it is
 * asked, and its answers.
 */
#include "cgi/handlers.h"

#include <string.h>

#include "base/domain.h"
#include "core/peer.h"
#include "db/map_rows.h"
#include "db/request_rows.h"
#include "maps/holds.h"

#define FACTS_MAX 16000
#define HELD_MOST 10000
#define REQUESTS_MOST 16
#define BODY_MAX (256 * 1024)

/* As mta/report.c says it. */
static const char *const states[] = { "starting", "ok", "held", "error", NULL };
static const char *const holders[] = { "", "target", "local", NULL };
static const char *const codes[] = { "ok", "failed", "refused", NULL };

struct feed_status_in {
	int64_t serial, applied_us, took_us, added, removed;
	int64_t pending, hold_serial, journal_from, drift, checked_us;
	unsigned state, hold_by;
	const char *facts;
	char message[300];
	struct text_list held; /* `domain reason` */
};

static const struct field feed_status_rows[] = {
	{ FIELD_AT(struct feed_status_in, serial), .required = true },
	{ FIELD_AT(struct feed_status_in, state), .words = states,
		.required = true },
	{ FIELD_AT(struct feed_status_in, message) },
	{ FIELD_TIME_AT(struct feed_status_in, applied_us, "applied_at"),
		.nullable = true },
	{ FIELD_AT(struct feed_status_in, took_us) },
	{ FIELD_AT(struct feed_status_in, added) },
	{ FIELD_AT(struct feed_status_in, removed) },
	{ FIELD_AT(struct feed_status_in, pending) },
	{ FIELD_AT(struct feed_status_in, hold_serial), .nullable = true,
		.when_null = -1 },
	{ FIELD_AT(struct feed_status_in, hold_by), .words = holders },
	{ FIELD_AT(struct feed_status_in, journal_from) },
	{ FIELD_AT(struct feed_status_in, drift) },
	{ FIELD_TIME_AT(struct feed_status_in, checked_us, "checked_at"),
		.nullable = true },
	{ FIELD_AT(struct feed_status_in, facts), .max = FACTS_MAX },
	{ FIELD_AT(struct feed_status_in, held),
		.max = DOMAIN_SIZE + HOLD_REASON_SIZE, .max_items = HELD_MOST,
		.nullable = true },
	{ 0 },
};

static void
init_status(void *in)
{
	struct feed_status_in *s = in;
	s->applied_us = s->checked_us = TIME_NONE;
	s->hold_serial = -1;
	s->facts = "{}";
}

const struct form feed_status_form = { .table = feed_status_rows,
	.size = sizeof(struct feed_status_in),
	.init = init_status };

struct feed_reply_in {
	int64_t id;
	unsigned code;
	const char *body;
};

static const struct field feed_reply_rows[] = {
	{ FIELD_AT(struct feed_reply_in, id), .min = 1, .max = ROUTE_ID_MAX,
		.required = true },
	{ FIELD_AT(struct feed_reply_in, code), .words = codes,
		.required = true },
	{ FIELD_AT(struct feed_reply_in, body), .min = 2, .max = BODY_MAX,
		.required = true, .is_multiline = true },
	{ 0 },
};

const struct form feed_reply_form = { .table = feed_reply_rows,
	.size = sizeof(struct feed_reply_in) };

/* `domain reason` into its two parts. */
static bool
split_held(struct call *c, const struct text_list *in, struct hold_text *out,
	struct err *e)
{
	for (size_t i = 0; i < in->n; i++) {
		char *text = arena_strdup(c->arena, in->items[i]);
		char *blank = text ? strchr(text, ' ') : NULL;
		if (!text)
			return err_memory(e);
		if (!blank || blank - text >= DOMAIN_SIZE)
			return err_set(e, ERR_INVALID, "held", "bad_value", "",
				"a held domain is `domain reason`");
		*blank = '\0';
		out[i] = (struct hold_text){ text, blank + 1 };
	}
	return true;
}

bool
feed_status(struct call *c, struct err *e)
{
	const struct feed_status_in *in = c->body;
	const struct map_status status = { .serial = (uint64_t)in->serial,
		.state = states[in->state],
		.message = in->message,
		.applied_us = in->applied_us,
		.seen_us = c->core->now(),
		.took_us = (uint64_t)in->took_us,
		.added = (uint64_t)in->added,
		.removed = (uint64_t)in->removed,
		.pending = (uint64_t)in->pending,
		.is_held = in->hold_serial >= 0,
		.hold_serial =
			in->hold_serial >= 0 ? (uint64_t)in->hold_serial : 0,
		.hold_by = holders[in->hold_by],
		.journal_from = (uint64_t)in->journal_from,
		.drift = (uint64_t)in->drift,
		.checked_us = in->checked_us,
		.facts = in->facts };
	const bool has_held = FORM_HAS(
		feed_status_rows, &c->body_seen, struct feed_status_in, held);
	struct hold_text *held =
		arena_array(c->arena, in->held.n + 1, sizeof(*held));
	if (!held)
		return err_memory(e);
	return split_held(c, &in->held, held, e)
		&& peer_report(c->core, &c->peer, &status,
			has_held ? held : NULL, in->held.n, e);
}

bool
feed_requests(struct call *c, struct err *e)
{
	struct request_row list[REQUESTS_MOST];
	struct jsonw *w;
	size_t n;

	if (!request_rows_open(c->core->db, c->peer.id, REQUESTS_MOST, c->arena,
		    list, &n, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(w, NULL);
		jsonw_uint(w, "id", list[i].id);
		jsonw_str(w, "verb", list[i].verb);
		jsonw_str(w, "args", list[i].args);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
	return true;
}

bool
feed_reply(struct call *c, struct err *e)
{
	const struct feed_reply_in *in = c->body;
	return peer_reply(c->core, &c->peer, (uint64_t)in->id, codes[in->code],
		in->body, e);
}
