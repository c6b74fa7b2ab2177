/*
 * SQL of what the log and the tables say about the past.
 */
#include "db/past_rows.h"

#include <string.h>

#include "db/in_list.h"

enum {
	Q_KEYS,
	Q_KEYS_DOMAIN,
	Q_WHITELIST_CHANGES,
	Q_ADDRESSES,
	Q_COUNTS,
	Q_OLDEST,
	Q_LIVE,
	Q_APPROVED,
	Q_HELD,
	Q_N
};

#define KEY_COLUMNS                                                            \
	"SELECT k.kind, k.key_text, r.serial, r.action, r.actor_name, "        \
	"r.created FROM revision r JOIN change_key k "                         \
	"ON k.prov_id = r.prov_id WHERE r.serial > ? AND r.serial <= ? "       \
	"AND k.kind IN ('a', 'd', 'w') "
#define KEY_OUT "ssusst"
#define CHANGE_COLUMNS                                                         \
	"SELECT c.noun, c.noun_id, c.domain_id, c.op, c.subject, "             \
	"c.before_image, c.after_image, r.serial, r.action, r.actor_name, "    \
	"r.created FROM `change` c JOIN revision r ON r.prov_id = c.prov_id "
#define CHANGE_OUT "suuusssusst"

static const struct sql sql[] = {
	[Q_KEYS] = { KEY_COLUMNS "ORDER BY r.serial LIMIT ?", "uuu", KEY_OUT },
	[Q_KEYS_DOMAIN] = { KEY_COLUMNS
		"AND SUBSTRING_INDEX(k.key_text, '@', -1) = ? "
		"ORDER BY r.serial LIMIT ?",
		"uusu", KEY_OUT },
	[Q_WHITELIST_CHANGES] = { CHANGE_COLUMNS
		"WHERE r.serial > ? AND r.serial <= ? "
		"AND c.noun = 'whitelist' ORDER BY r.serial, c.seq LIMIT ?",
		"uuu", CHANGE_OUT },
	[Q_ADDRESSES] = { "SELECT address FROM mailbox WHERE domain_id = ? "
			  "UNION SELECT address FROM alias WHERE domain_id = ? "
			  "UNION SELECT c.subject FROM `change` c "
			  "JOIN revision r ON r.prov_id = c.prov_id "
			  "WHERE c.domain_id = ? AND r.serial > ? "
			  "AND r.action = 'purge' "
			  "AND c.noun IN ('mailbox', 'alias') LIMIT ?",
		"uuuuu", "s" },
	[Q_COUNTS] = { "SELECT c.noun, "
		       "CAST(COALESCE(c.domain_id, 0) AS UNSIGNED), "
		       "COALESCE(MAX(d.name), ''), COUNT(*) FROM revision r "
		       "JOIN `change` c ON c.prov_id = r.prov_id "
		       "LEFT JOIN domain d ON d.id = c.domain_id "
		       "WHERE r.serial > ? AND r.serial <= ? "
		       "GROUP BY c.noun, c.domain_id "
		       "ORDER BY COUNT(*) DESC, c.domain_id LIMIT ?",
		"uuu", "susi" },
	[Q_LIVE] = { "SELECT COUNT(*), MIN(s.serial), MIN(s.hold_serial), "
		     "(SELECT value FROM setting "
		     "WHERE name = 'publish.mode'), "
		     "(SELECT serial FROM approval WHERE domain = '') "
		     "FROM node_status s",
		"", "iuusu" },
	[Q_APPROVED] = { "SELECT domain, serial FROM approval "
			 "WHERE domain <> '' AND serial > ? "
			 "ORDER BY domain LIMIT ?",
		"uu", "su" },
	[Q_HELD] = { "SELECT domain, MIN(serial) FROM node_domain "
		     "WHERE held <> '' GROUP BY domain ORDER BY domain LIMIT ?",
		"u", "su" },
	[Q_OLDEST] = { "SELECT MIN(serial) FROM revision", "", "u" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table past_sql = { "past", sql, Q_N, true };

static const char *const noun_names[] = {
	[PAST_DOMAIN] = "domain",
	[PAST_MAILBOX] = "mailbox",
	[PAST_ALIAS] = "alias",
	[PAST_WHITELIST] = "whitelist",
};
_Static_assert(ARRAY_LEN(noun_names) == PAST_NOUNS, "one name each");

enum past_noun
past_noun_find(const char *name)
{
	unsigned i = 0;

	while (i < PAST_NOUNS && strcmp(name, noun_names[i]) != 0)
		i++;
	return (enum past_noun)i;
}

/* One row of a result into an item. */
typedef bool take_fn(const struct rows *r, struct arena *a, void *item);

static bool
take_all(struct rows *r, struct arena *a, take_fn *take, size_t size,
	void *items, size_t *n_r, struct err *e)
{
	char **list = items;
	bool ok;

	*list = arena_grow(
		a, *list, *n_r * size, (*n_r + (size_t)r->n + 1) * size);
	ok = *list != NULL;
	while (ok && rows_next(r)) {
		memset(*list + *n_r * size, 0, size);
		ok = take(r, a, *list + (*n_r)++ * size);
	}
	return rows_done(r, e) && (ok || err_memory(e));
}

#define TAKE_ALL(r, a, take, items, n_r, e)                                    \
	take_all((r), (a), (take), sizeof(**(items)), (items), (n_r), (e))

/* A query over any number of values, IN_LIST_MAX at a time. */
struct many {
	const char *head, *tail;
	char kind;
	const char *out;
	const char *more_in;
	const struct arg *more;
	size_t n_more;
	take_fn *take;
	size_t size;
};

static bool
query_many(struct db *db, struct arena *a, const struct many *q,
	const struct arg *args, size_t n, void *items, size_t *n_r,
	struct err *e)
{
	struct rows r;

	*n_r = 0;
	*(void **)items = NULL;
	for (size_t i = 0; i < n; i += IN_LIST_MAX) {
		size_t k = n - i < IN_LIST_MAX ? n - i : IN_LIST_MAX;

		if (!db_query_in_more(db, q->head, q->tail, q->kind, q->out,
			    args + i, k, q->more_in, q->more, q->n_more, &r, e)
			|| !take_all(&r, a, q->take, q->size, items, n_r, e))
			return false;
	}
	return true;
}

static struct arg *
text_args(struct arena *a, const char *const *text, size_t n)
{
	struct arg *args = arena_array(a, n + 1, sizeof(*args));

	for (size_t i = 0; args && i < n; i++)
		args[i] = arg_text(text[i]);
	return args;
}

static struct arg *
id_args(struct arena *a, const uint64_t *ids, size_t n)
{
	struct arg *args = arena_array(a, n + 1, sizeof(*args));

	for (size_t i = 0; args && i < n; i++)
		args[i] = arg_u64(ids[i]);
	return args;
}

static bool
take_act(const struct rows *r, unsigned from, struct arena *a,
	struct past_act *out)
{
	out->serial = row_u64(r, from);
	out->action = row_dup(r, from + 1, a);
	out->actor_name = row_dup(r, from + 2, a);
	out->at_us = row_time(r, from + 3);
	return out->action && out->actor_name;
}

static bool
take_key(const struct rows *r, struct arena *a, void *item)
{
	struct past_key *k = item;

	k->kind = row_text(r, 0)[0];
	k->key = row_dup(r, 1, a);
	return k->key && take_act(r, 2, a, &k->by);
}

bool
past_keys(struct db *db, struct arena *a, uint64_t after, uint64_t upto,
	const char *domain, size_t max, struct past_key **items_r, size_t *n_r,
	struct err *e)
{
	struct rows r;

	*items_r = NULL;
	*n_r = 0;
	return (domain ? db_query(db, &sql[Q_KEYS_DOMAIN],
			ARGS(arg_u64(after), arg_u64(upto), arg_text(domain),
				arg_u64(max + 1)),
			&r, e)
		       : db_query(db, &sql[Q_KEYS],
			       ARGS(arg_u64(after), arg_u64(upto),
				       arg_u64(max + 1)),
			       &r, e))
		&& TAKE_ALL(&r, a, take_key, items_r, n_r, e);
}

static const char *
dup_or_null(const struct rows *r, unsigned col, struct arena *a, bool *ok)
{
	const char *s;

	if (row_is_null(r, col))
		return NULL;
	s = row_dup(r, col, a);
	*ok = *ok && s;
	return s;
}

static bool
take_change(const struct rows *r, struct arena *a, void *item)
{
	struct past_change *c = item;
	bool ok = true;

	c->noun = past_noun_find(row_text(r, 0));
	c->noun_id = row_u64(r, 1);
	c->domain_id = row_u64(r, 2);
	c->op = (unsigned)row_u64(r, 3);
	c->subject = row_dup(r, 4, a);
	c->before = dup_or_null(r, 5, a, &ok);
	c->after = dup_or_null(r, 6, a, &ok);
	return ok && c->subject && take_act(r, 7, a, &c->by);
}

/* clang-format off */
static const char *const change_heads[] = {
	[PAST_DOMAIN] = CHANGE_COLUMNS
		"WHERE c.noun = 'domain' AND c.noun_id IN",
	[PAST_MAILBOX] = CHANGE_COLUMNS
		"WHERE c.noun = 'mailbox' AND c.noun_id IN",
	[PAST_ALIAS] = CHANGE_COLUMNS
		"WHERE c.noun = 'alias' AND c.noun_id IN",
	[PAST_WHITELIST] = CHANGE_COLUMNS
		"WHERE c.noun = 'whitelist' AND c.noun_id IN",
};
/* clang-format on */

bool
past_changes(struct db *db, struct arena *a, enum past_noun noun,
	const uint64_t *ids, size_t n, uint64_t after,
	struct past_change **items_r, size_t *n_r, struct err *e)
{
	const struct arg *args = id_args(a, ids, n), more = arg_u64(after);
	const struct many q = { .head = change_heads[noun],
		.tail = "AND r.serial > ? ORDER BY c.noun_id, r.serial, c.seq",
		.kind = 'u',
		.out = CHANGE_OUT,
		.more_in = "u",
		.more = &more,
		.n_more = 1,
		.take = take_change,
		.size = sizeof(**items_r) };

	return args ? query_many(db, a, &q, args, n, items_r, n_r, e)
		    : err_memory(e);
}

bool
past_whitelist_changes(struct db *db, struct arena *a, uint64_t after,
	uint64_t upto, size_t max, struct past_change **items_r, size_t *n_r,
	struct err *e)
{
	struct rows r;

	*items_r = NULL;
	*n_r = 0;
	return db_query(db, &sql[Q_WHITELIST_CHANGES],
		       ARGS(arg_u64(after), arg_u64(upto), arg_u64(max + 1)),
		       &r, e)
		&& TAKE_ALL(&r, a, take_change, items_r, n_r, e);
}

bool
past_domains(struct db *db, struct arena *a, const char *const *name, size_t n,
	struct domain **items_r, size_t *n_r, struct err *e)
{
	const struct arg *args = text_args(a, name, n);
	const struct many q = { .head = "SELECT " DOMAIN_COLUMNS
					" FROM domain d WHERE d.name IN",
		.tail = "",
		.kind = 's',
		.out = DOMAIN_OUT,
		.more_in = "",
		.take = domain_load,
		.size = sizeof(**items_r) };

	return args ? query_many(db, a, &q, args, n, items_r, n_r, e)
		    : err_memory(e);
}

/* (alive = 1 OR alive IS NULL): for the index, which begins with it. */
bool
past_mailboxes(struct db *db, struct arena *a, const char *const *address,
	size_t n, struct mailbox **items_r, size_t *n_r, struct err *e)
{
	const struct arg *args = text_args(a, address, n);
	const struct many q = { .head = "SELECT " MAILBOX_COLUMNS
					" FROM mailbox m WHERE (m.alive = 1 OR "
					"m.alive IS NULL) AND m.address IN",
		.tail = "",
		.kind = 's',
		.out = MAILBOX_OUT,
		.more_in = "",
		.take = mailbox_load,
		.size = sizeof(**items_r) };

	return args ? query_many(db, a, &q, args, n, items_r, n_r, e)
		    : err_memory(e);
}

bool
past_aliases(struct db *db, struct arena *a, const char *const *address,
	size_t n, struct alias **items_r, size_t *n_r, struct err *e)
{
	const struct arg *args = text_args(a, address, n);
	const struct many q = { .head = "SELECT " ALIAS_COLUMNS
					" FROM alias a WHERE (a.alive = 1 OR "
					"a.alive IS NULL) AND a.address IN",
		.tail = "",
		.kind = 's',
		.out = ALIAS_OUT,
		.more_in = "",
		.take = alias_load,
		.size = sizeof(**items_r) };

	if (!args)
		return err_memory(e);
	return query_many(db, a, &q, args, n, items_r, n_r, e)
		&& alias_load_targets(db, a, *items_r, *n_r, e);
}

bool
past_whitelist(struct db *db, struct arena *a, const uint64_t *ids, size_t n,
	struct whitelist **items_r, size_t *n_r, struct err *e)
{
	const struct arg *args = id_args(a, ids, n);
	const struct many q = { .head = "SELECT " WHITELIST_COLUMNS
					" FROM whitelist w WHERE w.id IN",
		.tail = "",
		.kind = 'u',
		.out = WHITELIST_OUT,
		.more_in = "",
		.take = whitelist_load,
		.size = sizeof(**items_r) };

	return args ? query_many(db, a, &q, args, n, items_r, n_r, e)
		    : err_memory(e);
}

static bool
take_gone(const struct rows *r, struct arena *a, void *item)
{
	struct past_gone *g = item;

	g->noun = past_noun_find(row_text(r, 0));
	g->id = row_u64(r, 1);
	g->domain_id = row_u64(r, 2);
	g->subject = row_dup(r, 3, a);
	return g->subject != NULL;
}

bool
past_gone(struct db *db, struct arena *a, char kind, const char *const *key,
	size_t n, uint64_t after, struct past_gone **items_r, size_t *n_r,
	struct err *e)
{
	const struct arg *args = text_args(a, key, n);
	const struct arg more[] = { arg_text(kind == 'd' ? "d" : "a"),
		arg_u64(after) };
	const struct many q = { .head = "SELECT DISTINCT c.noun, c.noun_id, "
					"c.domain_id, c.subject "
					"FROM change_key k JOIN revision r "
					"ON r.prov_id = k.prov_id "
					"JOIN `change` c "
					"ON c.prov_id = k.prov_id "
					"AND c.subject = k.key_text "
					"WHERE k.key_text IN",
		.tail = "AND k.kind = ? AND r.serial > ? "
			"AND r.action = 'purge'",
		.kind = 's',
		.out = "suus",
		.more_in = "su",
		.more = more,
		.n_more = 2,
		.take = take_gone,
		.size = sizeof(**items_r) };

	return args ? query_many(db, a, &q, args, n, items_r, n_r, e)
		    : err_memory(e);
}

static bool
take_text(const struct rows *r, struct arena *a, void *item)
{
	const char **s = item;

	*s = row_dup(r, 0, a);
	return *s != NULL;
}

bool
past_addresses(struct db *db, struct arena *a, uint64_t domain_id,
	uint64_t after, size_t max, const char ***items_r, size_t *n_r,
	struct err *e)
{
	const struct arg id = arg_u64(domain_id);
	struct rows r;

	*items_r = NULL;
	*n_r = 0;
	return db_query(db, &sql[Q_ADDRESSES],
		       ARGS(id, id, id, arg_u64(after), arg_u64(max + 1)), &r,
		       e)
		&& TAKE_ALL(&r, a, take_text, items_r, n_r, e);
}

bool
past_domain_names(struct db *db, struct arena *a, const uint64_t *ids, size_t n,
	const char ***items_r, size_t *n_r, struct err *e)
{
	const struct arg *args = id_args(a, ids, n);
	const struct many q = { .head = "SELECT name FROM domain WHERE id IN",
		.tail = "",
		.kind = 'u',
		.out = "s",
		.more_in = "",
		.take = take_text,
		.size = sizeof(**items_r) };

	return args ? query_many(db, a, &q, args, n, items_r, n_r, e)
		    : err_memory(e);
}

static bool
take_count(const struct rows *r, struct arena *a, void *item)
{
	struct past_count *c = item;

	c->noun = row_dup(r, 0, a);
	c->domain_id = row_u64(r, 1);
	c->domain = row_dup(r, 2, a);
	c->n = (uint64_t)row_i64(r, 3);
	return c->noun && c->domain;
}

bool
past_counts(struct db *db, struct arena *a, uint64_t after, uint64_t upto,
	size_t max, struct past_count **items_r, size_t *n_r, struct err *e)
{
	struct rows r;

	*items_r = NULL;
	*n_r = 0;
	return db_query(db, &sql[Q_COUNTS],
		       ARGS(arg_u64(after), arg_u64(upto), arg_u64(max)), &r, e)
		&& TAKE_ALL(&r, a, take_count, items_r, n_r, e);
}

bool
past_live(struct db *db, struct past_live *out, struct err *e)
{
	struct rows r;

	*out = (struct past_live){ 0 };
	if (!db_query(db, &sql[Q_LIVE], NO_ARGS, &r, e))
		return false;
	while (rows_next(&r))
		*out = (struct past_live){ .n_nodes = (uint64_t)row_i64(&r, 0),
			.serial = row_u64(&r, 1),
			.is_held = !row_is_null(&r, 2),
			.hold_serial = row_u64(&r, 2),
			.is_reviewed = strcmp(row_text(&r, 3), "reviewed") == 0,
			.approved = row_u64(&r, 4) };
	return rows_done(&r, e);
}

static bool
take_domain(const struct rows *r, struct arena *a, void *item)
{
	struct past_domain *d = item;

	d->name = row_dup(r, 0, a);
	d->serial = row_u64(r, 1);
	return d->name != NULL;
}

bool
past_approved(struct db *db, struct arena *a, uint64_t after, size_t max,
	struct past_domain **items_r, size_t *n_r, struct err *e)
{
	struct rows r;

	*items_r = NULL;
	*n_r = 0;
	return db_query(db, &sql[Q_APPROVED],
		       ARGS(arg_u64(after), arg_u64(max)), &r, e)
		&& TAKE_ALL(&r, a, take_domain, items_r, n_r, e);
}

bool
past_held(struct db *db, struct arena *a, size_t max,
	struct past_domain **items_r, size_t *n_r, struct err *e)
{
	struct rows r;

	*items_r = NULL;
	*n_r = 0;
	return db_query(db, &sql[Q_HELD], ARGS(arg_u64(max)), &r, e)
		&& TAKE_ALL(&r, a, take_domain, items_r, n_r, e);
}

bool
past_oldest(struct db *db, uint64_t *serial_r, struct err *e)
{
	*serial_r = 0;
	return db_query_u64(db, &sql[Q_OLDEST], NO_ARGS, serial_r, NULL, e);
}

static bool
take_secret(const struct rows *r, struct arena *a, void *item)
{
	struct past_secret *s = item;

	s->id = row_u64(r, 0);
	s->fingerprint = row_dup(r, 1, a);
	return s->fingerprint != NULL;
}

bool
past_secrets(struct db *db, struct arena *a, const uint64_t *ids, size_t n,
	struct past_secret **items_r, size_t *n_r, struct err *e)
{
	const struct arg *args = id_args(a, ids, n);
	const struct many q = {
		.head = "SELECT id, fingerprint FROM secret WHERE id IN",
		.tail = "",
		.kind = 'u',
		.out = "us",
		.more_in = "",
		.take = take_secret,
		.size = sizeof(**items_r)
	};

	return args ? query_many(db, a, &q, args, n, items_r, n_r, e)
		    : err_memory(e);
}
