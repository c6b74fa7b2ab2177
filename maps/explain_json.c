/*
 * The names of explain, and its answer as JSON.
 */
#include "maps/explain.h"

#include <string.h>

#include "base/timeutil.h"

const char *
explain_stage_name(enum explain_stage stage)
{
	static const char *const names[EXPLAIN_STAGES] = {
		[EXPLAIN_CLIENT] = "client",
		[EXPLAIN_HELO] = "helo",
		[EXPLAIN_SENDER] = "sender",
		[EXPLAIN_RECIPIENT] = "recipient",
		[EXPLAIN_DOMAIN] = "domain",
		[EXPLAIN_ALIAS] = "alias",
		[EXPLAIN_TRANSPORT] = "transport",
		[EXPLAIN_DELIVER] = "deliver",
	};
	return names[stage];
}

const char *
explain_what_name(enum explain_what what)
{
	static const char *const names[EXPLAIN_WHATS] = {
		[EXPLAIN_CONTINUE] = "continue",
		[EXPLAIN_ACCEPT] = "accept",
		[EXPLAIN_REFUSE] = "refuse",
		[EXPLAIN_DEFER] = "defer",
		[EXPLAIN_DELIVERED] = "deliver",
	};
	return names[what];
}

char
explain_key_kind(const struct explain_step *s)
{
	if (!s->map || !s->key || s->key[0] == '\0')
		return 0;
	if (strcmp(s->map, "whitelist") == 0)
		return 'w';
	return strchr(s->key, '@') ? 'a' : 'd';
}

/* As in the text copy of the map: `key value`. */
static void
write_line(struct jsonw *w, const struct explain_step *s)
{
	char text[1200];
	struct str out = STR_FIXED(text);
	if (!s->line) {
		jsonw_null(w, "line");
		return;
	}
	str_addf(&out, "%s ", s->key);
	const size_t room = sizeof(text) - out.len - 8;
	const size_t len = strlen(s->line);
	if (len <= room) {
		str_add(&out, s->line);
	} else {
		str_add_n(&out, s->line, room);
		str_add(&out, " ...");
	}
	jsonw_str(w, "line", text);
}

static void
write_reply(struct jsonw *w, unsigned code, const char *reply)
{
	if (code)
		jsonw_uint(w, "code", code);
	else
		jsonw_null(w, "code");
	jsonw_str(w, "reply", reply);
}

static void
write_step(struct jsonw *w, const struct explain_step *s)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "stage", explain_stage_name(s->stage));
	jsonw_str(w, "text_code", s->text_code);
	jsonw_str(w, "subject", s->subject);
	jsonw_str(w, "map", s->map);
	jsonw_str(w, "key", s->key);
	write_line(w, s);
	if (s->serial)
		jsonw_uint(w, "serial", s->serial);
	else
		jsonw_null(w, "serial");
	jsonw_str(w, "actor_name", s->actor_name);
	jsonw_str(w, "action", s->action);
	jsonw_time(w, "at", s->at_us);
	jsonw_str(w, "result", explain_what_name(s->what));
	write_reply(w, s->code, s->reply);
	jsonw_end(w);
}

static void
write_outcome(struct jsonw *w, const struct explain *x)
{
	jsonw_object(w, "outcome");
	jsonw_str(w, "result", explain_what_name(x->what));
	write_reply(w, x->code, x->reply);
	jsonw_array(w, "deliver");
	for (size_t i = 0; i < x->delivers; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "address", x->deliver[i].address);
		jsonw_str(w, "via", x->deliver[i].via);
		jsonw_str(w, "result", explain_what_name(x->deliver[i].what));
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_uint(w, "deliver_count", x->deliver_count);
	jsonw_end(w);
}

void
explain_write_members(struct jsonw *w, const struct explain *x)
{
	jsonw_array(w, "steps");
	for (size_t i = 0; i < x->steps; i++)
		write_step(w, &x->step[i]);
	jsonw_end(w);
	write_outcome(w, x);
	jsonw_bool(w, "is_cut", x->is_cut);
}
