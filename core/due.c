/*
 * The clock's duties: each call is at most one batch, and an ordinary revision
 * where nouns change.
 */
#include "core/due.h"

#include "base/timeutil.h"
#include "core/history.h"
#include "core/domain.h"
#include "core/ops.h"
#include "db/admin_rows.h"
#include "db/due_rows.h"
#include "db/import_rows.h"
#include "db/misc_rows.h"
#include "db/node_rows.h"

enum { BATCH = 200 };

#define KEEP_CLAIMS_US US_PER_DAY
#define KEEP_REQUESTS_US US_PER_DAY
#define KEEP_FAILURES_US US_PER_DAY
#define IDLE_US (SESSION_IDLE_S * US_PER_S)

static bool
expire_one(struct tx *t, const struct whitelist *row, struct err *e)
{
	struct whitelist w;
	bool found;

	if (!whitelist_row_get(t->db, t->arena, row->id, true, &w, &found, e))
		return false;
	/* Somebody may have given it more time meanwhile. */
	if (!found || !w.is_alive || w.expires_us == TIME_NONE
		|| w.expires_us > t->now_us)
		return true;
	return whitelist_end(t, &w, WHITELIST_EXPIRED, e);
}

struct expiry {
	struct whitelist *items;
	size_t n;
};

static bool
expire(struct tx *t, void *ctx, struct err *e)
{
	const struct expiry *x = ctx;

	for (size_t i = 0; i < x->n; i++)
		if (!expire_one(t, &x->items[i], e))
			return false;
	return true;
}

bool
due_whitelist(struct core *c, uint64_t *done_r, struct err *e)
{
	const struct actor clock = actor_clock();
	struct expiry x = { 0 };

	*done_r = 0;
	if (!whitelist_row_due(
		    c->db, c->arena, c->now(), BATCH, &x.items, &x.n, e))
		return false;
	if (x.n == 0)
		return true;
	if (!core_run(c, &clock, "whitelist.expire", expire, &x, NULL, e))
		return false;
	*done_r = x.n;
	return true;
}

bool
due_domains(struct core *c, uint64_t *done_r, struct err *e)
{
	const struct actor clock = actor_clock();
	uint64_t id = 0;
	struct domain d;
	struct job job;

	*done_r = 0;
	if (!domain_row_due_retire(c->db, c->now(), &id, e))
		return false;
	if (id == 0)
		return true;
	if (domain_get(c, &clock, id, &d, e)) {
		if (d.state != DOMAIN_RETIRING || d.retire_us > c->now())
			return true;
		if (domain_delete(c, &clock, id, d.version, NULL, &job, e)) {
			*done_r = 1;
			return true;
		}
	}
	/* A job is at work on it, it went, or somebody gave it more time
	 * meanwhile: the next look tells. */
	if (e->code != ERR_CONFLICT && e->code != ERR_NOT_FOUND
		&& e->code != ERR_STALE)
		return false;
	err_clear(e);
	return true;
}

static const char *const nouns[] = {
	[DUE_MAILBOX] = "mailbox",
	[DUE_ALIAS] = "alias",
	[DUE_WHITELIST] = "whitelist",
	[DUE_DOMAIN] = "domain",
};
_Static_assert(ARRAY_LEN(nouns) == DUE_NOUNS, "one name each");

struct purge {
	enum due_noun noun;
	struct due_row *items;
	size_t n, done;
};

/*
 * A deleted mailbox still has its user on the mail nodes, with sign-in off,
 * and a deleted domain may: their keys let them go. By the key of an alias the
 * log finds it when a former serial is asked for.
 */
static bool
purge_one(struct tx *t, enum due_noun noun, const struct due_row *row,
	bool *is_gone_r, struct err *e)
{
	const struct change_in change = { .noun = nouns[noun],
		.noun_id = row->id,
		.domain_id = row->domain_id,
		.op = CHANGE_DELETE,
		.subject = row->name,
		.version = row->version,
		.before = "{\"state\":\"deleted\"}" };

	if (!due_row_remove(t->db, noun, row->id, t->now_us, is_gone_r, e))
		return false;
	if (!*is_gone_r)
		return true;
	if (!tx_change(t, &change, e))
		return false;
	if (noun == DUE_MAILBOX || noun == DUE_ALIAS)
		return tx_key(t, 'a', row->name, e);
	return noun != DUE_DOMAIN || tx_key(t, 'd', row->name, e);
}

/* So that no row goes while a restore of it counts it. */
static bool
lock_domains(struct tx *t, const struct purge *p, struct err *e)
{
	uint64_t ids[BATCH];
	size_t n = 0;

	if (p->noun == DUE_WHITELIST || p->noun == DUE_DOMAIN)
		return true;
	for (size_t i = 0; i < p->n; i++)
		ids[n++] = p->items[i].domain_id;
	return tx_lock_domains(t, ids, n, e);
}

static bool
purge(struct tx *t, void *ctx, struct err *e)
{
	struct purge *p = ctx;
	bool is_gone;

	p->done = 0;
	if (!lock_domains(t, p, e))
		return false;
	for (size_t i = 0; i < p->n; i++) {
		if (!purge_one(t, p->noun, &p->items[i], &is_gone, e))
			return false;
		p->done += is_gone;
	}
	return true;
}

/* Rows before their domain. */
bool
due_purge(struct core *c, uint64_t *done_r, struct err *e)
{
	const struct actor clock = actor_clock();
	struct purge p = { 0 };

	*done_r = 0;
	for (int noun = 0; noun < DUE_NOUNS; noun++) {
		p.noun = (enum due_noun)noun;
		if (!due_row_list(c->db, c->arena, p.noun, c->now(), BATCH,
			    &p.items, &p.n, e))
			return false;
		if (p.n == 0)
			continue;
		if (!core_run(c, &clock, "purge", purge, &p, NULL, e))
			return false;
		*done_r = p.done;
		return true;
	}
	return true;
}

bool
due_sessions(struct core *c, uint64_t *done_r, struct err *e)
{
	int64_t now = c->now();
	uint64_t claims = 0, requests = 0;

	*done_r = 0;
	if (!admin_row_purge(c->db, now, now - IDLE_US, now - KEEP_FAILURES_US,
		    done_r, e)
		|| !claim_row_purge(c->db, now - KEEP_CLAIMS_US, &claims, e)
		|| !node_request_row_purge(
			c->db, now - KEEP_REQUESTS_US, &requests, e))
		return false;
	*done_r += claims + requests;
	if (!history_purge(c, &requests, e))
		return false;
	*done_r += requests;
	return true;
}

bool
due_jobs(struct core *c, uint64_t *done_r, struct err *e)
{
	*done_r = 0;
	return job_row_purge(c->db,
		c->now() - c->conf->retention.jobs_days * US_PER_DAY, BATCH,
		done_r, e);
}

bool
due_next(struct core *c, int64_t *us_r, struct err *e)
{
	const struct due_keep keep = {
		.jobs_us = c->conf->retention.jobs_days * US_PER_DAY,
		.claims_us = KEEP_CLAIMS_US,
		.requests_us = KEEP_REQUESTS_US,
		.failures_us = KEEP_FAILURES_US,
		.idle_us = IDLE_US,
	};

	int64_t imports_us;

	if (!due_row_next(c->db, &keep, us_r, e)
		|| !import_row_next_due(c->db, &imports_us, e))
		return false;
	if (imports_us != TIME_NONE
		&& (*us_r == TIME_NONE || imports_us < *us_r))
		*us_r = imports_us;
	return true;
}
