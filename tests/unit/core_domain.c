/*
 * Domains: rules, states, end and return.
 */
#include "tests/unit/core_fixture.h"

#include "core/job.h"

static bool
patch(uint64_t id, uint64_t version, const char *key, const char *value,
	struct domain *out)
{
	struct form_seen seen = { 0 };
	struct domain_in in;

	domain_in_defaults(&in);
	return form_set_text(
		       domain_patch_form, key, value, &in, &seen, arena, &err)
		&& domain_patch(
			&core, &root_actor, id, version, &in, &seen, out, &err);
}

static void
a_new_domain_is_active_and_logged(void **state)
{
	struct domain d = make_domain("new.example"), got;

	(void)state;
	assert_int_equal(d.state, DOMAIN_ACTIVE);
	assert_int_equal(d.version, 1);
	assert_true(has_key('d', "new.example"));
	OK(domain_get(&core, &root_actor, d.id, &got, &err));
	assert_string_equal(got.name, "new.example");
	assert_int_equal(got.changed_serial, d.changed_serial);
	assert_int_equal(
		number("SELECT serial FROM head"), (int64_t)d.changed_serial);
}

static void
a_name_is_taken_once(void **state)
{
	struct domain_in in;
	struct domain d = make_domain("once.example");

	(void)state;
	domain_in_defaults(&in);
	assert_true(str_copy(in.name, sizeof(in.name), d.name));
	REFUSED(domain_create(&core, &root_actor, &in, &d, &err), ERR_CONFLICT,
		"name_taken");
	assert_string_equal(err.item[0].field, "name");
}

#define TEN                                                                    \
	"\xe5\xb1\xb1\xe5\xb1\xb1\xe5\xb1\xb1\xe5\xb1\xb1\xe5\xb1\xb1"         \
	"\xe5\xb1\xb1\xe5\xb1\xb1\xe5\xb1\xb1\xe5\xb1\xb1\xe5\xb1\xb1"
#define FIFTY TEN TEN TEN TEN TEN
#define LONG_TEXT FIFTY FIFTY FIFTY FIFTY

static const struct {
	const char *name, *key, *value;
	enum err_code code;
	const char *reason;
} patches[] = {
	{ "a description", "description", "text", ERR_NONE, "" },
	{ "a limit", "max_mailboxes", "5", ERR_NONE, "" },
	{ "disabled", "state", "disabled", ERR_NONE, "" },
	{ "retiring", "state", "retiring", ERR_NONE, "" },
	{ "prepared needs a transport", "state", "prepared", ERR_INVALID,
		"needed_prepared" },
	{ "a date without retiring", "retire_at", "2099-01-01T00:00:00Z",
		ERR_INVALID, "only_retiring" },
	{ "a code of 200", "refuse_code", "200", ERR_INVALID, "out_of_range" },
	{ "a code of 421", "refuse_code", "421", ERR_NONE, "" },
	{ "a transport to a host", "transport", "smtp:[old.example.net]:25",
		ERR_NONE, "" },
	{ "a transport that runs a program", "transport", "pipe:sh",
		ERR_INVALID, "unknown_transport" },
	{ "a transport with a blank", "transport", "smtp:a b", ERR_INVALID,
		"bad_character" },
	{ "a text with a line feed", "refuse_text", "a\nb", ERR_INVALID,
		"bad_character" },
	{ "200 characters of three bytes", "description", LONG_TEXT, ERR_NONE,
		"" },
	{ "one character more", "description", LONG_TEXT "\xe5\xb1\xb1",
		ERR_INVALID, "too_long" },
	{ "a limit below 0", "max_aliases", "-1", ERR_INVALID, "out_of_range" },
};

static void
patches_follow_the_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(patches); i++) {
		char name[64];
		struct domain d, out;

		snprintf(name, sizeof(name), "patch%zu.example", i);
		d = make_domain(name);
		err_clear(&err);
		if (patch(d.id, d.version, patches[i].key, patches[i].value,
			    &out)
			!= (patches[i].code == ERR_NONE))
			fail_msg("%s: %s", patches[i].name, err_text(&err));
		assert_int_equal(err.code, patches[i].code);
		if (err.n)
			assert_string_equal(
				err.item[0].reason, patches[i].reason);
		else
			assert_int_equal(out.version, 2);
	}
}

static void
a_patch_that_changes_nothing_takes_no_serial(void **state)
{
	struct domain d = make_domain("same.example"), out;
	int64_t head = number("SELECT serial FROM head");

	(void)state;
	OK(patch(d.id, d.version, "state", "active", &out));
	assert_int_equal(out.version, 1);
	assert_int_equal(number("SELECT serial FROM head"), head);
}

static void
a_stale_version_is_refused(void **state)
{
	struct domain d = make_domain("stale.example"), out;

	(void)state;
	OK(patch(d.id, 1, "description", "one", &out));
	REFUSED(patch(d.id, 1, "description", "two", &out), ERR_STALE, "stale");
}

static void
only_what_shows_in_maps_makes_a_key(void **state)
{
	struct domain d = make_domain("keys.example"), out;

	(void)state;
	OK(patch(d.id, 0, "description", "words", &out));
	assert_false(has_key('d', "keys.example"));
	OK(patch(d.id, 0, "state", "disabled", &out));
	assert_true(has_key('d', "keys.example"));
	assert_true(has_key('s', "@keys.example"));
}

static void
a_small_domain_goes_and_comes_back_whole(void **state)
{
	struct domain d = make_domain("small.example"), out, again;
	struct mailbox m = make_mailbox("ana@small.example"), got;
	struct domain_preview p;
	struct job j;

	(void)state;
	make_alias("info@small.example", "ana@small.example");
	OK(domain_delete_preview(&core, &root_actor, d.id, &p, &err));
	assert_int_equal(p.mailbox_count, 1);
	assert_string_equal(p.first_aliases[0], "info@small.example");
	REFUSED(domain_delete(
			&core, &root_actor, d.id, 0, "other.example", &j, &err),
		ERR_INVALID, "not_the_name");
	OK(domain_delete(
		&core, &root_actor, d.id, 0, "Small.Example", &j, &err));
	assert_int_equal(j.state, JOB_DONE);
	assert_true(has_key('d', "small.example"));
	assert_true(has_key('s', "@small.example"));
	OK(mailbox_get(&core, &root_actor, m.id, &got, &err));
	assert_int_equal(got.state, MAILBOX_DELETED);
	counters_are_right();
	again = make_domain("small.example");
	REFUSED(domain_restore(&core, &root_actor, d.id, &out, &j, &err),
		ERR_CONFLICT, "name_taken");
	OK(domain_delete(&core, &root_actor, again.id, 0, NULL, &j, &err));
	OK(domain_restore(&core, &root_actor, d.id, &out, &j, &err));
	assert_int_equal(j.id, 0);
	assert_int_equal(out.state, DOMAIN_ACTIVE);
	OK(mailbox_get(&core, &root_actor, m.id, &got, &err));
	assert_int_equal(got.state, MAILBOX_ACTIVE);
	counters_are_right();
	REFUSED(domain_restore(&core, &root_actor, d.id, &out, &j, &err),
		ERR_CONFLICT, "not_deleted");
}

static void
a_return_is_undone_only_while_nothing_came_after(void **state)
{
	struct domain d = make_domain("back.example"), out;
	struct job j;
	uint64_t serial;

	(void)state;
	make_mailbox("ana@back.example");
	OK(domain_delete(&core, &root_actor, d.id, 0, NULL, &j, &err));
	OK(domain_restore(&core, &root_actor, d.id, &out, &j, &err));
	OK(revision_undo(
		&core, &root_actor, out.changed_serial, NULL, &serial, &err));
	OK(domain_restore(&core, &root_actor, d.id, &out, &j, &err));
	make_mailbox("ben@back.example");
	REFUSED(revision_undo(&core, &root_actor, out.changed_serial, NULL,
			&serial, &err),
		ERR_CONFLICT, "later_change");
	counters_are_right();
}

static void
a_large_domain_goes_by_a_job(void **state)
{
	struct domain d = make_domain("large.example"), next, out;
	uint64_t n, total = 0;
	struct mailbox m;
	bool is_last = false;
	char sql[512];
	struct job j;

	(void)state;
	snprintf(sql, sizeof(sql),
		"INSERT INTO mailbox (domain_id, address, quota_bytes, "
		"created, "
		"updated) SELECT %llu, CONCAT('u', seq, '@large.example'), 7, "
		"NOW(6), NOW(6) FROM seq_1_to_1200; UPDATE domain SET "
		"mailbox_count = 1200, quota_allotted_bytes = 8400 "
		"WHERE id = %llu",
		(unsigned long long)d.id, (unsigned long long)d.id);
	OK(db_run_script(core.db, sql, &err));
	OK(domain_delete(&core, &root_actor, d.id, 0, NULL, &j, &err));
	assert_int_equal(j.state, JOB_QUEUED);
	assert_int_equal(j.total, 1200);
	REFUSED(job_cancel(&core, &root_actor, j.id, &j, &err), ERR_CONFLICT,
		"not_cancellable");
	/* The name is free, and so is every address, before the job ran. */
	next = make_domain("large.example");
	m = make_mailbox("u1@large.example");
	assert_int_equal(m.domain_id, next.id);
	REFUSED(domain_restore(&core, &root_actor, d.id, &out, &j, &err),
		ERR_CONFLICT, "name_taken");
	while (!is_last) {
		OK(domain_delete_batch(
			&core, &root_actor, d.id, 500, &n, &is_last, &err));
		total += n;
		arena_reset(arena);
	}
	assert_int_equal(total, 1200);
	counters_are_right();
	OK(db_run_script(core.db, "UPDATE job SET state = 3", &err));
	OK(domain_delete(&core, &root_actor, next.id, 0, NULL, &j, &err));
	OK(domain_restore(&core, &root_actor, d.id, &out, &j, &err));
	assert_int_not_equal(j.id, 0);
	assert_string_equal(j.kind, "domain.restore");
	for (is_last = false, total = 0; !is_last; total += n) {
		OK(domain_restore_batch(
			&core, &root_actor, d.id, 500, &n, &is_last, &err));
		arena_reset(arena);
	}
	assert_int_equal(total, 1200);
	OK(domain_get(&core, &root_actor, d.id, &out, &err));
	assert_int_equal(out.state, DOMAIN_ACTIVE);
	assert_int_equal(out.mailbox_count, 1200);
	counters_are_right();
}

static void
an_admin_sees_his_domains_only(void **state)
{
	struct domain a = make_domain("mine.example"),
		      b = make_domain("other.example"), out;
	struct actor admin = { .kind = ACTOR_ADMIN,
		.role = ROLE_ADMIN,
		.name = "admin",
		.admin_id = 7,
		.domain_ids = &a.id,
		.n_domains = 1 };
	struct domain_query q = { 0 };
	struct list_page page;
	struct domain *items;
	struct job j;

	(void)state;
	OK(domain_get(&core, &admin, a.id, &out, &err));
	REFUSED(domain_get(&core, &admin, b.id, &out, &err), ERR_NOT_FOUND,
		"not_found");
	REFUSED(domain_delete(&core, &admin, b.id, 0, NULL, &j, &err),
		ERR_NOT_FOUND, "not_found");
	REFUSED(domain_delete(&core, &admin, a.id, 0, NULL, &j, &err),
		ERR_FORBIDDEN, "superadmin_only");
	OK(domain_list(&core, &admin, &q, &items, &page, &err));
	assert_int_equal(page.n, 1);
	assert_string_equal(items[0].name, "mine.example");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			a_new_domain_is_active_and_logged, fresh),
		cmocka_unit_test_setup(a_name_is_taken_once, fresh),
		cmocka_unit_test_setup(patches_follow_the_rules, fresh),
		cmocka_unit_test_setup(
			a_patch_that_changes_nothing_takes_no_serial, fresh),
		cmocka_unit_test_setup(a_stale_version_is_refused, fresh),
		cmocka_unit_test_setup(
			only_what_shows_in_maps_makes_a_key, fresh),
		cmocka_unit_test_setup(
			a_small_domain_goes_and_comes_back_whole, fresh),
		cmocka_unit_test_setup(
			a_return_is_undone_only_while_nothing_came_after,
			fresh),
		cmocka_unit_test_setup(a_large_domain_goes_by_a_job, fresh),
		cmocka_unit_test_setup(an_admin_sees_his_domains_only, fresh),
	};

	return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
