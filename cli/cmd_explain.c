/*
 * `postroom explain`: what the mail servers of this node do with a message.
 * postroom-mapd looks it up in the live files, with the database away too.
 * `postroom settings`: what is in effect in the mail servers, and which file
 * and line gives it.
 */
#include "cli/mapd.h"

#include "base/json.h"
#include "maps/explain_saved.h"

#define ANSWER_MAX ((size_t)512 * 1024)

static const struct cli_option explain_options[] = {
	{ "from", CLI_WORD, "SENDER", "the sender (the empty one, <>)", NULL },
	{ "client", CLI_WORD, "IP", "the client's address (somebody outside)",
		NULL },
	{ "helo", CLI_WORD, "NAME", "its HELO; '' for none", NULL },
	{ "login", CLI_WORD, "LOGIN",
		"who is signed in, on the submission ports", NULL },
	{ "submission", CLI_FLAG, NULL,
		"the submission ports, without being signed in", NULL },
	{ "probe", CLI_FLAG, NULL,
		"what this machine's Postfix says to it, from loopback", NULL },
	{ "pending", CLI_FLAG, NULL, "what is saved, whether it is live or not",
		NULL },
	{ 0 },
};

/* `<a@b>` as people copy it from a log; <> is the empty sender. */
static const char *
without_brackets(struct cli *c, const char *address)
{
	const size_t n = address ? strlen(address) : 0;

	if (n < 2 || address[0] != '<' || address[n - 1] != '>')
		return address;
	return arena_strndup(c->arena, address + 1, n - 2);
}

static void
take_options(struct cli *c, struct explain_in *in)
{
	*in = (struct explain_in){
		.recipient = without_brackets(c, c->arg[0]),
		.sender = without_brackets(c, cli_opt(c, "from")),
		.client = cli_opt(c, "client"),
		.helo = cli_opt(c, "helo"),
		.login = cli_opt(c, "login"),
		.submission = cli_opt(c, "submission") != NULL,
	};
}

/* The steps become the table, the rest the lines below it. */
static void
write_answer(struct jsonw *w, const struct json_value *v)
{
	const struct json_value *outcome = json_get(v, "outcome"), *member;
	const char *name;
	size_t i = 0;

	jsonw_object(w, NULL);
	cli_copy_json(w, "items", json_get(v, "steps"));
	cli_copy_json(w, "serial", json_get(v, "serial"));
	while (json_next(outcome, &i, &name, &member))
		cli_copy_json(w, name, member);
	cli_copy_json(w, "is_cut", json_get(v, "is_cut"));
	if (json_len(json_get(v, "faults")) > 0)
		cli_copy_json(w, "faults", json_get(v, "faults"));
	jsonw_end(w);
}

static const struct json_limits answer_limits = { .bytes = ANSWER_MAX,
	.depth = 8 };

static bool
take_answer(struct cli *c, const struct str *said, struct err *e)
{
	struct json *doc = NULL;

	if (!json_parse(str_text(said), said->len, &answer_limits, &doc, e))
		return false;
	write_answer(&c->json, json_root(doc));
	json_free(&doc);
	return true;
}

/* A failed postroom-mapd has said why. */
static bool
ask_node(struct cli *c, const char *verb, const struct explain_in *in,
	struct str *said, struct err *e)
{
	struct str text = str_in(c->arena, ANSWER_MAX);
	struct jsonw w = jsonw_over(&text);

	jsonw_object(&w, NULL);
	explain_write_in(&w, in);
	jsonw_end(&w);
	return jsonw_done(&w, e)
		&& cli_mapd(c, "--ask", verb, str_text(&text), said,
			&c->exit_code, e);
}

static bool
explain_pending(struct cli *c, const struct explain_in *in, struct str *said,
	struct err *e)
{
	struct jsonw w = jsonw_over(said);
	struct explain_saved saved;
	bool is_ok;

	if (!core_open(&c->core, &c->conf, FACE_CLI, c->arena, e))
		return false;
	is_ok = explain_saved(
		c->core.db, &c->conf.node, in, "", c->arena, &saved, e);
	if (is_ok)
		explain_saved_json(&w, NULL, &saved);
	explain_saved_free(&saved);
	core_close(&c->core);
	return is_ok && jsonw_done(&w, e);
}

static bool
probe(struct cli *c, const struct explain_in *in, struct err *e)
{
	struct str said = str_in(c->arena, ANSWER_MAX);
	struct json *doc = NULL;

	if (!ask_node(c, "probe", in, &said, e))
		return false;
	if (c->exit_code != 0)
		return true;
	if (!json_parse(str_text(&said), said.len, &answer_limits, &doc, e))
		return false;
	cli_copy_json(&c->json, NULL, json_root(doc));
	if (!json_is_true(json_get(json_root(doc), "agrees")))
		c->exit_code = 1;
	json_free(&doc);
	return true;
}

static bool
explain(struct cli *c, struct err *e)
{
	struct str said = str_in(c->arena, ANSWER_MAX);
	struct explain_in in;
	bool is_ok;

	take_options(c, &in);
	if (!explain_check_in(&in, c->arena, e))
		return false;
	if (cli_opt(c, "probe"))
		return probe(c, &in, e);
	is_ok = cli_opt(c, "pending") ? explain_pending(c, &in, &said, e)
				      : ask_node(c, "explain", &in, &said, e);
	return is_ok && (c->exit_code != 0 || take_answer(c, &said, e));
}

/* postroom-mapd's answer as it is; 1 when a setting differs. */
static bool
show_settings(struct cli *c, struct err *e)
{
	struct str said = str_in(c->arena, ANSWER_MAX);
	struct json *doc = NULL;

	if (!cli_mapd(c, "--ask", "settings", NULL, &said, &c->exit_code, e))
		return false;
	if (c->exit_code != 0)
		return true;
	if (!json_parse(str_text(&said), said.len, &answer_limits, &doc, e))
		return false;
	cli_copy_json(&c->json, NULL, json_root(doc));
	if (json_int(json_get(json_root(doc), "differing")) > 0)
		c->exit_code = 1;
	json_free(&doc);
	return true;
}

/* clang-format off */
const struct cli_command cli_explain_commands[] = {
	{ "explain", NULL, "RECIPIENT",
		"what the mail servers do with a message, step by step",
		explain_options,
		"stage,text_code,subject,line,serial,actor_name,result,code,reply",
		CLI_CONF, explain },
	{ "settings", NULL, NULL,
		"settings of Postfix and Dovecot that Postroom depends on",
		NULL, "state,program,service,name,value,file,line",
		CLI_CONF, show_settings },
	{ 0 },
};
/* clang-format on */
