/*
 * Dry runs of requests, see dry_run.h.
 */
#include "cgi/dry_run.h"

#include <string.h>

#include "maps/diff.h"

#define LINES_MAX 4000

bool
dry_run_read(struct call *c, const char *value, bool *is_seen, struct err *e)
{
	if (*is_seen)
		return err_set(e, ERR_INVALID, "dry_run", "duplicate_key", "",
			"dry_run is said twice");
	*is_seen = true;
	c->is_dry_run = strcmp(value, "true") == 0;
	if (!c->is_dry_run && strcmp(value, "false") != 0)
		return err_set(e, ERR_INVALID, "dry_run", "not_a_choice", value,
			"dry_run is true or false");
	return !c->is_dry_run || (c->route->flags & ROUTE_DRY)
		|| err_set(e, ERR_INVALID, "dry_run", "no_dry_run", "",
			"this request cannot be tried: it does not change what "
			"the maps are made of");
}

static bool
reply_trial(struct call *c, const struct core_trial *trial, struct err *e)
{
	struct diff d;

	/* What the handler said would be of rows that are not there. */
	reply_init(c->reply, c->arena);
	return diff_of_trial(c->core, c->actor, trial, &d, e)
		&& diff_write_trial(reply_json(c->reply, 200), c->arena,
			c->actor, trial, &d, LINES_MAX, e)
		&& jsonw_done(&c->reply->json, e);
}

bool
dry_run_handle(struct call *c, struct err *e)
{
	struct core_trial trial = { 0 };
	bool ok;

	c->core->is_dry_run = true;
	c->core->trial = &trial;
	ok = c->route->handler(c, e);
	c->core->is_dry_run = false;
	c->core->trial = NULL;
	return ok && reply_trial(c, &trial, e);
}
