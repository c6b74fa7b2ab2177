/*
 * See reload.h.
 */
#include "mta/reload.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/log.h"
#include "base/timeutil.h"
#include "db/strset.h"
#include "maps/account.h"
#include "mta/rootd_client.h"

/* A person who adds a domain or two need not wait; a job that adds a thousand
 * makes one reload in five seconds (node.reload_every_s). */
#define BURST 4
#define RETRY_US (2 * US_PER_S)

/* More barred accounts of one domain than this end everybody's sessions
 * there: clients sign in again by themselves. */
#define KICK_EACH_MAX 20
/* More logins at once than this are ended by domain, unlooked. */
#define KICK_MAX 2000
#define KICK_TRIES 150

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

static int64_t
reload_due_us(const struct node *n)
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

int64_t
reload_next_us(const struct node *n)
{
	const int64_t t = reload_due_us(n);
	return n->kicks.n > 0 && n->kick_retry_us < t ? n->kick_retry_us : t;
}

static bool
call(struct node *n, enum root_verb verb, const char *arg)
{
	struct err e = ERR_EMPTY;
	if (rootd_call(n->conf->rootd.listen, verb, arg, &e))
		return true;
	/* A server that is not running reads its files when it starts; a user
	 * who has no session is nothing to end. */
	if (e.code == ERR_INTERNAL
		&& (strstr(err_text(&e), "not running")
			|| strstr(err_text(&e), "no users kicked")))
		return true;
	if (arg)
		log_warn("%s", err_text(&e));
	else
		node_set_message(n, err_text(&e));
	return false;
}

static bool
reload_postfix(struct node *n)
{
	if (!call(n, ROOT_RELOAD_POSTFIX, NULL))
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

static bool
kick(struct node *n, const char *login)
{
	char mask[ADDR_SIZE + 2];
	/* A leading hyphen would read as an option: everybody there then. */
	if (login[0] == '@' || login[0] == '-') {
		snprintf(mask, sizeof(mask), "*%s", strrchr(login, '@'));
		login = mask;
	}
	return call(n, ROOT_END_SESSIONS, login);
}

static void
kick_later(struct node *n, const char *login)
{
	struct err e = ERR_EMPTY;
	if (!node_recheck_add(&n->kicks, login, &e))
		log_warn("%s: %s", login, err_text(&e));
	n->kick_retry_us = monotonic_us() + RETRY_US;
}

/* The sessions that could not be ended; those that still cannot stay. */
static void
kick_again(struct node *n)
{
	struct node_recheck due = n->kicks;
	const bool is_last = ++n->kick_tries >= KICK_TRIES;
	n->kicks = (struct node_recheck){ 0 };
	for (size_t i = 0; i < due.n; i++) {
		if (kick(n, due.key[i]))
			continue;
		if (is_last)
			log_error("sessions of %s were not ended", due.key[i]);
		else
			kick_later(n, due.key[i]);
	}
	node_recheck_clear(&due);
	free(due.key);
	if (n->kicks.n == 0)
		n->kick_tries = 0;
}

void
reload_run(struct node *n)
{
	struct err e = ERR_EMPTY;
	bool ok = true;
	if (n->kicks.n > 0 && monotonic_us() >= n->kick_retry_us)
		kick_again(n);
	if (monotonic_us() < reload_due_us(n))
		return;
	if (n->dovecot_reload_due) {
		ok = call(n, ROOT_RELOAD_DOVECOT, NULL);
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

static bool
is_barred(const struct delta_line *d)
{
	return d->map == MAP_ACCOUNTS && d->before
		&& !account_is_locked(d->before)
		&& (!d->after || account_is_locked(d->after));
}

struct leavers {
	const char *const *login;
	size_t logins;
	const struct delta *delta;
};

/* Do more people of a domain leave than are worth a command each? */
static bool
are_many(const struct leavers *l, const char *domain)
{
	size_t n = 0;
	if (l->logins > KICK_MAX)
		return true;
	for (size_t i = 0; i < l->logins && n <= KICK_EACH_MAX; i++)
		n += strcmp(key_domain(l->login[i]), domain) == 0;
	for (size_t i = 0; i < l->delta->n && n <= KICK_EACH_MAX; i++)
		n += is_barred(&l->delta->line[i])
			&& strcmp(key_domain(l->delta->line[i].key), domain)
				== 0;
	return n > KICK_EACH_MAX;
}

/* Add a login, or `@domain` in its place. */
static bool
add_leaver(const struct leavers *l, const char *login, struct strset *out,
	struct err *e)
{
	const char *at = strrchr(login, '@');
	if (!at || strset_has(out, at))
		return true;
	return strset_add(out, are_many(l, at + 1) ? at : login, NULL, e);
}

static bool
collect(const struct leavers *l, struct strset *out, struct err *e)
{
	for (size_t i = 0; i < l->logins; i++)
		if (!add_leaver(l, l->login[i], out, e))
			return false;
	for (size_t i = 0; i < l->delta->n; i++)
		if (is_barred(&l->delta->line[i])
			&& !add_leaver(l, l->delta->line[i].key, out, e))
			return false;
	return true;
}

void
reload_end_sessions(struct node *n, const char *const *login, size_t logins,
	const struct delta *d)
{
	struct strset all = { 0 };
	struct err e = ERR_EMPTY;
	const struct leavers l = { login, logins, d };
	if (!collect(&l, &all, &e))
		log_warn("%s", err_text(&e));
	for (size_t i = 0; i < all.n; i++) {
		const char *at = strrchr(all.list[i], '@');
		if (at && at != all.list[i] && strset_has(&all, at))
			continue;
		if (!kick(n, all.list[i]))
			kick_later(n, all.list[i]);
	}
	strset_free(&all);
}
