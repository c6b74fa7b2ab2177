/*
 * The verb `settings`: what is in effect in Postfix and Dovecot, and whether
 * it is what Postroom depends on.
 */
#include "mta/requests.h"

#include "mta/rootd_client.h"
#include "mta/settings.h"

#define ARENA_BYTES ((size_t)32 << 20)

static bool
ask(const struct conf *conf, enum root_verb verb, struct arena *a,
	const char **text_r, struct err *e)
{
	struct str s = str_in(a, 64 << 10);
	const bool ok = rootd_ask(conf->rootd.listen, verb, NULL, &s, e);
	*text_r = str_text(&s);
	return ok;
}

static void
write_setting(struct jsonw *w, const struct setting_found *f)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "program",
		f->program == SETTING_POSTFIX ? "postfix" : "dovecot");
	jsonw_str(w, "service", f->service);
	jsonw_str(w, "name", f->name);
	jsonw_str(w, "value", f->value);
	jsonw_str(w, "expected", f->expected);
	jsonw_str(w, "state",
		f->differs            ? "differs"
			: f->expected ? "ok"
				      : "told");
	jsonw_str(w, "why", f->why);
	jsonw_str(w, "file", f->file);
	if (f->line)
		jsonw_uint(w, "line", f->line);
	else
		jsonw_null(w, "line");
	jsonw_end(w);
}

static bool
answer(struct request *q, struct arena *a, struct err *e)
{
	const struct conf *conf = q->node->conf;
	struct setting_texts t = { .dovecot = "" };
	struct setting_list l;
	if (!ask(conf, ROOT_POSTFIX_SETTINGS, a, &t.main, e)
		|| !ask(conf, ROOT_POSTFIX_SERVICES, a, &t.master, e)
		|| (conf->node.role == NODE_MAILBOX
			&& !ask(conf, ROOT_DOVECOT_SETTINGS, a, &t.dovecot, e))
		|| !settings_judge(conf, &t, a, &l, e))
		return false;
	jsonw_array(q->out, "items");
	for (size_t i = 0; i < l.n; i++)
		write_setting(q->out, &l.item[i]);
	jsonw_end(q->out);
	jsonw_uint(q->out, "differing", l.differing);
	return true;
}

bool
request_settings(struct request *q, struct err *e)
{
	struct arena *a = arena_new(ARENA_BYTES);
	if (!a)
		return err_memory(e);
	const bool ok = answer(q, a, e);
	arena_free(&a);
	return ok;
}
