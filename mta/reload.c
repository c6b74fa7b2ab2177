/*
 * See reload.h.
 */
#include "mta/reload.h"

#include <string.h>

#include "base/timeutil.h"
#include "mta/rootd_client.h"

/* A person who adds a domain or two need not wait; a job that adds a thousand
 * makes one reload in five seconds (node.reload_every_s). */
#define BURST 4
#define RETRY_US (2 * US_PER_S)

static int64_t
every_us(const struct node *n)
{
	return n->conf->node.reload_every_s * US_PER_S;
}

void
reload_want(struct node *n, bool is_urgent)
{
	n->reload_due = true;
	n->reload_urgent = n->reload_urgent || is_urgent;
}

int64_t
reload_next_us(const struct node *n)
{
	int64_t t = INT64_MAX;
	if (n->reload_due)
		t = n->reload_urgent
			? 0
			: n->reloads_paid_us - (BURST - 1) * every_us(n);
	if (n->dovecot_reload_due)
		t = 0;
	return t < n->reload_retry_us ? n->reload_retry_us : t;
}

static bool
call(struct node *n, enum root_verb verb)
{
	struct err e = ERR_EMPTY;
	if (rootd_call(n->conf->rootd.listen, verb, NULL, &e))
		return true;
	/* A server that is not running reads its files when it starts. */
	if (e.code == ERR_INTERNAL && strstr(err_text(&e), "not running"))
		return true;
	node_set_message(n, err_text(&e));
	return false;
}

static bool
reload_postfix(struct node *n)
{
	if (!call(n, ROOT_RELOAD_POSTFIX))
		return false;
	const int64_t now = monotonic_us();
	n->reloads_paid_us =
		(n->reloads_paid_us > now ? n->reloads_paid_us : now)
		+ every_us(n);
	n->reload_due = false;
	n->reload_urgent = false;
	n->live = n->applied;
	n->applied_at_us = now_us();
	n->report_due = true;
	return true;
}

void
reload_run(struct node *n)
{
	struct err e = ERR_EMPTY;
	bool ok = true;
	if (monotonic_us() < reload_next_us(n))
		return;
	if (n->dovecot_reload_due) {
		ok = call(n, ROOT_RELOAD_DOVECOT);
		n->dovecot_reload_due = !ok;
	}
	if (n->reload_due)
		ok = reload_postfix(n) && ok;
	n->reload_retry_us = ok ? 0 : monotonic_us() + RETRY_US;
	if (!ok)
		return;
	node_set_message(n, "");
	/* A rebuild that is under way owes its reloads still. */
	if (!n->is_rebuilding && !journal_reloaded(n->journal, &e))
		node_set_message(n, err_text(&e));
}
