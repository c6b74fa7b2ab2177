/*
 * Replies of the feed, of any content: what a node elsewhere takes from them
 * are lines of its role with whole keys, or an error. The input is the reply
 * to every request; after a few the feed is away.
 *
 * fuzz-links: mta maps core db
 */
#include "tests/fuzz/fuzz.h"

#include "base/str.h"
/* Its parts are its own; HTTP is what this file has below. */
#include "mta/source_feed.c"

#define CALLS 8

static const char *text;
static size_t len;
static unsigned calls;

bool
feed_http_open(
	const struct conf_node *conf, struct feed_http **f_r, struct err *e)
{
	(void)conf;
	(void)e;
	*f_r = NULL;
	return true;
}

void
feed_http_close(struct feed_http **f)
{
	*f = NULL;
}

bool
feed_http_call(struct feed_http *f, const char *path, const char *body,
	struct json **doc_r, struct err *e)
{
	static const struct json_limits limits = { .bytes = FEED_REPLY_MAX,
		.depth = 8 };

	(void)f;
	(void)body;
	MUST(path != NULL);
	if (++calls > CALLS)
		return err_set(e, ERR_UNAVAILABLE, "", "away", "", "away");
	return json_parse(text, len, &limits, doc_r, e);
}

char *
feed_http_escape(struct feed_http *f, const char *in, struct arena *a)
{
	(void)f;
	return arena_strdup(a, in);
}

static bool
take_approval(void *ctx, const char *domain, uint64_t serial, uint64_t guard,
	struct err *e)
{
	(void)ctx;
	(void)serial;
	(void)guard;
	(void)e;
	MUST(domain != NULL);
	return true;
}

static void
check_all(const struct source_all *out, enum node_role role)
{
	for (int m = 0; m < MAP_COUNT; m++) {
		const struct map_lines *l = &out->wanted.map[m];

		MUST(l->n == 0 || role_has(role, (enum map_id)m));
		for (size_t i = 0; i < l->n; i++)
			MUST(l->line[i].key && l->line[i].value);
	}
}

static void
ask_all(struct source *s, enum node_role role)
{
	struct source_all out = { 0 };
	struct err e = ERR_EMPTY;

	calls = 0;
	if (source_all(s, &out, &e))
		check_all(&out, role);
	else
		MUST(err_is_set(&e));
	map_set_free(&out.wanted);
	holds_free(&out.faults);
}

static void
ask_little(struct source *s, struct arena *a)
{
	struct request_row list[4];
	struct gate_row row;
	struct map_changes found = { 0 };
	struct err e = ERR_EMPTY;
	uint64_t serial;
	size_t n;

	calls = 0;
	(void)!source_gate(s, &row, &e);
	err_clear(&e);
	(void)!source_approvals(s, take_approval, NULL, &e);
	err_clear(&e);
	if (source_begin(s, &serial, &e)) {
		(void)!source_changed(s, "a.example", &serial, &e);
		err_clear(&e);
		if (source_changes(s, 0, serial, 100, a, &found, &e))
			for (size_t i = 0; i < found.n; i++)
				MUST(found.change[i].key[0] != '\0');
	}
	source_end(s);
	map_changes_free(&found);
	err_clear(&e);
	if (source_requests(s, ARRAY_LEN(list), a, list, &n, &e))
		MUST(n <= ARRAY_LEN(list));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	struct arena *a = fuzz_arena();
	struct source *s;
	struct err e = ERR_EMPTY;

	conf_init(&conf);
	text = fuzz_text(a, data, size);
	len = strlen(text);
	MUST(source_feed_open(&conf, &s, &e));
	ask_little(s, a);
	ask_all(s, conf.node.role);
	source_close(&s);
	return 0;
}
