/*
 * Domains: their form, rules and writes. Deleting and restoring is in
 * core/domain_life.c, lists in core/lists.c.
 */
#include "core/domain.h"

#include <string.h>

#include "base/addr.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "base/utf8.h"
#include "core/ops.h"

#define LINE_CHARS 200
#define NOTE_CHARS 500
#define COUNT_MAX INT64_C(4294967295)

static const char *const state_words[] = {
	[DOMAIN_ACTIVE] = "active",
	[DOMAIN_PREPARED] = "prepared",
	[DOMAIN_DISABLED] = "disabled",
	[DOMAIN_RETIRING] = "retiring",
	[DOMAIN_DELETED] = "deleted",
};
_Static_assert(ARRAY_LEN(state_words) == DOMAIN_DELETED + 1, "one word each");

/* What a form may say. */
static const char *const form_states[] = { "active", "prepared", "disabled",
	"retiring", NULL };

const char *
domain_state_name(enum domain_state state)
{
	return (unsigned)state < ARRAY_LEN(state_words) ? state_words[state]
							: NULL;
}

bool
domain_state_find(const char *name, enum domain_state *state_r)
{
	for (unsigned i = 1; i < ARRAY_LEN(state_words); i++)
		if (strcmp(state_words[i], name) == 0) {
			*state_r = (enum domain_state)i;
			return true;
		}
	return false;
}

static bool
check_name(const char *in, char *out, size_t cap, struct err *e)
{
	return domain_check(in, out, cap, e);
}

/*
 * A Postfix transport (transport(5)) to another host: `smtp:[host]:25`,
 * `lmtp:unix:path`, `relay:host`. Others would run programs or discard mail.
 */
bool
check_transport(const char *in, char *out, size_t cap, struct err *e)
{
	static const char *const kinds[] = { "smtp:", "lmtp:", "relay:" };
	size_t head = 0;

	if (*in == '\0')
		return str_copy(out, cap, in);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strncmp(in, kinds[i], strlen(kinds[i])) == 0)
			head = strlen(kinds[i]);
	if (head == 0)
		return err_set(e, ERR_INVALID, "transport", "unknown_transport",
			in, "a transport starts with smtp:, lmtp: or relay:");
	if (in[head] == '\0')
		return err_set(e, ERR_INVALID, "transport", "no_next_hop", in,
			"the transport names no host");
	if (in[strspn(in,
		    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "0123456789.:[]_-/")]
		!= '\0')
		return err_set(e, ERR_INVALID, "transport", "bad_character", in,
			"the transport holds a character that may not be "
			"there");
	return str_copy(out, cap, in)
		|| err_set(e, ERR_INVALID, "transport", "too_long", in,
			"the transport is too long");
}

/* The text of an SMTP reply: one line of printable ASCII. */
static bool
check_refuse_text(const char *in, char *out, size_t cap, struct err *e)
{
	for (const char *p = in; *p; p++)
		if (*p < ' ' || *p > '~')
			return err_set(e, ERR_INVALID, "refuse_text",
				"bad_character", in,
				"a reply to a mail client is plain ASCII");
	return str_copy(out, cap, in)
		|| err_set(e, ERR_INVALID, "refuse_text", "too_long", in,
			"the text is too long");
}

/* clang-format off */
#define DOMAIN_FIELDS                                                          \
	{ FIELD_AT(struct domain_in, description), .check = check_line },               \
	{ FIELD_AT(struct domain_in, state), .words = form_states },           \
	{ FIELD_AT(struct domain_in, max_mailboxes), .max = COUNT_MAX },       \
	{ FIELD_AT(struct domain_in, max_aliases), .max = COUNT_MAX },         \
	{ FIELD_AT(struct domain_in, max_quota_bytes),                         \
		.max = QUOTA_MAX_BYTES },                                      \
	{ FIELD_AT(struct domain_in, default_quota_bytes),                     \
		.max = QUOTA_MAX_BYTES },                                      \
	{ FIELD_AT(struct domain_in, transport), .check = check_transport },   \
	{ FIELD_AT(struct domain_in, refuse_code), .max = 599 },               \
	{ FIELD_AT(struct domain_in, refuse_text),                             \
		.check = check_refuse_text },                                  \
	{ FIELD_TIME_AT(struct domain_in, retire_us, "retire_at"),             \
		.nullable = true },                                            \
	{ FIELD_AT(struct domain_in, protects_roles) },                        \
	{ 0 }
const struct field domain_create_form[] = {
	{ FIELD_AT(struct domain_in, name), .check = check_name,
		.required = true },
	DOMAIN_FIELDS
};
const struct field domain_patch_form[] = { DOMAIN_FIELDS };

#define F(member, kind_) .name = #member, .kind = (kind_),                     \
	.at = offsetof(struct domain, member)
#define N(key, member, kind_) .name = (key), .kind = (kind_),                  \
	.at = offsetof(struct domain, member)
const struct image_field domain_fields[] = {
	{ F(id, IMAGE_UINT), .where = IN_API },
	{ F(name, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(name_unicode, IMAGE_TEXT), .where = IN_API },
	{ F(description, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(state, IMAGE_WORD), .where = IN_API | IN_IMAGE,
		.words = state_words, .n_words = ARRAY_LEN(state_words) },
	{ F(max_mailboxes, IMAGE_INT), .where = IN_API | IN_IMAGE },
	{ F(max_aliases, IMAGE_INT), .where = IN_API | IN_IMAGE },
	{ F(max_quota_bytes, IMAGE_INT), .where = IN_API | IN_IMAGE },
	{ F(default_quota_bytes, IMAGE_INT), .where = IN_API | IN_IMAGE },
	{ F(transport, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ F(refuse_code, IMAGE_INT), .where = IN_API | IN_IMAGE },
	{ F(refuse_text, IMAGE_TEXT), .where = IN_API | IN_IMAGE },
	{ N("retire_at", retire_us, IMAGE_TIME), .where = IN_API | IN_IMAGE },
	{ F(protects_roles, IMAGE_BOOL), .where = IN_API | IN_IMAGE },
	{ N("deleted_at", deleted_us, IMAGE_TIME), .where = IN_API },
	{ N("purge_at", purge_us, IMAGE_TIME), .where = IN_API },
	{ F(mailbox_count, IMAGE_INT), .where = IN_API },
	{ F(alias_count, IMAGE_INT), .where = IN_API },
	{ F(quota_allotted_bytes, IMAGE_INT), .where = IN_API },
	{ F(has_catch_all, IMAGE_BOOL), .where = IN_API },
	{ F(has_postmaster, IMAGE_BOOL), .where = IN_API },
	{ F(has_abuse, IMAGE_BOOL), .where = IN_API },
	{ N("created_at", created_us, IMAGE_TIME), .where = IN_API },
	{ N("updated_at", updated_us, IMAGE_TIME), .where = IN_API },
	{ F(version, IMAGE_UINT), .where = IN_API },
	{ F(changed_serial, IMAGE_UINT), .where = IN_API },
	{ 0 }
};
#undef F
#undef N
/* clang-format on */

void
domain_write_json(struct jsonw *w, const char *key, const struct domain *d)
{
	image_api(w, key, domain_fields, d);
}

void
domain_in_defaults(struct domain_in *in)
{
	*in = (struct domain_in){ .retire_us = TIME_NONE };
}

static bool
check_chars(const char *in, char *out, size_t cap, size_t most, struct err *e)
{
	size_t len = strlen(in), chars = 0;
	uint32_t code;

	for (size_t at = 0; at < len; chars++) {
		size_t step = utf8_next(in + at, len - at, &code);

		if (step == 0)
			return err_set(e, ERR_INVALID, NULL, "bad_utf8", NULL,
				"the text is not UTF-8");
		at += step;
	}
	if (chars > most || !str_copy(out, cap, in))
		return err_set(e, ERR_INVALID, NULL, "too_long", NULL,
			"the text has more than %zu characters", most);
	return true;
}

bool
check_line(const char *in, char *out, size_t cap, struct err *e)
{
	return check_chars(in, out, cap, LINE_CHARS, e);
}

bool
check_note(const char *in, char *out, size_t cap, struct err *e)
{
	return check_chars(in, out, cap, NOTE_CHARS, e);
}

bool
check_role_address(const struct tx *t, const struct domain *d,
	const char *address, struct err *e)
{
	static const char *const roles[] = { "postmaster@", "abuse@",
		"hostmaster@" };

	if (!d->protects_roles || actor_sees_all(t->a))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (strncmp(address, roles[i], strlen(roles[i])) == 0)
			return err_set(e, ERR_FORBIDDEN, "address",
				"role_address_protected",
				actor_has_domain(t->a, d->id) ? address : NULL,
				"postmaster, abuse and hostmaster of this "
				"domain belong to superadmins");
	return true;
}

bool
check_version(uint64_t version, uint64_t is, struct err *e)
{
	if (version == 0 || version == is)
		return true;
	return err_set(e, ERR_STALE, NULL, "stale", NULL,
		"somebody changed it meanwhile: it is version %llu now",
		(unsigned long long)is);
}

bool
no_such(const char *noun, struct err *e)
{
	return err_set(
		e, ERR_NOT_FOUND, NULL, "not_found", NULL, "no such %s", noun);
}

bool
check_scope(const struct actor *a, uint64_t domain_id, const char *noun,
	struct err *e)
{
	return actor_has_domain(a, domain_id) || no_such(noun, e);
}

void
domain_note_address(struct domain *d, const char *address, bool is_there)
{
	if (addr_is_catch_all(address))
		d->has_catch_all = is_there;
	else if (strncmp(address, "postmaster@", 11) == 0)
		d->has_postmaster = is_there;
	else if (strncmp(address, "abuse@", 6) == 0)
		d->has_abuse = is_there;
}

static bool
check_refuse_code(const struct domain *d, struct err *e)
{
	if (d->refuse_code == 0
		|| (d->refuse_code >= 400 && d->refuse_code <= 599))
		return true;
	return err_set(e, ERR_INVALID, "refuse_code", "out_of_range", NULL,
		"the code is 0, 4xx or 5xx");
}

static bool
check_retire(const struct tx *t, const struct domain *d, int64_t before_us,
	struct err *e)
{
	if (d->retire_us == TIME_NONE)
		return true;
	if (d->state != DOMAIN_RETIRING)
		return err_set(e, ERR_INVALID, "retire_at", "only_retiring",
			NULL, "only a retiring domain has an end date");
	if (d->retire_us <= t->now_us && d->retire_us != before_us)
		return err_set(e, ERR_INVALID, "retire_at", "in_the_past", NULL,
			"the end date has passed");
	return true;
}

static bool
check_rules(const struct tx *t, const struct domain *d, int64_t retire_before,
	struct err *e)
{
	if (d->state == DOMAIN_PREPARED && !*d->transport)
		return err_set(e, ERR_INVALID, "transport", "needed_prepared",
			d->name,
			"a prepared domain needs the transport to its present "
			"host");
	if (d->max_quota_bytes > 0
		&& d->default_quota_bytes > d->max_quota_bytes)
		return err_set(e, ERR_INVALID, "default_quota_bytes",
			"over_max_quota", NULL,
			"the quota of one mailbox is larger than that of the "
			"domain");
	return check_refuse_code(d, e) && check_retire(t, d, retire_before, e);
}

static bool
name_taken(const char *name, struct err *e)
{
	return err_set(e, ERR_CONFLICT, "name", "name_taken", name,
		"the domain %s exists already", name);
}

struct create {
	const struct domain_in *in;
	struct domain d;
};

static bool
fill_new(struct tx *t, const struct domain_in *in, struct domain *d,
	struct err *e)
{
	char *unicode = arena_alloc(t->arena, DOMAIN_UNICODE_SIZE);

	if (!unicode)
		return err_memory(e);
	domain_to_unicode(in->name, unicode, DOMAIN_UNICODE_SIZE);
	*d = (struct domain){ .name = in->name,
		.name_unicode = unicode,
		.description = in->description,
		.state = (enum domain_state)(in->state + 1),
		.is_alive = true,
		.max_mailboxes = in->max_mailboxes,
		.max_aliases = in->max_aliases,
		.max_quota_bytes = in->max_quota_bytes,
		.default_quota_bytes = in->default_quota_bytes,
		.transport = in->transport,
		.refuse_code = in->refuse_code,
		.refuse_text = in->refuse_text,
		.retire_us = in->retire_us,
		.protects_roles = in->protects_roles,
		.deleted_us = TIME_NONE,
		.purge_us = TIME_NONE,
		.created_us = t->now_us,
		.updated_us = t->now_us,
		.version = 1 };
	return true;
}

static bool
create_in(struct tx *t, void *ctx, struct err *e)
{
	struct create *c = ctx;
	struct domain *d = &c->d;
	struct tx_domain *td;
	struct change_in change;

	if (!fill_new(t, c->in, d, e) || !check_rules(t, d, TIME_NONE, e))
		return false;
	if (!domain_row_insert(t->db, d, e)) {
		if (err_take_duplicate(e, "domain_name"))
			name_taken(d->name, e);
		return false;
	}
	if (!tx_lock_domain(t, d->id, true, &td, e))
		return false;
	tx_touch(td);
	change = (struct change_in){ .noun = "domain",
		.noun_id = d->id,
		.domain_id = d->id,
		.op = CHANGE_CREATE,
		.subject = d->name,
		.version = 1 };
	return image_full(domain_fields, d, t->arena, &change.after, e)
		&& tx_change(t, &change, e) && tx_key(t, 'd', d->name, e)
		&& tx_key_into_domain(t, d, e);
}

bool
domain_create_in_tx(struct tx *t, const struct domain_in *in,
	struct domain *out, struct err *e)
{
	struct create c = { .in = in };

	if (!actor_need_superadmin(t->a, e) || !create_in(t, &c, e))
		return false;
	*out = c.d;
	return true;
}

/* The texts of `d` are the input's: give them the life of the request. */
static bool
own_texts(struct arena *a, struct domain *d, struct err *e)
{
	d->name = arena_strdup(a, d->name);
	d->description = arena_strdup(a, d->description);
	d->transport = arena_strdup(a, d->transport);
	d->refuse_text = arena_strdup(a, d->refuse_text);
	return (d->name && d->description && d->transport && d->refuse_text)
		|| err_memory(e);
}

bool
domain_create(struct core *c, const struct actor *a, const struct domain_in *in,
	struct domain *out, struct err *e)
{
	struct create ctx = { .in = in };
	struct core_done done;

	if (!actor_need_superadmin(a, e)
		|| !core_run(c, a, "domain.create", create_in, &ctx, &done, e))
		return false;
	*out = ctx.d;
	out->changed_serial = done.serial;
	return own_texts(c->arena, out, e);
}

/* Does the change show in the maps? */
static bool
changes_maps(const struct domain *a, const struct domain *b)
{
	return a->state != b->state || strcmp(a->transport, b->transport) != 0
		|| a->refuse_code != b->refuse_code
		|| strcmp(a->refuse_text, b->refuse_text) != 0;
}

static bool
apply_keys(struct tx *t, const struct domain *before,
	const struct domain *after, struct err *e)
{
	char at[DOMAIN_SIZE + 1];

	if (!changes_maps(before, after))
		return true;
	if (!tx_key(t, 'd', after->name, e))
		return false;
	if (before->state == after->state)
		return true;
	if (!addr_join("", after->name, at, sizeof(at)))
		return err_set(e, ERR_INTERNAL, NULL, "too_long", after->name,
			"a stored name is too long");
	if (after->state == DOMAIN_DISABLED) {
		const char *key = arena_strdup(t->arena, at);

		if (!key)
			return err_memory(e);
		if (!tx_key(t, 's', key, e))
			return false;
	}
	return tx_key_into_domain(t, after, e);
}

bool
domain_apply(
	struct tx *t, struct tx_domain *td, struct domain *after, struct err *e)
{
	struct change_in change = { .noun = "domain",
		.noun_id = after->id,
		.domain_id = after->id,
		.op = CHANGE_UPDATE,
		.subject = after->name,
		.version = td->d.version + 1 };
	bool same;

	if (after->state != DOMAIN_RETIRING && td->d.state == DOMAIN_RETIRING
		&& after->retire_us == td->d.retire_us)
		after->retire_us = TIME_NONE;
	if (!image_diff(domain_fields, &td->d, after, t->arena, &change.before,
		    &change.after, &same, e)
		|| same)
		return !err_is_set(e);
	if (!check_rules(t, after, td->d.retire_us, e))
		return false;
	after->version = change.version;
	after->updated_us = t->now_us;
	if (!domain_row_update(t->db, after, e) || !tx_change(t, &change, e)
		|| !apply_keys(t, &td->d, after, e))
		return false;
	td->d = *after;
	tx_touch(td);
	return true;
}

struct patch {
	uint64_t id, version;
	const struct domain_in *in;
	const struct form_seen *seen;
	struct domain d;
};

#define CAME(m) FORM_CAME(domain_patch_form, p->seen, struct domain_in, m)

static void
take_patch(const struct patch *p, struct domain *d)
{
	const struct domain_in *in = p->in;

	if (CAME(description))
		d->description = in->description;
	if (CAME(state))
		d->state = (enum domain_state)(in->state + 1);
	if (CAME(max_mailboxes))
		d->max_mailboxes = in->max_mailboxes;
	if (CAME(max_aliases))
		d->max_aliases = in->max_aliases;
	if (CAME(max_quota_bytes))
		d->max_quota_bytes = in->max_quota_bytes;
	if (CAME(default_quota_bytes))
		d->default_quota_bytes = in->default_quota_bytes;
	if (CAME(transport))
		d->transport = in->transport;
	if (CAME(refuse_code))
		d->refuse_code = in->refuse_code;
	if (CAME(refuse_text))
		d->refuse_text = in->refuse_text;
	if (CAME(retire_us))
		d->retire_us = in->retire_us;
	if (CAME(protects_roles))
		d->protects_roles = in->protects_roles;
}

void
domain_patched(const struct domain_in *in, const struct form_seen *seen,
	struct domain *d)
{
	const struct patch p = { .in = in, .seen = seen };

	take_patch(&p, d);
}

static bool
patch_in(struct tx *t, void *ctx, struct err *e)
{
	struct patch *p = ctx;
	struct tx_domain *td;
	struct domain after;

	if (!check_scope(t->a, p->id, "domain", e)
		|| !tx_lock_domain(t, p->id, true, &td, e))
		return false;
	if (!td->d.is_alive)
		return err_set(e, ERR_CONFLICT, NULL, "deleted", td->d.name,
			"the domain is deleted");
	if (!check_version(p->version, td->d.version, e))
		return false;
	after = td->d;
	take_patch(p, &after);
	if (!domain_apply(t, td, &after, e))
		return false;
	p->d = td->d;
	return true;
}

bool
domain_patch_in_tx(struct tx *t, uint64_t id, uint64_t version,
	const struct domain_in *in, const struct form_seen *seen,
	struct domain *out, struct err *e)
{
	struct patch p = { id, version, in, seen, { 0 } };

	if (!actor_need_superadmin(t->a, e) || !patch_in(t, &p, e))
		return false;
	*out = p.d;
	return true;
}

bool
domain_patch(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct domain_in *in,
	const struct form_seen *seen, struct domain *out, struct err *e)
{
	struct patch p = { id, version, in, seen, { 0 } };
	struct core_done done;

	if (!check_scope(a, id, "domain", e) || !actor_need_superadmin(a, e)
		|| !core_run(c, a, "domain.update", patch_in, &p, &done, e))
		return false;
	*out = p.d;
	if (done.serial)
		out->changed_serial = done.serial;
	return own_texts(c->arena, out, e);
}

bool
domain_get(struct core *c, const struct actor *a, uint64_t id,
	struct domain *out, struct err *e)
{
	bool found;

	if (!check_scope(a, id, "domain", e)
		|| !domain_row_get(
			c->db, c->arena, id, ROW_PLAIN, out, &found, e))
		return false;
	return found || no_such("domain", e);
}

bool
domain_find(struct core *c, const struct actor *a, const char *name,
	struct domain *out, struct err *e)
{
	bool found;

	if (!str_is_ascii(name))
		return no_such("domain", e);
	if (!domain_row_find(c->db, c->arena, name, ROW_PLAIN, out, &found, e))
		return false;
	return (found && actor_has_domain(a, out->id)) || no_such("domain", e);
}
