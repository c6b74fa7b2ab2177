/*
 * The dialogue: smtpd's commands and restrictions in their order. What comes
 * after the recipient was taken is in explain_deliver.c.
 */
#include "maps/explain_internal.h"

#include <string.h>

#include "base/addr.h"
#include "base/str.h"
#include "maps/account.h"
#include "maps/whitelist.h"

/* End with a reply. Returns false, so that a check ends the run. */
static bool
end(struct explain_run *r, enum explain_stage stage, const char *text_code,
	const char *subject, unsigned code, const char *reply,
	const struct explain_line *line)
{
	const enum explain_what what = code < 400 ? EXPLAIN_ACCEPT
		: code < 500                      ? EXPLAIN_DEFER
						  : EXPLAIN_REFUSE;
	struct explain_step *s =
		explain_add(r, stage, text_code, subject, what);
	if (s) {
		s->code = code;
		s->reply = reply;
		if (line)
			explain_add_line(r, s, line);
	}
	r->out->what = what;
	r->out->code = code;
	r->out->reply = reply;
	return false;
}

static bool
go_on(struct explain_run *r, enum explain_stage stage, const char *text_code,
	const char *subject, const struct explain_line *line)
{
	struct explain_step *s =
		explain_add(r, stage, text_code, subject, EXPLAIN_CONTINUE);
	if (s && line)
		explain_add_line(r, s, line);
	return !r->has_failed;
}

/* `<address>: Recipient address rejected: text`, cut as smtpd cuts it. */
static const char *
rejected(struct explain_run *r, const char *status, const char *address,
	const char *class, const char *text)
{
	return explain_text(r, "%s <%s>: %s address rejected: %s", status,
		address, class, text);
}

static const char *
recipient_rejected(struct explain_run *r, const char *status, const char *text)
{
	return rejected(r, status, r->q->recipient, "Recipient", text);
}

static bool
is_in_mynetworks(struct explain_run *r, const char **network_r)
{
	uint8_t ip[16];
	char net[CIDR_TEXT_SIZE], text[CIDR_TEXT_SIZE];
	*network_r = NULL;
	if (!ip_parse(r->q->client, ip))
		return false;
	ip_text(ip, text);
	if (strcmp(text, "127.0.0.1") == 0 || strcmp(text, "::1") == 0)
		return true;
	if (!relay_table_find(r->config->relay_table, ip, net))
		return false;
	*network_r = explain_text(r, "%s", net);
	return true;
}

/* mynetworks = 127.0.0.1/32, [::1]/128, cidr:whitelist.cidr */
static bool
check_client(struct explain_run *r, bool *is_permitted_r)
{
	const char *network;
	*is_permitted_r = !r->is_submission && is_in_mynetworks(r, &network);
	if (r->is_submission)
		return true;
	struct explain_step *s = explain_add(r, EXPLAIN_CLIENT,
		!*is_permitted_r  ? "client_outside"
			: network ? "client_whitelisted"
				  : "client_loopback",
		r->q->client[0] ? r->q->client : NULL, EXPLAIN_CONTINUE);
	if (s && *is_permitted_r && network) {
		s->map = "whitelist";
		s->key = network;
		s->line = "OK";
	}
	return !r->has_failed;
}

static bool
check_helo(struct explain_run *r)
{
	const char *helo = r->q->helo;
	if (!helo || helo[0] != '\0')
		return go_on(r, EXPLAIN_HELO, "helo_taken", helo, NULL);
	return end(r, EXPLAIN_HELO, "helo_missing", NULL, 503,
		"5.5.1 Error: send HELO/EHLO first", NULL);
}

/* Dovecot looks a login up as it is in lower case (%Lu). */
static bool
check_sign_in(struct explain_run *r)
{
	struct explain_line l = { .map = MAP_ACCOUNTS, .key = r->q->login };
	char buf[ACCOUNT_VALUE_MAX];
	struct account a;
	if (r->q->login[0] == '\0')
		return true;
	if (!r->config->lookup(r->config->ctx, MAP_ACCOUNTS, r->q->login,
		    &l.value, r->e)) {
		r->has_failed = true;
		return false;
	}
	if (l.value && account_split(l.value, buf, &a)
		&& a.field[ACCOUNT_NOLOGIN][0] == '\0')
		return go_on(
			r, EXPLAIN_CLIENT, "sign_in_taken", r->q->login, &l);
	return end(r, EXPLAIN_CLIENT, "sign_in_refused", r->q->login, 535,
		"5.7.8 Error: authentication failed: "
		"(reason unavailable)",
		&l);
}

static bool
check_sender_syntax(struct explain_run *r)
{
	const char *sender = r->q->sender;
	if (r->sender.is_bad)
		return end(r, EXPLAIN_SENDER, "sender_syntax", sender, 501,
			"5.1.7 Bad sender address syntax", NULL);
	if (r->is_submission && !r->sender.is_empty)
		return true; /* judged with the recipient */
	return go_on(r, EXPLAIN_SENDER,
		r->sender.is_empty ? "sender_empty" : "sender_taken", sender,
		NULL);
}

static bool
check_recipient_syntax(struct explain_run *r)
{
	if (!r->recipient.is_bad && !r->recipient.is_empty)
		return true;
	return end(r, EXPLAIN_RECIPIENT, "recipient_syntax", r->q->recipient,
		501, "5.1.3 Bad recipient address syntax", NULL);
}

static bool
owns(const char *owners, const char *login)
{
	const size_t len = strlen(login);
	for (const char *p = owners; *p;) {
		p += strspn(p, ", ");
		const size_t n = strcspn(p, ", ");
		if (n == len && strncmp(p, login, n) == 0)
			return true;
		p += n;
	}
	return false;
}

/* reject_sender_login_mismatch, of the submission ports. */
static bool
check_sender_owner(struct explain_run *r)
{
	const char *login = r->q->login, *sender = r->q->sender;
	struct explain_line l;
	if (!r->is_submission || r->sender.is_empty)
		return true;
	const bool found = explain_find(r, MAP_SENDER_LOGIN, r->sender.address,
		FIND_CATCH_ALL, &l, NULL);
	if (r->has_failed)
		return false;
	if (login[0] == '\0' && found)
		return end(r, EXPLAIN_SENDER, "sender_not_signed_in", sender,
			553,
			rejected(r, "5.7.1", sender, "Sender", "not logged in"),
			&l);
	if (login[0] == '\0')
		return go_on(r, EXPLAIN_SENDER, "sender_taken", sender, &l);
	if (found && owns(l.value, login))
		return go_on(r, EXPLAIN_SENDER, "sender_owned", sender, &l);
	return end(r, EXPLAIN_SENDER, "sender_not_owned", sender, 553,
		rejected(r, "5.7.1", sender, "Sender",
			explain_text(r, "not owned by user %s", login)),
		&l);
}

static bool
tell_domain(struct explain_run *r, const struct explain_route *to)
{
	return go_on(r, EXPLAIN_DOMAIN,
		to->class == CLASS_HOSTED             ? "domain_ours"
			: to->class == CLASS_OWN_HOST ? "domain_own_host"
						      : "domain_elsewhere",
		r->recipient.domain,
		to->class == CLASS_OWN_HOST ? NULL : &to->domain);
}

/* smtpd_relay_restrictions of the port. */
static bool
check_relay(struct explain_run *r, const struct explain_route *to,
	bool is_permitted)
{
	const char *rcpt = r->q->recipient;
	const bool is_ours = to->class != CLASS_ELSEWHERE;
	if (r->is_submission && r->q->login[0] == '\0')
		return end(r, EXPLAIN_RECIPIENT, "access_denied", rcpt, 554,
			recipient_rejected(r, "5.7.1", "Access denied"), NULL);
	if (r->is_submission)
		return go_on(
			r, EXPLAIN_RECIPIENT, "relay_signed_in", rcpt, NULL);
	if (is_permitted)
		return go_on(r, EXPLAIN_RECIPIENT, "relay_client", rcpt, NULL);
	if (is_ours && !r->recipient.is_routed)
		return go_on(
			r, EXPLAIN_RECIPIENT, "relay_ours", rcpt, &to->domain);
	return end(r, EXPLAIN_RECIPIENT,
		r->recipient.is_routed ? "relay_routed" : "relay_denied", rcpt,
		554, explain_text(r, "5.7.1 <%s>: Relay access denied", rcpt),
		&to->domain);
}

/*
 * check_table_result for `550 5.1.1 text`: the first digit of the enhanced
 * status follows the code.
 */
static bool
check_refused(struct explain_run *r)
{
	struct explain_line l;
	char status[16];
	if (!explain_find(
		    r, MAP_REFUSE, r->recipient.address, FIND_ACCESS, &l, NULL))
		return !r->has_failed;
	const char *v = l.value;
	const size_t digits = strspn(v, "0123456789");
	const char *text = v + digits + strspn(v + digits, " ");
	const size_t n = strspn(text, "0123456789.");
	if (digits != 3 || (v[0] != '4' && v[0] != '5') || n < 5
		|| !str_copy_n(status, sizeof(status), text, n))
		return true;
	status[0] = v[0];
	text += n + strspn(text + n, " ");
	const unsigned code = (unsigned)((v[0] - '0') * 100 + (v[1] - '0') * 10
		+ (v[2] - '0'));
	return end(r, EXPLAIN_RECIPIENT,
		strchr(l.key, '@') ? "recipient_refused" : "domain_refused",
		r->q->recipient, code,
		recipient_rejected(r, status, text[0] ? text : "Access denied"),
		&l);
}

/* reject_non_fqdn_recipient looks at what the client sent. */
static bool
check_fqdn(struct explain_run *r)
{
	const char *at = strrchr(r->q->recipient, '@');
	const char *domain = at ? at + 1 : "";
	size_t n = strlen(domain);
	if (n > 0 && domain[0] == '[' && domain[n - 1] == ']')
		return true;
	if (n > 1 && domain[n - 1] == '.' && domain[n - 2] != '.')
		n--;
	if (envelope_is_host(domain, n) && memchr(domain, '.', n))
		return true;
	return end(r, EXPLAIN_RECIPIENT, "recipient_not_fqdn", r->q->recipient,
		504,
		recipient_rejected(r, "5.5.2", "need fully-qualified address"),
		NULL);
}

/* What an error: or retry: transport says at RCPT. */
static bool
refuse_transport(struct explain_run *r, const struct explain_route *to)
{
	const bool is_error = strcmp(to->channel, "error") == 0;
	const char *text = to->nexthop;
	const size_t n = strspn(text, "0123456789.");
	char status[16];
	const bool has_status = n >= 5 && (text[n] == ' ' || text[n] == '\0');
	if (!str_copy_n(status, sizeof(status), has_status ? text : "5.1.1",
		    has_status ? n : 5))
		return true;
	if (has_status)
		text += n + strspn(text + n, " ");
	status[0] = is_error ? '5' : '4';
	return end(r, EXPLAIN_RECIPIENT,
		is_error ? "recipient_error" : "recipient_retry",
		r->q->recipient, is_error ? 550 : 450,
		recipient_rejected(r, status, text),
		to->line.value ? &to->line : NULL);
}

/* reject_unlisted_recipient */
static bool
check_listed(struct explain_run *r, const struct explain_route *to)
{
	struct explain_line l;
	const char *rcpt = r->q->recipient;
	if (explain_find(r, MAP_ALIASES, r->recipient.address, FIND_CATCH_ALL,
		    &l, NULL))
		return go_on(r, EXPLAIN_RECIPIENT,
			l.key[0] == '@' ? "recipient_catch_all"
					: "recipient_alias",
			rcpt, &l);
	if (r->has_failed)
		return false;
	if (strcmp(to->channel, "error") == 0
		|| strcmp(to->channel, "retry") == 0)
		return refuse_transport(r, to);
	if (to->class != CLASS_HOSTED)
		return go_on(r, EXPLAIN_RECIPIENT, "recipient_elsewhere", rcpt,
			NULL);
	if (explain_find(r, MAP_MAILBOXES, r->recipient.address, FIND_CATCH_ALL,
		    &l, NULL))
		return go_on(
			r, EXPLAIN_RECIPIENT, "recipient_mailbox", rcpt, &l);
	if (r->has_failed)
		return false;
	return end(r, EXPLAIN_RECIPIENT, "recipient_unknown", rcpt, 550,
		recipient_rejected(
			r, "5.1.1", "User unknown in virtual mailbox table"),
		&l);
}

static bool
check_recipient(struct explain_run *r, bool is_permitted)
{
	struct explain_route to;
	if (!explain_route(r, &r->recipient, &to) || !tell_domain(r, &to)
		|| !check_relay(r, &to, is_permitted) || !check_refused(r)
		|| !check_fqdn(r) || !check_listed(r, &to))
		return false;
	return r->is_submission
		|| go_on(r, EXPLAIN_RECIPIENT, "quota_asked", r->q->recipient,
			NULL);
}

/* True when the recipient is taken. */
static bool
dialogue(struct explain_run *r)
{
	bool is_permitted;
	if (!check_client(r, &is_permitted) || !check_helo(r)
		|| !check_sign_in(r) || !check_sender_syntax(r)
		|| !check_recipient_syntax(r))
		return false;
	/* RFC 5321, 4.5.1: taken without any other check. */
	if (strcasecmp(r->q->recipient, "postmaster") == 0)
		return go_on(r, EXPLAIN_RECIPIENT, "recipient_postmaster",
			r->q->recipient, NULL);
	return check_sender_owner(r) && check_recipient(r, is_permitted);
}

bool
explain_run(const struct explain_config *config, const struct explain_query *q,
	struct arena *a, struct explain *out, struct err *e)
{
	struct explain_run *r = arena_alloc(a, sizeof(*r));
	char *login = arena_strdup(a, q->login);
	struct explain_query query = *q;
	if (!r || !login)
		return err_memory(e);
	str_lower(login);
	query.login = login;
	*r = (struct explain_run){ .config = config,
		.q = &query,
		.arena = a,
		.out = out,
		.is_submission = q->is_submission || q->login[0] != '\0',
		.e = e };
	envelope_read(q->sender, config->origin, &r->sender);
	envelope_read(q->recipient, config->origin, &r->recipient);
	*out = (struct explain){ .what = EXPLAIN_ACCEPT };
	if (dialogue(r)) {
		(void)end(r, EXPLAIN_RECIPIENT, "accepted", q->recipient, 250,
			"2.1.5 Ok", NULL);
		explain_deliver(r);
	}
	return !r->has_failed;
}
