/*
 * The publisher's statements, one snapshot of rows into a struct map_rows.
 *
 * Rows of many addresses are read in lists of LIST_MAX: a shorter list is
 * filled up with its last address, so that two statements serve any number.
 */
#include "db/map_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/cidr.h"
#include "base/str.h"
#include "db/map_take.h"
#include "db/strset.h"

#define LIST_MAX 32
#define Q8 "?,?,?,?,?,?,?,?"
#define IN_LIST " IN (" Q8 "," Q8 "," Q8 "," Q8 ")"
#define S32 "ssssssssssssssssssssssssssssssss"

#define MAILBOX_SELECT                                                         \
	"SELECT id, domain_id, address, home, password, quota_bytes, state,"   \
	" alive FROM map_mailbox"
/* The same columns for those who must not have the passwords. */
#define BARE_SELECT                                                            \
	"SELECT id, domain_id, address, home, CAST('' AS BINARY), "            \
	"quota_bytes, state,"                                                  \
	" alive FROM map_mailbox_row"
/* Said for the index, which begins with `alive`. */
#define MAILBOX_ANY " WHERE (alive = 1 OR alive IS NULL)"
#define MAILBOX_OUT "uussbuuu"

enum {
	Q_HEAD,
	Q_CHANGES,
	Q_DOMAIN,
	Q_DOMAIN_LIST,
	Q_MAILBOX,
	Q_MAILBOX_LIST,
	Q_MAILBOX_DOMAIN,
	Q_BARE, /* as those from Q_MAILBOX on */
	Q_BARE_LIST,
	Q_BARE_DOMAIN,
	Q_ALIAS,
	Q_ALIAS_LIST,
	Q_ALIAS_DOMAIN,
	Q_RELAYS,
	Q_NODE_RELAYS,
	Q_NODE_FIND,
	Q_NODE_ADD,
	Q_STATUS,
	Q_HELD_FORGET,
	Q_HELD_CLEAR,
	Q_HELD_ADD,
	Q_COUNT
};

static const struct sql sql[Q_COUNT] = {
	[Q_HEAD] = { "SELECT serial FROM map_head", "", "u" },
	[Q_CHANGES] = { "SELECT c.kind, c.key_text, r.action, c.serial"
			" FROM map_change c"
			" JOIN map_revision r ON r.serial = c.serial"
			" WHERE c.serial > ? AND c.serial <= ? LIMIT ?",
		"uuu", "sssu" },
	[Q_DOMAIN] = { MAP_DOMAIN_SELECT " AND name = ?", "s", MAP_DOMAIN_OUT },
	[Q_DOMAIN_LIST] = { MAP_DOMAIN_SELECT " AND name" IN_LIST, S32,
		MAP_DOMAIN_OUT },
	[Q_MAILBOX] = { MAILBOX_SELECT MAILBOX_ANY " AND address = ?", "s",
		MAILBOX_OUT },
	[Q_MAILBOX_LIST] = { MAILBOX_SELECT MAILBOX_ANY " AND address" IN_LIST,
		S32, MAILBOX_OUT },
	[Q_MAILBOX_DOMAIN] = { MAILBOX_SELECT " WHERE domain_id IN (SELECT id "
					      "FROM map_domain WHERE name = ?)",
		"s", MAILBOX_OUT },
	[Q_BARE] = { BARE_SELECT MAILBOX_ANY " AND address = ?", "s",
		MAILBOX_OUT },
	[Q_BARE_LIST] = { BARE_SELECT MAILBOX_ANY " AND address" IN_LIST, S32,
		MAILBOX_OUT },
	[Q_BARE_DOMAIN] = { BARE_SELECT " WHERE domain_id IN (SELECT id "
					"FROM map_domain WHERE name = ?)",
		"s", MAILBOX_OUT },
	[Q_ALIAS] = { MAP_ALIAS_SELECT " AND a.address = ? ORDER BY a.id", "s",
		MAP_ALIAS_OUT },
	[Q_ALIAS_LIST] = { MAP_ALIAS_SELECT " AND a.address" IN_LIST
					    " ORDER BY a.id",
		S32, MAP_ALIAS_OUT },
	[Q_ALIAS_DOMAIN] = { MAP_ALIAS_SELECT
		" AND a.domain_id IN (SELECT id FROM map_domain"
		" WHERE name = ? AND alive = 1) ORDER BY a.id",
		"s", MAP_ALIAS_OUT },
	[Q_RELAYS] = { "SELECT network, expires FROM map_whitelist"
		       " WHERE alive = 1 AND state = 1",
		"", "st" },
	[Q_NODE_RELAYS] = { "SELECT network FROM map_node_network "
			    "WHERE ? = 'outbound' OR role <> 'mailbox'",
		"s", "s" },
	[Q_NODE_FIND] = { "SELECT id FROM map_node WHERE name = ?", "s", "u" },
	[Q_NODE_ADD] = { "INSERT IGNORE INTO node (name, role, created)"
			 " VALUES (?, 'mailbox', UTC_TIMESTAMP(6))",
		"s", "" },
	[Q_STATUS] = { "INSERT INTO node_status (node_id, serial, state,"
		       " message, applied, seen, took_us, added, removed,"
		       " pending, hold_serial, hold_by, journal_from, drift,"
		       " checked, facts)"
		       " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
		       " ON DUPLICATE KEY UPDATE serial = VALUES(serial),"
		       " state = VALUES(state), message = VALUES(message),"
		       " applied = VALUES(applied), seen = VALUES(seen),"
		       " took_us = VALUES(took_us), added = VALUES(added),"
		       " removed = VALUES(removed), pending = VALUES(pending),"
		       " hold_serial = VALUES(hold_serial),"
		       " hold_by = VALUES(hold_by),"
		       " journal_from = VALUES(journal_from),"
		       " drift = VALUES(drift), checked = VALUES(checked),"
		       " facts = VALUES(facts)",
		"uussttuuuuusuuts", "" },
	[Q_HELD_FORGET] = { "DELETE FROM node_domain"
			    " WHERE node_id = ? AND held = ''",
		"u", "" },
	[Q_HELD_CLEAR] = { "UPDATE node_domain SET held = ''"
			   " WHERE node_id = ?",
		"u", "" },
	[Q_HELD_ADD] = { "INSERT INTO node_domain (node_id, domain, serial,"
			 " held) VALUES (?, ?, COALESCE((SELECT serial"
			 " FROM node_status WHERE node_id = ?), 0), ?)"
			 " ON DUPLICATE KEY UPDATE held = VALUES(held)",
		"usus", "" },
};

const struct sql_table map_sql = {
	.name = "map", .sql = sql, .n = ARRAY_LEN(sql)
};

const struct sql_table map_saved_sql = {
	.name = "map_saved", .sql = sql, .n = ARRAY_LEN(sql), .is_lazy = true
};

void
map_rows_free(struct map_rows *r)
{
	free(r->domain);
	free(r->mailbox);
	free(r->alias);
	*r = (struct map_rows){ 0 };
}

bool
map_head(struct db *db, uint64_t *serial_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_HEAD], NO_ARGS, serial_r, NULL, e);
}

void *
map_push(void *array, size_t *n, size_t *cap, size_t size)
{
	void **p = array;
	if (*n == *cap) {
		const size_t more = *cap ? *cap * 2 : 16;
		void *q = reallocarray(*p, more, size);
		if (!q)
			return NULL;
		*p = q;
		*cap = more;
	}
	return (char *)*p + (*n)++ * size;
}

/* What only a person who confirmed a count or a name can start. */
static bool
is_confirmed(const char *action)
{
	return strncmp(action, "domain.", 7) == 0
		|| strncmp(action, "mailbox.bulk", 12) == 0
		|| strcmp(action, "undo") == 0;
}

bool
map_changes_take(struct rows *r, struct arena *a, struct map_changes *out)
{
	struct map_change *c = MAP_PUSH(out->change, out->n, out->cap);
	char *key = row_dup(r, 1, a);
	if (!c || !key)
		return false;
	*c = (struct map_change){ .kind = row_text(r, 0)[0],
		.key = key,
		.is_confirmed = is_confirmed(row_text(r, 2)),
		.serial = row_u64(r, 3) };
	return true;
}

bool
map_changes(struct db *db, uint64_t after, uint64_t upto, size_t most,
	struct arena *a, struct map_changes *out, struct err *e)
{
	struct rows r;
	bool ok = true;
	if (!db_query(db, &sql[Q_CHANGES],
		    ARGS(arg_u64(after), arg_u64(upto), arg_u64(most + 1)), &r,
		    e))
		return false;
	while (ok && rows_next(&r))
		ok = map_changes_take(&r, a, out);
	out->is_cut = out->n > most;
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
map_changes_add(
	struct map_changes *c, const struct map_change *change, struct err *e)
{
	struct map_change *x = MAP_PUSH(c->change, c->n, c->cap);
	if (!x)
		return err_memory(e);
	*x = *change;
	return true;
}

void
map_changes_free(struct map_changes *c)
{
	free(c->change);
	*c = (struct map_changes){ 0 };
}

bool
map_take_domain(struct rows *r, struct arena *a, struct map_rows *out)
{
	struct map_domain_row *d =
		MAP_PUSH(out->domain, out->domains, out->domain_cap);
	if (!d)
		return false;
	*d = (struct map_domain_row){ .id = row_u64(r, 0),
		.name = row_dup(r, 1, a),
		.transport = row_dup(r, 2, a),
		.refuse_text = row_dup(r, 3, a),
		.state = (unsigned)row_u64(r, 4),
		.refuse_code = (unsigned)row_u64(r, 5),
		.has_catch_all = row_u64(r, 6) != 0 };
	return d->name && d->transport && d->refuse_text;
}

static bool
take_mailbox(struct rows *r, struct arena *a, struct map_rows *out)
{
	struct map_mailbox_row *m =
		MAP_PUSH(out->mailbox, out->mailboxes, out->mailbox_cap);
	size_t len = 0;
	if (!m)
		return false;
	const char *hash = row_bytes(r, 4, &len);
	*m = (struct map_mailbox_row){ .id = row_u64(r, 0),
		.domain_id = row_u64(r, 1),
		.address = row_dup(r, 2, a),
		.home = row_dup(r, 3, a),
		.password = arena_strndup(a, hash ? hash : "", len),
		.quota_bytes = row_u64(r, 5),
		.state = (unsigned)row_u64(r, 6),
		.is_alive = row_u64(r, 7) != 0 };
	return m->address && m->home && m->password;
}

bool
map_take_alias(struct rows *r, struct arena *a, struct map_rows *out)
{
	const uint64_t id = row_u64(r, 0);
	struct map_alias_row *x =
		out->aliases ? &out->alias[out->aliases - 1] : NULL;
	if (!x || x->id != id) {
		x = MAP_PUSH(out->alias, out->aliases, out->alias_cap);
		if (!x)
			return false;
		*x = (struct map_alias_row){ .id = id,
			.domain_id = row_u64(r, 1),
			.address = row_dup(r, 2, a),
			.state = (unsigned)row_u64(r, 3),
			.is_catch_all = row_u64(r, 4) != 0,
			.send_as = row_u64(r, 5) != 0 };
		if (!x->address)
			return false;
	}
	if (row_is_null(r, 6))
		return true;
	const size_t n = x->targets;
	if ((n & (n - 1)) == 0) {
		const size_t more = n ? n * 2 : 1;
		x->target = arena_grow(a, x->target, n * sizeof(*x->target),
			more * sizeof(*x->target));
		if (!x->target)
			return false;
	}
	x->target[n] = row_dup(r, 6, a);
	x->targets++;
	return x->target[n] != NULL;
}

typedef bool take_fn(struct rows *r, struct arena *a, struct map_rows *out);

static bool
load(struct db *db, int q, const struct arg *args, size_t n, bool is_large,
	take_fn *take, struct arena *a, struct map_rows *out, struct err *e)
{
	struct rows r;
	bool ok = true;
	if (out->without_passwords && q >= Q_MAILBOX && q <= Q_MAILBOX_DOMAIN)
		q += Q_BARE - Q_MAILBOX;
	if (is_large ? !db_stream(db, &sql[q], args, n, &r, e)
		     : !db_query(db, &sql[q], args, n, &r, e))
		return false;
	while (ok && rows_next(&r))
		ok = take(&r, a, out);
	return rows_done(&r, e) && (ok || err_memory(e));
}

static bool
load_list(struct db *db, int one, int list, const char *const *key, size_t n,
	take_fn *take, struct arena *a, struct map_rows *out, struct err *e)
{
	if (n == 1)
		return load(db, one, ARGS(arg_text(key[0])), false, take, a,
			out, e);
	for (size_t i = 0; i < n; i += LIST_MAX) {
		struct arg args[LIST_MAX];
		for (size_t k = 0; k < LIST_MAX; k++)
			args[k] = arg_text(key[i + k < n ? i + k : n - 1]);
		if (!load(db, list, args, LIST_MAX, false, take, a, out, e))
			return false;
	}
	return true;
}

/* What a load has asked for already. */
struct seen {
	struct strset address, domain;
};

/* Note an address, what it is without its extension, and its catch-all. */
static bool
want(struct seen *s, const char *address, struct arena *a, struct err *e)
{
	bool is_new;
	const char *domain = addr_domain(address);
	if (!strset_add(&s->address, address, &is_new, e))
		return false;
	if (!is_new)
		return true;
	const char *at = domain[0] ? domain - 1 : address + strlen(address);
	const char *plus = memchr(address, '+', (size_t)(at - address));
	if (plus && plus != address) {
		char *base = arena_printf(
			a, "%.*s%s", (int)(plus - address), address, at);
		if (!base)
			return err_memory(e);
		if (!strset_add(&s->address, base, NULL, e))
			return false;
	}
	return !domain[0]
		|| (strset_add(&s->address, at, NULL, e)
			&& strset_add(&s->domain, domain, NULL, e));
}

static bool
want_targets(struct seen *s, const struct map_rows *r, size_t from,
	struct arena *a, struct err *e)
{
	for (size_t i = from; i < r->aliases; i++)
		for (size_t k = 0; k < r->alias[i].targets; k++)
			if (!want(s, r->alias[i].target[k], a, e))
				return false;
	return true;
}

/*
 * Read what was noted, then what that reaches, until nothing is new. Aliases
 * of other people's domains have no rows, so those end by themselves.
 */
static bool
follow(struct db *db, struct seen *s, size_t address, size_t domain,
	struct arena *a, struct map_rows *out, struct err *e)
{
	while (address < s->address.n || domain < s->domain.n) {
		const size_t aliases = out->aliases;
		const size_t n = s->address.n - address;
		const size_t d = s->domain.n - domain;
		const char *const *key = s->address.list + address;
		if (d > 0
			&& !load_list(db, Q_DOMAIN, Q_DOMAIN_LIST,
				s->domain.list + domain, d, map_take_domain, a,
				out, e))
			return false;
		if (n > 0
			&& (!load_list(db, Q_MAILBOX, Q_MAILBOX_LIST, key, n,
				    take_mailbox, a, out, e)
				|| !load_list(db, Q_ALIAS, Q_ALIAS_LIST, key, n,
					map_take_alias, a, out, e)))
			return false;
		address += n;
		domain += d;
		if (!want_targets(s, out, aliases, a, e))
			return false;
	}
	return true;
}

static void
seen_free(struct seen *s)
{
	strset_free(&s->address);
	strset_free(&s->domain);
}

/* All rows of a domain; they are noted as read. */
static bool
load_domain(struct db *db, struct seen *s, const char *domain, struct arena *a,
	struct map_rows *out, struct err *e)
{
	const size_t mailboxes = out->mailboxes, aliases = out->aliases;
	const struct arg name = arg_text(domain);
	bool is_new;
	if (!strset_add(&s->domain, domain, &is_new, e))
		return false;
	if (!is_new)
		return true;
	bool ok =
		load(db, Q_DOMAIN, &name, 1, false, map_take_domain, a, out, e)
		&& load(db, Q_MAILBOX_DOMAIN, &name, 1, true, take_mailbox, a,
			out, e)
		&& load(db, Q_ALIAS_DOMAIN, &name, 1, true, map_take_alias, a,
			out, e);
	for (size_t i = mailboxes; ok && i < out->mailboxes; i++)
		ok = strset_add(&s->address, out->mailbox[i].address, NULL, e);
	for (size_t i = aliases; ok && i < out->aliases; i++)
		ok = strset_add(&s->address, out->alias[i].address, NULL, e);
	return ok;
}

bool
map_rows_load(struct db *db, const struct map_rows_want *w, struct arena *a,
	struct map_rows *out, struct err *e)
{
	struct seen s = { 0 };
	const size_t aliases = out->aliases;
	bool ok = true;
	for (size_t i = 0; i < w->domains && ok; i++)
		ok = load_domain(db, &s, w->domain[i], a, out, e);
	const size_t address = s.address.n, domain = s.domain.n;
	for (size_t i = 0; i < w->addresses && ok; i++)
		ok = want(&s, w->address[i], a, e);
	ok = ok && want_targets(&s, out, aliases, a, e)
		&& follow(db, &s, address, domain, a, out, e);
	seen_free(&s);
	return ok;
}

/* Networks separated by blanks. */
static bool
each_network(const char *list, map_relay_each *each, void *ctx, struct err *e)
{
	char one[CIDR_TEXT_SIZE];
	while (*list) {
		const size_t n = strcspn(list, " ");
		if (n > 0 && str_copy_n(one, sizeof(one), list, n)
			&& !each(ctx, one, TIME_NONE, e))
			return false;
		list += n + (list[n] == ' ');
	}
	return true;
}

/* Other nodes hand mail to it by their role. */
static bool
node_relays(struct db *db, enum node_role role, map_relay_each *each, void *ctx,
	struct err *e)
{
	struct rows r;
	bool ok = true;
	if (!db_query(db, &sql[Q_NODE_RELAYS],
		    ARGS(arg_text(node_role_name(role))), &r, e))
		return false;
	while (ok && rows_next(&r))
		ok = each_network(row_text(&r, 0), each, ctx, e);
	return rows_done(&r, e) && ok;
}

bool
map_relays(struct db *db, enum node_role role, map_relay_each *each, void *ctx,
	struct err *e)
{
	struct rows r;
	bool ok = true;
	if (!db_query(db, &sql[Q_RELAYS], NO_ARGS, &r, e))
		return false;
	while (ok && rows_next(&r))
		ok = each(ctx, row_text(&r, 0), row_time(&r, 1), e);
	return rows_done(&r, e) && ok && node_relays(db, role, each, ctx, e);
}

bool
map_node_id(struct db *db, const char *name, uint64_t *id_r, struct err *e)
{
	bool found;
	if (!db_query_u64(db, &sql[Q_NODE_FIND], ARGS(arg_text(name)), id_r,
		    &found, e))
		return false;
	if (found)
		return true;
	if (!db_exec(db, &sql[Q_NODE_ADD], ARGS(arg_text(name)), NULL, e)
		|| !db_query_u64(db, &sql[Q_NODE_FIND], ARGS(arg_text(name)),
			id_r, &found, e))
		return false;
	return found
		|| err_set(e, ERR_NOT_FOUND, "", "no_node", name,
			"no row for node %s", name);
}

bool
map_status_write(struct db *db, uint64_t node_id, const struct map_status *s,
	struct err *e)
{
	return db_exec(db, &sql[Q_STATUS],
		ARGS(arg_u64(node_id), arg_u64(s->serial), arg_text(s->state),
			arg_text(s->message), arg_time(s->applied_us),
			arg_time(s->seen_us), arg_u64(s->took_us),
			arg_u64(s->added), arg_u64(s->removed),
			arg_u64(s->pending),
			s->is_held ? arg_u64(s->hold_serial) : arg_null(),
			arg_text(s->hold_by), arg_u64(s->journal_from),
			arg_u64(s->drift), arg_time(s->checked_us),
			arg_text(s->facts)),
		NULL, e);
}

bool
map_held_clear(struct db *db, uint64_t node_id, struct err *e)
{
	return db_exec(db, &sql[Q_HELD_FORGET], ARGS(arg_u64(node_id)), NULL, e)
		&& db_exec(db, &sql[Q_HELD_CLEAR], ARGS(arg_u64(node_id)), NULL,
			e);
}

bool
map_held_add(struct db *db, uint64_t node_id, const char *domain,
	const char *reason, struct err *e)
{
	return db_exec(db, &sql[Q_HELD_ADD],
		ARGS(arg_u64(node_id), arg_text(domain), arg_u64(node_id),
			arg_text(reason)),
		NULL, e);
}
