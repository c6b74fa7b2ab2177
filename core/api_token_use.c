/*
 * A token that is shown: whose it is, and what it leaves him.
 */
#include "core/api_token.h"

#include <string.h>

#include "base/cidr.h"
#include "base/log.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/admin_rows.h"
#include "core/throttle.h"

#define USED_EVERY_US (60 * US_PER_S)
#define NAME_MAX_CHARS 100

/* One scope, `len` bytes, and an action `noun.verb`. */
static bool
fits(const char *scope, size_t len, const char *action, bool is_reading)
{
	const char *dot = memchr(scope, '.', len), *verb = strchr(action, '.');
	size_t noun;

	if (len == 1 && *scope == '*')
		return true;
	if (!dot || !verb)
		return false;
	noun = (size_t)(dot - scope);
	if (!(noun == 1 && *scope == '*')
		&& (noun != (size_t)(verb - action)
			|| memcmp(scope, action, noun) != 0))
		return false;
	dot++;
	verb++;
	len -= noun + 1;
	if (len == 1 && *dot == '*')
		return true;
	if (len == 4 && memcmp(dot, "read", 4) == 0)
		return is_reading;
	return strlen(verb) == len && memcmp(dot, verb, len) == 0;
}

bool
scope_allows(const char *scopes, const char *action, bool is_reading)
{
	while (*scopes) {
		size_t len = strcspn(scopes, " ");

		if (len > 0 && fits(scopes, len, action, is_reading))
			return true;
		scopes += len + (scopes[len] == ' ');
	}
	return false;
}

/* Counters of its own: a program with an old token must not keep the people of
 * its network from signing in. */
static void
wrong_token_key(struct throttle_key *key, const char *client)
{
	char text[CIDR_TEXT_SIZE + 16], network[CIDR_TEXT_SIZE];
	struct str s = STR_FIXED(text);
	uint8_t ip[16];

	if (ip_parse(client, ip))
		ip_throttle_key(ip, network);
	else
		network[0] = '\0';
	str_addf(&s, "api token %s", network);
	throttle_key_plain(key, "account", str_text(&s), str_text(&s));
}

/* The same words whatever is wrong: a thief learns nothing. */
static bool
refuse(struct core *c, const char *client, const char *name, const char *why,
	struct err *e)
{
	struct throttle_key key;
	struct err lost = ERR_EMPTY;

	log_kv(LOG_LEVEL_WARN, "API token refused", "reason", why, "token",
		name, "client", client, NULL);
	wrong_token_key(&key, client);
	if (!throttle_check(c, &key, e))
		return false;
	if (!throttle_failed(c, &key, &lost))
		log_warn("%s", err_text(&lost));
	return err_set(
		e, ERR_AUTH, "", "bad_token", "", "the token is not accepted");
}

static bool
is_from(const char *networks, const char *client)
{
	return *networks == '\0' || cidr_words_have(networks, client);
}

/* The domains that the token and, unless a superadmin's, its admin have. */
static bool
narrow(struct core *c, const struct token_row *t, struct actor *a,
	struct err *e)
{
	struct token_domain *d;
	uint64_t *ids;
	unsigned *rights;
	size_t n, kept = 0;

	if (!t->is_limited)
		return true;
	if (!token_row_domains(c->db, c->arena, t->id, &d, &n, e))
		return false;
	ids = arena_array(c->arena, n + 1, sizeof(*ids));
	rights = arena_array(c->arena, n + 1, sizeof(*rights));
	if (!ids || !rights)
		return err_memory(e);
	for (size_t i = 0; i < n; i++) {
		if (!actor_has_domain(a, d[i].id))
			continue;
		ids[kept] = d[i].id;
		for (unsigned bit = 0; bit < RIGHTS_N; bit++)
			if (actor_has_right(a, d[i].id, 1U << bit))
				rights[kept] |= 1U << bit;
		kept++;
	}
	a->role = ROLE_ADMIN;
	a->domain_ids = ids;
	a->rights = rights;
	a->n_domains = kept;
	a->scope.token_id = t->id;
	return true;
}

/* The log shall say which token it was, where the column has the room. */
static const char *
name_of(struct arena *a, const struct token_row *t)
{
	const char *name = arena_printf(a, "%s (%s)", t->login, t->name);

	return name && strlen(name) <= NAME_MAX_CHARS ? name : t->login;
}

static bool
note_use(struct core *c, const struct token_row *t, const char *client,
	struct err *e)
{
	int64_t now = c->now();

	return (t->used_us != TIME_NONE && now < t->used_us + USED_EVERY_US)
		|| token_row_used(c->db, t->id, now, client, e);
}

bool
api_token_actor(struct core *c, const char *token, const char *client,
	const char *request_id, struct actor *out, const char **scopes_r,
	struct err *e)
{
	struct token_row t;
	struct admin_row row;
	struct admin admin;
	uint8_t digest[32];
	bool found;

	if (!token_is_plausible(token, TOKEN_LEN, TOKEN_LEN))
		return refuse(c, client, "", "not a token", e);
	token_digest(token, digest);
	if (!token_row_find(c->db, c->arena, digest, &t, &found, e))
		return false;
	if (!found)
		return refuse(c, client, "", "unknown", e);
	if (t.expires_us != TIME_NONE && t.expires_us <= c->now())
		return refuse(c, client, t.name, "over", e);
	if (!is_from(t.networks, client))
		return refuse(c, client, t.name, "foreign network", e);
	if (!admin_row_by_id(c->db, c->arena, t.admin_id, &row, &found, e))
		return false;
	if (!found || row.state != 1)
		return refuse(c, client, t.name, "its admin is off", e);
	if (!admin_of_row(c, &row, &admin, e))
		return false;
	*out = (struct actor){ .kind = ACTOR_ADMIN,
		.role = admin.role,
		.admin_id = admin.id,
		.name = name_of(c->arena, &t),
		.domain_ids = admin.domain_ids,
		.rights = admin.rights,
		.n_domains = admin.n_domains,
		.scope.admin_id = admin.role == ROLE_ADMIN ? admin.id : 0,
		.token_id = t.id,
		.client = client,
		.request_id = request_id };
	*scopes_r = t.scopes;
	return narrow(c, &t, out, e) && note_use(c, &t, client, e);
}

bool
api_token_narrow_job(
	struct core *c, uint64_t token_id, struct actor *a, struct err *e)
{
	struct token_row t;
	bool found;

	if (!token_row_get(c->db, c->arena, token_id, &t, &found, e))
		return false;
	a->token_id = token_id;
	if (found && t.admin_id == a->admin_id
		&& (t.expires_us == TIME_NONE || t.expires_us > c->now()))
		return narrow(c, &t, a, e);
	a->role = ROLE_NONE;
	return true;
}
