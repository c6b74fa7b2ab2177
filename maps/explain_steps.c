/*
 * Steps, look-ups as Postfix makes them, and where resolve(8) sends mail.
 */
#include "maps/explain_internal.h"

#include <stdarg.h>
#include <string.h>

#include "base/str.h"
#include "base/timeutil.h"
#include "base/utf8.h"
#include "maps/account.h"

/* smtpd cuts a reply at 510 bytes, the code and its blank included. */
#define REPLY_MAX (510 - 4)

static void
no_memory(struct explain_run *r)
{
	r->has_failed = true;
	(void)err_memory(r->e);
}

const char *
explain_text(struct explain_run *r, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	char *s = arena_vprintf(r->arena, fmt, args);
	va_end(args);
	if (!s) {
		no_memory(r);
		return "";
	}
	if (strlen(s) > REPLY_MAX) {
		s[REPLY_MAX] = '\0';
		for (size_t i = 0, n; i < REPLY_MAX; i += n ? n : 1) {
			n = utf8_next(s + i, REPLY_MAX - i, &(uint32_t){ 0 });
			if (n == 0)
				s[i] = ' ';
		}
	}
	return s;
}

struct explain_step *
explain_add(struct explain_run *r, enum explain_stage stage,
	const char *text_code, const char *subject, enum explain_what what)
{
	struct explain *x = r->out;
	if (r->has_failed)
		return NULL;
	if (x->steps == EXPLAIN_STEPS_MAX) {
		x->is_cut = true;
		return NULL;
	}
	if (x->steps == x->step_cap) {
		const size_t cap = x->step_cap ? x->step_cap * 2 : 16;
		struct explain_step *p = arena_grow(r->arena, x->step,
			x->step_cap * sizeof(*p), cap * sizeof(*p));
		if (!p) {
			no_memory(r);
			return NULL;
		}
		x->step = p;
		x->step_cap = cap;
	}
	struct explain_step *s = &x->step[x->steps++];
	*s = (struct explain_step){ .stage = stage,
		.text_code = text_code,
		.subject = subject,
		.what = what,
		.at_us = TIME_NONE };
	return s;
}

/* Of an account only the home is told. */
static const char *
home_of(struct explain_run *r, const char *value)
{
	char buf[ACCOUNT_VALUE_MAX];
	struct account a;
	const char *home = NULL;
	if (account_split(value, buf, &a))
		home = arena_strdup(r->arena, a.field[ACCOUNT_HOME]);
	explicit_bzero(buf, sizeof(buf));
	return home;
}

void
explain_add_line(struct explain_run *r, struct explain_step *s,
	const struct explain_line *l)
{
	s->map = map_name(l->map);
	s->key = l->key;
	s->line = l->value && l->map == MAP_ACCOUNTS ? home_of(r, l->value)
						     : l->value;
}

static bool
ask(struct explain_run *r, const char *key, struct explain_line *l)
{
	if (r->has_failed || key[0] == '\0')
		return false;
	if (!r->config->lookup(r->config->ctx, l->map, key, &l->value, r->e)) {
		r->has_failed = true;
		return false;
	}
	if (!l->value)
		return false;
	l->key = explain_text(r, "%s", key);
	return !r->has_failed;
}

/* The domain, then .parents (parent_domain_matches_subdomains is empty). */
static bool
ask_domain(struct explain_run *r, const char *domain, struct explain_line *l)
{
	for (const char *d = domain; d && *d; d = strchr(d + 1, '.'))
		if (ask(r, d, l))
			return true;
	return false;
}

bool
explain_find(struct explain_run *r, enum map_id map, const char *address,
	enum explain_find how, struct explain_line *found, const char **ext_r)
{
	char base[sizeof(r->sender.address)], user[sizeof(base)];
	const char *ext = NULL, *at = strrchr(address, '@');
	size_t ext_len = 0;
	const bool has_ext =
		envelope_base(address, base, sizeof(base), &ext, &ext_len);
	*found = (struct explain_line){ .map = map };
	if (ext_r)
		*ext_r = NULL;
	if (ask(r, address, found))
		return true;
	if (has_ext && ask(r, base, found)) {
		if (ext_r)
			*ext_r = explain_text(r, "%.*s", (int)ext_len, ext);
		return true;
	}
	if (!at)
		goto missing;
	if (how == FIND_CATCH_ALL && at[1] && ask(r, at, found))
		return true;
	if (how >= FIND_DOMAIN && ask_domain(r, at + 1, found))
		return true;
	if (how == FIND_ACCESS) {
		if (str_copy_n(user, sizeof(user), address,
			    (size_t)(at + 1 - address))
			&& ask(r, user, found))
			return true;
		at = has_ext ? strrchr(base, '@') : NULL;
		if (at
			&& str_copy_n(user, sizeof(user), base,
				(size_t)(at + 1 - base))
			&& ask(r, user, found))
			return true;
	}
missing:
	found->key = explain_text(r, "%s", has_ext ? base : address);
	return false;
}

/* `channel:nexthop`, split at the first colon. */
static void
split_transport(struct explain_run *r, const char *text, const char **channel_r,
	const char **nexthop_r)
{
	const size_t n = strcspn(text, ":");
	*channel_r = explain_text(r, "%.*s", (int)n, text);
	*nexthop_r = text[n] ? text + n + 1 : "";
}

/* update_entry of transport(5). */
static void
apply_transport(
	struct explain_run *r, const char *domain, struct explain_route *out)
{
	const char *channel, *nexthop;
	split_transport(r, out->line.value, &channel, &nexthop);
	if (channel[0] == '\0') {
		if (nexthop[0] != '\0')
			out->nexthop = nexthop;
		return;
	}
	out->channel = channel;
	if (nexthop[0] != '\0')
		out->nexthop = nexthop;
	else if (strcmp(channel, "error") == 0 || strcmp(channel, "retry") == 0)
		out->nexthop = "Address is undeliverable";
	else
		out->nexthop = explain_text(r, "%s", domain);
}

bool
explain_route(struct explain_run *r, const struct envelope *x,
	struct explain_route *out)
{
	const struct explain_config *c = r->config;
	*out = (struct explain_route){ .domain = { .map = MAP_DOMAINS } };
	if (x->is_own) {
		out->class = CLASS_OWN_HOST;
		out->channel = "error";
		out->nexthop = "5.1.1 no local delivery";
	} else if (ask(r, x->domain, &out->domain)) {
		out->class = CLASS_HOSTED;
		split_transport(
			r, c->virtual_transport, &out->channel, &out->nexthop);
		if (out->nexthop[0] == '\0')
			out->nexthop = explain_text(r, "%s", x->domain);
	} else {
		out->class = CLASS_ELSEWHERE;
		out->domain.key = explain_text(r, "%s", x->domain);
		out->channel = "smtp";
		out->nexthop = explain_text(r, "%s", x->domain);
	}
	if (explain_find(r, MAP_TRANSPORT, x->address, FIND_DOMAIN, &out->line,
		    NULL))
		apply_transport(r, x->domain, out);
	return !r->has_failed;
}
