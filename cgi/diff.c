/*
 * Routes that show map lines: what waits to go live, what differs between two
 * serials, and what a rollback would do.
 */
#include "cgi/handlers.h"

#include "base/domain.h"
#include "cgi/lists.h"
#include "maps/diff.h"

#define LINES_DEFAULT 200
#define LINES_MAX 1000
#define NO_SERIAL INT64_C(-1)

struct diff_in {
	int64_t from, to;
	const char *domain;
	unsigned map; /* 0: all, else 1 + its number */
	const char *cursor;
	int64_t limit;
};

static const char *const map_words[] = { "", "accounts", "mailboxes", "aliases",
	"sender_login", "transport", "refuse", "domains", "whitelist", NULL };
_Static_assert(ARRAY_LEN(map_words) == DIFF_MAPS + 2, "as enum map_id");

static const struct field diff_rows[] = {
	{ FIELD_AT(struct diff_in, from), .max = ROUTE_ID_MAX },
	{ FIELD_AT(struct diff_in, to), .max = ROUTE_ID_MAX },
	{ FIELD_AT(struct diff_in, domain), .max = 1024 },
	{ FIELD_AT(struct diff_in, map), .words = map_words },
	{ FIELD_AT(struct diff_in, cursor), .max = 2048 },
	{ FIELD_AT(struct diff_in, limit), .min = 1, .max = LINES_MAX },
	{ 0 },
};

static void
init(void *in)
{
	*(struct diff_in *)in = (struct diff_in){
		.from = NO_SERIAL, .to = NO_SERIAL, .limit = LINES_DEFAULT
	};
}

const struct form diff_query_form = {
	.table = diff_rows, .size = sizeof(struct diff_in), .init = init
};

struct rollback_query_in {
	int64_t serial;
	unsigned map;
	const char *cursor;
	int64_t limit;
};

static const struct field rollback_rows[] = {
	{ FIELD_AT(struct rollback_query_in, serial), .max = ROUTE_ID_MAX,
		.required = true },
	{ FIELD_AT(struct rollback_query_in, map), .words = map_words },
	{ FIELD_AT(struct rollback_query_in, cursor), .max = 2048 },
	{ FIELD_AT(struct rollback_query_in, limit), .min = 1,
		.max = LINES_MAX },
	{ 0 },
};

static void
init_rollback(void *in)
{
	((struct rollback_query_in *)in)->limit = LINES_DEFAULT;
}

const struct form rollback_query_form = { .table = rollback_rows,
	.size = sizeof(struct rollback_query_in),
	.init = init_rollback };

static unsigned
map_of(unsigned word)
{
	return word == 0 ? DIFF_MAPS : word - 1;
}

/* The stored form of a name that may come in Unicode; "" is none. */
static bool
take_domain(struct call *c, const char *in, const char **out, struct err *e)
{
	char name[DOMAIN_SIZE];

	*out = NULL;
	if (!text_or_null(in))
		return true;
	if (!domain_check(in, name, sizeof(name), e))
		return false;
	*out = arena_strdup(c->arena, name);
	return *out || err_memory(e);
}

static bool
find_diff(struct call *c, const struct diff_in *in, const char *domain,
	struct diff *d, struct err *e)
{
	if (in->from == NO_SERIAL && in->to == NO_SERIAL)
		return diff_pending(c->core, c->actor, domain, d, e);
	if (in->from == NO_SERIAL || in->to == NO_SERIAL)
		return err_set(e, ERR_INVALID,
			in->from == NO_SERIAL ? "from" : "to", "required", "",
			"give both serials or none");
	return diff_between(c->core, c->actor, (uint64_t)in->from,
		(uint64_t)in->to, domain, d, e);
}

bool
diff_show(struct call *c, struct err *e)
{
	const struct diff_in *in = c->query;
	const char *domain;
	struct diff d;
	struct jsonw *w;

	if (!take_domain(c, in->domain, &domain, e)
		|| !find_diff(c, in, domain, &d, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	if (!diff_write_json(w, c->arena, &d, map_of(in->map),
		    text_or_null(in->cursor), (size_t)in->limit, e))
		return false;
	jsonw_end(w);
	return true;
}

bool
rollback_show(struct call *c, struct err *e)
{
	const struct rollback_query_in *in = c->query;
	struct diff_kept *kept;
	struct diff d;
	struct jsonw *w;
	size_t n;

	if (!diff_rollback(
		    c->core, c->actor, (uint64_t)in->serial, &d, &kept, &n, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	if (!diff_write_json(w, c->arena, &d, map_of(in->map),
		    text_or_null(in->cursor), (size_t)in->limit, e))
		return false;
	jsonw_array(w, "kept");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "kind", kept[i].kind);
		jsonw_str(w, "subject", kept[i].subject);
		jsonw_uint(w, "serial", kept[i].serial);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
	return true;
}
