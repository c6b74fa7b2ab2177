/*
 * One row at a serial: images taken back from it.
 */
#include <string.h>

#include "core/image.h"
#include "core/revision.h"
#include "maps/past_row.h"

#define IMAGE_BYTES (1U << 20)
#define IMAGE_DEPTH 8

bool
past_image(const struct past *p, struct past_row *row, const char *image,
	struct err *e)
{
	static const struct image_field *const tables[] = {
		[PAST_DOMAIN] = domain_fields,
		[PAST_MAILBOX] = mailbox_fields,
		[PAST_ALIAS] = alias_fields,
		[PAST_WHITELIST] = whitelist_fields,
	};
	const struct json_limits limits = { IMAGE_BYTES, IMAGE_DEPTH };
	struct json *doc;
	bool ok;

	if (!image)
		return true;
	if (!json_parse(image, strlen(image), &limits, &doc, e))
		return false;
	ok = image_apply(
		tables[row->noun], &row->as, json_root(doc), p->arena, e);
	json_free(&doc);
	return ok;
}

static void
set_alive(struct past_row *row, bool is_alive)
{
	switch (row->noun) {
	case PAST_DOMAIN:
		row->as.d.is_alive = is_alive;
		if (!is_alive)
			row->as.d.state = DOMAIN_DELETED;
		break;
	case PAST_MAILBOX:
		row->as.m.is_alive = is_alive;
		if (!is_alive)
			row->as.m.state = MAILBOX_DELETED;
		break;
	case PAST_ALIAS:
		row->as.al.is_alive = is_alive;
		if (!is_alive)
			row->as.al.state = ALIAS_DELETED;
		break;
	default:
		row->as.w.is_alive = is_alive;
		if (!is_alive)
			row->as.w.state = WHITELIST_DELETED;
	}
}

/* After an image was applied: a purged row was a deleted one before, and an
 * entry of the whitelist that expired is not alive either. */
static bool
says_alive(const struct past_row *row)
{
	switch (row->noun) {
	case PAST_DOMAIN:
		return row->as.d.state != DOMAIN_DELETED;
	case PAST_MAILBOX:
		return row->as.m.state != MAILBOX_DELETED;
	case PAST_ALIAS:
		return row->as.al.state != ALIAS_DELETED;
	default:
		return row->as.w.state <= WHITELIST_DISABLED;
	}
}

static bool
step_back(const struct past *p, struct past_row *row,
	const struct past_change *x, struct err *e)
{
	row->is_there = true;
	switch (x->op) {
	case CHANGE_CREATE:
		row->is_there = false;
		return true;
	case CHANGE_RESTORE:
		set_alive(row, false);
		return true;
	default:
		if (!past_image(p, row, x->before, e))
			return false;
		set_alive(row, says_alive(row));
		return true;
	}
}

static bool
step_on(const struct past *p, struct past_row *row, const struct past_change *x,
	struct err *e)
{
	row->is_there = strcmp(x->by.action, "purge") != 0;
	if (x->op == CHANGE_DELETE) {
		set_alive(row, false);
		return true;
	}
	if (!past_image(p, row, x->after, e))
		return false;
	set_alive(row, says_alive(row));
	return true;
}

bool
past_row_at(const struct past *p, const struct past_row *row, uint64_t serial,
	struct past_row *out, struct err *e)
{
	size_t n;
	const struct past_change *x = past_changes_of(p, row, &n);

	*out = *row;
	/* What was purged begins with what the log still has of it. */
	for (size_t i = 0; !row->is_there && i < n; i++)
		if (x[i].by.serial <= serial && x[i].by.serial <= p->head
			&& !step_on(p, out, &x[i], e))
			return false;
	for (size_t i = n; i-- > 0;)
		if (x[i].by.serial > serial && x[i].by.serial <= p->head
			&& !step_back(p, out, &x[i], e))
			return false;
	for (size_t i = 0; i < n; i++)
		if (x[i].by.serial > p->head && x[i].by.serial <= serial
			&& !step_on(p, out, &x[i], e))
			return false;
	return true;
}
