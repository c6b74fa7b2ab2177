/*
 * `postroom queue`: what waits in this node's Postfix, and what to do about it.
 * postroom-mapd asks postroom-rootd, with the database away too; the queues of
 * other nodes are steered from the panel.
 */
#include "cli/mapd.h"

#include <string.h>

#define ANSWER_MAX ((size_t)512 * 1024)

static const struct cli_option list_options[] = {
	{ "domain", CLI_WORD, "DOMAIN", "only what goes there", NULL },
	{ "recipient", CLI_WORD, "ADDRESS", "only what goes to it", NULL },
	{ 0 },
};

static bool
take_answer(struct cli *c, const struct str *said, struct err *e)
{
	const struct json_limits limits = { .bytes = ANSWER_MAX, .depth = 8 };
	const struct json_value *member;
	struct json *doc = NULL;
	const char *name;
	size_t i = 0;

	if (!json_parse(str_text(said), said->len, &limits, &doc, e))
		return false;
	jsonw_object(&c->json, NULL);
	while (json_next(json_root(doc), &i, &name, &member))
		cli_copy_json(&c->json, name, member);
	jsonw_end(&c->json);
	json_free(&doc);
	return true;
}

/* One text member, or none where the value is NULL. */
struct word {
	const char *name, *value;
};

static bool
ask(struct cli *c, const char *verb, const struct word *words, size_t n,
	const char *flag, bool is_on, struct err *e)
{
	struct str args = str_in(c->arena, 4096);
	struct str said = str_in(c->arena, ANSWER_MAX);
	struct jsonw w = jsonw_over(&args);

	jsonw_object(&w, NULL);
	for (size_t i = 0; i < n; i++)
		if (words[i].value)
			jsonw_str(&w, words[i].name, words[i].value);
	if (flag)
		jsonw_bool(&w, flag, is_on);
	jsonw_end(&w);
	if (!jsonw_done(&w, e)
		|| !cli_mapd(c, "--ask", verb, str_text(&args), &said,
			&c->exit_code, e))
		return false;
	return c->exit_code != 0 || take_answer(c, &said, e);
}

static bool
list(struct cli *c, struct err *e)
{
	const struct word words[] = { { "domain", cli_opt(c, "domain") },
		{ "recipient", cli_opt(c, "recipient") } };
	return ask(c, "queue_list", words, ARRAY_LEN(words), NULL, false, e);
}

static bool
flush(struct cli *c, struct err *e)
{
	const struct word words[] = { { "domain",
		c->n_args > 0 ? c->arg[0] : NULL } };
	return ask(c, "queue_flush", words, ARRAY_LEN(words), NULL, false, e);
}

static bool
one(struct cli *c, const char *verb, struct err *e)
{
	const struct word words[] = { { "id", c->arg[0] } };
	return ask(c, verb, words, ARRAY_LEN(words), NULL, false, e);
}

static bool
hold(struct cli *c, struct err *e)
{
	return one(c, "queue_hold", e);
}

static bool
release(struct cli *c, struct err *e)
{
	return one(c, "queue_release", e);
}

static bool
remove_one(struct cli *c, struct err *e)
{
	return one(c, "queue_delete", e);
}

static bool
headers(struct cli *c, struct err *e)
{
	return one(c, "queue_headers", e);
}

static bool
outage(struct cli *c, struct err *e)
{
	const bool is_on = strcmp(c->arg[0], "on") == 0;

	if (!is_on && strcmp(c->arg[0], "off") != 0)
		return err_set(e, ERR_SYNTAX, "argument", "not_a_choice",
			c->arg[0], "outage mode is on or off");
	return ask(c, "outage", NULL, 0, "on", is_on, e);
}

/* clang-format off */
const struct cli_command cli_queue_commands[] = {
	{ "queue", "list", NULL, "what waits on this node, oldest first",
		list_options, "id,queue,arrived_at,size,sender,recipient_count",
		CLI_CONF, list },
	{ "queue", "flush", "[DOMAIN]", "try all of it, or a domain's, now",
		NULL, NULL, CLI_CONF, flush },
	{ "queue", "hold", "ID", "keep a message back", NULL, NULL,
		CLI_CONF, hold },
	{ "queue", "release", "ID", "let a message go on", NULL, NULL,
		CLI_CONF, release },
	{ "queue", "delete", "ID", "remove a message for good", NULL, NULL,
		CLI_CONF, remove_one },
	{ "queue", "headers", "ID", "a message's headers", NULL, NULL,
		CLI_CONF, headers },
	{ "queue", "outage", "on|off",
		"keep mail longer while a host is away", NULL, NULL,
		CLI_CONF, outage },
	{ 0 },
};
/* clang-format on */
