/*
 * Explain over addresses and map values of any content: it ends, its replies
 * fit what smtpd sends, and its answer can be written as JSON.
 *
 * fuzz-links: maps db
 */
#include "tests/fuzz/fuzz.h"

#include "maps/explain.h"

#define LINES 16
#define LOOK_UPS 400

struct text {
	const char *line[LINES];
	size_t n, asked;
};

static void
split(char *s, struct text *t)
{
	while (t->n < LINES) {
		char *end = strchr(s, '\n');
		t->line[t->n++] = s;
		if (!end)
			break;
		*end = '\0';
		s = end + 1;
	}
	while (t->n < LINES)
		t->line[t->n++] = "";
}

/* One of the last lines, by the key; an empty one is none. */
static bool
look_up(void *ctx, enum map_id map, const char *key, const char **value_r,
	struct err *e)
{
	struct text *t = ctx;
	size_t sum = (size_t)map;
	(void)e;
	MUST(key[0] != '\0');
	while (*key)
		sum = sum * 31 + (unsigned char)*key++;
	const char *value = t->line[6 + sum % (LINES - 6)];
	*value_r = value[0] && t->asked++ < LOOK_UPS ? value : NULL;
	return true;
}

static bool
is_read(const char *address)
{
	char out[ENVELOPE_SIZE];
	struct err e = ERR_EMPTY;
	return utf8_is_valid(address, strlen(address))
		&& envelope_check(address, out, sizeof(out), &e);
}

static void
run(struct arena *a, struct text *t)
{
	const struct explain_query q = { .recipient = t->line[0],
		.sender = t->line[1],
		.client = t->line[2],
		.login = t->line[3],
		.helo = NULL,
		.is_submission = t->line[4][0] == 's' };
	const struct explain_config c = { .lookup = look_up,
		.ctx = t,
		.relay_table = "192.0.2.0/24 OK\n",
		.virtual_transport = "lmtp:unix:private/dovecot-lmtp",
		.origin = is_read(t->line[5]) && !strchr(t->line[5], '@')
			? t->line[5]
			: "" };
	struct explain x;
	struct err e = ERR_EMPTY;
	if (!is_read(q.recipient) || !is_read(q.sender) || !is_read(q.login)
		|| !explain_run(&c, &q, a, &x, &e))
		return;
	MUST(x.code >= 250 && x.code < 600);
	MUST(strlen(x.reply) <= 506);
	MUST(x.steps > 0 && x.steps <= EXPLAIN_STEPS_MAX);
	MUST(x.delivers <= x.deliver_count);
	for (size_t i = 0; i < x.steps; i++)
		MUST(explain_stage_name(x.step[i].stage)
			&& explain_what_name(x.step[i].what));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct text t = { .n = 0 };
	char *s = a ? arena_strndup(a, (const char *)data, size) : NULL;
	if (s) {
		split(s, &t);
		run(a, &t);
	}
	arena_free(&a);
	return 0;
}
