/*
 * The mode and approvals. Publishing is looked at in publishing_view.c.
 */
#include "core/publishing.h"

#include <stdio.h>
#include <string.h>

#include "base/domain.h"
#include "base/str.h"
#include "core/ops.h"
#include "core/publishing_rows.h"
#include "db/log_rows.h"
#include "db/node_rows.h"
#include "db/publishing_rows.h"

#define DOMAINS_MAX 1000
#define MODE_SETTING "publish.mode"
#define MODE_SETTING_ID 1

static const char *const mode_words[] = {
	[PUBLISH_AUTOMATIC] = "automatic",
	[PUBLISH_REVIEWED] = "reviewed",
	NULL,
};

/* clang-format off */
const struct field mode_form[] = {
	{ FIELD_AT(struct mode_in, mode), .words = mode_words,
		.required = true },
	{ FIELD_AT(struct mode_in, note), .check = check_note },
	{ 0 }
};
const struct field publish_form[] = {
	{ FIELD_AT(struct publish_in, serial), .min = 1, .max = SERIAL_MAX,
		.required = true },
	{ FIELD_AT(struct publish_in, domains), .max = DOMAIN_MAX,
		.check = domain_check, .min_items = 1,
		.max_items = DOMAINS_MAX, .nullable = true },
	{ FIELD_AT(struct publish_in, note), .check = check_note },
	{ 0 }
};
const struct field confirm_form[] = {
	{ FIELD_AT(struct confirm_in, domain), .check = domain_check,
		.required = true },
	{ FIELD_AT(struct confirm_in, serial), .min = 1, .max = SERIAL_MAX,
		.required = true },
	{ FIELD_AT(struct confirm_in, note), .check = check_note,
		.required = true },
	{ 0 }
};
/* clang-format on */

const char *
publish_mode_name(enum publish_mode mode)
{
	return mode_words[mode];
}

bool
mode_read(struct core *c, enum publish_mode *mode_r, struct err *e)
{
	const char *value;

	if (!setting_row_get(c->db, c->arena, MODE_SETTING, &value, e))
		return false;
	*mode_r = strcmp(value, mode_words[PUBLISH_REVIEWED]) == 0
		? PUBLISH_REVIEWED
		: PUBLISH_AUTOMATIC;
	return true;
}

bool
act_record(struct tx *t, const struct act *act, struct err *e)
{
	const struct actor *a = t->a;
	const struct publication_row row = { .act = act->name,
		.node_id = act->node_id,
		.serial = act->serial,
		.domains = act->domains ? act->domains : "",
		.value = act->value ? act->value : "",
		.actor_kind = a->kind,
		.admin_id = a->admin_id,
		.actor_name = a->name ? a->name : "",
		.client = a->client ? a->client : "",
		.request_id = a->request_id ? a->request_id : "",
		.note = act->note ? act->note : "",
		.created_us = t->now_us };

	return publication_row_insert(t->db, &row, e);
}

struct pending_bounds
review_bounds(uint64_t from, uint64_t head)
{
	return (struct pending_bounds){
		.review = from, .hold = UINT64_MAX, .upto = head
	};
}

const char *
lines_of(struct arena *a, const struct text_list *names)
{
	size_t size = 1, at = 0;
	char *lines;

	for (size_t i = 0; i < names->n; i++)
		size += strlen(names->items[i]) + 1;
	lines = arena_alloc(a, size);
	for (size_t i = 0; lines && i < names->n; i++)
		at += (size_t)snprintf(
			lines + at, size - at, "%s\n", names->items[i]);
	return lines;
}

bool
note_is_there(const char *note, struct err *e)
{
	if (note[strspn(note, " \t")] != '\0')
		return true;
	return err_set(e, ERR_INVALID, "note", "required", NULL,
		"say why: it is kept with the act");
}

/* --- the mode --- */

static const char *
mode_image(struct tx *t, enum publish_mode mode)
{
	return arena_printf(
		t->arena, "{\"value\":\"%s\"}", publish_mode_name(mode));
}

static bool
set_mode_in(struct tx *t, void *ctx, struct err *e)
{
	const struct mode_in *in = ctx;
	const enum publish_mode mode = (enum publish_mode)in->mode;
	enum publish_mode was;
	uint64_t head;

	if (!mode_read(t->c, &was, e))
		return false;
	if (was == mode)
		return true;
	const struct change_in change = { .noun = "setting",
		.noun_id = MODE_SETTING_ID,
		.op = CHANGE_UPDATE,
		.subject = MODE_SETTING,
		.version = 1,
		.before = mode_image(t, was),
		.after = mode_image(t, mode) };
	if (!change.before || !change.after)
		return err_memory(e);
	/* What is saved before the mode changes was saved to go live at once:
	 * nobody takes a serial between this and the one of this write. */
	if (!head_row_lock(t->db, &head, e)
		|| !setting_row_set(
			t->db, MODE_SETTING, publish_mode_name(mode), e)
		|| !approval_row_raise(t->db, "", head + 1, t->now_us, e))
		return false;
	return act_record(t,
		       &(const struct act){ .name = "mode",
			       .serial = head + 1,
			       .value = publish_mode_name(mode),
			       .note = in->note },
		       e)
		&& tx_change(t, &change, e);
}

bool
publishing_set_mode(struct core *c, const struct actor *a,
	const struct mode_in *in, struct err *e)
{
	struct actor with_note = *a;
	struct mode_in input = *in;

	with_note.note = input.note;
	return actor_need_superadmin(a, e)
		&& core_run(c, &with_note, "setting.update", set_mode_in,
			&input, NULL, e);
}

/* --- approvals --- */

bool
check_serial(uint64_t head, uint64_t serial, struct err *e)
{
	if (serial <= head)
		return true;
	return err_set(e, ERR_INVALID, "serial", "out_of_range", NULL,
		"the newest serial is %llu", (unsigned long long)head);
}

struct publish {
	const struct publish_in *in;
	uint64_t approved;
};

static bool
is_chosen(const struct publish_in *in, const char *domain)
{
	if (in->domains.n == 0)
		return true;
	for (size_t i = 0; i < in->domains.n; i++)
		if (strcmp(in->domains.items[i], domain) == 0)
			return true;
	return false;
}

/* Nobody publishes what nobody looked at. */
static bool
check_unchanged(struct tx *t, const struct publish_in *in,
	const struct pending_bounds *b, struct err *e)
{
	const char **names;
	size_t n;

	if ((uint64_t)in->serial == b->upto)
		return true;
	if (!pending_row_domains_after(t->db, t->arena, b, (uint64_t)in->serial,
		    DOMAINS_MAX, &names, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (is_chosen(in, names[i]))
			err_add(e, ERR_CONFLICT, "serial", "changed_since",
				names[i], "%s changed after serial %lld",
				names[i][0] ? names[i] : "the whitelist",
				(long long)in->serial);
	return !err_is_set(e);
}

/* Where all that a single approval left behind is approved too, everything
 * is: what waits is then looked for from there on only. */
static bool
raise_floor(struct tx *t, const struct pending_bounds *b, struct err *e)
{
	uint64_t first;

	return pending_row_first(t->db, b, &first, e)
		&& approval_row_raise(
			t->db, "", first ? first - 1 : b->upto, t->now_us, e);
}

static bool
approve(struct tx *t, const struct publish_in *in,
	const struct pending_bounds *b, struct err *e)
{
	const uint64_t serial = (uint64_t)in->serial;

	if (in->domains.n == 0)
		return approval_row_raise(t->db, "", serial, t->now_us, e);
	for (size_t i = 0; i < in->domains.n; i++)
		if (!approval_row_raise(
			    t->db, in->domains.items[i], serial, t->now_us, e))
			return false;
	return raise_floor(t, b, e);
}

static bool
publish_in(struct tx *t, void *ctx, struct err *e)
{
	struct publish *p = ctx;
	const struct publish_in *in = p->in;
	const struct act act = { .name = "publish",
		.serial = (uint64_t)in->serial,
		.domains = lines_of(t->arena, &in->domains),
		.note = in->note };
	enum publish_mode mode;
	uint64_t head, from;

	if (!act.domains)
		return err_memory(e);
	if (!mode_read(t->c, &mode, e) || !log_row_head(t->db, &head, e)
		|| !approval_row_floor(t->db, &from, e))
		return false;
	if (mode != PUBLISH_REVIEWED)
		return err_set(e, ERR_CONFLICT, NULL, "not_reviewed", NULL,
			"changes go live by themselves: nothing waits for a "
			"review");
	if (!check_serial(head, act.serial, e))
		return false;
	const struct pending_bounds b = review_bounds(from, head);
	return check_unchanged(t, in, &b, e) && approve(t, in, &b, e)
		&& act_record(t, &act, e)
		&& approval_row_floor(t->db, &p->approved, e);
}

bool
publishing_publish(struct core *c, const struct actor *a,
	const struct publish_in *in, uint64_t *approved_r, struct err *e)
{
	struct publish p = { .in = in };

	if (!actor_need_superadmin(a, e))
		return false;
	if (!core_run(c, a, "publishing.publish", publish_in, &p, NULL, e))
		return false;
	core_wake(c);
	*approved_r = p.approved;
	return true;
}

/* --- the guard --- */

static bool
guarded_in(struct tx *t, const struct confirm_in *in, struct err *e)
{
	const char *reason;

	if (!held_row_reason(t->db, t->arena, in->domain, &reason, e))
		return false;
	if (!reason)
		return err_set(e, ERR_CONFLICT, "domain", "not_held",
			in->domain, "nothing holds %s back", in->domain);
	if (!is_guard(reason))
		return err_set(e, ERR_CONFLICT, "domain", "faulty", in->domain,
			"%s: %s", in->domain, reason);
	return true;
}

static bool
confirm_in(struct tx *t, void *ctx, struct err *e)
{
	const struct confirm_in *in = ctx;
	const char *name = in->domain;
	const struct text_list one = { .items = &name, .n = 1 };
	const struct publish_in seen = { .serial = in->serial, .domains = one };
	const struct act act = { .name = "confirm",
		.serial = (uint64_t)in->serial,
		.domains = lines_of(t->arena, &one),
		.note = in->note };
	uint64_t head;

	if (!act.domains)
		return err_memory(e);
	if (!log_row_head(t->db, &head, e) || !check_serial(head, act.serial, e)
		|| !guarded_in(t, in, e))
		return false;
	/* All that changed counts, approved or not. */
	const struct pending_bounds b = {
		.review = UINT64_MAX, .hold = act.serial, .upto = head
	};
	return check_unchanged(t, &seen, &b, e)
		&& approval_row_raise_guard(
			t->db, name, act.serial, t->now_us, e)
		&& act_record(t, &act, e);
}

bool
publishing_confirm(struct core *c, const struct actor *a,
	const struct confirm_in *in, struct err *e)
{
	struct confirm_in input = *in;

	if (!actor_need_superadmin(a, e) || !note_is_there(in->note, e)
		|| !core_run(c, a, "publishing.confirm", confirm_in, &input,
			NULL, e))
		return false;
	core_wake(c);
	return true;
}
