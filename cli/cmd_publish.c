/*
 * `postroom publish`: what is live on the mail servers, what waits, and the
 * acts. --check and --local run postroom-mapd, which alone knows how maps are
 * rendered and put back, as its own user; all else goes through the database.
 */
#include "cli/mapd.h"
#include "core/publishing.h"
#include "maps/diff.h"

#include <poll.h>

enum { POLL_MS = 20, KEPT_MAX = 50 };

static const struct cli_option publish_options[] = {
	{ "status", CLI_FLAG, NULL, "what each node has live (default)", NULL },
	{ "pending", CLI_FLAG, NULL, "what waits, by domain", NULL },
	{ "versions", CLI_FLAG, NULL, "what happened, newest first", NULL },
	{ "mode", CLI_WORD, "MODE", "automatic or reviewed", "mode" },
	{ "all", CLI_FLAG, NULL, "publish all that waits, up to SERIAL", NULL },
	{ "domain", CLI_WORD, "DOMAIN",
		"publish this one, may be repeated; or --diff of it", NULL },
	{ "confirm", CLI_WORD, "DOMAIN", "let it pass the guard; with --note",
		"domain" },
	{ "rollback", CLI_WORD, "SERIAL", "put routing back to it, and hold",
		"serial" },
	{ "resume", CLI_FLAG, NULL, "follow again after a rollback", NULL },
	{ "node", CLI_WORD, "NAME", "for these two: this node only", NULL },
	{ "local", CLI_FLAG, NULL, "for these two: without the database",
		NULL },
	{ "note", CLI_TEXT, "TEXT", "kept with the act", "note" },
	{ "limit", CLI_WORD, "N", "rows of a list, 1 to 200 (50)", NULL },
	{ "after", CLI_WORD, "CURSOR", "the page behind it", NULL },
	{ "check", CLI_FLAG, NULL, "prove that the maps are what they must be",
		NULL },
	{ "wait", CLI_FLAG, NULL, "until SERIAL, or all, is live everywhere",
		NULL },
	{ "timeout", CLI_WORD, "SECONDS", "for --wait, how long (30)", NULL },
	{ "diff", CLI_FLAG, NULL,
		"map lines from live to saved, or between two serials", NULL },
	{ 0 },
};

static void
write_publishing(struct cli *c, const struct publishing *p)
{
	struct jsonw *w = &c->json;

	jsonw_object(w, NULL);
	publishing_write_members(w, p);
	jsonw_object(w, "guard");
	jsonw_int(w, "lines", c->conf.node.guard_lines);
	jsonw_int(w, "percent", c->conf.node.guard_percent);
	jsonw_end(w);
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
	write_publishing(c, &p);
	return true;
}

/* --- waiting --- */

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
		write_publishing(c, &p);
	arena_free(&c->core.arena);
	c->core.arena = own;
	return is_ok;
}

/* --- acts --- */

static bool
head_serial(struct cli *c, uint64_t *serial_r, struct err *e)
{
	struct publishing p;

	if (c->n_args > 0)
		return cli_number("SERIAL", c->arg[0], serial_r, e);
	if (!publishing_get(&c->core, &c->actor, &p, e))
		return false;
	*serial_r = p.head_serial;
	return true;
}

static bool
set_mode(struct cli *c, struct err *e)
{
	struct mode_in in = { 0 };
	struct form_seen seen = { 0 };

	return cli_form(c, mode_form, &in, &seen, true, e)
		&& publishing_set_mode(&c->core, &c->actor, &in, e)
		&& status(c, e);
}

/* The note alone, of an act whose other fields are not options. */
static bool
set_note(struct cli *c, const struct field *table, void *in,
	struct form_seen *seen, struct err *e)
{
	const char *note = cli_opt(c, "note");

	return !note
		|| form_set_text(table, "note", note, in, seen, c->arena, e);
}

static bool
publish_changes(struct cli *c, struct err *e)
{
	const char *domains = cli_opts(c, "domain");
	struct publish_in in = { 0 };
	struct form_seen seen = { 0 };
	uint64_t serial, approved;

	if (domains && cli_opt(c, "all"))
		return err_set(e, ERR_SYNTAX, "--all", "one_of_two", NULL,
			"publish --all or some domains");
	if (!head_serial(c, &serial, e)
		|| (domains
			&& !form_set_text(publish_form, "domains", domains, &in,
				&seen, c->arena, e))
		|| !set_note(c, publish_form, &in, &seen, e))
		return false;
	in.serial = (int64_t)serial;
	return diff_check_note(&c->core, &c->actor, &in, e)
		&& publishing_publish(&c->core, &c->actor, &in, &approved, e)
		&& status(c, e);
}

static bool
confirm(struct cli *c, struct err *e)
{
	struct confirm_in in = { 0 };
	struct form_seen seen = { 0 };
	uint64_t serial;

	if (!form_set_text(confirm_form, "domain", cli_opt(c, "confirm"), &in,
		    &seen, c->arena, e)
		|| !set_note(c, confirm_form, &in, &seen, e)
		|| !head_serial(c, &serial, e))
		return false;
	in.serial = (int64_t)serial;
	return publishing_confirm(&c->core, &c->actor, &in, e) && status(c, e);
}

/* Names of --node to ids; none given is every node. */
static bool
chosen_nodes(struct cli *c, struct int_list *out, struct err *e)
{
	struct publishing p;

	*out = (struct int_list){ 0 };
	if (!cli_opt(c, "node"))
		return true;
	out->items = arena_array(c->arena, CLI_OPTIONS, sizeof(*out->items));
	if (!out->items)
		return err_memory(e);
	if (!publishing_get(&c->core, &c->actor, &p, e))
		return false;
	for (size_t i = 0; i < c->n_options; i++) {
		size_t k = 0;

		if (strcmp(c->option[i].option->name, "node") != 0)
			continue;
		while (k < p.n_nodes
			&& strcmp(p.nodes[k].name, c->option[i].value) != 0)
			k++;
		if (k == p.n_nodes)
			return err_set(e, ERR_NOT_FOUND, "--node", "not_found",
				c->option[i].value, "there is no node %s",
				c->option[i].value);
		out->items[out->n++] = (int64_t)p.nodes[k].id;
	}
	return true;
}

/* Without the database: postroom-mapd of this host does it by itself. */
static bool
local(struct cli *c, struct err *e)
{
	const char *serial = cli_opt(c, "rollback");
	uint64_t value;

	if (cli_opt(c, "node") || cli_opt(c, "note"))
		return err_set(e, ERR_SYNTAX, "--local", "one_of_two", NULL,
			"--local goes with neither --node nor --note");
	if (serial && !cli_number("--rollback", serial, &value, e))
		return false;
	return cli_mapd(c, serial ? "--rollback" : "--resume", serial, NULL,
		NULL, &c->exit_code, e);
}

/* Said before the act, to people: scripts read what is printed. */
static bool
show_kept(struct cli *c, uint64_t serial, struct err *e)
{
	static const struct {
		const char *kind, *text;
	} words[] = { { "sign_in_ended", "may still not sign in" },
		{ "password", "keeps the new password" },
		{ "relay_closed", "may still not relay" },
		{ "sender_login", "keeps who may send as it" } };
	struct diff_kept *kept;
	struct diff d;
	size_t n;

	if (!diff_rollback(&c->core, &c->actor, serial, &d, &kept, &n, e))
		return false;
	for (size_t i = 0; i < n && i < KEPT_MAX; i++)
		for (size_t k = 0; k < ARRAY_LEN(words); k++)
			if (strcmp(words[k].kind, kept[i].kind) == 0)
				fprintf(stderr,
					"not taken back: %s %s (change %llu)\n",
					kept[i].subject, words[k].text,
					(unsigned long long)kept[i].serial);
	if (n > KEPT_MAX)
		fprintf(stderr, "not taken back: %zu more\n", n - KEPT_MAX);
	return true;
}

static bool
roll_back(struct cli *c, struct err *e)
{
	struct rollback_in in = { 0 };
	struct form_seen seen = { 0 };

	return form_set_text(rollback_form, "serial", cli_opt(c, "rollback"),
		       &in, &seen, c->arena, e)
		&& set_note(c, rollback_form, &in, &seen, e)
		&& chosen_nodes(c, &in.nodes, e)
		&& show_kept(c, (uint64_t)in.serial, e)
		&& publishing_rollback(&c->core, &c->actor, &in, e)
		&& status(c, e);
}

static bool
resume(struct cli *c, struct err *e)
{
	struct resume_in in = { 0 };
	struct form_seen seen = { 0 };

	return set_note(c, resume_form, &in, &seen, e)
		&& chosen_nodes(c, &in.nodes, e)
		&& publishing_resume(&c->core, &c->actor, &in, e)
		&& status(c, e);
}

/* --- lists --- */

static bool
page_of(const struct cli *c, struct page_in *in, struct err *e)
{
	const char *limit = cli_opt(c, "limit");
	uint64_t n = LIST_LIMIT_DEFAULT;

	if (limit && !cli_number("--limit", limit, &n, e))
		return false;
	if (n < 1 || n > LIST_LIMIT_MAX)
		return err_set(e, ERR_INVALID, "--limit", "out_of_range", limit,
			"a page has 1 to %d rows", LIST_LIMIT_MAX);
	*in = (struct page_in){ (int64_t)n, cli_opt(c, "after") };
	return true;
}

static bool
pending(struct cli *c, struct err *e)
{
	struct page_in in;
	struct pending *items;
	const char *next;
	size_t n;

	if (!page_of(c, &in, e)
		|| !pending_list(
			&c->core, &c->actor, &in, &items, &n, &next, e))
		return false;
	c->columns = "domain,kind,revisions,first_serial,last_serial,last_at,"
		     "actors,held_reason";
	jsonw_object(&c->json, NULL);
	jsonw_array(&c->json, "items");
	for (size_t i = 0; i < n; i++)
		pending_write_json(&c->json, &items[i]);
	jsonw_end(&c->json);
	jsonw_str(&c->json, "next", next);
	jsonw_end(&c->json);
	return true;
}

static bool
versions(struct cli *c, struct err *e)
{
	struct page_in in;
	struct version *items;
	const char *next;
	size_t n;

	if (!page_of(c, &in, e)
		|| !version_list(
			&c->core, &c->actor, &in, &items, &n, &next, e))
		return false;
	c->columns = "serial,at,kind,actor_name,action,subject,changes,"
		     "can_roll_back,note";
	jsonw_object(&c->json, NULL);
	jsonw_array(&c->json, "items");
	for (size_t i = 0; i < n; i++)
		version_write_json(&c->json, &items[i]);
	jsonw_end(&c->json);
	jsonw_str(&c->json, "next", next);
	jsonw_end(&c->json);
	return true;
}

/* --- which of them --- */

static const struct {
	const char *option;
	bool (*run)(struct cli *c, struct err *e);
	size_t serials; /* that it takes */
} acts[] = {
	{ "status", status, 0 },
	{ "pending", pending, 0 },
	{ "versions", versions, 0 },
	{ "mode", set_mode, 0 },
	{ "all", publish_changes, 1 },
	{ "domain", publish_changes, 1 },
	{ "confirm", confirm, 1 },
	{ "rollback", roll_back, 0 },
	{ "resume", resume, 0 },
	{ "wait", wait_live, 1 },
};

static bool
publish(struct cli *c, struct err *e)
{
	const bool is_hold = cli_opt(c, "rollback") || cli_opt(c, "resume");
	size_t at = 0, n = 0;

	if (cli_opt(c, "diff"))
		return cli_open(c, e) && cli_diff(c, e);
	if (cli_opt(c, "check"))
		return cli_mapd(
			c, "--check", NULL, NULL, NULL, &c->exit_code, e);
	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		if (cli_opt(c, acts[i].option)) {
			n += acts[i].run != acts[at].run || n == 0;
			at = i;
		}
	if (n > 1)
		return err_set(e, ERR_SYNTAX, acts[at].option, "one_of_two",
			NULL, "one thing at a time");
	if (c->n_args > acts[at].serials)
		return err_set(e, ERR_SYNTAX, "argument", "too_many_items",
			c->arg[0],
			"a serial goes with --all, --domain, --confirm or "
			"--wait");
	if (is_hold && cli_opt(c, "local"))
		return local(c, e);
	return cli_open(c, e) && acts[at].run(c, e);
}

/* clang-format off */
const struct cli_command cli_publish_commands[] = {
	{ "publish", NULL, "[SERIAL] [TO]", "what is live on the mail servers",
		publish_options,
		"name,role,state,serial,hold_serial,pending,drift,applied_at,"
		"message", CLI_CONF, publish },
	{ 0 },
};
/* clang-format on */
