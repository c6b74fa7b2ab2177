/*
 * One staged row as input of its noun, and what it would change.
 */
#include <string.h>

#include "core/alias_targets.h"
#include "core/import_internal.h"

static const struct json_limits more_limits = { 65536, 4 };

bool
import_targets(struct arena *a, const struct staged *row, struct text_list *out,
	struct err *e)
{
	const char *at = row->targets ? row->targets : "";
	size_t n = 1;

	*out = (struct text_list){ 0 };
	for (const char *p = at; *p; p++)
		n += *p == ',';
	out->items = arena_array(a, n, sizeof(*out->items));
	if (!out->items)
		return err_memory(e);
	while (*at) {
		size_t len = strcspn(at, ",");

		out->items[out->n] = arena_strndup(a, at, len);
		if (!out->items[out->n++])
			return err_memory(e);
		at += len + (at[len] == ',');
	}
	return true;
}

bool
import_domain_in(struct arena *a, const struct staged *row,
	struct domain_in *in, struct form_seen *seen, struct err *e)
{
	domain_in_defaults(in);
	return form_read_json(domain_patch_form, row->more, strlen(row->more),
		&more_limits, in, seen, a, e);
}

bool
import_whitelist_in(struct arena *a, const struct staged *row,
	struct whitelist_in *in, struct form_seen *seen, struct err *e)
{
	whitelist_in_defaults(in);
	return form_read_json(whitelist_patch_form, row->more,
		strlen(row->more), &more_limits, in, seen, a, e);
}

void
import_mailbox_patched(const struct staged *row, struct mailbox *m)
{
	if (row->came & CAME_NAME)
		m->name = row->name;
	if (row->came & CAME_STATE)
		m->state = (enum mailbox_state)row->state;
	if ((row->came & CAME_QUOTA) && row->quota_bytes >= 0)
		m->quota_bytes = row->quota_bytes;
}

bool
import_alias_patched(struct arena *a, const struct staged *row,
	struct alias *al, struct err *e)
{
	struct text_list list;

	if (row->came & CAME_NAME)
		al->description = row->name;
	if (row->came & CAME_STATE)
		al->state = (enum alias_state)row->state;
	if (row->came & CAME_SEND_AS)
		al->send_as = (row->came & CAME_SENDS_AS) && !al->is_catch_all;
	if (!(row->came & CAME_TARGETS))
		return true;
	if (!import_targets(a, row, &list, e))
		return false;
	al->target_count = (int64_t)list.n;
	return targets_sorted(a, list.items, list.n, &al->targets, e);
}

/* The images of what differs; NULL when nothing does. */
static bool
differs(const struct image_field *table, const void *before, const void *after,
	struct core *c, const char **before_r, const char **after_r,
	struct err *e)
{
	bool is_same;

	if (!image_diff(table, before, after, c->arena, before_r, after_r,
		    &is_same, e))
		return false;
	if (is_same)
		*before_r = *after_r = NULL;
	return true;
}

static bool
of_mailbox(struct core *c, const struct staged *row, const char **before_r,
	const char **after_r, struct err *e)
{
	struct mailbox before, after;
	bool found;

	if (!mailbox_row_get(c->db, c->arena, row->noun_id, &before, &found, e))
		return false;
	if (!found)
		return true;
	after = before;
	import_mailbox_patched(row, &after);
	if (row->came & (CAME_HASH | CAME_PASSWORD))
		after.password_scheme = "new";
	return differs(
		mailbox_fields, &before, &after, c, before_r, after_r, e);
}

static bool
of_alias(struct core *c, const struct staged *row, const char **before_r,
	const char **after_r, struct err *e)
{
	struct alias before, after;
	bool found;

	if (!alias_row_get(c->db, c->arena, row->noun_id, &before, &found, e))
		return false;
	if (!found)
		return true;
	after = before;
	return import_alias_patched(c->arena, row, &after, e)
		&& differs(
			alias_fields, &before, &after, c, before_r, after_r, e);
}

static bool
of_domain(struct core *c, const struct staged *row, const char **before_r,
	const char **after_r, struct err *e)
{
	struct domain before, after;
	struct domain_in in;
	struct form_seen seen = { 0 };
	bool found;

	if (!domain_row_get(c->db, c->arena, row->noun_id, ROW_PLAIN, &before,
		    &found, e)
		|| !import_domain_in(c->arena, row, &in, &seen, e))
		return false;
	if (!found)
		return true;
	after = before;
	domain_patched(&in, &seen, &after);
	return differs(domain_fields, &before, &after, c, before_r, after_r, e);
}

static bool
of_whitelist(struct core *c, const struct staged *row, const char **before_r,
	const char **after_r, struct err *e)
{
	struct whitelist before, after;
	struct whitelist_in in;
	struct form_seen seen = { 0 };
	bool found;

	if (!whitelist_row_get(
		    c->db, c->arena, row->noun_id, false, &before, &found, e)
		|| !import_whitelist_in(c->arena, row, &in, &seen, e))
		return false;
	if (!found)
		return true;
	after = before;
	whitelist_patched(&in, &seen, &after);
	return differs(
		whitelist_fields, &before, &after, c, before_r, after_r, e);
}

bool
import_difference(struct core *c, const struct staged *row,
	const char **before_r, const char **after_r, struct err *e)
{
	*before_r = *after_r = NULL;
	switch (row->noun) {
	case STAGED_MAILBOX:
		return of_mailbox(c, row, before_r, after_r, e);
	case STAGED_ALIAS:
		return of_alias(c, row, before_r, after_r, e);
	case STAGED_DOMAIN:
		return of_domain(c, row, before_r, after_r, e);
	case STAGED_WHITELIST:
		return of_whitelist(c, row, before_r, after_r, e);
	default:
		return true;
	}
}
