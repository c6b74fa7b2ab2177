/*
 * SQL of the lists.
 */
#include "db/list_rows.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/timeutil.h"
#include "db/alias_rows.h"
#include "db/domain_rows.h"
#include "db/mailbox_rows.h"
#include "db/misc_rows.h"
#include "db/whitelist_rows.h"

#define ARGS_MAX 400
#define TEXT_MAX 24576
/* Rows that a walk may look at before another way is tried. */
#define WALK_ROWS "4000"
/* More hits than this are not sorted: a walk meets them soon. */
#define DENSE 2000
#define SCOPE_INLINE 64
#define MERGE_CHUNK 32
/* So few domains are merged at once, without walking first. */
#define MERGE_FIRST 8

struct sort_def {
	const char *name;
	const char *column;
	char kind; /* s text by bytes, w text by collation, i, t, b */
	const char *index;
	const char *domain_index;
	size_t at; /* of the value in the item */
};

struct noun_def {
	const char *table;
	const char *alive; /* column, or NULL: no such thing */
	const char *id;
	const char *domain; /* column of the domain's id, or NULL */
	const char *state;
	const char *columns;
	const char *out;
	size_t size;
	bool (*load)(const struct rows *, struct arena *, void *);
	const struct sort_def *sort;
	size_t n_sorts;
	size_t id_at;
};

static const struct sort_def domain_sorts[] = {
	{ "name", "d.name", 's', "domain_name_list", NULL,
		offsetof(struct domain, name) },
	{ "created_at", "d.created", 't', "domain_created", NULL,
		offsetof(struct domain, created_us) },
	{ "mailbox_count", "d.mailbox_count", 'i', "domain_mailboxes", NULL,
		offsetof(struct domain, mailbox_count) },
	{ "quota_allotted", "d.quota_allotted_bytes", 'i', "domain_quota", NULL,
		offsetof(struct domain, quota_allotted_bytes) },
};
static const struct sort_def mailbox_sorts[] = {
	{ "address", "m.address", 's', "mailbox_list_address",
		"mailbox_domain_address", offsetof(struct mailbox, address) },
	{ "name", "m.name", 'w', "mailbox_list_name", "mailbox_domain_name",
		offsetof(struct mailbox, name) },
	{ "created_at", "m.created", 't', "mailbox_list_created",
		"mailbox_domain_created",
		offsetof(struct mailbox, created_us) },
	{ "quota", "m.quota_bytes", 'i', "mailbox_list_quota",
		"mailbox_domain_quota", offsetof(struct mailbox, quota_bytes) },
};
static const struct sort_def alias_sorts[] = {
	{ "address", "a.address", 's', "alias_list_address",
		"alias_domain_address", offsetof(struct alias, address) },
	{ "created_at", "a.created", 't', "alias_list_created",
		"alias_domain_created", offsetof(struct alias, created_us) },
};
static const struct sort_def whitelist_sorts[] = {
	{ "network", "w.net_from", 'b', NULL, NULL,
		offsetof(struct whitelist, from) },
	{ "created_at", "w.created", 't', NULL, NULL,
		offsetof(struct whitelist, created_us) },
	{ "expires_at", "COALESCE(w.expires, TIMESTAMP'9999-12-31 00:00:00')",
		't', NULL, NULL, offsetof(struct whitelist, expires_us) },
};
static const struct sort_def job_sorts[] = {
	{ "id", "j.id", 'i', NULL, NULL, offsetof(struct job_row, id) },
};

static const struct noun_def nouns[] = {
	[LIST_DOMAINS] = { "domain d", "d.alive", "d.id", "d.id", "d.state",
		DOMAIN_COLUMNS, DOMAIN_OUT, sizeof(struct domain), domain_load,
		domain_sorts, ARRAY_LEN(domain_sorts),
		offsetof(struct domain, id) },
	[LIST_MAILBOXES] = { "mailbox m", "m.alive", "m.id", "m.domain_id",
		"m.state", MAILBOX_COLUMNS, MAILBOX_OUT, sizeof(struct mailbox),
		mailbox_load, mailbox_sorts, ARRAY_LEN(mailbox_sorts),
		offsetof(struct mailbox, id) },
	[LIST_ALIASES] = { "alias a", "a.alive", "a.id", "a.domain_id",
		"a.state", ALIAS_COLUMNS, ALIAS_OUT, sizeof(struct alias),
		alias_load, alias_sorts, ARRAY_LEN(alias_sorts),
		offsetof(struct alias, id) },
	[LIST_WHITELIST] = { "whitelist w", "w.alive", "w.id", NULL, "w.state",
		WHITELIST_COLUMNS, WHITELIST_OUT, sizeof(struct whitelist),
		whitelist_load, whitelist_sorts, ARRAY_LEN(whitelist_sorts),
		offsetof(struct whitelist, id) },
	[LIST_JOBS] = { "job j", NULL, "j.id", "j.domain_id", "j.state",
		JOB_COLUMNS, JOB_OUT, sizeof(struct job_row), job_load,
		job_sorts, ARRAY_LEN(job_sorts), offsetof(struct job_row, id) },
};
_Static_assert(ARRAY_LEN(nouns) == LIST_NOUNS, "one definition each");

bool
list_sort_find(enum list_noun noun, const char *name, unsigned *sort_r)
{
	for (unsigned i = 0; i < nouns[noun].n_sorts; i++)
		if (strcmp(nouns[noun].sort[i].name, name) == 0) {
			*sort_r = i;
			return true;
		}
	return false;
}

bool
list_value_is_valid(enum list_noun noun, unsigned sort, const char *value)
{
	int64_t n;

	switch (nouns[noun].sort[sort].kind) {
	case 's':
		return str_is_ascii(value);
	case 'b':
		return strlen(value) == 32
			&& value[strspn(value, "0123456789abcdef")] == '\0';
	case 'w':
		return true;
	case 't':
		return str_to_i64(value, 0, TIME_MAX_US, &n);
	default:
		return str_to_i64(value, INT64_MIN, INT64_MAX, &n);
	}
}

const char *
list_value(
	enum list_noun noun, unsigned sort, const void *item, struct arena *a)
{
	const struct sort_def *s = &nouns[noun].sort[sort];
	const char *p = (const char *)item + s->at;
	const char *text;
	int64_t n;

	switch (s->kind) {
	case 's':
	case 'w':
		memcpy(&text, p, sizeof(text));
		return text;
	case 'b': {
		char *out = arena_alloc(a, 33);

		for (size_t i = 0; out && i < 16; i++)
			snprintf(out + 2 * i, 3, "%02x", (uint8_t)p[i]);
		return out;
	}
	default:
		memcpy(&n, p, sizeof(n));
		if (s->kind == 't' && n == TIME_NONE)
			n = TIME_MAX_US - 86399999999; /* 9999-12-31 */
		return arena_printf(a, "%lld", (long long)n);
	}
}

uint64_t
list_id(enum list_noun noun, const void *item)
{
	uint64_t id;

	memcpy(&id, (const char *)item + nouns[noun].id_at, sizeof(id));
	return id;
}

/* A statement under construction. */
struct build {
	struct str text;
	char buf[TEXT_MAX];
	char in[ARGS_MAX + 1];
	struct arg arg[ARGS_MAX];
	size_t n;
	uint8_t bytes[16];
	char like[4][512]; /* patterns, bound by address */
	unsigned n_like;
};

static void
start(struct build *b)
{
	b->text = str_over(b->buf, sizeof(b->buf));
	b->n = 0;
	b->n_like = 0;
}

static void
add(struct build *b, const char *text)
{
	str_add(&b->text, text);
}

static void
bind(struct build *b, char kind, struct arg a)
{
	assert(b->n < ARGS_MAX);
	b->in[b->n] = kind;
	b->arg[b->n++] = a;
	b->in[b->n] = '\0';
}

/* The cursor's value as a parameter. */
static void
bind_value(struct build *b, char kind, const char *value)
{
	int64_t n = 0;

	switch (kind) {
	case 's':
	case 'w':
		bind(b, 's', arg_text(value));
		break;
	case 'b':
		for (size_t i = 0; i < 16; i++) {
			unsigned x = 0;

			if (sscanf(value + 2 * i, "%2x", &x) == 1)
				b->bytes[i] = (uint8_t)x;
		}
		bind(b, 'b', arg_bytes(b->bytes, 16));
		break;
	default:
		if (!str_to_i64(value, INT64_MIN, INT64_MAX, &n))
			n = 0;
		bind(b, kind, kind == 't' ? arg_time(n) : arg_i64(n));
	}
}

static const char *
pattern(struct build *b, const char *before, const char *q)
{
	char *buf;
	struct str s;

	assert(b->n_like < ARRAY_LEN(b->like));
	buf = b->like[b->n_like++];
	s = str_over(buf, sizeof(b->like[0]));
	str_add(&s, before);
	for (; *q; q++) {
		if (strchr("%_\\", *q))
			str_add_char(&s, '\\');
		str_add_char(&s, *q);
	}
	str_add(&s, "%");
	return str_is_ok(&s) ? buf : "%";
}

static bool
goes_down(const struct list_key *k)
{
	return k->is_down != k->is_back;
}

static void
add_keyset(struct build *b, const struct noun_def *d, const struct sort_def *s,
	const struct list_key *k)
{
	const char *op = goes_down(k) ? " < ?" : " > ?";

	if (!k->has_cursor)
		return;
	str_addf(&b->text, " AND (%s%s OR (%s = ? AND %s%s))", s->column, op,
		s->column, d->id, op);
	bind_value(b, s->kind, k->value);
	bind_value(b, s->kind, k->value);
	bind(b, 'u', arg_u64(k->id));
}

static void
add_order(struct build *b, const struct noun_def *d, const struct sort_def *s,
	const struct list_key *k)
{
	const char *way = goes_down(k) ? " DESC" : "";

	if (strcmp(s->column, d->id) == 0)
		str_addf(&b->text, " ORDER BY %s%s", d->id, way);
	else
		str_addf(&b->text, " ORDER BY %s%s, %s%s", s->column, way,
			d->id, way);
}

/* `column IN (?, ...)`, padded so that few lengths are prepared. */
static void
add_ids(struct build *b, const char *column, const uint64_t *ids, size_t n)
{
	size_t size = 1;

	while (size < n)
		size *= 2;
	str_addf(&b->text, " AND %s IN (", column);
	for (size_t i = 0; i < size; i++) {
		add(b, i ? ", ?" : "?");
		bind(b, 'u', arg_u64(n == 0 ? 0 : ids[i < n ? i : n - 1]));
	}
	add(b, ")");
}

static void
add_alive(
	struct build *b, const struct noun_def *d, const struct list_filter *f)
{
	if (!d->alive)
		add(b, "1 = 1");
	else
		str_addf(&b->text, f->is_deleted ? "%s IS NULL" : "%s = 1",
			d->alive);
	if (f->state) {
		str_addf(&b->text, " AND %s = ?", d->state);
		bind(b, 'u', arg_u64(f->state));
	}
	/* Rows that a job has not yet taken along with their domain. */
	if (d->domain && d->domain != d->id && d->alive && !f->is_deleted
		&& !f->domain_id)
		str_addf(&b->text,
			" AND (NOT EXISTS (SELECT 1 FROM domain "
			"WHERE alive IS NULL AND mailbox_count > 0) "
			"OR %s NOT IN (SELECT id FROM domain "
			"WHERE alive IS NULL AND mailbox_count > 0))",
			d->domain);
}

/* What the small nouns search: any part of their texts. */
static void
add_small_search(
	struct build *b, enum list_noun noun, const struct list_filter *f)
{
	const char *any;

	if (!f->q)
		return;
	any = pattern(b, "%", f->q);
	if (noun == LIST_DOMAINS) {
		add(b, " AND (d.name_unicode LIKE ? OR d.description LIKE ?");
		bind(b, 's', arg_text(any));
		bind(b, 's', arg_text(any));
		if (str_is_ascii(f->q)) {
			add(b, " OR d.name LIKE ?");
			bind(b, 's', arg_text(any));
		}
		add(b, ")");
	} else if (noun == LIST_WHITELIST) {
		add(b, " AND (w.note LIKE ? OR w.owner LIKE ?");
		bind(b, 's', arg_text(any));
		bind(b, 's', arg_text(any));
		if (str_is_ascii(f->q)) {
			add(b, " OR w.network LIKE ?");
			bind(b, 's', arg_text(pattern(b, "", f->q)));
		}
		add(b, ")");
	}
}

static void
bind_scope(struct build *b, const struct list_filter *f)
{
	struct arg a[SCOPE_ARGS];

	for (size_t i = 0; i < scope_args(&f->ids, a); i++)
		bind(b, 'u', a[i]);
}

/* More domains than fit into a list of ids. */
static void
add_wide_scope(struct build *b, const char *column, const struct list_filter *f)
{
	if (f->ids.admin_id) {
		str_addf(&b->text,
			" AND %s IN (SELECT domain_id FROM admin_domain "
			"WHERE admin_id = ?)",
			column);
		bind(b, 'u', arg_u64(f->ids.admin_id));
	}
	if (f->ids.token_id) {
		str_addf(&b->text,
			" AND %s IN (SELECT domain_id FROM api_token_domain "
			"WHERE token_id = ?)",
			column);
		bind(b, 'u', arg_u64(f->ids.token_id));
	}
}

/* The scope as a term: for counts, small nouns and walks. */
static void
add_scope(
	struct build *b, const struct noun_def *d, const struct list_filter *f)
{
	if (f->domain_id) {
		str_addf(&b->text, " AND %s = ?", d->domain);
		bind(b, 'u', arg_u64(f->domain_id));
	}
	if (!f->is_scoped)
		return;
	if (d->state && strcmp(d->state, "j.state") == 0) {
		add(b,
			" AND ((? <> 0 AND j.admin_id = ?) OR ("
			"j.domain_id IS NOT NULL AND " SCOPE(
				"j.domain_id") "))");
		bind(b, 'u', arg_u64(f->admin_id));
		bind(b, 'u', arg_u64(f->admin_id));
		bind_scope(b, f);
	} else if (f->n_scope <= SCOPE_INLINE) {
		add_ids(b, d->domain, f->scope, f->n_scope);
	} else {
		add_wide_scope(b, d->domain, f);
	}
}

/* One row that was found, with what it is sorted by. */
struct hit {
	char *item;
	const char *weight;
	uint64_t id;
};

struct find {
	struct db *db;
	struct arena *a;
	enum list_noun noun;
	const struct noun_def *d;
	const struct sort_def *s;
	const struct list_key *k;
	const struct list_filter *f;
	struct build *b;
	struct hit *hit;
	size_t n, cap;
	bool is_merged; /* more than one source */
};

static bool
keep_hit(struct find *x, const struct rows *r, struct err *e)
{
	struct hit *h;

	if (x->n == x->cap) {
		size_t cap = x->cap ? 2 * x->cap : 256;

		h = arena_grow(
			x->a, x->hit, x->cap * sizeof(*h), cap * sizeof(*h));
		if (!h)
			return err_memory(e);
		x->hit = h;
		x->cap = cap;
	}
	h = &x->hit[x->n];
	h->item = arena_alloc(x->a, x->d->size);
	if (!h->item || !x->d->load(r, x->a, h->item))
		return err_memory(e);
	h->id = list_id(x->noun, h->item);
	if (x->s->kind == 'w') {
		h->weight = row_dup(r, (unsigned)strlen(x->d->out), x->a);
		if (!h->weight)
			return err_memory(e);
	}
	x->n++;
	return true;
}

/* Run what was built; *cut_r tells whether ROWS EXAMINED ended it. */
static bool
run(struct find *x, bool *cut_r, struct err *e)
{
	char out[80];
	struct sql q = { .text = x->b->buf, .in = x->b->in, .out = out };
	struct rows r;
	size_t before = x->n;
	bool ok = true;

	if (!str_is_ok(&x->b->text))
		return err_set(e, ERR_INTERNAL, NULL, "statement_too_long",
			NULL, "a list statement is too long");
	snprintf(out, sizeof(out), "%s%s", x->d->out,
		x->s->kind == 'w' ? "s" : "");
	if (x->b->n == 0)
		x->b->in[0] = '\0';
	if (!db_query_text(x->db, &q, x->b->arg, x->b->n, &r, e))
		return false;
	while (ok && rows_next(&r))
		ok = keep_hit(x, &r, e);
	if (cut_r)
		*cut_r = r.is_cut && x->n - before < x->k->limit + 1;
	return rows_done(&r, e) && ok;
}

static void
add_columns(struct find *x)
{
	add(x->b, "SELECT ");
	add(x->b, x->d->columns);
	if (x->s->kind == 'w')
		str_addf(&x->b->text, ", HEX(WEIGHT_STRING(%s))", x->s->column);
}

static void
add_from(struct find *x, const char *index)
{
	str_addf(&x->b->text, " FROM %s", x->d->table);
	if (index)
		str_addf(&x->b->text, " FORCE INDEX (%s)", index);
}

static void
add_end(struct find *x, const char *rows_examined)
{
	add_keyset(x->b, x->d, x->s, x->k);
	add_order(x->b, x->d, x->s, x->k);
	add(x->b, " LIMIT ?");
	bind(x->b, 'u', arg_u64(x->k->limit + 1));
	if (rows_examined)
		str_addf(&x->b->text, " ROWS EXAMINED %s", rows_examined);
}

/* The index of the sort key, for one domain or for all. */
static const char *
sort_index(const struct find *x)
{
	return x->f->domain_id ? x->s->domain_index : x->s->index;
}

/* One condition more, and another source than the table; each binds a text. */
struct term {
	const char *sql; /* or NULL */
	const char *text;
	const char *source; /* or NULL */
	const char *source_text;
};

/* Along one index, with everything as a condition. */
static bool
walk(struct find *x, const char *index, const struct term *term,
	const char *rows_examined, bool *cut_r, struct err *e)
{
	start(x->b);
	add_columns(x);
	if (term && term->source) {
		str_addf(&x->b->text, " FROM %s", term->source);
		bind(x->b, 's', arg_text(term->source_text));
	} else {
		add_from(x, index);
	}
	add(x->b, " WHERE ");
	add_alive(x->b, x->d, x->f);
	add_scope(x->b, x->d, x->f);
	add_small_search(x->b, x->noun, x->f);
	if (x->f->target) {
		add(x->b,
			" AND a.id IN (SELECT alias_id FROM alias_target "
			"WHERE target = ?)");
		bind(x->b, 's', arg_text(x->f->target));
	}
	if (term && term->sql) {
		str_addf(&x->b->text, " AND %s", term->sql);
		bind(x->b, 's', arg_text(term->text));
	}
	add_end(x, rows_examined);
	return run(x, cut_r, e);
}

static void
add_branch(struct find *x, uint64_t domain_id)
{
	str_addf(&x->b->text,
		"(SELECT %s AS id, %s AS v FROM %s FORCE INDEX (%s) WHERE %s = "
		"? AND ",
		x->d->id, x->s->column, x->d->table, x->s->domain_index,
		x->d->domain);
	bind(x->b, 'u', arg_u64(domain_id));
	add_alive(x->b, x->d, x->f);
	add_end(x, NULL);
	add(x->b, ")");
}

/* The pages of some domains, each along its own index, merged. */
static bool
merge(struct find *x, const uint64_t *ids, size_t n, struct err *e)
{
	const char *way = goes_down(x->k) ? " DESC" : "";
	size_t size = 1;

	while (size < n)
		size *= 2;
	start(x->b);
	add_columns(x);
	add(x->b, " FROM (SELECT id, v FROM (");
	for (size_t i = 0; i < size; i++) {
		if (i)
			add(x->b, " UNION ALL ");
		add_branch(x, i < n ? ids[i] : 0);
	}
	str_addf(&x->b->text,
		") u ORDER BY v%s, id%s LIMIT ?) p JOIN %s ON %s = p.id "
		"ORDER BY p.v%s, p.id%s",
		way, way, x->d->table, x->d->id, way, way);
	bind(x->b, 'u', arg_u64(x->k->limit + 1));
	return run(x, NULL, e);
}

/* A page of some domains. */
static bool
some_domains(struct find *x, const uint64_t *ids, size_t n, struct err *e)
{
	struct list_filter f = *x->f;
	const struct list_filter *whole = x->f;
	size_t before = x->n;
	bool cut = true, ok = true;

	f.is_scoped = true;
	f.scope = ids;
	f.n_scope = n;
	f.domain_id = 0;
	x->f = &f;
	if (n > MERGE_FIRST)
		ok = walk(x, x->s->index, NULL, WALK_ROWS, &cut, e);
	x->f = whole;
	if (!ok || !cut)
		return ok;
	x->n = before;
	x->is_merged = true;
	for (size_t i = 0; i < n; i += MERGE_CHUNK)
		if (!merge(x, ids + i,
			    n - i < MERGE_CHUNK ? n - i : MERGE_CHUNK, e))
			return false;
	return true;
}

static bool
is_in(const uint64_t *ids, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* What a search will meet: the domains, and how many parts. */
struct probe {
	uint64_t id[SCOPE_INLINE + 1];
	size_t n_all; /* domains, those out of scope included */
	size_t n;
	uint64_t parts;
	char name[512], part[512], any[512], address[512]; /* patterns */
};

/* The first characters of the text, as many as a part has. */
static const char *
part_pattern(struct find *x, const char *q)
{
	char head[16 * 4 + 1];
	size_t len = 0;

	for (size_t chars = 0; q[len] && chars < 16; chars++) {
		len++;
		while (((unsigned char)q[len] & 0xc0) == 0x80)
			len++;
	}
	if (!str_copy_n(head, sizeof(head), q, len))
		return "%";
	return pattern(x->b, "", head);
}

static bool
make_patterns(struct find *x, const char *q, struct probe *p)
{
	bool is_mailbox = x->noun == LIST_MAILBOXES;
	const char *name = *q == '@' ? q + 1 : q;
	bool has_name = *name && str_is_ascii(q) && !strchr(name, '@')
		&& !x->f->domain_id;

	start(x->b);
	/* A pattern that nothing matches: the empty text. */
	return str_copy(p->name, sizeof(p->name),
		       has_name ? pattern(x->b, "", name) : "")
		&& str_copy(p->any, sizeof(p->any), pattern(x->b, "%", q))
		&& str_copy(
			p->address, sizeof(p->address), pattern(x->b, "", q))
		&& str_copy(p->part, sizeof(p->part),
			is_mailbox && strchr(q, '@') ? ""
				: is_mailbox         ? part_pattern(x, q)
						     : p->address);
}

/* One question for both: domain ids, then the number of parts as kind 1. */
static bool
probe(struct find *x, struct probe *p, struct err *e)
{
	static const struct sql mailboxes = {
		"(SELECT 0, id FROM domain WHERE alive = 1 AND name LIKE ? "
		"LIMIT ?) UNION ALL SELECT 1, "
		"CAST(COUNT(*) AS UNSIGNED) FROM (SELECT 1 FROM "
		"mailbox_part WHERE part LIKE ? LIMIT ?) x",
		"susu", "uu"
	};
	static const struct sql aliases = {
		"(SELECT 0, id FROM domain WHERE alive = 1 AND name LIKE ? "
		"LIMIT ?) UNION ALL SELECT 1, "
		"CAST(COUNT(*) AS UNSIGNED) FROM (SELECT 1 FROM "
		"alias_target WHERE target LIKE ? AND alive = 1 LIMIT ?) x",
		"susu", "uu"
	};
	struct rows r;

	p->n = p->n_all = 0;
	p->parts = 0;
	if (!db_query(x->db, x->noun == LIST_MAILBOXES ? &mailboxes : &aliases,
		    ARGS(arg_text(p->name), arg_u64(SCOPE_INLINE + 1),
			    arg_text(p->part), arg_u64(DENSE + 1)),
		    &r, e))
		return false;
	while (rows_next(&r)) {
		uint64_t v = row_u64(&r, 1);

		if (row_u64(&r, 0) == 1) {
			p->parts = v;
			continue;
		}
		p->n_all++;
		if (!x->f->is_scoped || is_in(x->f->scope, x->f->n_scope, v))
			p->id[p->n++] = v;
	}
	return rows_done(&r, e);
}

/* Rows in domains whose name begins with the text. */
static bool
by_domain(struct find *x, const struct probe *p, struct err *e)
{
	const struct term term = { .sql = x->noun == LIST_MAILBOXES
			? "m.domain_id IN (SELECT id FROM domain WHERE "
			  "alive = 1 AND name LIKE ?)"
			: "a.domain_id IN (SELECT id FROM domain WHERE "
			  "alive = 1 AND name LIKE ?)",
		.text = p->name };

	x->is_merged = true;
	if (p->n_all <= SCOPE_INLINE)
		return p->n == 0 || some_domains(x, p->id, p->n, e);
	return walk(x, x->s->index, &term, NULL, NULL, e);
}

static bool
count_addresses(struct find *x, const char *like, uint64_t *n_r, struct err *e)
{
	static const struct sql mailboxes = {
		"SELECT CAST(COUNT(*) AS UNSIGNED) FROM (SELECT 1 FROM "
		"mailbox WHERE alive = 1 AND address LIKE ? LIMIT ?) x",
		"su", "u"
	};
	static const struct sql aliases = {
		"SELECT CAST(COUNT(*) AS UNSIGNED) FROM (SELECT 1 FROM "
		"alias WHERE alive = 1 AND address LIKE ? LIMIT ?) x",
		"su", "u"
	};

	return db_query_u64(x->db,
		x->noun == LIST_MAILBOXES ? &mailboxes : &aliases,
		ARGS(arg_text(like), arg_u64(DENSE + 1)), n_r, NULL, e);
}

/* Addresses that begin with the text. */
static bool
by_address(struct find *x, const struct probe *p, struct err *e)
{
	const struct term term = { .sql = x->noun == LIST_MAILBOXES
			? "m.address LIKE ?"
			: "a.address LIKE ?",
		.text = p->address };
	const struct sort_def *by = &x->d->sort[0];
	uint64_t n;

	if (x->s != by && !x->f->is_deleted) {
		if (!count_addresses(x, p->address, &n, e))
			return false;
		if (n == 0)
			return true;
		if (n > DENSE)
			by = x->s;
	}
	return walk(x, x->f->domain_id ? by->domain_index : by->index, &term,
		NULL, NULL, e);
}

/* Names of which any part begins with the text; targets that do. */
static bool
by_part(struct find *x, const struct probe *p, struct err *e)
{
	bool is_mailbox = x->noun == LIST_MAILBOXES;
	bool is_whole = strlen(p->any) <= strlen(p->part) + 1;
	const struct term sparse = {
		.sql = is_mailbox && !is_whole ? "m.name LIKE ?" : NULL,
		.text = p->any,
		.source = is_mailbox
			? "(SELECT DISTINCT mailbox_id AS id FROM mailbox_part "
			  "WHERE part LIKE ?) p STRAIGHT_JOIN mailbox m "
			  "ON m.id = p.id"
			: "(SELECT DISTINCT alias_id AS id FROM alias_target "
			  "WHERE target LIKE ?) p STRAIGHT_JOIN alias a "
			  "ON a.id = p.id",
		.source_text = p->part
	};
	const struct term dense = { .sql = is_mailbox
			? "m.name LIKE ?"
			: "EXISTS (SELECT 1 FROM alias_target t "
			  "WHERE t.alias_id = a.id AND t.target LIKE ?)",
		.text = is_mailbox ? p->any : p->part };

	if (p->parts == 0)
		return true;
	x->is_merged = true;
	if (p->parts <= DENSE)
		return walk(x, NULL, &sparse, NULL, NULL, e);
	return walk(x, sort_index(x), &dense, NULL, NULL, e);
}

static int
compare_hits(const void *pa, const void *pb, void *ctx)
{
	const struct find *x = ctx;
	const struct hit *a = pa, *b = pb;
	const char *pv = a->item + x->s->at, *pw = b->item + x->s->at;
	const char *v, *w;
	int64_t i, k;
	int c;

	switch (x->s->kind) {
	case 'w':
		c = strcmp(a->weight, b->weight);
		break;
	case 's':
		memcpy(&v, pv, sizeof(v));
		memcpy(&w, pw, sizeof(w));
		c = strcmp(v, w);
		break;
	case 'b':
		c = memcmp(pv, pw, 16);
		break;
	default:
		memcpy(&i, pv, sizeof(i));
		memcpy(&k, pw, sizeof(k));
		c = (i > k) - (i < k);
	}
	if (c == 0)
		c = (a->id > b->id) - (a->id < b->id);
	return goes_down(x->k) ? -c : c;
}

/* Sort what came from several sources, without doubles. */
static void
merge_hits(struct find *x)
{
	size_t n = 0;

	if (!x->is_merged || x->n == 0)
		return;
	qsort_r(x->hit, x->n, sizeof(*x->hit), compare_hits, x);
	for (size_t i = 0; i < x->n; i++)
		if (n == 0 || x->hit[n - 1].id != x->hit[i].id)
			x->hit[n++] = x->hit[i];
	x->n = n;
}

static bool
search(struct find *x, struct err *e)
{
	struct probe *p = arena_alloc(x->a, sizeof(*p));
	bool is_ascii = str_is_ascii(x->f->q);

	if (!p)
		return err_memory(e);
	/* Addresses and targets are ASCII. */
	if (!is_ascii && x->noun != LIST_MAILBOXES)
		return true;
	if (!make_patterns(x, x->f->q, p))
		return true;
	return probe(x, p, e) && (!is_ascii || by_address(x, p, e))
		&& by_domain(x, p, e) && by_part(x, p, e);
}

static bool
find(struct find *x, struct err *e)
{
	bool has_ranges = x->noun == LIST_MAILBOXES || x->noun == LIST_ALIASES;

	if (has_ranges && x->f->q)
		return search(x, e);
	if (has_ranges && x->f->is_scoped && !x->f->domain_id && !x->f->target)
		return x->f->n_scope == 0
			|| some_domains(x, x->f->scope, x->f->n_scope, e);
	return walk(
		x, x->f->target ? NULL : sort_index(x), NULL, NULL, NULL, e);
}

bool
list_rows(struct db *db, struct arena *a, enum list_noun noun,
	const struct list_key *k, const struct list_filter *f, void **items_r,
	size_t *n_r, struct err *e)
{
	const struct noun_def *d = &nouns[noun];
	struct find x = { .db = db,
		.a = a,
		.noun = noun,
		.d = d,
		.s = &d->sort[k->sort],
		.k = k,
		.f = f,
		.b = arena_alloc(a, sizeof(struct build)) };
	char *items;

	*n_r = 0;
	if (!x.b)
		return err_memory(e);
	if (!find(&x, e))
		return false;
	merge_hits(&x);
	*n_r = x.n < k->limit + 1 ? x.n : k->limit + 1;
	items = arena_array(a, *n_r + 1, d->size);
	if (!items)
		return err_memory(e);
	for (size_t i = 0; i < *n_r; i++)
		memcpy(items + i * d->size, x.hit[i].item, d->size);
	*items_r = items;
	return true;
}

/* The whole filter as conditions, search included. */
static void
add_all(struct build *b, enum list_noun noun, const struct list_filter *f)
{
	const struct noun_def *d = &nouns[noun];
	bool is_mailbox = noun == LIST_MAILBOXES;

	add_alive(b, d, f);
	add_scope(b, d, f);
	add_small_search(b, noun, f);
	if (f->target) {
		add(b,
			" AND a.id IN (SELECT alias_id FROM alias_target "
			"WHERE target = ?)");
		bind(b, 's', arg_text(f->target));
	}
	if (!f->q || (!is_mailbox && noun != LIST_ALIASES))
		return;
	if (!is_mailbox && !str_is_ascii(f->q)) {
		add(b, " AND 1 = 0");
		return;
	}
	if (is_mailbox) {
		add(b, " AND (m.name LIKE ?");
		bind(b, 's', arg_text(pattern(b, "%", f->q)));
	} else {
		add(b,
			" AND (EXISTS (SELECT 1 FROM alias_target t "
			"WHERE t.alias_id = a.id AND t.target LIKE ?)");
		bind(b, 's', arg_text(pattern(b, "", f->q)));
	}
	if (str_is_ascii(f->q)) {
		const char *name = *f->q == '@' ? f->q + 1 : f->q;

		add(b,
			is_mailbox ? " OR m.address LIKE ?"
				   : " OR a.address LIKE ?");
		bind(b, 's', arg_text(pattern(b, "", f->q)));
		if (*name && !strchr(name, '@') && !f->domain_id) {
			str_addf(&b->text,
				" OR %s IN (SELECT id FROM domain "
				"WHERE alive = 1 AND name LIKE ?)",
				d->domain);
			bind(b, 's', arg_text(pattern(b, "", name)));
		}
	}
	add(b, ")");
}

bool
list_count(struct db *db, enum list_noun noun, const struct list_filter *f,
	uint64_t cap, uint64_t *n_r, struct err *e)
{
	struct build *b = calloc(1, sizeof(*b));
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!b)
		return err_memory(e);
	start(b);
	add(b,
		cap ? "SELECT COUNT(*) FROM (SELECT 1 FROM "
		    : "SELECT COUNT(*) FROM ");
	add(b, nouns[noun].table);
	add(b, " WHERE ");
	add_all(b, noun, f);
	if (cap) {
		add(b, " LIMIT ?) x");
		bind(b, 'u', arg_u64(cap));
	}
	ok = str_is_ok(&b->text)
		&& db_query_text(db, &(const struct sql){ b->buf, b->in, "u" },
			b->arg, b->n, &r, e);
	if (ok) {
		if (rows_next(&r))
			*n_r = row_u64(&r, 0);
		ok = rows_done(&r, e);
	}
	free(b);
	return ok;
}

static bool
take_ids(struct db *db, struct arena *a, const struct build *b,
	uint64_t **ids_r, size_t *n_r, struct err *e)
{
	struct rows r;

	if (!db_query_text(db, &(const struct sql){ b->buf, b->in, "u" },
		    b->arg, b->n, &r, e))
		return false;
	*ids_r = arena_array(a, r.n + 1, sizeof(**ids_r));
	while (*ids_r && rows_next(&r))
		(*ids_r)[(*n_r)++] = row_u64(&r, 0);
	return rows_done(&r, e) && (*ids_r || err_memory(e));
}

bool
list_ids(struct db *db, struct arena *a, enum list_noun noun,
	const struct list_filter *f, const struct list_ids *want,
	uint64_t **ids_r, size_t *n_r, struct err *e)
{
	const struct noun_def *d = &nouns[noun];
	struct build *b = arena_alloc(a, sizeof(*b));
	uint64_t chunk[LIST_IDS_MAX];
	size_t n = 0;

	*n_r = 0;
	*ids_r = NULL;
	if (!b)
		return err_memory(e);
	for (size_t i = 0; i < want->n && n < ARRAY_LEN(chunk); i++)
		if ((uint64_t)want->id[i] > want->after)
			chunk[n++] = (uint64_t)want->id[i];
	if (want->n && n == 0)
		return true;
	start(b);
	str_addf(&b->text, "SELECT %s FROM %s WHERE ", d->id, d->table);
	add_all(b, noun, f);
	str_addf(&b->text, " AND %s > ? AND %s <= ?", d->id, d->id);
	bind(b, 'u', arg_u64(want->after));
	bind(b, 'u', arg_u64(want->until ? want->until : INT64_MAX));
	if (n)
		add_ids(b, d->id, chunk, n);
	str_addf(&b->text, " ORDER BY %s LIMIT ?", d->id);
	bind(b, 'u', arg_u64(want->max));
	return take_ids(db, a, b, ids_r, n_r, e);
}

bool
list_last_id(struct db *db, enum list_noun noun, uint64_t *id_r, struct err *e)
{
	char text[100];
	struct str s = STR_FIXED(text);
	struct rows r;

	str_addf(&s, "SELECT MAX(%s) FROM %s", nouns[noun].id,
		nouns[noun].table);
	*id_r = 0;
	if (!db_query_text(
		    db, &(const struct sql){ text, "", "u" }, NO_ARGS, &r, e))
		return false;
	if (rows_next(&r))
		*id_r = row_u64(&r, 0);
	return rows_done(&r, e);
}
