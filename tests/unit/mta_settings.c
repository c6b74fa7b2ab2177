/*
 * Settings: what is in effect against what is expected, and where it was set.
 */
#include "mta/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static const char main_cf[] = "# mydestination = no\n"
			      "mydestination = a,\n"
			      "   b\n"
			      "mynetworks=127.0.0.1\n"
			      "mydestination\t=\n"
			      "mydestination_more = x\n";

static void
the_last_line_of_main_cf_wins(void **state)
{
	(void)state;
	assert_int_equal(setting_main_line(main_cf, "mydestination"), 5);
	assert_int_equal(setting_main_line(main_cf, "mynetworks"), 4);
	assert_int_equal(setting_main_line(main_cf, "relayhost"), 0);
	assert_int_equal(setting_main_line("", "relayhost"), 0);
}

static const char master_cf[] = "smtp inet n - n - - smtpd\n"
				"submission inet n - n - - smtpd\n"
				"  -o smtpd_sasl_auth_enable=no -o x=y\n"
				"# -o smtpd_sasl_auth_enable=yes\n"
				"  -o { smtpd_relay_restrictions =\n"
				"       permit_sasl_authenticated, reject }\n"
				"  -o smtpd_sasl_auth_enable=yes\n"
				"submissions inet n - n - - smtpd\n"
				"  -o smtpd_sasl_auth_enable=yes\n";

static void
an_override_is_found_in_its_own_service(void **state)
{
	static const struct {
		const char *service, *name;
		unsigned line;
	} cases[] = {
		{ "submission/inet", "smtpd_sasl_auth_enable", 7 },
		{ "submission/inet", "smtpd_relay_restrictions", 5 },
		{ "submission/inet", "x", 3 },
		{ "submissions/inet", "smtpd_sasl_auth_enable", 9 },
		{ "smtp/inet", "smtpd_sasl_auth_enable", 0 },
		{ "submission/unix", "x", 0 },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(setting_master_line(master_cf,
					 cases[i].service, cases[i].name),
			cases[i].line);
}

static void
write_file(const char *folder, const char *name, const char *text)
{
	char path[512];
	struct err e = ERR_EMPTY;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_true(file_write(path, text, strlen(text), 0644, &e));
}

static void
dovecots_include_chain_is_followed(void **state)
{
	static const struct {
		const char *name, *file;
		unsigned line;
	} cases[] = {
		{ "ssl", "b.conf", 1 },
		{ "auth_cache_size", "a.conf", 1 },
		{ "service/auth/user", "main.conf", 8 },
		{ "service/auth-worker/user", "main.conf", 11 },
		{ "passdb/driver", "a.conf", 3 },
		{ "recipient_delimiter", "main.conf", 13 },
		{ "nowhere", NULL, 0 },
	};
	char folder[] = "/tmp/postroom-settings-XXXXXX", path[512];
	struct arena *a = arena_new((size_t)1 << 22);
	(void)state;
	assert_non_null(mkdtemp(folder));
	write_file(folder, "a.conf",
		"auth_cache_size = 1\npassdb {\n  driver = sql\n}\n");
	write_file(folder, "b.conf", "ssl = required\n!include b.conf\n");
	write_file(folder, "main.conf",
		"ssl = no\n"
		"!include a.conf\n"
		"!include_try missing/*.conf\n"
		"service auth {\n"
		"  unix_listener /var/spool/x {\n"
		"    user = postfix\n"
		"  }\n"
		"  user = root\n"
		"}\n"
		"service auth-worker {\n"
		"  user = me\n"
		"}\n"
		"recipient_delimiter = +\n"
		"# ssl = never\n");
	write_file(folder, "top.conf", "!include main.conf\n!include b.conf\n");
	snprintf(path, sizeof(path), "%s/top.conf", folder);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *file;
		unsigned line;
		setting_dovecot_line(path, cases[i].name, a, &file, &line);
		if (!cases[i].file) {
			assert_null(file);
			continue;
		}
		assert_non_null(file);
		assert_string_equal(strrchr(file, '/') + 1, cases[i].file);
		assert_int_equal(line, cases[i].line);
	}
	snprintf(path, sizeof(path), "rm -r %s", folder);
	assert_int_equal(system(path), 0);
	arena_free(&a);
}

static const struct setting_found *
found(const struct setting_list *l, const char *service, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->item[i].name, name) == 0
			&& (service ? l->item[i].service
						&& strcmp(l->item[i].service,
							   service)
							== 0
				    : !l->item[i].service))
			return &l->item[i];
	fail_msg("%s is not told", name);
	return NULL;
}

static void
what_is_in_effect_is_compared(void **state)
{
	static const struct setting_texts texts = {
		.main = "mydestination =\n"
			"virtual_mailbox_maps = lmdb:/m/mailboxes\n"
			"virtual_alias_maps = hash:/etc/aliases\n"
			"mynetworks = 127.0.0.1/32,[::1]/128, "
			"cidr:/m/whitelist.cidr\n"
			"lmtp_delivery_status_filter = "
			"regexp:/e/postroom-lmtp-dsn\n"
			"myhostname = mx.test\n"
			"smtpd_sender_restrictions =\n",
		.master = "submission/inet/smtpd_sasl_auth_enable = yes\n"
			  "submission/inet/smtpd_relay_restrictions = "
			  "permit_sasl_authenticated,reject\n"
			  "smtp/inet/mynetworks = 0.0.0.0/0\n"
			  "pickup/unix/mynetworks = 0.0.0.0/0\n",
		.dovecot = "auth_cache_size = 0\n"
			   "passdb {\n  args = x\n  driver = pam\n}\n"
			   "userdb {\n  driver = sql\n}\n"
			   "service/auth-worker/user = postroom-map\n",
	};
	static const struct {
		const char *service, *name;
		bool differs;
	} cases[] = {
		{ NULL, "mydestination", false },
		{ NULL, "virtual_mailbox_maps", false },
		{ NULL, "virtual_alias_maps", true },
		{ NULL, "mynetworks", false },
		{ NULL, "lmtp_delivery_status_filter", false },
		{ NULL, "myhostname", false },
		{ NULL, "strict_rfc821_envelopes", true },
		{ "submission/inet", "smtpd_sasl_auth_enable", false },
		{ "submission/inet", "smtpd_relay_restrictions", false },
		{ "submission/inet", "smtpd_sender_restrictions", true },
		{ "smtp/inet", "mynetworks", true },
		{ NULL, "auth_cache_size", false },
		{ NULL, "passdb/driver", true },
		{ NULL, "userdb/driver", false },
		{ NULL, "service/auth-worker/user", false },
		{ NULL, "auth_username_format", true },
	};
	static struct conf conf;
	struct arena *a = arena_new((size_t)1 << 22);
	struct setting_list l;
	struct err e = ERR_EMPTY;
	(void)state;
	conf_init(&conf);
	(void)snprintf(
		conf.node.postfix_maps, sizeof(conf.node.postfix_maps), "/m");
	(void)snprintf(conf.rootd.postfix_config,
		sizeof(conf.rootd.postfix_config), "/nowhere");
	assert_true(settings_judge(&conf, &texts, a, &l, &e));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (found(&l, cases[i].service, cases[i].name)->differs
			!= cases[i].differs)
			fail_msg("%s", cases[i].name);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_line_of_main_cf_wins),
		cmocka_unit_test(an_override_is_found_in_its_own_service),
		cmocka_unit_test(dovecots_include_chain_is_followed),
		cmocka_unit_test(what_is_in_effect_is_compared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
