/*
 * See ask_cmd.h. The verb runs in a child, because it may open damaged maps.
 */
#include "mta/ask_cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "mta/requests.h"

#define ARENA_BYTES ((size_t)4 << 20)
#define ANSWER_MS 60000

static const struct {
	const char *name;
	request_fn *run;
} verbs[] = {
	{ "explain", request_explain },
	{ "probe", request_probe_here },
	{ "settings", request_settings },
	{ "queue_list", request_queue_list },
	{ "queue_flush", request_queue_flush },
	{ "queue_hold", request_queue_hold },
	{ "queue_release", request_queue_release },
	{ "queue_delete", request_queue_delete },
	{ "queue_headers", request_queue_headers },
	{ "queue_hold_from", request_queue_hold_from },
	{ "queue_release_from", request_queue_release_from },
	{ "outage", request_outage },
};

struct ask {
	const struct conf *conf;
	request_fn *run;
	const struct json_value *args;
};

static bool
answer_child(void *ctx, FILE *out, struct err *e)
{
	const struct ask *j = ctx;
	struct node node = { .conf = j->conf };
	struct request q = { .node = &node, .args = j->args };
	q.arena = arena_new(ARENA_BYTES);
	if (!q.arena)
		return err_memory(e);
	struct str text = str_in(q.arena, REQUEST_REPLY_MAX);
	struct jsonw w = jsonw_over(&text);
	q.out = &w;
	jsonw_object(&w, NULL);
	if (!j->run(&q, e))
		return false;
	jsonw_end(&w);
	if (!jsonw_done(&w, e))
		return false;
	fwrite(str_text(&text), text.len, 1, out);
	return true;
}

static bool
find_verb(const char *name, struct ask *j, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0) {
			j->run = verbs[i].run;
			return true;
		}
	return err_set(e, ERR_SYNTAX, "ask", "unknown_verb", name,
		"nothing is answered here by the name %s", name);
}

int
ask_command(const struct conf *conf, const char *verb, const char *args)
{
	struct err e = ERR_EMPTY;
	struct json *doc = NULL;
	struct child c = { .fd = -1 };
	struct ask j = { .conf = conf };
	bool ok = find_verb(verb, &j, &e)
		&& json_parse(
			args, strlen(args), &json_limits_request, &doc, &e);
	j.args = json_root(doc);
	ok = ok && child_call(&c, answer_child, &j, ANSWER_MS, &e);
	if (ok)
		printf("%.*s\n", (int)c.n, c.data);
	else
		fprintf(stderr, "postroom-mapd: %s\n", err_text(&e));
	child_free(&c);
	json_free(&doc);
	return ok ? 0 : err_exit_code(e.code);
}
