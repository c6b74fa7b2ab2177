/*
 * Aliases and mailboxes: addresses, targets, circles, and what happens to
 * targets that go.
 */
#include "tests/unit/core_fixture.h"

static bool
set_targets(uint64_t id, const char *targets, struct alias *out)
{
	struct form_seen seen = { 0 };
	struct alias_in in;

	alias_in_defaults(&in);
	return form_set_text(alias_patch_form, "targets", targets, &in, &seen,
		       arena, &err)
		&& alias_patch(
			&core, &root_actor, id, 0, &in, &seen, out, &err);
}

static int
open_with_people(void **state)
{
	if (fixture_open(state) != 0)
		return -1;
	make_domain("a.example");
	make_domain("b.example");
	make_mailbox("ana@a.example");
	make_mailbox("bob@a.example");
	make_mailbox("eve@b.example");
	make_alias("one@a.example", "ana@a.example");
	make_alias("two@a.example", "one@a.example");
	make_alias("three@b.example", "two@a.example");
	return 0;
}

static const struct {
	const char *name, *address, *targets;
	enum err_code code;
	const char *reason, *subject;
} creates[] = {
	{ "one target inside", "c1@a.example", "ana@a.example", ERR_NONE, "",
		"" },
	{ "many, inside and outside", "c2@a.example",
		"ana@a.example,eve@b.example,x@elsewhere.test", ERR_NONE, "",
		"" },
	{ "a target with a tag", "c3@a.example", "ana+news@a.example", ERR_NONE,
		"", "" },
	{ "an alias of an alias", "c4@b.example", "three@b.example", ERR_NONE,
		"", "" },
	{ "a catch-all", "@a.example", "ana@a.example", ERR_NONE, "", "" },
	{ "a second catch-all", "@a.example", "bob@a.example", ERR_CONFLICT,
		"second_catch_all", "@a.example" },
	{ "an address that is a mailbox", "ana@a.example", "bob@a.example",
		ERR_CONFLICT, "address_taken", "ana@a.example" },
	{ "an address that is an alias", "one@a.example", "bob@a.example",
		ERR_CONFLICT, "address_taken", "one@a.example" },
	{ "a domain of others", "x@elsewhere.test", "ana@a.example",
		ERR_INVALID, "no_such_domain", "elsewhere.test" },
	{ "a target that is nowhere", "n1@a.example",
		"ana@a.example,nobody@b.example", ERR_INVALID, "target_nowhere",
		"nobody@b.example" },
	{ "a tagged target that is nowhere", "n2@a.example",
		"nobody+x@b.example", ERR_INVALID, "target_nowhere",
		"nobody+x@b.example" },
	{ "itself", "self@a.example", "self@a.example", ERR_INVALID,
		"alias_to_itself", "self@a.example" },
	{ "itself with a tag", "self@a.example", "self+x@a.example",
		ERR_INVALID, "alias_loop", "self+x@a.example" },
	{ "a target twice", "t2@a.example", "ana@a.example,ana@a.example",
		ERR_INVALID, "repeated_item", "" },
};

static void
an_alias_is_made_or_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(creates); i++) {
		struct alias al;
		bool ok;

		err_clear(&err);
		ok = try_alias(creates[i].address, creates[i].targets, &al);
		if (ok != (creates[i].code == ERR_NONE))
			fail_msg("%s: %s", creates[i].name, err_text(&err));
		assert_int_equal(err.code, creates[i].code);
		if (ok)
			continue;
		assert_string_equal(err.item[0].reason, creates[i].reason);
		if (*creates[i].subject)
			assert_string_equal(
				err.item[0].subject, creates[i].subject);
	}
	counters_are_right();
}

static void
the_field_names_the_target(void **state)
{
	struct alias al;

	(void)state;
	REFUSED(try_alias("f@a.example",
			"ana@a.example,zoe@a.example,x@b.example", &al),
		ERR_INVALID, "target_nowhere");
	assert_int_equal(err.n, 2);
	assert_string_equal(err.item[0].field, "targets[1]");
	assert_string_equal(err.item[1].field, "targets[2]");
}

static void
a_circle_through_others_is_refused_and_named(void **state)
{
	struct alias one, out;

	(void)state;
	OK(alias_find(&core, &root_actor, "one@a.example", &one, &err));
	REFUSED(set_targets(one.id, "three@b.example", &out), ERR_INVALID,
		"alias_loop");
	assert_string_equal(err.item[0].subject, "three@b.example");
	assert_non_null(strstr(err.item[0].text,
		"one@a.example -> three@b.example -> two@a.example "
		"-> one@a.example"));
	OK(set_targets(one.id, "ana@a.example,bob@a.example", &out));
	assert_int_equal(out.target_count, 2);
}

static void
a_chain_may_be_long_but_not_endless(void **state)
{
	char address[64], before[64] = "ana@a.example";
	struct alias al;

	(void)state;
	for (int i = 0; i < ALIAS_DEPTH_MAX; i++) {
		snprintf(address, sizeof(address), "chain%d@a.example", i);
		make_alias(address, before);
		memcpy(before, address, sizeof(before));
	}
	REFUSED(try_alias("toolong@a.example", before, &al), ERR_INVALID,
		"too_deep");
}

static void
a_state_touches_every_alias_that_reaches_it(void **state)
{
	struct form_seen seen = { 0 };
	struct mailbox_in in;
	struct mailbox m, out;

	(void)state;
	OK(mailbox_find(&core, &root_actor, "ana@a.example", &m, &err));
	mailbox_in_defaults(&in);
	OK(form_set_text(mailbox_patch_form, "state", "closed", &in, &seen,
		arena, &err));
	OK(mailbox_patch(
		&core, &root_actor, m.id, m.version, &in, &seen, &out, &err));
	assert_true(has_key('a', "ana@a.example"));
	assert_true(has_key('a', "one@a.example"));
	assert_true(has_key('a', "two@a.example"));
	assert_true(has_key('a', "three@b.example"));
	assert_true(has_key('s', "ana@a.example"));
	assert_false(has_key('a', "eve@b.example"));
}

/* What only a catch-all takes depends on it, wherever it is named. */
static void
a_catch_all_touches_what_is_sent_through_it(void **state)
{
	struct alias al, out;
	struct form_seen seen = { 0 };
	struct alias_in in;

	(void)state;
	make_mailbox("rest@b.example");
	make_alias("far@a.example", "someone@late.example");
	make_alias("further@a.example", "far@a.example");
	make_domain("late.example");
	al = make_alias("@late.example", "rest@b.example");
	assert_true(has_key('a', "@late.example"));
	assert_true(has_key('a', "far@a.example"));
	assert_true(has_key('a', "further@a.example"));
	alias_in_defaults(&in);
	OK(form_set_text(alias_patch_form, "state", "disabled", &in, &seen,
		arena, &err));
	OK(alias_patch(
		&core, &root_actor, al.id, al.version, &in, &seen, &out, &err));
	assert_true(has_key('a', "further@a.example"));
}

/* None is forgotten when an address is named by thousands. */
static void
thousands_of_aliases_are_touched_and_released(void **state)
{
	const struct mailbox_delete_in away = { TARGETS_REMOVE, "" };
	struct mailbox m = make_mailbox("star@b.example"), out;

	(void)state;
	OK(db_run_script(core.db,
		"INSERT INTO alias (domain_id, address, target_count, created, "
		"updated) SELECT (SELECT id FROM domain WHERE name = "
		"'a.example'), CONCAT('fan', seq, '@a.example'), 1, NOW(6), "
		"NOW(6) FROM seq_1_to_2500;"
		"INSERT INTO alias_target (alias_id, target) SELECT id, "
		"'star@b.example' FROM alias WHERE address LIKE 'fan%';"
		"UPDATE domain d SET alias_count = (SELECT COUNT(*) FROM alias "
		"a WHERE a.domain_id = d.id AND a.alive = 1)",
		&err));
	OK(mailbox_delete(&core, &root_actor, m.id, 0, &away, &out, &err));
	assert_int_equal(number("SELECT COUNT(*) FROM alias_target WHERE "
				"target = 'star@b.example'"),
		0);
	assert_true(has_key('a', "fan1@a.example"));
	assert_true(has_key('a', "fan2500@a.example"));
	assert_int_equal(number("SELECT COUNT(*) FROM change_key k JOIN "
				"revision r ON r.prov_id = k.prov_id WHERE "
				"k.key_text = 'fan7@a.example' AND "
				"r.serial = (SELECT serial FROM head)"),
		1);
	counters_are_right();
}

static void
a_deleted_target_asks_first(void **state)
{
	const struct mailbox_delete_in ask = { TARGETS_ASK, "" };
	const struct mailbox_delete_in away = { TARGETS_REMOVE, "" };
	struct mailbox_delete_in forward = { TARGETS_FORWARD, "" };
	struct mailbox m, out;
	struct alias al;

	(void)state;
	m = make_mailbox("leaving@a.example");
	make_alias("only@a.example", "leaving@a.example");
	make_alias("both@b.example", "leaving+t@a.example,eve@b.example");
	REFUSED(mailbox_delete(&core, &root_actor, m.id, 0, &ask, &out, &err),
		ERR_REFERENCED, "referenced");
	assert_int_equal(err.n, 2);
	assert_string_equal(err.item[0].subject, "both@b.example");
	assert_true(str_copy(forward.forward_to, sizeof(forward.forward_to),
		"nobody@a.example"));
	REFUSED(mailbox_delete(
			&core, &root_actor, m.id, 0, &forward, &out, &err),
		ERR_INVALID, "target_nowhere");
	assert_string_equal(err.item[0].field, "forward_to");
	OK(mailbox_delete(&core, &root_actor, m.id, 0, &away, &out, &err));
	OK(alias_find(&core, &root_actor, "only@a.example", &al, &err));
	assert_int_equal(al.state, ALIAS_DISABLED);
	assert_int_equal(al.target_count, 0);
	OK(alias_find(&core, &root_actor, "both@b.example", &al, &err));
	assert_int_equal(al.target_count, 1);
	assert_string_equal(al.targets[0], "eve@b.example");
	counters_are_right();
}

static void
a_deleted_target_forwards(void **state)
{
	struct mailbox_delete_in in = { TARGETS_FORWARD, "eve@b.example" };
	struct mailbox m = make_mailbox("mover@a.example"), out;
	struct alias al;
	uint64_t serial;

	(void)state;
	make_alias("moved@a.example", "mover@a.example");
	OK(mailbox_delete(&core, &root_actor, m.id, 0, &in, &out, &err));
	OK(alias_find(&core, &root_actor, "moved@a.example", &al, &err));
	assert_string_equal(al.targets[0], "eve@b.example");
	/* The whole of it goes back in one step. */
	OK(revision_undo(
		&core, &root_actor, out.changed_serial, NULL, &serial, &err));
	OK(mailbox_find(&core, &root_actor, "mover@a.example", &out, &err));
	OK(alias_find(&core, &root_actor, "moved@a.example", &al, &err));
	assert_string_equal(al.targets[0], "mover@a.example");
	REFUSED(revision_undo(&core, &root_actor, m.changed_serial, NULL,
			&serial, &err),
		ERR_REFERENCED, "referenced");
}

static void
an_address_made_anew_has_another_home(void **state)
{
	const struct mailbox_delete_in away = { TARGETS_REMOVE, "" };
	struct mailbox m = make_mailbox("again@a.example"), n, out;

	(void)state;
	OK(mailbox_delete(&core, &root_actor, m.id, 0, &away, &out, &err));
	n = make_mailbox("again@a.example");
	assert_int_not_equal(m.id, n.id);
	assert_string_not_equal(m.home, n.home);
	REFUSED(mailbox_restore(&core, &root_actor, m.id, &out, &err),
		ERR_CONFLICT, "address_taken");
	counters_are_right();
}

static void
limits_of_a_domain_hold(void **state)
{
	struct form_seen seen = { 0 };
	struct domain d = make_domain("limit.example"), out;
	struct domain_in in;
	struct mailbox_in box;
	struct mailbox m;
	struct alias al;

	(void)state;
	domain_in_defaults(&in);
	OK(form_set_text(domain_patch_form, "max_mailboxes", "2", &in, &seen,
		arena, &err));
	OK(form_set_text(domain_patch_form, "max_aliases", "1", &in, &seen,
		arena, &err));
	OK(form_set_text(domain_patch_form, "max_quota_bytes", "1000", &in,
		&seen, arena, &err));
	OK(form_set_text(domain_patch_form, "default_quota_bytes", "400", &in,
		&seen, arena, &err));
	OK(domain_patch(&core, &root_actor, d.id, 0, &in, &seen, &out, &err));
	m = make_mailbox("one@limit.example");
	assert_int_equal(m.quota_bytes, 400);
	mailbox_in_defaults(&box);
	assert_true(str_copy(
		box.address, sizeof(box.address), "two@limit.example"));
	box.quota_bytes = 601;
	REFUSED(mailbox_create(&core, &root_actor, &box, &m, &err), ERR_LIMIT,
		"max_quota");
	box.quota_bytes = 0;
	REFUSED(mailbox_create(&core, &root_actor, &box, &m, &err), ERR_LIMIT,
		"quota_needed");
	box.quota_bytes = 600;
	OK(mailbox_create(&core, &root_actor, &box, &m, &err));
	REFUSED(try_mailbox("three@limit.example", &m), ERR_LIMIT,
		"max_mailboxes");
	make_alias("x@limit.example", "one@limit.example");
	REFUSED(try_alias("y@limit.example", "one@limit.example", &al),
		ERR_LIMIT, "max_aliases");
	counters_are_right();
}

static void
a_password_is_a_secret_row_and_comes_back(void **state)
{
	struct mailbox_in in;
	struct mailbox m = make_mailbox("pw@a.example"), one, two;
	uint64_t serial, second;

	(void)state;
	assert_int_equal(m.secret_id, 0);
	mailbox_in_defaults(&in);
	REFUSED(mailbox_set_password(&core, &root_actor, m.id, &in, &one, &err),
		ERR_INVALID, "required");
	assert_true(str_copy(in.password, sizeof(in.password), "short"));
	REFUSED(mailbox_set_password(&core, &root_actor, m.id, &in, &one, &err),
		ERR_INVALID, "too_short");
	assert_true(str_copy(
		in.password, sizeof(in.password), "correct horse battery"));
	OK(mailbox_set_password(&core, &root_actor, m.id, &in, &one, &err));
	assert_true(has_key('s', "pw@a.example"));
	assert_true(one.secret_id > 0);
	in.password[0] = '\0';
	assert_true(str_copy(in.password_hash, sizeof(in.password_hash),
		"{SSHA512}c2FsdHNhbHQ="));
	OK(mailbox_set_password(&core, &root_actor, m.id, &in, &two, &err));
	assert_string_equal(two.password_scheme, "SSHA512");
	second = two.changed_serial;
	OK(revision_undo(&core, &root_actor, second, "oops", &serial, &err));
	OK(mailbox_get(&core, &root_actor, m.id, &two, &err));
	assert_int_equal(two.secret_id, one.secret_id);
	assert_int_equal(number("SELECT COUNT(*) FROM `change` WHERE "
				"before_image LIKE '%SSHA512}%' "
				"OR after_image LIKE '%SSHA512}%'"),
		0);
	REFUSED(revision_undo(&core, &root_actor, second, NULL, &serial, &err),
		ERR_CONFLICT, "undone_already");
	OK(revision_undo(&core, &root_actor, serial, NULL, &serial, &err));
	OK(mailbox_get(&core, &root_actor, m.id, &two, &err));
	assert_string_equal(two.password_scheme, "SSHA512");
}

static void
postmaster_and_abuse_are_seen(void **state)
{
	struct domain d = make_domain("post.example");

	(void)state;
	assert_false(d.has_postmaster);
	make_mailbox("me@post.example");
	make_alias("postmaster@post.example", "me@post.example");
	OK(domain_get(&core, &root_actor, d.id, &d, &err));
	assert_true(d.has_postmaster);
	assert_false(d.has_abuse);
	make_mailbox("abuse@post.example");
	make_alias("@post.example", "me@post.example");
	OK(domain_get(&core, &root_actor, d.id, &d, &err));
	assert_true(d.has_abuse);
	assert_true(d.has_catch_all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			an_alias_is_made_or_refused_by_name, fresh),
		cmocka_unit_test_setup(the_field_names_the_target, fresh),
		cmocka_unit_test_setup(
			a_circle_through_others_is_refused_and_named, fresh),
		cmocka_unit_test_setup(
			a_chain_may_be_long_but_not_endless, fresh),
		cmocka_unit_test_setup(
			a_state_touches_every_alias_that_reaches_it, fresh),
		cmocka_unit_test_setup(
			a_catch_all_touches_what_is_sent_through_it, fresh),
		cmocka_unit_test_setup(
			thousands_of_aliases_are_touched_and_released, fresh),
		cmocka_unit_test_setup(a_deleted_target_asks_first, fresh),
		cmocka_unit_test_setup(a_deleted_target_forwards, fresh),
		cmocka_unit_test_setup(
			an_address_made_anew_has_another_home, fresh),
		cmocka_unit_test_setup(limits_of_a_domain_hold, fresh),
		cmocka_unit_test_setup(
			a_password_is_a_secret_row_and_comes_back, fresh),
		cmocka_unit_test_setup(postmaster_and_abuse_are_seen, fresh),
	};

	return cmocka_run_group_tests(tests, open_with_people, fixture_close);
}
