/* `postroom mailbox lock`: what is done about a hacked mailbox, in one act. */
#include "cli/find.h"
#include "cli/lock.h"
#include "core/mailbox_lock.h"

#include <poll.h>
#include <string.h>

#include "base/timeutil.h"

enum { WAIT_MS = 100, WAIT_US = 10 * US_PER_S };

const struct cli_option cli_lock_options[] = {
	{ "note", CLI_TEXT, "TEXT", "why; kept with the revision", "note" },
	{ "show", CLI_FLAG, NULL, "only tell how far it is", NULL },
	{ "release", CLI_FLAG, NULL, "release the mail that is held", NULL },
	{ 0 },
};

/* The sign-in has ended everywhere and every node has answered. */
static bool
is_settled(const struct mailbox_lock *l)
{
	bool is_over = l->is_live;

	for (size_t i = 0; i < l->n_nodes; i++)
		is_over = is_over && strcmp(l->node[i].state, "waiting") != 0;
	return is_over;
}

/* A moment for the nodes, so that the answer tells what they did. */
static bool
settle(struct cli *c, uint64_t id, struct mailbox_lock *l, struct err *e)
{
	const int64_t until_us = monotonic_us() + WAIT_US;

	while (!is_settled(l) && monotonic_us() < until_us) {
		(void)poll(NULL, 0, WAIT_MS);
		if (!mailbox_lock_get(&c->core, &c->actor, id, l, e))
			return false;
	}
	return true;
}

bool
cli_mailbox_lock(struct cli *c, struct err *e)
{
	struct mailbox_lock_in in = { 0 };
	struct form_seen seen = { 0 };
	struct mailbox m;
	struct mailbox_lock l;
	bool ok;

	if (!cli_form(c, mailbox_lock_form, &in, &seen, false, e)
		|| !cli_find_mailbox(c, c->arg[0], false, &m, e))
		return false;
	if (cli_opt(c, "show"))
		ok = mailbox_lock_get(&c->core, &c->actor, m.id, &l, e);
	else if (cli_opt(c, "release"))
		ok = mailbox_lock_queue(&c->core, &c->actor, m.id, true, &l, e);
	else
		ok = mailbox_lock(&c->core, &c->actor, m.id, &in, &l, e);
	if (!ok || (!cli_opt(c, "show") && !settle(c, m.id, &l, e)))
		return false;
	mailbox_lock_write_json(&c->json, &l);
	return true;
}
