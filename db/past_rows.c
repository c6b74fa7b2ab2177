/*
 * SQL of the log: keys and changes of a range, and how far publishing is. Rows
 * by their names and ids are in db/past_find.c.
 */
#include "db/past_query.h"

#include <string.h>

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

static const struct sql sql[] = {
	[Q_KEYS] = { KEY_COLUMNS "ORDER BY r.serial LIMIT ?", "uuu", KEY_OUT },
	[Q_KEYS_DOMAIN] = { KEY_COLUMNS
		"AND SUBSTRING_INDEX(k.key_text, '@', -1) = ? "
		"ORDER BY r.serial LIMIT ?",
		"uusu", KEY_OUT },
	[Q_WHITELIST_CHANGES] = { PAST_CHANGE_COLUMNS
		"WHERE r.serial > ? AND r.serial <= ? "
		"AND c.noun = 'whitelist' ORDER BY r.serial, c.seq LIMIT ?",
		"uuu", PAST_CHANGE_OUT },
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

bool
past_take_all(struct rows *r, struct arena *a, past_take_fn *take, size_t size,
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
		&& PAST_TAKE_ALL(&r, a, take_key, items_r, n_r, e);
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

bool
past_take_change(const struct rows *r, struct arena *a, void *item)
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
		&& PAST_TAKE_ALL(&r, a, past_take_change, items_r, n_r, e);
}

bool
past_take_text(const struct rows *r, struct arena *a, void *item)
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
		&& PAST_TAKE_ALL(&r, a, past_take_text, items_r, n_r, e);
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
		&& PAST_TAKE_ALL(&r, a, take_count, items_r, n_r, e);
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
		&& PAST_TAKE_ALL(&r, a, take_domain, items_r, n_r, e);
}

bool
past_held(struct db *db, struct arena *a, size_t max,
	struct past_domain **items_r, size_t *n_r, struct err *e)
{
	struct rows r;

	*items_r = NULL;
	*n_r = 0;
	return db_query(db, &sql[Q_HELD], ARGS(arg_u64(max)), &r, e)
		&& PAST_TAKE_ALL(&r, a, take_domain, items_r, n_r, e);
}

bool
past_oldest(struct db *db, uint64_t *serial_r, struct err *e)
{
	*serial_r = 0;
	return db_query_u64(db, &sql[Q_OLDEST], NO_ARGS, serial_r, NULL, e);
}
