/*
 * Tokens of the API: made, listed, ended. Their use is in api_token_use.c.
 */
#include "core/api_token.h"

#include <string.h>

#include "base/cidr.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/ops.h"

#define IMAGE_BYTES 8192
#define LIST_TEXT_MAX 2000

/* `*`, or NOUN.VERB, either of which may be `*`; words of a-z and _. */
static bool
check_scope_word(const char *in, char *out, size_t cap, struct err *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_.";
	const char *dot = strchr(in, '.');
	size_t noun = dot ? (size_t)(dot - in) : 0;
	bool ok = strcmp(in, "*") == 0;

	if (dot)
		ok = noun > 0 && dot[1] != '\0'
			&& (strncmp(in, "*.", 2) == 0
				|| strspn(in, letters) >= noun)
			&& (strcmp(dot, ".*") == 0
				|| dot[1 + strspn(dot + 1, letters)] == '\0');
	if (ok && str_copy(out, cap, in))
		return true;
	return err_set(e, ERR_INVALID, "scopes", "bad_scope", in,
		"a scope is *, or noun.verb as in mailbox.update, "
		"mailbox.read or mailbox.*");
}

static bool
check_name(const char *in, char *out, size_t cap, struct err *e)
{
	return check_line(in, out, cap, e)
		&& (*out != '\0'
			|| err_set(e, ERR_INVALID, "name", "required", NULL,
				"a token needs a name"));
}

/* clang-format off */
const struct field api_token_form[] = {
	{ FIELD_AT(struct api_token_in, name), .check = check_name,
		.required = true },
	{ FIELD_AT(struct api_token_in, scopes), .max = 64,
		.check = check_scope_word, .min_items = 1,
		.max_items = TOKEN_SCOPES_MAX, .required = true },
	{ FIELD_AT(struct api_token_in, networks), .max = CIDR_TEXT_SIZE - 1,
		.check = cidr_check, .max_items = TOKEN_NETWORKS_MAX },
	{ FIELD_AT(struct api_token_in, domain_ids), .min = 1,
		.max_items = TOKEN_DOMAINS_MAX },
	{ FIELD_TIME_AT(struct api_token_in, expires_us, "expires_at"),
		.nullable = true },
	{ 0 }
};
/* clang-format on */

void
api_token_in_defaults(struct api_token_in *in)
{
	*in = (struct api_token_in){ .expires_us = TIME_NONE };
}

/* A list in words with blanks between, as an array. */
static void
write_words(struct jsonw *w, const char *key, const char *words)
{
	char one[65];

	jsonw_array(w, key);
	while (*words) {
		size_t n = strcspn(words, " ");

		if (str_copy_n(one, sizeof(one), words, n))
			jsonw_str(w, NULL, one);
		words += n + (words[n] == ' ');
	}
	jsonw_end(w);
}

void
api_token_write_json(
	struct jsonw *w, const char *key, const struct api_token *t)
{
	const struct token_row *r = &t->row;

	jsonw_object(w, key);
	jsonw_uint(w, "id", r->id);
	jsonw_uint(w, "admin_id", r->admin_id);
	jsonw_str(w, "login", r->login);
	jsonw_str(w, "name", r->name);
	write_words(w, "scopes", r->scopes);
	write_words(w, "networks", r->networks);
	if (r->is_limited) {
		jsonw_array(w, "domains");
		for (size_t i = 0; i < t->n_domains; i++) {
			jsonw_object(w, NULL);
			jsonw_uint(w, "id", t->domain[i].id);
			jsonw_str(w, "name", t->domain[i].name);
			jsonw_end(w);
		}
		jsonw_end(w);
	} else {
		jsonw_null(w, "domains");
	}
	jsonw_bool(w, "is_over", t->is_over);
	jsonw_time(w, "created_at", r->created_us);
	jsonw_time(w, "expires_at", r->expires_us);
	jsonw_time(w, "used_at", r->used_us);
	jsonw_str(w, "used_from", *r->used_client ? r->used_client : NULL);
	jsonw_end(w);
}

static bool
fill(struct core *c, struct api_token *t, struct err *e)
{
	t->n_domains = 0;
	t->is_over =
		t->row.expires_us != TIME_NONE && t->row.expires_us <= c->now();
	return !t->row.is_limited
		|| token_row_domains(c->db, c->arena, t->row.id, &t->domain,
			&t->n_domains, e);
}

/* A token is no person: it neither sees nor makes others. */
static bool
need_person(const struct actor *a, struct err *e)
{
	if (a->token_id == 0)
		return true;
	return err_set(e, ERR_FORBIDDEN, NULL, "not_with_a_token", NULL,
		"this takes a person who signed in");
}

static bool
is_own(const struct actor *a, uint64_t admin_id)
{
	return a->kind == ACTOR_ADMIN && a->admin_id == admin_id;
}

bool
api_token_list(struct core *c, const struct actor *a, uint64_t admin_id,
	struct api_token **items_r, size_t *n_r, struct err *e)
{
	struct token_row *rows;

	if (!need_person(a, e))
		return false;
	if (!is_own(a, admin_id) && !actor_sees_all(a))
		return no_such("admin", e);
	if (!token_row_list(
		    c->db, c->arena, admin_id, TOKENS_MAX, &rows, n_r, e))
		return false;
	*items_r = arena_array(c->arena, *n_r + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	for (size_t i = 0; i < *n_r; i++) {
		(*items_r)[i] = (struct api_token){ .row = rows[i] };
		if (!fill(c, &(*items_r)[i], e))
			return false;
	}
	return true;
}

bool
api_token_get(struct core *c, const struct actor *a, uint64_t id,
	struct api_token *out, struct err *e)
{
	bool found;

	*out = (struct api_token){ 0 };
	if (!need_person(a, e)
		|| !token_row_get(c->db, c->arena, id, &out->row, &found, e))
		return false;
	if (!found || (!is_own(a, out->row.admin_id) && !actor_sees_all(a)))
		return no_such("token", e);
	return fill(c, out, e);
}

struct write {
	const struct api_token_in *in;
	uint64_t admin_id;
	uint8_t digest[32];
	struct api_token t;
};

static bool
join(struct arena *a, const struct text_list *in, const char **out,
	struct err *e)
{
	struct str s = str_in(a, LIST_TEXT_MAX + 1);

	for (size_t i = 0; i < in->n; i++)
		str_addf(&s, "%s%s", i ? " " : "", in->items[i]);
	*out = str_text(&s);
	return str_is_ok(&s)
		|| err_set(e, ERR_INVALID, "scopes", "too_long", NULL,
			"the scopes or networks are too long");
}

/* What the log keeps: what it is good for, never the token. */
static bool
image(struct arena *a, const struct api_token *t, const char **text_r,
	struct err *e)
{
	struct str s = str_in(a, IMAGE_BYTES);
	struct jsonw w = jsonw_over(&s);

	jsonw_object(&w, NULL);
	jsonw_str(&w, "login", t->row.login);
	jsonw_str(&w, "name", t->row.name);
	write_words(&w, "scopes", t->row.scopes);
	write_words(&w, "networks", t->row.networks);
	jsonw_bool(&w, "all_domains", !t->row.is_limited);
	jsonw_time(&w, "expires_at", t->row.expires_us);
	jsonw_end(&w);
	*text_r = str_text(&s);
	return jsonw_done(&w, e);
}

static bool
check_room(struct tx *t, uint64_t admin_id, struct err *e)
{
	uint64_t n;

	if (!token_row_count(t->db, admin_id, &n, e))
		return false;
	return n < TOKENS_MAX
		|| err_set(e, ERR_LIMIT, "name", "too_many_tokens", NULL,
			"an admin has %d tokens at most: end one first",
			TOKENS_MAX);
}

static bool
add_domains(struct tx *t, struct write *p, struct err *e)
{
	const struct int_list *ids = &p->in->domain_ids;

	for (size_t i = 0; i < ids->n; i++)
		if (!actor_has_domain(t->a, (uint64_t)ids->items[i]))
			return no_such("domain", e);
	for (size_t i = 0; i < ids->n; i++) {
		struct domain d;
		bool found;

		if (!domain_row_get(t->db, t->arena, (uint64_t)ids->items[i],
			    ROW_PLAIN, &d, &found, e))
			return false;
		if (!found || !d.is_alive)
			return no_such("domain", e);
		if (!token_row_add_domain(t->db, p->t.row.id, d.id, e))
			return false;
	}
	return true;
}

static bool
create_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;
	struct token_row *r = &p->t.row;
	struct change_in change = {
		.noun = "token", .op = CHANGE_CREATE, .version = 1
	};

	*r = (struct token_row){ .admin_id = p->admin_id,
		.login = t->a->name,
		.name = p->in->name,
		.is_limited = p->in->domain_ids.n > 0,
		.created_us = t->now_us,
		.expires_us = p->in->expires_us };
	if (r->expires_us != TIME_NONE && r->expires_us <= t->now_us)
		return err_set(e, ERR_INVALID, "expires_at", "in_the_past",
			NULL, "the expiry has passed");
	if (!check_room(t, p->admin_id, e)
		|| !join(t->arena, &p->in->scopes, &r->scopes, e)
		|| !join(t->arena, &p->in->networks, &r->networks, e)
		|| !token_row_insert(t->db, r, p->digest, e)
		|| !add_domains(t, p, e))
		return false;
	change.noun_id = r->id;
	change.subject = r->name;
	return image(t->arena, &p->t, &change.after, e)
		&& tx_change(t, &change, e);
}

bool
api_token_create(struct core *c, const struct actor *a, uint64_t admin_id,
	const struct api_token_in *in, char token[static TOKEN_LEN + 1],
	struct api_token *out, struct err *e)
{
	struct write p = { .in = in, .admin_id = admin_id };

	if (!need_person(a, e))
		return false;
	if (!is_own(a, admin_id) && a->kind != ACTOR_CLI)
		return err_set(e, ERR_FORBIDDEN, NULL, "own_tokens_only", NULL,
			"everybody makes his own tokens");
	token_make(token, TOKEN_LEN);
	token_digest(token, p.digest);
	return core_run(c, a, "token.create", create_in, &p, NULL, e)
		&& api_token_get(c, a, p.t.row.id, out, e);
}

static bool
revoke_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;
	struct change_in change = { .noun = "token",
		.noun_id = p->t.row.id,
		.op = CHANGE_DELETE,
		.subject = p->t.row.name,
		.version = 1 };
	bool was_there;

	return token_row_delete(t->db, p->t.row.id, &was_there, e)
		&& (was_there || no_such("token", e))
		&& image(t->arena, &p->t, &change.before, e)
		&& tx_change(t, &change, e);
}

bool
api_token_revoke(
	struct core *c, const struct actor *a, uint64_t id, struct err *e)
{
	struct write p = { 0 };

	return api_token_get(c, a, id, &p.t, e)
		&& core_run(c, a, "token.revoke", revoke_in, &p, NULL, e);
}
