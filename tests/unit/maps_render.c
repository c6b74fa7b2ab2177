/*
 * Rows to lines: each case is a small world of rows and the lines it must
 * give, whole, so that a line too many fails as well as one too few.
 */
#include "maps/render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"
#include "maps/account.h"

#define TARGETS 4

struct world {
	const char *name;
	struct map_domain_row domain[3];
	struct map_mailbox_row mailbox[5];
	struct {
		struct map_alias_row row;
		const char *target[TARGETS];
	} alias[4];
	const char *lines; /* all but the accounts, in map order */
	const char *fault; /* domain that must have a fault */
};

#define A_TEST                                                                 \
	{                                                                      \
		.id = 1, .name = "a.test", .state = MAP_DOMAIN_ACTIVE          \
	}
#define BOX(i, addr, st)                                                       \
	{                                                                      \
		.id = (i), .domain_id = 1, .address = (addr), .home = "/h/1",  \
		.password = "{CRYPT}x", .state = (st), .is_alive = true        \
	}

static const struct world worlds[] = {
	{ .name = "an empty domain",
		.domain = { A_TEST },
		.lines = "domains a.test x\n" },
	{ .name = "a mailbox",
		.domain = { A_TEST },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_ACTIVE) },
		.lines = "mailboxes taro@a.test x\n"
			 "sender_login taro@a.test taro@a.test\n"
			 "domains a.test x\n" },
	{ .name = "a mailbox without sign-in still receives, and sends nothing",
		.domain = { A_TEST },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_NOLOGIN) },
		.lines = "mailboxes taro@a.test x\n"
			 "domains a.test x\n" },
	{ .name = "a closed mailbox has no line",
		.domain = { A_TEST },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_CLOSED) },
		.lines = "domains a.test x\n" },
	{ .name = "an alias lists what can be delivered, sorted",
		.domain = { A_TEST },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_ACTIVE),
			BOX(8, "gone@a.test", MAP_MAILBOX_CLOSED) },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "info@a.test",
				     .state = MAP_ALIAS_ACTIVE,
				     .send_as = true,
				     .targets = 4 },
			{ "taro@a.test", "gone@a.test", "nobody@a.test",
				"far@far.example" } } },
		.lines = "mailboxes taro@a.test x\n"
			 "aliases info@a.test far@far.example, taro@a.test\n"
			 "sender_login info@a.test taro@a.test\n"
			 "sender_login taro@a.test taro@a.test\n"
			 "domains a.test x\n" },
	{ .name = "an alias without send-as gives no sender",
		.domain = { A_TEST },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_ACTIVE) },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "info@a.test",
				     .state = MAP_ALIAS_ACTIVE,
				     .targets = 1 },
			{ "taro@a.test" } } },
		.lines = "mailboxes taro@a.test x\n"
			 "aliases info@a.test taro@a.test\n"
			 "sender_login taro@a.test taro@a.test\n"
			 "domains a.test x\n" },
	{ .name = "a disabled alias has no line",
		.domain = { A_TEST },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_ACTIVE) },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "info@a.test",
				     .state = MAP_ALIAS_DISABLED,
				     .send_as = true,
				     .targets = 1 },
			{ "taro@a.test" } } },
		.lines = "mailboxes taro@a.test x\n"
			 "sender_login taro@a.test taro@a.test\n"
			 "domains a.test x\n" },
	{ .name = "an alias that ends nowhere takes those before it along",
		.domain = { A_TEST },
		.mailbox = { BOX(8, "gone@a.test", MAP_MAILBOX_CLOSED) },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "one@a.test",
				     .state = MAP_ALIAS_ACTIVE,
				     .targets = 1 },
				   { "two@a.test" } },
			{ { .id = 2,
				  .domain_id = 1,
				  .address = "two@a.test",
				  .state = MAP_ALIAS_ACTIVE,
				  .targets = 1 },
				{ "gone@a.test" } } },
		.lines = "domains a.test x\n" },
	{ .name = "a target with an extension reaches its mailbox",
		.domain = { A_TEST },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_ACTIVE) },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "info@a.test",
				     .state = MAP_ALIAS_ACTIVE,
				     .targets = 1 },
			{ "taro+info@a.test" } } },
		.lines = "mailboxes taro@a.test x\n"
			 "aliases info@a.test taro+info@a.test\n"
			 "sender_login taro@a.test taro@a.test\n"
			 "domains a.test x\n" },
	{ .name = "a catch-all keeps out of every mailbox that receives",
		.domain = { A_TEST },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_ACTIVE),
			BOX(8, "gone@a.test", MAP_MAILBOX_CLOSED) },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "@a.test",
				     .state = MAP_ALIAS_ACTIVE,
				     .is_catch_all = true,
				     .send_as = true,
				     .targets = 1 },
			{ "taro@a.test" } } },
		.lines = "mailboxes taro@a.test x\n"
			 "aliases @a.test taro@a.test\n"
			 "aliases taro@a.test taro@a.test\n"
			 "sender_login taro@a.test taro@a.test\n"
			 "refuse gone@a.test 550 5.1.1 This address receives "
			 "no mail\n"
			 "domains a.test x\n" },
	{ .name = "nor does a catch-all get the mail of a disabled alias",
		.domain = { A_TEST },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_ACTIVE) },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "@a.test",
				     .state = MAP_ALIAS_ACTIVE,
				     .is_catch_all = true,
				     .targets = 1 },
				   { "taro@a.test" } },
			{ { .id = 2,
				  .domain_id = 1,
				  .address = "info@a.test",
				  .state = MAP_ALIAS_DISABLED,
				  .targets = 1 },
				{ "taro@a.test" } },
			{ { .id = 3,
				  .domain_id = 1,
				  .address = "to@a.test",
				  .state = MAP_ALIAS_ACTIVE,
				  .targets = 1 },
				{ "info+x@a.test" } } },
		.lines = "mailboxes taro@a.test x\n"
			 "aliases @a.test taro@a.test\n"
			 "aliases taro@a.test taro@a.test\n"
			 "sender_login taro@a.test taro@a.test\n"
			 "refuse info@a.test 550 5.1.1 This address receives "
			 "no mail\n"
			 "refuse to@a.test 550 5.1.1 This address receives "
			 "no mail\n"
			 "domains a.test x\n" },
	{ .name = "a catch-all whose mailboxes are closed is no line, no ring",
		.domain = { A_TEST },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_CLOSED),
			BOX(8, "gone@a.test", MAP_MAILBOX_CLOSED) },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "@a.test",
				     .state = MAP_ALIAS_ACTIVE,
				     .is_catch_all = true,
				     .targets = 2 },
			{ "gone@a.test", "taro@a.test" } } },
		.lines = "domains a.test x\n" },
	{ .name = "a disabled catch-all needs no such lines",
		.domain = { A_TEST },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_ACTIVE) },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "@a.test",
				     .state = MAP_ALIAS_DISABLED,
				     .is_catch_all = true,
				     .targets = 1 },
			{ "taro@a.test" } } },
		.lines = "mailboxes taro@a.test x\n"
			 "sender_login taro@a.test taro@a.test\n"
			 "domains a.test x\n" },
	{ .name = "a target that only the catch-all takes is one",
		.domain = { A_TEST },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_ACTIVE) },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "@a.test",
				     .state = MAP_ALIAS_ACTIVE,
				     .is_catch_all = true,
				     .targets = 1 },
				   { "taro@a.test" } },
			{ { .id = 2,
				  .domain_id = 1,
				  .address = "info@a.test",
				  .state = MAP_ALIAS_ACTIVE,
				  .targets = 1 },
				{ "anything@a.test" } } },
		.lines = "mailboxes taro@a.test x\n"
			 "aliases @a.test taro@a.test\n"
			 "aliases info@a.test anything@a.test\n"
			 "aliases taro@a.test taro@a.test\n"
			 "sender_login taro@a.test taro@a.test\n"
			 "domains a.test x\n" },
	{ .name = "a prepared domain goes to its old host",
		.domain = { { .id = 1,
			.name = "a.test",
			.state = MAP_DOMAIN_PREPARED,
			.transport = "smtp:[192.0.2.1]:25" } },
		.lines = "transport a.test smtp:[192.0.2.1]:25\n"
			 "domains a.test x\n" },
	{ .name = "a disabled domain refuses for a while",
		.domain = { { .id = 1,
			.name = "a.test",
			.state = MAP_DOMAIN_DISABLED } },
		.lines = "refuse a.test 450 4.2.1 This domain receives no mail "
			 "at the moment\ndomains a.test x\n" },
	{ .name = "a retiring domain refuses for good, in its own words",
		.domain = { { .id = 1,
			.name = "a.test",
			.state = MAP_DOMAIN_RETIRING,
			.refuse_text = "We are a.example now" } },
		.lines = "refuse a.test 550 5.1.1 We are a.example now\n"
			 "domains a.test x\n" },
	{ .name = "the admin chooses the code",
		.domain = { { .id = 1,
			.name = "a.test",
			.state = MAP_DOMAIN_DISABLED,
			.refuse_code = 550,
			.refuse_text = "closed" } },
		.lines = "refuse a.test 550 5.2.1 closed\n"
			 "domains a.test x\n" },
	{ .name = "a deleted domain has no line",
		.domain = { { .id = 1,
			.name = "a.test",
			.state = MAP_DOMAIN_DELETED } },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_ACTIVE) },
		.lines = "" },
	{ .name = "rows of a deleted domain of the same name give no line",
		.domain = { { .id = 2,
			.name = "a.test",
			.state = MAP_DOMAIN_ACTIVE } },
		.mailbox = { BOX(7, "taro@a.test", MAP_MAILBOX_ACTIVE) },
		.lines = "domains a.test x\n" },
	{ .name = "a line feed in a text is a fault",
		.domain = { { .id = 1,
			.name = "a.test",
			.state = MAP_DOMAIN_DISABLED,
			.refuse_text = "x\nb.test y" } },
		.lines = "",
		.fault = "a.test" },
	{ .name = "a blank in an address is a fault of its domain alone",
		.domain = { A_TEST,
			{ .id = 2,
				.name = "b.test",
				.state = MAP_DOMAIN_ACTIVE } },
		.mailbox = { BOX(7, "ta ro@a.test", MAP_MAILBOX_ACTIVE) },
		.lines = "domains b.test x\n",
		.fault = "a.test" },
	{ .name = "a target that is no address is a fault",
		.domain = { A_TEST },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "info@a.test",
				     .state = MAP_ALIAS_ACTIVE,
				     .targets = 1 },
			{ "x@far.example, evil@far.example" } } },
		.lines = "",
		.fault = "a.test" },
	{ .name = "a program as a target is a fault",
		.domain = { A_TEST },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "info@a.test",
				     .state = MAP_ALIAS_ACTIVE,
				     .targets = 1 },
			{ "|/bin/sh@far.example" } } },
		.lines = "",
		.fault = "a.test" },
	{ .name = "aliases in a ring are a fault",
		.domain = { A_TEST },
		.alias = { { { .id = 1,
				     .domain_id = 1,
				     .address = "one@a.test",
				     .state = MAP_ALIAS_ACTIVE,
				     .targets = 1 },
				   { "two@a.test" } },
			{ { .id = 2,
				  .domain_id = 1,
				  .address = "two@a.test",
				  .state = MAP_ALIAS_ACTIVE,
				  .targets = 1 },
				{ "one@a.test" } } },
		.lines = "",
		.fault = "a.test" },
};

/* Twenty rows of aliases, each naming all of the next, and nobody behind:
 * a million million ways that must not be walked one by one. */
static void
many_ways_to_nowhere_are_walked_once(void **state)
{
	enum { ROWS = 20, WIDTH = 4 };
	static char text[ROWS + 1][WIDTH][32];
	static const char *target[ROWS][WIDTH];
	static struct map_alias_row alias[ROWS * WIDTH];
	struct map_domain_row domain = { .id = 1,
		.name = "a.test",
		.state = MAP_DOMAIN_ACTIVE,
		.transport = "",
		.refuse_text = "" };
	struct map_rows rows = { .domain = &domain,
		.domains = 1,
		.alias = alias,
		.aliases = ARRAY_LEN(alias) };
	struct hold_list faults = { 0 };
	struct map_set out = { 0 };
	struct err e = ERR_EMPTY;
	const struct render r = {
		.rows = &rows, .mail_root = "/var/vmail", .faults = &faults
	};

	(void)state;
	for (size_t i = 0; i <= ROWS; i++)
		for (size_t k = 0; k < WIDTH; k++)
			snprintf(text[i][k], sizeof(text[i][k]),
				"r%02zuw%zu@a.test", i, k);
	for (size_t i = 0; i < ROWS; i++)
		for (size_t k = 0; k < WIDTH; k++) {
			target[i][k] = text[i + 1][k];
			alias[i * WIDTH + k] =
				(struct map_alias_row){ .id = i * WIDTH + k + 1,
					.domain_id = 1,
					.address = text[i][k],
					.state = MAP_ALIAS_ACTIVE,
					.target = target[i],
					.targets = WIDTH };
		}
	rows_index(&rows);
	assert_true(render_everything(&r, &out, &e));
	assert_int_equal(out.map[MAP_ALIASES].n, 0);
	assert_int_equal(faults.n, 0);
	map_set_free(&out);
}

/* The rows of a world, with texts where a case left none. */
struct rows_copy {
	struct map_domain_row domain[3];
	struct map_mailbox_row mailbox[5];
	struct map_alias_row alias[4];
	const char *target[4][TARGETS];
	struct map_rows rows;
};

static void
copy_world(const struct world *w, struct rows_copy *c)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < ARRAY_LEN(w->domain) && w->domain[i].id; i++) {
		c->domain[i] = w->domain[i];
		if (!c->domain[i].transport)
			c->domain[i].transport = "";
		if (!c->domain[i].refuse_text)
			c->domain[i].refuse_text = "";
		c->rows.domains++;
	}
	for (size_t i = 0; i < ARRAY_LEN(w->mailbox) && w->mailbox[i].id; i++) {
		c->mailbox[i] = w->mailbox[i];
		c->rows.mailboxes++;
	}
	for (size_t i = 0; i < ARRAY_LEN(w->alias) && w->alias[i].row.id; i++) {
		c->alias[i] = w->alias[i].row;
		memcpy(c->target[i], w->alias[i].target, sizeof(c->target[i]));
		c->alias[i].target = c->target[i];
		c->rows.aliases++;
	}
	c->rows.domain = c->domain;
	c->rows.mailbox = c->mailbox;
	c->rows.alias = c->alias;
	rows_index(&c->rows);
}

static struct render
renderer(const struct rows_copy *c, struct hold_list *faults)
{
	return (struct render){ .rows = &c->rows,
		.mail_root = "/var/vmail",
		.mail_uid = 5000,
		.mail_gid = 5000,
		.faults = faults };
}

static void
print_set(const struct map_set *set, struct str *out)
{
	for (int m = MAP_ACCOUNTS + 1; m < MAP_COUNT; m++)
		for (size_t i = 0; i < set->map[m].n; i++)
			str_addf(out, "%s %s %s\n", map_name((enum map_id)m),
				set->map[m].line[i].key,
				set->map[m].line[i].value);
}

static void
each_world_gives_its_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		const struct world *w = &worlds[i];
		struct rows_copy c;
		struct hold_list faults = { 0 };
		struct map_set set = { 0 };
		struct err e = ERR_EMPTY;
		char text[4096];
		struct str out = STR_FIXED(text);
		copy_world(w, &c);
		const struct render r = renderer(&c, &faults);
		assert_true(render_everything(&r, &set, &e));
		assert_true(render_finish(&r, &set, &e));
		print_set(&set, &out);
		if (strcmp(str_text(&out), w->lines) != 0)
			fail_msg("%s:\n%s", w->name, text);
		assert_int_equal(faults.n, w->fault ? 1 : 0);
		if (w->fault)
			assert_non_null(holds_find(&faults, w->fault));
		map_set_free(&set);
		holds_free(&faults);
	}
}

/* One key after another must give what everything at once gives. */
static void
keys_alone_give_the_same_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		struct rows_copy c;
		struct hold_list faults = { 0 };
		struct map_set set = { 0 };
		struct err e = ERR_EMPTY;
		char text[4096];
		struct str out = STR_FIXED(text);
		copy_world(&worlds[i], &c);
		const struct render r = renderer(&c, &faults);
		for (size_t k = 0; k < c.rows.domains; k++)
			assert_true(
				render_domain(&r, c.domain[k].name, &set, &e));
		for (size_t k = 0; k < c.rows.mailboxes; k++)
			assert_true(render_address(
				&r, c.mailbox[k].address, &set, &e));
		for (size_t k = 0; k < c.rows.aliases; k++)
			assert_true(render_address(
				&r, c.alias[k].address, &set, &e));
		assert_true(render_finish(&r, &set, &e));
		print_set(&set, &out);
		assert_string_equal(str_text(&out), worlds[i].lines);
		map_set_free(&set);
		holds_free(&faults);
	}
}

static const struct {
	const char *name;
	enum map_domain_state domain;
	enum map_mailbox_state state;
	bool is_alive, signs_in;
} sign_ins[] = {
	{ "active", MAP_DOMAIN_ACTIVE, MAP_MAILBOX_ACTIVE, true, true },
	{ "no sign-in", MAP_DOMAIN_ACTIVE, MAP_MAILBOX_NOLOGIN, true, false },
	{ "closed", MAP_DOMAIN_ACTIVE, MAP_MAILBOX_CLOSED, true, false },
	{ "deleted", MAP_DOMAIN_ACTIVE, MAP_MAILBOX_DELETED, false, false },
	{ "in a disabled domain", MAP_DOMAIN_DISABLED, MAP_MAILBOX_ACTIVE, true,
		false },
	{ "in a retiring domain", MAP_DOMAIN_RETIRING, MAP_MAILBOX_ACTIVE, true,
		true },
	{ "in a prepared domain", MAP_DOMAIN_PREPARED, MAP_MAILBOX_ACTIVE, true,
		true },
	{ "in a deleted domain", MAP_DOMAIN_DELETED, MAP_MAILBOX_ACTIVE, true,
		false },
};

static void
every_kept_mailbox_has_an_account_and_states_decide_who_signs_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sign_ins); i++) {
		const struct world w = {
			.domain = { { .id = 1,
				.name = "a.test",
				.state = sign_ins[i].domain } },
			.mailbox = { { .id = 7,
				.domain_id = 1,
				.address = "taro@a.test",
				.home = "07/7",
				.password = "{CRYPT}secret",
				.quota_bytes = 1000,
				.state = sign_ins[i].state,
				.is_alive = sign_ins[i].is_alive } },
		};
		struct rows_copy c;
		struct hold_list faults = { 0 };
		struct map_set set = { 0 };
		struct err e = ERR_EMPTY;
		struct account a;
		char buf[ACCOUNT_VALUE_MAX];
		copy_world(&w, &c);
		const struct render r = renderer(&c, &faults);
		assert_true(render_address(&r, "taro@a.test", &set, &e));
		assert_int_equal(set.map[MAP_ACCOUNTS].n, 1);
		const char *v = set.map[MAP_ACCOUNTS].line[0].value;
		assert_true(account_split(v, buf, &a));
		if (account_is_locked(v) == sign_ins[i].signs_in)
			fail_msg("%s", sign_ins[i].name);
		assert_string_equal(a.field[ACCOUNT_PASSWORD],
			sign_ins[i].signs_in ? "{CRYPT}secret"
					     : ACCOUNT_LOCKED_PASSWORD);
		assert_string_equal(a.field[ACCOUNT_HOME], "/var/vmail/07/7");
		assert_string_equal(
			a.field[ACCOUNT_QUOTA_RULE], "*:bytes=1000");
		map_set_free(&set);
		holds_free(&faults);
	}
}

static void
an_address_made_anew_has_the_new_mailbox_home(void **state)
{
	const struct world w = {
		.domain = { A_TEST },
		.mailbox = { { .id = 7,
				     .domain_id = 1,
				     .address = "taro@a.test",
				     .home = "/h/7",
				     .password = "{CRYPT}old",
				     .state = MAP_MAILBOX_DELETED },
			{ .id = 9,
				.domain_id = 1,
				.address = "taro@a.test",
				.home = "/h/9",
				.password = "{CRYPT}new",
				.state = MAP_MAILBOX_ACTIVE,
				.is_alive = true } },
	};
	struct rows_copy c;
	struct hold_list faults = { 0 };
	struct map_set set = { 0 };
	struct err e = ERR_EMPTY;
	(void)state;
	copy_world(&w, &c);
	const struct render r = renderer(&c, &faults);
	assert_true(render_address(&r, "taro@a.test", &set, &e));
	assert_int_equal(set.map[MAP_ACCOUNTS].n, 1);
	assert_non_null(strstr(set.map[MAP_ACCOUNTS].line[0].value, "/h/9"));
	map_set_free(&set);
}

static void
held_domains_survive_their_text(void **state)
{
	struct hold_list l = { 0 }, back = { 0 };
	struct err e = ERR_EMPTY;
	char text[400];
	struct str s = STR_FIXED(text);
	(void)state;
	assert_true(holds_add(&l, "b.test", "two\nlines", &e));
	assert_true(holds_add(&l, "a.test", "a reason", &e));
	assert_true(holds_add(&l, "a.test", "another", &e));
	assert_true(holds_write(&l, &s));
	assert_string_equal(text, "a.test a reason\nb.test two\n");
	assert_true(holds_parse(text, &back, &e));
	assert_int_equal(back.n, 2);
	holds_remove(&back, "a.test");
	assert_null(holds_find(&back, "a.test"));
	assert_non_null(holds_find(&back, "b.test"));
	assert_false(holds_parse("torn", &back, &e));
	holds_free(&l);
	holds_free(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_world_gives_its_lines),
		cmocka_unit_test(keys_alone_give_the_same_lines),
		cmocka_unit_test(
			every_kept_mailbox_has_an_account_and_states_decide_who_signs_in),
		cmocka_unit_test(an_address_made_anew_has_the_new_mailbox_home),
		cmocka_unit_test(many_ways_to_nowhere_are_walked_once),
		cmocka_unit_test(held_domains_survive_their_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
