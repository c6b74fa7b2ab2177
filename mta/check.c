/*
 * See check.h.
 */
#include "mta/check.h"

#include <string.h>

#include "base/file.h"
#include "base/timeutil.h"
#include "maps/delta.h"
#include "mta/everything.h"

#define RELAY_BYTES (16UL * 1024 * 1024)

struct compare_job {
	const struct everything *all;
	enum map_id map;
	check_each *each;
	void *ctx;
	size_t n;
};

static void
tell(struct compare_job *j, const struct delta *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct delta_line *x = &d->line[i];
		if (everything_stays(j->all, j->map, x->key, x->after != NULL))
			continue;
		j->n++;
		j->each(j->ctx, j->map, x->key, x->before, x->after);
	}
}

static bool
compare_relays(const struct conf_node *c, const struct everything *x,
	bool *differ_r, struct err *e)
{
	char path[NODE_PATH_SIZE], *live = NULL;
	struct err why = ERR_EMPTY;
	size_t len;
	struct str s = str_in(x->arena, RELAY_BYTES);
	if (!relay_table(&x->relays, now_us(), &s))
		return err_memory(e);
	node_cidr_path(c, path);
	*differ_r = !file_read(path, RELAY_BYTES, x->arena, &live, &len, &why)
		|| strcmp(live, str_text(&s)) != 0;
	return true;
}

bool
check_all(const struct conf *conf, struct check_result *r, check_each *each,
	void *ctx, struct err *e)
{
	struct everything x = { 0 };
	bool ok = everything_render(conf, &x, e);
	*r = (struct check_result){ .serial = x.serial };
	for (int m = 0; ok && m < MAP_COUNT; m++) {
		struct compare_job j = { &x, (enum map_id)m, each, ctx, 0 };
		struct map_lines live = { 0 };
		struct delta d = { 0 };
		if (!role_has(conf->node.role, j.map))
			continue;
		ok = everything_live(&conf->node, j.map, &live, e)
			&& delta_map(&d, j.map, &live, &x.wanted.map[m], e);
		if (ok)
			tell(&j, &d);
		r->differences += j.n;
		r->lines += live.n;
		delta_free(&d);
		lines_free(&live);
	}
	if (ok && role_has_relays(conf->node.role))
		ok = compare_relays(&conf->node, &x, &r->relays_differ, e);
	r->held = x.held;
	x.held = (struct hold_list){ 0 };
	everything_free(&x);
	return ok;
}
