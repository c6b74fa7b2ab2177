/*
 * A database of its own for a test program of core: migrated, opened as the
 * command line opens it, with a clock that the test sets.
 */
#ifndef TESTS_UNIT_CORE_FIXTURE_H
#define TESTS_UNIT_CORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "base/token.h"
#include "core/alias.h"
#include "core/core.h"
#include "core/domain.h"
#include "core/mailbox.h"
#include "core/revision.h"
#include "core/whitelist.h"
#include "db/migrate.h"

static struct conf conf;
static struct core core;
static struct arena *arena;
static struct actor root_actor;
static struct err err;
static int64_t clock_us; /* 0: the wall clock */
static char db_name[64];

__attribute__((unused)) static int64_t
test_now(void)
{
	return clock_us ? clock_us : now_us();
}

__attribute__((unused)) static struct db_options
test_options(void)
{
	return (struct db_options){ .socket = conf.database.socket,
		.name = db_name,
		.user = "root",
		.is_lazy = true };
}

__attribute__((unused)) static int
fixture_open(void **state)
{
	const char *socket = getenv("POSTROOM_TEST_DB_SOCKET");
	struct db_options o;
	struct db_migrated done;

	(void)state;
	if (!socket) {
		print_error("run this below tests/lib/with-mariadb\n");
		return -1;
	}
	log_init("test", LOG_LEVEL_ERROR);
	if (!token_start())
		return -1;
	conf_init(&conf);
	snprintf(db_name, sizeof(db_name), "core%ld", (long)getpid());
	if (!str_copy(
		    conf.database.socket, sizeof(conf.database.socket), socket)
		|| !str_copy(
			conf.database.name, sizeof(conf.database.name), db_name)
		|| !str_copy(conf.cli.user, sizeof(conf.cli.user), "root"))
		return -1;
	conf.map.wake[0] = '\0';
	arena = arena_new(256U << 20);
	o = test_options();
	if (!arena || !db_migrate(&o, "schema", true, &done, &err)
		|| !core_open(&core, &conf, FACE_CLI, arena, &err)) {
		print_error("%s\n", err_text(&err));
		return -1;
	}
	core.now = test_now;
	root_actor = actor_cli("tester");
	return 0;
}

__attribute__((unused)) static int
fixture_close(void **state)
{
	char sql[128];

	(void)state;
	snprintf(sql, sizeof(sql), "DROP DATABASE %s", db_name);
	if (core.db && !db_run_script(core.db, sql, &err))
		return -1;
	core_close(&core);
	arena_free(&arena);
	return 0;
}

/* Before each test. */
__attribute__((unused)) static int
fresh(void **state)
{
	(void)state;
	err_clear(&err);
	arena_reset(arena);
	return 0;
}

#define OK(call)                                                               \
	do {                                                                   \
		err_clear(&err);                                               \
		if (!(call))                                                   \
			fail_msg("%s: %s: %s", #call,                          \
				err.n ? err.item[0].reason : "",               \
				err_text(&err));                               \
	} while (0)

/* It is refused, with this code and reason. */
#define REFUSED(call, code_, reason_)                                          \
	do {                                                                   \
		err_clear(&err);                                               \
		if (call)                                                      \
			fail_msg("%s was not refused", #call);                 \
		assert_string_equal(err_name(err.code), err_name(code_));      \
		assert_string_equal(err.item[0].reason, reason_);              \
	} while (0)

__attribute__((unused)) static int64_t
number(const char *text)
{
	const struct sql q = { text, "", "i" };
	struct rows r;
	int64_t n = 0;

	OK(db_query_text(core.db, &q, NO_ARGS, &r, &err));
	if (rows_next(&r))
		n = row_i64(&r, 0);
	OK(rows_done(&r, &err));
	return n;
}

__attribute__((unused)) static struct domain
make_domain(const char *name)
{
	struct domain_in in;
	struct domain d;

	domain_in_defaults(&in);
	assert_true(str_copy(in.name, sizeof(in.name), name));
	OK(domain_create(&core, &root_actor, &in, &d, &err));
	return d;
}

__attribute__((unused)) static bool
try_mailbox(const char *address, struct mailbox *out)
{
	struct mailbox_in in;

	mailbox_in_defaults(&in);
	return str_copy(in.address, sizeof(in.address), address)
		&& mailbox_create(&core, &root_actor, &in, out, &err);
}

__attribute__((unused)) static struct mailbox
make_mailbox(const char *address)
{
	struct mailbox m;

	OK(try_mailbox(address, &m));
	return m;
}

/* Targets are separated by commas. */
__attribute__((unused)) static bool
try_alias(const char *address, const char *targets, struct alias *out)
{
	struct alias_in in;
	struct form_seen seen = { 0 };

	alias_in_defaults(&in);
	return form_set_text(alias_create_form, "address", address, &in, &seen,
		       arena, &err)
		&& form_set_text(alias_create_form, "targets", targets, &in,
			&seen, arena, &err)
		&& alias_create(&core, &root_actor, &in, out, &err);
}

__attribute__((unused)) static struct alias
make_alias(const char *address, const char *targets)
{
	struct alias al;

	OK(try_alias(address, targets, &al));
	return al;
}

/* A key of the newest revision: kind and text, "a taro@d". */
__attribute__((unused)) static bool
has_key(char kind, const char *key)
{
	char text[600];

	snprintf(text, sizeof(text),
		"SELECT COUNT(*) FROM change_key k JOIN revision r "
		"ON r.prov_id = k.prov_id WHERE k.kind = '%c' "
		"AND k.key_text = '%s' AND r.serial = (SELECT serial FROM "
		"head)",
		kind, key);
	return number(text) > 0;
}

/* Every counter of every domain is what a count of its rows gives. */
__attribute__((unused)) static void
counters_are_right(void)
{
	assert_int_equal(
		number("SELECT COUNT(*) FROM domain d WHERE "
		       "mailbox_count <> (SELECT COUNT(*) FROM mailbox m WHERE "
		       "m.domain_id = d.id AND m.alive = 1) OR "
		       "alias_count <> (SELECT COUNT(*) FROM alias a WHERE "
		       "a.domain_id = d.id AND a.alive = 1) OR "
		       "quota_allotted_bytes <> (SELECT "
		       "COALESCE(SUM(quota_bytes), 0) "
		       "FROM mailbox m WHERE m.domain_id = d.id AND m.alive = "
		       "1)"),
		0);
}

#endif
