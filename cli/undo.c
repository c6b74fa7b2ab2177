/* Undo of many revisions: a look beforehand, or the job. */
#include "cli/undo.h"

#include "core/undo_range.h"

const struct cli_option cli_undo_options[] = {
	CLI_UNDO_OPTIONS,
	{ 0 },
};

bool
cli_undo_range(struct cli *c, const struct revision_range *range, struct err *e)
{
	struct undo_preview p;
	struct job j;

	if (c->core.is_dry_run)
		return err_set(e, ERR_SYNTAX, "--dry-run", "not_here", "",
			"many revisions are undone by a job: --preview shows "
			"what it would do");
	if (cli_opt(c, "preview")) {
		if (!undo_range_preview(&c->core, &c->actor, range, &p, e))
			return false;
		undo_preview_write(&c->json, &p);
		return true;
	}
	if (!undo_range_start(&c->core, &c->actor, range, cli_opt(c, "note"),
		    cli_opt(c, "skip") != NULL, &j, e))
		return false;
	job_write_json(&c->json, NULL, &j);
	return true;
}
