/*
 * The relay whitelist: its forms, rules and writes. The list is in
 * core/lists.c, expiry in core/due.c.
 */
#include "core/whitelist.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/ops.h"

#define OVERLAPS_MAX 10

static const char *const state_words[] = {
	[WHITELIST_ACTIVE] = "active",
	[WHITELIST_DISABLED] = "disabled",
	[WHITELIST_EXPIRED] = "expired",
	[WHITELIST_DELETED] = "deleted",
};
_Static_assert(
	ARRAY_LEN(state_words) == WHITELIST_DELETED + 1, "one word each");

static const char *const form_states[] = { "active", "disabled", NULL };

const char *
whitelist_state_name(enum whitelist_state state)
{
	return (unsigned)state < ARRAY_LEN(state_words) ? state_words[state]
							: NULL;
}

bool
whitelist_state_find(const char *name, enum whitelist_state *state_r)
{
	for (unsigned i = 1; i < ARRAY_LEN(state_words); i++)
		if (strcmp(state_words[i], name) == 0) {
			*state_r = (enum whitelist_state)i;
			return true;
		}
	return false;
}

/* clang-format off */
#define WHITELIST_FIELDS(needed)                                               \
	{ FIELD_AT(struct whitelist_in, network), .check = cidr_check,         \
		.required = (needed) },                                        \
	{ FIELD_AT(struct whitelist_in, note), .check = check_line },                   \
	{ FIELD_AT(struct whitelist_in, owner), .check = check_line },                  \
	{ FIELD_TIME_AT(struct whitelist_in, expires_us, "expires_at"),        \
		.nullable = true },                                            \
	{ FIELD_AT(struct whitelist_in, state), .words = form_states },        \
	{ 0 }
const struct field whitelist_create_form[] = { WHITELIST_FIELDS(true) };
const struct field whitelist_patch_form[] = { WHITELIST_FIELDS(false) };

#define F(member, kind_) .name = #member, .kind = (kind_),                     \
	.at = offsetof(struct whitelist, member)
#define N(key, member, kind_) .name = (key), .kind = (kind_),                  \
	.at = offsetof(struct whitelist, member)
const struct image_field whitelist_fields[] = {
	{ F(id, IMAGE_UINT), .where = IN_API },
	{ F(network, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(note, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(owner, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(state, IMAGE_WORD), .where = IN_API | IN_IMAGE,
		.words = state_words, .n_words = ARRAY_LEN(state_words) },
	{ N("expires_at", expires_us, IMAGE_TIME), .where = IN_API | IN_IMAGE },
	{ N("deleted_at", deleted_us, IMAGE_TIME), .where = IN_API },
	{ N("created_at", created_us, IMAGE_TIME), .where = IN_API },
	{ N("updated_at", updated_us, IMAGE_TIME), .where = IN_API },
	{ F(version, IMAGE_UINT), .where = IN_API },
	{ F(changed_serial, IMAGE_UINT), .where = IN_API },
	{ 0 }
};
#undef F
#undef N
/* clang-format on */

void
whitelist_write_json(
	struct jsonw *w, const char *key, const struct whitelist *wl)
{
	image_api_open(w, key, whitelist_fields, wl);
	jsonw_array(w, "overlaps");
	for (size_t i = 0; i < wl->n_overlaps; i++) {
		jsonw_object(w, NULL);
		jsonw_uint(w, "id", wl->overlaps[i].id);
		jsonw_str(w, "network", wl->overlaps[i].network);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
}

void
whitelist_in_defaults(struct whitelist_in *in)
{
	*in = (struct whitelist_in){ .expires_us = TIME_NONE };
}

static bool
network_taken(const char *network, struct err *e)
{
	return err_set(e, ERR_CONFLICT, "network", "network_taken", network,
		"%s stands in the list already", network);
}

/* The ends of the network, and its width against the settings. */
static bool
take_network(struct tx *t, struct whitelist *w, struct err *e)
{
	const struct conf_limits *limits = &t->c->conf->limits;
	struct cidr net;

	if (!cidr_parse(w->network, &net, e)
		|| !cidr_check_width(&net,
			(unsigned)limits->whitelist_min_prefix4,
			(unsigned)limits->whitelist_min_prefix6, e))
		return false;
	memcpy(w->from, net.from, sizeof(w->from));
	memcpy(w->to, net.to, sizeof(w->to));
	return true;
}

static bool
check_expiry(const struct tx *t, const struct whitelist *w, struct err *e)
{
	if (w->expires_us == TIME_NONE || w->expires_us > t->now_us)
		return true;
	return err_set(e, ERR_INVALID, "expires_at", "in_the_past", NULL,
		"the expiry has passed");
}

bool
whitelist_apply(struct tx *t, const struct whitelist *before,
	struct whitelist *after, struct err *e)
{
	struct change_in change = { .noun = "whitelist",
		.noun_id = after->id,
		.op = CHANGE_UPDATE,
		.subject = after->network,
		.version = before->version + 1 };
	bool same;

	if (!image_diff(whitelist_fields, before, after, t->arena,
		    &change.before, &change.after, &same, e))
		return false;
	if (same)
		return true;
	after->is_alive = after->state <= WHITELIST_DISABLED;
	if (!take_network(t, after, e)
		|| (after->is_alive
			&& (!before->is_alive
				|| after->expires_us != before->expires_us)
			&& !check_expiry(t, after, e)))
		return false;
	if (after->is_alive)
		after->expired_us = after->purge_us = TIME_NONE;
	after->version = change.version;
	after->updated_us = t->now_us;
	if (!whitelist_row_update(t->db, after, e)) {
		if (err_take_duplicate(e, "whitelist_network"))
			network_taken(after->network, e);
		return false;
	}
	return tx_change(t, &change, e) && tx_key(t, 'w', after->network, e)
		&& tx_key(t, 'w', before->network, e)
		&& tx_stamp_whitelist(t, after->id, e);
}

struct write {
	uint64_t id, version;
	const struct whitelist_in *in;
	const struct form_seen *seen;
	struct whitelist w;
};

static bool
create_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;
	const struct whitelist_in *in = p->in;
	struct whitelist *w = &p->w;
	struct change_in change = { .noun = "whitelist",
		.op = CHANGE_CREATE,
		.subject = in->network,
		.version = 1 };

	*w = (struct whitelist){ .network = in->network,
		.note = in->note,
		.owner = in->owner,
		.state = (enum whitelist_state)(in->state + 1),
		.is_alive = true,
		.expires_us = in->expires_us,
		.expired_us = TIME_NONE,
		.deleted_us = TIME_NONE,
		.purge_us = TIME_NONE,
		.created_us = t->now_us,
		.updated_us = t->now_us,
		.version = 1 };
	if (!take_network(t, w, e) || !check_expiry(t, w, e))
		return false;
	if (!whitelist_row_insert(t->db, w, e)) {
		if (err_take_duplicate(e, "whitelist_network"))
			network_taken(w->network, e);
		return false;
	}
	change.noun_id = w->id;
	return image_full(whitelist_fields, w, t->arena, &change.after, e)
		&& tx_change(t, &change, e) && tx_key(t, 'w', w->network, e)
		&& tx_stamp_whitelist(t, w->id, e);
}

bool
whitelist_create_in_tx(struct tx *t, const struct whitelist_in *in,
	struct whitelist *out, struct err *e)
{
	struct write p = { .in = in };

	if (!actor_need_superadmin(t->a, e) || !create_in(t, &p, e))
		return false;
	*out = p.w;
	return true;
}

static bool
finish(struct core *c, const struct write *p, const struct core_done *done,
	struct whitelist *out, struct err *e)
{
	*out = p->w;
	out->network = arena_strdup(c->arena, p->w.network);
	out->note = arena_strdup(c->arena, p->w.note);
	out->owner = arena_strdup(c->arena, p->w.owner);
	if (done->serial)
		out->changed_serial = done->serial;
	if (!out->network || !out->note || !out->owner)
		return err_memory(e);
	return whitelist_row_overlaps(c->db, c->arena, out, OVERLAPS_MAX,
		&out->overlaps, &out->n_overlaps, e);
}

bool
whitelist_create(struct core *c, const struct actor *a,
	const struct whitelist_in *in, struct whitelist *out, struct err *e)
{
	struct write p = { .in = in };
	struct core_done done;

	return actor_need_superadmin(a, e)
		&& core_run(c, a, "whitelist.create", create_in, &p, &done, e)
		&& finish(c, &p, &done, out, e);
}

static bool
lock_alive(struct tx *t, uint64_t id, uint64_t version, struct whitelist *w,
	struct err *e)
{
	bool found;

	if (!whitelist_row_get(t->db, t->arena, id, true, w, &found, e))
		return false;
	if (!found)
		return no_such("whitelist entry", e);
	if (!w->is_alive)
		return err_set(e, ERR_CONFLICT, NULL,
			w->state == WHITELIST_EXPIRED ? "expired" : "deleted",
			w->network, "the entry is %s",
			whitelist_state_name(w->state));
	return check_version(version, w->version, e);
}

#define CAME(m) FORM_CAME(whitelist_patch_form, p->seen, struct whitelist_in, m)

static void
take_patch(const struct write *p, struct whitelist *after)
{
	if (CAME(network))
		after->network = p->in->network;
	if (CAME(note))
		after->note = p->in->note;
	if (CAME(owner))
		after->owner = p->in->owner;
	if (CAME(expires_us))
		after->expires_us = p->in->expires_us;
	if (CAME(state))
		after->state = (enum whitelist_state)(p->in->state + 1);
}

void
whitelist_patched(const struct whitelist_in *in, const struct form_seen *seen,
	struct whitelist *w)
{
	const struct write p = { .in = in, .seen = seen };

	take_patch(&p, w);
}

static bool
patch_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;
	struct whitelist before, *after = &p->w;

	if (!lock_alive(t, p->id, p->version, &before, e))
		return false;
	*after = before;
	take_patch(p, after);
	return whitelist_apply(t, &before, after, e);
}

bool
whitelist_patch_in_tx(struct tx *t, uint64_t id, uint64_t version,
	const struct whitelist_in *in, const struct form_seen *seen,
	struct whitelist *out, struct err *e)
{
	struct write p = { id, version, in, seen, { 0 } };

	if (!actor_need_superadmin(t->a, e) || !patch_in(t, &p, e))
		return false;
	*out = p.w;
	return true;
}

bool
whitelist_patch(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct whitelist_in *in,
	const struct form_seen *seen, struct whitelist *out, struct err *e)
{
	struct write p = { id, version, in, seen, { 0 } };
	struct core_done done;

	return actor_need_superadmin(a, e)
		&& core_run(c, a, "whitelist.update", patch_in, &p, &done, e)
		&& finish(c, &p, &done, out, e);
}

bool
whitelist_get(struct core *c, const struct actor *a, uint64_t id,
	struct whitelist *out, struct err *e)
{
	bool found;

	if (!actor_need_superadmin(a, e)
		|| !whitelist_row_get(
			c->db, c->arena, id, false, out, &found, e))
		return false;
	return (found || no_such("whitelist entry", e))
		&& whitelist_row_overlaps(c->db, c->arena, out, OVERLAPS_MAX,
			&out->overlaps, &out->n_overlaps, e);
}

bool
whitelist_end(struct tx *t, struct whitelist *w, enum whitelist_state state,
	struct err *e)
{
	struct change_in change = { .noun = "whitelist",
		.noun_id = w->id,
		.op = CHANGE_DELETE,
		.subject = w->network,
		.version = w->version + 1 };

	if (!image_full(whitelist_fields, w, t->arena, &change.before, e))
		return false;
	w->state = state;
	w->is_alive = false;
	if (state == WHITELIST_EXPIRED)
		w->expired_us = t->now_us;
	w->deleted_us = t->now_us;
	w->purge_us = tx_purge_us(t);
	w->updated_us = t->now_us;
	w->version++;
	return whitelist_row_update(t->db, w, e) && tx_change(t, &change, e)
		&& tx_key(t, 'w', w->network, e)
		&& tx_stamp_whitelist(t, w->id, e);
}

/* What an undo of its end brings back, as it was. */
bool
whitelist_revive(
	struct tx *t, uint64_t id, enum whitelist_state state, struct err *e)
{
	struct whitelist w;
	bool found;
	struct change_in change = {
		.noun = "whitelist", .noun_id = id, .op = CHANGE_RESTORE
	};

	if (!whitelist_row_get(t->db, t->arena, id, true, &w, &found, e))
		return false;
	if (!found)
		return no_such("whitelist entry", e);
	if (w.is_alive)
		return err_set(e, ERR_CONFLICT, NULL, "not_deleted", w.network,
			"the entry is not deleted");
	if (!check_expiry(t, &w, e) || !take_network(t, &w, e))
		return false;
	w.state = state;
	w.is_alive = true;
	w.deleted_us = w.purge_us = w.expired_us = TIME_NONE;
	w.updated_us = t->now_us;
	change.version = ++w.version;
	change.subject = w.network;
	if (!whitelist_row_update(t->db, &w, e)) {
		if (err_take_duplicate(e, "whitelist_network"))
			network_taken(w.network, e);
		return false;
	}
	return image_full(whitelist_fields, &w, t->arena, &change.after, e)
		&& tx_change(t, &change, e) && tx_key(t, 'w', w.network, e)
		&& tx_stamp_whitelist(t, w.id, e);
}

static bool
delete_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;

	return lock_alive(t, p->id, p->version, &p->w, e)
		&& whitelist_end(t, &p->w, WHITELIST_DELETED, e);
}

bool
whitelist_delete(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, struct whitelist *out, struct err *e)
{
	struct write p = { .id = id, .version = version };
	struct core_done done;

	return actor_need_superadmin(a, e)
		&& core_run(c, a, "whitelist.delete", delete_in, &p, &done, e)
		&& finish(c, &p, &done, out, e);
}

static bool
restore_in(struct tx *t, void *ctx, struct err *e)
{
	const struct write *p = ctx;

	return whitelist_revive(t, p->id, WHITELIST_ACTIVE, e);
}

bool
whitelist_restore(struct core *c, const struct actor *a, uint64_t id,
	struct whitelist *out, struct err *e)
{
	struct write p = { .id = id };

	return actor_need_superadmin(a, e)
		&& core_run(c, a, "whitelist.restore", restore_in, &p, NULL, e)
		&& whitelist_get(c, a, id, out, e);
}
