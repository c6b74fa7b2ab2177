/*
 * The verb `probe`: what the real Postfix answers to RCPT, and whether explain
 * says the same for the address that a probe comes from.
 */
#include "mta/requests.h"

#include <string.h>

#include "base/str.h"
#include "mta/explain_live.h"
#include "mta/prober.h"

#define ARENA_BYTES ((size_t)64 << 20)
#define PROBE_HELO_NAME "localhost"

/* Makes the dialogue: directly, or through postroom-prober. */
typedef bool probe_fn(const struct conf *conf, const struct probe_in *in,
	struct probe_out *out, struct err *e);

/* A full mailbox is the one refusal that explain leaves open. */
static bool
is_about_quota(const struct probe_out *p)
{
	return p->code / 100 == 5 && strncmp(p->reply, "5.2.2 ", 6) == 0;
}

static void
write_probe(struct jsonw *w, const struct probe_out *p, const struct explain *x)
{
	jsonw_str(w, "client", PROBE_CLIENT);
	jsonw_str(w, "stage", probe_stage_name(p->stage));
	jsonw_uint(w, "code", p->code);
	jsonw_str(w, "reply", p->reply);
	jsonw_uint(w, "took_us", p->took_us);
	jsonw_object(w, "explained");
	jsonw_uint(w, "code", x->code);
	jsonw_str(w, "reply", x->reply);
	jsonw_end(w);
	/* What explain defers happens after RCPT: rings of aliases. */
	const bool is_later = x->code == 451 && p->code == 250;
	jsonw_bool(w, "agrees",
		is_later || is_about_quota(p)
			|| (p->code == x->code
				&& strcmp(p->reply, x->reply) == 0));
	jsonw_bool(w, "is_quota", is_about_quota(p));
}

static bool
answer(struct request *q, struct arena *a, const struct explain_in *in,
	probe_fn *probe, struct err *e)
{
	const struct conf *conf = q->node->conf;
	struct explain_in asked = { .recipient = in->recipient,
		.sender = in->sender,
		.helo = in->helo,
		.client = PROBE_CLIENT };
	struct probe_in p = { .helo = PROBE_HELO_NAME };
	struct probe_out out;
	struct explain_node x;
	if (!str_copy(p.recipient, sizeof(p.recipient), in->recipient)
		|| !str_copy(p.sender, sizeof(p.sender),
			in->sender ? in->sender : "")
		|| (in->helo && !str_copy(p.helo, sizeof(p.helo), in->helo)))
		return err_set(e, ERR_INVALID, "recipient", "too_long", "",
			"an address is too long to probe");
	if (!probe(conf, &p, &out, e)
		|| !explain_live(conf, NULL, &asked, a, &x, e))
		return false;
	write_probe(q->out, &out, &x.x);
	return true;
}

static bool
by_prober(const struct conf *conf, const struct probe_in *in,
	struct probe_out *out, struct err *e)
{
	return prober_ask(conf->probe.listen, in, out, e);
}

static bool
by_ourselves(const struct conf *conf, const struct probe_in *in,
	struct probe_out *out, struct err *e)
{
	return smtp_probe((unsigned)conf->node.smtp_port, in, out, e);
}

static bool
run(struct request *q, probe_fn *probe, struct err *e)
{
	struct explain_in in;
	struct arena *a = arena_new(ARENA_BYTES);
	if (!a)
		return err_memory(e);
	const bool ok = explain_read_in(q->args, a, &in, e)
		&& answer(q, a, &in, probe, e);
	arena_free(&a);
	return ok;
}

bool
request_probe(struct request *q, struct err *e)
{
	return run(q, by_prober, e);
}

bool
request_probe_here(struct request *q, struct err *e)
{
	return run(q, by_ourselves, e);
}
