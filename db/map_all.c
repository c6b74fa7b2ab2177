/*
 * All rows of a node, for rendering everything.
 *
 * Mailboxes and passwords are read each in the order of their keys and joined
 * here. A join in the server looks each password up by itself: at a million
 * mailboxes more than twice as long as both readings.
 */
#include <stdlib.h>

#include "db/map_take.h"

enum { Q_DOMAIN, Q_PASSWORD, Q_MAILBOX, Q_ALIAS, Q_COUNT };

static const struct sql sql[Q_COUNT] = {
	[Q_DOMAIN] = { MAP_DOMAIN_SELECT, "", MAP_DOMAIN_OUT },
	[Q_PASSWORD] = { "SELECT id, password FROM map_password"
			 " ORDER BY id",
		"", "ub" },
	[Q_MAILBOX] = { "SELECT id, domain_id, address, home, secret_id,"
			" quota_bytes, state, alive FROM map_mailbox_row"
			" ORDER BY id",
		"", "uussuuuu" },
	[Q_ALIAS] = { MAP_ALIAS_SELECT " ORDER BY a.id", "", MAP_ALIAS_OUT },
};

const struct sql_table map_all_sql = {
	.name = "map_all", .sql = sql, .n = ARRAY_LEN(sql)
};

/* All passwords, by the id of their row. */
struct passwords {
	struct password {
		uint64_t id;
		const char *text;
	} * list;
	size_t n, cap;
	size_t at; /* where the last one was found */
};

static bool
load_passwords(
	struct db *db, struct arena *a, struct passwords *out, struct err *e)
{
	struct rows r;
	bool ok = true;
	if (!db_stream(db, &sql[Q_PASSWORD], NO_ARGS, &r, e))
		return false;
	while (ok && rows_next(&r)) {
		struct password *p = MAP_PUSH(out->list, out->n, out->cap);
		size_t len = 0;
		const char *text = row_bytes(&r, 1, &len);
		if (p)
			*p = (struct password){ .id = row_u64(&r, 0),
				.text = arena_strndup(a, text, len) };
		ok = p && p->text;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

/* Mailboxes come in the order that they were made, as their passwords do, so
 * the next one is most often the one that is wanted. */
static const char *
password_find(struct passwords *p, uint64_t id)
{
	size_t lo = 0, hi = p->n;
	if (p->at + 1 < p->n && p->list[p->at + 1].id == id)
		return p->list[++p->at].text;
	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		if (p->list[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == p->n || p->list[lo].id != id)
		return "";
	p->at = lo;
	return p->list[lo].text;
}

static bool
take_mailbox_row(struct rows *r, struct arena *a, struct passwords *p,
	struct map_rows *out)
{
	struct map_mailbox_row *m =
		MAP_PUSH(out->mailbox, out->mailboxes, out->mailbox_cap);
	if (!m)
		return false;
	*m = (struct map_mailbox_row){ .id = row_u64(r, 0),
		.domain_id = row_u64(r, 1),
		.address = row_dup(r, 2, a),
		.home = row_dup(r, 3, a),
		.password = password_find(p, row_u64(r, 4)),
		.quota_bytes = row_u64(r, 5),
		.state = (unsigned)row_u64(r, 6),
		.is_alive = row_u64(r, 7) != 0 };
	return m->address && m->home;
}

static bool
load_mailboxes(
	struct db *db, struct arena *a, struct map_rows *out, struct err *e)
{
	struct passwords p = { 0 };
	struct rows r;
	bool ok = (out->without_passwords || load_passwords(db, a, &p, e))
		&& db_stream(db, &sql[Q_MAILBOX], NO_ARGS, &r, e);
	if (ok) {
		while (ok && rows_next(&r))
			ok = take_mailbox_row(&r, a, &p, out);
		ok = rows_done(&r, e) && (ok || err_memory(e));
	}
	free(p.list);
	return ok;
}

static bool
load(struct db *db, int q,
	bool (*take)(struct rows *r, struct arena *a, struct map_rows *out),
	struct arena *a, struct map_rows *out, struct err *e)
{
	struct rows r;
	bool ok = true;
	if (!db_stream(db, &sql[q], NO_ARGS, &r, e))
		return false;
	while (ok && rows_next(&r))
		ok = take(&r, a, out);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
map_rows_load_all(
	struct db *db, struct arena *a, struct map_rows *out, struct err *e)
{
	return load(db, Q_DOMAIN, map_take_domain, a, out, e)
		&& load_mailboxes(db, a, out, e)
		&& load(db, Q_ALIAS, map_take_alias, a, out, e);
}
