/*
 * The whitelist: its rules, its end by the clock, overlaps, undo; and the list
 * of revisions.
 */
#include "tests/unit/core_fixture.h"

#include "core/due.h"

static bool
try_network(const char *network, const char *expires, struct whitelist *out)
{
	struct form_seen seen = { 0 };
	struct whitelist_in in;

	whitelist_in_defaults(&in);
	return form_set_text(whitelist_create_form, "network", network, &in,
		       &seen, arena, &err)
		&& (!expires
			|| form_set_text(whitelist_create_form, "expires_at",
				expires, &in, &seen, arena, &err))
		&& whitelist_create(&core, &root_actor, &in, out, &err);
}

static const struct {
	const char *in, *canonical;
	enum err_code code;
	const char *reason;
} networks[] = {
	{ "192.0.2.0/24", "192.0.2.0/24", ERR_NONE, "" },
	{ "198.51.100.7", "198.51.100.7", ERR_NONE, "" },
	{ "2001:DB8:0::/48", "2001:db8::/48", ERR_NONE, "" },
	{ "192.0.2.0/24", "", ERR_CONFLICT, "network_taken" },
	{ "0.0.0.0/0", "", ERR_INVALID, "network_too_wide" },
	{ "::/0", "", ERR_INVALID, "network_too_wide" },
	{ "10.0.0.0/8", "", ERR_INVALID, "network_too_wide" },
	{ "2001::/16", "", ERR_INVALID, "network_too_wide" },
	{ "10.0.0.1/16", "", ERR_INVALID, "host_bits_set" },
	{ "10.0.0.1/8", "", ERR_INVALID, "host_bits_set" },
	{ "::ffff:10.0.0.0/104", "", ERR_INVALID, "v4_mapped" },
	{ "10.1.2", "", ERR_INVALID, "bad_network" },
};

static void
networks_are_kept_in_one_form_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(networks); i++) {
		struct whitelist w;

		err_clear(&err);
		if (try_network(networks[i].in, NULL, &w)) {
			assert_int_equal(networks[i].code, ERR_NONE);
			assert_string_equal(w.network, networks[i].canonical);
			assert_true(has_key('w', w.network));
			continue;
		}
		assert_int_equal(err.code, networks[i].code);
		assert_string_equal(err.item[0].reason, networks[i].reason);
		assert_string_equal(err.item[0].field, "network");
	}
}

static void
overlaps_are_told(void **state)
{
	struct whitelist wide, narrow, other;

	(void)state;
	OK(try_network("203.0.113.0/24", NULL, &wide));
	assert_int_equal(wide.n_overlaps, 0);
	OK(try_network("203.0.113.128/25", NULL, &narrow));
	assert_int_equal(narrow.n_overlaps, 1);
	assert_string_equal(narrow.overlaps[0].network, "203.0.113.0/24");
	OK(try_network("203.0.112.0/24", NULL, &other));
	assert_int_equal(other.n_overlaps, 0);
	OK(whitelist_get(&core, &root_actor, wide.id, &wide, &err));
	assert_int_equal(wide.n_overlaps, 1);
}

static void
the_clock_ends_what_expires(void **state)
{
	struct whitelist w, got;
	uint64_t n, serial;

	(void)state;
	REFUSED(try_network("192.0.2.9", "2020-01-01T00:00:00Z", &w),
		ERR_INVALID, "in_the_past");
	clock_us = 1900000000 * US_PER_S;
	OK(try_network("192.0.2.9", "2030-03-17T17:46:45Z", &w));
	OK(due_whitelist(&core, &n, &err));
	assert_int_equal(n, 0);
	clock_us += 6 * US_PER_S;
	OK(due_whitelist(&core, &n, &err));
	assert_int_equal(n, 1);
	assert_true(has_key('w', "192.0.2.9"));
	OK(whitelist_get(&core, &root_actor, w.id, &got, &err));
	assert_int_equal(got.state, WHITELIST_EXPIRED);
	assert_int_equal(number("SELECT actor_kind FROM revision "
				"ORDER BY serial DESC LIMIT 1"),
		ACTOR_CLOCK);
	/* Its network may be entered again, and its end cannot be undone. */
	REFUSED(revision_undo(&core, &root_actor, got.changed_serial, NULL,
			&serial, &err),
		ERR_INVALID, "in_the_past");
	OK(try_network("192.0.2.9", NULL, &w));
	clock_us = 0;
}

static void
a_deleted_entry_comes_back_by_undo(void **state)
{
	struct whitelist w, gone, back;
	uint64_t serial;

	(void)state;
	OK(try_network("192.0.2.77", NULL, &w));
	REFUSED(whitelist_delete(&core, &root_actor, w.id, 9, &gone, &err),
		ERR_STALE, "stale");
	OK(whitelist_delete(&core, &root_actor, w.id, w.version, &gone, &err));
	REFUSED(whitelist_delete(&core, &root_actor, w.id, 0, &gone, &err),
		ERR_CONFLICT, "deleted");
	OK(revision_undo(
		&core, &root_actor, gone.changed_serial, NULL, &serial, &err));
	OK(whitelist_get(&core, &root_actor, w.id, &back, &err));
	assert_int_equal(back.state, WHITELIST_ACTIVE);
	assert_true(has_key('w', "192.0.2.77"));
}

static void
only_superadmins_see_it(void **state)
{
	const struct actor admin = { .kind = ACTOR_ADMIN,
		.role = ROLE_ADMIN,
		.name = "admin",
		.admin_id = 3 };
	struct whitelist_query q = { 0 };
	struct list_page page;
	struct whitelist *items, w;

	(void)state;
	REFUSED(whitelist_list(&core, &admin, &q, &items, &page, &err),
		ERR_FORBIDDEN, "superadmin_only");
	REFUSED(whitelist_get(&core, &admin, 1, &w, &err), ERR_FORBIDDEN,
		"superadmin_only");
}

static void
pages_by_expiry_hold_those_without_one(void **state)
{
	struct whitelist_query q = { .list = { .limit = 2,
					     .sort = "expires_at" } };
	struct list_page page;
	struct whitelist *items, w;
	int64_t n = 0;

	(void)state;
	OK(try_network("192.0.2.101", "2098-01-01T00:00:00Z", &w));
	OK(try_network("192.0.2.102", "2097-01-01T00:00:00Z", &w));
	do {
		OK(whitelist_list(&core, &root_actor, &q, &items, &page, &err));
		if (n == 0)
			assert_string_equal(items[0].network, "192.0.2.102");
		n += (int64_t)page.n;
		q.list.after = page.next;
	} while (page.next);
	assert_int_equal(
		n, number("SELECT COUNT(*) FROM whitelist WHERE alive = 1"));
}

static void
revisions_are_paged_and_filtered(void **state)
{
	struct revision_query q = {
		.list = { .limit = 3 },
		.range = { .from_us = TIME_NONE, .to_us = TIME_NONE },
	};
	struct domain d = make_domain("log.example");
	struct revision *items, one;
	struct list_page page;
	struct change *changes;
	uint64_t last = UINT64_MAX, next;
	int64_t n = 0;
	size_t n_changes;

	(void)state;
	do {
		OK(revision_list(&core, &root_actor, &q, &items, &page, &err));
		for (size_t i = 0; i < page.n; i++, n++) {
			assert_true(items[i].serial < last);
			last = items[i].serial;
		}
		q.list.after = page.next;
	} while (page.next);
	assert_int_equal(n, number("SELECT serial FROM head"));
	q = (struct revision_query){ .noun = "domain",
		.noun_id = d.id,
		.range = { .from_us = TIME_NONE, .to_us = TIME_NONE } };
	OK(revision_list(&core, &root_actor, &q, &items, &page, &err));
	assert_int_equal(page.n, 1);
	assert_string_equal(items[0].action, "domain.create");
	assert_string_equal(items[0].first.subject, "log.example");
	OK(revision_get(&core, &root_actor, items[0].serial, &one, &err));
	OK(revision_changes(&core, &root_actor, one.serial, 0, 50, &changes,
		&n_changes, &next, &err));
	assert_int_equal(n_changes, 1);
	assert_null(changes[0].before);
	assert_non_null(strstr(changes[0].after, "\"name\":\"log.example\""));
	REFUSED(revision_get(&core, &root_actor, 999999, &one, &err),
		ERR_NOT_FOUND, "not_found");
}

static void
an_undo_of_a_field_is_refused_after_a_later_change(void **state)
{
	struct form_seen seen = { 0 };
	struct domain d = make_domain("undo.example"), one, two;
	struct domain_in in;
	uint64_t serial;

	(void)state;
	domain_in_defaults(&in);
	OK(form_set_text(domain_patch_form, "description", "first", &in, &seen,
		arena, &err));
	OK(domain_patch(&core, &root_actor, d.id, 0, &in, &seen, &one, &err));
	assert_true(str_copy(in.description, sizeof(in.description), "second"));
	OK(domain_patch(&core, &root_actor, d.id, 0, &in, &seen, &two, &err));
	REFUSED(revision_undo(&core, &root_actor, one.changed_serial, NULL,
			&serial, &err),
		ERR_CONFLICT, "later_change");
	assert_string_equal(err.item[0].subject, "undo.example");
	assert_string_equal(err.item[0].field, "description");
	OK(revision_undo(
		&core, &root_actor, two.changed_serial, NULL, &serial, &err));
	OK(domain_get(&core, &root_actor, d.id, &one, &err));
	assert_string_equal(one.description, "first");
	/* What was made goes again, while nothing hangs on it. */
	make_mailbox("here@undo.example");
	REFUSED(revision_undo(&core, &root_actor, d.changed_serial, NULL,
			&serial, &err),
		ERR_CONFLICT, "later_change");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			networks_are_kept_in_one_form_or_refused, fresh),
		cmocka_unit_test_setup(overlaps_are_told, fresh),
		cmocka_unit_test_setup(the_clock_ends_what_expires, fresh),
		cmocka_unit_test_setup(
			a_deleted_entry_comes_back_by_undo, fresh),
		cmocka_unit_test_setup(only_superadmins_see_it, fresh),
		cmocka_unit_test_setup(
			pages_by_expiry_hold_those_without_one, fresh),
		cmocka_unit_test_setup(revisions_are_paged_and_filtered, fresh),
		cmocka_unit_test_setup(
			an_undo_of_a_field_is_refused_after_a_later_change,
			fresh),
	};

	return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
