/*
 * Requests for an entry in the relay whitelist, see relay_request.h.
 */
#include "core/relay_request.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/image.h"
#include "core/ops.h"

#define DOMAINS_MAX 50

const char *const relay_request_words[] = {
	"",
	[RELAY_OPEN] = "open",
	[RELAY_APPROVED] = "approved",
	[RELAY_DECLINED] = "declined",
	[RELAY_WITHDRAWN] = "withdrawn",
	NULL,
};

static bool
check_reason(const char *in, char *out, size_t cap, struct err *e)
{
	return check_note(in, out, cap, e)
		&& (*out != '\0'
			|| err_set(e, ERR_INVALID, "reason", "required", NULL,
				"say why"));
}

/* clang-format off */
const struct field relay_request_form[] = {
	{ FIELD_AT(struct relay_request_in, network), .check = cidr_check,
		.required = true },
	{ FIELD_AT(struct relay_request_in, reason), .check = check_reason,
		.required = true },
	{ FIELD_AT(struct relay_request_in, domain_ids), .min = 1,
		.min_items = 1, .max_items = DOMAINS_MAX, .required = true },
	{ 0 }
};
const struct field relay_approve_form[] = {
	{ FIELD_AT(struct relay_answer_in, answer), .check = check_note },
	{ FIELD_TIME_AT(struct relay_answer_in, expires_us, "expires_at"),
		.nullable = true },
	{ FIELD_NAMED(struct relay_answer_in, is_unbound_ok, "unbound"),
		.required = true },
	{ 0 }
};
const struct field relay_decline_form[] = {
	{ FIELD_AT(struct relay_answer_in, answer), .check = check_reason,
		.required = true },
	{ 0 }
};

#define F(member, kind_) .name = #member, .kind = (kind_),                     \
	.at = offsetof(struct relay_request, member)
#define N(key, member, kind_) .name = (key), .kind = (kind_),                  \
	.at = offsetof(struct relay_request, member)
static const struct image_field fields[] = {
	{ F(id, IMAGE_UINT), .where = IN_API },
	{ N("requested_by", admin_name, IMAGE_TEXT), .where = IN_API },
	{ F(network, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(reason, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(domains, IMAGE_TEXT), .where = IN_IMAGE },
	{ F(state, IMAGE_WORD), .where = IN_API | IN_IMAGE,
		.words = relay_request_words, .n_words = RELAY_WITHDRAWN + 1 },
	{ F(answer, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(answered_by, IMAGE_TEXT_OR_NULL), .where = IN_API },
	{ N("answered_at", answered_us, IMAGE_TIME), .where = IN_API },
	{ F(whitelist_id, IMAGE_ID), .where = IN_API },
	{ N("created_at", created_us, IMAGE_TIME), .where = IN_API },
	{ F(version, IMAGE_UINT), .where = IN_API },
	{ 0 }
};
#undef F
#undef N
/* clang-format on */

void
relay_answer_defaults(struct relay_answer_in *in)
{
	*in = (struct relay_answer_in){ .expires_us = TIME_NONE };
}

void
relay_request_write_json(
	struct jsonw *w, const char *key, const struct relay_request *r)
{
	char one[DOMAIN_SIZE];
	const char *at = r->domains;

	image_api_open(w, key, fields, r);
	jsonw_array(w, "domains");
	while (*at) {
		size_t n = strcspn(at, " ");

		if (str_copy_n(one, sizeof(one), at, n))
			jsonw_str(w, NULL, one);
		at += n + (at[n] == ' ');
	}
	jsonw_end(w);
	jsonw_end(w);
}

static bool
is_visible(const struct actor *a, const struct relay_request *r)
{
	return actor_sees_all(a)
		|| (a->admin_id && a->admin_id == r->admin_id
			&& a->scope.token_id == 0);
}

bool
relay_request_get(struct core *c, const struct actor *a, uint64_t id,
	struct relay_request *out, struct err *e)
{
	bool found;

	if (!relay_request_row_get(c->db, c->arena, id, false, out, &found, e))
		return false;
	return (found && is_visible(a, out)) || no_such("request", e);
}

bool
relay_request_list(struct core *c, const struct actor *a, unsigned state,
	uint64_t before, size_t max, struct relay_request **items_r,
	size_t *n_r, struct err *e)
{
	uint64_t of = actor_sees_all(a) ? 0
		: a->scope.token_id     ? UINT64_MAX
					: a->admin_id;

	return relay_request_row_list(
		c->db, c->arena, of, state, before, max, items_r, n_r, e);
}

struct write {
	uint64_t id, version;
	const struct relay_request_in *in;
	const struct relay_answer_in *answer;
	enum relay_request_state state;
	struct relay_request r;
};

static bool
name_domains(struct tx *t, const struct int_list *ids, const char **out,
	struct err *e)
{
	struct str s = str_in(t->arena, DOMAINS_MAX * (DOMAIN_SIZE + 1));

	for (size_t i = 0; i < ids->n; i++) {
		struct domain d;
		bool found = false;

		if (actor_has_domain(t->a, (uint64_t)ids->items[i])
			&& !domain_row_get(t->db, t->arena,
				(uint64_t)ids->items[i], ROW_PLAIN, &d, &found,
				e))
			return false;
		if (!found || !d.is_alive)
			return no_such("domain", e);
		str_addf(&s, "%s%s", i ? " " : "", d.name);
	}
	*out = str_text(&s);
	return str_is_ok(&s) || err_memory(e);
}

static bool
check_network(struct tx *t, const char *network, struct err *e)
{
	const struct conf_limits *limits = &t->c->conf->limits;
	struct cidr net;

	return cidr_parse(network, &net, e)
		&& cidr_check_width(&net,
			(unsigned)limits->whitelist_min_prefix4,
			(unsigned)limits->whitelist_min_prefix6, e);
}

static bool
create_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;
	struct relay_request *r = &p->r;
	struct change_in change = { .noun = "relay_request",
		.op = CHANGE_CREATE,
		.subject = p->in->network,
		.version = 1,
		.domain_id = p->in->domain_ids.n == 1
			? (uint64_t)p->in->domain_ids.items[0]
			: 0 };
	uint64_t open;

	*r = (struct relay_request){ .admin_id = t->a->admin_id,
		.admin_name = t->a->name,
		.network = p->in->network,
		.reason = p->in->reason,
		.state = RELAY_OPEN,
		.answer = "",
		.answered_by = "",
		.answered_us = TIME_NONE,
		.created_us = t->now_us,
		.version = 1 };
	if (!check_network(t, r->network, e)
		|| !relay_request_row_open(t->db, r->admin_id, &open, e))
		return false;
	if (open >= RELAY_REQUESTS_OPEN_MAX)
		return err_set(e, ERR_LIMIT, "network", "too_many_requests",
			NULL, "%d requests are open already",
			RELAY_REQUESTS_OPEN_MAX);
	if (!name_domains(t, &p->in->domain_ids, &r->domains, e)
		|| !relay_request_row_insert(t->db, r, e))
		return false;
	change.noun_id = p->id = r->id;
	return image_full(fields, r, t->arena, &change.after, e)
		&& tx_change(t, &change, e);
}

static bool
run(struct core *c, const struct actor *a, const char *action, core_write *fn,
	struct write *p, struct relay_request *out, struct err *e)
{
	return core_run(c, a, action, fn, p, NULL, e)
		&& relay_request_get(c, a, p->id, out, e);
}

bool
relay_request_create(struct core *c, const struct actor *a,
	const struct relay_request_in *in, struct relay_request *out,
	struct err *e)
{
	if (a->admin_id == 0)
		return err_set(e, ERR_FORBIDDEN, NULL, "admins_only", NULL,
			"an admin requests an entry");
	return run(c, a, "relay_request.create", create_in,
		&(struct write){ .in = in }, out, e);
}

/* The entry, with who asked for it and why. */
static bool
make_entry(struct tx *t, struct write *p, struct err *e)
{
	/* The write keeps its texts until it is committed. */
	struct whitelist_in *in = arena_alloc(t->arena, sizeof(*in));
	struct whitelist w;

	if (!in)
		return err_memory(e);
	whitelist_in_defaults(in);
	in->expires_us = p->answer->expires_us;
	snprintf(in->note, sizeof(in->note), "request %llu",
		(unsigned long long)p->id);
	if (!str_copy(in->network, sizeof(in->network), p->r.network)
		|| !str_copy(in->owner, sizeof(in->owner), p->r.admin_name))
		return err_memory(e);
	if (!whitelist_create_in_tx(t, in, &w, e))
		return false;
	p->r.whitelist_id = w.id;
	return true;
}

static bool
answer_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;
	struct relay_request before;
	struct change_in change = {
		.noun = "relay_request", .noun_id = p->id, .op = CHANGE_UPDATE
	};
	bool found, same;

	if (!relay_request_row_get(
		    t->db, t->arena, p->id, true, &before, &found, e))
		return false;
	if (!found || !is_visible(t->a, &before))
		return no_such("request", e);
	if (!check_version(p->version, before.version, e))
		return false;
	if (before.state != RELAY_OPEN)
		return err_set(e, ERR_CONFLICT, NULL, "answered",
			before.network, "the request is %s already",
			relay_request_words[before.state]);
	p->r = before;
	p->r.state = p->state;
	p->r.answer = p->answer ? p->answer->answer : "";
	p->r.answered_by = t->a->name;
	p->r.answered_us = t->now_us;
	p->r.version = change.version = before.version + 1;
	change.subject = before.network;
	return (p->state != RELAY_APPROVED || make_entry(t, p, e))
		&& relay_request_row_answer(t->db, &p->r, e)
		&& image_diff(fields, &before, &p->r, t->arena, &change.before,
			&change.after, &same, e)
		&& tx_change(t, &change, e);
}

bool
relay_request_approve(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct relay_answer_in *in,
	struct relay_request *out, struct err *e)
{
	if (!actor_need_superadmin(a, e))
		return false;
	if (!in->is_unbound_ok)
		return err_set(e, ERR_INVALID, "unbound", "unbound", NULL,
			"the entry is bound to no sender: confirm that this "
			"network may send for everybody");
	return run(c, a, "relay_request.approve", answer_in,
		&(struct write){ .id = id,
			.version = version,
			.answer = in,
			.state = RELAY_APPROVED },
		out, e);
}

bool
relay_request_decline(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct relay_answer_in *in,
	struct relay_request *out, struct err *e)
{
	return actor_need_superadmin(a, e)
		&& run(c, a, "relay_request.decline", answer_in,
			&(struct write){ .id = id,
				.version = version,
				.answer = in,
				.state = RELAY_DECLINED },
			out, e);
}

bool
relay_request_withdraw(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, struct relay_request *out, struct err *e)
{
	return run(c, a, "relay_request.withdraw", answer_in,
		&(struct write){ .id = id,
			.version = version,
			.state = RELAY_WITHDRAWN },
		out, e);
}
