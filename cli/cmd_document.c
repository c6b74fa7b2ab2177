/*
 * `postroom document`: the system as one page. The mail servers are asked for
 * their settings first, so that the page has them as they are.
 */
#include "cli/export.h"

#include <poll.h>

#include "base/timeutil.h"
#include "core/node.h"
#include "core/node_request.h"
#include "maps/document.h"

enum { WAIT_US = 5 * US_PER_S, POLL_MS = 100 };

static const struct cli_option document_options[] = {
	{ "language", CLI_WORD, "LANG", "en (default) or ja", NULL },
	{ "output", CLI_TEXT, "FILE", "into a file of mode 0600", NULL },
	{ "as-known", CLI_FLAG, NULL,
		"do not ask the mail servers for their settings", NULL },
	{ 0 },
};

struct asked {
	uint64_t node_id, id;
};

/* A node that cannot be asked now is told of by what it said last. */
static void
ask_all(struct cli *c, const struct node *node, size_t n, struct asked *asked)
{
	const struct node_request_in in = { .verb = VERB_SETTINGS };

	for (size_t i = 0; i < n; i++) {
		struct err inner = ERR_EMPTY;
		struct node_request out = { 0 };

		asked[i] = (struct asked){ .node_id = node[i].row.id };
		if (node[i].row.role != NODE_OUTBOUND
			&& node_request_add(&c->core, &c->actor, node[i].row.id,
				&in, &out, &inner))
			asked[i].id = out.id;
	}
}

static bool
is_waiting(struct cli *c, const struct asked *a)
{
	struct node_request r;
	struct err inner = ERR_EMPTY;

	return a->id
		&& node_request_get(
			&c->core, &c->actor, a->node_id, a->id, &r, &inner)
		&& strcmp(r.state, "waiting") == 0;
}

static void
await_all(struct cli *c, struct asked *asked, size_t n)
{
	const int64_t until_us = monotonic_us() + WAIT_US;
	bool waits = true;

	while (waits && monotonic_us() < until_us) {
		waits = false;
		for (size_t i = 0; i < n; i++)
			waits = is_waiting(c, &asked[i]) || waits;
		if (waits)
			(void)poll(NULL, 0, POLL_MS);
	}
}

static bool
ask_settings(struct cli *c, struct err *e)
{
	struct asked *asked;
	struct node *node;
	size_t n;

	if (!node_list(&c->core, &c->actor, &node, &n, e))
		return false;
	asked = arena_array(c->arena, n + 1, sizeof(*asked));
	if (!asked)
		return err_memory(e);
	ask_all(c, node, n, asked);
	await_all(c, asked, n);
	return true;
}

static bool
document(struct cli *c, struct err *e)
{
	const char *word = cli_opt(c, "language");
	unsigned language = DOCUMENT_EN;
	struct flow flow;

	for (unsigned i = 0; word; i++) {
		if (!document_languages[i])
			return err_set(e, ERR_SYNTAX, "--language",
				"not_a_choice", word, "en or ja");
		if (strcmp(document_languages[i], word) != 0)
			continue;
		language = i;
		break;
	}
	return (cli_opt(c, "as-known") || ask_settings(c, e))
		&& document_open(&c->core, &c->actor,
			(enum document_language)language, &flow, e)
		&& cli_pour(c, &flow, e);
}

/* clang-format off */
const struct cli_command cli_document_commands[] = {
	{ "document", NULL, NULL,
		"the whole system as one page of HTML, without secrets",
		document_options, NULL, CLI_DB, document },
	{ 0 },
};
/* clang-format on */
