/*
 * Undo of many revisions, for `job undo` and `revision undo`.
 */
#ifndef POSTROOM_CLI_UNDO_H
#define POSTROOM_CLI_UNDO_H

#include "cli/cli.h"
#include "core/revision.h"

extern const struct cli_option cli_undo_options[];

#define CLI_UNDO_OPTIONS                                                       \
	{ "note", CLI_TEXT, "TEXT", "why; kept with the revisions", NULL },    \
		{ "preview", CLI_FLAG, NULL,                                   \
			"show what would happen and what stands in the way",   \
			NULL },                                                \
	{                                                                      \
		"skip", CLI_FLAG, NULL,                                        \
			"leave what something stands in the way of", NULL      \
	}

/* --preview shows, else the job is made and shown. */
bool cli_undo_range(struct cli *c, const struct revision_range *range,
	struct err *e) MUST_USE;

#endif
