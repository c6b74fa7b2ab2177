/*
 * See requests.h: the table of verbs and the loop that answers.
 */
#include "mta/requests.h"

#include <string.h>

#include "base/log.h"
#include "base/timeutil.h"

#define EVERY_US (1 * US_PER_S)
#define LOOK_MOST 16
#define ARENA_BYTES ((size_t)4 << 20)

static const struct request_verb verbs[] = {
	{ "check", request_check, 120000 },
	{ "journal", request_journal, 20000 },
	{ "explain", request_explain, 20000 },
	{ "probe", request_probe, 60000 },
	{ "queue_list", request_queue_list, 30000 },
	{ "queue_flush", request_queue_flush, 20000 },
	{ "queue_hold", request_queue_hold, 20000 },
	{ "queue_release", request_queue_release, 20000 },
	{ "queue_delete", request_queue_delete, 20000 },
	{ "queue_headers", request_queue_headers, 20000 },
	{ "queue_hold_from", request_queue_hold_from, 60000 },
	{ "queue_release_from", request_queue_release_from, 60000 },
	{ "outage", request_outage, 30000 },
	{ "settings", request_settings, 60000 },
};

static const struct json_limits args_limits = { .bytes = 16384, .depth = 4 };

const struct request_verb *
request_verb_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

bool
request_text(const struct request *q, const char *name, char *out, size_t size,
	struct err *e)
{
	const struct json_value *v = json_get(q->args, name);
	size_t len;
	const char *text = json_text(v, &len);
	if (json_kind(v) == JSON_MISSING)
		return err_set(e, ERR_INVALID, name, "missing", "",
			"%s is missing", name);
	if (json_kind(v) != JSON_STRING || strlen(text) != len
		|| !str_copy(out, size, text))
		return err_set(e, ERR_INVALID, name, "bad_value", "",
			"%s is not a text of less than %zu bytes", name, size);
	return true;
}

bool
request_u64(const struct request *q, const char *name, uint64_t *value_r,
	struct err *e)
{
	const struct json_value *v = json_get(q->args, name);
	if (json_kind(v) == JSON_MISSING)
		return err_set(e, ERR_INVALID, name, "missing", "",
			"%s is missing", name);
	if (json_kind(v) != JSON_INT || json_int(v) < 0)
		return err_set(e, ERR_INVALID, name, "bad_value", "",
			"%s is not a whole number", name);
	*value_r = (uint64_t)json_int(v);
	return true;
}

/* The whole reply of a verb; *json_r holds what `args` points into. */
static bool
answer(const struct request_verb *v, struct request *q, const char *args,
	struct str *body, struct err *e)
{
	struct json *doc = NULL;
	struct jsonw w = jsonw_over(body);
	if (!json_parse(args, strlen(args), &args_limits, &doc, e))
		return false;
	q->args = json_root(doc);
	q->out = &w;
	jsonw_object(&w, NULL);
	bool ok = json_kind(q->args) == JSON_OBJECT
		? v->run(q, e)
		: err_set(e, ERR_INVALID, "", "bad_args", "",
			"the arguments are not an object");
	jsonw_end(&w);
	ok = ok && jsonw_done(&w, e);
	json_free(&doc);
	return ok;
}

static bool
is_refusal(const struct err *e)
{
	return e->code == ERR_SYNTAX || e->code == ERR_INVALID
		|| e->code == ERR_FORBIDDEN || e->code == ERR_NOT_FOUND
		|| e->code == ERR_CONFLICT || e->code == ERR_LIMIT;
}

static bool
reply_error(struct node *n, uint64_t id, const struct err *why, struct err *e)
{
	char text[1024];
	struct str s = STR_FIXED(text);
	struct jsonw w = jsonw_over(&s);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "code", why->item[0].reason);
	jsonw_str(&w, "field", why->item[0].field);
	jsonw_str(&w, "text", err_text(why));
	jsonw_end(&w);
	return jsonw_done(&w, e)
		&& source_reply(n->source, id,
			is_refusal(why) ? "refused" : "failed", text, e);
}

struct child_job {
	struct node *node;
	const struct request_verb *verb;
	const struct request_row *row;
};

static bool
verb_child(void *ctx, FILE *out, struct err *e)
{
	const struct child_job *j = ctx;
	struct request q = { .node = j->node, .id = j->row->id };
	/* The parent's connection: not ours to use or to close. */
	j->node->source = NULL;
	q.arena = arena_new(ARENA_BYTES);
	if (!q.arena)
		return err_memory(e);
	struct str body = str_in(q.arena, REQUEST_REPLY_MAX);
	if (!answer(j->verb, &q, j->row->args, &body, e))
		return false;
	fwrite(str_text(&body), body.len + 1, 1, out);
	return true;
}

static bool
run_here(struct node *n, const struct request_verb *v,
	const struct request_row *row, struct arena *a, struct err *e)
{
	struct err why = ERR_EMPTY;
	struct request q = { .node = n, .id = row->id, .arena = a };
	struct str body = str_in(a, REQUEST_REPLY_MAX);
	if (!answer(v, &q, row->args, &body, &why))
		return reply_error(n, row->id, &why, e);
	return source_reply(n->source, row->id, "ok", str_text(&body), e);
}

static bool
take(struct node *n, const struct request_row *row, struct arena *a,
	struct err *e)
{
	const struct request_verb *v = request_verb_find(row->verb);
	struct err why = ERR_EMPTY;
	struct child_job j = { n, v, row };
	if (row->id == n->asked.id)
		return true;
	if (!v) {
		(void)err_set(&why, ERR_INVALID, "verb", "unknown_verb",
			row->verb, "this node knows no verb %s", row->verb);
		return reply_error(n, row->id, &why, e);
	}
	log_kv(LOG_LEVEL_INFO, "asked", "verb", row->verb, NULL);
	if (v->child_ms == 0)
		return run_here(n, v, row, a, e);
	if (n->asked.id != 0)
		return true;
	if (!node_fork(n, &n->asked.child, verb_child, &j, v->child_ms, &why))
		return reply_error(n, row->id, &why, e);
	n->asked.id = row->id;
	return true;
}

/* The answer of the child, when it has ended. */
static bool
take_answer(struct node *n, struct err *e)
{
	struct err why = ERR_EMPTY;
	struct child *c = &n->asked.child;
	if (n->asked.id == 0)
		return true;
	const enum child_state s = child_read(c, &why);
	if (s == CHILD_RUNNING)
		return true;
	const bool is_text =
		s == CHILD_OK && c->n > 0 && c->data[c->n - 1] == '\0';
	const bool ok = is_text
		? source_reply(n->source, n->asked.id, "ok", c->data, e)
		: reply_error(n, n->asked.id, &why, e);
	child_free(c);
	n->asked.id = 0;
	n->asked.due_us = 0;
	return ok;
}

static bool
look(struct node *n, struct err *e)
{
	struct request_row list[LOOK_MOST];
	size_t count;
	struct arena *a = arena_new(ARENA_BYTES);
	if (!a)
		return err_memory(e);
	bool ok = source_requests(n->source, LOOK_MOST, a, list, &count, e);
	for (size_t i = 0; ok && i < count; i++)
		ok = take(n, &list[i], a, e);
	arena_free(&a);
	return ok;
}

void
requests_run(struct node *n)
{
	struct err e = ERR_EMPTY;
	if (!n->source)
		return;
	bool ok = take_answer(n, &e);
	if (ok && monotonic_us() >= n->asked.due_us) {
		n->asked.due_us = monotonic_us() + EVERY_US;
		ok = look(n, &e);
	}
	if (ok)
		return;
	log_warn("requests: %s", err_text(&e));
	if (e.code == ERR_UNAVAILABLE)
		node_disconnect(n);
}

void
requests_wake(struct node *n)
{
	n->asked.due_us = 0;
}

int64_t
requests_next_us(const struct node *n)
{
	return n->source ? n->asked.due_us : INT64_MAX;
}
