/* `postroom revision`: who changed what, and the way back. */
#include <string.h>

#include "base/timeutil.h"
#include "cli/export.h"
#include "cli/undo.h"
#include "core/audit_export.h"

enum { CHANGES_AT_ONCE = 500 };

static const struct cli_option list_options[] = {
	{ "noun", CLI_WORD, "NOUN",
		"domain, mailbox, alias, whitelist, admin, node or setting",
		NULL },
	{ "id", CLI_WORD, "N", "of one object of that noun", NULL },
	{ "domain-id", CLI_WORD, "N", "only of this domain", NULL },
	{ "admin-id", CLI_WORD, "N", "only by this admin", NULL },
	{ "by", CLI_WORD, "NAME", "only by whoever has this name", NULL },
	{ "job", CLI_WORD, "N", "only of this job", NULL },
	{ "action", CLI_WORD, "ACTION", "only this, as mailbox.update", NULL },
	{ "from", CLI_WORD, "TIME", "not before", NULL },
	{ "to", CLI_WORD, "TIME", "before", NULL },
	CLI_LIST_OPTIONS,
	{ 0 },
};

static const struct cli_option export_options[] = {
	{ "format", CLI_WORD, "FORMAT", "csv, or jsonl: an object a line",
		NULL },
	{ "noun", CLI_WORD, "NOUN", "as revision list takes it", NULL },
	{ "id", CLI_WORD, "N", "of one object of that noun", NULL },
	{ "domain-id", CLI_WORD, "N", "only of this domain", NULL },
	{ "admin-id", CLI_WORD, "N", "only by this admin", NULL },
	{ "by", CLI_WORD, "NAME", "only by whoever has this name", NULL },
	{ "job", CLI_WORD, "N", "only of this job", NULL },
	{ "action", CLI_WORD, "ACTION", "only this, as mailbox.update", NULL },
	{ "from", CLI_WORD, "TIME", "not before", NULL },
	{ "to", CLI_WORD, "TIME", "before", NULL },
	{ "search", CLI_TEXT, "TEXT", "what a name begins with", NULL },
	{ "output", CLI_TEXT, "FILE", "into a file of mode 0600", NULL },
	{ 0 },
};

static const struct cli_option undo_options[] = {
	{ "by", CLI_WORD, "NAME", "of this person, with --from and --to",
		NULL },
	{ "from", CLI_WORD, "TIME", "not before", NULL },
	{ "to", CLI_WORD, "TIME", "before; now if it is missing", NULL },
	CLI_UNDO_OPTIONS,
	{ 0 },
};

static void
write_id(struct jsonw *w, const char *key, uint64_t id)
{
	if (id == 0)
		jsonw_null(w, key);
	else
		jsonw_uint(w, key, id);
}

static void
write_revision(struct jsonw *w, const struct revision *r)
{
	jsonw_uint(w, "serial", r->serial);
	jsonw_time(w, "created_at", r->created_us);
	jsonw_str(w, "action", r->action);
	jsonw_str(w, "subject", r->has_first ? r->first.subject : "");
	jsonw_str(w, "by", r->actor_name);
	jsonw_str(w, "by_kind", actor_kind_name(r->actor_kind));
	jsonw_str(w, "client", r->client);
	jsonw_str(w, "request_id", r->request_id);
	jsonw_int(w, "change_count", r->change_count);
	write_id(w, "undoes", r->undoes);
	write_id(w, "undone_by", r->undone_by);
	write_id(w, "job_id", r->job_id);
	jsonw_str(w, "note", r->note);
}

static bool
list_page(struct cli *c, void *query, struct list_page *page_r, struct err *e)
{
	struct revision *items;

	if (!revision_list(&c->core, &c->actor, query, &items, page_r, e))
		return false;
	for (size_t i = 0; i < page_r->n; i++) {
		jsonw_object(&c->json, NULL);
		write_revision(&c->json, &items[i]);
		jsonw_end(&c->json);
	}
	return true;
}

static bool
read_filter(struct cli *c, struct revision_query *q, struct err *e)
{
	const struct {
		const char *name;
		uint64_t *value;
	} ids[] = {
		{ "id", &q->noun_id },
		{ "domain-id", &q->domain_id },
		{ "admin-id", &q->range.admin_id },
		{ "job", &q->range.job_id },
	};
	const char *from = cli_opt(c, "from"), *to = cli_opt(c, "to");

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		const char *text = cli_opt(c, ids[i].name);

		if (text && !cli_number(ids[i].name, text, ids[i].value, e))
			return false;
	}
	return (from == NULL || time_parse(from, &q->range.from_us, e))
		&& (to == NULL || time_parse(to, &q->range.to_us, e));
}

static bool
query_of(struct cli *c, struct revision_query *q, struct err *e)
{
	*q = (struct revision_query){
		.noun = cli_opt(c, "noun"),
		.range = { .actor = cli_opt(c, "by"),
			.from_us = TIME_NONE,
			.to_us = TIME_NONE },
		.action = cli_opt(c, "action"),
		.prefix = cli_opt(c, "search"),
	};
	return read_filter(c, q, e);
}

static bool
list(struct cli *c, struct err *e)
{
	struct revision_query q;

	return query_of(c, &q, e) && cli_list(c, list_page, &q, &q.list, e);
}

static bool
export_log(struct cli *c, struct err *e)
{
	const char *format = cli_opt(c, "format");
	enum audit_format as = AUDIT_CSV;
	struct revision_query q;
	struct flow flow;

	if (format && strcmp(format, "jsonl") == 0)
		as = AUDIT_JSON_LINES;
	else if (format && strcmp(format, "csv") != 0)
		return err_set(e, ERR_SYNTAX, "--format", "not_a_choice",
			format, "the format is csv or jsonl");
	return query_of(c, &q, e)
		&& audit_export_open(&c->core, &c->actor, &q, as, &flow, e)
		&& cli_pour(c, &flow, e);
}

static void
write_change(struct jsonw *w, const struct change *ch)
{
	jsonw_object(w, NULL);
	jsonw_uint(w, "seq", ch->seq);
	jsonw_str(w, "op", change_op_name(ch->op));
	jsonw_str(w, "noun", ch->noun);
	jsonw_uint(w, "noun_id", ch->noun_id);
	jsonw_str(w, "subject", ch->subject);
	jsonw_raw(w, "before", ch->before);
	jsonw_raw(w, "after", ch->after);
	jsonw_end(w);
}

static bool
show(struct cli *c, struct err *e)
{
	struct revision r;
	struct change *items;
	uint64_t serial, next = 0;
	size_t n;

	if (!cli_number("SERIAL", c->arg[0], &serial, e)
		|| !revision_get(&c->core, &c->actor, serial, &r, e)
		|| !revision_changes(&c->core, &c->actor, serial, 0,
			CHANGES_AT_ONCE, &items, &n, &next, e))
		return false;
	jsonw_object(&c->json, NULL);
	write_revision(&c->json, &r);
	jsonw_array(&c->json, "changes");
	for (size_t i = 0; i < n; i++)
		write_change(&c->json, &items[i]);
	jsonw_end(&c->json);
	jsonw_bool(&c->json, "has_more", next != 0);
	jsonw_end(&c->json);
	return true;
}

static bool
undo_one(struct cli *c, uint64_t serial, struct err *e)
{
	uint64_t made;

	if (!revision_undo(
		    &c->core, &c->actor, serial, cli_opt(c, "note"), &made, e))
		return false;
	jsonw_object(&c->json, NULL);
	jsonw_uint(&c->json, "undoes", serial);
	jsonw_uint(&c->json, "serial", made);
	jsonw_end(&c->json);
	return true;
}

/* `A..B` */
static bool
undo_serials(struct cli *c, const char *dots, struct err *e)
{
	struct revision_range range = { .from_us = TIME_NONE,
		.to_us = TIME_NONE };
	char *first = arena_strdup(c->arena, c->arg[0]);

	if (!first)
		return err_memory(e);
	first[dots - c->arg[0]] = '\0';
	return cli_number("SERIAL", first, &range.from_serial, e)
		&& cli_number("SERIAL", dots + 2, &range.to_serial, e)
		&& cli_undo_range(c, &range, e);
}

static bool
undo_person(struct cli *c, struct err *e)
{
	const char *from = cli_opt(c, "from"), *to = cli_opt(c, "to");
	struct revision_range range = { .actor = cli_opt(c, "by"),
		.from_us = TIME_NONE,
		.to_us = c->core.now() };

	return (from == NULL || time_parse(from, &range.from_us, e))
		&& (to == NULL || time_parse(to, &range.to_us, e))
		&& cli_undo_range(c, &range, e);
}

static bool
undo(struct cli *c, struct err *e)
{
	const char *dots = c->n_args ? strstr(c->arg[0], "..") : NULL;
	uint64_t serial;

	if (c->n_args == 0)
		return undo_person(c, e);
	if (dots)
		return undo_serials(c, dots, e);
	return cli_number("SERIAL", c->arg[0], &serial, e)
		&& undo_one(c, serial, e);
}

/* clang-format off */
const struct cli_command cli_revision_commands[] = {
	{ "revision", "list", NULL, "list what was changed, newest first",
		list_options, "serial,created_at,action,subject,by,undone_by",
		CLI_DB, list },
	{ "revision", "show", "SERIAL", "show a revision and its changes",
		NULL, NULL, CLI_DB, show },
	{ "revision", "export", NULL, "the log as CSV or JSON lines",
		export_options, NULL, CLI_DB, export_log },
	{ "revision", "undo", "[SERIAL]",
		"undo a revision, those from A..B, or a person's",
		undo_options, NULL, CLI_WRITE, undo },
	{ 0 },
};
/* clang-format on */
