/*
 * Lists: every page by key in both directions, searches and scopes against
 * what a plain look at all rows gives.
 */
#include "tests/unit/core_fixture.h"

#include "core/admin_manage.h"
#include "core/bulk.h"
#include "core/job.h"

#define DOMAINS 12
#define BOXES 400

static uint64_t domain_ids[DOMAINS];

/* Rows by SQL: 12 domains, 400 mailboxes with names, some in each state. */
static int
open_with_rows(void **state)
{
	if (fixture_open(state) != 0)
		return -1;
	for (int i = 0; i < DOMAINS; i++) {
		char name[64];

		snprintf(name, sizeof(name), "d%02d.example", i);
		domain_ids[i] = make_domain(name).id;
	}
	OK(db_run_script(core.db,
		"INSERT INTO mailbox (domain_id, address, name, state, "
		"quota_bytes, created, updated) SELECT d.id, "
		"CONCAT('user', LPAD(s.seq, 3, '0'), '@', d.name), "
		"ELT(s.seq % 5 + 1, CONCAT('Ana Cruz ', s.seq), 'Hanako', "
		"'\xe5\xb1\xb1\xe7\x94\xb0\xe8\x8a\xb1\xe5\xad\x90', "
		"CONCAT('Zoe ', s.seq), ''), s.seq % 3 + 1, (s.seq % 7) * 100, "
		"TIMESTAMPADD(SECOND, s.seq % 50, '2026-01-01'), NOW(6) "
		"FROM seq_1_to_400 s JOIN domain d "
		"ON d.name = CONCAT('d', LPAD(s.seq % 12, 2, '0'), '.example');"
		"UPDATE domain d SET mailbox_count = (SELECT COUNT(*) FROM "
		"mailbox m WHERE m.domain_id = d.id), quota_allotted_bytes = "
		"(SELECT SUM(quota_bytes) FROM mailbox m "
		"WHERE m.domain_id = d.id);"
		"INSERT IGNORE INTO mailbox_part SELECT "
		"LEFT(SUBSTRING(m.name, s.seq), 16), m.id FROM mailbox m "
		"JOIN seq_1_to_64 s ON s.seq <= CHAR_LENGTH(m.name)",
		&err));
	return 0;
}

static struct actor
admin_of(const uint64_t *ids, size_t n)
{
	static const unsigned all[] = { RIGHTS_ALL, RIGHTS_ALL, RIGHTS_ALL,
		RIGHTS_ALL };

	assert_true(n <= ARRAY_LEN(all));
	return (struct actor){ .kind = ACTOR_ADMIN,
		.role = ROLE_ADMIN,
		.name = "admin",
		.admin_id = 9,
		.domain_ids = ids,
		.rights = all,
		.n_domains = n };
}

/* All pages forward, then all back: the same rows, each once. */
static size_t
walk_pages(const struct actor *a, struct mailbox_query q, uint64_t *ids)
{
	struct list_page page;
	struct mailbox *items;
	size_t n = 0, back;

	for (;;) {
		OK(mailbox_list(&core, a, &q, &items, &page, &err));
		for (size_t i = 0; i < page.n; i++) {
			for (size_t k = 0; k < n; k++)
				assert_int_not_equal(ids[k], items[i].id);
			ids[n++] = items[i].id;
		}
		if (!page.next)
			break;
		q.list.after = page.next;
	}
	back = n - page.n;
	while (page.prev) {
		q.list.after = NULL;
		q.list.before = page.prev;
		OK(mailbox_list(&core, a, &q, &items, &page, &err));
		assert_true(page.n <= back);
		back -= page.n;
		for (size_t i = 0; i < page.n; i++)
			assert_int_equal(items[i].id, ids[back + i]);
	}
	assert_int_equal(back, 0);
	return n;
}

static const struct {
	const char *name, *sort, *q;
	unsigned domain; /* index + 1, 0: all */
	unsigned state;
	unsigned scope;    /* domains of the admin, 0: superadmin */
	const char *count; /* what a plain count says */
} pages[] = {
	{ "all by address", "address", NULL, 0, 0, 0, "1 = 1" },
	{ "all by address, downward", "-address", NULL, 0, 0, 0, "1 = 1" },
	{ "all by name", "name", NULL, 0, 0, 0, "1 = 1" },
	{ "all by name, downward", "-name", NULL, 0, 0, 0, "1 = 1" },
	{ "all by time", "created_at", NULL, 0, 0, 0, "1 = 1" },
	{ "all by quota, downward", "-quota", NULL, 0, 0, 0, "1 = 1" },
	{ "one domain", "address", NULL, 3, 0, 0, "d.name = 'd02.example'" },
	{ "one domain by quota", "quota", NULL, 3, 0, 0,
		"d.name = 'd02.example'" },
	{ "one state", "address", NULL, 0, MAILBOX_CLOSED, 0, "m.state = 3" },
	{ "an address prefix", "address", "user12", 0, 0, 0,
		"m.address LIKE 'user12%'" },
	{ "an address prefix by name", "name", "user1", 0, 0, 0,
		"m.address LIKE 'user1%'" },
	{ "a domain prefix", "address", "d0", 0, 0, 0,
		"m.address LIKE '%@d0%'" },
	{ "a domain prefix with its sign", "-quota", "@d1", 0, 0, 0,
		"m.address LIKE '%@d1%'" },
	{ "a part of a name", "address", "cruz", 0, 0, 0,
		"m.name LIKE '%cruz%'" },
	{ "a part of a name inside a word", "name", "ANAKO", 0, 0, 0,
		"m.name LIKE '%anako%'" },
	{ "a part of a Japanese name", "created_at", "\xe8\x8a\xb1\xe5\xad\x90",
		0, 0, 0, "m.name LIKE '%\xe8\x8a\xb1\xe5\xad\x90%'" },
	{ "a text that is a prefix and a part", "address", "u", 0, 0, 0,
		"m.address LIKE 'u%' OR m.name LIKE '%u%'" },
	{ "a sign that means something to SQL", "address", "%", 0, 0, 0,
		"1 = 0" },
	{ "a search in one domain", "address", "ana", 4, 0, 0,
		"d.name = 'd03.example' AND m.name LIKE '%ana%'" },
	{ "an admin of three", "address", NULL, 0, 0, 3,
		"d.name <= 'd02.example'" },
	{ "an admin of three by name", "-name", NULL, 0, 0, 3,
		"d.name <= 'd02.example'" },
	{ "an admin of none", "address", NULL, 0, 0, 99, "1 = 0" },
	{ "a search of an admin", "address", "cruz", 0, 0, 3,
		"d.name <= 'd02.example' AND m.name LIKE '%cruz%'" },
	{ "a domain prefix of an admin", "address", "d0", 0, 0, 3,
		"d.name <= 'd02.example'" },
};

static void
pages_hold_every_row_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		struct actor a = pages[i].scope
			? admin_of(domain_ids,
				pages[i].scope == 99 ? 0 : pages[i].scope)
			: root_actor;
		uint64_t ids[BOXES + 1];
		char sql[512];
		size_t n;
		struct mailbox_query q = { .list = { .limit = 23,
						   .sort = pages[i].sort,
						   .q = pages[i].q },
			.filter = { .state = pages[i].state,
				.domain_id = pages[i].domain
					? (int64_t)
						domain_ids[pages[i].domain - 1]
					: 0 } };

		print_message("  %s\n", pages[i].name);
		snprintf(sql, sizeof(sql),
			"SELECT COUNT(*) FROM mailbox m JOIN domain d "
			"ON d.id = m.domain_id WHERE m.alive = 1 AND (%s)",
			pages[i].count);
		n = walk_pages(&a, q, ids);
		assert_int_equal(n, number(sql));
		arena_reset(arena);
	}
}

static void
totals_are_counted_as_asked(void **state)
{
	struct mailbox_query q = { .list = { .limit = 5 } };
	struct list_page page;
	struct mailbox *items;

	(void)state;
	OK(mailbox_list(&core, &root_actor, &q, &items, &page, &err));
	assert_false(page.has_total);
	q.list.count = COUNT_CAPPED;
	OK(mailbox_list(&core, &root_actor, &q, &items, &page, &err));
	assert_true(page.has_total && page.is_total_exact);
	assert_int_equal(page.total, BOXES);
	q.list.q = "cruz";
	q.list.count = COUNT_EXACT;
	OK(mailbox_list(&core, &root_actor, &q, &items, &page, &err));
	assert_int_equal(page.total, 80);
	q = (struct mailbox_query){
		.filter = { .domain_id = (int64_t)domain_ids[0] }
	};
	OK(mailbox_list(&core, &root_actor, &q, &items, &page, &err));
	assert_true(page.has_total);
}

/* Rows that this connection has read so far. */
static int64_t
rows_read(void)
{
	return number("SELECT CAST(SUM(variable_value) AS SIGNED) FROM "
		      "information_schema.session_status WHERE variable_name "
		      "IN ('HANDLER_READ_NEXT', 'HANDLER_READ_PREV', "
		      "'HANDLER_READ_KEY', 'HANDLER_READ_FIRST')");
}

static void
a_page_reads_few_rows_wherever_it_is(void **state)
{
	static const char *const sorts[] = { "address", "-address", "name",
		"created_at", "-quota" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
		struct mailbox_query q = { .list = { .limit = 20,
						   .sort = sorts[i] } };
		struct list_page page;
		struct mailbox *items;

		do {
			int64_t before = rows_read();

			OK(mailbox_list(
				&core, &root_actor, &q, &items, &page, &err));
			before = rows_read() - before;
			if (before > 60)
				fail_msg("%s: %lld rows read", sorts[i],
					(long long)before);
			q.list.after = page.next;
		} while (page.next);
	}
}

static void
bad_cursors_are_refused(void **state)
{
	static const char *const bad[] = { "", "x", "1.2", "0.5.zz", "9.1.61",
		"0.5.6", "0.99999999999999999999.61", "1.5.61" };
	struct list_page page;
	struct mailbox *items;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct mailbox_query q = { .list = { .sort = "address",
						   .after = bad[i] } };

		REFUSED(mailbox_list(
				&core, &root_actor, &q, &items, &page, &err),
			ERR_INVALID, "bad_cursor");
		assert_string_equal(err.item[0].field, "after");
	}
}

static void
many_change_by_a_job_in_batches(void **state)
{
	struct form_seen seen = { 0 };
	struct bulk_in in;
	const char *text = "{\"filter\":{\"q\":\"cruz\"},\"expected_count\":80,"
			   "\"action\":{\"state\":\"nologin\"}}";
	bool is_last = false;
	struct job j;

	(void)state;
	bulk_in_defaults(&in);
	OK(form_read_json(bulk_mailbox_form, text, strlen(text),
		&json_limits_request, &in, &seen, arena, &err));
	in.expected_count = 79;
	REFUSED(bulk_start(&core, &root_actor, BULK_MAILBOXES, &in, &j, &err),
		ERR_CONFLICT, "count_moved");
	in.expected_count = 80;
	OK(bulk_start(&core, &root_actor, BULK_MAILBOXES, &in, &j, &err));
	assert_int_equal(j.total, 80);
	while (!is_last) {
		struct job again;

		OK(bulk_batch(&core, &root_actor, &j, 30, &is_last, &err));
		/* A killed job goes on from its row. */
		OK(job_get(&core, &root_actor, j.id, &again, &err));
		assert_int_equal(again.done, j.done);
		j = again;
	}
	assert_int_equal(j.done, 80);
	assert_int_equal(j.failed, 0);
	assert_int_equal(number("SELECT COUNT(*) FROM mailbox WHERE "
				"name LIKE '%cruz%' AND state <> 2"),
		0);
}

/* The job of an admin of one domain, when others have the same names. */
static void
many_of_a_scoped_admin_stay_in_his_domains(void **state)
{
	const char *text = "{\"filter\":{\"q\":\"cruz\"},\"expected_count\":0,"
			   "\"action\":{\"state\":\"closed\"}}";
	struct form_seen seen = { 0 };
	struct bulk_in in;
	struct actor scoped = admin_of(domain_ids, 1), author;
	int64_t ids[] = { (int64_t)domain_ids[0] };
	const char *rights[] = { "mailboxes" };
	const struct admin_in who = { .login = "scoped",
		.domain_ids = { ids, 1 },
		.rights = { rights, 1 } };
	struct admin_view admin;
	char token[TOKEN_LEN + 1];
	bool is_last = false;
	struct job j;

	(void)state;
	OK(admin_create(&core, &root_actor, &who, token, &admin, &err));
	scoped.admin_id = admin.row.id;
	bulk_in_defaults(&in);
	OK(form_read_json(bulk_mailbox_form, text, strlen(text),
		&json_limits_request, &in, &seen, arena, &err));
	in.expected_count = number("SELECT COUNT(*) FROM mailbox m WHERE "
				   "m.name LIKE '%cruz%' AND m.domain_id = "
				   "(SELECT MIN(id) FROM domain)");
	assert_true(in.expected_count > 0 && in.expected_count < 80);
	OK(bulk_start(&core, &scoped, BULK_MAILBOXES, &in, &j, &err));
	while (!is_last) {
		OK(job_actor(&core, &j, &author, &err));
		OK(bulk_batch(&core, &author, &j, 30, &is_last, &err));
	}
	assert_int_equal(j.done, in.expected_count);
	assert_int_equal(number("SELECT COUNT(*) FROM mailbox WHERE "
				"name LIKE '%cruz%' AND state = 3"),
		in.expected_count);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(pages_hold_every_row_once, fresh),
		cmocka_unit_test_setup(totals_are_counted_as_asked, fresh),
		cmocka_unit_test_setup(
			a_page_reads_few_rows_wherever_it_is, fresh),
		cmocka_unit_test_setup(bad_cursors_are_refused, fresh),
		cmocka_unit_test_setup(many_change_by_a_job_in_batches, fresh),
		cmocka_unit_test_setup(
			many_of_a_scoped_admin_stay_in_his_domains, fresh),
	};

	return cmocka_run_group_tests(tests, open_with_rows, fixture_close);
}
