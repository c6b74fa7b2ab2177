/*
 * See everything.h.
 */
#include "mta/everything.h"

#include <string.h>

#include "base/file.h"
#include "mta/gate.h"
#include "mta/lmdb_map.h"

#define ALL_BYTES ((size_t)1 << 30)
#define RELAY_BYTES (16UL << 20)

void
everything_free(struct everything *x)
{
	map_set_free(&x->wanted);
	holds_free(&x->held);
	gate_free(&x->gate);
	waiting_free(&x->waiting);
	relay_free(&x->relays);
	arena_free(&x->arena);
}

static bool
load_held(const struct conf_node *c, struct everything *x, struct err *e)
{
	char path[NODE_PATH_SIZE], *text;
	struct err why = ERR_EMPTY;
	size_t len;
	node_state_path(c, "held", path);
	if (!file_read(path, 64UL << 20, x->arena, &text, &len, &why))
		return why.code == ERR_NOT_FOUND || err_merge(e, &why, NULL);
	return holds_parse(text, &x->held, e);
}

static bool
read_waiting(
	struct everything *x, struct source *s, uint64_t head, struct err *e)
{
	struct map_changes c = { 0 };
	const uint64_t floor = gate_floor(&x->gate, head);
	bool ok = floor == head
		|| source_changes(
			s, floor, head, WAITING_MOST, x->arena, &c, e);
	if (ok && c.is_cut)
		ok = waiting_too_many(e);
	for (size_t i = 0; ok && i < c.n; i++)
		ok = c.change[i].kind == 's'
			|| waiting_put(&x->waiting, c.change[i].kind,
				c.change[i].key, c.change[i].serial, false,
				NULL, e);
	map_changes_free(&c);
	return ok;
}

static bool
hold_relays_back(const struct conf_node *c, struct everything *x, struct err *e)
{
	char path[NODE_PATH_SIZE], *text;
	struct err why = ERR_EMPTY;
	struct relay_list live = { 0 };
	size_t len;
	if (gate_is_open(&x->gate))
		return true;
	node_state_path(c, "whitelist", path);
	bool ok = true;
	if (!file_read(path, RELAY_BYTES, x->arena, &text, &len, &why))
		ok = why.code == ERR_NOT_FOUND || err_merge(e, &why, NULL);
	else
		ok = relay_parse(text, &live, e);
	if (ok)
		gate_relays(&x->gate, &x->waiting, NULL, &live, &x->relays);
	relay_free(&live);
	return ok;
}

/* Read after the lines: what changed in between waits too, at worst. */
static bool
find_waiting(const struct conf *conf, struct everything *x, struct source *s,
	struct err *e)
{
	struct journal_state state;
	uint64_t head;
	const bool ok = journal_peek(conf->node.state, &state, e)
		&& source_begin(s, &head, e)
		&& gate_load(s, state.hold, &x->gate, e)
		&& read_waiting(x, s, head, e);
	source_end(s);
	x->applied = ok ? state.applied : 0;
	return ok && hold_relays_back(&conf->node, x, e);
}

bool
everything_stays(const struct everything *x, enum map_id map, const char *key,
	bool is_wanted)
{
	if (map != MAP_ACCOUNTS && holds_find(&x->held, key_domain(key)))
		return true;
	if (map == MAP_ACCOUNTS && !is_wanted
		&& holds_find(&x->held, key_domain(key)))
		return true;
	return gate_is_routing(map, is_wanted)
		&& gate_key_waits(&x->gate, &x->waiting, NULL, key);
}

bool
everything_may_stay(const struct everything *x)
{
	return x->held.n > 0 || !gate_is_open(&x->gate);
}

/* An account whose row is gone stays with its lines. */
static bool
is_kept(const struct everything *x, enum map_id map, const char *key)
{
	return everything_stays(x, map, key, false)
		&& (map != MAP_ACCOUNTS
			|| !lines_find(&x->wanted.map[map], key));
}

bool
everything_keep(struct everything *x, enum map_id map,
	const struct map_lines *live, struct err *e)
{
	struct map_lines *l = &x->wanted.map[map], old = { 0 };
	size_t kept = 0;
	bool ok = true;
	if (!everything_may_stay(x))
		return true;
	for (size_t i = 0; ok && i < live->n; i++) {
		const struct map_line *y = &live->line[i];
		if (is_kept(x, map, y->key))
			ok = lines_add_ref(&old, y->key, y->value, e);
	}
	for (size_t i = 0; i < l->n; i++)
		if (!everything_stays(x, map, l->line[i].key, true))
			l->line[kept++] = l->line[i];
	l->n = kept;
	for (size_t i = 0; ok && i < old.n; i++)
		ok = lines_add(l, old.line[i].key, old.line[i].value, e);
	lines_free(&old);
	return ok && lines_sort(l, e);
}

bool
everything_render(const struct conf *conf, struct everything *x, struct err *e)
{
	struct source *s = NULL;
	struct source_all all = { 0 };
	x->arena = arena_new(ALL_BYTES);
	if (!x->arena)
		return err_memory(e);
	if (!load_held(&conf->node, x, e))
		return false;
	all.faults = x->held;
	bool ok = source_open(conf, &s, e) && source_all(s, &all, e);
	x->serial = all.serial;
	x->wanted = all.wanted;
	x->held = all.faults;
	x->relays = all.relays;
	ok = ok && find_waiting(conf, x, s, e);
	source_close(&s);
	return ok;
}

static bool
collect_line(void *ctx, const char *key, const char *value, struct err *e)
{
	return lines_add(ctx, key, value, e);
}

bool
everything_live(const struct conf_node *c, enum map_id map,
	struct map_lines *out, struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct user_db *users = NULL;
	node_map_path(c, map, path);
	if (map != MAP_ACCOUNTS)
		return lmdb_scan(path, collect_line, out, e);
	const bool ok = user_db_open(path, &users, e)
		&& user_db_scan(users, NULL, NULL, out, e);
	user_db_close(&users);
	return ok;
}
