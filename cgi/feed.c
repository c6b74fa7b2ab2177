/*
 * The feed of a node elsewhere, one reply at a time: what changed, the lines
 * of keys, all lines page by page. Everything is rendered here, for the role
 * that the node's token is good for; nothing of a row but its lines leaves.
 *
 * Whether a change may go live is decided by the node, by the same rules as on
 * a node beside the database: it gets the approvals and its target with the
 * changes. Replies name the serial of their snapshot; the node puts together
 * only what belongs to one serial.
 */
#include "cgi/handlers.h"

#include <string.h>

#include "base/addr.h"
#include "base/domain.h"
#include "db/change_page.h"
#include "db/gate_rows.h"
#include "maps/role.h"
#include "maps/wanted.h"

#define CHANGES_MOST 5000
#define KEYS_MOST 500
#define PAGE_MOST 2000

static const char *const kinds[] = { "", "a", "d", "s", "w", NULL };

struct feed_after_in {
	int64_t after, upto;
	unsigned kind;
	char key[ADDR_SIZE];
};

static const struct field feed_after_rows[] = {
	{ FIELD_AT(struct feed_after_in, after), .min = 0, .max = ROUTE_ID_MAX,
		.required = true },
	{ FIELD_AT(struct feed_after_in, upto), .min = 0, .max = ROUTE_ID_MAX },
	{ FIELD_AT(struct feed_after_in, kind), .words = kinds },
	{ FIELD_AT(struct feed_after_in, key) },
	{ 0 },
};

const struct form feed_after_form = { .table = feed_after_rows,
	.size = sizeof(struct feed_after_in) };

struct feed_domain_in {
	char name[DOMAIN_SIZE];
};

static const struct field feed_domain_rows[] = {
	{ FIELD_AT(struct feed_domain_in, name), .required = true },
	{ 0 },
};

const struct form feed_domain_form = { .table = feed_domain_rows,
	.size = sizeof(struct feed_domain_in) };

struct feed_all_in {
	char from[ADDR_SIZE];
	char domain[DOMAIN_SIZE];
};

static const struct field feed_all_rows[] = {
	{ FIELD_AT(struct feed_all_in, from) },
	{ FIELD_AT(struct feed_all_in, domain) },
	{ 0 },
};

const struct form feed_all_form = { .table = feed_all_rows,
	.size = sizeof(struct feed_all_in) };

struct feed_keys_in {
	struct text_list keys;
};

static const struct field feed_keys_rows[] = {
	{ FIELD_AT(struct feed_keys_in, keys), .max = ADDR_MAX, .min = 1,
		.max_items = KEYS_MOST, .required = true },
	{ 0 },
};

const struct form feed_keys_form = { .table = feed_keys_rows,
	.size = sizeof(struct feed_keys_in) };

static bool
begin(struct call *c, uint64_t *serial_r, struct err *e)
{
	return db_begin(c->core->db, DB_SNAPSHOT, e)
		&& map_head(c->core->db, serial_r, e);
}

static void
end(struct call *c)
{
	if (db_in_transaction(c->core->db))
		db_rollback(c->core->db);
}

static struct wanted_for
wanted_for(const struct call *c)
{
	return (struct wanted_for){ .db = c->core->db,
		.role = c->peer.role,
		.next_hop = c->peer.next_hop,
		.conf = &c->app->conf.node };
}

static void
write_change(struct jsonw *w, const struct map_change *x)
{
	const char kind[2] = { x->kind, '\0' };
	jsonw_object(w, NULL);
	jsonw_str(w, "kind", kind);
	jsonw_str(w, "key", x->key);
	jsonw_bool(w, "is_confirmed", x->is_confirmed);
	jsonw_uint(w, "serial", x->serial);
	jsonw_end(w);
}

/* A key is told to those whose files it changes. */
static bool
is_for(enum node_role role, char kind)
{
	if (kind == 'w')
		return role_has_relays(role);
	if (kind == 's')
		return role_has(role, MAP_ACCOUNTS);
	return role_maps(role) != 0;
}

/* What people steer; the approvals themselves are asked for when `acts` or the
 * mode is another than before. */
static void
write_gate(struct jsonw *w, const struct gate_row *g)
{
	static const char *const targets[] = { [GATE_TARGET_NONE] = "none",
		[GATE_TARGET_FOLLOW] = "follow",
		[GATE_TARGET_HOLD] = "hold" };
	jsonw_uint(w, "acts", g->acts);
	jsonw_bool(w, "is_reviewed", g->is_reviewed);
	jsonw_str(w, "target", targets[g->target]);
	jsonw_uint(w, "target_serial", g->target_serial);
	jsonw_time(w, "target_at", g->target_us);
}

static bool
write_approval(void *ctx, const char *domain, uint64_t serial,
	uint64_t guard_serial, struct err *e)
{
	struct jsonw *w = ctx;
	(void)e;
	jsonw_object(w, NULL);
	jsonw_str(w, "domain", domain);
	jsonw_uint(w, "serial", serial);
	jsonw_uint(w, "guard_serial", guard_serial);
	jsonw_end(w);
	return true;
}

bool
feed_approvals(struct call *c, struct err *e)
{
	struct jsonw *w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	if (!gate_row_approvals(c->core->db, write_approval, w, e))
		return false;
	jsonw_end(w);
	jsonw_end(w);
	return true;
}

bool
feed_domain(struct call *c, struct err *e)
{
	const struct feed_domain_in *in = c->query;
	uint64_t serial, changed;
	const bool ok = begin(c, &serial, e)
		&& gate_row_changed(c->core->db, in->name, &changed, e);
	end(c);
	if (!ok)
		return false;
	struct jsonw *w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_uint(w, "serial", serial);
	jsonw_str(w, "next_hop", c->peer.next_hop);
	jsonw_uint(w, "changed_serial", changed);
	jsonw_end(w);
	return true;
}

/* Where the next page begins: behind the last key. */
static void
write_next(struct jsonw *w, const struct map_changes *list)
{
	if (!list->is_cut) {
		jsonw_null(w, "next");
		return;
	}
	const struct map_change *last = &list->change[list->n - 1];
	const char kind[2] = { last->kind, '\0' };
	jsonw_object(w, "next");
	jsonw_uint(w, "after", last->serial - 1);
	jsonw_str(w, "kind", kind);
	jsonw_str(w, "key", last->key);
	jsonw_end(w);
}

static void
write_changes(struct call *c, uint64_t serial, const struct gate_row *gate,
	const struct map_changes *list)
{
	struct jsonw *w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_uint(w, "serial", serial);
	jsonw_str(w, "next_hop", c->peer.next_hop);
	write_gate(w, gate);
	jsonw_array(w, "changes");
	for (size_t i = 0; i < list->n; i++)
		if (is_for(c->peer.role, list->change[i].kind))
			write_change(w, &list->change[i]);
	jsonw_end(w);
	write_next(w, list);
	jsonw_end(w);
}

bool
feed_changes(struct call *c, struct err *e)
{
	const struct feed_after_in *in = c->query;
	const struct change_place from = { .after = (uint64_t)in->after,
		.kind = kinds[in->kind][0],
		.key = in->key };
	struct map_changes changes = { 0 };
	struct gate_row gate;
	uint64_t serial;
	bool ok = begin(c, &serial, e)
		&& gate_row_read(c->core->db, c->peer.id, &gate, e);
	const uint64_t upto = in->upto > 0 && (uint64_t)in->upto < serial
		? (uint64_t)in->upto
		: serial;
	ok = ok
		&& change_page(c->core->db, &from, upto, CHANGES_MOST, c->arena,
			&changes, e);
	end(c);
	if (ok)
		write_changes(c, serial, &gate, &changes);
	map_changes_free(&changes);
	return ok;
}

/* Lines by the name of their map: [key, value, key, value, ...]. */
static void
write_lines(struct jsonw *w, enum node_role role, const struct map_set *set)
{
	jsonw_object(w, "lines");
	for (int m = 0; m < MAP_COUNT; m++) {
		const struct map_lines *l = &set->map[m];
		if (!role_has(role, (enum map_id)m))
			continue;
		jsonw_array(w, map_name((enum map_id)m));
		for (size_t i = 0; i < l->n; i++) {
			jsonw_str(w, NULL, l->line[i].key);
			jsonw_str(w, NULL, l->line[i].value);
		}
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_page(struct call *c, uint64_t serial, const struct map_set *set,
	const struct hold_list *faults, const char *next)
{
	struct jsonw *w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_uint(w, "serial", serial);
	jsonw_str(w, "next_hop", c->peer.next_hop);
	write_lines(w, c->peer.role, set);
	jsonw_array(w, "faults");
	for (size_t i = 0; i < faults->n; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "domain", faults->hold[i].domain);
		jsonw_str(w, "reason", faults->hold[i].reason);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_str(w, "next", next);
	jsonw_end(w);
}

bool
feed_all(struct call *c, struct err *e)
{
	const struct feed_all_in *in = c->query;
	const struct wanted_for f = wanted_for(c);
	struct map_set set = { 0 };
	struct hold_list faults = { 0 };
	const char *next = NULL;
	uint64_t serial;
	const bool ok = begin(c, &serial, e)
		&& wanted_page(&f, in->domain[0] ? in->domain : NULL, in->from,
			PAGE_MOST, c->arena, &set, &faults, &next, e);
	end(c);
	if (ok)
		write_page(c, serial, &set, &faults, next);
	map_set_free(&set);
	holds_free(&faults);
	return ok;
}

bool
feed_lines(struct call *c, struct err *e)
{
	const struct feed_keys_in *in = c->body;
	const struct wanted_for f = wanted_for(c);
	static const struct strset none = { 0 };
	struct strset keys = { 0 };
	struct map_set set = { 0 };
	struct hold_list faults = { 0 };
	uint64_t serial;
	bool ok = true;
	for (size_t i = 0; ok && i < in->keys.n; i++)
		ok = strset_add(&keys, in->keys.items[i], NULL, e);
	ok = ok && begin(c, &serial, e)
		&& wanted_lines(&f, &keys, &none, c->arena, &set, &faults, e);
	end(c);
	if (ok)
		write_page(c, serial, &set, &faults, NULL);
	strset_free(&keys);
	map_set_free(&set);
	holds_free(&faults);
	return ok;
}

static bool
write_relay(void *ctx, const char *network, int64_t expires_us, struct err *e)
{
	struct jsonw *w = ctx;
	(void)e;
	jsonw_object(w, NULL);
	jsonw_str(w, "network", network);
	jsonw_time(w, "expires_at", expires_us);
	jsonw_end(w);
	return true;
}

bool
feed_relays(struct call *c, struct err *e)
{
	struct jsonw *w = reply_json(c->reply, 200);
	uint64_t serial;
	bool ok = begin(c, &serial, e);
	if (ok) {
		jsonw_object(w, NULL);
		jsonw_uint(w, "serial", serial);
		jsonw_str(w, "next_hop", c->peer.next_hop);
		jsonw_array(w, "items");
		ok = !role_has_relays(c->peer.role)
			|| map_relays(
				c->core->db, c->peer.role, write_relay, w, e);
		jsonw_end(w);
		jsonw_end(w);
	}
	end(c);
	return ok;
}
