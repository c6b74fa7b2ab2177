/*
 * Routes of undo: of one revision at once, of many as a job.
 */
#include "cgi/handlers.h"

#include "cgi/lists.h"
#include "cgi/ranges.h"
#include "core/undo_range.h"

struct undo_in {
	const char *note;
	bool skip;
	struct range_in range;
};

static const struct field one_rows[] = {
	{ FIELD_AT(struct undo_in, note), .max = 500 },
	{ 0 },
};

static const struct field job_rows[] = {
	{ FIELD_AT(struct undo_in, note), .max = 500 },
	{ FIELD_AT(struct undo_in, skip) },
	{ 0 },
};

static const struct field range_rows[] = {
	{ FIELD_AT(struct undo_in, note), .max = 500 },
	{ FIELD_AT(struct undo_in, skip) },
	RANGE_ROWS(struct undo_in, range.),
	{ 0 },
};

static const struct field preview_rows[] = {
	RANGE_ROWS(struct undo_in, range.),
	{ 0 },
};

static void
init(void *in)
{
	range_in_init(&((struct undo_in *)in)->range);
}

const struct form undo_form = { .table = one_rows,
	.size = sizeof(struct undo_in) };
const struct form undo_job_form = { .table = job_rows,
	.size = sizeof(struct undo_in) };
const struct form undo_range_form = {
	.table = range_rows, .size = sizeof(struct undo_in), .init = init
};
const struct form undo_preview_form = {
	.table = preview_rows, .size = sizeof(struct undo_in), .init = init
};

static struct revision_range
range_of_job(uint64_t id)
{
	return (struct revision_range){
		.job_id = id, .from_us = TIME_NONE, .to_us = TIME_NONE
	};
}

bool
revisions_undo(struct call *c, struct err *e)
{
	const struct undo_in *in = c->body;
	struct revision r;
	uint64_t serial;

	if (!revision_undo(c->core, c->actor, c->id, text_or_null(in->note),
		    &serial, e))
		return false;
	/* There is no revision to show. */
	if (c->is_dry_run)
		return true;
	if (!revision_get(c->core, c->actor, serial, &r, e))
		return false;
	revision_write_json(reply_json(c->reply, 200), NULL, &r);
	return true;
}

static bool
preview(struct call *c, const struct revision_range *range, struct err *e)
{
	struct undo_preview p;

	if (!undo_range_preview(c->core, c->actor, range, &p, e))
		return false;
	undo_preview_write(reply_json(c->reply, 200), &p);
	return true;
}

static bool
start(struct call *c, const struct revision_range *range, struct err *e)
{
	const struct undo_in *in = c->body;
	struct job j;

	return undo_range_start(c->core, c->actor, range,
		       text_or_null(in->note), in->skip, &j, e)
		&& reply_job(c, &j, e);
}

bool
revisions_undo_preview(struct call *c, struct err *e)
{
	const struct undo_in *in = c->query;
	const struct revision_range range = range_of(&in->range);

	return preview(c, &range, e);
}

bool
revisions_undo_range(struct call *c, struct err *e)
{
	const struct undo_in *in = c->body;
	const struct revision_range range = range_of(&in->range);

	return start(c, &range, e);
}

bool
jobs_undo_preview(struct call *c, struct err *e)
{
	const struct revision_range range = range_of_job(c->id);

	return preview(c, &range, e);
}

bool
jobs_undo(struct call *c, struct err *e)
{
	const struct revision_range range = range_of_job(c->id);

	return start(c, &range, e);
}
