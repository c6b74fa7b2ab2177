/*
 * What an operator calls a thing: its name or address, or its id. A living one
 * is found first; `is_deleted` looks among the deleted ones that are kept, of
 * which the one deleted last is meant.
 */
#ifndef CLI_FIND_H
#define CLI_FIND_H

#include "cli/cli.h"
#include "core/alias.h"
#include "core/domain.h"
#include "core/mailbox.h"
#include "core/whitelist.h"

bool cli_find_domain(struct cli *c, const char *name, bool is_deleted,
	struct domain *out, struct err *e) MUST_USE;
bool cli_find_mailbox(struct cli *c, const char *address, bool is_deleted,
	struct mailbox *out, struct err *e) MUST_USE;
bool cli_find_alias(struct cli *c, const char *address, bool is_deleted,
	struct alias *out, struct err *e) MUST_USE;
/* By its network (host bits are an error), or its id. */
/* The one that was deleted or expired last. */
bool cli_find_deleted_whitelist(struct cli *c, const char *network,
	struct whitelist *out, struct err *e) MUST_USE;
bool cli_find_whitelist(struct cli *c, const char *network,
	struct whitelist *out, struct err *e) MUST_USE;

/* --if-version N, or 0 for any. */
bool cli_version(struct cli *c, uint64_t *version_r, struct err *e) MUST_USE;

#endif
