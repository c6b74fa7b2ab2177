/*
 * Explain over a small world of lines: for each question the text codes of
 * its steps, whole, and the outcome. That the real Postfix answers the same is
 * shown by tests/mail/test_explain.py.
 */
#include "maps/explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/str.h"
#include "maps/account.h"

#define OPEN "h\t/v/1\t1\t1\t\t\t\t0\t0\t0\t0"
#define SHUT "{CRYPT}!\t/v/2\t1\t1\t\t\tY\t0\t0\t0\t0"

static const struct {
	enum map_id map;
	const char *key, *value;
} world[] = {
	{ MAP_DOMAINS, "a.test", "x" },
	{ MAP_DOMAINS, "all.test", "x" },
	{ MAP_DOMAINS, "off.test", "x" },
	{ MAP_DOMAINS, "moved.test", "x" },
	{ MAP_MAILBOXES, "taro@a.test", "x" },
	{ MAP_MAILBOXES, "old@a.test", "x" },
	{ MAP_MAILBOXES, "hana@all.test", "x" },
	{ MAP_MAILBOXES, "x@off.test", "x" },
	{ MAP_MAILBOXES, "x@moved.test", "x" },
	{ MAP_ACCOUNTS, "taro@a.test", OPEN },
	{ MAP_ACCOUNTS, "old@a.test", SHUT },
	{ MAP_ACCOUNTS, "hana@all.test", OPEN },
	{ MAP_ALIASES, "info@a.test", "taro@a.test, x@far.test" },
	{ MAP_ALIASES, "twice@a.test", "info@a.test, taro@a.test" },
	{ MAP_ALIASES, "gone@a.test", "lost@a.test" },
	{ MAP_ALIASES, "ring@a.test", "rung@a.test" },
	{ MAP_ALIASES, "rung@a.test", "ring@a.test" },
	{ MAP_ALIASES, "@all.test", "taro@a.test" },
	{ MAP_ALIASES, "hana@all.test", "hana@all.test" },
	{ MAP_REFUSE, "closed@all.test",
		"550 5.1.1 This address receives no mail" },
	{ MAP_REFUSE, "off.test", "450 4.2.1 Not now" },
	{ MAP_SENDER_LOGIN, "taro@a.test", "taro@a.test" },
	{ MAP_SENDER_LOGIN, "info@a.test", "hana@all.test,taro@a.test" },
	{ MAP_TRANSPORT, "moved.test", "smtp:[old.test]:25" },
	{ MAP_TRANSPORT, "bad@a.test", "error:5.2.1 Gone fishing" },
};

static bool
look_up(void *ctx, enum map_id map, const char *key, const char **value_r,
	struct err *e)
{
	(void)ctx;
	(void)e;
	*value_r = NULL;
	for (size_t i = 0; i < ARRAY_LEN(world); i++)
		if (world[i].map == map && strcmp(world[i].key, key) == 0)
			*value_r = world[i].value;
	return true;
}

#define TAKEN "quota_asked accepted "
/* Not said: a sender elsewhere, a client outside, nobody signed in. */
#define ASK(...) .q = { __VA_ARGS__ }
#define START "client_outside helo_taken sender_taken "

static const struct {
	const char *name;
	struct explain_query q;
	const char *steps; /* NULL: not looked at */
	unsigned code;
	const char *reply; /* NULL: not looked at */
	const char *deliver;
} cases[] = {
	{ "a mailbox", ASK(.recipient = "taro@a.test"),
		START "domain_ours relay_ours recipient_mailbox " TAKEN
		      "transport_default deliver_mailbox",
		250, "2.1.5 Ok", "taro@a.test" },
	{ "capital letters are looked up small and shown as they came",
		ASK(.recipient = "NoBody@A.Test"), NULL, 550,
		"5.1.1 <NoBody@A.Test>: Recipient address rejected: "
		"User unknown in virtual mailbox table",
		"" },
	{ "an extension is left out to find a mailbox",
		ASK(.recipient = "Taro+News@a.test"), NULL, 250, NULL,
		"taro+news@a.test" },
	{ "an extension goes on to all targets",
		ASK(.recipient = "info+n@a.test"),
		START "domain_ours relay_ours recipient_alias " TAKEN
		      "alias_expands transport_default deliver_mailbox "
		      "transport_mx deliver_elsewhere",
		250, NULL, "taro+n@a.test x+n@far.test" },
	{ "who is reached twice gets one", ASK(.recipient = "twice@a.test"),
		NULL, 250, NULL, "taro@a.test x@far.test" },
	{ "a target that went away waits in the queue",
		ASK(.recipient = "gone@a.test"),
		START "domain_ours relay_ours recipient_alias " TAKEN
		      "alias_expands transport_default deliver_no_mailbox",
		250, NULL, "lost@a.test" },
	{ "a ring of aliases is given up with 451",
		ASK(.recipient = "ring@a.test"), NULL, 451,
		"4.6.0 Alias expansion error", "" },
	{ "a catch-all takes what has no line",
		ASK(.recipient = "any@all.test"),
		START "domain_ours relay_ours recipient_catch_all " TAKEN
		      "alias_catch_all transport_default deliver_mailbox",
		250, NULL, "taro@a.test" },
	{ "a catch-all drops the extension", ASK(.recipient = "any+x@all.test"),
		NULL, 250, NULL, "taro@a.test" },
	{ "beside a catch-all a mailbox keeps its mail",
		ASK(.recipient = "hana+x@all.test"),
		START "domain_ours relay_ours recipient_alias " TAKEN
		      "alias_itself transport_default deliver_mailbox",
		250, NULL, "hana+x@all.test" },
	{ "beside a catch-all a closed address is refused",
		ASK(.recipient = "closed+x@all.test"),
		START "domain_ours relay_ours recipient_refused", 550,
		"5.1.1 <closed+x@all.test>: Recipient address rejected: "
		"This address receives no mail",
		"" },
	{ "a disabled domain defers", ASK(.recipient = "x@off.test"),
		START "domain_ours relay_ours domain_refused", 450,
		"4.2.1 <x@off.test>: Recipient address rejected: Not now", "" },
	{ "a domain that is routed elsewhere", ASK(.recipient = "x@moved.test"),
		START "domain_ours relay_ours recipient_mailbox " TAKEN
		      "transport_line deliver_elsewhere",
		250, NULL, "x@moved.test" },
	{ "an error transport refuses with its words",
		ASK(.recipient = "bad@a.test"), NULL, 550,
		"5.2.1 <bad@a.test>: Recipient address rejected: Gone fishing",
		"" },
	{ "a stranger does not relay", ASK(.recipient = "x@far.test"),
		START "domain_elsewhere relay_denied", 554,
		"5.7.1 <x@far.test>: Relay access denied", "" },
	{ "a whitelisted client relays",
		ASK(.recipient = "x@far.test", .client = "198.51.100.7"),
		"client_whitelisted helo_taken sender_taken domain_elsewhere "
		"relay_client recipient_elsewhere " TAKEN
		"transport_mx deliver_elsewhere",
		250, NULL, "x@far.test" },
	{ "a whitelisted client of IPv6 relays",
		ASK(.recipient = "x@far.test", .client = "2001:db8::9"), NULL,
		250, NULL, "x@far.test" },
	{ "this machine relays, another loopback address does not",
		ASK(.recipient = "x@far.test", .client = "127.0.0.2"), NULL,
		554, NULL, "" },
	{ "this machine relays",
		ASK(.recipient = "x@far.test", .client = "::1"), NULL, 250,
		NULL, "x@far.test" },
	{ "a second at sign is routing", ASK(.recipient = "x@far.test@a.test"),
		START "domain_ours relay_routed", 554,
		"5.7.1 <x@far.test@a.test>: Relay access denied", "" },
	{ "a percent sign is routing", ASK(.recipient = "taro%far.test@a.test"),
		NULL, 554, NULL, "" },
	{ "postmaster alone is taken without a check",
		ASK(.recipient = "Postmaster"), NULL, 250, NULL,
		"postmaster@mx.test" },
	{ "an address without a domain gets the origin",
		ASK(.recipient = "taro"), NULL, 554,
		"5.7.1 <taro>: Relay access denied", "" },
	{ "and is refused to those who relay",
		ASK(.recipient = "taro", .client = "127.0.0.1"), NULL, 504,
		"5.5.2 <taro>: Recipient address rejected: need "
		"fully-qualified address",
		"" },
	{ "a domain of one word is not fully qualified",
		ASK(.recipient = "taro@mx", .client = "127.0.0.1"), NULL, 504,
		NULL, "" },
	{ "a dot at the end of a domain is left out",
		ASK(.recipient = "taro@a.test."), NULL, 250, NULL,
		"taro@a.test" },
	{ "an empty recipient", ASK(.recipient = ""), START "recipient_syntax",
		501, "5.1.3 Bad recipient address syntax", "" },
	{ "an empty domain", ASK(.recipient = "taro@"), NULL, 501, NULL, "" },
	{ "two dots in a domain", ASK(.recipient = "taro@a..test"), NULL, 501,
		NULL, "" },
	{ "a domain of digits", ASK(.recipient = "taro@192.0.2.1"), NULL, 501,
		NULL, "" },
	{ "a domain that is not ASCII",
		ASK(.recipient = "taro@\xe4\xbe\x8b.test"), NULL, 501, NULL,
		"" },
	{ "a local part that is not ASCII is unknown",
		ASK(.recipient = "\xe5\xa4\xaa@a.test"), NULL, 550, NULL, "" },
	{ "a hyphen at the start", ASK(.recipient = "-taro@a.test"), NULL, 501,
		NULL, "" },
	{ "a catch-all's own key is no address", ASK(.recipient = "@all.test"),
		NULL, 501, NULL, "" },
	{ "an address literal of another host",
		ASK(.recipient = "x@[192.0.2.9]"), NULL, 554, NULL, "" },
	{ "an address literal of this host", ASK(.recipient = "x@[127.0.0.1]"),
		NULL, 550,
		"5.1.1 <x@[127.0.0.1]>: Recipient address rejected: "
		"no local delivery",
		"" },
	{ "a routed literal of this host is looked into",
		ASK(.recipient = "taro%a.test@[127.0.0.1]"), NULL, 250, NULL,
		"taro@a.test" },
	{ "no HELO", ASK(.recipient = "taro@a.test", .helo = ""),
		"client_outside helo_missing", 503, NULL, "" },
	{ "the empty sender", ASK(.recipient = "taro@a.test", .sender = ""),
		NULL, 250, NULL, "taro@a.test" },
	{ "a bad sender", ASK(.recipient = "taro@a.test", .sender = "x@a..b"),
		"client_outside helo_taken sender_syntax", 501,
		"5.1.7 Bad sender address syntax", "" },
	{ "signed in, under one's own address",
		ASK(.recipient = "x@far.test", .sender = "taro@a.test",
			.login = "Taro@a.test"),
		"helo_taken sign_in_taken sender_owned domain_elsewhere "
		"relay_signed_in recipient_elsewhere accepted transport_mx "
		"deliver_elsewhere",
		250, NULL, "x@far.test" },
	{ "signed in, under an extension of one's own address",
		ASK(.recipient = "x@far.test", .sender = "taro+y@a.test",
			.login = "taro@a.test"),
		NULL, 250, NULL, "x@far.test" },
	{ "signed in, under an alias that one may use",
		ASK(.recipient = "x@far.test", .sender = "info@a.test",
			.login = "taro@a.test"),
		NULL, 250, NULL, "x@far.test" },
	{ "signed in, under the address of another",
		ASK(.recipient = "x@far.test", .sender = "Taro@a.test",
			.login = "hana@all.test"),
		"helo_taken sign_in_taken sender_not_owned", 553,
		"5.7.1 <Taro@a.test>: Sender address rejected: not owned by "
		"user hana@all.test",
		"" },
	{ "signed in, under the empty sender",
		ASK(.recipient = "x@far.test", .sender = "",
			.login = "taro@a.test"),
		NULL, 250, NULL, "x@far.test" },
	{ "who may not sign in",
		ASK(.recipient = "x@far.test", .login = "old@a.test"),
		"helo_taken sign_in_refused", 535, NULL, "" },
	{ "who is not there",
		ASK(.recipient = "x@far.test", .login = "nobody@a.test"), NULL,
		535, NULL, "" },
	{ "the submission ports without signing in",
		ASK(.recipient = "taro@a.test", .is_submission = true),
		"helo_taken sender_taken domain_ours access_denied", 554,
		"5.7.1 <taro@a.test>: Recipient address rejected: "
		"Access denied",
		"" },
	{ "the submission ports, under an address that has an owner",
		ASK(.recipient = "taro@a.test", .sender = "info@a.test",
			.is_submission = true),
		NULL, 553,
		"5.7.1 <info@a.test>: Sender address rejected: not logged in",
		"" },
};

static void
join_steps(const struct explain *x, struct str *out)
{
	for (size_t i = 0; i < x->steps; i++)
		str_addf(out, "%s%s", i ? " " : "", x->step[i].text_code);
}

static void
join_delivers(const struct explain *x, struct str *out)
{
	for (size_t i = 0; i < x->delivers; i++)
		str_addf(out, "%s%s", i ? " " : "", x->deliver[i].address);
}

static const struct explain_config config = { .lookup = look_up,
	.relay_table = "# head\n198.51.100.0/24 OK\n2001:db8::/32 OK\n",
	.virtual_transport = "lmtp:unix:private/dovecot-lmtp",
	.origin = "mx.test" };

static struct explain_query
with_defaults(const struct explain_query *in)
{
	struct explain_query q = *in;
	if (!q.sender)
		q.sender = "s@far.test";
	if (!q.client)
		q.client = "192.0.2.1";
	if (!q.login)
		q.login = "";
	return q;
}

static void
answers_as_postfix_would(void **state)
{
	char steps[8192], delivers[1024];
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *a = arena_new((size_t)16 << 20);
		struct str s = STR_FIXED(steps), d = STR_FIXED(delivers);
		struct explain x;
		struct err e = ERR_EMPTY;
		assert_non_null(a);
		const struct explain_query q = with_defaults(&cases[i].q);
		if (!explain_run(&config, &q, a, &x, &e))
			fail_msg("%s: %s", cases[i].name, err_text(&e));
		join_steps(&x, &s);
		join_delivers(&x, &d);
		if (cases[i].steps && strcmp(cases[i].steps, steps) != 0)
			fail_msg("%s: steps are %s", cases[i].name, steps);
		if (x.code != cases[i].code
			|| (cases[i].reply
				&& strcmp(cases[i].reply, x.reply) != 0))
			fail_msg("%s: %u %s", cases[i].name, x.code, x.reply);
		if (strcmp(cases[i].deliver, delivers) != 0)
			fail_msg("%s: delivers to %s", cases[i].name, delivers);
		arena_free(&a);
	}
}

static void
an_account_shows_its_home_and_nothing_else(void **state)
{
	char text[8192];
	struct arena *a = arena_new((size_t)1 << 20);
	struct explain x;
	struct err e = ERR_EMPTY;
	struct str s = STR_FIXED(text);
	struct jsonw w = jsonw_over(&s);
	const struct explain_query q = { .recipient = "taro@a.test",
		.sender = "taro@a.test",
		.client = "",
		.login = "taro@a.test" };
	(void)state;
	assert_true(explain_run(&config, &q, a, &x, &e));
	jsonw_object(&w, NULL);
	explain_write_members(&w, &x);
	jsonw_end(&w);
	assert_true(jsonw_done(&w, &e));
	assert_non_null(strstr(text, "\"line\":\"taro@a.test /v/1\""));
	assert_null(strstr(text, "\\t"));
	arena_free(&a);
}

static void
a_long_reply_is_cut_as_smtpd_cuts_it(void **state)
{
	char address[901];
	struct arena *a = arena_new((size_t)1 << 20);
	struct explain x;
	struct err e = ERR_EMPTY;
	struct explain_query q = {
		.recipient = address, .sender = "", .client = "", .login = ""
	};
	(void)state;
	memset(address, 'a', sizeof(address) - 8);
	memcpy(address + sizeof(address) - 8, "@a.test", 8);
	assert_true(explain_run(&config, &q, a, &x, &e));
	assert_int_equal(x.code, 550);
	assert_int_equal(strlen(x.reply), 506);
	arena_free(&a);
}

static void
addresses_that_are_not_read_are_refused(void **state)
{
	static const char *const bad[] = { "a b@c.test", "\"a\"@c.test",
		"a@b>,<c", "a(b)@c.test", "a\\@c.test", "a@[1.2.3.4",
		"a@[1.2.3.4]x", "a\n@c.test", "\xff@c.test" };
	char out[ENVELOPE_SIZE];
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = ERR_EMPTY;
		if (envelope_check(bad[i], out, sizeof(out), &e))
			fail_msg("passed: %s", bad[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_as_postfix_would),
		cmocka_unit_test(an_account_shows_its_home_and_nothing_else),
		cmocka_unit_test(a_long_reply_is_cut_as_smtpd_cuts_it),
		cmocka_unit_test(addresses_that_are_not_read_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
