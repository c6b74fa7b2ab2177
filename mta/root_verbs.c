/*
 * The verb table and the grammar of its arguments.
 */
#include "mta/root_verbs.h"

#include <string.h>

#include "base/addr.h"
#include "base/domain.h"
#include "base/str.h"
#include "mta/settings.h"

#define POSTFIX "/usr/sbin/postfix"
#define POSTQUEUE "/usr/sbin/postqueue"
#define POSTSUPER "/usr/sbin/postsuper"
#define POSTCAT "/usr/sbin/postcat"
#define POSTCONF "/usr/sbin/postconf"
#define DOVEADM "/usr/bin/doveadm"
#define DOVECONF "/usr/bin/doveconf"

/* Of an error's own words. */
#define SHORT ((size_t)2000)

enum config { POSTFIX_CONFIG, DOVECOT_CONFIG };

/*
 * A login as Dovecot knows it, or `*@domain` for everybody of a domain. No
 * other wildcard, no blank, no leading hyphen that would read as an option.
 */
static bool
is_login(const char *s)
{
	char out[ADDR_SIZE];
	struct err e = ERR_EMPTY;
	if (s[0] == '*' && s[1] == '@')
		return domain_check(s + 2, out, sizeof(out), &e)
			&& strcmp(s + 2, out) == 0;
	return s[0] != '-' && addr_check_mailbox(s, out, sizeof(out), &e)
		&& strcmp(s, out) == 0;
}

/*
 * A queue id, short or long (postconf(5), enable_long_queue_ids): six letters
 * and digits at least, so that postsuper(1) never sees its word ALL.
 */
static bool
is_queue_id(const char *s)
{
	const size_t n = strspn(s,
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz");
	return s[n] == '\0' && n >= 6 && n <= 32;
}

static bool
is_domain(const char *s)
{
	char out[DOMAIN_SIZE];
	struct err e = ERR_EMPTY;
	return domain_check(s, out, sizeof(out), &e) && strcmp(s, out) == 0;
}

/* `NAME=NUMBER UNIT` of the two settings that say how long mail waits. */
static bool
is_lifetime(const char *s)
{
	static const char *const names[] = { "maximal_queue_lifetime=",
		"bounce_queue_lifetime=" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const size_t n = strlen(names[i]);
		if (strncmp(s, names[i], n) != 0)
			continue;
		const size_t digits = strspn(s + n, "0123456789");
		return digits >= 1 && digits <= 8
			&& (s[n + digits] == '\0'
				|| (strchr("smhdw", s[n + digits])
					&& s[n + digits + 1] == '\0'));
	}
	return false;
}

static const struct verb {
	const char *name;
	const char *program;
	enum config config;
	const char *words[3];
	bool (*is_argument)(const char *s); /* NULL: takes none */
	int timeout_ms;
	struct root_rate rate;
	size_t output_max; /* 0: SHORT */
	bool has_names;    /* those of the settings that Postroom depends on */
} verbs[ROOT_VERBS] = {
	[ROOT_RELOAD_POSTFIX] = { "reload-postfix", POSTFIX, POSTFIX_CONFIG,
		{ "reload" }, NULL, 15000, { 40, 500 } },
	[ROOT_RELOAD_DOVECOT] = { "reload-dovecot", DOVEADM, DOVECOT_CONFIG,
		{ "reload" }, NULL, 15000, { 5, 5000 } },
	[ROOT_END_SESSIONS] = { "end-sessions", DOVEADM, DOVECOT_CONFIG,
		{ "kick" }, is_login, 5000, { 2000, 20 } },
	[ROOT_QUEUE_LIST] = { "queue-list", POSTQUEUE, POSTFIX_CONFIG, { "-j" },
		NULL, 15000, { 20, 500 }, ROOT_OUTPUT_MAX },
	[ROOT_QUEUE_FLUSH] = { "queue-flush", POSTQUEUE, POSTFIX_CONFIG,
		{ "-f" }, NULL, 15000, { 5, 5000 } },
	[ROOT_QUEUE_FLUSH_DOMAIN] = { "queue-flush-domain", POSTQUEUE,
		POSTFIX_CONFIG, { "-s" }, is_domain, 15000, { 20, 1000 } },
	[ROOT_QUEUE_FLUSH_MESSAGE] = { "queue-flush-message", POSTQUEUE,
		POSTFIX_CONFIG, { "-i" }, is_queue_id, 15000, { 100, 200 } },
	[ROOT_QUEUE_HOLD] = { "queue-hold", POSTSUPER, POSTFIX_CONFIG, { "-h" },
		is_queue_id, 15000, { 2000, 20 } },
	[ROOT_QUEUE_RELEASE] = { "queue-release", POSTSUPER, POSTFIX_CONFIG,
		{ "-H" }, is_queue_id, 15000, { 2000, 20 } },
	[ROOT_QUEUE_DELETE] = { "queue-delete", POSTSUPER, POSTFIX_CONFIG,
		{ "-d" }, is_queue_id, 15000, { 100, 200 } },
	[ROOT_QUEUE_HEADERS] = { "queue-headers", POSTCAT, POSTFIX_CONFIG,
		{ "-qh" }, is_queue_id, 15000, { 100, 200 }, 64 << 10 },
	[ROOT_LIFETIMES] = { "lifetimes", POSTCONF, POSTFIX_CONFIG,
		{ "-h", "maximal_queue_lifetime", "bounce_queue_lifetime" },
		NULL, 15000, { 20, 500 } },
	[ROOT_SET_LIFETIME] = { "set-lifetime", POSTCONF, POSTFIX_CONFIG,
		{ "-e" }, is_lifetime, 15000, { 10, 1000 } },
	[ROOT_POSTFIX_SETTINGS] = { "postfix-settings", POSTCONF,
		POSTFIX_CONFIG, { "-x" }, NULL, 15000, { 20, 1000 }, 64 << 10,
		true },
	[ROOT_POSTFIX_SERVICES] = { "postfix-services", POSTCONF,
		POSTFIX_CONFIG, { "-x", "-P" }, NULL, 15000, { 20, 1000 },
		64 << 10 },
	[ROOT_DOVECOT_SETTINGS] = { "dovecot-settings", DOVECONF,
		DOVECOT_CONFIG, { NULL }, NULL, 15000, { 20, 1000 }, 64 << 10,
		true },
};

const char *
root_verb_name(enum root_verb verb)
{
	return verbs[verb].name;
}

struct root_rate
root_verb_rate(enum root_verb verb)
{
	return verbs[verb].rate;
}

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

bool
root_request_parse(
	const void *data, size_t n, struct root_request *r, struct err *e)
{
	*r = (struct root_request){ .arg = NULL };
	if (n == 0 || n > ROOT_REQUEST_MAX)
		return err_set(e, ERR_INVALID, "", "bad_request", "",
			"a request has 1 to %d bytes", ROOT_REQUEST_MAX);
	memcpy(r->text, data, n);
	const size_t verb_len = strlen(r->text);
	const struct verb *v = find_verb(r->text);
	if (!v)
		return err_set(e, ERR_INVALID, "", "unknown_verb", r->text,
			"no such verb");
	r->verb = (enum root_verb)(v - verbs);
	if (!v->is_argument) {
		if (verb_len == n)
			return true;
		return err_set(e, ERR_INVALID, "", "bad_argument", "",
			"%s takes no argument", v->name);
	}
	const char *arg = r->text + verb_len + 1;
	if (verb_len + 1 >= n || verb_len + 1 + strlen(arg) != n
		|| !v->is_argument(arg))
		return err_set(e, ERR_INVALID, "", "bad_argument", "",
			"%s: not a valid argument", v->name);
	r->arg = arg;
	return true;
}

void
root_request_command(const struct root_request *r,
	const struct conf_rootd *conf, struct root_command *c)
{
	const struct verb *v = &verbs[r->verb];
	int n = 0;

	*c = (struct root_command){ .timeout_ms = v->timeout_ms,
		.output_max = v->output_max ? v->output_max : SHORT };
	c->argv[n++] = v->program;
	c->argv[n++] = "-c";
	c->argv[n++] = v->config == POSTFIX_CONFIG ? conf->postfix_config
						   : conf->dovecot_config;
	for (size_t i = 0; i < ARRAY_LEN(v->words) && v->words[i]; i++)
		c->argv[n++] = v->words[i];
	if (v->has_names)
		setting_names(v->config == POSTFIX_CONFIG ? SETTING_POSTFIX
							  : SETTING_DOVECOT,
			c->argv, &n, ROOT_ARGV_MAX - 1);
	if (r->arg)
		c->argv[n++] = r->arg;
	c->argv[n] = NULL;
}

bool
root_bucket_take(struct root_bucket *b, struct root_rate rate, int64_t now_ms)
{
	if (b->last_ms == 0)
		b->last_ms = now_ms;
	b->owed_ms -= now_ms - b->last_ms;
	b->last_ms = now_ms;
	if (b->owed_ms < 0)
		b->owed_ms = 0;
	if (b->owed_ms + rate.every_ms > (int64_t)rate.burst * rate.every_ms)
		return false;
	b->owed_ms += rate.every_ms;
	return true;
}
