/*
 * See everything.h.
 */
#include "mta/everything.h"

#include <string.h>

#include "base/file.h"
#include "maps/render.h"
#include "mta/lmdb_map.h"

#define ALL_BYTES ((size_t)64 << 30)

void
everything_free(struct everything *x)
{
	map_rows_free(&x->rows);
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

static bool
take_relay(void *ctx, const char *network, int64_t expires_us, struct err *e)
{
	struct err why = ERR_EMPTY;
	(void)e;
	/* What cannot be read is named and left out by the publisher. */
	(void)!relay_add(ctx, network, expires_us, &why);
	return true;
}

static bool
load_rows(const struct conf *conf, struct everything *x, struct err *e)
{
	struct db *db = NULL;
	const bool ok = node_db_open(conf, &db, e)
		&& db_begin(db, DB_SNAPSHOT, e) && map_head(db, &x->serial, e)
		&& map_rows_load_all(db, x->arena, &x->rows, e)
		&& map_relays(db, take_relay, &x->relays, e);
	relay_sort(&x->relays);
	if (db)
		db_close(&db);
	return ok;
}

bool
everything_render(const struct conf *conf, struct everything *x, struct err *e)
{
	x->arena = arena_new(ALL_BYTES);
	if (!x->arena)
		return err_memory(e);
	if (!load_held(&conf->node, x, e) || !load_rows(conf, x, e))
		return false;
	rows_index(&x->rows);
	const struct render r = { .rows = &x->rows,
		.mail_root = conf->node.mail_root,
		.mail_uid = conf->node.mail_uid,
		.mail_gid = conf->node.mail_gid,
		.faults = &x->held };
	return render_everything(&r, &x->wanted, e)
		&& render_finish(&r, &x->wanted, e);
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
