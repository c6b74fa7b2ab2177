/*
 * The table, and judging what the programs say of it.
 */
#include "mta/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"

#define POSTFIX(name, expected, why)                                           \
	{                                                                      \
		SETTING_POSTFIX, false, name, expected, why                    \
	}
#define SUBMISSION(name, expected, why)                                        \
	{                                                                      \
		SETTING_POSTFIX, true, name, expected, why                     \
	}
#define DOVECOT(name, expected, why)                                           \
	{                                                                      \
		SETTING_DOVECOT, false, name, expected, why                    \
	}

/* As etc/postfix/main.cf.in, master.cf.in and etc/dovecot-2.3 have them. */
const struct setting settings[] = {
	POSTFIX("myhostname", NULL, "told"),
	POSTFIX("myorigin", NULL, "told"),
	POSTFIX("relayhost", NULL, "told"),
	POSTFIX("maximal_queue_lifetime", NULL, "told"),
	POSTFIX("bounce_queue_lifetime", NULL, "told"),
	POSTFIX("message_size_limit", NULL, "told"),
	POSTFIX("mydestination", "", "identity"),
	POSTFIX("append_dot_mydomain", "no", "identity"),
	POSTFIX("virtual_mailbox_domains", "lmdb:@MAPS@/domains", "recipients"),
	POSTFIX("virtual_mailbox_maps", "lmdb:@MAPS@/mailboxes", "recipients"),
	POSTFIX("virtual_alias_domains", "", "recipients"),
	POSTFIX("virtual_alias_maps", "lmdb:@MAPS@/aliases", "recipients"),
	POSTFIX("virtual_alias_expansion_limit", "10000", "recipients"),
	POSTFIX("canonical_maps", "", "recipients"),
	POSTFIX("recipient_canonical_maps", "", "recipients"),
	POSTFIX("relocated_maps", "", "recipients"),
	POSTFIX("recipient_delimiter", "+", "recipients"),
	POSTFIX("propagate_unmatched_extensions", "canonical virtual",
		"recipients"),
	POSTFIX("parent_domain_matches_subdomains", "", "recipients"),
	POSTFIX("relay_domains", "", "routing"),
	POSTFIX("transport_maps", "lmdb:@MAPS@/transport", "routing"),
	POSTFIX("virtual_transport", "@TRANSPORT@", "routing"),
	POSTFIX("local_transport", "error:5.1.1 no local delivery", "routing"),
	POSTFIX("mynetworks",
		"127.0.0.1/32 [::1]/128 cidr:@MAPS@/whitelist.cidr", "relay"),
	POSTFIX("smtpd_relay_restrictions",
		"permit_mynetworks permit_sasl_authenticated "
		"check_client_access pipemap:{static:255.255.255.255 "
		"cidr:@MAPS@/whitelist.cidr} defer_unauth_destination",
		"relay"),
	POSTFIX("smtpd_relay_before_recipient_restrictions", "yes", "relay"),
	POSTFIX("smtpd_delay_reject", "yes", "relay"),
	POSTFIX("smtpd_client_restrictions", "", "relay"),
	POSTFIX("smtpd_helo_restrictions", "", "relay"),
	POSTFIX("smtpd_sender_restrictions", "", "relay"),
	POSTFIX("smtpd_recipient_restrictions",
		"check_recipient_access lmdb:@MAPS@/refuse "
		"reject_non_fqdn_recipient reject_unlisted_recipient "
		"check_policy_service { unix:private/quota-status "
		"default_action=DUNNO timeout=5s }",
		"relay"),
	POSTFIX("smtpd_helo_required", "yes", "syntax"),
	POSTFIX("strict_rfc821_envelopes", "yes", "syntax"),
	POSTFIX("allow_min_user", "no", "syntax"),
	POSTFIX("smtpd_sender_login_maps", "lmdb:@MAPS@/sender_login",
		"sign_in"),
	POSTFIX("smtpd_sasl_type", "dovecot", "sign_in"),
	POSTFIX("smtpd_sasl_path", "private/auth", "sign_in"),
	POSTFIX("smtpd_sasl_auth_enable", "no", "sign_in"),
	POSTFIX("smtpd_tls_auth_only", "yes", "sign_in"),
	POSTFIX("lmtp_delivery_status_filter", "*/postroom-lmtp-dsn",
		"delivery"),
	SUBMISSION("smtpd_sasl_auth_enable", "yes", "sign_in"),
	SUBMISSION("smtpd_client_restrictions", "", "sign_in"),
	SUBMISSION("smtpd_helo_restrictions", "", "sign_in"),
	SUBMISSION("smtpd_sender_restrictions", "reject_sender_login_mismatch",
		"sign_in"),
	SUBMISSION("smtpd_relay_restrictions",
		"permit_sasl_authenticated reject", "relay"),
	SUBMISSION("smtpd_recipient_restrictions",
		"check_recipient_access lmdb:@MAPS@/refuse "
		"reject_non_fqdn_recipient reject_unlisted_recipient "
		"permit_sasl_authenticated reject",
		"relay"),
	DOVECOT("protocols", NULL, "told"),
	DOVECOT("ssl", NULL, "told"),
	DOVECOT("mail_location", NULL, "told"),
	DOVECOT("plugin/quota_grace", NULL, "told"),
	DOVECOT("auth_username_format", "%Lu", "sign_in"),
	DOVECOT("auth_cache_size", "0", "sign_in"),
	DOVECOT("disable_plaintext_auth", "yes", "sign_in"),
	DOVECOT("recipient_delimiter", "+", "delivery"),
	DOVECOT("passdb/driver", "sql", "users"),
	DOVECOT("passdb/result_internalfail", "continue", "users"),
	DOVECOT("userdb/driver", "sql", "users"),
	DOVECOT("service/auth-worker/user", "postroom-map", "users"),
	DOVECOT("plugin/quota_status_success", "DUNNO", "delivery"),
	DOVECOT("plugin/quota_status_nouser", "DUNNO", "delivery"),
	DOVECOT("plugin/quota_status_overquota", "552 5.2.2 Mailbox is full",
		"delivery"),
};
const size_t setting_count = ARRAY_LEN(settings);

/* doveconf(1) is asked for whole blocks of users. */
static const char *
asked_name(const struct setting *s)
{
	if (strncmp(s->name, "passdb/", 7) == 0)
		return "passdb";
	if (strncmp(s->name, "userdb/", 7) == 0)
		return "userdb";
	return s->name;
}

void
setting_names(enum setting_program program, const char **argv, int *n, int most)
{
	const int first = *n;
	for (size_t i = 0; i < setting_count && *n < most; i++) {
		bool is_new = settings[i].program == program
			&& !settings[i].is_submission;
		const char *name = asked_name(&settings[i]);
		for (int k = first; k < *n && is_new; k++)
			is_new = strcmp(argv[k], name) != 0;
		if (is_new)
			argv[(*n)++] = name;
	}
}

/* Blanks and commas as one blank, none at the ends. */
static const char *
plain(struct arena *a, const char *text)
{
	char *out = arena_strdup(a, text), *to = out;
	if (!out)
		return NULL;
	for (const char *p = text; *p; p++) {
		const bool is_gap = strchr(" \t,", *p) != NULL;
		if (!is_gap)
			*to++ = *p;
		else if (to > out && to[-1] != ' ')
			*to++ = ' ';
	}
	if (to > out && to[-1] == ' ')
		to--;
	*to = '\0';
	return out;
}

static const char *
filled(struct arena *a, const struct conf_node *c, const char *expected)
{
	const char *maps = strstr(expected, "@MAPS@");
	if (strcmp(expected, "@TRANSPORT@") == 0)
		return c->virtual_transport;
	if (!maps)
		return expected;
	return arena_printf(a, "%.*s%s%s", (int)(maps - expected), expected,
		c->postfix_maps, maps + 6);
}

static bool
is_as_expected(const char *value, const char *expected)
{
	const size_t n = strlen(value);
	if (expected[0] != '*')
		return strcmp(value, expected) == 0;
	const size_t tail = strlen(expected + 1);
	return n >= tail && strcmp(value + n - tail, expected + 1) == 0;
}

struct judge {
	const struct conf *conf;
	struct arena *arena;
	struct setting_list *out;
	const char *main_cf, *master_cf; /* their texts, "" where unread */
	const char *main_path, *master_path;
	struct err *e;
};

static void
find_place(struct judge *j, struct setting_found *f)
{
	if (f->program == SETTING_DOVECOT) {
		setting_dovecot_line(j->conf->rootd.dovecot_config, f->name,
			j->arena, &f->file, &f->line);
		return;
	}
	f->line = f->service
		? setting_master_line(j->master_cf, f->service, f->name)
		: setting_main_line(j->main_cf, f->name);
	if (f->line > 0)
		f->file = f->service ? j->master_path : j->main_path;
}

static bool
add(struct judge *j, const struct setting *s, const char *service,
	const char *value)
{
	struct setting_list *l = j->out;
	if (l->n == l->cap) {
		const size_t cap = l->cap ? l->cap * 2 : 64;
		struct setting_found *p = arena_grow(j->arena, l->item,
			l->cap * sizeof(*p), cap * sizeof(*p));
		if (!p)
			return err_memory(j->e);
		l->item = p;
		l->cap = cap;
	}
	struct setting_found *f = &l->item[l->n++];
	*f = (struct setting_found){ .program = s->program,
		.service = service,
		.name = s->name,
		.value = value,
		.why = s->why };
	const bool is_judged =
		s->expected && j->conf->node.role == NODE_MAILBOX;
	if (is_judged) {
		f->expected = filled(j->arena, &j->conf->node, s->expected);
		if (!f->expected)
			return err_memory(j->e);
		const char *is = value ? plain(j->arena, value) : NULL;
		f->differs = !is || !is_as_expected(is, f->expected);
		l->differing += f->differs;
	}
	find_place(j, f);
	return true;
}

/* The value in `name = value` lines, with blocks as `block/name`. */
static bool
value_of(const char *text, const char *name, struct arena *a,
	const char **value_r, struct err *e)
{
	char block[128] = "";
	const size_t len = strlen(name);
	*value_r = NULL;
	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		const size_t n = strcspn(p, "\n");
		const size_t in = strspn(p, " ");
		const char *s = p + in;
		const size_t rest = n - (in < n ? in : n);
		const char *eq = memchr(s, '=', rest);
		const size_t word = strcspn(s, " =\n");
		const size_t top = block[0] ? strlen(block) + 1 : 0;
		if (rest > 0 && s[rest - 1] == '{' && in == 0) {
			if (!str_copy_n(block, sizeof(block), s, word))
				block[0] = '\0';
		} else if (in == 0 && rest > 0 && s[0] == '}') {
			block[0] = '\0';
		} else if (eq && word + top == len
			&& strncmp(name + top, s, word) == 0
			&& (top == 0 || strncmp(name, block, top - 1) == 0)) {
			const char *v = eq + 1 + strspn(eq + 1, " ");
			*value_r = v >= s + rest
				? ""
				: arena_strndup(a, v, (size_t)(s + rest - v));
			return *value_r || err_memory(e);
		}
	}
	return true;
}

static bool
judge_plain(struct judge *j, const struct setting_texts *t)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &settings[i];
		const char *value;
		if (s->is_submission)
			continue;
		if (!value_of(s->program == SETTING_POSTFIX ? t->main
							    : t->dovecot,
			    s->name, j->arena, &value, j->e)
			|| !add(j, s, NULL, value))
			return false;
	}
	return true;
}

/* What a service has: its own, else what main.cf says. */
static bool
judge_sign_in(
	struct judge *j, const struct setting_texts *t, const char *service)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &settings[i];
		const char *value;
		char key[400];
		if (!s->is_submission)
			continue;
		snprintf(key, sizeof(key), "%s/%s", service, s->name);
		if (!value_of(t->master, key, j->arena, &value, j->e)
			|| (!value
				&& !value_of(t->main, s->name, j->arena, &value,
					j->e))
			|| !add(j, s, service, value))
			return false;
	}
	return true;
}

/* A setting of main.cf that another service overrides. */
static bool
judge_override(struct judge *j, const struct setting_texts *t,
	const char *service, const char *name)
{
	const char *value;
	char key[400];
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &settings[i];
		if (s->is_submission || s->program != SETTING_POSTFIX
			|| strcmp(s->name, name) != 0)
			continue;
		snprintf(key, sizeof(key), "%s/%s", service, name);
		return value_of(t->master, key, j->arena, &value, j->e)
			&& add(j, s, service, value);
	}
	return true;
}

/* `submission/inet/NAME` into its two parts; false for other types. */
static bool
split_key(const char *line, char *service, size_t cap, const char **name_r)
{
	if (!str_copy_n(service, cap, line, strcspn(line, " =\n")))
		return false;
	char *slash = strrchr(service, '/');
	if (!slash)
		return false;
	*slash = '\0';
	*name_r = slash + 1;
	const char *type = strrchr(service, '/');
	return type && strcmp(type, "/inet") == 0;
}

static bool
judge_services(struct judge *j, const struct setting_texts *t)
{
	bool has_sign_in = false;
	for (const char *p = t->master, *next; *p; p = next) {
		char service[256], key[300];
		const char *name, *sasl;
		next = p + strcspn(p, "\n");
		next += *next == '\n';
		if (!split_key(p, service, sizeof(service), &name))
			continue;
		snprintf(
			key, sizeof(key), "%s/smtpd_sasl_auth_enable", service);
		const char *kept = arena_strdup(j->arena, service);
		if (!kept)
			return err_memory(j->e);
		if (!value_of(t->master, key, j->arena, &sasl, j->e))
			return false;
		const bool signs_in = sasl && strcmp(sasl, "yes") == 0;
		const bool is_first =
			strcmp(name, "smtpd_sasl_auth_enable") == 0;
		has_sign_in = has_sign_in || signs_in;
		if (signs_in ? is_first && !judge_sign_in(j, t, kept)
			     : !judge_override(j, t, kept, name))
			return false;
	}
	return has_sign_in || judge_sign_in(j, t, "submission/inet");
}

static const char *
read_or_empty(const char *path, struct arena *a)
{
	struct err e = ERR_EMPTY;
	char *text;
	size_t len;
	return path && file_read(path, 262144, a, &text, &len, &e) ? text : "";
}

bool
settings_judge(const struct conf *conf, const struct setting_texts *t,
	struct arena *a, struct setting_list *out, struct err *e)
{
	struct judge j = { .conf = conf, .arena = a, .out = out, .e = e };
	*out = (struct setting_list){ 0 };
	j.main_path = arena_printf(a, "%s/main.cf", conf->rootd.postfix_config);
	j.master_path =
		arena_printf(a, "%s/master.cf", conf->rootd.postfix_config);
	if (!j.main_path || !j.master_path)
		return err_memory(e);
	j.main_cf = read_or_empty(j.main_path, a);
	j.master_cf = read_or_empty(j.master_path, a);
	return judge_plain(&j, t) && judge_services(&j, t);
}
