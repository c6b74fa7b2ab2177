/*
 * A random history of writes, rendered whole after each serial and kept: the
 * difference of any two serials is the difference of the kept renderings, and
 * a dry run told beforehand what its write then did. The seed is printed;
 * POSTROOM_SEED sets it. With POSTROOM_SOAK the history is long.
 */
#include "tests/unit/core_fixture.h"

#include "core/due.h"
#include "maps/account.h"
#include "maps/delta.h"
#include "maps/diff.h"
#include "maps/render.h"
#include "maps/rows.h"

#define STEPS 60
#define STEPS_SOAK 2000
#define PAIRS 150
#define HOP_US (40 * US_PER_DAY)

/* What was live at a serial: all maps, and the whitelist. */
struct kept {
	struct map_set maps;
	struct map_lines relays;
	struct hold_list faults;
};

static struct kept kept[2 * STEPS_SOAK];
static size_t n_kept; /* the newest serial + 1 */
static unsigned seed;

/* No two writes in one microsecond: their provisional ids tell them apart. */
static int64_t
next_now(void)
{
	return ++clock_us;
}

static unsigned
below(unsigned n)
{
	seed = seed * 1103515245U + 12345U;
	return (seed >> 16) % n;
}

static const char *const domains[] = { "a.test", "b.test", "c.test" };
static const char *const locals[] = { "ana", "bo", "cy", "sales", "abuse" };

static const char *
some_domain(void)
{
	return domains[below(ARRAY_LEN(domains))];
}

static const char *
some_address(void)
{
	return arena_printf(arena, "%s@%s", locals[below(ARRAY_LEN(locals))],
		some_domain());
}

static const char *
some_target(void)
{
	switch (below(6)) {
	case 0:
		return "else@elsewhere.example";
	case 1:
		return arena_printf(arena, "ana+tag@%s", some_domain());
	default:
		return some_address();
	}
}

/* A row at random, deleted ones too; 0 when there is none. */
static uint64_t
some_id(const char *table)
{
	char text[128];
	uint64_t n;

	snprintf(text, sizeof(text), "SELECT COUNT(*) FROM %s", table);
	n = (uint64_t)number(text);
	if (n == 0)
		return 0;
	snprintf(text, sizeof(text), "SELECT id FROM %s LIMIT 1 OFFSET %u",
		table, below((unsigned)n));
	return (uint64_t)number(text);
}

static bool
set_text(const struct field *form, const char *key, const char *value, void *in,
	struct form_seen *seen)
{
	return form_set_text(form, key, value, in, seen, arena, &err);
}

/* What a step does is chosen once, so that it can be tried and then done. */
struct step {
	unsigned kind;
	uint64_t id;
	const char *text, *more;
	unsigned word;
	int64_t expires_us;
};

static bool
change_domain(const struct step *s)
{
	static const char *const states[] = { "active", "disabled", "retiring",
		"active" };
	struct domain_in in;
	struct form_seen seen = { 0 };
	struct domain d;

	domain_in_defaults(&in);
	if (s->word < 4) {
		if (!set_text(domain_patch_form, "state", states[s->word], &in,
			    &seen))
			return false;
	} else if (s->word < 6) {
		if (!set_text(domain_patch_form, "transport",
			    s->word == 4 ? "" : "smtp:[old.example]:25", &in,
			    &seen))
			return false;
	} else if (!set_text(domain_patch_form, "refuse_text", "Gone", &in,
			   &seen)) {
		return false;
	}
	return domain_patch(&core, &root_actor, s->id, 0, &in, &seen, &d, &err);
}

static bool
make_box(const struct step *s)
{
	struct mailbox_in in;
	struct mailbox m;

	mailbox_in_defaults(&in);
	return str_copy(in.address, sizeof(in.address), s->text)
		&& str_copy(in.password_hash, sizeof(in.password_hash),
			s->word % 3 ? s->more : "")
		&& mailbox_create(&core, &root_actor, &in, &m, &err);
}

static bool
change_box(const struct step *s)
{
	static const char *const states[] = { "active", "nologin", "closed" };
	struct mailbox_in in;
	struct form_seen seen = { 0 };
	struct mailbox m;

	mailbox_in_defaults(&in);
	if (s->word < 2)
		return str_copy(in.password_hash, sizeof(in.password_hash),
			       s->more)
			&& mailbox_set_password(
				&core, &root_actor, s->id, &in, &m, &err);
	if (s->word < 4 ? !set_text(mailbox_patch_form, "quota_bytes",
		    s->word == 2 ? "5000000" : "0", &in, &seen)
			: !set_text(mailbox_patch_form, "state",
				states[s->word % 3], &in, &seen))
		return false;
	return mailbox_patch(
		&core, &root_actor, s->id, 0, &in, &seen, &m, &err);
}

static bool
delete_box(const struct step *s)
{
	struct mailbox_delete_in in = { .targets = TARGETS_REMOVE };
	struct mailbox m;

	if (s->word % 2) {
		in.targets = TARGETS_FORWARD;
		if (!str_copy(in.forward_to, sizeof(in.forward_to), s->text))
			return false;
	}
	return mailbox_delete(&core, &root_actor, s->id, 0, &in, &m, &err);
}

static bool
make_alias_of(const struct step *s)
{
	struct alias al;
	const char *address = s->word < 2 ? strchr(s->text, '@') : s->text;

	return try_alias(address, s->more, &al);
}

static bool
change_alias(const struct step *s)
{
	struct alias_in in;
	struct form_seen seen = { 0 };
	struct alias al;
	const char *key = s->word < 4 ? "targets"
		: s->word < 6         ? "state"
				      : "send_as";
	const char *value = s->word < 4 ? s->more
		: s->word == 4          ? "active"
		: s->word == 5          ? "disabled"
		: s->word == 6          ? "true"
					: "false";

	alias_in_defaults(&in);
	return set_text(alias_patch_form, key, value, &in, &seen)
		&& alias_patch(
			&core, &root_actor, s->id, 0, &in, &seen, &al, &err);
}

static bool
make_relay(const struct step *s)
{
	struct whitelist_in in;
	struct whitelist w;

	whitelist_in_defaults(&in);
	snprintf(in.network, sizeof(in.network), "198.51.100.%u/32",
		s->word % 4);
	if (s->word > 5)
		in.expires_us = s->expires_us;
	return whitelist_create(&core, &root_actor, &in, &w, &err);
}

static bool
change_relay(const struct step *s)
{
	struct whitelist_in in;
	struct form_seen seen = { 0 };
	struct whitelist w;

	whitelist_in_defaults(&in);
	if (s->word < 2 ? !set_text(whitelist_patch_form, "network",
		    s->word ? "192.0.2.8/32" : "192.0.2.9/32", &in, &seen)
			: !set_text(whitelist_patch_form, "state",
				s->word % 2 ? "active" : "disabled", &in,
				&seen))
		return false;
	return whitelist_patch(
		&core, &root_actor, s->id, 0, &in, &seen, &w, &err);
}

static bool
do_step(const struct step *s)
{
	struct domain d;
	struct domain_in din;
	struct job job;
	struct mailbox m;
	struct alias al;
	struct whitelist w;
	uint64_t serial;

	switch (s->kind) {
	case 0:
		domain_in_defaults(&din);
		return str_copy(din.name, sizeof(din.name), some_domain())
			&& domain_create(&core, &root_actor, &din, &d, &err);
	case 1:
		return domain_delete(
			&core, &root_actor, s->id, 0, NULL, &job, &err);
	case 2:
		return domain_restore(
			&core, &root_actor, s->id, &d, &job, &err);
	case 3:
		return change_domain(s);
	case 4:
	case 5:
		return make_box(s);
	case 6:
	case 7:
		return change_box(s);
	case 8:
		return delete_box(s);
	case 9:
		return mailbox_restore(&core, &root_actor, s->id, &m, &err);
	case 10:
	case 11:
		return make_alias_of(s);
	case 12:
		return change_alias(s);
	case 13:
		return alias_delete(
			&core, &root_actor, s->id, 0, true, &al, &err);
	case 14:
		return alias_restore(&core, &root_actor, s->id, &al, &err);
	case 15:
		return make_relay(s);
	case 16:
		return change_relay(s);
	case 17:
		return whitelist_delete(&core, &root_actor, s->id, 0, &w, &err);
	default:
		return revision_undo(
			&core, &root_actor, s->id, NULL, &serial, &err);
	}
}

#define KINDS 20

static struct step
some_step(void)
{
	static const char *const tables[KINDS] = { NULL, "domain", "domain",
		"domain", NULL, NULL, "mailbox", "mailbox", "mailbox",
		"mailbox", NULL, NULL, "alias", "alias", "alias", NULL,
		"whitelist", "whitelist", NULL, NULL };
	struct step s = { .kind = below(KINDS),
		.word = below(8),
		.expires_us = clock_us + 5 * US_PER_DAY };

	/* Domains go seldom, else there is nothing in them. */
	if (s.kind == 1 && below(3))
		s.kind = 4;
	if (tables[s.kind])
		s.id = some_id(tables[s.kind]);
	else if (s.kind >= 18)
		s.id = 1 + below((unsigned)n_kept + 1);
	s.text = some_address();
	s.more = s.kind == 4 || s.kind == 5 || s.kind == 6 || s.kind == 7
		? arena_printf(arena, "{SSHA512}c2FsdHNhbHQ%u", below(100000))
		: arena_printf(arena, "%s,%s", some_target(), some_target());
	return s;
}

/* The value of an account as the difference shows it. */
static const char *
words_of(const char *value)
{
	static const char *const names[] = { "password", "home", "uid", "gid",
		"quota_rule", "allow_nets", "nologin" };
	char buf[ACCOUNT_VALUE_MAX], print[17];
	struct str s = str_in(arena, 2000);
	struct account a;

	assert_true(account_split(value, buf, &a));
	if (strcmp(a.field[ACCOUNT_PASSWORD], ACCOUNT_LOCKED_PASSWORD) == 0) {
		a.field[ACCOUNT_PASSWORD] = "-";
	} else {
		fingerprint(a.field[ACCOUNT_PASSWORD],
			strlen(a.field[ACCOUNT_PASSWORD]), print);
		a.field[ACCOUNT_PASSWORD] = print;
	}
	for (unsigned i = 0; i < ARRAY_LEN(names); i++)
		if (*a.field[i])
			str_addf(&s, "%s%s=%s", i ? " " : "", names[i],
				a.field[i]);
	return arena_strdup(arena, str_text(&s));
}

static void
keep_relays(struct map_lines *out)
{
	const struct sql q = { "SELECT network, expires FROM whitelist "
			       "WHERE alive = 1 AND state = 1",
		"", "st" };
	struct rows r;

	OK(db_query_text(core.db, &q, NO_ARGS, &r, &err));
	while (rows_next(&r)) {
		char value[64] = "OK", at[TIME_TEXT_SIZE];

		if (!row_is_null(&r, 1)) {
			time_rfc3339(row_time(&r, 1), at);
			snprintf(value, sizeof(value), "OK until %s", at);
		}
		OK(lines_add(out, row_text(&r, 0), value, &err));
	}
	OK(rows_done(&r, &err));
	OK(lines_sort(out, &err));
}

/* Everything, from the rows as they are now. */
static void
keep_all(struct kept *k)
{
	struct map_rows rows = { 0 };
	struct map_set raw = { 0 };
	struct arena *own = arena_new(64U << 20);
	const struct render r = { .rows = &rows,
		.mail_root = conf.node.mail_root,
		.mail_uid = conf.node.mail_uid,
		.mail_gid = conf.node.mail_gid,
		.faults = &k->faults };

	assert_non_null(own);
	OK(map_rows_load_all(core.db, own, &rows, &err));
	rows_index(&rows);
	OK(render_everything(&r, &raw, &err));
	OK(render_finish(&r, &raw, &err));
	for (int m = 0; m < MAP_COUNT; m++)
		for (size_t i = 0; i < raw.map[m].n; i++) {
			const struct map_line *x = &raw.map[m].line[i];

			OK(lines_add(&k->maps.map[m], x->key,
				m == MAP_ACCOUNTS ? words_of(x->value)
						  : x->value,
				&err));
		}
	keep_relays(&k->relays);
	map_set_free(&raw);
	map_rows_free(&rows);
	arena_free(&own);
}

static bool
is_held(const struct kept *k, const char *key)
{
	return holds_find(&k->faults, key_domain(key)) != NULL;
}

/* Without the home and the password of what does not exist yet. */
static const char *
vague(const char *value)
{
	const char *uid = value ? strstr(value, " uid=") : NULL;

	return uid ? uid : value;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
same_line(const struct diff_line *x, unsigned map, const struct delta_line *y,
	bool is_trial)
{
	bool is_vague = is_trial && map == MAP_ACCOUNTS;

	return x->map == map && strcmp(x->key, y->key) == 0
		&& same_text(x->before, y->before)
		&& (is_vague ? same_text(vague(x->after), vague(y->after))
			     : same_text(x->after, y->after));
}

static void
print_both(const struct diff *d, const struct delta *want)
{
	for (size_t i = 0; i < d->n_lines; i++)
		print_error("got  %s %s: %s -> %s\n",
			diff_map_name(d->line[i].map), d->line[i].key,
			d->line[i].before ? d->line[i].before : "(none)",
			d->line[i].after ? d->line[i].after : "(none)");
	for (size_t i = 0; i < want->n; i++)
		print_error("want %s %s: %s -> %s\n",
			diff_map_name(want->line[i].map), want->line[i].key,
			want->line[i].before ? want->line[i].before : "(none)",
			want->line[i].after ? want->line[i].after : "(none)");
}

/* An account that only changed its secret's spelling is no difference. */
static void
compare(const struct diff *d, const struct kept *from, const struct kept *to,
	const char *what, uint64_t a, uint64_t b, bool is_trial)
{
	struct delta want = { 0 };
	size_t at = 0;

	assert_false(d->is_truncated);
	OK(delta_set(&want, &from->maps, &to->maps, &err));
	OK(delta_map(&want, MAP_COUNT, &from->relays, &to->relays, &err));
	for (size_t i = 0; i < want.n; i++) {
		const struct delta_line *y = &want.line[i];

		if (y->map < MAP_COUNT && y->map != MAP_ACCOUNTS
			&& (is_held(from, y->key) || is_held(to, y->key)))
			continue;
		if (at < d->n_lines
			&& same_line(&d->line[at], y->map, y, is_trial)) {
			if (!is_trial && d->line[at].by.serial == 0)
				fail_msg("nobody made the line of %s", y->key);
			at++;
			continue;
		}
		print_both(d, &want);
		fail_msg("%s %llu to %llu: line %s %s", what,
			(unsigned long long)a, (unsigned long long)b,
			diff_map_name(y->map), y->key);
	}
	if (at != d->n_lines) {
		print_both(d, &want);
		fail_msg("%s %llu to %llu: line too many: %s", what,
			(unsigned long long)a, (unsigned long long)b,
			d->line[at].key);
	}
	delta_free(&want);
}

static void
note_serials(void)
{
	uint64_t head = (uint64_t)number("SELECT serial FROM head");

	/* One step of the clock can write several. */
	for (; n_kept <= head; n_kept++)
		if (n_kept == head)
			keep_all(&kept[n_kept]);
}

/* Tried, then done: the trial told the difference. */
static void
try_and_do(const struct step *s)
{
	struct core_trial trial = { 0 };
	unsigned was = seed;
	size_t before = n_kept - 1;
	struct diff d;
	bool ok;

	core.is_dry_run = true;
	core.trial = &trial;
	err_clear(&err);
	ok = do_step(s);
	core.is_dry_run = false;
	core.trial = NULL;
	seed = was;
	err_clear(&err);
	assert_int_equal(number("SELECT serial FROM head"), before);
	if (ok)
		OK(diff_of_trial(&core, &root_actor, &trial, &d, &err));
	err_clear(&err);
	assert_int_equal(do_step(s), ok);
	note_serials();
	if (ok)
		compare(&d, &kept[before], &kept[n_kept - 1], "trial", before,
			n_kept - 1, true);
}

static void
time_passes(void)
{
	uint64_t done = 1;

	clock_us += HOP_US;
	while (done > 0) {
		OK(due_whitelist(&core, &done, &err));
		note_serials();
	}
	done = 1;
	while (done > 0) {
		OK(due_purge(&core, &done, &err));
		note_serials();
	}
}

static void
any_two_serials(size_t pairs)
{
	for (size_t i = 0; i < pairs; i++) {
		uint64_t a = below((unsigned)n_kept);
		uint64_t b = below((unsigned)n_kept);
		struct diff d;

		arena_reset(arena);
		OK(diff_between(&core, &root_actor, a, b, NULL, &d, &err));
		compare(&d, &kept[a], &kept[b], "between", a, b, false);
	}
}

static void
begin(void)
{
	for (size_t i = 0; i < ARRAY_LEN(domains); i++) {
		make_domain(domains[i]);
		note_serials();
		for (size_t k = 0; k < 2; k++) {
			make_mailbox(arena_printf(
				arena, "%s@%s", locals[k], domains[i]));
			note_serials();
		}
	}
}

static void
any_two_serials_of_a_random_history(void **state)
{
	const char *soak = getenv("POSTROOM_SOAK"),
		   *given = getenv("POSTROOM_SEED");
	bool is_soak = soak && *soak;

	(void)state;
	seed = given ? (unsigned)strtoul(given, NULL, 10)
		     : (unsigned)(now_us() / 1000);
	print_message("  POSTROOM_SEED=%u\n", seed);
	clock_us = now_us();
	core.now = next_now;
	n_kept = 0;
	note_serials();
	begin();
	for (int i = 0; i < (is_soak ? STEPS_SOAK : STEPS); i++) {
		struct step s;

		arena_reset(arena);
		clock_us += US_PER_S;
		s = some_step();
		try_and_do(&s);
		if (below(40) == 0)
			time_passes();
		if (is_soak && i % 20 == 0)
			any_two_serials(20);
	}
	any_two_serials(PAIRS);
	print_message("  %zu serials\n", n_kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			any_two_serials_of_a_random_history, fresh),
	};

	return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
