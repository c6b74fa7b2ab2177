/*
 * The line that goes to syslog, see audit_copy.h.
 */
#include "core/audit_copy.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sock.h"
#include "base/str.h"
#include "base/text.h"
#include "db/log_rows.h"

#define LINE_BYTES 2000
#define PRIORITY (10 * 8 + 6) /* authpriv, info: RFC 5424, 6.2.1 */

static void
field(struct str *line, const char *key, const char *value)
{
	const size_t before = line->len;

	str_add_char(line, ' ');
	str_add(line, key);
	str_add_char(line, '=');
	text_log(line, value ? value : "");
	if (!str_is_ok(line))
		str_cut(line, before);
}

static void
number(struct str *line, const char *key, uint64_t n)
{
	char text[24];

	if (n == 0)
		return;
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	field(line, key, text);
}

/* The first change stands for all; the count tells of more. */
static void
add_first(struct str *line, const struct tx *t)
{
	const struct arg *p = t->change;

	number(line, "changes", t->n_changes);
	if (t->n_changes == 0)
		return;
	field(line, "noun", p[2].s);
	number(line, "noun_id", p[3].u);
	number(line, "domain_id", p[4].kind ? p[4].u : 0);
	field(line, "op", change_op_name((enum change_op)p[5].u));
	field(line, "subject", p[6].s);
}

void
audit_copy(const struct tx *t)
{
	const char *path = t->c->conf->audit.syslog;
	const struct actor *a = t->a;
	char buf[LINE_BYTES];
	struct str line = STR_FIXED(buf);

	if (!path[0] || access(path, F_OK) != 0)
		return;
	str_addf(&line, "<%d>postroom-audit[%ld]:", PRIORITY, (long)getpid());
	number(&line, "serial", t->serial);
	field(&line, "action", t->action);
	field(&line, "actor_kind", actor_kind_name(a->kind));
	field(&line, "actor", a->name);
	field(&line, "client", a->client);
	field(&line, "request", a->request_id);
	number(&line, "job", t->job_id ? t->job_id : a->job_id);
	number(&line, "undoes", t->undoes);
	add_first(&line, t);
	field(&line, "note", a->note);
	if (!sock_tell(path, line.data, line.len))
		log_warn("syslog did not take revision %llu",
			(unsigned long long)t->serial);
}
