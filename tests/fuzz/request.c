/*
 * The head of a request and its routing: whatever the web server passes is
 * plain, decoded text within its limits, or an error.
 *
 * fuzz-links: cgi maps core db
 *
 * The input is lines of NAME=value, as a gateway has its variables.
 */
#include "tests/fuzz/fuzz.h"

#include "base/str.h"
#include "base/token.h"
#include "base/utf8.h"
#include "cgi/request.h"
#include "cgi/route.h"

struct lines_gateway {
	struct gateway gw;
	struct arena *a;
	const char *lines;
};

static const char *
find_line(struct gateway *gw, const char *name)
{
	struct lines_gateway *l = (struct lines_gateway *)gw;
	const size_t name_len = strlen(name);

	for (const char *p = l->lines; *p; p += *p == '\n') {
		const size_t len = strcspn(p, "\n");

		if (len > name_len && p[name_len] == '='
			&& memcmp(p, name, name_len) == 0)
			return arena_strndup(
				l->a, p + name_len + 1, len - name_len - 1);
		p += len;
	}
	return NULL;
}

static const struct gateway_ops ops = { .param = find_line };

static void
check_request(const struct request *r)
{
	uint8_t ip[16];

	MUST(r->path && r->path[0] == '/');
	MUST(utf8_is_valid(r->path, strlen(r->path)));
	MUST(strlen(r->path) <= REQUEST_URI_MAX);
	MUST(r->query && r->content_length >= 0);
	MUST(!r->client[0] || ip_parse(r->client, ip));
	MUST(!r->token
		|| token_is_plausible(
			r->token, TOKEN_SESSION_LEN, TOKEN_SESSION_LEN));
	MUST(!r->origin || strlen(r->origin) <= REQUEST_HEADER_MAX);
}

static void
check_parts(const struct request *r)
{
	struct route_ids ids;
	int64_t value;

	if (r->if_match && etag_version(r->if_match, &value))
		MUST(value >= 1 && value <= UINT32_MAX);
	if (r->if_none_match)
		(void)etag_matches(r->if_none_match, "\"7\"");
	if (route_fits("/api/v1/domains/{id}", r->path, &ids))
		MUST(ids.id[0] >= 1 && ids.id[0] <= ROUTE_ID_MAX);
	if (route_fits("/api/v1/nodes/{id}/requests/{request}", r->path, &ids))
		MUST(ids.id[1] >= 1 && ids.id[1] <= ROUTE_ID_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	struct lines_gateway l = {
		.gw.ops = &ops, .a = a, .lines = fuzz_text(a, data, size)
	};
	struct err e = ERR_EMPTY;
	struct request r;
	static struct conf conf;

	if (!conf.web.workers)
		conf_init(&conf);
	if (!request_read_head(&r, &l.gw, &conf.web, a, &e)) {
		fuzz_error(&e);
		MUST(strlen(r.id) == REQUEST_ID_SIZE - 1);
		return 0;
	}
	check_request(&r);
	check_parts(&r);
	return 0;
}
