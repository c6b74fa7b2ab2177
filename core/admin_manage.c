/*
 * The management of admins: their forms, rules and writes, see
 * admin_manage.h.
 */
#include "core/admin_manage.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/admin_ops.h"
#include "core/lists.h"
#include "core/ops.h"
#include "db/admin_rows.h"
#include "db/session_rows.h"

static const char *const role_words[] = { "admin", "superadmin", NULL };
static const char *const language_words[] = { "", "en", "ja", NULL };
static const char *const state_words[] = { "active", "disabled", NULL };

static bool
check_login(const char *in, char *out, size_t cap, struct err *e)
{
	if (*in == '\0')
		return err_set(e, ERR_INVALID, "login", "required", NULL,
			"an administrator needs a login");
	for (const char *p = in; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return err_set(e, ERR_INVALID, "login", "bad_character",
				in,
				"a login has no blanks or control characters");
	return str_copy(out, cap, in)
		|| err_set(e, ERR_INVALID, "login", "too_long", in,
			"a login has at most %d bytes", ADMIN_LOGIN_MAX);
}

static bool
check_right(const char *in, char *out, size_t cap, struct err *e)
{
	for (unsigned bit = 0; bit < RIGHTS_N; bit++)
		if (strcmp(in, right_words[bit]) == 0)
			return str_copy(out, cap, in) || err_memory(e);
	return err_set(e, ERR_INVALID, "rights", "not_a_choice", in,
		"there is no right %s", in);
}

/* clang-format off */
#define DOMAINS(needed)                                                        \
	{ FIELD_AT(struct admin_in, domain_ids), .min = 1,                     \
		.max_items = ADMIN_GRANTS_MAX, .min_items = (needed) ? 1 : 0,  \
		.required = (needed) }
#define RIGHTS(needed)                                                         \
	{ FIELD_AT(struct admin_in, rights), .max = 16,                        \
		.max_items = RIGHTS_N, .check = check_right,                   \
		.required = (needed) }
#define NAMES                                                                  \
	{ FIELD_AT(struct admin_in, name), .check = check_line },              \
	{ FIELD_AT(struct admin_in, language), .words = language_words }
const struct field admin_create_form[] = {
	{ FIELD_AT(struct admin_in, login), .check = check_login,
		.required = true },
	{ FIELD_AT(struct admin_in, role), .words = role_words },
	NAMES,
	DOMAINS(false),
	RIGHTS(false),
	{ 0 }
};
const struct field admin_patch_form[] = {
	NAMES,
	{ FIELD_AT(struct admin_in, state), .words = state_words },
	{ 0 }
};
const struct field admin_grant_form[] = {
	DOMAINS(true),
	RIGHTS(true),
	{ 0 }
};
const struct field admin_revoke_form[] = {
	DOMAINS(true),
	{ 0 }
};
/* clang-format on */

static unsigned
bits_of(const struct text_list *words)
{
	unsigned bits = 0;

	for (size_t i = 0; i < words->n; i++)
		for (unsigned bit = 0; bit < RIGHTS_N; bit++)
			if (strcmp(words->items[i], right_words[bit]) == 0)
				bits |= 1U << bit;
	return bits;
}

void
rights_write_json(struct jsonw *w, const char *key, unsigned rights)
{
	jsonw_array(w, key);
	for (unsigned bit = 0; bit < RIGHTS_N; bit++)
		if (rights & 1U << bit)
			jsonw_str(w, NULL, right_words[bit]);
	jsonw_end(w);
}

void
admin_write_json(struct jsonw *w, const char *key, const struct admin_view *v)
{
	const struct admin_full *r = &v->row;

	jsonw_object(w, key);
	jsonw_uint(w, "id", r->id);
	jsonw_str(w, "login", r->login);
	jsonw_str(w, "name", r->name);
	jsonw_str(w, "role", role_name((enum role)r->role));
	jsonw_str(w, "state", state_words[r->state == ADMIN_ACTIVE ? 0 : 1]);
	jsonw_str(w, "language", r->language);
	jsonw_bool(w, "has_password", r->has_password);
	jsonw_str(w, "named_by", r->named_by ? r->named_by_login : NULL);
	jsonw_uint(w, "domain_count", r->n_domains);
	jsonw_uint(w, "other_domain_count", r->n_others);
	jsonw_array(w, "domains");
	for (size_t i = 0; i < v->n_grants; i++) {
		jsonw_object(w, NULL);
		jsonw_uint(w, "id", v->grant[i].domain_id);
		jsonw_str(w, "name", v->grant[i].name);
		jsonw_str(w, "name_unicode", v->grant[i].name_unicode);
		rights_write_json(w, "rights", v->grant[i].rights);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_bool(w, "may_manage", v->may_manage);
	jsonw_time(w, "created_at", r->created_us);
	jsonw_time(w, "updated_at", r->updated_us);
	jsonw_uint(w, "version", r->version);
	jsonw_end(w);
}

/* --- who may manage whom --- */

/* What one has in a domain is not more than what the actor has there. */
static bool
is_within(const struct actor *a, uint64_t domain_id, unsigned rights)
{
	if (!actor_has_domain(a, domain_id))
		return false;
	for (unsigned bit = 0; bit < RIGHTS_N; bit++)
		if (rights & 1U << bit
			&& !actor_has_right(a, domain_id, 1U << bit))
			return false;
	return true;
}

/* All that this admin has, deleted domains too. */
static bool
is_under(struct db *db, struct arena *arena, const struct actor *a,
	const struct admin_full *r, bool *is_r, struct err *e)
{
	const struct scope_ids all = { 0, 0 };
	struct admin_grant *g;
	size_t n;

	*is_r = actor_sees_all(a);
	if (*is_r || r->role == ROLE_SUPERADMIN || r->named_by == 0
		|| r->named_by != a->admin_id)
		return true;
	if (!admin_grant_rows(
		    db, arena, r->id, &all, true, SIZE_MAX >> 1, &g, &n, e))
		return false;
	*is_r = true;
	for (size_t i = 0; i < n; i++)
		if (!is_within(a, g[i].domain_id, g[i].rights))
			*is_r = false;
	return true;
}

static bool
is_visible(const struct actor *a, const struct admin_full *r)
{
	return actor_sees_all(a) || r->id == a->admin_id
		|| (r->role == ROLE_ADMIN && r->n_domains > 0)
		|| (r->named_by != 0 && r->named_by == a->admin_id);
}

static bool
not_yours(const struct actor *a, const struct admin_full *r, struct err *e)
{
	if (r->named_by != 0 && r->named_by == a->admin_id)
		return err_set(e, ERR_FORBIDDEN, NULL, "beyond_own_rights",
			r->login,
			"%s has domains or rights that you do not have",
			r->login);
	return err_set(e, ERR_FORBIDDEN, NULL, "not_named_by_you", r->login,
		"%s was named by somebody else", r->login);
}

static bool
find(struct db *db, struct arena *arena, const struct actor *a, uint64_t id,
	bool lock, struct admin_full *out, struct err *e)
{
	const struct scope_ids scope = actor_scope(a);
	bool found;

	if (!admin_full_get(db, arena, id, &scope, lock, out, &found, e))
		return false;
	return (found && is_visible(a, out)) || no_such("admin", e);
}

bool
admin_need_manage(struct core *c, const struct actor *a, uint64_t id,
	struct admin_full *out, struct err *e)
{
	bool is;

	return find(c->db, c->arena, a, id, false, out, e)
		&& is_under(c->db, c->arena, a, out, &is, e)
		&& (is || not_yours(a, out, e));
}

/* Locked, with the version that was read. */
static bool
locked(struct tx *t, uint64_t id, uint64_t version, struct admin_full *out,
	struct err *e)
{
	return find(t->db, t->arena, t->a, id, true, out, e)
		&& check_version(version, out->version, e);
}

static bool
locked_to_manage(struct tx *t, uint64_t id, uint64_t version,
	struct admin_full *out, struct err *e)
{
	bool is;

	return find(t->db, t->arena, t->a, id, true, out, e)
		&& is_under(t->db, t->arena, t->a, out, &is, e)
		&& (is || not_yours(t->a, out, e))
		&& check_version(version, out->version, e);
}

/* --- reading --- */

static bool
fill(struct core *c, const struct actor *a, size_t max, struct admin_view *v,
	struct err *e)
{
	const struct scope_ids scope = actor_scope(a);

	v->n_grants = 0;
	return is_under(c->db, c->arena, a, &v->row, &v->may_manage, e)
		&& (v->row.role == ROLE_SUPERADMIN
			|| admin_grant_rows(c->db, c->arena, v->row.id, &scope,
				false, max, &v->grant, &v->n_grants, e));
}

bool
admin_get(struct core *c, const struct actor *a, uint64_t id,
	struct admin_view *out, struct err *e)
{
	*out = (struct admin_view){ 0 };
	return find(c->db, c->arena, a, id, false, &out->row, e)
		&& fill(c, a, SIZE_MAX >> 1, out, e);
}

static bool
read_page(struct core *c, const struct list_query *q, struct admin_page *p,
	struct err *e)
{
	const char *cursor = q->after ? q->after : q->before;
	uint64_t id;

	p->limit = (q->limit ? q->limit : LIST_LIMIT_DEFAULT) + 1;
	p->q = q->q ? q->q : "";
	p->login = "";
	p->is_back = !q->after && q->before;
	if (!cursor || cursor_read(c->arena, cursor, 0, &id, &p->login))
		return true;
	return err_set(e, ERR_INVALID, q->after ? "after" : "before",
		"bad_cursor", NULL, "the cursor does not belong to this list");
}

static bool
set_cursors(struct core *c, const struct admin_page *p, bool has_more,
	const struct admin_view *v, struct list_page *out, struct err *e)
{
	const bool has_cursor = p->login[0] != '\0';

	if (out->n == 0)
		return true;
	if (p->is_back || has_more) {
		out->next = cursor_make(c->arena, 0, v[out->n - 1].row.id,
			v[out->n - 1].row.login);
		if (!out->next)
			return err_memory(e);
	}
	if (p->is_back ? has_more : has_cursor) {
		out->prev =
			cursor_make(c->arena, 0, v[0].row.id, v[0].row.login);
		if (!out->prev)
			return err_memory(e);
	}
	return true;
}

bool
admin_list(struct core *c, const struct actor *a, const struct admin_query *q,
	struct admin_view **items_r, struct list_page *page_r, struct err *e)
{
	struct admin_page p = { .scope = actor_scope(a),
		.domain_id = q->domain_id };
	struct admin_full *rows;
	bool has_more;
	size_t n;

	*page_r = (struct list_page){ 0 };
	if (q->domain_id && !actor_has_domain(a, q->domain_id))
		return no_such("domain", e);
	if (!read_page(c, &q->list, &p, e)
		|| !admin_full_page(c->db, c->arena, &p, &rows, &n, e))
		return false;
	has_more = n >= p.limit;
	n = has_more ? p.limit - 1 : n;
	*items_r = arena_array(c->arena, n + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	for (size_t i = 0; i < n; i++) {
		(*items_r)[i].row = rows[p.is_back ? n - 1 - i : i];
		if (!fill(c, a, ADMIN_LIST_GRANTS, &(*items_r)[i], e))
			return false;
	}
	page_r->n = n;
	return set_cursors(c, &p, has_more, *items_r, page_r, e);
}

/* --- writing --- */

struct write {
	uint64_t id, version;
	const struct admin_in *in;
	const struct form_seen *seen;
	unsigned rights;
	bool is_revoke;
	uint64_t *domain_id; /* ascending */
	size_t n;
	uint8_t link[32]; /* digest of a new one's first-use link */
};

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool
take_domains(struct core *c, const struct actor *a, const struct int_list *in,
	struct write *p, struct err *e)
{
	p->n = in->n;
	p->domain_id = arena_array(c->arena, in->n + 1, sizeof(*p->domain_id));
	if (!p->domain_id)
		return err_memory(e);
	for (size_t i = 0; i < in->n; i++) {
		p->domain_id[i] = (uint64_t)in->items[i];
		if (!actor_has_domain(a, p->domain_id[i]))
			return no_such("domain", e);
	}
	qsort(p->domain_id, p->n, sizeof(*p->domain_id), compare_ids);
	return true;
}

/* Locked before the admin's row, and living. */
static bool
lock_domains(struct tx *t, const struct write *p, struct err *e)
{
	if (!tx_lock_domains(t, p->domain_id, p->n, e))
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (!tx_domain_of(t, p->domain_id[i])->d.is_alive)
			return no_such("domain", e);
	return true;
}

/*
 * The actor's own rights were read before the domains were locked: whoever
 * took them away meanwhile holds or held that lock.
 */
static bool
check_still(struct tx *t, uint64_t domain_id, unsigned rights, struct err *e)
{
	const struct scope_ids own = actor_scope(t->a);
	unsigned has = RIGHTS_ALL;
	bool found = true;

	if (own.admin_id
		&& !admin_grant_get(
			t->db, own.admin_id, domain_id, &has, &found, e))
		return false;
	if (!found)
		return no_such("domain", e);
	if (is_within(t->a, domain_id, rights) && (rights & ~has) == 0)
		return true;
	return err_set(e, ERR_FORBIDDEN, "rights", "beyond_own_rights", NULL,
		"nobody can give or take rights that he does not have");
}

/* One domain of an admin from `before` to `after`; -1: not his. */
static bool
note_grant(struct tx *t, const struct admin_full *r, uint64_t domain_id,
	int before, int after, struct err *e)
{
	struct change_in change = { .noun = "admin",
		.noun_id = r->id,
		.domain_id = domain_id,
		.op = CHANGE_UPDATE,
		.subject = r->login,
		.version = r->version };
	const char *domain = tx_domain_of(t, domain_id)->d.name;

	return admin_grant_image(t->arena, domain, before, &change.before, e)
		&& admin_grant_image(t->arena, domain, after, &change.after, e)
		&& tx_change(t, &change, e);
}

static bool
grant_one(struct tx *t, const struct write *p, const struct admin_full *r,
	uint64_t domain_id, bool *is_changed, struct err *e)
{
	unsigned has;
	bool found;

	if (!admin_grant_get(t->db, r->id, domain_id, &has, &found, e))
		return false;
	if (found ? !p->is_revoke && has == p->rights : p->is_revoke)
		return check_still(t, domain_id, p->rights, e);
	if (!check_still(t, domain_id, (found ? has : 0U) | p->rights, e))
		return false;
	*is_changed = true;
	return (p->is_revoke ? admin_grant_delete(t->db, r->id, domain_id, e)
			     : admin_grant_put(
				     t->db, r->id, domain_id, p->rights, e))
		&& note_grant(t, r, domain_id, found ? (int)has : -1,
			p->is_revoke ? -1 : (int)p->rights, e);
}

static bool
check_new(const struct tx *t, const struct write *p, struct err *e)
{
	if (p->in->role == 1)
		return actor_need_superadmin(t->a, e);
	return p->n > 0 || actor_sees_all(t->a)
		|| err_set(e, ERR_INVALID, "domain_ids", "required", NULL,
			"say for which domains");
}

static bool
create_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;
	struct change_in change = { .noun = "admin",
		.op = CHANGE_CREATE,
		.subject = p->in->login,
		.version = 1,
		.domain_id = p->n == 1 ? p->domain_id[0] : 0 };
	struct admin_full row = { .login = p->in->login,
		.name = p->in->name,
		.role = p->in->role == 1 ? ROLE_SUPERADMIN : ROLE_ADMIN,
		.state = ADMIN_ACTIVE,
		.language = language_words[p->in->language],
		.named_by = actor_sees_all(t->a) ? 0 : t->a->admin_id,
		.created_us = t->now_us,
		.version = 1 };
	bool is_changed;

	if (!check_new(t, p, e) || !lock_domains(t, p, e))
		return false;
	if (!admin_full_insert(t->db, &row, e)) {
		if (!err_take_duplicate(e, "admin_login"))
			return false;
		return err_set(e, ERR_CONFLICT, "login", "login_taken",
			row.login, "there is an administrator %s already",
			row.login);
	}
	change.noun_id = p->id = row.id;
	if (!first_use_row_insert(t->db, p->link,
		    (struct person){ .admin_id = row.id }, t->now_us,
		    t->now_us + FIRST_USE_TTL_S * US_PER_S, e)
		|| !admin_image(t->arena, &row, &change.after, e)
		|| !tx_change(t, &change, e))
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (!grant_one(t, p, &row, p->domain_id[i], &is_changed, e))
			return false;
	return true;
}

/* A write, and the admin as it is then. */
static bool
run(struct core *c, const struct actor *a, const char *action, core_write *fn,
	struct write *p, struct admin_view *out, struct err *e)
{
	if (p->in && !take_domains(c, a, &p->in->domain_ids, p, e))
		return false;
	if (p->in)
		p->rights = bits_of(&p->in->rights);
	if (!core_run(c, a, action, fn, p, NULL, e))
		return false;
	*out = (struct admin_view){ 0 };
	/* In a dry run nothing is there to be read. */
	return c->is_dry_run || admin_get(c, a, p->id, out, e);
}

bool
admin_create(struct core *c, const struct actor *a, const struct admin_in *in,
	char token[static TOKEN_LEN + 1], struct admin_view *out, struct err *e)
{
	struct write p = { .in = in };

	token_make(token, TOKEN_LEN);
	token_digest(token, p.link);
	return run(c, a, "admin.create", create_in, &p, out, e);
}

static bool
grant_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;
	struct admin_full row;
	bool is_changed = false;

	if (!lock_domains(t, p, e) || !locked(t, p->id, p->version, &row, e))
		return false;
	if (!actor_sees_all(t->a) && row.named_by != t->a->admin_id)
		return not_yours(t->a, &row, e);
	if (row.role == ROLE_SUPERADMIN)
		return err_set(e, ERR_CONFLICT, "domain_ids", "has_all_domains",
			row.login, "a superadmin has all domains");
	row.version++;
	row.updated_us = t->now_us;
	for (size_t i = 0; i < p->n; i++)
		if (!grant_one(t, p, &row, p->domain_id[i], &is_changed, e))
			return false;
	return !is_changed || admin_full_update(t->db, &row, e);
}

bool
admin_grant(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct admin_in *in, struct admin_view *out,
	struct err *e)
{
	return run(c, a, "admin.grant", grant_in,
		&(struct write){ .id = id, .version = version, .in = in }, out,
		e);
}

bool
admin_revoke(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct admin_in *in, struct admin_view *out,
	struct err *e)
{
	return run(c, a, "admin.revoke", grant_in,
		&(struct write){ .id = id,
			.version = version,
			.in = in,
			.is_revoke = true },
		out, e);
}

/* Before an admin can no longer sign in. */
static bool
check_goes(struct tx *t, const struct admin_full *r, struct err *e)
{
	uint64_t others;

	if (r->id == t->a->admin_id)
		return err_set(e, ERR_CONFLICT, NULL, "own_account", r->login,
			"nobody can do this to himself: ask another "
			"superadmin");
	if (r->role != ROLE_SUPERADMIN || r->state != ADMIN_ACTIVE)
		return true;
	if (!admin_other_supers(t->db, r->id, &others, e))
		return false;
	return others > 0
		|| err_set(e, ERR_CONFLICT, NULL, "last_superadmin", r->login,
			"%s is the last superadmin who may sign in", r->login);
}

#define CAME(m) FORM_CAME(admin_patch_form, p->seen, struct admin_in, m)

bool
admin_apply(struct tx *t, const struct admin_full *before,
	struct admin_full *after, struct err *e)
{
	const bool goes =
		before->state == ADMIN_ACTIVE && after->state != ADMIN_ACTIVE;
	struct change_in change = { .noun = "admin",
		.noun_id = after->id,
		.op = CHANGE_UPDATE,
		.subject = after->login,
		.version = before->version + 1 };
	bool same;

	if (!admin_image_diff(t->arena, before, after, &change.before,
		    &change.after, &same, e)
		|| same)
		return !err_is_set(e);
	after->version = change.version;
	after->updated_us = t->now_us;
	return (!goes || check_goes(t, before, e))
		&& admin_full_update(t->db, after, e)
		&& (!goes
			|| (session_row_delete_of(t->db,
				    (struct person){ .admin_id = after->id }, 0,
				    e)
				&& first_use_row_end(t->db,
					(struct person){
						.admin_id = after->id },
					t->now_us, e)))
		&& tx_change(t, &change, e);
}

static bool
patch_in(struct tx *t, void *ctx, struct err *e)
{
	struct write *p = ctx;
	struct admin_full before, after;

	if (!locked_to_manage(t, p->id, p->version, &before, e))
		return false;
	after = before;
	if (CAME(name))
		after.name = p->in->name;
	if (CAME(language))
		after.language = language_words[p->in->language];
	if (CAME(state))
		after.state = p->in->state + 1;
	return admin_apply(t, &before, &after, e);
}

bool
admin_patch(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct admin_in *in,
	const struct form_seen *seen, struct admin_view *out, struct err *e)
{
	return run(c, a, "admin.update", patch_in,
		&(struct write){
			.id = id, .version = version, .in = in, .seen = seen },
		out, e);
}

bool
admin_delete_in_tx(struct tx *t, uint64_t id, uint64_t version, struct err *e)
{
	struct admin_full row;
	struct change_in change = {
		.noun = "admin", .noun_id = id, .op = CHANGE_DELETE
	};

	if (!locked_to_manage(t, id, version, &row, e)
		|| !check_goes(t, &row, e)
		|| !admin_image(t->arena, &row, &change.before, e))
		return false;
	change.subject = row.login;
	change.version = row.version + 1;
	return admin_full_delete(t->db, id, e) && tx_change(t, &change, e);
}

static bool
delete_in(struct tx *t, void *ctx, struct err *e)
{
	const struct write *p = ctx;

	return admin_delete_in_tx(t, p->id, p->version, e);
}

bool
admin_delete(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, struct err *e)
{
	struct write p = { .id = id, .version = version };

	return core_run(c, a, "admin.delete", delete_in, &p, NULL, e);
}
