/*
 * Figures for a monitoring program on this host, as Prometheus reads them
 * (exposition format 0.0.4). Labels are our own words and names of nodes,
 * which need no escape.
 */
#include "cgi/handlers.h"

#include "base/timeutil.h"
#include "core/job.h"
#include "core/publishing.h"

#define CONTENT_TYPE "text/plain; version=0.0.4"

static void
head(struct str *out, const char *name, const char *type, const char *help)
{
	str_addf(out, "# HELP postroom_%s %s\n# TYPE postroom_%s %s\n", name,
		help, name, type);
}

static void
one(struct str *out, const char *name, const char *help, uint64_t value)
{
	head(out, name, "gauge", help);
	str_addf(out, "postroom_%s %llu\n", name, (unsigned long long)value);
}

static void
write_publishing(struct str *out, const struct publishing *p)
{
	one(out, "head_serial", "The newest saved serial.", p->head_serial);
	one(out, "approved_serial", "Everything up to it may go live.",
		p->approved_serial);
	one(out, "reviewed", "1 while changes wait for a review.",
		p->mode == PUBLISH_REVIEWED);
	one(out, "pending_revisions",
		"Revisions that wait for a review or behind a hold, at most "
		"10000.",
		p->pending.revisions);
	one(out, "pending_domains", "Domains that they touch.",
		p->pending.domains);
}

/* --- nodes --- */

static uint64_t
live_of(const struct node_view *n, int64_t now_us)
{
	(void)now_us;
	return n->serial;
}

static uint64_t
age_of(const struct node_view *n, int64_t now_us)
{
	return n->seen_us == TIME_NONE || n->seen_us > now_us
		? 0
		: (uint64_t)((now_us - n->seen_us) / US_PER_S);
}

static uint64_t
seen_of(const struct node_view *n, int64_t now_us)
{
	(void)now_us;
	return n->seen_us != TIME_NONE;
}

static uint64_t
pending_of(const struct node_view *n, int64_t now_us)
{
	(void)now_us;
	return n->pending;
}

static uint64_t
drift_of(const struct node_view *n, int64_t now_us)
{
	(void)now_us;
	return n->drift;
}

static uint64_t
held_of(const struct node_view *n, int64_t now_us)
{
	(void)now_us;
	return n->held_total;
}

static uint64_t
holding_of(const struct node_view *n, int64_t now_us)
{
	(void)now_us;
	return n->is_holding;
}

static const struct {
	const char *name, *help;
	uint64_t (*value)(const struct node_view *n, int64_t now_us);
} node_figures[] = {
	{ "node_live_serial", "The serial that the node has processed.",
		live_of },
	{ "node_age_seconds", "Since the node reported last.", age_of },
	{ "node_reported", "0 while the node never reported.", seen_of },
	{ "node_pending_lines", "Map lines that wait on the node.",
		pending_of },
	{ "node_drift_lines", "Lines that the last comparison found to differ.",
		drift_of },
	{ "node_held_domains", "Domains that the node holds back.", held_of },
	{ "node_holding", "1 while routing is held at a serial.", holding_of },
};

static void
write_nodes(struct str *out, const struct publishing *p, int64_t now_us)
{
	for (size_t i = 0; i < ARRAY_LEN(node_figures); i++) {
		head(out, node_figures[i].name, "gauge", node_figures[i].help);
		for (size_t k = 0; k < p->n_nodes; k++)
			str_addf(out,
				"postroom_%s{node=\"%s\",role=\"%s\"} %llu\n",
				node_figures[i].name, p->nodes[k].name,
				p->nodes[k].role,
				(unsigned long long)node_figures[i].value(
					&p->nodes[k], now_us));
	}
}

/* --- jobs and workers --- */

static void
write_jobs(struct str *out, const uint64_t jobs[static JOB_STATES])
{
	head(out, "jobs", "gauge", "Jobs that are kept, by state.");
	for (unsigned i = 1; i < JOB_STATES; i++)
		str_addf(out, "postroom_jobs{state=\"%s\"} %llu\n",
			job_state_name((enum job_state)i),
			(unsigned long long)jobs[i]);
}

/* A plain CGI program has no workers. */
static void
write_workers(struct str *out, const struct scoreboard *board)
{
	uint64_t served = 0, busy = 0;

	if (!board->slot)
		return;
	for (unsigned i = 0; i < board->n; i++) {
		served += atomic_load(&board->slot[i].served);
		busy += atomic_load(&board->slot[i].busy_since_us) > 0;
	}
	head(out, "requests_total", "counter", "Requests that were served.");
	str_addf(out, "postroom_requests_total %llu\n",
		(unsigned long long)served);
	one(out, "workers", "Workers of postroom-web.", board->n);
	one(out, "workers_busy", "Workers that serve a request now.", busy);
}

bool
metrics_show(struct call *c, struct err *e)
{
	const struct actor clock = actor_clock();
	uint64_t jobs[JOB_STATES];
	struct publishing p;
	struct str *out;

	if (!publishing_get(c->core, &clock, &p, e)
		|| !job_count(c->core, jobs, e))
		return false;
	out = reply_text(c->reply, 200, CONTENT_TYPE);
	write_publishing(out, &p);
	write_nodes(out, &p, c->core->now());
	write_jobs(out, jobs);
	write_workers(out, &c->app->board);
	return str_is_ok(out) || err_memory(e);
}
