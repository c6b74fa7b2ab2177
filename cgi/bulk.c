/*
 * Routes of bulk changes, one for each noun that has them.
 */
#include "cgi/handlers.h"

#include "core/bulk.h"

static void
init(void *in)
{
	bulk_in_defaults(in);
}

const struct form domain_many_form = {
	.table = bulk_domain_form, .size = sizeof(struct bulk_in), .init = init
};
const struct form mailbox_many_form = {
	.table = bulk_mailbox_form, .size = sizeof(struct bulk_in), .init = init
};
const struct form alias_many_form = {
	.table = bulk_alias_form, .size = sizeof(struct bulk_in), .init = init
};
const struct form whitelist_many_form = { .table = bulk_whitelist_form,
	.size = sizeof(struct bulk_in),
	.init = init };

static bool
start(struct call *c, enum bulk_noun noun, struct err *e)
{
	struct job j;

	/* A dry run makes no job. */
	return bulk_start(c->core, c->actor, noun, c->body, &j, e)
		&& (c->is_dry_run || reply_job(c, &j, e));
}

bool
domains_bulk(struct call *c, struct err *e)
{
	return start(c, BULK_DOMAINS, e);
}

bool
mailboxes_bulk(struct call *c, struct err *e)
{
	return start(c, BULK_MAILBOXES, e);
}

bool
aliases_bulk(struct call *c, struct err *e)
{
	return start(c, BULK_ALIASES, e);
}

bool
whitelists_bulk(struct call *c, struct err *e)
{
	return start(c, BULK_WHITELIST, e);
}
