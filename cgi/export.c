/*
 * Routes of exports: a list whole, as a file.
 */
#include "cgi/handlers.h"

#include "cgi/lists.h"
#include "core/export.h"
#include "db/alias_rows.h"

struct exports_in {
	int64_t domain_id;
	unsigned state; /* of the noun; 0: any but deleted */
	const char *q;
	const char *target;
	const char *sort;
	unsigned encoding;
	bool hashes;
};

static const char *const domain_states[] = { "", "active", "prepared",
	"disabled", "retiring", "deleted", NULL };
static const char *const mailbox_states[] = { "", "active", "nologin", "closed",
	"deleted", NULL };
static const char *const alias_states[] = {
	[0] = "",
	[ALIAS_ACTIVE] = "active",
	[ALIAS_DISABLED] = "disabled",
	[ALIAS_DISABLED + 1] = "",
	[ALIAS_DELETED] = "deleted",
	[ALIAS_DELETED + 1] = NULL,
};
static const char *const whitelist_states[] = { "", "active", "disabled",
	"expired", "deleted", NULL };

/* clang-format off */
#define COMMON(states)                                                         \
	{ FIELD_AT(struct exports_in, state), .words = (states) },             \
	{ FIELD_AT(struct exports_in, q), .max = 200 },                        \
	{ FIELD_AT(struct exports_in, sort), .max = 32 },                      \
	{ FIELD_AT(struct exports_in, encoding), .words = export_encodings }
#define OF_DOMAIN                                                              \
	{ FIELD_AT(struct exports_in, domain_id), .min = 1,                    \
		.max = ROUTE_ID_MAX }
#define QUERY(noun, ...)                                                       \
	static const struct field noun##_rows[] = { __VA_ARGS__, { 0 } };      \
	const struct form noun##_export_form = { .table = noun##_rows,         \
		.size = sizeof(struct exports_in) }
QUERY(domain, COMMON(domain_states));
QUERY(mailbox, COMMON(mailbox_states), OF_DOMAIN,
	{ FIELD_AT(struct exports_in, hashes) });
QUERY(alias, COMMON(alias_states), OF_DOMAIN,
	{ FIELD_AT(struct exports_in, target), .max = 1024 });
QUERY(whitelist, COMMON(whitelist_states));
/* clang-format on */

static bool export(struct call *c, enum export_noun noun, struct err *e)
{
	const struct exports_in *in = c->query;
	const struct export_in want = { .domain_id = (uint64_t)in->domain_id,
		.state = in->state,
		.q = text_or_null(in->q),
		.target = text_or_null(in->target),
		.sort = text_or_null(in->sort),
		.encoding = in->encoding,
		.has_hashes = in->hashes };
	struct flow flow;

	if (!export_open(c->core, c->actor, noun, &want, &flow, e))
		return false;
	if (reply_flow(c->reply, &flow, true, e))
		return true;
	flow_close(&flow);
	return false;
}

bool
domains_export(struct call *c, struct err *e)
{
	return export(c, EXPORT_DOMAINS, e);
}

bool
mailboxes_export(struct call *c, struct err *e)
{
	return export(c, EXPORT_MAILBOXES, e);
}

bool
aliases_export(struct call *c, struct err *e)
{
	return export(c, EXPORT_ALIASES, e);
}

bool
whitelists_export(struct call *c, struct err *e)
{
	return export(c, EXPORT_WHITELIST, e);
}
