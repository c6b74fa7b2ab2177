/*
 * See everything.h.
 */
#include "mta/everything.h"

#include <string.h>

#include "base/file.h"
#include "mta/lmdb_map.h"

#define ALL_BYTES ((size_t)1 << 30)

void
everything_free(struct everything *x)
{
	map_set_free(&x->wanted);
	holds_free(&x->held);
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
	const bool ok = source_open(conf, &s, e) && source_all(s, &all, e);
	source_close(&s);
	x->serial = all.serial;
	x->wanted = all.wanted;
	x->held = all.faults;
	x->relays = all.relays;
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
