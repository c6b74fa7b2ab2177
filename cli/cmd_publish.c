/*
 * `postroom publish` and `postroom node`: what is live on the mail servers.
 * --check runs postroom-mapd, which alone knows how maps are rendered, as its
 * own user.
 */
#include "cli/mapd.h"
#include "core/node.h"
#include "core/publishing.h"

#include <poll.h>

enum { POLL_MS = 20 };

static const struct cli_option publish_options[] = {
	{ "status", CLI_FLAG, NULL, "what each node has live (default)", NULL },
	{ "check", CLI_FLAG, NULL, "prove that the maps are what they must be",
		NULL },
	{ "wait", CLI_FLAG, NULL, "until SERIAL, or all, is live everywhere",
		NULL },
	{ "timeout", CLI_WORD, "SECONDS", "for --wait, how long (30)", NULL },
	{ "diff", CLI_FLAG, NULL,
		"map lines from live to saved, or between two serials", NULL },
	{ "domain", CLI_WORD, "DOMAIN", "for --diff, only of this one", NULL },
	{ 0 },
};

static const struct cli_option node_options[] = {
	{ "role", CLI_WORD, "ROLE", "mailbox (default)", NULL },
	{ 0 },
};

static void
write_publishing(struct jsonw *w, const struct publishing *p)
{
	jsonw_object(w, NULL);
	publishing_write_members(w, p);
	jsonw_array(w, "items");
	for (size_t i = 0; i < p->n_nodes; i++)
		node_view_write_json(w, &p->nodes[i]);
	jsonw_end(w);
	jsonw_end(w);
}

static bool
status(struct cli *c, struct err *e)
{
	struct publishing p;

	if (!publishing_get(&c->core, &c->actor, &p, e))
		return false;
	write_publishing(&c->json, &p);
	return true;
}

static bool
await_live(struct cli *c, uint64_t serial, int64_t timeout_us,
	struct publishing *p, struct err *e)
{
	int64_t until_us = monotonic_us() + timeout_us;

	for (;;) {
		arena_reset(c->core.arena);
		if (!publishing_get(&c->core, &c->actor, p, e))
			return false;
		if (serial == 0)
			serial = p->head_serial;
		if (p->n_nodes > 0 && p->live_serial >= serial)
			return true;
		if (monotonic_us() > until_us)
			return err_set(e, ERR_UNAVAILABLE, "serial", "timeout",
				"", "serial %llu is not live yet, %llu is",
				(unsigned long long)serial,
				(unsigned long long)p->live_serial);
		(void)poll(NULL, 0, POLL_MS);
	}
}

static bool
wait_live(struct cli *c, struct err *e)
{
	struct arena *own = c->core.arena;
	const char *timeout = cli_opt(c, "timeout");
	uint64_t serial = 0, timeout_s = 30;
	struct publishing p;
	bool is_ok;

	if ((c->n_args > 0 && !cli_number("SERIAL", c->arg[0], &serial, e))
		|| (timeout
			&& !cli_number("--timeout", timeout, &timeout_s, e)))
		return false;
	c->core.arena = arena_new(16U << 20);
	if (c->core.arena == NULL)
		return err_memory(e);
	is_ok = await_live(c, serial, (int64_t)timeout_s * US_PER_S, &p, e);
	if (is_ok)
		write_publishing(&c->json, &p);
	arena_free(&c->core.arena);
	c->core.arena = own;
	return is_ok;
}

/* Its words are the answer, and its exit code ours. */
static bool
check(struct cli *c, struct err *e)
{
	return cli_mapd(c, "--check", NULL, NULL, &c->exit_code, e);
}

static bool
publish(struct cli *c, struct err *e)
{
	bool is_wait = cli_opt(c, "wait") != NULL;

	if (cli_opt(c, "diff"))
		return cli_diff(c, e);
	if (c->n_args > is_wait)
		return err_set(e, ERR_SYNTAX, "argument", "too_many_items",
			c->arg[0], "a serial goes with --wait");
	if (cli_opt(c, "check"))
		return check(c, e);
	return is_wait ? wait_live(c, e) : status(c, e);
}

static bool
add_node(struct cli *c, struct err *e)
{
	const char *role = cli_opt(c, "role");
	struct node out;

	if (!node_create(&c->core, &c->actor, c->arg[0],
		    role ? role : "mailbox", &out, e))
		return false;
	jsonw_object(&c->json, NULL);
	jsonw_uint(&c->json, "id", out.id);
	jsonw_str(&c->json, "name", out.name);
	jsonw_str(&c->json, "role", out.role);
	jsonw_bool(&c->json, "is_new", out.is_new);
	jsonw_end(&c->json);
	return true;
}

/* clang-format off */
const struct cli_command cli_publish_commands[] = {
	{ "publish", NULL, "[SERIAL] [TO]", "what is live on the mail servers",
		publish_options, "name,role,state,serial,applied_at,message",
		CLI_DB, publish },
	{ "node", "add", "NAME", "make a mail node known; harmless again",
		node_options, NULL, CLI_DB, add_node },
	{ "node", "list", NULL, "list the mail nodes and what they have live",
		NULL, "name,role,state,serial,applied_at,message",
		CLI_DB, status },
	{ 0 },
};
/* clang-format on */
