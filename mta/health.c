/*
 * See health.h.
 */
#include "mta/health.h"

#include "base/log.h"
#include "mta/lmdb_map.h"
#include "mta/relay.h"
#include "mta/reload.h"

#define VERIFY_MS 120000

static void
look_at_cidr(struct node *n)
{
	char path[NODE_PATH_SIZE];
	struct err e = ERR_EMPTY;
	node_cidr_path(&n->conf->node, path);
	const struct file_mark now = file_mark_of(path);
	if (n->cidr_mark.ino && file_mark_equal(&now, &n->cidr_mark))
		return;
	if (!relay_refresh(n, &e))
		node_set_message(n, err_text(&e));
}

bool
health_is_ours(const struct node *n, enum map_id map)
{
	char path[NODE_PATH_SIZE];
	node_map_path(&n->conf->node, map, path);
	const struct file_mark now = file_mark_of(path);
	return now.ino && file_mark_equal(&now, &n->mark[map]);
}

unsigned
health_look(struct node *n)
{
	unsigned maps = 0;
	if (role_has_relays(n->conf->node.role))
		look_at_cidr(n);
	for (int m = 0; m < MAP_COUNT; m++) {
		if ((n->own_maps & MAP_BIT(m))
			&& !health_is_ours(n, (enum map_id)m))
			maps |= 1U << m;
	}
	if (n->users && !user_db_is_current(n->users))
		maps |= 1U << MAP_ACCOUNTS;
	return maps;
}

bool
health_differs(const struct node *n, const struct delta *d)
{
	unsigned seen = 1U << MAP_ACCOUNTS;
	for (size_t i = 0; i < d->n; i++) {
		const enum map_id m = d->line[i].map;
		char path[NODE_PATH_SIZE];
		if (seen & (1U << m))
			continue;
		seen |= 1U << m;
		node_map_path(&n->conf->node, m, path);
		const struct file_mark now = file_mark_of(path);
		if (n->mark[m].ino && !file_mark_equal(&now, &n->mark[m]))
			return true;
	}
	return false;
}

struct verify_one {
	char path[NODE_PATH_SIZE];
	enum map_id map;
};

static bool
verify_child(void *ctx, FILE *out, struct err *e)
{
	const struct verify_one *v = ctx;
	(void)out;
	return v->map == MAP_ACCOUNTS ? user_db_verify(v->path, e)
				      : lmdb_scan(v->path, NULL, NULL, e);
}

struct verify_job {
	const struct conf_node *conf;
	unsigned maps;
};

/* One more child a map: whichever dies names its map. */
static bool
verify_all_child(void *ctx, FILE *out, struct err *e)
{
	const struct verify_job *j = ctx;
	unsigned bad = 0;
	(void)e;
	for (int m = 0; m < MAP_COUNT; m++) {
		struct verify_one v = { .map = (enum map_id)m };
		struct child c = { .fd = -1 };
		struct err why = ERR_EMPTY;
		if (!(j->maps & (1U << m)))
			continue;
		node_map_path(j->conf, v.map, v.path);
		if (!child_call(&c, verify_child, &v, VERIFY_MS, &why)) {
			log_warn("%s: %s", map_name(v.map), err_text(&why));
			bad |= 1U << m;
		}
		child_free(&c);
	}
	fprintf(out, "%u", bad);
	putc('\0', out);
	return true;
}

bool
health_start(struct node *n, unsigned maps, struct child *c, struct err *e)
{
	struct verify_job j = { &n->conf->node, maps };
	char path[NODE_PATH_SIZE];
	/* Noted before the reading: a later change is looked at again. */
	for (int m = 0; m < MAP_COUNT; m++) {
		if (!(maps & (1U << m)))
			continue;
		node_map_path(&n->conf->node, (enum map_id)m, path);
		const struct file_mark now = file_mark_of(path);
		if (n->mark[m].ino && now.ino && n->mark[m].ino != now.ino) {
			log_warn("%s was replaced by somebody else",
				map_name((enum map_id)m));
			if (m == MAP_ACCOUNTS)
				n->dovecot_reload_due = true;
			reload_want(n, true);
		}
		n->mark[m] = now;
	}
	return node_fork(n, c, verify_all_child, &j, 4 * VERIFY_MS, e);
}

void
health_take(struct node *n, unsigned maps, const struct child *c)
{
	unsigned bad = 0;
	if (c->n == 0 || sscanf(c->data, "%u", &bad) != 1)
		bad = maps;
	n->damaged |= bad;
	/* Dovecot's workers write to their file too, when they close it. */
	if (maps & ~bad & ~(1U << MAP_ACCOUNTS))
		n->check_due = true;
}
