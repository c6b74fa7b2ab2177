/* `postroom job`: what postroom-jobd is at. */
#include "cli/undo.h"
#include "cli/wait.h"

enum { ERRORS_SHOWN = 100 };

static const struct cli_option list_options[] = {
	{ "state", CLI_WORD, "STATE",
		"queued, running, done, failed or cancelled", NULL },
	CLI_LIST_OPTIONS,
	{ 0 },
};

static const struct cli_option wait_options[] = {
	{ "timeout", CLI_WORD, "SECONDS", "how long at most (600)", NULL },
	{ 0 },
};

static bool
list_page(struct cli *c, void *query, struct list_page *page_r, struct err *e)
{
	struct job *items;

	if (!job_list(&c->core, &c->actor, query, &items, page_r, e))
		return false;
	for (size_t i = 0; i < page_r->n; i++)
		job_write_json(&c->json, NULL, &items[i]);
	return true;
}

static bool
list(struct cli *c, struct err *e)
{
	struct job_query q = { 0 };
	const char *state = cli_opt(c, "state");

	if (state != NULL && !job_state_find(state, &q.state))
		return err_set(e, ERR_SYNTAX, "--state", "not_a_choice", state,
			"there is no job state %s", state);
	return cli_list(c, list_page, &q, &q.list, e);
}

static bool
write_errors(struct cli *c, uint64_t id, struct err *e)
{
	struct job_error *items;
	uint64_t next;
	size_t n;

	if (!job_errors(&c->core, &c->actor, id, 0, ERRORS_SHOWN, &items, &n,
		    &next, e))
		return false;
	jsonw_array(&c->json, "errors");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(&c->json, NULL);
		jsonw_uint(&c->json, "seq", items[i].seq);
		jsonw_str(&c->json, "subject", items[i].subject);
		jsonw_str(&c->json, "reason", items[i].reason);
		jsonw_str(&c->json, "text", items[i].text);
		jsonw_end(&c->json);
	}
	jsonw_end(&c->json);
	return true;
}

static bool
show(struct cli *c, struct err *e)
{
	struct job j;
	uint64_t id;

	if (!cli_number("ID", c->arg[0], &id, e)
		|| !job_get(&c->core, &c->actor, id, &j, e))
		return false;
	jsonw_object(&c->json, NULL);
	job_write_json(&c->json, "job", &j);
	if (!write_errors(c, id, e))
		return false;
	jsonw_end(&c->json);
	return true;
}

static bool
cancel(struct cli *c, struct err *e)
{
	struct job j;
	uint64_t id;

	if (!cli_number("ID", c->arg[0], &id, e)
		|| !job_cancel(&c->core, &c->actor, id, &j, e))
		return false;
	job_write_json(&c->json, NULL, &j);
	return true;
}

static bool
wait_for(struct cli *c, struct err *e)
{
	const char *timeout = cli_opt(c, "timeout");
	uint64_t id, timeout_s = 600;

	return cli_number("ID", c->arg[0], &id, e)
		&& (!timeout || cli_number("--timeout", timeout, &timeout_s, e))
		&& cli_await_job(c, id, timeout_s, e);
}

static bool
undo(struct cli *c, struct err *e)
{
	struct revision_range range = { .from_us = TIME_NONE,
		.to_us = TIME_NONE };

	return cli_number("ID", c->arg[0], &range.job_id, e)
		&& cli_undo_range(c, &range, e);
}

/* clang-format off */
const struct cli_command cli_job_commands[] = {
	{ "job", "list", NULL, "list jobs, newest first", list_options,
		"id,kind,state,subject,done,total,failed,created_at",
		CLI_DB, list },
	{ "job", "show", "ID", "show a job and its errors",
		NULL, NULL, CLI_DB, show },
	{ "job", "cancel", "ID", "ask a job to stop",
		NULL, NULL, CLI_DB, cancel },
	{ "job", "wait", "ID", "wait until a job has ended",
		wait_options, NULL, CLI_DB, wait_for },
	{ "job", "undo", "ID", "take back everything that a job changed",
		cli_undo_options, NULL, CLI_DB, undo },
	{ 0 },
};
/* clang-format on */
