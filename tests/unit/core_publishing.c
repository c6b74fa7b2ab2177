/*
 * Publishing as people steer it: the mode, approvals and what they leave
 * waiting, confirmations, targets; and that looking at what waits reads no
 * more than it may, however much there is.
 */
#include "tests/unit/core_fixture.h"

#include "core/node.h"
#include "core/node_request.h"
#include "core/publishing.h"

static struct actor domain_admin;

static uint64_t
head(void)
{
	return (uint64_t)number("SELECT CAST(serial AS SIGNED) FROM head");
}

static struct publishing
state(const struct actor *a)
{
	struct publishing p;

	OK(publishing_get(&core, a, &p, &err));
	return p;
}

static void
set_mode(enum publish_mode mode)
{
	OK(publishing_set_mode(&core, &root_actor,
		&(const struct mode_in){ .mode = mode }, &err));
}

static bool
publish(uint64_t serial, const char *domain)
{
	struct publish_in in = { .serial = (int64_t)serial };
	uint64_t approved;

	if (domain)
		in.domains = (struct text_list){ &domain, 1 };
	return publishing_publish(&core, &root_actor, &in, &approved, &err);
}

static void
run_sql(const char *text)
{
	OK(db_run_script(core.db, text, &err));
}

static void
a_mode_approves_what_was_saved_before_it(void **unused)
{
	(void)unused;
	make_domain("mode.example");
	assert_int_equal(state(&root_actor).mode, PUBLISH_AUTOMATIC);
	set_mode(PUBLISH_REVIEWED);
	assert_int_equal(state(&root_actor).approved_serial, head());
	make_mailbox("a@mode.example");
	assert_int_equal(state(&root_actor).approved_serial, head() - 1);
	assert_int_equal(state(&root_actor).pending.revisions, 1);
	set_mode(PUBLISH_AUTOMATIC);
	set_mode(PUBLISH_REVIEWED);
	assert_int_equal(state(&root_actor).pending.revisions, 0);
	set_mode(PUBLISH_AUTOMATIC);
	/* The same again is no change. */
	const uint64_t before = head();
	set_mode(PUBLISH_AUTOMATIC);
	assert_int_equal(head(), before);
}

/* A change of one domain that reaches an alias of another waits in both. */
static void
a_change_waits_in_every_domain_that_it_touches(void **unused)
{
	const struct page_in all = { .limit = 50 };
	struct pending *items;
	const char *next;
	struct mailbox m, gone;
	size_t n;

	(void)unused;
	make_domain("one.example");
	make_domain("two.example");
	m = make_mailbox("target@one.example");
	make_alias("info@two.example", "target@one.example,x@else.example");
	set_mode(PUBLISH_REVIEWED);
	OK(mailbox_delete(&core, &root_actor, m.id, m.version,
		&(const struct mailbox_delete_in){ .targets = TARGETS_REMOVE },
		&gone, &err));
	OK(pending_list(&core, &root_actor, &all, &items, &n, &next, &err));
	assert_int_equal(n, 2);
	assert_string_equal(items[0].domain, "one.example");
	assert_string_equal(items[1].domain, "two.example");
	assert_int_equal(items[1].revisions, 1);
	OK(publish(head(), "one.example"));
	assert_int_equal(state(&root_actor).pending.domains, 1);
	OK(publish(head(), "two.example"));
	assert_int_equal(state(&root_actor).pending.domains, 0);
	assert_int_equal(state(&root_actor).approved_serial, head());
	set_mode(PUBLISH_AUTOMATIC);
}

/* What waits is looked for behind the row of everything: it follows. */
static void
the_row_of_everything_follows_the_oldest_that_waits(void **unused)
{
	uint64_t first;

	(void)unused;
	make_domain("old.example");
	make_domain("new.example");
	set_mode(PUBLISH_REVIEWED);
	make_mailbox("a@new.example");
	make_mailbox("a@old.example");
	first = head();
	make_mailbox("b@new.example");
	OK(publish(head(), "new.example"));
	assert_int_equal(state(&root_actor).approved_serial, first - 1);
	assert_int_equal(state(&root_actor).pending.revisions, 1);
	OK(publish(head(), NULL));
	REFUSED(publish(head() + 1, NULL), ERR_INVALID, "out_of_range");
	make_mailbox("c@new.example");
	REFUSED(publish(head() - 1, "new.example"), ERR_CONFLICT,
		"changed_since");
	assert_string_equal(err.item[0].subject, "new.example");
	OK(publish(head() - 1, "old.example"));
	set_mode(PUBLISH_AUTOMATIC);
	REFUSED(publish(head(), NULL), ERR_CONFLICT, "not_reviewed");
}

static void
an_admin_of_domains_does_nothing_here(void **unused)
{
	const struct confirm_in confirm = {
		.domain = "one.example", .serial = 1, .note = "x"
	};
	const struct node_in node = { .name = "mx9" };
	const struct rollback_in rollback = { .serial = 1 };
	const struct resume_in resume = { 0 };
	const struct mode_in mode = { .mode = PUBLISH_REVIEWED };
	const struct publish_in in = { .serial = 1 };
	const struct node_request_in ask = { .verb = VERB_CHECK };
	const struct page_in page = { .limit = 1 };
	struct node_request request;
	struct version *versions;
	struct node made;
	uint64_t approved;
	const char *next;
	size_t n;

	(void)unused;
#define NO(call) REFUSED(call, ERR_FORBIDDEN, "superadmin_only")
	NO(publishing_confirm(&core, &domain_admin, &confirm, &err));
	NO(publishing_rollback(&core, &domain_admin, &rollback, &err));
	NO(publishing_resume(&core, &domain_admin, &resume, &err));
	NO(publishing_set_mode(&core, &domain_admin, &mode, &err));
	NO(publishing_publish(&core, &domain_admin, &in, &approved, &err));
	NO(node_create(&core, &domain_admin, &node, &made, &err));
	NO(node_make_token(&core, &domain_admin, 1, &made, &err));
	NO(node_delete(&core, &domain_admin, 1, 0, &err));
	NO(node_request_add(&core, &domain_admin, 1, &ask, &request, &err));
	NO(version_list(
		&core, &domain_admin, &page, &versions, &n, &next, &err));
#undef NO
}

static void
a_confirmation_says_why_and_what_was_seen(void **unused)
{
	struct confirm_in in = { .domain = "held.example", .serial = 1 };

	(void)unused;
	make_domain("held.example");
	run_sql("INSERT IGNORE INTO node (name, role, created) VALUES "
		"('guard', 'mailbox', UTC_TIMESTAMP(6))");
	REFUSED(publishing_confirm(&core, &root_actor, &in, &err), ERR_INVALID,
		"required");
	snprintf(in.note, sizeof(in.note), "it is meant");
	in.serial = (int64_t)head();
	REFUSED(publishing_confirm(&core, &root_actor, &in, &err), ERR_CONFLICT,
		"not_held");
	run_sql("INSERT INTO node_domain (node_id, domain, held) SELECT id, "
		"'held.example', 'guard: would remove 9 of 9 lines' FROM node "
		"WHERE name = 'guard'");
	in.serial--;
	REFUSED(publishing_confirm(&core, &root_actor, &in, &err), ERR_CONFLICT,
		"changed_since");
	in.serial++;
	OK(publishing_confirm(&core, &root_actor, &in, &err));
	assert_int_equal(number("SELECT CAST(guard_serial AS SIGNED) "
				"FROM approval WHERE domain = 'held.example'"),
		in.serial);
	/* A fault of another node is not confirmed with it. */
	run_sql("INSERT INTO node (name, role, created) VALUES ('fault', "
		"'mailbox', UTC_TIMESTAMP(6));"
		"INSERT INTO node_domain (node_id, domain, held) SELECT id, "
		"'held.example', 'an alias names itself' FROM node "
		"WHERE name = 'fault'");
	REFUSED(publishing_confirm(&core, &root_actor, &in, &err), ERR_CONFLICT,
		"faulty");
	run_sql("DELETE FROM node WHERE name IN ('guard', 'fault')");
}

/* A token is bound to a network: without one it is gone. */
static void
a_token_goes_with_the_network(void **unused)
{
	struct node_in in = { .name = "bound",
		.role = NODE_SECONDARY,
		.network = "192.0.2.25",
		.next_hop = "smtp:[mx1.example]" };
	struct form_seen seen = { 0 };
	struct node made, again;

	(void)unused;
	OK(node_create(&core, &root_actor, &in, &made, &err));
	assert_int_equal(strlen(made.token), TOKEN_LEN);
	OK(node_get(&core, &root_actor, made.row.id, &again, &err));
	assert_string_equal(again.token, "");
	assert_memory_equal(again.row.token_hash, made.row.token_hash, 32);
	OK(form_set_text(
		node_patch_form, "network", "", &in, &seen, arena, &err));
	REFUSED(node_patch(&core, &root_actor, made.row.id, 1, &in, &seen,
			&again, &err),
		ERR_INVALID, "required");
	OK(node_delete(&core, &root_actor, made.row.id, 1, &err));
	in = (struct node_in){ .name = "bound", .network = "192.0.2.25" };
	OK(node_create(&core, &root_actor, &in, &made, &err));
	in.network[0] = '\0';
	OK(node_patch(
		&core, &root_actor, made.row.id, 1, &in, &seen, &again, &err));
	assert_false(again.row.has_token);
	REFUSED(node_make_token(&core, &root_actor, made.row.id, &again, &err),
		ERR_CONFLICT, "no_network");
	OK(node_delete(&core, &root_actor, made.row.id, 2, &err));
}

/* Changes of a hundred domains that nobody has looked at. */
static void
save_many(int count)
{
	static const char text[] =
		"INSERT INTO revision (serial, prov_id, action, actor_kind, "
		"actor_name, changes, created) SELECT (SELECT serial FROM "
		"head) + seq, 1000000 + seq, 'mailbox.create', 1, 'many', 1, "
		"UTC_TIMESTAMP(6) FROM seq_1_to_%1$d;"
		"INSERT INTO `change` (prov_id, seq, noun, noun_id, op, "
		"subject, version) SELECT 1000000 + seq, 0, 'mailbox', seq, "
		"1, CONCAT('u', seq, '@d', seq %% 100, '.example'), 1 "
		"FROM seq_1_to_%1$d;"
		"INSERT INTO change_key (prov_id, seq, kind, key_text) SELECT "
		"1000000 + seq, 0, 'a', CONCAT('u', seq, '@d', seq %% 100, "
		"'.example') FROM seq_1_to_%1$d;"
		"UPDATE head SET serial = serial + %1$d";

	run_sql(arena_printf(arena, text, count));
}

static int64_t
rows_read(void)
{
	return number("SELECT CAST(SUM(VARIABLE_VALUE) AS SIGNED) FROM "
		      "information_schema.SESSION_STATUS WHERE VARIABLE_NAME "
		      "IN ('HANDLER_READ_KEY', 'HANDLER_READ_NEXT', "
		      "'HANDLER_READ_RND_NEXT')");
}

static void
counting_what_waits_does_not_grow_with_it(void **unused)
{
	const struct page_in page = { .limit = 10 };
	const int many = getenv("POSTROOM_SOAK") ? 100000 : 30000;
	struct publishing p;
	struct pending *items;
	const char *next;
	int64_t before;
	size_t n;

	(void)unused;
	set_mode(PUBLISH_REVIEWED);
	save_many(many);
	before = rows_read();
	p = state(&root_actor);
	assert_int_equal(p.pending.revisions, PENDING_COUNT_MAX + 1);
	assert_int_equal(p.pending.domains, 100);
	assert_false(p.pending.is_exact);
	/* Each of 10,001 keys costs a few reads, and nothing else does. */
	assert_true(rows_read() - before < 10 * (PENDING_COUNT_MAX + 1));
	OK(pending_list(&core, &root_actor, &page, &items, &n, &next, &err));
	assert_int_equal(n, 10);
	assert_non_null(next);
	assert_int_equal(items[0].revisions, many / 100);
	OK(publish(head(), NULL));
	before = rows_read();
	assert_int_equal(state(&root_actor).pending.revisions, 0);
	assert_true(rows_read() - before < 1000);
	set_mode(PUBLISH_AUTOMATIC);
}

static int
open_all(void **unused)
{
	static const uint64_t own[] = { 1 };

	if (fixture_open(unused) != 0)
		return -1;
	domain_admin = (struct actor){ .kind = ACTOR_ADMIN,
		.role = ROLE_ADMIN,
		.admin_id = 7,
		.name = "jiro",
		.domain_ids = own,
		.n_domains = 1 };
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			a_mode_approves_what_was_saved_before_it, fresh),
		cmocka_unit_test_setup(
			a_change_waits_in_every_domain_that_it_touches, fresh),
		cmocka_unit_test_setup(
			the_row_of_everything_follows_the_oldest_that_waits,
			fresh),
		cmocka_unit_test_setup(
			an_admin_of_domains_does_nothing_here, fresh),
		cmocka_unit_test_setup(
			a_confirmation_says_why_and_what_was_seen, fresh),
		cmocka_unit_test_setup(a_token_goes_with_the_network, fresh),
		cmocka_unit_test_setup(
			counting_what_waits_does_not_grow_with_it, fresh),
	};

	return cmocka_run_group_tests(tests, open_all, fixture_close);
}
