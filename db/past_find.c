/*
 * SQL of rows by many names or ids, and of their changes.
 */
#include "db/in_list.h"
#include "db/past_query.h"

/* A query over any number of values, IN_LIST_MAX at a time. */
struct many {
	const char *head, *tail;
	char kind;
	const char *out;
	const char *more_in;
	const struct arg *more;
	size_t n_more;
	past_take_fn *take;
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
			|| !past_take_all(
				&r, a, q->take, q->size, items, n_r, e))
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

/* clang-format off */
static const char *const change_heads[] = {
	[PAST_DOMAIN] = PAST_CHANGE_COLUMNS
		"WHERE c.noun = 'domain' AND c.noun_id IN",
	[PAST_MAILBOX] = PAST_CHANGE_COLUMNS
		"WHERE c.noun = 'mailbox' AND c.noun_id IN",
	[PAST_ALIAS] = PAST_CHANGE_COLUMNS
		"WHERE c.noun = 'alias' AND c.noun_id IN",
	[PAST_WHITELIST] = PAST_CHANGE_COLUMNS
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
		.out = PAST_CHANGE_OUT,
		.more_in = "u",
		.more = &more,
		.n_more = 1,
		.take = past_take_change,
		.size = sizeof(**items_r) };

	return args ? query_many(db, a, &q, args, n, items_r, n_r, e)
		    : err_memory(e);
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
		.take = past_take_text,
		.size = sizeof(**items_r) };

	return args ? query_many(db, a, &q, args, n, items_r, n_r, e)
		    : err_memory(e);
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
