/*
 * Requests to nodes: the verbs, their arguments, their replies.
 */
#include "core/node_request.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/node_ops.h"
#include "core/ops.h"
#include "core/publishing_rows.h"
#include "db/node_rows.h"

#define ARGS_SIZE 4000
#define BODY_MAX (256U << 10)

/* Rows of node_args_form, in its order. */
enum {
	A_RECIPIENT,
	A_SENDER,
	A_CLIENT,
	A_HELO,
	A_LOGIN,
	A_SUBMISSION,
	A_DOMAIN,
	A_ID,
	A_ON,
	A_FROM,
	A_TO
};

#define BIT(row) (1U << (row))
#define A_MESSAGE                                                              \
	(BIT(A_RECIPIENT) | BIT(A_SENDER) | BIT(A_CLIENT) | BIT(A_HELO)        \
		| BIT(A_LOGIN) | BIT(A_SUBMISSION))

static const char *const verb_words[] = {
	[VERB_EXPLAIN] = "explain",
	[VERB_PROBE] = "probe",
	[VERB_SETTINGS] = "settings",
	[VERB_QUEUE_LIST] = "queue_list",
	[VERB_QUEUE_FLUSH] = "queue_flush",
	[VERB_QUEUE_HOLD] = "queue_hold",
	[VERB_QUEUE_RELEASE] = "queue_release",
	[VERB_QUEUE_DELETE] = "queue_delete",
	[VERB_QUEUE_HEADERS] = "queue_headers",
	[VERB_QUEUE_HOLD_FROM] = "queue_hold_from",
	[VERB_QUEUE_RELEASE_FROM] = "queue_release_from",
	[VERB_OUTAGE] = "outage",
	[VERB_CHECK] = "check",
	[VERB_JOURNAL] = "journal",
	[NODE_VERBS] = NULL,
};

static const struct {
	unsigned takes, needs;
	bool changes; /* something on the node */
} verbs[] = {
	[VERB_EXPLAIN] = { A_MESSAGE, BIT(A_RECIPIENT), false },
	[VERB_PROBE] = { A_MESSAGE, BIT(A_RECIPIENT), false },
	[VERB_SETTINGS] = { 0, 0, false },
	[VERB_QUEUE_LIST] = { BIT(A_DOMAIN) | BIT(A_RECIPIENT), 0, false },
	[VERB_QUEUE_FLUSH] = { BIT(A_DOMAIN), 0, true },
	[VERB_QUEUE_HOLD] = { BIT(A_ID), BIT(A_ID), true },
	[VERB_QUEUE_RELEASE] = { BIT(A_ID), BIT(A_ID), true },
	[VERB_QUEUE_DELETE] = { BIT(A_ID), BIT(A_ID), true },
	[VERB_QUEUE_HEADERS] = { BIT(A_ID), BIT(A_ID), false },
	[VERB_QUEUE_HOLD_FROM] = { BIT(A_SENDER), BIT(A_SENDER), true },
	[VERB_QUEUE_RELEASE_FROM] = { BIT(A_SENDER), BIT(A_SENDER), true },
	[VERB_OUTAGE] = { BIT(A_ON), BIT(A_ON), true },
	[VERB_CHECK] = { 0, 0, false },
	[VERB_JOURNAL] = { BIT(A_FROM) | BIT(A_TO), BIT(A_FROM) | BIT(A_TO),
		false },
};
_Static_assert(ARRAY_LEN(verbs) == NODE_VERBS, "one row each");

const char *
node_verb_name(enum node_verb verb)
{
	return verb_words[verb];
}

static bool
check_client(const char *in, char *out, size_t cap, struct err *e)
{
	char text[CIDR_TEXT_SIZE];
	uint8_t ip[16];

	if (!ip_parse(in, ip))
		return err_set(e, ERR_INVALID, "client", "bad_network", in,
			"this is no address of a client");
	ip_text(ip, text);
	return str_copy(out, cap, text) || err_memory(e);
}

/* Postfix's queue ids, short and long (postconf(5), enable_long_queue_ids). */
static bool
check_id(const char *in, char *out, size_t cap, struct err *e)
{
	const size_t len = strlen(in);

	if (len < 5 || len > 20
		|| strspn(in,
			   "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "abcdefghijklmnopqrstuvwxyz")
			!= len)
		return err_set(e, ERR_INVALID, "id", "bad_character", in,
			"a queue id has 5 to 20 of A-Z a-z 0-9");
	return str_copy(out, cap, in) || err_memory(e);
}

/* clang-format off */
const struct field node_args_form[] = {
	[A_RECIPIENT] = { FIELD_AT(struct node_args, recipient), .min = 1 },
	[A_SENDER] = { FIELD_AT(struct node_args, sender) },
	[A_CLIENT] = { FIELD_AT(struct node_args, client),
		.check = check_client },
	[A_HELO] = { FIELD_AT(struct node_args, helo) },
	[A_LOGIN] = { FIELD_AT(struct node_args, login) },
	[A_SUBMISSION] = { FIELD_AT(struct node_args, submission) },
	[A_DOMAIN] = { FIELD_AT(struct node_args, domain),
		.check = domain_check },
	[A_ID] = { FIELD_AT(struct node_args, id), .check = check_id },
	[A_ON] = { FIELD_AT(struct node_args, on) },
	[A_FROM] = { FIELD_AT(struct node_args, from), .max = SERIAL_MAX },
	[A_TO] = { FIELD_AT(struct node_args, to), .max = SERIAL_MAX },
	{ 0 }
};
const struct field node_request_form[] = {
	{ FIELD_AT(struct node_request_in, verb), .words = verb_words,
		.required = true },
	{ FIELD_OBJECT_AT(struct node_request_in, args, node_args_form,
		args_seen) },
	{ 0 }
};
/* clang-format on */

static bool
check_args(const struct node_request_in *in, struct err *e)
{
	const unsigned takes = verbs[in->verb].takes;
	const unsigned needs = verbs[in->verb].needs;

	for (unsigned i = 0; node_args_form[i].name; i++) {
		const bool came = in->args_seen.present & BIT(i);
		char path[64];

		snprintf(path, sizeof(path), "args.%s", node_args_form[i].name);
		if (came && !(takes & BIT(i)))
			err_add(e, ERR_INVALID, path, "unknown_key", NULL,
				"%s does not take this", verb_words[in->verb]);
		else if (!came && needs & BIT(i))
			err_add(e, ERR_INVALID, path, "required", NULL,
				"%s needs this", verb_words[in->verb]);
	}
	return !err_is_set(e);
}

static void
write_arg(struct jsonw *w, const struct field *f, const char *member)
{
	switch (f->type) {
	case FIELD_INT:
		jsonw_int(w, f->name, *(const int64_t *)(const void *)member);
		break;
	case FIELD_BOOL:
		jsonw_bool(w, f->name, *(const bool *)(const void *)member);
		break;
	default:
		jsonw_str(w, f->name, member);
	}
}

/* The arguments that came, as they are kept. */
static const char *
write_args(struct arena *a, const struct node_request_in *in, struct err *e)
{
	struct str out = str_in(a, ARGS_SIZE);
	struct jsonw w = jsonw_over(&out);
	const char *base = (const char *)&in->args;

	jsonw_object(&w, NULL);
	for (unsigned i = 0; node_args_form[i].name; i++)
		if (in->args_seen.present & BIT(i))
			write_arg(&w, &node_args_form[i],
				base + node_args_form[i].offset);
	jsonw_end(&w);
	return jsonw_done(&w, e) ? str_text(&out) : NULL;
}

struct add {
	uint64_t node_id;
	const struct node_request_in *in;
	const char *args;
	struct node_request_row row;
};

static bool
record(struct tx *t, const struct add *p, const char *node, struct err *e)
{
	const struct change_in change = { .noun = "node",
		.noun_id = p->node_id,
		.op = CHANGE_UPDATE,
		.subject = node,
		.version = 1,
		.after = arena_printf(t->arena, "{\"verb\":\"%s\",\"args\":%s}",
			verb_words[p->in->verb], p->args) };

	if (!verbs[p->in->verb].changes)
		return true;
	return change.after ? tx_change(t, &change, e) : err_memory(e);
}

static bool
add_in(struct tx *t, void *ctx, struct err *e)
{
	struct add *p = ctx;
	const struct actor *a = t->a;
	const char *node;
	uint64_t n;

	if (!node_row_name(t->db, t->arena, p->node_id, &node, e))
		return false;
	if (!node)
		return no_such("node", e);
	if (!node_request_row_open(t->db, p->node_id, t->now_us, &n, e))
		return false;
	if (n >= REQUESTS_OPEN_MAX)
		return err_set(e, ERR_LIMIT, NULL, "too_many_requests", node,
			"%d requests wait for %s already", REQUESTS_OPEN_MAX,
			node);
	p->row = (struct node_request_row){ .node_id = p->node_id,
		.verb = verb_words[p->in->verb],
		.args = p->args,
		.actor_kind = a->kind,
		.admin_id = a->admin_id,
		.actor_name = a->name ? a->name : "",
		.created_us = t->now_us,
		.expires_us = t->now_us + REQUEST_LIVES_S * US_PER_S };
	return node_request_row_insert(t->db, &p->row, e)
		&& record(t, p, node, e);
}

bool
node_request_in_tx(struct tx *t, uint64_t node_id,
	const struct node_request_in *in, uint64_t *id_r, struct err *e)
{
	struct add p = { .node_id = node_id, .in = in };

	p.args = write_args(t->arena, in, e);
	if (!p.args || !add_in(t, &p, e))
		return false;
	*id_r = p.row.id;
	return true;
}

bool
node_request_read(struct core *c, uint64_t node_id, uint64_t id,
	struct node_request *out, bool *found_r, struct err *e)
{
	struct node_reply_row row;

	if (!node_request_row_get(
		    c->db, c->arena, node_id, id, &row, found_r, e))
		return false;
	if (!*found_r)
		return true;
	*out = (struct node_request){ .id = id,
		.verb = row.verb,
		.state = row.code                   ? row.code
			: row.expires_us > c->now() ? "waiting"
						    : "expired",
		.body = row.code ? object_or_null(row.body, BODY_MAX) : NULL,
		.created_us = row.created_us,
		.expires_us = row.expires_us,
		.replied_us = row.replied_us };
	return true;
}

bool
node_request_add(struct core *c, const struct actor *a, uint64_t node_id,
	const struct node_request_in *in, struct node_request *out,
	struct err *e)
{
	struct add p = { .node_id = node_id, .in = in };

	if (!actor_need_superadmin(a, e) || !check_args(in, e))
		return false;
	p.args = write_args(c->arena, in, e);
	if (!p.args || !core_run(c, a, "node.request", add_in, &p, NULL, e))
		return false;
	core_wake(c);
	*out = (struct node_request){ .id = p.row.id,
		.verb = p.row.verb,
		.state = "waiting",
		.created_us = p.row.created_us,
		.expires_us = p.row.expires_us,
		.replied_us = TIME_NONE };
	return true;
}

bool
node_request_get(struct core *c, const struct actor *a, uint64_t node_id,
	uint64_t id, struct node_request *out, struct err *e)
{
	bool found;

	if (!actor_need_superadmin(a, e)
		|| !node_request_read(c, node_id, id, out, &found, e))
		return false;
	return found || no_such("request", e);
}
